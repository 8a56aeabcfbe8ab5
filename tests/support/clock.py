"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


class StillClock:
    """Both kinds of time move together, and only by ``step``."""

    def __init__(self) -> None:
        self._moment = START

    def now(self) -> datetime:
        return self._moment

    def seconds(self) -> float:
        return (self._moment - START).total_seconds()

    def step(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._moment += timedelta(seconds=seconds)


class FastClock(StillClock):
    """A clock on which a second has passed whenever it is asked: nobody is ever too fast."""

    def seconds(self) -> float:
        self.step(1)
        return super().seconds()
