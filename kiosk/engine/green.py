"""The engine on eventlet. The only home of eventlet."""

from __future__ import annotations

import os
import socket
import sys
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication, WSGIEnvironment

# eventlet tells developers that it is in maintenance mode. Facilitators cannot act on that; the way out is
# the other engine.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

# Its resolver would read the machine's DNS settings at every start, for names nobody here looks up.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet  # noqa: E402
import eventlet.event  # noqa: E402
import eventlet.hubs  # noqa: E402
import eventlet.tpool  # noqa: E402
import eventlet.wsgi  # noqa: E402

from kiosk.engine import EngineName  # noqa: E402

T = TypeVar("T")

HEADER_SECONDS = 10
"""Seconds a client may leave a request half sent. Idle WebSockets are not cut by it."""
LOCAL_CONNECTIONS = 256
LONGEST_ADDRESS = 2048


class GreenLatch:
    def __init__(self) -> None:
        self._event = eventlet.event.Event()

    def set(self, value: Any) -> None:
        self._event.send(value)

    def wait(self) -> Any:
        return self._event.wait()


class QuietProtocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
    """eventlet's handler without its log of addresses that sent something else than HTTP."""

    def log_message(self, *_: Any) -> None:
        pass


class GreenEngine:
    name: EngineName = "eventlet"

    def __init__(self) -> None:
        # A native thread that shares the interpreter with the loop must not keep it for the usual 5 ms.
        sys.setswitchinterval(0.0005)
        self._posted: deque[Callable[[], None]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        eventlet.spawn(self._run_posted)

    def latch(self) -> GreenLatch:
        return GreenLatch()

    def post(self, act: Callable[[], None]) -> None:
        self._posted.append(act)
        with suppress(BlockingIOError):  # the pipe may be full of wake-up calls already
            os.write(self._wake_write, b"!")

    def in_thread(self, work: Callable[..., T], *args: Any) -> T:
        result: T = eventlet.tpool.execute(work, *args)
        return result

    def spawn(self, work: Callable[..., object], *args: Any) -> None:
        eventlet.spawn(work, *args)

    def sleep(self, seconds: float) -> None:
        eventlet.sleep(seconds)

    def serve(self, app: WSGIApplication, listeners: Iterable[socket.socket], most: int) -> None:
        first, *others = listeners
        for listener in others:
            eventlet.spawn(self._serve_one, app, listener, LOCAL_CONNECTIONS)
        self._serve_one(app, first, most)

    def _serve_one(self, app: WSGIApplication, listener: socket.socket, most: int) -> None:
        listener.setblocking(False)
        eventlet.wsgi.server(
            eventlet.greenio.GreenSocket(listener),
            app,
            max_size=most,
            socket_timeout=HEADER_SECONDS,
            protocol=QuietProtocol,
            url_length_limit=LONGEST_ADDRESS,
            log_output=False,
            debug=False,
        )

    def _run_posted(self) -> None:
        while True:
            while self._posted:
                _run_safely(self._posted.popleft())
            eventlet.hubs.trampoline(self._wake_read, read=True)
            try:
                os.read(self._wake_read, 4096)
            except BlockingIOError:
                continue


def _run_safely(act: Callable[[], None]) -> None:
    """A fault in one act must not keep all that are posted after it from being done."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - told to the terminal, as nobody else is left to hear of it
        traceback.print_exception(error, file=sys.stderr)


# ── For a transport that does without a green thread per message ────────────────────────────────────


def take_socket(environ: WSGIEnvironment) -> socket.socket:
    """The bare socket of a request, which from now on speaks something else than HTTP."""
    environ["eventlet.set_idle"]()
    raw: socket.socket = environ["eventlet.input"].get_socket().fd
    return raw


def end_request() -> None:
    """Say, in the request's own green thread, that nothing is left to be answered."""
    eventlet.wsgi.WSGI_LOCAL.already_handled = True


def call_when_readable(raw: socket.socket, act: Callable[[], None]) -> Callable[[], None]:
    """Have the loop itself call ``act`` whenever there is something to read; the returned function stops it.

    ``act`` must neither wait nor raise. Stop before the socket is closed: its number is given out again.
    """
    return _call_when(eventlet.hubs.get_hub().READ, raw, act)


def call_when_writable(raw: socket.socket, act: Callable[[], None]) -> Callable[[], None]:
    """The same for as long as there is room to write."""
    return _call_when(eventlet.hubs.get_hub().WRITE, raw, act)


def _call_when(event: str, raw: socket.socket, act: Callable[[], None]) -> Callable[[], None]:
    hub = eventlet.hubs.get_hub()
    listener = hub.add(event, raw.fileno(), lambda _number: act(), lambda _error: None, lambda: None)

    def stop() -> None:
        with suppress(KeyError):  # the loop has let go of it by itself
            hub.remove(listener)

    return stop
