"""A series of meetings: the meeting is the unit, since people at one meeting are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from kiosk.statistics.distributions import checked_level, t_of

SERIES_MIN = 8
"""From this many meetings an interval is given."""
BOTH_FROM = Fraction(1, 20)
"""Both means must be shown when they differ by more than this: for shares, five points."""


@dataclass(frozen=True)
class Series:
    """One figure over several meetings, in the unit of the answers (shares as parts of 1).

    ``pooled`` is over all answers, ``mean_of_meetings`` counts each meeting once; ``show_both`` says that
    they differ so much that neither may stand alone. ``values`` holds each meeting's own, ``lowest`` and
    ``highest`` the spread. ``se`` is the standard error of ``pooled`` with meetings as clusters, None for a
    single meeting; ``low`` and ``high``, from 8 meetings on, are the "variation between meetings" and no
    margin of error.
    """

    meetings: int
    answers: int
    values: tuple[float, ...]
    pooled: float
    mean_of_meetings: float
    show_both: bool
    lowest: float
    highest: float
    se: float | None
    low: float | None
    high: float | None


def summarise_meetings(
    sums: Sequence[float],
    sizes: Sequence[int],
    *,
    meetings_in_population: int | None = None,
    conf: float = 0.95,
    series_min: int = SERIES_MIN,
    both_from: Fraction = BOTH_FROM,
) -> Series:
    """Pool meetings and say how far they vary.

    ``sums`` holds each meeting's sum of answers (for a share: how many gave the answer), ``sizes`` how many
    answered. R = Σy/Σm, u = (y − R·m)/Σm, se = √((1 − k/K) · k/(k − 1) · Σu²) for k of K meetings; without
    ``meetings_in_population`` the question is about other such meetings, and the first factor is 1. The
    interval is R ± t·se, t on k − 1 degrees of freedom. ``both_from`` is in the unit of the answers.

    Raises ValueError when the lists are empty or differ in length, a meeting has no answers, the population
    is smaller than the series, or ``series_min`` is below 8. Source: linearised ratio estimator, Cochran,
    *Sampling Techniques* (1977), ch. 9A.
    """
    _check(sums, sizes, meetings_in_population, series_min)
    checked_level(conf)
    k, answers = len(sizes), sum(sizes)
    values = tuple(total / size for total, size in zip(sums, sizes, strict=True))
    pooled = sum(sums) / answers
    mean_of_meetings = sum(values) / k
    se = _error(sums, sizes, pooled, meetings_in_population) if k > 1 else None
    half = t_of(conf, k - 1) * se if se is not None and k >= series_min else None
    return Series(
        meetings=k,
        answers=answers,
        values=values,
        pooled=pooled,
        mean_of_meetings=mean_of_meetings,
        show_both=_gap(sums, sizes) > both_from,
        lowest=min(values),
        highest=max(values),
        se=se,
        low=None if half is None else pooled - half,
        high=None if half is None else pooled + half,
    )


def _check(sums: Sequence[float], sizes: Sequence[int], population: int | None, series_min: int) -> None:
    if not sizes or len(sums) != len(sizes):
        raise ValueError("a series has meetings, each with a sum and a size")
    if min(sizes) < 1:
        raise ValueError("a meeting without answers is no part of a series")
    if population is not None and population < len(sizes):
        raise ValueError("there cannot be fewer meetings than those in the series")
    if series_min < SERIES_MIN:
        raise ValueError(f"an interval needs at least {SERIES_MIN} meetings: this limit can only be raised")


def _gap(sums: Sequence[float], sizes: Sequence[int]) -> Fraction:
    """How far the two means are apart, exactly: five points are not more than five points."""
    exact = [Fraction(total) for total in sums]
    each = sum((total / size for total, size in zip(exact, sizes, strict=True)), Fraction(0))
    return abs(sum(exact, Fraction(0)) / sum(sizes) - each / len(sizes))


def _error(sums: Sequence[float], sizes: Sequence[int], pooled: float, population: int | None) -> float:
    k, answers = len(sizes), sum(sizes)
    squares = sum(((total - pooled * size) / answers) ** 2 for total, size in zip(sums, sizes, strict=True))
    left_out = 1 - k / population if population else 1.0
    return sqrt(left_out * k / (k - 1) * squares)
