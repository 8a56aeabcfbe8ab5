"""Asking every session now and then whether it is still there: one green thread for all of them.

Engine.IO has one for each, which sleeps nearly all of its life and keeps a stack for it.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from engineio.packet import PING, Packet

from kiosk.clock import Clock
from kiosk.engine import Engine
from kiosk.live.sockets import PING_SECONDS


class Pings:
    """Sends the pings of an Engine.IO server that are due."""

    def __init__(self, eio: Any, engine: Engine, clock: Clock, seconds: float = PING_SECONDS) -> None:
        self._eio = eio
        self._engine = engine
        self._clock = clock
        self._seconds = seconds
        self._due: deque[tuple[float, str]] = deque()  # (when, the session's id); the next one first
        self._pinging = False

    def expect(self, there: Any) -> None:
        """A session has begun, or has just shown that it is there: it is asked again in a while."""
        there.last_ping = None
        self._due.append((self._clock.seconds() + self._seconds, there.sid))
        if not self._pinging:
            self._pinging = True
            self._engine.spawn(self._ping)

    def _ping(self) -> None:
        while self._due:
            when, eio_sid = self._due[0]
            wait = when - self._clock.seconds()
            if wait > 0:
                self._engine.sleep(wait)
                continue
            self._due.popleft()
            there = self._eio.sockets.get(eio_sid)
            if there is not None and not there.closed:
                there.last_ping = self._clock.now().timestamp()  # the library goes by the time of day
                there.send(Packet(PING))
        self._pinging = False
