"""Two groups and two answers, compared within strata such as meetings or districts; and means over strata.

Pooling meetings of different kinds can turn a difference round. So the strata are asked first, and where they
and the pooled table disagree the pooled figure is not for the summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, inf, log, sqrt
from typing import Literal

from kiosk.statistics.checks import NotComputable, Table, two_by_two_of
from kiosk.statistics.distributions import chi_square_p, z_of

Direction = Literal[-1, 0, 1]
"""Whether the first row has the first answer less often (-1), as often, or more often (1) than the second."""


@dataclass(frozen=True)
class StratifiedAssociation:
    """What 2 × 2 tables of several strata say together.

    ``odds_ratio`` is the Mantel–Haenszel one, infinite when no stratum has anything in its other diagonal;
    ``low`` and ``high`` are its Robins–Breslow–Greenland bounds, None when it is 0 or infinite. ``cmh`` is
    the Cochran–Mantel–Haenszel statistic on 1 df and ``cmh_corrected`` the one with continuity correction.
    ``breslow_day_tarone`` tests whether the strata share one odds ratio, with Tarone's correction, on ``df``
    degrees of freedom; it and its p are None with fewer than two strata to compare.
    """

    odds_ratio: float
    low: float | None
    high: float | None
    cmh: float
    cmh_p: float
    cmh_corrected: float
    cmh_corrected_p: float
    breslow_day: float | None
    breslow_day_tarone: float | None
    breslow_day_tarone_p: float | None
    df: int


@dataclass(frozen=True)
class SimpsonCheck:
    """Which way the difference goes in the pooled table, and within the strata taken together.

    ``warning`` says that they disagree: the pooled figure is then withheld from the summary.
    """

    pooled: Direction
    stratified: Direction

    @property
    def warning(self) -> bool:
        return self.pooled != self.stratified


@dataclass(frozen=True)
class StratumSample:
    """A stratum's sample: ``n`` of ``population`` drawn by lot, with their mean and variance (n − 1)."""

    n: int
    population: int
    mean: float
    variance: float

    def __post_init__(self) -> None:
        if not 1 <= self.n <= self.population:
            raise ValueError("a stratum's sample is at least one and at most its population")
        if self.variance < 0:
            raise ValueError("a variance is never below 0")


@dataclass(frozen=True)
class StratifiedMean:
    """A mean over strata and its standard error, in the unit of the answers."""

    mean: float
    se: float


# ── Two groups, two answers ──────────────────────────────────────────────────────────────────────────


def associate_within_strata(strata: Sequence[Table], conf: float = 0.95) -> StratifiedAssociation:
    """The association of two rows with two columns, within strata.

    Each stratum is ``[[a, b], [c, d]]``, whole counts. With n its sum: OR = Σ(ad/n) / Σ(bc/n); CMH = (|Σ(a −
    E)| − ½ if corrected)² / ΣV, E = r₁c₁/n, V = r₁r₂c₁c₂ / (n²(n − 1)). Strata in which a row or column is
    empty say nothing and are left out.

    Raises ValueError for tables of another shape; NotComputable when no stratum says anything. Sources:
    Mantel & Haenszel (1959); Robins, Breslow & Greenland (1986); Tarone (1985); Fagerland, Lydersen & Laake
    (2017), ch. 10.
    """
    tables = _telling(strata)
    if not tables:
        raise NotComputable("no stratum has somebody in both rows and both columns")
    r, s = _diagonals(tables)
    odds_ratio = float(r / s) if s else inf
    finite = bool(r) and bool(s)
    low, high = _greenland_bounds(tables, odds_ratio, conf) if finite else (None, None)
    cmh, corrected = _cmh(tables)
    plain, tarone = _breslow_day(tables, odds_ratio) if finite and len(tables) > 1 else (None, None)
    df = len(tables) - 1
    return StratifiedAssociation(
        odds_ratio=odds_ratio,
        low=low,
        high=high,
        cmh=cmh,
        cmh_p=chi_square_p(cmh, 1),
        cmh_corrected=corrected,
        cmh_corrected_p=chi_square_p(corrected, 1),
        breslow_day=plain,
        breslow_day_tarone=tarone,
        breslow_day_tarone_p=None if tarone is None else chi_square_p(tarone, df),
        df=df,
    )


def check_for_simpson(strata: Sequence[Table]) -> SimpsonCheck:
    """Whether pooling the strata, ``[[a, b], [c, d]]`` each, changes the direction of the difference.

    Pooled: the sign of AD − BC of the summed table. Stratified: the sign of Σ(ad/n) − Σ(bc/n), exactly; it is
    above 0 when the Mantel–Haenszel odds ratio is above 1. A difference that only one of them has is a
    disagreement too.

    Raises ValueError for tables of another shape.
    Source: Bickel, Hammel & O'Connell (1975), Science 187:398, for the classic case.
    """
    tables = [two_by_two_of(table) for table in strata]
    a, b, c, d = (sum(cells) for cells in zip(*tables, strict=True)) if tables else (0, 0, 0, 0)
    r, s = _diagonals(_telling(strata))
    return SimpsonCheck(_sign(Fraction(a * d - b * c)), _sign(r - s))


_Cells = tuple[int, int, int, int]


def _telling(strata: Sequence[Table]) -> list[_Cells]:
    tables = [two_by_two_of(table) for table in strata]
    return [(a, b, c, d) for a, b, c, d in tables if (a + b) * (c + d) * (a + c) * (b + d)]


def _diagonals(tables: Sequence[_Cells]) -> tuple[Fraction, Fraction]:
    """Σ(ad/n) and Σ(bc/n)."""
    r = sum((Fraction(a * d, a + b + c + d) for a, b, c, d in tables), Fraction(0))
    s = sum((Fraction(b * c, a + b + c + d) for a, b, c, d in tables), Fraction(0))
    return r, s


def _sign(number: Fraction) -> Direction:
    if number == 0:
        return 0
    return 1 if number > 0 else -1


def _cmh(tables: Sequence[_Cells]) -> tuple[float, float]:
    """The statistic without and with continuity correction."""
    apart = variance = Fraction(0)
    for a, b, c, d in tables:
        n = a + b + c + d
        apart += a - Fraction((a + b) * (a + c), n)
        variance += Fraction((a + b) * (c + d) * (a + c) * (b + d), n * n * (n - 1))
    corrected = max(Fraction(0), abs(apart) - Fraction(1, 2))
    return float(apart**2 / variance), float(corrected**2 / variance)


def _greenland_bounds(tables: Sequence[_Cells], odds_ratio: float, conf: float) -> tuple[float, float]:
    r, s = _diagonals(tables)
    pr = cross = qs = Fraction(0)
    for a, b, c, d in tables:
        n = a + b + c + d
        p, q = Fraction(a + d, n), Fraction(b + c, n)
        pr += p * Fraction(a * d, n)
        cross += p * Fraction(b * c, n) + q * Fraction(a * d, n)
        qs += q * Fraction(b * c, n)
    se = sqrt(pr / (2 * r**2) + cross / (2 * r * s) + qs / (2 * s**2))
    middle, half = log(odds_ratio), z_of(conf) * se
    return exp(middle - half), exp(middle + half)


def _breslow_day(tables: Sequence[_Cells], odds_ratio: float) -> tuple[float, float]:
    """The statistic for one shared odds ratio, plain and with Tarone's correction."""
    plain = apart = variance = 0.0
    for cells in tables:
        expected, spread = _expected_under(cells, odds_ratio)
        plain += (cells[0] - expected) ** 2 / spread
        apart += cells[0] - expected
        variance += spread
    return plain, max(0.0, plain - apart**2 / variance)


def _expected_under(cells: _Cells, odds_ratio: float) -> tuple[float, float]:
    """The first cell that has the odds ratio with these margins, and its asymptotic variance."""
    a, b, c, d = cells
    row, column, n = a + b, a + c, a + b + c + d
    # x(n − row − column + x) = OR (row − x)(column − x), as a quadratic in x.
    square = 1 - odds_ratio
    linear = n - row - column + odds_ratio * (row + column)
    constant = -odds_ratio * row * column
    # The stable form of the root between the margins; it also serves when the square term is 0.
    x = -2 * constant / (linear + sqrt(linear**2 - 4 * square * constant))
    return x, 1 / (1 / x + 1 / (row - x) + 1 / (column - x) + 1 / (n - row - column + x))


# ── Means ────────────────────────────────────────────────────────────────────────────────────────────


def mean_over_strata(strata: Sequence[StratumSample]) -> StratifiedMean:
    """The mean of a population from random samples of its strata, with finite population correction.

    mean = ΣW·ȳ, variance = ΣW²(1 − n/N)s²/n, W = N/ΣN. A stratum that was asked in full adds no error.

    Raises ValueError without strata, or when a stratum of one that stands for more is given: it has no
    variance. Source: Cochran, *Sampling Techniques* (1977), ch. 5.
    """
    if not strata:
        raise ValueError("no strata were given")
    if any(one.n == 1 < one.population for one in strata):
        raise ValueError("a stratum with one answer has no variance: join it with another")
    population = sum(one.population for one in strata)
    mean = sum(one.population * one.mean for one in strata) / population
    variance = sum(
        (one.population / population) ** 2 * (1 - one.n / one.population) * one.variance / one.n
        for one in strata
    )
    return StratifiedMean(mean, sqrt(variance))
