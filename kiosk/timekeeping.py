"""What the clocks tell of a machine: that it slept, or that somebody moved its time of day. Pure rules.

No round depends on the time of day, and none is closed by time: a machine that wakes goes on with whatever
was open, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

SLEEP_SECONDS = 5.0
STANDSTILL_SECONDS = 30.0
"""Without a clock that counts sleep, a look that comes this late tells of it as well."""
JUMP_SECONDS = 30.0
"""Less is a time server's doing, and nothing to tell a person."""
NOT_BEFORE = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
"""This version did not exist before; a clock that says so has lost its battery."""
LONGEST_UNUSED = timedelta(days=5 * 365)


@dataclass(frozen=True)
class Moment:
    """The clocks, read at one moment: the time of day, seconds without sleep, seconds with it."""

    wall: datetime
    awake: float
    up: float


@dataclass(frozen=True)
class Disturbance:
    """The machine ``slept`` for so many seconds, or its time of day ``moved`` by so many (negative: back)."""

    kind: Literal["slept", "moved"]
    seconds: float


def disturbance(before: Moment, after: Moment) -> Disturbance | None:
    """What happened between two looks that were meant to be about a second apart."""
    passed = after.awake - before.awake
    slept = (after.up - before.up) - passed
    if slept >= SLEEP_SECONDS:
        return Disturbance("slept", slept)
    if passed >= STANDSTILL_SECONDS:
        return Disturbance("slept", passed)
    moved = (after.wall - before.wall).total_seconds() - (after.up - before.up)
    if abs(moved) >= JUMP_SECONDS:
        return Disturbance("moved", moved)
    return None


def is_plausible(wall: datetime, last_used: datetime | None) -> bool:
    """Whether a time of day can be right: not before this version nor before what was saved last, and not
    many years after."""
    earliest = max(NOT_BEFORE, last_used - timedelta(hours=1)) if last_used is not None else NOT_BEFORE
    return earliest <= wall <= max(earliest, last_used or NOT_BEFORE) + LONGEST_UNUSED
