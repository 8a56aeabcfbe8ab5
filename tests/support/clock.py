"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


class StillClock:
    """All kinds of time move together, and only by ``step``; ``sleep`` and ``set_wrong`` tear them apart."""

    def __init__(self) -> None:
        self._moment = START
        self._asleep = timedelta()
        self._wrong = timedelta()

    def now(self) -> datetime:
        return self._moment + self._asleep + self._wrong

    def seconds(self) -> float:
        return (self._moment - START).total_seconds()

    def uptime(self) -> float:
        return (self._moment + self._asleep - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let the machine be asleep for so long: time for people goes on, time for spans does not."""
        self._asleep += timedelta(seconds=seconds)

    def set_wrong(self, by: timedelta) -> None:
        """Move the time of day alone, as somebody who sets the clock."""
        self._wrong += by

    def step(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._moment += timedelta(seconds=seconds)


class FastClock(StillClock):
    """A clock on which a second has passed whenever it is asked: nobody is ever too fast."""

    def seconds(self) -> float:
        self.step(1)
        return super().seconds()
