"""How well coders agree who put texts into categories independently of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal, TypeVar

from kiosk.statistics.checks import Counts, NotComputable, Table, counts_of, square_of
from kiosk.statistics.distributions import checked_level

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Code = str | int | float
"""What a coder put a unit down as: a name or a number."""
Verdict = Literal["firm", "tentative", "revise"]

Unit = TypeVar("Unit", bound=Hashable)

FIRM = 0.8
TENTATIVE = Fraction(2, 3)
"""Below this the code book is revised (Krippendorff's .667)."""


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha: 1 is full agreement, 0 what chance gives; None when no two codes differ at all.

    ``units`` had at least two codes and ``values`` is how many codes they had together.
    """

    alpha: float | None
    units: int
    values: int

    @property
    def verdict(self) -> Verdict | None:
        """From .80 firm, from .667 tentative, below: revise the code book. None without variation."""
        if self.alpha is None:
            return None
        if self.alpha >= FIRM:
            return "firm"
        return "tentative" if self.alpha >= TENTATIVE else "revise"


@dataclass(frozen=True)
class Kappa:
    """Kappa: 1 is full agreement, 0 what chance gives; None when everybody used one category alone.

    ``agreement`` is the raw share of pairs that agree, to be shown beside it: kappa falls when a category is
    rare. ``expected`` is the share that chance gives.
    """

    kappa: float | None
    agreement: float
    expected: float


@dataclass(frozen=True)
class BootstrapInterval:
    """Bounds from drawing the inputs anew with replacement; ``draws`` are those that gave a figure."""

    low: float
    high: float
    draws: int


# ── Krippendorff ─────────────────────────────────────────────────────────────────────────────────────


def krippendorff_alpha(
    coders: Sequence[Sequence[Code | None]], level: Level = "nominal", order: Sequence[Code] | None = None
) -> Alpha:
    """Krippendorff's alpha for any number of coders, with missing codes.

    ``coders`` has a row a coder and a column a unit; None is missing. A unit with m ≥ 2 codes adds 1/(m − 1)
    for each ordered pair to the coincidences o; α = 1 − (n − 1) Σ o δ² / Σ n_c n_k δ². δ² is 1 between
    different codes (nominal); the square of the codes' number between the middles of c and k (ordinal); (c −
    k)² (interval); ((c − k)/(c + k))² (ratio). ``order`` lists ordered codes that are not numbers.

    Raises ValueError for rows of different length, codes that the level cannot take, or an incomplete order;
    NotComputable when no unit has two codes.
    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    return _alpha(Counter(_units(coders)), level, order)


def alpha_interval(
    coders: Sequence[Sequence[Code | None]],
    level: Level = "nominal",
    order: Sequence[Code] | None = None,
    *,
    seed: int,
    draws: int = 1000,
    conf: float = 0.95,
) -> BootstrapInterval:
    """Bounds of alpha from drawing the units anew. Arguments and errors as ``krippendorff_alpha``."""
    units = _units(coders)
    _alpha(Counter(units), level, order)

    def alpha(drawn: Mapping[tuple[Code, ...], int]) -> float | None:
        return _alpha(drawn, level, order).alpha

    return bootstrap(Counter(units), alpha, seed=seed, draws=draws, conf=conf)


def _units(coders: Sequence[Sequence[Code | None]]) -> list[tuple[Code, ...]]:
    """The codes of each unit that has at least two, in an order that makes equal ones equal."""
    if not coders or len({len(row) for row in coders}) != 1:
        raise ValueError("every coder has a code or None for every unit")
    units = [
        tuple(sorted((code for code in unit if code is not None), key=lambda code: (str(type(code)), code)))
        for unit in zip(*coders, strict=True)
    ]
    coded = [unit for unit in units if len(unit) > 1]
    if not coded:
        raise NotComputable("no unit was coded twice")
    return coded


def _alpha(units: Mapping[tuple[Code, ...], int], level: Level, order: Sequence[Code] | None) -> Alpha:
    coincidences: dict[tuple[Code, Code], Fraction] = {}
    totals: Counter[Code] = Counter()
    for unit, times in units.items():
        counts = Counter(unit)
        for code, count in counts.items():
            totals[code] += times * count
            for other, others in counts.items():
                pairs = count * (others - (code == other))
                coincidences[code, other] = coincidences.get((code, other), Fraction(0)) + Fraction(
                    times * pairs, len(unit) - 1
                )
    distance = _distances(level, totals, order)
    n = totals.total()
    seen = sum(o * distance[pair] for pair, o in coincidences.items())
    by_chance = sum(totals[c] * totals[k] * distance[c, k] for c in totals for k in totals)
    alpha = float(1 - (n - 1) * seen / by_chance) if by_chance else None
    return Alpha(alpha, sum(units.values()), n)


def _distances(
    level: Level, totals: Mapping[Code, int], order: Sequence[Code] | None
) -> dict[tuple[Code, Code], Fraction]:
    if level == "nominal":
        return {(c, k): Fraction(c != k) for c in totals for k in totals}
    if level == "ordinal":
        return _ordinal_distances(totals, order)
    numbers = {code: _number(code) for code in totals}
    if level == "interval":
        return {(c, k): (numbers[c] - numbers[k]) ** 2 for c in totals for k in totals}
    if level != "ratio":
        raise ValueError(f"no such level: {level}")
    if min(numbers.values()) < 0:
        raise ValueError("codes on a ratio scale are never below 0")
    return {
        (c, k): ((numbers[c] - numbers[k]) / (numbers[c] + numbers[k])) ** 2 if c != k else Fraction(0)
        for c in totals
        for k in totals
    }


def _ordinal_distances(
    totals: Mapping[Code, int], order: Sequence[Code] | None
) -> dict[tuple[Code, Code], Fraction]:
    if order is not None and not set(totals) <= set(order):
        raise ValueError("the order leaves out codes that were given")
    ordered = [code for code in order if code in totals] if order else sorted(totals, key=_number)
    middle: dict[Code, Fraction] = {}
    below = 0
    for code in ordered:
        middle[code] = below + Fraction(totals[code], 2)
        below += totals[code]
    return {(c, k): (middle[c] - middle[k]) ** 2 for c in totals for k in totals}


def _number(code: Code) -> Fraction:
    if isinstance(code, str):
        raise ValueError(f"a number was expected, or the order of the codes: {code}")
    return Fraction(code)


# ── Kappa ────────────────────────────────────────────────────────────────────────────────────────────


def cohen_kappa(table: Table) -> Kappa:
    """Cohen's kappa of exactly two coders.

    ``table`` is square: rows the first coder's categories, columns the second's, in one order.
    κ = (p_o − p_e)/(1 − p_e). Raises ValueError for another shape; NotComputable for an empty table.
    Source: Cohen (1960), Educational and Psychological Measurement 20:37.
    """
    rows = square_of(table)
    n = sum(map(sum, rows))
    agreement = Fraction(sum(row[place] for place, row in enumerate(rows)), n)
    columns = map(sum, zip(*rows, strict=True))
    expected = Fraction(sum(sum(row) * column for row, column in zip(rows, columns, strict=True)), n * n)
    return _kappa(agreement, expected)


def fleiss_kappa(units: Table) -> Kappa:
    """Fleiss' kappa of more than two coders, the same number for every unit.

    ``units`` has a row a unit and a column a category: how many coders put it there. Raises ValueError for
    rows with different sums, or fewer than two codes a unit. Source: Fleiss (1971), Psychological Bulletin
    76:378.
    """
    rows = [counts_of(row) for row in units]
    if len({len(row) for row in rows}) != 1 or len({sum(row) for row in rows}) != 1:
        raise ValueError("every unit has the same categories and the same number of codes")
    return _fleiss(Counter(rows))


def _fleiss(rows: Mapping[Counts, int]) -> Kappa:
    coders = sum(next(iter(rows)))
    if coders < 2:
        raise ValueError("every unit needs at least two codes")
    units = sum(rows.values())
    agreeing = sum(times * count * (count - 1) for row, times in rows.items() for count in row)
    agreement = Fraction(agreeing, units * coders * (coders - 1))
    totals = [
        sum(row[place] * times for row, times in rows.items()) for place in range(len(next(iter(rows))))
    ]
    expected = sum((Fraction(total, units * coders) ** 2 for total in totals), Fraction(0))
    return _kappa(agreement, expected)


def _kappa(agreement: Fraction, expected: Fraction) -> Kappa:
    kappa = float((agreement - expected) / (1 - expected)) if expected != 1 else None
    return Kappa(kappa, float(agreement), float(expected))


def cohen_interval(table: Table, *, seed: int, draws: int = 1000, conf: float = 0.95) -> BootstrapInterval:
    """Bounds of Cohen's kappa from drawing the inputs anew. Errors as ``cohen_kappa``."""
    rows = square_of(table)
    cells = Counter({(r, c): count for r, row in enumerate(rows) for c, count in enumerate(row) if count})

    def kappa(drawn: Mapping[tuple[int, int], int]) -> float | None:
        places = range(len(rows))
        return cohen_kappa([[drawn.get((r, c), 0) for c in places] for r in places]).kappa

    return bootstrap(cells, kappa, seed=seed, draws=draws, conf=conf)


def fleiss_interval(units: Table, *, seed: int, draws: int = 1000, conf: float = 0.95) -> BootstrapInterval:
    """Bounds of Fleiss' kappa from drawing the units anew. Errors as ``fleiss_kappa``."""
    fleiss_kappa(units)
    rows = Counter(counts_of(row) for row in units)
    return bootstrap(rows, lambda drawn: _fleiss(drawn).kappa, seed=seed, draws=draws, conf=conf)


# ── Bootstrap ────────────────────────────────────────────────────────────────────────────────────────


def bootstrap(
    units: Mapping[Unit, int],
    figure: Callable[[Mapping[Unit, int]], float | None],
    *,
    seed: int,
    draws: int = 1000,
    conf: float = 0.95,
) -> BootstrapInterval:
    """Percentile bounds of a figure, from drawing as many units anew, with replacement.

    ``units`` holds equal units once, with how many they are; ``figure`` is given the same of what was drawn,
    and may be None where there is none: such draws are left out. The same seed gives the same bounds.

    Raises ValueError for fewer than 100 draws; NotComputable when no draw gives a figure.
    Source: Efron & Tibshirani, *An Introduction to the Bootstrap* (1993), ch. 13.
    """
    import numpy as np

    checked_level(conf)
    if draws < 100:
        raise ValueError("bounds need at least 100 draws")
    kinds, counts = list(units), np.array(list(units.values()))
    drawn = np.random.default_rng(seed).multinomial(counts.sum(), counts / counts.sum(), size=draws)
    found = (
        figure({kind: int(times) for kind, times in zip(kinds, row, strict=True) if times}) for row in drawn
    )
    figures = sorted(value for value in found if value is not None)
    if not figures:
        raise NotComputable("no draw gives a figure")
    last, tail = len(figures) - 1, (1 - conf) / 2
    return BootstrapInterval(figures[floor(last * tail)], figures[ceil(last * (1 - tail))], len(figures))
