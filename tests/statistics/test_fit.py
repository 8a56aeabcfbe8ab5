"""The room against a reference: by hand, against scipy, and what only properties can say."""

from __future__ import annotations

from itertools import product
from math import factorial, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kiosk.statistics.checks import NotComputable
from kiosk.statistics.fit import (
    COUNTED_UP_TO,
    DrawnFit,
    ExactFit,
    Flag,
    PearsonFit,
    chance_dissimilarity,
    dissimilarity,
    drawn_fit,
    exact_fit,
    fit,
    pearson_fit,
    representation,
)

SEED = 20260301
people = st.integers(1, 10_000)


@st.composite
def rooms(draw: st.DrawFn, most: int = 300) -> tuple[list[int], list[int]]:
    """A room's counts and a population's, which has somebody in every category."""
    k = draw(st.integers(2, 6))
    room = draw(st.lists(st.integers(0, most), min_size=k, max_size=k).filter(any))
    return room, draw(st.lists(people, min_size=k, max_size=k))


# ── Representation ratio ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("count", "n", "reference", "flag"),
    [
        (18, 120, 0.25, Flag.UNDER),
        (2, 8, 0.5, Flag.NEITHER),
        (0, 40, 0.25, Flag.UNDER),
        (0, 3, 0.25, Flag.NEITHER),
        (60, 120, 0.25, Flag.OVER),
        (3, 5, 0.25, Flag.NEITHER),
        (3000, 10_000, 0.25, Flag.NEITHER),
        (2100, 10_000, 0.25, Flag.NEITHER),
        (30, 120, 0.25, Flag.NEITHER),
    ],
)
def test_a_group_is_flagged_when_the_ratio_is_far_and_the_band_agrees(
    count: int, n: int, reference: float, flag: Flag
) -> None:
    found = representation(count, n, reference)
    assert found.flag is flag
    assert found.ratio == pytest.approx(count / n / reference)
    assert found.band_low <= found.ratio <= found.band_high


def test_an_absent_group_has_ratio_0_and_a_band_from_0() -> None:
    found = representation(0, 40, 0.25)
    assert (found.ratio, found.band_low) == (0, 0)


def test_there_is_no_ratio_to_nobody() -> None:
    with pytest.raises(NotComputable, match="nobody in the population"):
        representation(3, 40, 0)
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            representation(3, 40, share)


# ── Goodness of fit ──────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(rooms())
def test_both_statistics_are_scipys(room: tuple[list[int], list[int]]) -> None:
    counts, population = room
    expected = [sum(counts) * part / sum(population) for part in population]
    found = pearson_fit(counts, population)
    theirs = stats.chisquare(counts, expected)
    assert (found.chi_square, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-7, abs=1e-9)
    ratio = stats.power_divergence(counts, expected, lambda_="log-likelihood")
    assert (found.likelihood_ratio, found.likelihood_ratio_p) == pytest.approx(
        (ratio.statistic, ratio.pvalue), rel=1e-6, abs=1e-6
    )
    assert found.smallest_expected == pytest.approx(min(expected))


@settings(max_examples=40)
@given(rooms(most=4))
def test_the_exact_p_is_the_sum_over_all_rooms(room: tuple[list[int], list[int]]) -> None:
    counts, population = room
    counts, population = counts[:3], population[:3]
    if not any(counts):
        counts[0] = 1
    n, shares = sum(counts), [part / sum(population) for part in population]

    def distance(outcome: tuple[int, ...]) -> float:
        return sum((o - n * q) ** 2 / (n * q) for o, q in zip(outcome, shares, strict=True))

    def chance(outcome: tuple[int, ...]) -> float:
        ways = factorial(n) / prod(map(factorial, outcome))
        return ways * prod(q**o for o, q in zip(outcome, shares, strict=True))

    every = [outcome for outcome in product(range(n + 1), repeat=len(shares)) if sum(outcome) == n]
    here = distance(tuple(counts))
    slack = 1e-9 * (1 + here)
    more = sum(chance(o) for o in every if distance(o) > here + slack)
    same = sum(chance(o) for o in every if abs(distance(o) - here) <= slack)
    found = exact_fit(counts, population)
    assert found.outcomes == len(every)
    assert (found.p, found.mid_p) == pytest.approx((more + same, more + same / 2), abs=1e-9)


def test_rooms_as_far_off_as_the_observed_one_count_by_half() -> None:
    """Three equal categories and three people: 3·0·0 is as far off as 0·3·0 and 0·0·3."""
    found = exact_fit([3, 0, 0], [1, 1, 1])
    assert (found.p, found.mid_p) == pytest.approx((3 / 27, 1.5 / 27))


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_drawn_rooms_come_near_the_exact_p_and_the_same_seed_repeats_them(seed: int) -> None:
    counted = exact_fit([6, 1, 3], [0.402, 0.479, 0.119])
    drawn = drawn_fit([6, 1, 3], [0.402, 0.479, 0.119], seed=seed)
    assert drawn == drawn_fit([6, 1, 3], [0.402, 0.479, 0.119], seed=seed)
    assert (drawn.p, drawn.mid_p) == pytest.approx((counted.p, counted.mid_p), abs=0.015)


def test_the_method_follows_from_what_is_expected_and_how_many_rooms_there_are() -> None:
    enough = fit([12, 20, 18], [1, 1, 1], seed=SEED)
    assert isinstance(enough.test, PearsonFit)
    assert enough.p == enough.pearson.p
    few = fit([6, 1, 3], [40, 48, 12], seed=SEED)
    assert isinstance(few.test, ExactFit)
    assert few.test.outcomes <= COUNTED_UP_TO
    assert few.p == few.test.mid_p
    many = fit([40, 30, 20, 10, 5, 1], [30, 30, 20, 10, 9, 1], seed=SEED)
    assert isinstance(many.test, DrawnFit)
    assert (many.test.draws, many.test.seed) == (9_999, SEED)
    assert many.p == many.test.mid_p


@settings(max_examples=40)
@given(rooms())
def test_a_fit_has_a_p_and_an_effect_beside_it(room: tuple[list[int], list[int]]) -> None:
    counts, population = room
    found = fit(counts, population, seed=SEED)
    assert 0 < found.p <= 1 or found.pearson.chi_square > 50
    assert 0 <= found.dissimilarity <= 1
    assert found.chance_dissimilarity > 0
    assert found.n == sum(counts)


def test_a_category_that_neither_has_does_not_count() -> None:
    assert pearson_fit([5, 5, 0], [30, 70, 0]) == pearson_fit([5, 5], [30, 70])


def test_what_cannot_be_compared() -> None:
    for counts, population, reason in (
        ([5, 5, 1], [30, 70, 0], "population lacks"),
        ([5, 0], [30, 0], "two categories"),
        ([5], [30], "two categories"),
    ):
        with pytest.raises(NotComputable, match=reason):
            pearson_fit(counts, population)
    for counts, population, reason in (
        ([5, 5], [30, 30, 40], "different categories"),
        ([0, 0], [30, 70], "nobody answered"),
        ([5, 5], [30, -1], "not negative"),
        ([5, 5], [0, 0], "not negative"),
        ([5, -5], [30, 70], "cannot be negative"),
    ):
        with pytest.raises(ValueError, match=reason):
            fit(counts, population, seed=SEED)
    with pytest.raises(NotComputable, match="too many"):
        exact_fit([100] * 6, [1] * 6)
    with pytest.raises(ValueError, match="at least one"):
        drawn_fit([1, 2], [1, 1], seed=SEED, draws=0)


# ── Dissimilarity ────────────────────────────────────────────────────────────────────────────────────


@given(rooms())
def test_dissimilarity_is_half_of_what_lies_apart(room: tuple[list[int], list[int]]) -> None:
    one, other = ([part / sum(parts) for part in parts] for parts in room)
    found = dissimilarity(one, other)
    assert found == pytest.approx(sum(max(0.0, p - q) for p, q in zip(one, other, strict=True)))
    assert found == pytest.approx(dissimilarity(other, one))
    assert dissimilarity(one, one) == 0


@pytest.mark.parametrize(("n", "told"), [(20, 0.20), (40, 0.14), (80, 0.10), (160, 0.07), (400, 0.04)])
def test_chance_alone_gives_about_what_draws_give(n: int, told: float) -> None:
    """Six age bands of a Nordic municipality; the told means come from draws."""
    bands = [0.16, 0.17, 0.16, 0.17, 0.16, 0.18]
    assert chance_dissimilarity(bands, n) == pytest.approx(told, abs=0.01)


def test_shares_add_to_one() -> None:
    for one, other, reason in (
        ([0.5, 0.5], [0.5, 0.3, 0.2], "different categories"),
        ([0.5, 0.4], [0.5, 0.5], "add to 1"),
        ([1.5, -0.5], [0.5, 0.5], "not negative"),
        ([], [], "add to 1"),
    ):
        with pytest.raises(ValueError, match=reason):
            dissimilarity(one, other)
    with pytest.raises(ValueError, match="nobody"):
        chance_dissimilarity([0.5, 0.5], 0)
