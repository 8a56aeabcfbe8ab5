"""How a figure grows with the number of phones: a straight line through the medians, and how well it fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import correlation, linear_regression

LEAST_POINTS = 3


@dataclass(frozen=True)
class Fit:
    """``figure = start + each × phones``. ``r2`` is the share of the variation that the line explains, by
    least squares."""

    start: float
    each: float
    r2: float


def fit(points: Mapping[int, float]) -> Fit | None:
    """The line through (phones, figure); None where there are too few points to say anything."""
    if len(points) < LEAST_POINTS or len(set(points.values())) == 1:
        return None
    phones, figures = list(points), list(points.values())
    line = linear_regression(phones, figures)
    return Fit(line.intercept, line.slope, correlation(phones, figures) ** 2)
