"""Weights for reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from kiosk.statistics.weighting import (
    BOUNDS,
    Cell,
    Refused,
    Targets,
    Weighting,
    calibrate_linearly,
    calibrate_within_bounds,
    effective_size,
    post_stratify,
    rake,
)
from tests.statistics.reference.registry import Inputs, computes

Table = Sequence[Sequence[float]]


def cells_of(table: Table) -> dict[Cell, Any]:
    """A table of two variables as cells, named by their places."""
    return {
        (f"row {row}", f"column {column}"): table[row][column]
        for row, column in product(range(len(table)), range(len(table[0])))
    }


def targets_of(inputs: Inputs) -> list[Targets]:
    return [
        {f"{name} {place}": target for place, target in enumerate(inputs[key])}
        for name, key in (("row", "row_margin"), ("column", "col_margin"))
    ]


def weights_in(table: Table, weighting: Weighting | Refused) -> list[list[float]]:
    """The weights as a table; a cell without answers has none, and stands as 0."""
    assert isinstance(weighting, Weighting), weighting
    cells = iter(cells_of(table))
    return [[weighting.weights.get(next(cells), 0.0) for _ in row] for row in table]


@computes("post_stratification")
def cell_weights(inputs: Inputs) -> Mapping[str, Any]:
    sample = inputs["sample_counts"]
    weighting = post_stratify(cells_of(sample), cells_of(inputs["population_counts"]))
    return _with_size(weighting, "weights_2dp", sample)


@computes("raking")
def raked_weights(inputs: Inputs) -> Mapping[str, Any]:
    sample = inputs["sample_counts"]
    return _with_size(rake(cells_of(sample), targets_of(inputs)), "weights_2dp", sample)


def _with_size(weighting: Weighting | Refused, name: str, sample: Table) -> Mapping[str, Any]:
    weights = weights_in(sample, weighting)
    assert isinstance(weighting, Weighting)
    return {
        name: weights,
        "weights": weights,
        "weights_full": weights,
        "kish_n_eff": weighting.size.n_eff,
        "kish_deff": weighting.size.deff,
    }


@computes("calibration_bounded")
def calibrated_weights(inputs: Inputs) -> Mapping[str, Any]:
    sample = inputs["sample_counts"]
    cells, targets = cells_of(sample), targets_of(inputs)
    low, high = inputs.get("logit_bounds", BOUNDS)
    bounded = calibrate_within_bounds(cells, targets, (low, high))
    assert isinstance(bounded, Weighting), bounded
    return {
        "linear": weights_in(sample, calibrate_linearly(cells, targets)),
        "logit": weights_in(sample, bounded),
        "kish_n_eff_logit": bounded.size.n_eff,
        "max_logit": bounded.largest,
        "min_logit": bounded.smallest,
    }


@computes("kish_effective_sample_size")
def weighted_answers_as_unweighted(inputs: Inputs) -> Mapping[str, Any]:
    """Compared to 1e-12, but printed to twelve significant digits: so are these."""
    size = effective_size(inputs["weights"])
    return {"n": size.n, "n_eff": float(f"{size.n_eff:.12g}"), "deff": float(f"{size.deff:.12g}")}
