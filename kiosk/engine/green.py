"""The engine on eventlet. The only home of eventlet."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
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
import eventlet.semaphore  # noqa: E402
import eventlet.tpool  # noqa: E402
import eventlet.wsgi  # noqa: E402

from kiosk.engine import LOCAL_SPACE, EngineName, Latch, Space  # noqa: E402
from kiosk.engine.arrivals import WHOLE_SECONDS, Arrivals  # noqa: E402
from kiosk.engine.latches import ThreadLatch  # noqa: E402
from kiosk.engine.priority import be_modest  # noqa: E402

T = TypeVar("T")

LONGEST_ADDRESS = 2048
GIVE_WAY_EVERY = 16
PLACE_SECONDS = 0.05
REQUESTS_A_TURN = 4
"""With forty people joining at any moment votes wait half as long as if all of them began at once; with one
at a time joining itself takes longer."""
PARTING_SECONDS = 0.3
PARTING_BYTES = 262_144


class GreenLatch:
    """A latch that a green thread of the loop waits for."""

    def __init__(self) -> None:
        self._event = eventlet.event.Event()

    def set(self, value: Any) -> None:
        self._event.send(value)

    def wait(self) -> Any:
        return self._event.wait()


class QuietProtocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
    """eventlet's handler without its log of addresses that sent something else than HTTP, and with an eye on
    connections that owe a request."""

    def handle(self) -> None:
        arrivals: Arrivals = self.server.environ["kiosk.arrivals"]
        self._arrival = arrivals.enter(self.request.fd, self.client_address[0])
        self._requests = 0
        try:
            super().handle()
        finally:
            if not self._arrival.stays:
                self._arrival.leave()

    def handle_one_request(self) -> None:
        if self._requests:
            # Requests that lie ready one behind the other would be answered without anybody else's turn.
            eventlet.sleep(0)
        self._requests += 1
        self._arrival.waits()
        super().handle_one_request()

    def get_environ(self) -> dict[str, Any]:
        if self._arrival.is_cut:
            raise TimeoutError  # which ends the connection without a word
        environ: dict[str, Any] = super().get_environ()
        sent = environ["eventlet.input"]
        if not sent.content_length and not sent.chunked_input:
            self._arrival.has_come()  # otherwise when the doorway has read the rest
        environ["kiosk.arrival"] = self._arrival
        self.server.environ["kiosk.turnstile"].pass_through()
        return environ

    def finish(self) -> None:
        super().finish()
        # It holds a function that holds this. Left so, ended connections would wait for the collector, which
        # hardly ever comes for what has lived long.
        self.environ = None

    def log_message(self, *_: Any) -> None:
        pass


class Turnstile:
    """Lets few requests begin in one turn of the loop. Between the turns comes what the loop handles itself:
    votes above all."""

    def __init__(self) -> None:
        self._places = eventlet.semaphore.Semaphore(REQUESTS_A_TURN)  # who waits for one stands in a queue
        self._begun = 0

    def pass_through(self) -> None:
        self._places.acquire()
        if self._begun == 0:
            eventlet.hubs.get_hub().schedule_call_global(0, self._begin_turn)
        self._begun += 1

    def _begin_turn(self) -> None:
        begun, self._begun = self._begun, 0
        for _ in range(begun):
            self._places.release()


class PatientSocket(eventlet.greenio.GreenSocket):  # type: ignore[misc]
    """A listening socket that gives others a turn while connections pour in, and that waits for a place."""

    arrivals: Arrivals
    accepted = 0

    def accept(self) -> Any:
        self.accepted += 1
        if self.accepted % GIVE_WAY_EVERY == 0:
            eventlet.sleep(0)
        while not self.arrivals.has_place:  # those that stay have no green thread that eventlet could count
            eventlet.sleep(PLACE_SECONDS)
        return super().accept()


class Lane:
    """Where native threads compute, one at a time. Whoever waits for something else meanwhile leaves it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mine = threading.local()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._mine.is_in = True

    def __exit__(self, *_: object) -> None:
        self._mine.is_in = False
        self._lock.release()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Outside of it for a while; on a thread that is not in it this changes nothing."""
        if not getattr(self._mine, "is_in", False):
            yield
            return
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


class GreenEngine:
    """One loop, and native threads for what would stop it. Made on the thread that will serve."""

    name: EngineName = "eventlet"

    def __init__(self) -> None:
        # A native thread that shares the interpreter with the loop must not keep it for the usual 5 ms.
        sys.setswitchinterval(0.0002)
        self._loop = threading.get_ident()
        self._lane = Lane()
        self._posted: deque[Callable[[], None]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        eventlet.spawn(self._run_posted)

    def latch(self) -> Latch:
        # Whoever waits beside the loop has none of its green threads to wait with.
        return GreenLatch() if threading.get_ident() == self._loop else ThreadLatch()

    def post(self, act: Callable[[], None]) -> None:
        self._posted.append(act)
        with suppress(BlockingIOError):  # the pipe may be full of wake-up calls already
            os.write(self._wake_write, b"!")

    def in_thread(self, work: Callable[..., T], *args: Any) -> T:
        if threading.get_ident() == self._loop:
            result: T = eventlet.tpool.execute(work, *args)
            return result
        with self._lane.left():
            return work(*args)

    def beside(self, work: Callable[..., T], *args: Any) -> T:
        if threading.get_ident() != self._loop:
            return work(*args)
        result: T = self.in_thread(self._in_lane, work, *args)
        return result

    def _in_lane(self, work: Callable[..., T], *args: Any) -> T:
        be_modest()
        with self._lane:
            return work(*args)

    def spawn(self, work: Callable[..., object], *args: Any) -> None:
        if threading.get_ident() == self._loop:
            eventlet.spawn(work, *args)
        else:
            self.post(lambda: eventlet.spawn(work, *args))

    def sleep(self, seconds: float) -> None:
        eventlet.sleep(seconds)

    def serve(self, app: WSGIApplication, listeners: Iterable[socket.socket], space: Space) -> None:
        first, *others = listeners
        for listener in others:
            eventlet.spawn(self._serve_one, app, listener, LOCAL_SPACE)
        self._serve_one(app, first, space)

    def _serve_one(self, app: WSGIApplication, listener: socket.socket, space: Space) -> None:
        arrivals = Arrivals(space)
        eventlet.spawn(arrivals.keep_cutting, eventlet.sleep)
        listener.setblocking(False)
        door = PatientSocket(listener)
        door.arrivals = arrivals
        eventlet.wsgi.server(
            door,
            app,
            environ={"kiosk.arrivals": arrivals, "kiosk.turnstile": Turnstile()},
            max_size=space.most + space.spare,
            socket_timeout=WHOLE_SECONDS,
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
    """The bare socket of a request, which from now on speaks something else than HTTP, and sends at once.

    It outlives the request: its green thread may end, and with it goes all that HTTP needed. Whoever takes it
    closes it, and says then that its arrival leaves.
    """
    sock = environ["eventlet.input"].get_socket()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw = socket.socket(sock.family, sock.type, sock.proto, sock.fd.detach())
    raw.setblocking(False)
    environ["kiosk.arrival"].stay(raw)
    eventlet.wsgi.WSGI_LOCAL.already_handled = True
    return raw


def part_gently(raw: socket.socket) -> None:
    """Say that nothing more comes, and throw away for a moment what still does: closed at once, the socket
    would take back what was said last."""
    until = time.monotonic() + PARTING_SECONDS
    with suppress(OSError, eventlet.Timeout):
        raw.shutdown(socket.SHUT_WR)
        while time.monotonic() < until:
            try:
                if not raw.recv(PARTING_BYTES):
                    return
                eventlet.sleep(0)
            except BlockingIOError:
                eventlet.hubs.trampoline(raw.fileno(), read=True, timeout=max(0.01, until - time.monotonic()))


def call_when_readable(raw: socket.socket, act: Callable[[int], None]) -> Callable[[], None]:
    """Have the loop itself call ``act`` whenever there is something to read; the returned function stops it.

    ``act`` is given the socket's number. It must neither wait nor raise. Stop before the socket is closed:
    its number is given out again.
    """
    return _call_when(eventlet.hubs.get_hub().READ, raw, act)


def call_when_writable(raw: socket.socket, act: Callable[[int], None]) -> Callable[[], None]:
    """The same for as long as there is room to write."""
    return _call_when(eventlet.hubs.get_hub().WRITE, raw, act)


def _call_when(event: str, raw: socket.socket, act: Callable[[int], None]) -> Callable[[], None]:
    hub = eventlet.hubs.get_hub()
    listener = hub.add(event, raw.fileno(), act, _ignore, _nothing)
    listener.greenlet = hub.greenlet  # otherwise the thread that asks for it would be kept for as long
    return partial(_stop_calling, hub, listener)


def _stop_calling(hub: Any, listener: Any) -> None:
    with suppress(KeyError):  # the loop has let go of it by itself
        hub.remove(listener)


def _ignore(_error: BaseException) -> None:
    pass


def _nothing() -> None:
    pass
