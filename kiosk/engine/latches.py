"""The latch for native threads: for those of the engine of threads, and for work beside a loop."""

from __future__ import annotations

import threading
from typing import Any


class ThreadLatch:
    """A latch that a native thread waits for; any other may set it."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._value: Any = None

    def set(self, value: Any) -> None:
        self._value = value
        self._done.set()

    def wait(self) -> Any:
        self._done.wait()
        return self._value
