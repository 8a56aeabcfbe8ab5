"""Degree scales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from kiosk.statistics.proportions import RandomSample, wilson
from kiosk.statistics.scales import interpolated_median, mean, summarise
from tests.statistics.reference.proportions import bounds
from tests.statistics.reference.registry import Inputs, computes

DONT_KNOW = {"ved ikke", "vet ikke", "vet ej", "vet inte", "en osaa sanoa", "don't know", "dont know"}


@computes("likert_topbox")
def boxes_and_middle(inputs: Inputs) -> Mapping[str, Any]:
    """The one option that is "don't know" is known by its words; a median of two steps is a list."""
    steps = {step: count for step, count in inputs["counts"].items() if step.lower() not in DONT_KNOW}
    dont_know = sum(inputs["counts"].values()) - sum(steps.values())
    found = summarise(steps, dont_know=dont_know, top=inputs.get("top"), bottom=inputs.get("bottom", []))
    mean_step = mean(dict(enumerate(steps.values(), start=1)))
    return {
        "base_excl_dk": found.base,
        "topbox_excl_dk": float(found.top_share),
        "base_incl_dk": found.base_with_dont_know,
        "topbox_incl_dk": float(found.top_share_with_dont_know),
        "bottombox_excl_dk": float(found.bottom_share),
        "median": found.median[0] if len(found.median) == 1 else list(found.median),
        f"mean_1_{len(steps)}": mean_step,
        "wilson95_excl_dk": bounds(wilson(found.top, found.base, RandomSample())),
    }


@computes("interpolated_median")
def medians(inputs: Inputs) -> Mapping[str, Any]:
    return {name: interpolated_median(Counter(answers)) for name, answers in inputs.items()}
