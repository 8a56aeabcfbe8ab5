"""How often somebody may try to log in under one name before they must wait."""

from __future__ import annotations

import threading
from collections import deque

from kiosk.clock import Clock
from kiosk.problems import Problem

MOST = 10
WITHIN_SECONDS = 300
MOST_NAMES = 10_000


class Attempts:
    """Failed attempts of the last minutes by name, in this process alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def expect_patience(self, name: str) -> None:
        """A Problem when too many attempts under this name have failed."""
        with self._lock:
            failed = self._failed.get(name, deque())
            while failed and failed[0] <= self._clock.seconds() - WITHIN_SECONDS:
                failed.popleft()
            if len(failed) >= MOST:
                raise Problem("too_fast")

    def note(self, name: str) -> None:
        """Remember a failed attempt."""
        with self._lock:
            if len(self._failed) >= MOST_NAMES:
                self._failed.clear()
            self._failed.setdefault(name, deque(maxlen=MOST)).append(self._clock.seconds())
