"""Weights for reports, and when there are none."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.statistics.weighting import (
    Cell,
    Refused,
    Targets,
    Thresholds,
    Weighting,
    calibrate_linearly,
    calibrate_within_bounds,
    effective_size,
    post_stratify,
    rake,
    targets_from,
    weigh,
)

AGES, SEXES = ("young", "middle", "old"), ("woman", "man")
cells = st.lists(st.integers(5, 60), min_size=6, max_size=6).map(
    lambda counts: dict(zip(product(AGES, SEXES), counts, strict=True))
)
reference = st.tuples(
    st.fixed_dictionaries({age: st.integers(20, 50) for age in AGES}),
    st.fixed_dictionaries({sex: st.integers(30, 50) for sex in SEXES}),
)
EVEN: list[dict[str, float]] = [dict.fromkeys(AGES, 1), dict.fromkeys(SEXES, 1)]


def weighted_margin(cells: dict[Cell, int], found: Weighting, variable: int) -> dict[str | None, float]:
    margin: dict[str | None, float] = {}
    for cell, weight in found.weights.items():
        margin[cell[variable]] = margin.get(cell[variable], 0) + weight * cells[cell]
    return margin


def weighted(found: Weighting | Refused) -> Weighting:
    assert isinstance(found, Weighting), found
    return found


@settings(deadline=None, max_examples=30)
@given(cells, reference)
def test_raked_and_calibrated_weights_meet_all_margins(
    cells: dict[Cell, int], reference: tuple[dict[str, float], dict[str, float]]
) -> None:
    targets = [targets_from(cells, variable, one) for variable, one in enumerate(reference)]
    for found in (rake(cells, targets), calibrate_linearly(cells, targets)):
        for variable, wanted in enumerate(targets):
            assert weighted_margin(cells, weighted(found), variable) == pytest.approx(wanted, rel=2e-6)
    bounded = calibrate_within_bounds(cells, targets)
    if isinstance(bounded, Weighting):
        assert 0.3 <= bounded.smallest <= bounded.largest <= 3
        for variable, wanted in enumerate(targets):
            assert weighted_margin(cells, bounded, variable) == pytest.approx(wanted, rel=2e-6)
    else:
        assert bounded.reason == "not_converged"


@settings(deadline=None, max_examples=30)
@given(cells, reference)
def test_raked_weights_are_products_of_a_factor_a_category(
    cells: dict[Cell, int], reference: tuple[dict[str, float], dict[str, float]]
) -> None:
    """With the margins, this is what makes them the raked ones and no others."""
    targets = [targets_from(cells, variable, one) for variable, one in enumerate(reference)]
    weight = weighted(rake(cells, targets)).weights
    for age, other in product(AGES, AGES):
        assert weight[age, "man"] * weight[other, "woman"] == pytest.approx(
            weight[age, "woman"] * weight[other, "man"]
        )


def test_three_margins_are_the_most() -> None:
    three: dict[Cell, int] = dict.fromkeys(product("ab", "cd", "ef"), 3)
    thirds: list[Targets] = [{"a": 18.0, "b": 6.0}, {"c": 8.0, "d": 16.0}, {"e": 12.0, "f": 12.0}]
    found = weighted(rake(three, thirds))
    assert found.weights["a", "d", "e"] == pytest.approx(1.5 * 4 / 3)
    with pytest.raises(ValueError, match="at most 3"):
        rake({("a", "b", "c", "d"): 1}, [{"a": 1}, {"b": 1}, {"c": 1}, {"d": 1}])


def test_margins_that_cannot_all_hold_give_no_weights() -> None:
    apart: list[Targets] = [{"a": 5.0, "b": 5.0}, {"c": 9.0, "d": 9.0}]
    square: dict[Cell, int] = dict.fromkeys(product("ab", "cd"), 5)
    assert rake(square, apart) == Refused("not_converged")
    assert calibrate_linearly(square, apart) == Refused("not_converged")


def test_bounds_that_the_margins_do_not_allow_give_no_weights() -> None:
    single: dict[Cell, int] = {("a",): 10, ("b",): 90}
    assert calibrate_within_bounds(single, [{"a": 50, "b": 50}]) == Refused("not_converged")
    assert weighted(rake(single, [{"a": 50, "b": 50}])).largest == 5


def test_a_category_without_anybody_is_named() -> None:
    few: dict[Cell, int] = {("a", "c"): 5, ("a", "d"): 5}
    targets: list[Targets] = [{"a": 8.0, "b": 2.0}, {"c": 5.0, "d": 5.0}]
    assert rake(few, targets) == Refused("empty_category", (("b", "*"),))
    assert post_stratify({("a",): 5}, {("a",): 5, ("b",): 1}) == Refused("empty_category", (("b",),))


def test_missing_is_a_category_of_its_own_with_its_observed_share() -> None:
    some: Counter[tuple[str | None, ...]] = Counter([("young",)] * 10 + [("old",)] * 50 + [(None,)] * 20)
    targets = targets_from(some, 0, {"young": 300, "old": 900})
    assert targets == {"young": 15, "old": 45, None: 20}
    assert weighted(rake(some, [targets])).weights[(None,)] == 1


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=50))
def test_effective_size_is_at_most_the_size(weights: list[float]) -> None:
    size = effective_size(weights)
    assert size.n == len(weights)
    assert 0 < size.n_eff <= size.n * (1 + 1e-12)
    assert size.deff == pytest.approx(size.n / size.n_eff)
    assert effective_size([7 * weight for weight in weights]).n_eff == pytest.approx(size.n_eff)


# ── For a report ─────────────────────────────────────────────────────────────────────────────────────


def everybody(count: int) -> dict[Cell, int]:
    return dict.fromkeys(product(AGES, SEXES), count)


@pytest.mark.parametrize(
    ("cells", "reference", "refused"),
    [
        (everybody(16), EVEN, Refused("too_few")),
        (
            {("young", sex): 60 for sex in SEXES},
            EVEN,
            Refused("empty_category", (("middle", "*"), ("old", "*"))),
        ),
        (
            everybody(40) | {("old", "man"): 9, ("old", "woman"): 10},
            EVEN,
            Refused("small_category", (("old", "*"),)),
        ),
        (
            everybody(10) | {("young", "man"): 600},
            [dict.fromkeys(AGES, 1), {"woman": 9, "man": 1}],
            Refused("effective_size_low"),
        ),
    ],
)
def test_weights_are_refused_with_the_reason(
    cells: dict[Cell, int], reference: list[dict[str, float]], refused: Refused
) -> None:
    assert weigh(cells, reference) == refused


def test_a_known_joint_table_is_preferred_where_every_cell_is_large() -> None:
    joint = dict.fromkeys(everybody(1), 1.0)
    assert weighted(weigh(everybody(20), EVEN, joint=joint)).method == "post_stratification"
    small = everybody(20) | {("old", "man"): 9, ("old", "woman"): 30}
    assert weighted(weigh(small, EVEN, joint=joint)).method == "raking"
    missing = everybody(20) | {(None, "man"): 1}
    assert weighted(weigh(missing, EVEN, joint=joint)).method == "raking"
    assert weighted(weigh(small, EVEN, bounded=True)).method == "logit"


def test_weights_of_a_report_have_a_mean_of_one() -> None:
    some = everybody(30) | {("young", "woman"): 80}
    found = weighted(weigh(some, EVEN))
    total = sum(weight * some[cell] for cell, weight in found.weights.items())
    assert total == pytest.approx(found.size.n)


@pytest.mark.parametrize("lower", [{"n": 99}, {"n_eff": 0.4}, {"cell": 9}, {"category": 9}])
def test_thresholds_are_not_lowered(lower: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least"):
        Thresholds(**lower)


@pytest.mark.parametrize(
    ("cells", "targets", "reason"),
    [
        ({}, [{"a": 1}], "there must be cells"),
        ({("a",): -1}, [{"a": 1}], "0 or more"),
        ({("a",): 1, ("a", "b"): 1}, [{"a": 1}], "each variable"),
        ({("a",): 1}, [], "every variable"),
        ({("a",): 1}, [{"b": 1}], "no target"),
        ({("a",): 1}, [{"a": -1}], "finite"),
    ],
)
def test_wrong_input_is_refused(
    cells: dict[Cell, int], targets: list[dict[str | None, float]], reason: str
) -> None:
    for method in (rake, calibrate_linearly, calibrate_within_bounds):
        with pytest.raises(ValueError, match=reason):
            method(cells, targets)


def test_wrong_references_and_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="no category"):
        targets_from({("a",): 1}, 0, {"b": 1})
    with pytest.raises(ValueError, match="not only zeros"):
        targets_from({("a",): 1}, 0, {"a": 0})
    with pytest.raises(ValueError, match="not all 0"):
        effective_size([0, 0])
    with pytest.raises(ValueError, match="bounds"):
        calibrate_within_bounds({("a",): 1}, [{"a": 1}], (1.2, 3))
    with pytest.raises(ValueError, match="no cell"):
        post_stratify({("a",): 1}, {("b",): 1})
