"""Degree scales: boxes with both bases, the median in words, and in between."""

from __future__ import annotations

from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.statistics.scales import interpolated_median, mean, median_category, summarise

FIVE = ["not at all", "little", "some", "much", "very much"]
answers = st.lists(st.integers(1, 7), min_size=1, max_size=60)


def counted(values: list[int]) -> dict[int, int]:
    return {step: values.count(step) for step in range(1, 8)}


def test_a_scale_has_two_bases() -> None:
    found = summarise(dict(zip(FIVE, [4, 12, 30, 38, 16], strict=True)), dont_know=10)
    assert (found.bottom, found.middle, found.top) == (16, 30, 54)
    assert (found.base, found.base_with_dont_know) == (100, 110)
    assert (found.bottom_share, found.middle_share, found.top_share) == (
        Fraction(16, 100),
        Fraction(30, 100),
        Fraction(54, 100),
    )
    assert found.top_share_with_dont_know == Fraction(54, 110)
    assert found.dont_know_share == Fraction(10, 110)
    assert found.median == ("much",)
    assert found.mean == 3.5


@pytest.mark.parametrize(
    ("steps", "top", "middle", "bottom"),
    [(2, 1, 0, 1), (3, 1, 1, 1), (4, 2, 0, 2), (5, 2, 1, 2), (6, 2, 2, 2), (7, 2, 3, 2), (11, 2, 7, 2)],
)
def test_the_boxes_leave_the_rest_in_the_middle(steps: int, top: int, middle: int, bottom: int) -> None:
    found = summarise({str(step): 1 for step in range(steps)})
    assert (found.top, found.middle, found.bottom) == (top, middle, bottom)


def test_boxes_may_be_named() -> None:
    found = summarise(dict.fromkeys(FIVE, 1), top=["very much"], bottom=FIVE[:3])
    assert (found.top, found.middle, found.bottom) == (1, 1, 3)


def test_three_steps_have_no_mean() -> None:
    assert summarise({"no": 1, "maybe": 1, "yes": 2}).mean is None
    assert summarise({"a": 1, "b": 1, "c": 1, "d": 1}).mean == 2.5


@pytest.mark.parametrize(
    ("counts", "named"),
    [
        ([1, 1, 1, 1, 1], ["some"]),
        ([2, 0, 0, 1, 1], ["not at all", "much"]),
        ([2, 2, 0, 0, 0], ["not at all", "little"]),
        ([0, 0, 0, 0, 9], ["very much"]),
        ([5, 4, 0, 0, 0], ["not at all"]),
        ([4, 5, 0, 0, 0], ["little"]),
    ],
)
def test_the_median_names_both_steps_at_a_border(counts: list[int], named: list[str]) -> None:
    assert list(median_category(dict(zip(FIVE, counts, strict=True)))) == named


@given(answers)
def test_the_named_steps_hold_the_middle_answers(values: list[int]) -> None:
    in_order = sorted(values)
    middle = {in_order[(len(values) - 1) // 2], in_order[len(values) // 2]}
    assert set(median_category({str(step): count for step, count in counted(values).items()})) == {
        str(step) for step in middle
    }


@settings(max_examples=40)
@given(answers)
def test_the_interpolated_median_stays_within_its_step(values: list[int]) -> None:
    found, plain = interpolated_median(counted(values)), median(values)
    assert abs(found - plain) <= 0.5
    if plain != int(plain):
        assert found == plain


@settings(max_examples=40)
@given(answers)
def test_the_interpolated_median_mirrors(values: list[int]) -> None:
    mirrored = interpolated_median(counted([8 - value for value in values]))
    assert mirrored == pytest.approx(8 - interpolated_median(counted(values)))


@given(answers)
def test_the_mean_is_that_of_the_answers(values: list[int]) -> None:
    assert mean(counted(values)) == pytest.approx(sum(values) / len(values))


def test_nobody_has_no_summary() -> None:
    for nothing in (
        lambda: summarise(dict.fromkeys(FIVE, 0), dont_know=3),
        lambda: median_category({"a": 0}),
        lambda: interpolated_median({1: 0, 2: 0}),
        lambda: mean({1: 0}),
    ):
        with pytest.raises(ValueError, match="nobody chose"):
            nothing()


def test_boxes_are_steps_and_apart() -> None:
    counts = dict.fromkeys(FIVE, 1)
    for top, bottom in ((["most"], []), (["some"], ["some"]), (FIVE[1:], None)):
        with pytest.raises(ValueError, match="different steps"):
            summarise(counts, top=top, bottom=bottom)
    with pytest.raises(ValueError, match="negative"):
        summarise(counts, dont_know=-1)
