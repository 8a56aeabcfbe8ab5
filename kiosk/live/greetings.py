"""Sessions that have not said yet who they are. Each has a few seconds for it, and there are only so many.

Engine.IO opens a session for anybody who asks, and would keep it for as long as its pings are answered. The
room knows nothing of it until Socket.IO's own greeting has come with a right to be here.
"""

from __future__ import annotations

import threading
from typing import Any
from wsgiref.types import WSGIEnvironment

from kiosk.clock import Clock
from kiosk.engine import Engine

GREETING_SECONDS = 10.0
MOST_SILENT = 2_000
"""A hall that comes back at once owes its greetings for a moment; whoever has owed it longest goes first."""
LOOK_SECONDS = 1.0
JUDGED_BY = ("HTTP_ORIGIN", "HTTP_COOKIE")
"""What of a request counts when its session greets. The rest need not be kept for as long as it lasts."""


class Greetings:
    """Watches over the sessions of an Engine.IO server."""

    def __init__(self, eio: Any, engine: Engine, clock: Clock) -> None:
        self._eio = eio
        self._engine = engine
        self._clock = clock
        self._silent: dict[str, float] = {}  # the longest first
        self._arrivals: dict[str, Any] = {}  # the connections of those that are one WebSocket
        self._watching = False
        self._lock = threading.Lock()
        connect, disconnect = eio.handlers["connect"], eio.handlers["disconnect"]

        def begin(eio_sid: str, environ: WSGIEnvironment) -> Any:
            if "HTTP_UPGRADE" in environ and "kiosk.arrival" in environ:
                self._arrivals[eio_sid] = environ["kiosk.arrival"]
            self.expect(eio_sid)
            return connect(eio_sid, {name: environ[name] for name in JUDGED_BY if name in environ})

        def end(eio_sid: str, *reason: Any) -> Any:
            self.heard(eio_sid)
            self._arrivals.pop(eio_sid, None)
            return disconnect(eio_sid, *reason)

        eio.on("connect", begin)
        eio.on("disconnect", end)

    def expect(self, eio_sid: str) -> None:
        """A session has begun, or was shown out and may still greet anew."""
        with self._lock:
            self._silent.pop(eio_sid, None)
            self._silent[eio_sid] = self._clock.seconds() + GREETING_SECONDS
            longest = next(iter(self._silent)) if len(self._silent) > MOST_SILENT else None
            begins, self._watching = not self._watching, True
        if longest is not None:
            self._cut(longest)
        if begins:
            self._engine.spawn(self._watch)

    def heard(self, eio_sid: str) -> None:
        """It has greeted and was let in, or is gone."""
        with self._lock:
            self._silent.pop(eio_sid, None)

    def _watch(self) -> None:
        """Cut those who are late, until nobody owes anything any more."""
        while True:
            self._engine.sleep(LOOK_SECONDS)
            now = self._clock.seconds()
            with self._lock:
                late = [eio_sid for eio_sid, until in self._silent.items() if until <= now]
                self._watching = len(late) < len(self._silent)
            for eio_sid in late:
                self._cut(eio_sid)
            if not self._watching:
                return

    def _cut(self, eio_sid: str) -> None:
        self.heard(eio_sid)
        arrival = self._arrivals.pop(eio_sid, None)
        session = self._eio.sockets.pop(eio_sid, None)
        if session is not None:
            session.close(wait=False, abort=True)
        if arrival is not None:
            arrival.cut()  # the session says goodbye, and would wait to hear it back
