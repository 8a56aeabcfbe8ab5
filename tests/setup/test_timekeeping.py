"""What the clocks tell of a machine: it slept, or its time of day was moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.clock import SystemClock
from kiosk.timekeeping import Disturbance, Moment, disturbance, is_plausible

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BEFORE = Moment(NOON, awake=1000.0, up=5000.0)


def later(awake: float = 1.0, asleep: float = 0.0, moved: timedelta = timedelta()) -> Moment:
    passed = timedelta(seconds=awake + asleep)
    return Moment(NOON + passed + moved, BEFORE.awake + awake, BEFORE.up + awake + asleep)


def test_a_second_that_passes_is_nothing() -> None:
    assert disturbance(BEFORE, later()) is None
    assert disturbance(BEFORE, later(awake=20)) is None


def test_ten_minutes_asleep() -> None:
    assert disturbance(BEFORE, later(asleep=600)) == Disturbance("slept", 600)


def test_ten_minutes_asleep_where_no_clock_counts_them() -> None:
    after = Moment(NOON + timedelta(seconds=601), BEFORE.awake + 601, BEFORE.up + 601)
    assert disturbance(BEFORE, after) == Disturbance("slept", 601)


@pytest.mark.parametrize(
    "moved",
    [timedelta(hours=-1), timedelta(hours=1), datetime(1970, 1, 1, tzinfo=UTC) - NOON, timedelta(days=3653)],
)
def test_a_clock_that_was_moved(moved: timedelta) -> None:
    assert disturbance(BEFORE, later(moved=moved)) == Disturbance("moved", moved.total_seconds())


def test_what_a_time_server_mends_is_nothing_to_tell() -> None:
    assert disturbance(BEFORE, later(moved=timedelta(seconds=-3))) is None


@pytest.mark.parametrize(
    ("wall", "plausible"),
    [
        (NOON, True),
        (NOON + timedelta(days=300), True),
        (NOON - timedelta(minutes=30), True),
        (NOON - timedelta(hours=2), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (NOON + timedelta(days=3653), False),
    ],
)
def test_a_time_of_day_that_can_be_right(wall: datetime, plausible: bool) -> None:
    assert is_plausible(wall, last_used=NOON) is plausible


def test_a_machine_that_was_never_used_knows_when_this_was_made() -> None:
    assert is_plausible(NOON, None)
    assert not is_plausible(datetime(2020, 1, 1, tzinfo=UTC), None)


def test_this_machines_clocks() -> None:
    clock = SystemClock()
    assert clock.uptime() >= clock.seconds() - 1
    assert clock.now().tzinfo is UTC
