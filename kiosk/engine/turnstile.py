"""Work that can wait stands still while ballots are in hand.

The threads of one interpreter take turns with it. A ballot needs it several times on its way in, and beside a
thread that computes each of these turns comes late. So such a thread looks, at every function it calls,
whether there are ballots, and sleeps until they are answered for. Never for long: it may hold what a ballot
needs, and what a facilitator asks for has to come in a full hall as well.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

STAND_SECONDS = 0.008
GO_SECONDS = 0.002
"""How long such work stands still at most, and how long it goes on after that at least."""
NICENESS = 10


def be_modest() -> None:
    """Let this native thread go last from now on: where a library computes without the interpreter,
    the system says whose turn it is. Linux alone lets a thread have a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Turnstile:
    """Knows how many ballots are in hand, and lets other work through when there are none."""

    def __init__(self, stand_seconds: float = STAND_SECONDS, go_seconds: float = GO_SECONDS) -> None:
        self._stand_seconds = stand_seconds
        self._go_seconds = go_seconds
        self._in_hand = 0
        self._counting = threading.Lock()
        self._free = threading.Event()
        self._free.set()

    def take(self) -> None:
        """A ballot is in hand."""
        with self._counting:
            self._in_hand += 1
            if self._in_hand == 1:
                self._free.clear()

    def settle(self) -> None:
        """One has been answered for."""
        with self._counting:
            self._in_hand -= 1
            if not self._in_hand:
                self._free.set()

    def through(self, work: Callable[..., T], *args: Any) -> T:
        """Do work on this native thread, standing still for ballots. Not on one that takes them itself."""
        if sys.gettrace() is not None:  # a debugger looks at every step already
            return work(*args)
        sys.settrace(self._look_out())
        try:
            return work(*args)
        finally:
            sys.settrace(None)

    def _look_out(self) -> Callable[[FrameType, str, Any], None]:
        """What the interpreter calls at every function that the work calls."""
        goes_until = 0.0

        def look_out(_frame: FrameType, _event: str, _arg: Any) -> None:
            nonlocal goes_until
            if not self._in_hand or time.monotonic() < goes_until:
                return
            if not self._free.wait(self._stand_seconds):
                goes_until = time.monotonic() + self._go_seconds

        return look_out
