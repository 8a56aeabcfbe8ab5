"""Tails and quantiles of the distributions that the tests and intervals rest on.

The standard library where a few lines do; scipy, which takes a second to load, only for Student's t and beta.
"""

from __future__ import annotations

from math import erfc, exp, inf, lgamma, log, sqrt
from statistics import NormalDist


def z_of(conf: float) -> float:
    """The standard normal value that a share ``conf`` of the curve lies within, both ways: 1.96 for 0.95.

    ValueError unless 0 < conf < 1.
    """
    return NormalDist().inv_cdf((1 + checked_level(conf)) / 2)


def checked_level(conf: float) -> float:
    """``conf`` itself; ValueError unless it lies between 0 and 1."""
    if not 0 < conf < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {conf}")
    return conf


def normal_p(z: float) -> float:
    """Two-sided p of a standard normal value."""
    return erfc(abs(z) / sqrt(2))


def chi_square_p(x: float, df: int) -> float:
    """The probability that a chi-square value of ``df`` degrees of freedom is ``x`` or more.

    For whole degrees of freedom the tail is a finite sum (Abramowitz & Stegun 1964, 26.4.4 and 26.4.5).
    ValueError when ``df`` is below 1.
    """
    if df < 1:
        raise ValueError("a chi-square value needs at least one degree of freedom")
    half = x / 2
    if not 0 < half < inf:
        return 0.0 if half > 0 else 1.0
    first = erfc(sqrt(half)) if df % 2 else 0.0
    powers = [i + (df % 2) / 2 for i in range(df // 2)]
    tail = first + sum(exp(power * log(half) - half - lgamma(power + 1)) for power in powers)
    return min(1.0, tail)


def t_of(conf: float, df: float) -> float:
    """The value that a share ``conf`` of Student's t lies within, both ways; ``df`` above 0."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + checked_level(conf)) / 2))


def t_p(t: float, df: float) -> float:
    """Two-sided p of a value of Student's t; ``df`` above 0."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The quantile of the beta distribution with parameters ``a`` and ``b``, both above 0."""
    from scipy.special import betaincinv

    return float(betaincinv(a, b, probability))
