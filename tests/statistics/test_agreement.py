"""Agreement of coders, beside statsmodels."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats import inter_rater

from kiosk.statistics.agreement import (
    Code,
    Level,
    alpha_interval,
    cohen_interval,
    cohen_kappa,
    fleiss_interval,
    fleiss_kappa,
    krippendorff_alpha,
)
from kiosk.statistics.checks import NotComputable

PRESENT: list[list[Code | None]] = [
    [1, 1, 0, 0, 1, 0, 0, 0, 1, 0, None, 1] * 5,
    [1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, None] * 5,
]


def squares(size: int) -> st.SearchStrategy[list[list[int]]]:
    return st.lists(st.lists(st.integers(0, 9), min_size=size, max_size=size), min_size=size, max_size=size)


@settings(deadline=None)
@given(st.integers(2, 4).flatmap(squares).filter(lambda table: any(map(any, table))))
def test_cohens_kappa_is_that_of_statsmodels(table: list[list[int]]) -> None:
    with np.errstate(all="ignore"):
        theirs = inter_rater.cohens_kappa(np.array(table), return_results=False)
    found = cohen_kappa(table)
    assert found.kappa is None if isnan(theirs) else found.kappa == pytest.approx(theirs)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=2, max_size=12))
def test_fleiss_kappa_is_that_of_statsmodels(codes: list[list[int]]) -> None:
    table = [[unit.count(category) for category in range(3)] for unit in codes]
    with np.errstate(all="ignore"):
        theirs = inter_rater.fleiss_kappa(np.array(table))
    found = fleiss_kappa(table)
    assert found.kappa is None if isnan(theirs) else found.kappa == pytest.approx(theirs)


@given(
    st.lists(st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=2), min_size=2, max_size=15),
    st.sampled_from(["nominal", "ordinal", "interval", "ratio"]),
)
def test_full_agreement_is_one_and_who_coded_does_not_matter(units: list[list[int]], level: Level) -> None:
    coders = [list(row) for row in zip(*units, strict=True)]
    assert krippendorff_alpha(coders, level) == krippendorff_alpha(coders[::-1], level)
    alone = krippendorff_alpha([coders[0], coders[0]], level).alpha
    assert alone == (1 if len(set(coders[0])) > 1 else None)


def test_alpha_by_hand() -> None:
    """Two coders, ten units: D_o = 8 of 20, D_e = (20² − 14² − 6²)/19 (Krippendorff 2011, example A)."""
    one = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    other = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    found = krippendorff_alpha([one, other])
    assert found.alpha == pytest.approx(0.095, abs=0.0005)
    assert (found.units, found.values, found.verdict) == (10, 20, "revise")


def test_names_can_be_ordered() -> None:
    names = {1: "low", 2: "middle", 3: "high"}
    numbers = [[1, 2, 3, 3, 1], [1, 2, 2, 3, 2]]
    named = [[names[code] for code in row] for row in numbers]
    ordered = krippendorff_alpha(named, "ordinal", ["low", "middle", "high"])
    assert ordered == krippendorff_alpha(numbers, "ordinal")
    with pytest.raises(ValueError, match="order of the codes"):
        krippendorff_alpha(named, "ordinal")
    with pytest.raises(ValueError, match="leaves out"):
        krippendorff_alpha(named, "ordinal", ["low", "high"])


def test_a_unit_with_one_code_says_nothing() -> None:
    assert krippendorff_alpha([[1, 2, 1], [1, 2, None]]) == krippendorff_alpha([[1, 2], [1, 2]])


def test_no_variation_is_said() -> None:
    found = krippendorff_alpha([[1, 1], [1, 1]])
    assert (found.alpha, found.verdict) == (None, None)
    assert cohen_kappa([[5, 0], [0, 0]]).kappa is None
    assert cohen_kappa([[5, 0], [0, 0]]).agreement == 1


@pytest.mark.parametrize(("wrong", "verdict"), [(0, "firm"), (6, "tentative"), (16, "revise")])
def test_the_verdict_follows_alpha(wrong: int, verdict: str) -> None:
    one = [0, 1] * 25
    other = [1 - code if place < wrong else code for place, code in enumerate(one)]
    assert krippendorff_alpha([one, other]).verdict == verdict


# ── Intervals ────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_seed_gives_the_same_bounds() -> None:
    found = alpha_interval(PRESENT, seed=7)
    assert found == alpha_interval(PRESENT, seed=7)
    assert found != alpha_interval(PRESENT, seed=8)
    alpha = krippendorff_alpha(PRESENT).alpha
    assert alpha is not None
    assert found.low < alpha < found.high
    assert found.draws == 1000


def test_kappas_have_bounds_too() -> None:
    cohen = cohen_interval([[20, 5], [10, 15]], seed=1)
    assert cohen.low < 0.4 < cohen.high
    # Asymptotically 0.4 ± 1.96 · 0.127 (Fleiss, Cohen & Everitt 1969).
    assert (cohen.low, cohen.high) == pytest.approx((0.15, 0.65), abs=0.06)
    units = [[4, 0], [3, 1], [0, 4], [1, 3], [2, 2], [0, 4], [4, 0], [4, 0]]
    kappa = fleiss_kappa(units).kappa
    assert kappa is not None
    fleiss = fleiss_interval(units, seed=1, draws=300)
    assert fleiss.low < kappa < fleiss.high


def test_draws_without_variation_are_left_out() -> None:
    found = alpha_interval([[1, 1, 1, 2], [1, 1, 1, 2]], seed=3)
    assert (found.low, found.high) == (1, 1)
    assert found.draws < 1000


# ── Wrong input ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("coders", "level", "reason"),
    [
        ([], "nominal", "every coder"),
        ([[1, 2], [1]], "nominal", "every coder"),
        ([["a", "b"], ["a", "b"]], "interval", "a number"),
        ([[-1, 2], [1, 2]], "ratio", "below 0"),
        ([[1, 2], [1, 2]], "metric", "no such level"),
    ],
)
def test_wrong_codes_are_refused(coders: list[list[Code | None]], level: Level, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        krippendorff_alpha(coders, level)


def test_nothing_coded_twice_has_no_alpha() -> None:
    with pytest.raises(NotComputable):
        krippendorff_alpha([[1, None], [None, 2]])
    with pytest.raises(NotComputable):
        alpha_interval([[1, 1], [1, 1]], seed=1)


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="as many rows"):
        cohen_kappa([[1, 2]])
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa([[1, 2], [1, 1]])
    with pytest.raises(ValueError, match="two codes"):
        fleiss_kappa([[1, 0], [0, 1]])
    with pytest.raises(ValueError, match="100 draws"):
        cohen_interval([[1, 2], [2, 1]], seed=1, draws=99)
