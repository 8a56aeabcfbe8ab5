"""Who stands in the doorway of a listener: every open connection, and which of them still owe a request.

A connection costs its client nothing and the server a place. So a request has to arrive whole within a few
seconds, however its bytes drip in; only so many may wait at once, and whoever has waited longest makes room
for the next. Nobody is judged by an address unless a setting says so: a hall can stand behind one. Knows
no engine: both use it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from kiosk.engine import Space

WHOLE_SECONDS = 10.0
"""Within so many seconds a request has to be there to its last byte."""
LOOK_SECONDS = 1.0

Turned = Literal["full", "too_many"]


class Arrival:
    """One connection. ``turned`` says why it gets nothing but a refusal, if it is so."""

    __slots__ = ("_arrivals", "_raw", "address", "is_cut", "stays", "turned")

    def __init__(self, arrivals: Arrivals, raw: socket.socket, address: str, turned: Turned | None) -> None:
        self._arrivals = arrivals
        self._raw = raw
        self.address = address
        self.turned = turned
        self.is_cut = False
        """Then what has come of a request is not to be taken for the whole of it."""
        self.stays = False
        """Whether it outlives its request, and leaves when whoever has its socket says so."""

    def stay(self, raw: socket.socket) -> None:
        """From now on it is on this socket, and goes on when the request is over."""
        self._raw = raw
        self.stays = True

    def waits(self) -> None:
        """From now on a request is awaited."""
        self._arrivals.note(self)

    def has_come(self) -> None:
        """The request is here, to its last byte."""
        self._arrivals.release(self)

    def leave(self) -> None:
        """The connection is over."""
        self._arrivals.forget(self)

    def cut(self) -> None:
        """End it from outside: whoever waits to read from it finds that it is over."""
        self.is_cut = True
        with suppress(OSError):
            self._raw.shutdown(socket.SHUT_RDWR)


class Arrivals:
    """The connections of one listener."""

    def __init__(self, space: Space, seconds: Callable[[], float] = time.monotonic) -> None:
        self._space = space
        self._seconds = seconds
        self._open: set[Arrival] = set()
        self._waiting: dict[Arrival, float] = {}  # the longest first
        self._addresses: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many owe a request."""
        return len(self._waiting)

    @property
    def has_place(self) -> bool:
        """Whether one more can come in, if only to be told that the room is full."""
        return len(self._open) < self._space.most + self._space.spare

    def enter(self, raw: socket.socket, address: str) -> Arrival:
        """Note a connection that has just been made."""
        with self._lock:
            self._addresses[address] += 1
            arrival = Arrival(self, raw, address, self._turned(address))
            self._open.add(arrival)
        return arrival

    def note(self, arrival: Arrival) -> None:
        """It owes a request from now on; where too many do, the one that has owed longest is cut."""
        with self._lock:
            self._waiting.pop(arrival, None)
            self._waiting[arrival] = self._seconds() + WHOLE_SECONDS
            longest = next(iter(self._waiting)) if len(self._waiting) > self._space.spare else None
            if longest is not None:
                del self._waiting[longest]
        if longest is not None:
            longest.cut()

    def release(self, arrival: Arrival) -> None:
        """It owes nothing any more."""
        with self._lock:
            self._waiting.pop(arrival, None)

    def forget(self, arrival: Arrival) -> None:
        """It is over, and its place free; to say so twice changes nothing."""
        with self._lock:
            self._waiting.pop(arrival, None)
            if arrival in self._open:
                self._open.remove(arrival)
                self._addresses[arrival.address] -= 1
                if not self._addresses[arrival.address]:
                    del self._addresses[arrival.address]

    def cut_the_late(self) -> None:
        """End every connection whose request should have been here by now."""
        now = self._seconds()
        with self._lock:
            late = [arrival for arrival, until in self._waiting.items() if until <= now]
            for arrival in late:
                del self._waiting[arrival]
        for arrival in late:
            arrival.cut()

    def keep_cutting(self, sleep: Callable[[float], None]) -> None:
        """Look again and again, for as long as there is a server."""
        while True:
            sleep(LOOK_SECONDS)
            self.cut_the_late()

    def _turned(self, address: str) -> Turned | None:
        per_address = self._space.per_address
        if per_address is not None and self._addresses[address] > per_address:
            return "too_many"
        return "full" if len(self._open) >= self._space.most else None
