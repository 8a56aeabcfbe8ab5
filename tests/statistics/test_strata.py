"""Strata: beside statsmodels, and the classic of a difference that turns round."""

from __future__ import annotations

from math import inf, isfinite, sqrt
from statistics import fmean, variance

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from kiosk.statistics.checks import NotComputable
from kiosk.statistics.strata import (
    StratumSample,
    associate_within_strata,
    check_for_simpson,
    mean_over_strata,
)

Table = list[list[int]]

BERKELEY_1973: list[Table] = [
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]
"""Men and women, admitted and rejected, in the six largest departments (Bickel et al. 1975)."""

counts = st.integers(1, 60)
tables = st.lists(counts, min_size=4, max_size=4).map(lambda cells: [cells[:2], cells[2:]])


@settings(deadline=None)
@given(st.lists(tables, min_size=2, max_size=5))
def test_strata_together_are_as_in_statsmodels(strata: list[Table]) -> None:
    found = associate_within_strata(strata)
    assume(abs(found.odds_ratio - 1) > 1e-6)  # theirs divides by the difference
    theirs = StratifiedTable([np.array(table, dtype=float) for table in strata])
    assert found.odds_ratio == pytest.approx(theirs.oddsratio_pooled)
    assert (found.low, found.high) == pytest.approx(theirs.oddsratio_pooled_confint())
    assert found.cmh == pytest.approx(theirs.test_null_odds(correction=False).statistic, abs=1e-9)
    assert found.cmh_p == pytest.approx(theirs.test_null_odds(correction=False).pvalue)
    tarone = theirs.test_equal_odds(adjust=True)
    assert found.breslow_day == pytest.approx(theirs.test_equal_odds().statistic, rel=1e-6, abs=1e-8)
    assert found.breslow_day_tarone == pytest.approx(tarone.statistic, rel=1e-6, abs=1e-8)
    assert found.breslow_day_tarone_p == pytest.approx(tarone.pvalue, rel=1e-6)


@given(st.lists(tables, min_size=1, max_size=5))
def test_the_correction_only_lessens(strata: list[Table]) -> None:
    found = associate_within_strata(strata)
    assert 0 <= found.cmh_corrected <= found.cmh
    assert found.cmh_corrected_p >= found.cmh_p


@given(st.lists(tables, min_size=1, max_size=5))
def test_turning_the_rows_round_turns_the_ratio_round(strata: list[Table]) -> None:
    found, turned = associate_within_strata(strata), associate_within_strata([t[::-1] for t in strata])
    assert turned.odds_ratio == pytest.approx(1 / found.odds_ratio)
    assert turned.cmh == pytest.approx(found.cmh, abs=1e-9)
    one, other = check_for_simpson(strata), check_for_simpson([t[::-1] for t in strata])
    assert (other.pooled, other.stratified) == (-one.pooled, -one.stratified)


def test_strata_that_say_nothing_are_left_out() -> None:
    tables: list[Table] = [[[5, 3], [2, 6]], [[0, 0], [4, 1]], [[3, 0], [2, 0]], [[0, 0], [0, 0]]]
    assert associate_within_strata(tables) == associate_within_strata(tables[:1])
    assert associate_within_strata(tables).breslow_day is None
    with pytest.raises(NotComputable):
        associate_within_strata(tables[1:])


def test_an_empty_diagonal_has_no_bounds() -> None:
    found = associate_within_strata([[[4, 0], [0, 5]], [[3, 0], [0, 2]]])
    assert (found.odds_ratio, found.low, found.high, found.breslow_day) == (inf, None, None, None)
    assert isfinite(found.cmh)
    assert associate_within_strata([[[0, 4], [5, 0]]]).odds_ratio == 0


def test_berkeley_is_warned_about() -> None:
    found = check_for_simpson(BERKELEY_1973)
    assert (found.pooled, found.stratified, found.warning) == (1, -1, True)
    pooled = [[sum(table[row][column] for table in BERKELEY_1973) for column in (0, 1)] for row in (0, 1)]
    assert associate_within_strata([pooled]).odds_ratio == pytest.approx(1.84, abs=0.005)
    within = associate_within_strata(BERKELEY_1973)
    assert within.odds_ratio == pytest.approx(0.905, abs=0.0005)
    assert within.cmh_p > 0.2


def test_strata_that_agree_are_not_warned_about() -> None:
    assert not check_for_simpson([[[8, 2], [4, 6]], [[7, 3], [5, 5]]]).warning
    assert not check_for_simpson([]).warning


def test_a_difference_that_only_pooling_makes_is_warned_about() -> None:
    found = check_for_simpson([[[80, 20], [8, 2]], [[1, 9], [10, 90]]])
    assert (found.pooled, found.stratified, found.warning) == (1, 0, True)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.integers(1, 40))
def test_one_stratum_is_a_sample_with_finite_population_correction(values: list[float], more: int) -> None:
    n, population = len(values), len(values) + more
    spread = variance(values)
    assume(spread > 1e-6)
    found = mean_over_strata([StratumSample(n, population, fmean(values), spread)])
    assert found.mean == pytest.approx(fmean(values))
    assert found.se == pytest.approx(sqrt((1 - n / population) * spread / n))


def test_strata_asked_in_full_leave_no_error() -> None:
    found = mean_over_strata([StratumSample(1, 1, 5, 0), StratumSample(3, 3, 9, 4)])
    assert (found.mean, found.se) == (8, 0)


def test_wrong_strata_are_refused() -> None:
    with pytest.raises(ValueError, match="no strata"):
        mean_over_strata([])
    with pytest.raises(ValueError, match="join it"):
        mean_over_strata([StratumSample(1, 5, 2, 0)])
    with pytest.raises(ValueError, match="population"):
        StratumSample(6, 5, 2, 1)
    with pytest.raises(ValueError, match="variance"):
        StratumSample(2, 5, 2, -1)
    with pytest.raises(ValueError, match="two rows"):
        associate_within_strata([[[1, 2, 3], [1, 2, 3]]])
