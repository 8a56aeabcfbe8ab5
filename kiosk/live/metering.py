"""Metering before the sockets: no client may send so much, or such things, that others have to wait.

A green thread that always finds another message waiting never lets the others run, so one phone could stop
the room. Whatever comes up a WebSocket is therefore metered before anything reads it, and what is no message
of Socket.IO ends here without a word in the log.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask_socketio import SocketIO

from kiosk import messages
from kiosk.clock import Clock
from kiosk.live.connections import Allowance
from kiosk.live.events import FAREWELL

BURST = 60
PER_SECOND = 15
"""Packets of any sort: three times what may be ballots, so that a fast finger never meets this limit."""


CHANGED_OVER = "5"
BINARY = ("5", "6")
"""How an event and an acknowledgement with attachments begin."""
TOO_FAST = "42" + messages.write([FAREWELL.name, {"code": "too_fast"}])
"""What a client is told that is cut for sending too much, as it goes down a WebSocket."""


class _Nowhere(io.TextIOBase):
    """A log that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


def guard(socketio: SocketIO, clock: Clock) -> None:
    """Meter what comes to a Socket.IO server."""
    engine = socketio.server.eio
    # The library has no public place to stand before a WebSocket.
    parts = engine._async  # noqa: SLF001
    driver = parts["websocket"]

    def metered(handler: Callable[[Any], Any], server: Any) -> Any:
        arrival: Any = None

        def handle(websocket: Any) -> Any:
            try:
                return handler(_Metered(websocket, Allowance(clock, BURST, PER_SECOND), arrival))
            except (ValueError, OSError):  # what it sent while it changed over from polling was no packet
                return []

        serve = driver(handle, server)

        def quietly(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
            nonlocal arrival
            environ["wsgi.errors"] = _Nowhere()  # eventlet would write down who hung up
            if "sid=" in environ.get("QUERY_STRING", ""):  # it changes over from polling, soon or never
                arrival = environ["kiosk.arrival"]
                arrival.waits()
            return serve(environ, start_response)

        return quietly

    engine._async = {**parts, "websocket": metered}  # noqa: SLF001
    engine.on("message", _forgiving(engine.handlers["message"]))
    # What strangers send is no event for the terminal. Faults of ours are reported where they are caught.
    for logger in ("engineio.server", "socketio.server"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)


class _Metered:
    """A WebSocket that comes to its end when its client sends too much."""

    def __init__(self, websocket: Any, allowance: Allowance, arrival: Any) -> None:
        self._websocket = websocket
        self._allowance = allowance
        self._arrival = arrival

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)

    def wait(self) -> Any:
        """The next message; None, which is the end, also for an empty one and for one too many."""
        message = self._websocket.wait()
        if message and not self._allowance.take():
            with suppress(Exception):  # each library has its own word for one who has hung up
                self._websocket.send(TOO_FAST)
            return None
        if self._arrival is not None and message == CHANGED_OVER:
            self._arrival.has_come()
        return message or None

    def close(self) -> None:
        """Close it, unless it is: of two threads that come upon its end one finds it closed."""
        with suppress(Exception):  # as above
            self._websocket.close()


def _forgiving(read: Callable[[str, Any], None]) -> Callable[[str, Any], None]:
    def message(sid: str, data: Any) -> None:
        # Nobody here says anything in bytes; the library would keep what waits for its attachments.
        if not isinstance(data, str) or data.startswith(BINARY):
            return
        try:
            read(sid, data)
        except Exception:  # noqa: BLE001 - the library says in many ways that this is no packet
            return

    return message
