"""Before and after, of the same people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.statistics.change import (
    bonett_price,
    category_change,
    cochran_q,
    mcnemar,
    newcombe_paired,
    paired_t,
    score_change_interval,
    tango,
    wald,
)
from tests.statistics.reference.proportions import bounds, in_full, sample_of
from tests.statistics.reference.registry import Inputs, computes


@computes("paired_binary_change")
def yes_and_no_before_and_after(inputs: Inputs) -> Mapping[str, Any]:
    table, sample = inputs["table"], sample_of(inputs)
    found = mcnemar(table)
    return {
        "z": found.z,
        "p": found.p,
        "z_cc": found.z_corrected,
        "p_cc": found.p_corrected,
        "exact_p": found.exact_p,
        "midp": found.mid_p,
        "diff": found.difference,
        "wald": bounds(wald(table, sample)),
        "bonett_price": bounds(bonett_price(table, sample)),
        "newcombe": bounds(newcombe_paired(table, sample)),
        "tango": bounds(tango(table, sample)),
    }


@computes("paired_binary_ci")
def difference_of_paired_shares(inputs: Inputs) -> Mapping[str, Any]:
    """The names say before and after, 1 for yes: ``f10`` went from yes to no."""
    table = [[inputs["f11"], inputs["f10"]], [inputs["f01"], inputs["f00"]]]
    sample = sample_of(inputs)
    return {
        "bonett_price": in_full(bonett_price(table, sample)),
        "wald": in_full(wald(table, sample)),
        "newcombe": bounds(newcombe_paired(table, sample)),
        "tango": bounds(tango(table, sample)),
    }


@computes("paired_multicategory_change")
def categories_before_and_after(inputs: Inputs) -> Mapping[str, Any]:
    found = category_change(inputs["table"])
    return {
        "stuart_maxwell": found.stuart_maxwell,
        "df": found.df,
        "p": found.p,
        "bhapkar": found.bhapkar,
        "bhapkar_p": found.bhapkar_p,
        "bowker": found.bowker,
        "bowker_df": found.bowker_df,
        "bowker_p": found.bowker_p,
    }


@computes("paired_k_measurements")
def yes_and_no_in_several_rounds(inputs: Inputs) -> Mapping[str, Any]:
    favourable = inputs.get("favourable", "1")
    patterns = {
        tuple(answer == favourable for answer in pattern): count
        for pattern, count in inputs["pattern_counts"].items()
    }
    found = cochran_q(patterns)
    return {"Q": found.q, "df": found.df, "p": found.p}


@computes("paired_likert_mean_change")
def mean_score_before_and_after(inputs: Inputs) -> Mapping[str, Any]:
    interval = score_change_interval(inputs["table"], sample_of(inputs), inputs.get("scores"))
    return {"diff": interval.estimate, "se": interval.se, "wald": bounds(interval)}


@computes("paired_mean_change")
def mean_before_and_after(inputs: Inputs) -> Mapping[str, Any]:
    found = paired_t(inputs["before"], inputs["after"])
    return {"diff": found.difference, "t": found.t, "df": found.df, "p": found.p}
