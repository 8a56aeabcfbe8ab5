"""Before and after, against statsmodels and scipy, and by properties."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import SquareTable, cochrans_q
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar

from kiosk.statistics.change import (
    bonett_price,
    category_change,
    cochran_q,
    mcnemar,
    newcombe_paired,
    paired_t,
    score_change,
    score_change_interval,
    tango,
    wald,
)
from kiosk.statistics.checks import NotComputable
from kiosk.statistics.proportions import Interval, RandomSample, newcombe

LOTS = RandomSample()
Rows = list[list[int]]
counts = st.integers(0, 80)
pairs = st.tuples(counts, counts, counts, counts).filter(any).map(lambda c: [[c[0], c[1]], [c[2], c[3]]])
INTERVALS: list[Callable[[Rows, RandomSample], Interval]] = [wald, bonett_price, newcombe_paired, tango]


@st.composite
def squares(draw: st.DrawFn, least: int = 0) -> Rows:
    k = draw(st.integers(2, 5))
    row = st.lists(st.integers(least, 40), min_size=k, max_size=k)
    return draw(st.lists(row, min_size=k, max_size=k).filter(lambda rows: any(map(any, rows))))


def turned(table: Rows) -> Rows:
    """After before before."""
    return [list(row) for row in zip(*table, strict=True)]


# ── Yes and no ───────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(pairs)
def test_mcnemar_is_that_of_statsmodels(table: Rows) -> None:
    (_, b), (c, _) = table
    assume(b + c)
    found = mcnemar(table)
    assert found.exact_p == pytest.approx(their_mcnemar(table, exact=True).pvalue, rel=1e-9)
    plain = their_mcnemar(table, exact=False, correction=False)
    assert (found.z**2, found.p) == pytest.approx((plain.statistic, plain.pvalue), abs=1e-9)
    if b != c:
        corrected = their_mcnemar(table, exact=False, correction=True)
        assert (found.z_corrected**2, found.p_corrected) == pytest.approx(
            (corrected.statistic, corrected.pvalue), abs=1e-9
        )
    point = stats.binom.pmf(min(b, c), b + c, 0.5)
    assert found.mid_p == pytest.approx(2 * stats.binom.cdf(min(b, c), b + c, 0.5) - point, rel=1e-9)


@given(pairs)
def test_turning_time_round_turns_the_sign(table: Rows) -> None:
    found, mirrored = mcnemar(table), mcnemar(turned(table))
    assert (found.left, found.came) == (mirrored.came, mirrored.left)
    assert (found.z, found.difference) == (-mirrored.z, -mirrored.difference)
    assert (found.p, found.exact_p, found.mid_p) == (mirrored.p, mirrored.exact_p, mirrored.mid_p)


@given(pairs)
def test_mid_p_lies_between_none_and_the_exact_one(table: Rows) -> None:
    found = mcnemar(table)
    assert 0 < found.mid_p <= 1
    assert found.mid_p <= found.exact_p <= 1


def test_nobody_changed() -> None:
    found = mcnemar([[5, 0], [0, 3]])
    assert (found.z, found.difference, found.pairs) == (0, 0, 8)
    assert (found.p, found.p_corrected, found.exact_p, found.mid_p) == (1, 1, 1, 1)


@pytest.mark.parametrize("interval", INTERVALS)
@settings(max_examples=40)
@given(table=pairs)
def test_intervals_hold_the_difference_and_mirror(
    interval: Callable[[Rows, RandomSample], Interval], table: Rows
) -> None:
    found, mirrored = interval(table, LOTS), interval(turned(table), LOTS)
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    if interval is not bonett_price:
        assert found.estimate == pytest.approx(mcnemar(table).difference, abs=1e-12)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), abs=1e-9)


@settings(max_examples=40)
@given(pairs)
def test_the_scores_interval_ends_where_the_score_is_at_the_level(table: Rows) -> None:
    found = tango(table, LOTS)
    for end, sign in ((found.low, 1), (found.high, -1)):
        if abs(end) < 0.999:
            assert score_of(table, end) == pytest.approx(sign * LOTS.z, abs=1e-3)


def score_of(table: Rows, delta: float) -> float:
    """Tango's score with the most likely share of those who came, found by search and not by formula."""
    (a, b), (c, d) = table
    n = a + b + c + d

    def unlikelihood(came: float) -> float:
        parts = ((b, came + delta), (c, came), (a + d, 1 - 2 * came - delta))
        return -sum(count * log(max(share, 1e-300)) for count, share in parts if count)

    least, most = max(0.0, -delta), (1 - delta) / 2
    found = optimize.minimize_scalar(
        unlikelihood, bounds=(least, most), method="bounded", options={"xatol": 1e-12}
    )
    came = found.x
    return float((b - c - n * delta) / sqrt(n * (2 * came + delta * (1 - delta))))


@given(st.integers(1, 40), st.integers(1, 40))
def test_newcombes_pairs_without_correlation_are_two_groups(x: int, y: int) -> None:
    """Where ad − bc is above 0 but not above n/2 the correlation counts as none."""
    table = [[x, y], [x, y]]
    paired, apart = newcombe_paired(table, LOTS), newcombe(x + y, 2 * (x + y), 2 * x, 2 * (x + y), LOTS)
    assert (paired.low, paired.high) == pytest.approx((apart.low, apart.high))


def test_everybody_changed_alike() -> None:
    for interval in (newcombe_paired, tango):
        found = interval([[0, 9], [0, 0]], LOTS)
        assert (found.estimate, found.high) == (1, 1)
        assert 0 < found.low < 1


# ── Categories ───────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(squares(least=1))
def test_categories_are_those_of_statsmodels(table: Rows) -> None:
    theirs = SquareTable(np.array(table), shift_zeros=False)
    stuart, bhapkar = theirs.homogeneity("stuart_maxwell"), theirs.homogeneity("bhapkar")
    bowker = theirs.symmetry()
    found = category_change(table)
    assert (found.stuart_maxwell, found.p) == pytest.approx(
        (stuart.statistic, stuart.pvalue), rel=1e-6, abs=1e-9
    )
    assert (found.bhapkar, found.bhapkar_p) == pytest.approx(
        (bhapkar.statistic, bhapkar.pvalue), rel=1e-6, abs=1e-9
    )
    assert (found.bowker, found.bowker_p) == pytest.approx(
        (bowker.statistic, bowker.pvalue), rel=1e-6, abs=1e-9
    )
    assert (found.df, found.bowker_df) == (stuart.df, bowker.df)


@given(pairs)
def test_two_categories_are_yes_and_no(table: Rows) -> None:
    found, plain = category_change(table), mcnemar(table)
    assert found.stuart_maxwell == pytest.approx(plain.z**2)
    assert found.bowker == pytest.approx(plain.z**2)
    assert (found.p, found.bowker_p) == pytest.approx((plain.p, plain.p), abs=1e-12)


@settings(max_examples=50)
@given(squares(), st.randoms(use_true_random=False))
def test_the_order_of_the_categories_does_not_matter(table: Rows, chance: object) -> None:
    order = list(range(len(table)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    found, other = category_change(table), category_change([[table[i][j] for j in order] for i in order])
    assert found.df == other.df
    assert (found.stuart_maxwell, found.bowker) == pytest.approx((other.stuart_maxwell, other.bowker))


def test_a_category_that_exchanges_nobody_takes_no_part() -> None:
    apart = category_change([[5, 3, 0], [1, 7, 0], [0, 0, 9]])
    assert (apart.df, apart.bowker_df) == (1, 3)
    assert apart.stuart_maxwell == pytest.approx(category_change([[5, 3], [1, 16]]).stuart_maxwell)


def test_nobody_moved_and_everybody_moved() -> None:
    still = category_change([[5, 0], [0, 3]])
    assert (still.stuart_maxwell, still.df, still.p, still.bhapkar_p, still.bowker_p) == (0, 0, 1, 1, 1)
    away = category_change([[0, 8], [0, 0]])
    assert (away.stuart_maxwell, away.bhapkar, away.bhapkar_p) == (8, inf, 0)


# ── Several rounds, scores and measurements ──────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=2, max_size=40))
def test_several_rounds_are_those_of_statsmodels(people: list[list[bool]]) -> None:
    assume(any(len(set(answers)) > 1 for answers in people))
    patterns: dict[tuple[bool, ...], int] = {}
    for answers in people:
        patterns[tuple(answers)] = patterns.get(tuple(answers), 0) + 1
    theirs = cochrans_q(np.array(people, dtype=int))
    found = cochran_q(patterns)
    assert (found.q, found.p, found.df) == pytest.approx(
        (theirs.statistic, theirs.pvalue, theirs.df), abs=1e-9
    )


@settings(max_examples=40)
@given(squares())
def test_the_mean_of_the_moves_is_numpys(table: Rows) -> None:
    before, after = (np.repeat(place.ravel() + 1, np.ravel(table)) for place in np.indices(np.shape(table)))
    found = score_change(table)
    assert found.difference == pytest.approx((before - after).mean(), abs=1e-12)
    assert found.se == pytest.approx((before - after).std() / sqrt(len(before)), abs=1e-12)
    interval = score_change_interval(table, LOTS)
    assert interval.high - interval.low == pytest.approx(2 * LOTS.z * found.se)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=40))
def test_students_t_is_scipys(measured: list[tuple[int, int]]) -> None:
    before, after = ([float(value) for value in values] for values in zip(*measured, strict=True))
    assume(len({one - other for one, other in measured}) > 1)
    found, theirs = paired_t(before, after), stats.ttest_rel(before, after)
    assert (found.t, found.df, found.p) == pytest.approx(
        (theirs.statistic, theirs.df, theirs.pvalue), rel=1e-7, abs=1e-12
    )


# ── What cannot be asked ─────────────────────────────────────────────────────────────────────────────


def test_no_pairs_have_no_change() -> None:
    for ask in (mcnemar, category_change, score_change):
        with pytest.raises(NotComputable, match="no pairs"):
            ask([[0, 0], [0, 0]])
    for interval in INTERVALS:
        with pytest.raises(NotComputable, match="no pairs"):
            interval([[0, 0], [0, 0]], LOTS)


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="two rows and two columns"):
        mcnemar([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    with pytest.raises(ValueError, match="as many rows as columns"):
        category_change([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(ValueError, match="two categories"):
        category_change([[5]])
    with pytest.raises(ValueError, match="one score"):
        score_change([[1, 2], [3, 4]], [1, 2, 3])
    with pytest.raises(ValueError, match="one answer in each"):
        cochran_q({(True, False): 3, (True,): 2})
    with pytest.raises(NotComputable, match="nobody changed"):
        cochran_q({(True, True): 3, (False, False): 2})
    for before, after in (([1.0], [2.0]), ([1.0, 2.0], [1.0])):
        with pytest.raises(ValueError, match="two people or more"):
            paired_t(before, after)
    with pytest.raises(NotComputable, match="moved by the same"):
        paired_t([1, 2], [2, 3])
