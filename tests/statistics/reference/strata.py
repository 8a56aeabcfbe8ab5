"""Strata and series of meetings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.statistics.clusters import summarise_meetings
from kiosk.statistics.strata import StratumSample, associate_within_strata, mean_over_strata
from tests.statistics.reference.registry import Inputs, computes


@computes("stratified_association")
def association_within_strata(inputs: Inputs) -> Mapping[str, Any]:
    found = associate_within_strata(inputs["strata"], inputs.get("conf", 0.95))
    return {
        "mh_or": found.odds_ratio,
        "rbg_ci": [found.low, found.high],
        "cmh": found.cmh,
        "cmh_p": found.cmh_p,
        "cmh_corrected": found.cmh_corrected,
        "cmh_cc": found.cmh_corrected,
        "cmh_corrected_p": found.cmh_corrected_p,
        "cmh_cc_p": found.cmh_corrected_p,
        "breslow_day_plain": found.breslow_day,
        "breslow_day_tarone": found.breslow_day_tarone,
        "breslow_day_tarone_p": found.breslow_day_tarone_p,
    }


@computes("stratified_mean_fpc")
def mean_of_strata(inputs: Inputs) -> Mapping[str, Any]:
    """Strata by name, or in a list."""
    strata = inputs["strata"]
    samples = strata.values() if isinstance(strata, Mapping) else strata
    found = mean_over_strata([StratumSample(one["n"], one["N"], one["mean"], one["var"]) for one in samples])
    return {"mean": found.mean, "se": found.se}


@computes("clustered_mean_meetings_as_psu")
def mean_of_meetings(inputs: Inputs) -> Mapping[str, Any]:
    found = summarise_meetings(
        inputs["cluster_sum"],
        inputs["cluster_n"],
        meetings_in_population=inputs.get("clusters_in_population"),
        conf=inputs.get("conf", 0.95),
    )
    return {
        "mean": found.pooled,
        "se": found.se,
        "ci": [found.low, found.high],
        "mean_of_means": found.mean_of_meetings,
        "min": found.lowest,
        "max": found.highest,
    }
