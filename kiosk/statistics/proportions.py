"""Shares with their intervals, for declared random samples and for nothing else.

People who chose to come are no sample, and everybody in a group is a count: neither has a margin of error.
So every function that gives an interval asks for a ``RandomSample``, which the organiser must have declared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, lgamma, log, pi, sqrt

from kiosk.statistics.checks import Counts, NotComputable, counts_of, part_of
from kiosk.statistics.distributions import beta_quantile, checked_level, t_of, z_of
from kiosk.statistics.weighting import effective_size

CORRECTION_FROM = 0.05
"""The part of the population from which the finite population correction is used."""


class Sampling(StrEnum):
    """How those who answered came to be asked, as the organiser declares it."""

    SELF_SELECTED = "self_selected"
    """They chose to come: open meeting, outreach, web link."""
    WHOLE_GROUP = "whole_group"
    """Everybody in a defined group answered."""
    PART_OF_GROUP = "part_of_group"
    """Most of a defined group answered, and those who did not are not missing at random."""
    RANDOM_SAMPLE = "random_sample"
    """They were drawn by lot."""


@dataclass(frozen=True)
class RandomSample:
    """The declaration that those asked were drawn by lot, which alone gives an interval a meaning.

    ``conf`` is the level of the intervals; ``population`` how many they were drawn from, where known.
    """

    conf: float = 0.95
    population: int | None = None

    def __post_init__(self) -> None:
        checked_level(self.conf)
        if self.population is not None:
            part_of(0, self.population)

    @property
    def z(self) -> float:
        """The normal quantile of the level, two-sided: 1.96 for 0.95."""
        return z_of(self.conf)


@dataclass(frozen=True)
class Interval:
    """An estimate and its bounds, in the estimate's unit; ``se`` where the method rests on one."""

    estimate: float
    low: float
    high: float
    se: float | None = None


@dataclass(frozen=True)
class WeightedShare:
    """A weighted share between 0 and 1, how many answers its weights are worth, and its bounds."""

    share: float
    n_eff: float
    low: float
    high: float


def interval_of_share(
    x: int, n: int, *, sampling: Sampling, population: int | None = None, conf: float = 0.95
) -> Interval | None:
    """The interval to show beside ``x`` of ``n``; None whenever none may be shown.

    Only a random sample has one: Wilson's. When the sample is more than 5 % of the population, ``n`` is
    replaced by n·(N−1)/(N−n), the sample from an endless population that would be as exact. A sample that is
    the whole population is a count and has none.

    ValueError unless 0 ≤ x ≤ n, n > 0 and n ≤ population.
    """
    part, base = part_of(x, n)
    if population is not None:
        part_of(base, population)
    if sampling is not Sampling.RANDOM_SAMPLE or base == population:
        return None
    share, size = part / base, float(base)
    if population is not None and base > CORRECTION_FROM * population:
        size = base * (population - 1) / (population - base)
    return Interval(share, *wilson_bounds(share, size, z_of(conf)))


def wilson_bounds(share: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's bounds of a share of ``n`` answers, a whole number or an effective one (Wilson 1927).

    The formula alone, for functions that know what their bounds stand for; for people use ``wilson``.
    None of n gives exactly 0 as the lower bound, all of n exactly 1 as the upper one.
    """
    spread = z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    return (0.0 if share == 0 else max(0.0, centre - half)), (1.0 if share == 1 else min(1.0, centre + half))


def wilson(x: int, n: int, sample: RandomSample) -> Interval:
    """Wilson's score interval of ``x`` of ``n`` (Wilson 1927).

    ValueError unless 0 ≤ x ≤ n and n > 0.
    """
    part, base = part_of(x, n)
    return Interval(part / base, *wilson_bounds(part / base, base, sample.z))


def wilson_corrected(x: int, n: int, sample: RandomSample) -> Interval:
    """Wilson's interval with continuity correction, wider than ``wilson``.

    Newcombe 1998, Statistics in Medicine 17:857, method 4.

    ValueError unless 0 ≤ x ≤ n and n > 0.
    """
    part, base = part_of(x, n)
    share, z = part / base, sample.z
    centre, width = 2 * part + z * z, 2 * (base + z * z)
    below = z * sqrt(z * z - 2 - 1 / base + 4 * share * (base - part + 1)) if part else 0.0
    above = z * sqrt(z * z + 2 - 1 / base + 4 * share * (base - part - 1)) if part < base else 0.0
    low = max(0.0, (centre - 1 - below) / width) if part else 0.0
    high = min(1.0, (centre + 1 + above) / width) if part < base else 1.0
    return Interval(share, low, high)


def adjusted_wald(x: int, n: int, sample: RandomSample) -> Interval:
    """The interval around (x+2)/(n+4): two yes and two no added (Agresti & Coull 1998).

    The estimate is the adjusted one. ValueError unless 0 ≤ x ≤ n and n > 0.
    """
    part, base = part_of(x, n)
    share = (part + 2) / (base + 4)
    return _around(share, sqrt(share * (1 - share) / (base + 4)), sample.z, 0.0, 1.0)


def adjusted_wald_of_population(x: int, n: int, sample: RandomSample) -> Interval:
    """``adjusted_wald`` with its standard error times √((N−n)/(N−1)) (Bonett, statpsych ``ci.prop.fpc``).

    ValueError unless 0 ≤ x ≤ n ≤ N, n > 0 and the sample names its population N.
    """
    plain = adjusted_wald(x, n, sample)
    share = plain.estimate
    se = sqrt(share * (1 - share) / (n + 4)) * _population_factor(n, sample)
    return _around(share, se, sample.z, 0.0, 1.0)


def mean_of_population(mean: float, sd: float, n: int, sample: RandomSample) -> Interval:
    """The interval of a mean: se = sd/√n · √((N−n)/(N−1)), t on n−1 (Cochran 1977, chapter 2).

    ``mean`` and ``sd`` in the unit of the answers, ``sd`` with n−1 in its denominator.
    ValueError when n < 2, sd < 0, n > N or the sample names no population.
    """
    if n < 2 or sd < 0:
        raise ValueError(
            "an interval of a mean needs two answers and a standard deviation that is not negative"
        )
    se = sd / sqrt(n) * _population_factor(n, sample)
    half = t_of(sample.conf, n - 1) * se
    return Interval(mean, mean - half, mean + half, se)


def exact(x: int, n: int, sample: RandomSample) -> Interval:
    """The exact binomial interval, never too narrow and often too wide (Clopper & Pearson 1934).

    ValueError unless 0 ≤ x ≤ n and n > 0.
    """
    part, base = part_of(x, n)
    tail = (1 - sample.conf) / 2
    low = beta_quantile(tail, part, base - part + 1) if part else 0.0
    high = beta_quantile(1 - tail, part + 1, base - part) if part < base else 1.0
    return Interval(part / base, low, high)


def goodman(counts: Sequence[int], sample: RandomSample) -> tuple[Interval, ...]:
    """Intervals that hold for all categories at once, one per count (Goodman 1965).

    Each is Wilson's with the error shared between the categories. ValueError without answers.
    """
    shares, n = _shares_of(counts)
    z = z_of(1 - (1 - sample.conf) / len(shares))
    return tuple(Interval(share, *wilson_bounds(share, n, z)) for share in shares)


def sison_glaz(counts: Sequence[int], sample: RandomSample) -> tuple[Interval, ...]:
    """Simultaneous intervals of one common width (Sison & Glaz 1995), a check on ``goodman``.

    The widths come from truncated Poisson counts and an Edgeworth expansion. ValueError without answers.
    """
    shares, n = _shares_of(counts)
    whole = counts_of(counts)
    reach, below, above = 0, 0.0, _coverage(whole, 1)
    while above <= sample.conf:
        reach, below, above = reach + 1, above, _coverage(whole, reach + 2)
    part = (sample.conf - below) / (above - below)
    return tuple(
        Interval(share, max(0.0, share - reach / n), min(1.0, share + (reach + 2 * part) / n))
        for share in shares
    )


def newcombe(x1: int, n1: int, x2: int, n2: int, sample: RandomSample) -> Interval:
    """The difference x1/n1 − x2/n2 of two separate groups, from their Wilson bounds.

    Newcombe 1998, Statistics in Medicine 17:873, method 10. Both groups must be random samples.
    ValueError unless 0 ≤ x ≤ n and n > 0 in both.
    """
    (x1, n1), (x2, n2) = part_of(x1, n1), part_of(x2, n2)
    return square_and_add(x1 / n1, n1, x2 / n2, n2, sample.z)


def square_and_add(p1: float, n1: int, p2: float, n2: int, z: float, phi: float = 0.0) -> Interval:
    """p1 − p2 with the distances of both shares to their Wilson bounds, squared and added.

    ``phi`` is the correlation of the two shares, 0 for separate groups.
    """
    low1, high1 = wilson_bounds(p1, n1, z)
    low2, high2 = wilson_bounds(p2, n2, z)

    def reach(one: float, other: float) -> float:
        return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))

    return Interval(p1 - p2, p1 - p2 - reach(p1 - low1, high2 - p2), p1 - p2 + reach(high1 - p1, p2 - low2))


def agresti_caffo(x1: int, n1: int, x2: int, n2: int, sample: RandomSample) -> Interval:
    """The difference of two separate groups after one yes and one no is added to each (Agresti & Caffo 2000).

    The estimate is the plain difference x1/n1 − x2/n2. ValueError unless 0 ≤ x ≤ n and n > 0 in both.
    """
    (x1, n1), (x2, n2) = part_of(x1, n1), part_of(x2, n2)
    p1, p2 = (x1 + 1) / (n1 + 2), (x2 + 1) / (n2 + 2)
    se = sqrt(p1 * (1 - p1) / (n1 + 2) + p2 * (1 - p2) / (n2 + 2))
    adjusted = _around(p1 - p2, se, sample.z, -1.0, 1.0)
    return Interval(x1 / n1 - x2 / n2, adjusted.low, adjusted.high, se)


def weighted_share(weights: Sequence[float], chosen: Sequence[bool], sample: RandomSample) -> WeightedShare:
    """The weighted share of those who chose something, with Wilson's interval at n_eff instead of n.

    ``weights`` and ``chosen`` have one entry per person; n_eff as ``effective_size`` gives it (the
    substitution is Korn & Graubard's, 1998).
    ValueError when the lengths differ, a weight is negative or all are 0.
    """
    if len(weights) != len(chosen):
        raise ValueError("each answer needs one weight")
    total = sum(weights)
    if not total > 0 or min(weights) < 0:
        raise ValueError("weights are not negative, and not all of them are 0")
    share = sum(weight for weight, yes in zip(weights, chosen, strict=True) if yes) / total
    n_eff = effective_size(weights).n_eff
    return WeightedShare(share, n_eff, *wilson_bounds(share, n_eff, sample.z))


def _around(estimate: float, se: float, z: float, least: float, most: float) -> Interval:
    """The estimate ± z standard errors, kept within what the estimate can be."""
    return Interval(estimate, max(least, estimate - z * se), min(most, estimate + z * se), se)


def _population_factor(n: int, sample: RandomSample) -> float:
    if sample.population is None:
        raise ValueError("the size of the population must be known")
    part_of(n, sample.population)
    return sqrt((sample.population - n) / (sample.population - 1)) if sample.population > 1 else 0.0


def _shares_of(counts: Sequence[int]) -> tuple[list[float], int]:
    whole = counts_of(counts)
    n = sum(whole)
    if n == 0:
        raise NotComputable("there are no answers")
    return [count / n for count in whole], n


def _coverage(counts: Counts, reach: int) -> float:
    """How surely every count of a new sample lies within ``reach`` of the observed one (their formula 7).

    A reach of n covers everything; there the expansion, which is an approximation, is not needed.
    """
    n = sum(counts)
    if reach >= n:
        return 1.0
    within = [_truncated_poisson(count, max(0, count - reach), min(n, count + reach)) for count in counts]
    variance = fsum(moments.variance for moments in within)
    skew = fsum(moments.third for moments in within) / (variance * sqrt(variance))
    excess = fsum(moments.fourth - 3 * moments.variance**2 for moments in within) / variance**2
    x = (n - sum(moments.mean for moments in within)) / sqrt(variance)
    third = skew / 6 * (x**3 - 3 * x)
    fourth = excess / 24 * (x**4 - 6 * x**2 + 3)
    sixth = skew**2 / 72 * (x**6 - 15 * x**4 + 45 * x**2 - 15)
    density = exp(-x * x / 2) / sqrt(2 * pi * variance) * (1 + third + fourth + sixth)
    inside = exp(sum(log(moments.probability) for moments in within))
    return inside * density / _poisson(n)(n)


@dataclass(frozen=True)
class _Moments:
    """Of a count that is Poisson within bounds; ``third`` and ``fourth`` are about the mean."""

    probability: float
    mean: float
    variance: float
    third: float
    fourth: float


def _truncated_poisson(mean: int, low: int, high: int) -> _Moments:
    chance = _poisson(mean)
    chances = {count: chance(count) for count in range(low, high + 1)}
    probability = sum(chances.values())
    centre = sum(count * p for count, p in chances.items()) / probability

    def about_centre(power: int) -> float:
        return sum((count - centre) ** power * p for count, p in chances.items()) / probability

    return _Moments(probability, centre, about_centre(2), about_centre(3), about_centre(4))


def _poisson(mean: int) -> Callable[[int], float]:
    if mean == 0:
        return lambda count: float(count == 0)
    return lambda count: exp(count * log(mean) - mean - lgamma(count + 1))
