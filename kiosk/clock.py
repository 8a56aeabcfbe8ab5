"""The clock: the one place that asks what time it is, so that tests can hold it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time of day in UTC, for people. It may jump."""

    def seconds(self) -> float:
        """Seconds from some moment, for spans of time. Never goes back."""


@dataclass(frozen=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return time.monotonic()


def stamp(moment: datetime) -> str:
    """A moment as it is stored: ISO 8601, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
