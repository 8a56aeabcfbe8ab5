"""Shares in whole percent: they add to 100 and stay beside the exact ones."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.statistics.shares import joint_percent, percent, percents_of_each, percents_to_100

counts = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 2000), max_size=9)


def exact(count: int, base: int) -> Fraction:
    return Fraction(100 * count, base)


@given(counts)
def test_the_labels_of_one_bar_set_add_to_100(counted: dict[str, int]) -> None:
    assert sum(percents_to_100(counted).values()) == (100 if any(counted.values()) else 0)


@given(counts)
def test_no_label_is_a_point_or_more_off(counted: dict[str, int]) -> None:
    base = sum(counted.values())
    for name, share in percents_to_100(counted).items():
        if base:
            assert abs(share - exact(counted[name], base)) < 1


@given(counts)
def test_more_answers_never_have_a_smaller_label(counted: dict[str, int]) -> None:
    shares = percents_to_100(counted)
    for one in counted:
        for other in counted:
            if counted[one] > counted[other]:
                assert shares[one] >= shares[other]


@given(st.data())
def test_the_order_matters_only_between_equal_remainders(data: st.DataObject) -> None:
    counted = data.draw(counts)
    base = sum(counted.values())
    remainders = [100 * count % base for count in counted.values()] if base else []
    shuffled = dict(data.draw(st.permutations(list(counted.items()))))
    if len(set(remainders)) == len(remainders):
        assert percents_to_100(shuffled) == percents_to_100(counted)
    else:
        assert sum(percents_to_100(shuffled).values()) == sum(percents_to_100(counted).values())


@pytest.mark.parametrize(
    ("counted", "shares"),
    [
        ({"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        ({"a": 2, "b": 1}, {"a": 67, "b": 33}),
        ({"a": 1, "b": 0}, {"a": 100, "b": 0}),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}),
        ({}, {}),
        ({"a": 1, "b": 199}, {"a": 1, "b": 99}),
        ({"a": 1, "b": 299}, {"a": 0, "b": 100}),
        ({"a": 4, "b": 12, "c": 30, "d": 38, "e": 16}, {"a": 4, "b": 12, "c": 30, "d": 38, "e": 16}),
        (dict.fromkeys("abcdefg", 1), {"a": 15, "b": 15, "c": 14, "d": 14, "e": 14, "f": 14, "g": 14}),
    ],
)
def test_worked_examples(counted: dict[str, int], shares: dict[str, int]) -> None:
    assert percents_to_100(counted) == shares


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_half_is_rounded_up(count: int, base: int) -> None:
    share = percent(count, base)
    assert share - Fraction(1, 2) <= exact(count, base) < share + Fraction(1, 2)


@pytest.mark.parametrize(
    ("count", "base", "share"),
    [
        (1, 200, 1),
        (1, 8, 13),
        (5, 8, 63),
        (29, 200, 15),
        (9, 200, 5),
        (1, 201, 0),
        (124, 250, 50),
        (0, 7, 0),
        (7, 7, 100),
    ],
)
def test_half_is_rounded_up_where_floats_would_not(count: int, base: int, share: int) -> None:
    assert percent(count, base) == share


def test_overlapping_answers_have_a_base_of_their_own() -> None:
    assert percents_of_each({"a": 9, "b": 6, "c": 1}, 10) == {"a": 90, "b": 60, "c": 10}


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 3000))
def test_a_joint_share_is_that_of_the_counts_and_not_of_the_labels(low: int, high: int, rest: int) -> None:
    base = low + high + rest
    counted = {"low": low, "high": high, "rest": rest}
    assert joint_percent(counted, ["low", "high"], base) == percent(low + high, base)


def test_two_labels_may_not_add_to_their_joint_share() -> None:
    counted = {"d": 1, "e": 1, "rest": 5}
    assert percents_to_100(counted) == {"d": 14, "e": 14, "rest": 72}
    assert joint_percent(counted, ["d", "e"], 7) == 29
