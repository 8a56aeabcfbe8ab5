"""Shares with intervals: when there is one, and that it is the one that others compute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    multinomial_proportions_confint,
    proportion_confint,
)

from kiosk.statistics.proportions import (
    Interval,
    RandomSample,
    Sampling,
    adjusted_wald,
    adjusted_wald_of_population,
    agresti_caffo,
    exact,
    goodman,
    interval_of_share,
    mean_of_population,
    newcombe,
    sison_glaz,
    weighted_share,
    wilson,
    wilson_bounds,
    wilson_corrected,
)

LOTS = RandomSample()
conf = st.sampled_from([0.8, 0.9, 0.95, 0.99])
Shares = tuple[int, int]


@st.composite
def shares(draw: st.DrawFn) -> Shares:
    n = draw(st.integers(1, 2000))
    return draw(st.integers(0, n)), n


def close(interval: Interval, other: object) -> bool:
    return (interval.low, interval.high) == pytest.approx(tuple(np.ravel(np.asarray(other))), abs=1e-9)


# ── When an interval may be shown ────────────────────────────────────────────────────────────────────


@given(shares(), st.sampled_from([s for s in Sampling if s is not Sampling.RANDOM_SAMPLE]))
def test_only_a_random_sample_has_an_interval(share: Shares, sampling: Sampling) -> None:
    assert interval_of_share(*share, sampling=sampling) is None
    assert interval_of_share(*share, sampling=sampling, population=5000) is None


@given(shares(), conf)
def test_a_random_sample_of_very_many_has_wilsons(share: Shares, level: float) -> None:
    x, n = share
    plain = wilson(x, n, RandomSample(level))
    assert interval_of_share(x, n, sampling=Sampling.RANDOM_SAMPLE, conf=level) == plain
    many = interval_of_share(x, n, sampling=Sampling.RANDOM_SAMPLE, conf=level, population=20 * n)
    assert many == plain


@given(shares().filter(lambda share: share[1] > 1))
def test_a_sample_of_much_of_the_population_has_a_shorter_one(share: Shares) -> None:
    x, n = share
    plain = wilson(x, n, LOTS)
    found = interval_of_share(x, n, sampling=Sampling.RANDOM_SAMPLE, population=2 * n)
    assert found is not None
    assert plain.low <= found.low <= found.estimate <= found.high <= plain.high
    assert found.high - found.low < plain.high - plain.low


def test_the_whole_population_is_a_count() -> None:
    assert interval_of_share(40, 43, sampling=Sampling.RANDOM_SAMPLE, population=43) is None


def test_a_sample_is_not_larger_than_its_population() -> None:
    with pytest.raises(ValueError, match="more than all"):
        interval_of_share(5, 44, sampling=Sampling.WHOLE_GROUP, population=43)
    with pytest.raises(ValueError, match="more than all"):
        adjusted_wald_of_population(5, 44, RandomSample(population=43))


# ── Against statsmodels ──────────────────────────────────────────────────────────────────────────────


@given(shares(), conf)
def test_wilson(share: Shares, level: float) -> None:
    found = wilson(*share, RandomSample(level))
    assert close(found, proportion_confint(*share, alpha=1 - level, method="wilson"))


@given(shares(), conf)
def test_exact(share: Shares, level: float) -> None:
    found = exact(*share, RandomSample(level))
    assert close(found, proportion_confint(*share, alpha=1 - level, method="beta"))


@given(shares(), shares(), conf)
def test_differences_of_two_groups(one: Shares, other: Shares, level: float) -> None:
    sample = RandomSample(level)
    for found, method in (
        (newcombe(*one, *other, sample), "newcomb"),
        (agresti_caffo(*one, *other, sample), "agresti-caffo"),
    ):
        theirs = confint_proportions_2indep(*one, *other, method=method, compare="diff", alpha=1 - level)
        assert close(found, np.clip(theirs, -1, 1))


@given(st.lists(st.integers(0, 200), min_size=2, max_size=8).filter(any), conf)
def test_goodman(counts: list[int], level: float) -> None:
    theirs = multinomial_proportions_confint(counts, 1 - level, method="goodman")
    found = goodman(counts, RandomSample(level))
    assert all(close(interval, row) for interval, row in zip(found, theirs, strict=True))


@settings(max_examples=15)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=6), conf)
def test_sison_glaz(counts: list[int], level: float) -> None:
    theirs = multinomial_proportions_confint(counts, 1 - level, method="sison-glaz")
    found = sison_glaz(counts, RandomSample(level))
    assert all(
        (interval.low, interval.high) == pytest.approx(tuple(row), abs=1e-6)
        for interval, row in zip(found, theirs, strict=True)
    )


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────

METHODS: list[Callable[[int, int, RandomSample], Interval]] = [wilson, wilson_corrected, exact]


@pytest.mark.parametrize("method", METHODS)
@given(share=shares(), level=conf)
def test_bounds_lie_around_the_share_and_mirror(
    method: Callable[[int, int, RandomSample], Interval], share: Shares, level: float
) -> None:
    x, n = share
    found, mirrored = method(x, n, RandomSample(level)), method(n - x, n, RandomSample(level))
    assert 0 <= found.low <= x / n <= found.high <= 1
    assert (found.low == 0) >= (x == 0)
    assert (found.high == 1) >= (x == n)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((found.low, found.high), abs=1e-9)


@pytest.mark.parametrize("n", [1, 3, 7, 10, 43, 999])
def test_none_is_exactly_0_and_all_exactly_1(n: int) -> None:
    for method in METHODS:
        assert method(0, n, LOTS).low == 0.0
        assert method(n, n, LOTS).high == 1.0
    assert wilson_bounds(0.0, n / 3, 2.5)[0] == 0.0
    assert wilson_bounds(1.0, n / 3, 2.5)[1] == 1.0


@given(shares(), conf)
def test_the_correction_widens(share: Shares, level: float) -> None:
    plain, corrected = (method(*share, RandomSample(level)) for method in (wilson, wilson_corrected))
    assert corrected.low <= plain.low + 1e-12
    assert plain.high <= corrected.high + 1e-12


@given(shares())
def test_adjusted_bounds_stay_within_0_and_1(share: Shares) -> None:
    found = adjusted_wald(*share, LOTS)
    assert 0 <= found.low < found.estimate < found.high <= 1


@given(shares(), conf)
def test_two_equal_groups_differ_by_nothing(share: Shares, level: float) -> None:
    for method in (newcombe, agresti_caffo):
        found = method(*share, *share, RandomSample(level))
        assert found.estimate == 0
        assert found.low == pytest.approx(-found.high, abs=1e-12)
        assert -1 <= found.low < 0 < found.high <= 1


@given(shares())
def test_equal_weights_are_no_weights(share: Shares) -> None:
    x, n = share
    found = weighted_share([1.5] * n, [place < x for place in range(n)], LOTS)
    plain = wilson(x, n, LOTS)
    assert found.n_eff == pytest.approx(n)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-9)


def test_readers_examples_around_one_half() -> None:
    """What readers are told an interval around one half is, for each size."""
    told = {20: (30, 70), 50: (37, 63), 100: (40, 60), 300: (44, 56), 1000: (47, 53)}
    found = {n: wilson(n // 2, n, LOTS) for n in told}
    assert {n: (round(100 * i.low), round(100 * i.high)) for n, i in found.items()} == told


# ── What cannot be asked ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("x", "n"), [(1, 0), (0, 0), (5, 4), (-1, 4), (1, -4), (1.5, 4)])
def test_a_share_is_part_of_something(x: int, n: int) -> None:
    for method in (*METHODS, adjusted_wald):
        with pytest.raises(ValueError, match=r"needs at least|more than all|negative|whole number"):
            method(x, n, LOTS)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        RandomSample(level)


def test_a_finite_population_must_be_known() -> None:
    with pytest.raises(ValueError, match="must be known"):
        adjusted_wald_of_population(3, 9, LOTS)
    with pytest.raises(ValueError, match="must be known"):
        mean_of_population(3, 1, 9, LOTS)


def test_a_mean_has_two_answers_and_a_spread() -> None:
    for sd, n in ((1.0, 1), (-1.0, 5)):
        with pytest.raises(ValueError, match="two answers"):
            mean_of_population(3, sd, n, RandomSample(population=9))


def test_categories_have_answers() -> None:
    for method in (goodman, sison_glaz):
        with pytest.raises(ValueError, match="no answers"):
            method([0, 0], LOTS)
        with pytest.raises(ValueError, match="no counts"):
            method([], LOTS)


def test_weights_belong_to_answers() -> None:
    with pytest.raises(ValueError, match="one weight"):
        weighted_share([1], [True, False], LOTS)
    for weights in ([0.0, 0.0], [2.0, -1.0], []):
        with pytest.raises(ValueError, match="weights are not negative"):
            weighted_share(weights, [True] * len(weights), LOTS)
