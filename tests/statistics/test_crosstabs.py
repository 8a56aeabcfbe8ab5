"""Answers by group, against scipy and statsmodels; and the permutation test against every permutation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import Table as TheirTable
from statsmodels.stats.multitest import multipletests

from kiosk.statistics.checks import NotComputable
from kiosk.statistics.crosstabs import (
    PermutationTest,
    TwoByTwo,
    benjamini_hochberg,
    bonferroni,
    compare_groups,
    cramers_v,
    holm,
    independence,
    kruskal_wallis,
    linear_by_linear,
    permutation_test,
    two_by_two,
)

SEED = 20260301
Rows = list[list[int]]


@st.composite
def tables(draw: st.DrawFn, *, least: int = 0, most: int = 60, rows: int = 6, columns: int = 6) -> Rows:
    """Tables in which at least two rows and two columns are in use."""
    width = draw(st.integers(2, columns))
    row = st.lists(st.integers(least, most), min_size=width, max_size=width)
    table = draw(st.lists(row, min_size=2, max_size=rows))
    assume(sum(map(any, table)) >= 2)
    assume(sum(map(any, zip(*table, strict=True))) >= 2)
    return table


def lived_in(table: Rows) -> Rows:
    rows = [row for row in table if any(row)]
    return [list(row) for row in zip(*(c for c in zip(*rows, strict=True) if any(c)), strict=True)]


# ── The tests with a formula ─────────────────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(tables())
def test_independence_is_scipys(table: Rows) -> None:
    found = independence(table)
    theirs = stats.chi2_contingency(lived_in(table), correction=False)
    assert found.df == theirs.dof
    assert (found.chi_square, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-7, abs=1e-9)
    association = stats.contingency.association(lived_in(table), method="cramer")
    assert found.cramers_v == pytest.approx(association, abs=1e-9)


@settings(max_examples=40)
@given(tables(least=1))
def test_residuals_are_those_of_statsmodels(table: Rows) -> None:
    theirs = TheirTable(np.array(table), shift_zeros=False).standardized_resids
    assert np.allclose(independence(table).residuals, theirs, atol=1e-9)


def test_a_row_of_nobody_and_a_column_of_all_stand_out_by_nothing() -> None:
    found = independence([[5, 3, 0], [0, 0, 0], [2, 8, 0]])
    of_the_column = [row[2] for row in found.residuals]
    assert (list(found.residuals[1]), of_the_column) == ([0, 0, 0], [0, 0, 0])
    assert found.df == 1


@settings(max_examples=40)
@given(tables(rows=2, columns=2, most=200))
def test_fishers_and_yatess_are_scipys(table: Rows) -> None:
    found = two_by_two(table)
    assert found.fisher_p == pytest.approx(stats.fisher_exact(np.array(table)).pvalue, rel=1e-6)
    for correction, statistic, p in (
        (False, found.pearson, found.pearson_p),
        (True, found.yates, found.yates_p),
    ):
        theirs = stats.chi2_contingency(table, correction=correction)
        assert (statistic, p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-7, abs=1e-9)


@settings(max_examples=40)
@given(tables())
def test_kruskal_wallis_is_scipys(table: Rows) -> None:
    groups = [np.repeat(np.arange(len(row)), row) for row in table if any(row)]
    # Theirs may fall below 0 by rounding, where it has no p.
    h = max(0.0, stats.kruskal(*groups).statistic)
    found = kruskal_wallis(table)
    assert found.df == len(groups) - 1
    assert found.h == pytest.approx(h, rel=1e-6, abs=1e-9)
    assert found.p == pytest.approx(stats.chi2.sf(h, found.df), rel=1e-6, abs=1e-6)


@settings(max_examples=40)
@given(tables())
def test_the_trend_is_the_correlation_of_the_scores(table: Rows) -> None:
    across, down = (np.repeat(place.ravel(), np.ravel(table)) for place in np.indices(np.shape(table)))
    found = linear_by_linear(table)
    correlation = np.corrcoef(across, down)[0, 1]
    assert found.z == pytest.approx(np.sqrt(len(across) - 1) * correlation, abs=1e-9)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(found.z)))


@given(tables(), st.floats(0.1, 9), st.floats(-9, 9))
def test_the_trend_does_not_depend_on_the_unit_of_the_scores(table: Rows, unit: float, start: float) -> None:
    columns = [start + unit * place for place in range(len(table[0]))]
    assert linear_by_linear(table, None, columns).z == pytest.approx(linear_by_linear(table).z, abs=1e-6)


# ── Permutations ─────────────────────────────────────────────────────────────────────────────────────


def pearson(table: Rows) -> float:
    return independence(table).chi_square


def rank_sums(table: Rows) -> float:
    return kruskal_wallis(table).h


def trend(table: Rows) -> float:
    return linear_by_linear(table).z ** 2


ORDERS = [
    (pearson, "pearson", False, False),
    (pearson, "pearson", False, True),
    (rank_sums, "kruskal_wallis", True, False),
    (trend, "linear_by_linear", True, True),
]


@pytest.mark.parametrize(("measure", "named", "answers", "groups"), ORDERS)
@pytest.mark.parametrize(
    "table",
    [[[3, 0], [0, 4]], [[2, 1, 0], [0, 1, 3]], [[1, 0, 1], [0, 2, 0], [1, 0, 2]], [[2, 0, 0], [1, 0, 4]]],
)
def test_shuffles_come_near_every_permutation(
    measure: Callable[[Rows], float], named: str, answers: bool, groups: bool, table: Rows
) -> None:
    """All ways to hand the group labels out, each counted, in rooms small enough for that."""
    given_answers = [answer for row in table for answer, count in enumerate(row) for _ in range(count)]
    labels = [group for group, row in enumerate(table) for _ in range(sum(row))]
    handed_out = Counter(
        tuple(sorted(zip(mixed, given_answers, strict=True))) for mixed in permutations(labels)
    )
    observed, as_much = measure(table), 0
    for people, ways in handed_out.items():
        shuffled = np.zeros(np.shape(table), dtype=int)
        np.add.at(shuffled, tuple(np.transpose(people)), 1)
        as_much += ways * (measure(shuffled.tolist()) >= observed - 1e-9)
    found = permutation_test(table, seed=SEED, ordered_answers=answers, ordered_groups=groups)
    assert found.statistic == named
    assert found.observed == pytest.approx(observed)
    assert found.p == pytest.approx(as_much / handed_out.total(), abs=0.025)


@settings(max_examples=25)
@given(tables(), st.booleans(), st.booleans())
def test_a_permutation_test_repeats_and_has_its_statistic(table: Rows, answers: bool, groups: bool) -> None:
    found = permutation_test(table, seed=SEED, ordered_answers=answers, ordered_groups=groups, shuffles=199)
    again = permutation_test(table, seed=SEED, ordered_answers=answers, ordered_groups=groups, shuffles=199)
    assert found == again
    assert 1 / 200 <= found.p <= 1
    assert (found.p * 200) == pytest.approx(round(found.p * 200))
    measure = next(m for m, _, a, g in ORDERS if (a, g) == (answers, groups))
    assert found.observed == pytest.approx(measure(table), rel=1e-7, abs=1e-9)


def test_large_rooms_come_near_the_formula() -> None:
    rng = np.random.default_rng(SEED)
    table = (
        rng.multinomial(1000, np.outer([0.2, 0.3, 0.5], [0.1, 0.2, 0.3, 0.4]).ravel()).reshape(3, 4).tolist()
    )
    for formula, answers, groups in (
        (independence(table).p, False, False),
        (kruskal_wallis(table).p, True, False),
        (linear_by_linear(table).p, True, True),
    ):
        found = permutation_test(table, seed=SEED, ordered_answers=answers, ordered_groups=groups)
        assert found.p == pytest.approx(formula, abs=0.03)


def test_equal_groups_are_never_told_apart_and_opposite_ones_always() -> None:
    for answers in (False, True):
        assert permutation_test([[9, 9, 9], [9, 9, 9]], seed=SEED, ordered_answers=answers).p == 1
        assert permutation_test([[30, 0, 0], [0, 0, 30]], seed=SEED, ordered_answers=answers).p == 1 / 10_000


def test_an_empty_step_keeps_its_place_in_the_trend() -> None:
    table = [[5, 0, 1], [2, 0, 2], [1, 0, 6]]
    found = permutation_test(table, seed=SEED, ordered_answers=True, ordered_groups=True)
    assert found.observed == pytest.approx(linear_by_linear(table).z ** 2)


def test_two_by_two_people_are_counted_exactly_and_others_shuffled() -> None:
    small = compare_groups([[3, 1], [1, 3]], seed=SEED)
    assert isinstance(small.test, TwoByTwo)
    assert small.p == pytest.approx(34 / 70)
    assert small.cramers_v == pytest.approx(0.5)
    empty_rows_aside = compare_groups([[3, 0, 1], [0, 0, 0], [1, 0, 3]], seed=SEED)
    assert empty_rows_aside == small
    larger = compare_groups([[3, 1, 4], [1, 3, 2]], seed=SEED, ordered_answers=True)
    assert isinstance(larger.test, PermutationTest)
    assert larger.test.statistic == "kruskal_wallis"
    assert (larger.p, larger.test.shuffles, larger.test.seed) == (larger.test.p, 9_999, SEED)
    assert larger.cramers_v == independence([[3, 1, 4], [1, 3, 2]]).cramers_v


# ── Many comparisons ─────────────────────────────────────────────────────────────────────────────────

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@settings(max_examples=12)
@given(p_values)
def test_adjustments_are_those_of_statsmodels(given_p: list[float]) -> None:
    for ours, theirs in ((holm, "holm"), (benjamini_hochberg, "fdr_bh"), (bonferroni, "bonferroni")):
        assert ours(given_p) == pytest.approx(tuple(multipletests(given_p, method=theirs)[1]), abs=1e-12)


@settings(max_examples=40)
@given(p_values)
def test_adjusting_never_lessens_and_bonferroni_most(given_p: list[float]) -> None:
    for p, by_bh, by_holm, by_bonferroni in zip(
        given_p, benjamini_hochberg(given_p), holm(given_p), bonferroni(given_p), strict=True
    ):
        assert p <= by_bh + 1e-12
        assert by_bh <= by_holm + 1e-12
        assert by_holm <= by_bonferroni <= 1


def test_no_comparisons_need_no_adjustment() -> None:
    assert holm([]) == benjamini_hochberg([]) == bonferroni([]) == ()


# ── What cannot be asked ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "table", [[[3, 1]], [[3], [1]], [[3, 1], [0, 0]], [[3, 0], [1, 0]], [[0, 0], [0, 0]]]
)
def test_a_comparison_has_two_groups_and_two_answers(table: Rows) -> None:
    for test in (independence, kruskal_wallis, linear_by_linear):
        with pytest.raises(NotComputable, match=r"two groups and two answers|nobody"):
            test(table)
    with pytest.raises(NotComputable, match="two groups and two answers"):
        permutation_test(table, seed=SEED)
    with pytest.raises(NotComputable, match="two groups and two answers"):
        compare_groups(table, seed=SEED)


def test_tables_are_tables() -> None:
    for table, reason in (
        ([], "no rows"),
        ([[], []], "no counts"),
        ([[1, 2], [3]], "differ in length"),
        ([[1, -2], [3, 4]], "negative"),
    ):
        with pytest.raises(ValueError, match=reason):
            independence(table)
    with pytest.raises(ValueError, match="two rows and two columns"):
        two_by_two([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(NotComputable, match="is empty"):
        two_by_two([[1, 0], [4, 0]])


def test_other_wrong_input() -> None:
    with pytest.raises(ValueError, match="3 scores are needed, not 2"):
        linear_by_linear([[1, 2, 3], [4, 5, 6]], None, [1, 2])
    with pytest.raises(ValueError, match="at least one shuffle"):
        permutation_test([[1, 2], [3, 4]], seed=SEED, shuffles=0)
    for adjust in (holm, benjamini_hochberg, bonferroni):
        with pytest.raises(ValueError, match="between 0 and 1"):
            adjust([0.5, 1.5])
    for chi_square, n, rows, columns in ((-1.0, 5, 2, 2), (1.0, 0, 2, 2), (1.0, 5, 1, 2)):
        with pytest.raises(ValueError, match="two rows and two columns"):
            cramers_v(chi_square, n, rows, columns)
