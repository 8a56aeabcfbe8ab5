"""The clock: the one place that asks what time it is, so that tests can hold it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

_COUNTS_SLEEP: int | None = (
    getattr(time, "CLOCK_MONOTONIC_RAW", None)
    if sys.platform == "darwin"
    else getattr(time, "CLOCK_BOOTTIME", None)
)
"""The system's clock that goes on in its sleep. Windows has none; its monotonic clock goes on by itself."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The time of day in UTC, for people. It may jump."""

    def seconds(self) -> float:
        """Seconds from some moment, for spans of time. Never goes back."""

    def uptime(self) -> float:
        """The same, with the time that the machine was asleep counted in, where the system tells it."""


@dataclass(frozen=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    seconds = staticmethod(time.monotonic)

    def uptime(self) -> float:
        return time.clock_gettime(_COUNTS_SLEEP) if _COUNTS_SLEEP is not None else time.monotonic()


def stamp(moment: datetime) -> str:
    """A moment as it is stored: ISO 8601, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
