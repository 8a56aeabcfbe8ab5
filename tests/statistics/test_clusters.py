"""Series of meetings."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.statistics.clusters import summarise_meetings


@given(st.lists(st.integers(0, 20), min_size=2, max_size=15))
def test_meetings_of_one_size_are_a_sample_of_their_means(sums: list[int]) -> None:
    found = summarise_meetings(sums, [20] * len(sums))
    shares = [total / 20 for total in sums]
    assert found.pooled == pytest.approx(fmean(shares))
    assert found.pooled == pytest.approx(found.mean_of_meetings)
    assert found.se == pytest.approx(stdev(shares) / sqrt(len(shares)), abs=1e-12)
    assert (found.lowest, found.highest) == (min(shares), max(shares))
    assert not found.show_both
    assert (found.low is not None) == (len(sums) >= 8)


def test_an_interval_comes_with_the_eighth_meeting() -> None:
    seven = summarise_meetings([5, 6, 7, 8, 9, 10, 11], [20] * 7)
    assert seven.low is seven.high is None
    assert seven.se is not None
    eight = summarise_meetings([5, 6, 7, 8, 9, 10, 11, 12], [20] * 8)
    assert eight.se is not None
    assert eight.low is not None
    assert eight.pooled - eight.low == pytest.approx(2.364624 * eight.se)  # t, 7 degrees of freedom
    raised = summarise_meetings([5, 6, 7, 8, 9, 10, 11, 12], [20] * 8, series_min=9)
    assert raised.low is None


def test_all_meetings_there_are_leave_no_error() -> None:
    found = summarise_meetings([5, 10], [20, 20], meetings_in_population=2)
    assert found.se == 0
    assert summarise_meetings([5], [20]).se is None


def test_one_large_meeting_that_differs_shows_both_means() -> None:
    """Pooled 100/130; the mean of 90 %, 50 % and 40 % is 60 %."""
    found = summarise_meetings([90, 10, 4], [100, 20, 10])
    assert found.show_both
    assert found.mean_of_meetings == pytest.approx(0.6)
    assert found.pooled == pytest.approx(0.8)


def test_five_points_are_not_more_than_five_points() -> None:
    """Pooled 28/40 = 70 %, means 80 % and 50 % = 65 %."""
    exactly = summarise_meetings([24, 5], [30, 10])
    assert exactly.pooled - exactly.mean_of_meetings == pytest.approx(0.075)
    assert exactly.show_both
    five = summarise_meetings([16, 5, 5], [20, 10, 10])
    assert Fraction(26, 40) - Fraction(18, 30) == Fraction(1, 20)
    assert not five.show_both


@pytest.mark.parametrize(
    ("sums", "sizes", "others", "reason"),
    [
        ([], [], {}, "has meetings"),
        ([1], [1, 2], {}, "has meetings"),
        ([0], [0], {}, "without answers"),
        ([1, 1], [2, 2], {"meetings_in_population": 1}, "fewer meetings"),
        ([1, 1], [2, 2], {"series_min": 7}, "raised"),
        ([1, 1], [2, 2], {"conf": 1.0}, "confidence"),
    ],
)
def test_wrong_series_are_refused(
    sums: list[int], sizes: list[int], others: dict[str, float], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        summarise_meetings(sums, sizes, **others)  # type: ignore[arg-type]
