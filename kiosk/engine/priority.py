"""Who goes first on a core that several want."""

from __future__ import annotations

import os
import sys
import threading

NICENESS = 10


def be_modest() -> None:
    """Let this native thread go last from now on: where a library computes without the interpreter,
    the system says whose turn it is. Linux alone lets a thread have a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
