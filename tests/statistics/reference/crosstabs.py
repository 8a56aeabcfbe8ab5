"""Answers by group, and many comparisons at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.statistics.crosstabs import (
    benjamini_hochberg,
    bonferroni,
    cramers_v,
    holm,
    independence,
    kruskal_wallis,
    linear_by_linear,
    two_by_two,
)
from tests.statistics.reference.registry import Inputs, computes


@computes("chi2_independence")
def independence_with_residuals(inputs: Inputs) -> Mapping[str, Any]:
    found = independence(inputs["table"])
    return {
        "chi2": found.chi_square,
        "df": found.df,
        "p": found.p,
        "V": found.cramers_v,
        "std_resid": found.residuals,
        **{f"std_resid_row{place}": row for place, row in enumerate(found.residuals, start=1)},
    }


@computes("cramers_v")
def association(inputs: Inputs) -> Mapping[str, Any]:
    if "table" in inputs:
        return {"V": independence(inputs["table"]).cramers_v}
    return {"V": cramers_v(inputs["chi2"], inputs["n"], inputs["r"], inputs["c"])}


@computes("two_by_two_tests")
def tests_of_four_cells(inputs: Inputs) -> Mapping[str, Any]:
    found = two_by_two(inputs["table"])
    return {
        "fisher_p": found.fisher_p,
        "pearson": found.pearson,
        "pearson_p": found.pearson_p,
        "yates": found.yates,
        "yates_p": found.yates_p,
    }


@computes("ordinal_group_test")
def ordered_answers_by_group(inputs: Inputs) -> Mapping[str, Any]:
    found = kruskal_wallis(inputs["table"])
    return {"H": found.h, "df": found.df, "p": found.p}


@computes("ordinal_trend_test")
def ordered_answers_by_ordered_group(inputs: Inputs) -> Mapping[str, Any]:
    """``scores`` says in words that they are whole numbers in order; others come as lists."""
    found = linear_by_linear(inputs["table"], inputs.get("row_scores"), inputs.get("col_scores"))
    return {"Z": found.z, "p": found.p}


@computes("multiple_comparisons")
def many_p_values(inputs: Inputs) -> Mapping[str, Any]:
    level = inputs.get("alpha", 0.05)
    by_method = {
        "holm": holm(inputs["p"]),
        "bh": benjamini_hochberg(inputs["p"]),
        "bonferroni": bonferroni(inputs["p"]),
    }
    return {
        **{f"{method}_adjusted": adjusted for method, adjusted in by_method.items()},
        **{f"{method}_rejected": _within(adjusted, level) for method, adjusted in by_method.items()},
    }


def _within(adjusted: Sequence[float], level: float) -> int:
    return sum(p <= level for p in adjusted)
