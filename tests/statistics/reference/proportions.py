"""Shares, their intervals, and how they fit a reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.statistics.fit import dissimilarity, exact_fit, pearson_fit, representation
from kiosk.statistics.proportions import (
    Interval,
    RandomSample,
    adjusted_wald,
    adjusted_wald_of_population,
    agresti_caffo,
    exact,
    goodman,
    mean_of_population,
    newcombe,
    sison_glaz,
    weighted_share,
    wilson,
    wilson_corrected,
)
from tests.statistics.reference.registry import Inputs, computes


def sample_of(inputs: Inputs) -> RandomSample:
    return RandomSample(inputs.get("conf", 0.95), inputs.get("N"))


def bounds(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def in_full(interval: Interval) -> list[float]:
    assert interval.se is not None
    return [interval.estimate, interval.se, interval.low, interval.high]


@computes("proportion_ci_wilson")
def wilson_with_and_without_correction(inputs: Inputs) -> Mapping[str, Any]:
    x, n, sample = inputs["x"], inputs["n"], sample_of(inputs)
    plain, corrected = wilson(x, n, sample), wilson_corrected(x, n, sample)
    return {
        "estimate": plain.estimate,
        "lower": plain.low,
        "upper": plain.high,
        "cc_lower": corrected.low,
        "cc_upper": corrected.high,
    }


@computes("proportion_ci_misc")
def other_intervals(inputs: Inputs) -> Mapping[str, Any]:
    x, n, sample = inputs["x"], inputs["n"], sample_of(inputs)
    return {
        "wilson": bounds(wilson(x, n, sample)),
        "wilson_cc": bounds(wilson_corrected(x, n, sample)),
        "adj_wald": bounds(adjusted_wald(x, n, sample)),
        "exact": bounds(exact(x, n, sample)),
    }


@computes("proportion_ci_fpc")
def share_of_a_finite_population(inputs: Inputs) -> Mapping[str, Any]:
    return {"adj_wald_fpc": in_full(adjusted_wald_of_population(inputs["x"], inputs["n"], sample_of(inputs)))}


@computes("mean_ci_fpc")
def mean_of_a_finite_population(inputs: Inputs) -> Mapping[str, Any]:
    interval = mean_of_population(inputs["mean"], inputs["sd"], inputs["n"], sample_of(inputs))
    return {"mean_fpc": in_full(interval)}


@computes("multinomial_ci")
def simultaneous_intervals(inputs: Inputs) -> Mapping[str, Any]:
    counts, sample = inputs["counts"], sample_of(inputs)
    return {
        "goodman": [bounds(interval) for interval in goodman(counts, sample)],
        "sison_glaz": [bounds(interval) for interval in sison_glaz(counts, sample)],
    }


@computes("two_proportion_diff_ci")
def difference_of_two_groups(inputs: Inputs) -> Mapping[str, Any]:
    groups = inputs["x1"], inputs["n1"], inputs["x2"], inputs["n2"]
    sample = sample_of(inputs)
    return {
        "diff": newcombe(*groups, sample).estimate,
        "newcombe": bounds(newcombe(*groups, sample)),
        "agresti_caffo": bounds(agresti_caffo(*groups, sample)),
    }


@computes("weighted_share_interval")
def share_by_weight(inputs: Inputs) -> Mapping[str, Any]:
    found = weighted_share(inputs["weights"], inputs["y"], sample_of(inputs))
    return {"share": found.share, "n_eff": found.n_eff, "lower": found.low, "upper": found.high}


@computes("representation_ratio")
def ratio_to_the_population(inputs: Inputs) -> Mapping[str, Any]:
    found = representation(
        inputs["count"], inputs["n"], inputs["reference_share"], conf=inputs.get("conf", 0.95)
    )
    return {
        "share": found.share,
        "ratio": found.ratio,
        "ratio_lower": found.band_low,
        "ratio_upper": found.band_high,
        "flag": str(found.flag),
    }


@computes("chi2_gof")
def fit_to_one_or_more_references(inputs: Inputs) -> Mapping[str, Any]:
    """``p0`` alone gives plain names; ``p0_a``, ``p0_b`` … give names that begin with their letter.

    Without any, all categories are equally probable.
    """
    found: dict[str, Any] = {}
    references = {name: shares for name, shares in inputs.items() if name.startswith("p0")}
    for name, shares in (references or {"p0": [1] * len(inputs["counts"])}).items():
        fitted = pearson_fit(inputs["counts"], shares)
        start = f"{name.removeprefix('p0_')}_" if name != "p0" else ""
        found |= {
            f"{start}chi2": fitted.chi_square,
            f"{start}p": fitted.p,
            f"{start}df": fitted.df,
            f"{start}lr": fitted.likelihood_ratio,
            f"{start}lr_p": fitted.likelihood_ratio_p,
            f"{start}small_expected": fitted.few_expected,
        }
    return found


@computes("gof_small_n_exact")
def fit_of_a_small_room(inputs: Inputs) -> Mapping[str, Any]:
    fitted = pearson_fit(inputs["counts"], inputs["p0"])
    counted = exact_fit(inputs["counts"], inputs["p0"])
    return {
        "chi2": fitted.chi_square,
        "chi2_p": fitted.p,
        "df": fitted.df,
        "lr": fitted.likelihood_ratio,
        "lr_p": fitted.likelihood_ratio_p,
        "exact_p": counted.p,
        "midp": counted.mid_p,
    }


@computes("dissimilarity_index")
def share_to_exchange(inputs: Inputs) -> Mapping[str, Any]:
    return {"D": dissimilarity(inputs["shares_a"], inputs["shares_b"])}
