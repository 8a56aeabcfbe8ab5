"""Giving memory back to the system, which a C library keeps in case it is wanted again."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back all that is unused, where the C library can: glibc would hold on to every copy of the room's
    file that a backup was made from, and to what thousands of phones left behind that came and went."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none, and needs none
    if trim is not None:
        trim(0)
