"""An engine on threads that says when a job has been handed in, so that tests need not wait and hope."""

from __future__ import annotations

import threading
from typing import Any

from kiosk.engine.latches import ThreadLatch
from kiosk.engine.threads import ThreadEngine


class WatchedLatch(ThreadLatch):
    def __init__(self, handed_in: threading.Semaphore) -> None:
        super().__init__()
        self._handed_in = handed_in

    def wait(self) -> Any:
        self._handed_in.release()
        return super().wait()


class WatchedEngine(ThreadEngine):
    """The threading engine; ``handed_in`` goes up with every job that somebody begins to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_in = threading.Semaphore(0)

    def latch(self) -> WatchedLatch:
        return WatchedLatch(self.handed_in)

    def forget_jobs(self) -> None:
        """Count anew from here."""
        while self.handed_in.acquire(blocking=False):
            pass

    def wait_for_jobs(self, count: int) -> None:
        for _ in range(count):
            assert self.handed_in.acquire(timeout=20)
