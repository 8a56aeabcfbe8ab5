"""Giving memory back to the system, which a C library keeps in case it is wanted again."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

# Of malloc.h, where they are the same on every machine.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
LARGE_BYTES = 128 * 1024
"""What is as large as this is asked of the system by itself, and given back as soon as it is not used."""


def keep_little() -> None:
    """Have the C library keep little. Before there are threads: glibc would give each a pool of its own, keep
    ever larger pieces in it, and grow by some megabytes in an hour of people coming and going."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """Give back all that is unused: glibc would hold on to what thousands of phones left behind that came and
    went."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> Any:
    """The C library where it is glibc; others keep little by themselves."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None
