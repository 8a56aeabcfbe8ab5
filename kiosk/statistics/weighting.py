"""Weights for reports: the composition of those who answered is brought to that of a reference population.

Weighting corrects the composition, not that people chose to come. It belongs in a report, beside the
unweighted figures, and is refused where it would rest on too little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite
from typing import Literal

Cell = tuple[str | None, ...]
"""One category of each variable, in the order of the variables; None where the answer is missing."""
Cells = Mapping[Cell, int]
Targets = Mapping[str | None, float]
"""How many there should be in each category of one variable, in the unit of the answers or any other."""

Method = Literal["post_stratification", "raking", "linear", "logit"]
Reason = Literal["too_few", "empty_category", "small_category", "not_converged", "effective_size_low"]

MOST_MARGINS = 3
MOST_ROUNDS = 200
CLOSE_ENOUGH = 1e-6
"""The largest relative error of a margin at which the rounds stop."""
BOUNDS = (0.3, 3.0)


@dataclass(frozen=True)
class EffectiveSize:
    """Kish: ``n`` weighted answers say as much as ``n_eff`` unweighted ones; ``deff`` is n / n_eff.

    It knows nothing of meetings as clusters.
    """

    n: int
    n_eff: float
    deff: float


@dataclass(frozen=True)
class Weighting:
    """A weight for each cell, for every answer in it alike.

    ``smallest`` and ``largest`` are weights, ``rounds`` how many it took, and ``worst`` the largest relative
    error that is left in a margin.
    """

    method: Method
    weights: Mapping[Cell, float]
    size: EffectiveSize
    smallest: float
    largest: float
    rounds: int
    worst: float


@dataclass(frozen=True)
class Refused:
    """Why there are no weights; ``where`` names the categories or cells that the reason is about."""

    reason: Reason
    where: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Thresholds:
    """From where on weights are given. They can be raised; the category's can be lowered to 10.

    ``n``: answers in all · ``n_eff``: n_eff / n · ``cell``: answers in a cell, for post-stratification ·
    ``category``: answers in a category, for raking, below which neighbours are to be collapsed first.
    """

    n: int = 100
    n_eff: float = 0.5
    cell: int = 10
    category: int = 20

    def __post_init__(self) -> None:
        if self.n < 100 or self.n_eff < 0.5 or self.cell < 10 or self.category < 10:
            raise ValueError("thresholds are at least 100 answers, one half, 10 a cell, 10 a category")


# ── Effective size ───────────────────────────────────────────────────────────────────────────────────


def effective_size(weights: Iterable[float]) -> EffectiveSize:
    """n_eff = (Σw)² / Σw² for one weight an answer.

    Raises ValueError without weights, for one that is not a finite number, and when all are 0.
    Source: Kish, *Survey Sampling* (1965).
    """
    return _size(Counter(weights))


def _size(times: Mapping[float, int]) -> EffectiveSize:
    """The effective size from each weight and how often it stands."""
    if not all(map(isfinite, times)) or not any(times):
        raise ValueError("weights must be given, finite, and not all 0")
    n = sum(times.values())
    total = sum(weight * count for weight, count in times.items())
    squares = sum(weight**2 * count for weight, count in times.items())
    n_eff = total**2 / squares
    return EffectiveSize(n, n_eff, n / n_eff if n_eff else float("inf"))


# ── Cells and targets ────────────────────────────────────────────────────────────────────────────────


def targets_from(cells: Cells, variable: int, reference: Mapping[str, float]) -> Targets:
    """Targets for one variable that sum to the number of answers, from a reference in any unit.

    Missing is a category of its own, and its target is what was observed; the others share the rest as in the
    reference. ``variable`` is its place in the cells. Raises ValueError for a reference that is empty,
    negative or lacks a category that somebody chose.
    """
    observed = _margin(cells, variable)
    missing = observed.pop(None, 0)
    unknown = [name for name in observed if name not in reference]
    if unknown:
        raise ValueError(f"the reference has no category for {unknown}")
    whole = sum(reference.values())
    if whole <= 0 or min(reference.values()) < 0:
        raise ValueError("a reference has counts of 0 or more, and not only zeros")
    answered = sum(observed.values())
    targets: dict[str | None, float] = {name: answered * count / whole for name, count in reference.items()}
    return targets | {None: float(missing)} if missing else targets


def _checked(cells: Cells) -> int:
    """How many variables the cells have."""
    lengths = {len(cell) for cell in cells}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError("there must be cells, all with one category of each variable")
    if min(cells.values()) < 0 or not any(cells.values()):
        raise ValueError("the counts of cells are 0 or more, and not all 0")
    return lengths.pop()


def _margin(cells: Mapping[Cell, float], variable: int) -> dict[str | None, float]:
    margin: dict[str | None, float] = {}
    for cell, count in cells.items():
        margin[cell[variable]] = margin.get(cell[variable], 0) + count
    return margin


def _answered(cells: Cells, targets: Sequence[Targets]) -> dict[Cell, int]:
    """The cells with somebody in them; ValueError where targets and cells do not fit."""
    variables = _checked(cells)
    if len(targets) != variables:
        raise ValueError("there are targets for every variable")
    if not 1 <= variables <= MOST_MARGINS:
        raise ValueError(f"at most {MOST_MARGINS} margins are weighted at once")
    answered = {cell: count for cell, count in cells.items() if count}
    for variable, wanted in enumerate(targets):
        if not all(isfinite(target) and target >= 0 for target in wanted.values()):
            raise ValueError("targets are finite numbers, 0 or more")
        unknown = [name for name in _margin(answered, variable) if name not in wanted]
        if unknown:
            raise ValueError(f"there is no target for {unknown}")
    return answered


def _empty(cells: Cells, targets: Sequence[Targets]) -> Refused | None:
    """Refuse targets for categories in which nobody is."""
    empty = [
        _place(len(targets), variable, name)
        for variable, wanted in enumerate(targets)
        for name, target in wanted.items()
        if target > 0 and not _margin(cells, variable).get(name)
    ]
    return Refused("empty_category", tuple(empty)) if empty else None


def _place(variables: int, variable: int, name: str | None) -> Cell:
    return tuple(name if place == variable else "*" for place in range(variables))


# ── Post-stratification and raking ───────────────────────────────────────────────────────────────────


def post_stratify(cells: Cells, population: Mapping[Cell, float]) -> Weighting | Refused:
    """Weight each cell by N / n, from the joint table of the reference.

    ``cells`` are the answers, ``population`` how many there should be in each cell. Refused with
    ``empty_category`` when nobody answered from a cell that has a population.

    Raises ValueError for a cell that has answers and is not in the population, or a negative population.
    Source: Kalton & Flores-Cervantes (2003), J. Official Statistics 19:81.
    """
    _checked(cells)
    answered = {cell: count for cell, count in cells.items() if count}
    if not all(isfinite(count) and count >= 0 for count in population.values()):
        raise ValueError("a population is a finite number, 0 or more")
    if unknown := [cell for cell in answered if cell not in population]:
        raise ValueError(f"the population has no cell for {unknown}")
    if empty := tuple(cell for cell, count in population.items() if count > 0 and cell not in answered):
        return Refused("empty_category", empty)
    weights = {cell: population[cell] / count for cell, count in answered.items()}
    return _weighting("post_stratification", answered, weights, rounds=1, worst=0.0)


def rake(cells: Cells, targets: Sequence[Targets]) -> Weighting | Refused:
    """Multiply by target / current margin, margin by margin, until all margins hold.

    ``targets`` are taken as they are, one mapping a variable, at most three; give ones that sum to the number
    of answers for a mean weight of 1. Stops when the largest relative error of a margin is below 1e-6.
    Refused with ``empty_category``, or ``not_converged`` after 200 rounds.

    Raises ValueError for other than one to three variables, and where targets and cells do not fit.
    Source: Deming & Stephan (1940); Kalton & Flores-Cervantes (2003).
    """
    answered = _answered(cells, targets)
    if refused := _empty(answered, targets):
        return refused
    weights = dict.fromkeys(answered, 1.0)
    for rounds in range(1, MOST_ROUNDS + 1):
        for variable, wanted in enumerate(targets):
            now = _margin(_weighted(answered, weights), variable)
            weights = {
                cell: weight and weight * wanted[cell[variable]] / now[cell[variable]]
                for cell, weight in weights.items()
            }
        worst = _worst(_weighted(answered, weights), targets)
        if worst < CLOSE_ENOUGH:
            return _weighting("raking", answered, weights, rounds, worst)
    return Refused("not_converged")


def _weighted(cells: Cells, weights: Mapping[Cell, float]) -> dict[Cell, float]:
    return {cell: count * weights[cell] for cell, count in cells.items()}


def _worst(weighted: Mapping[Cell, float], targets: Sequence[Targets]) -> float:
    """The largest error of a margin, as a part of its target; of all targets where its own is 0."""
    worst = 0.0
    for variable, wanted in enumerate(targets):
        now = _margin(weighted, variable)
        whole = sum(wanted.values())
        for name, target in wanted.items():
            worst = max(worst, abs(now.get(name, 0.0) - target) / (target or whole or 1.0))
    return worst


def _weighting(
    method: Method, answered: Cells, weights: Mapping[Cell, float], rounds: int, worst: float
) -> Weighting | Refused:
    if not any(weights.values()):
        return Refused("not_converged")
    times: Counter[float] = Counter()
    for cell, count in answered.items():
        times[weights[cell]] += count
    return Weighting(method, weights, _size(times), min(times), max(times), rounds, worst)


# ── Calibration ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Curve:
    """A weight and its slope as functions of u, which is linear in the margins."""

    weight: Callable[[float], float]
    slope: Callable[[float], float]


def calibrate_linearly(cells: Cells, targets: Sequence[Targets]) -> Weighting | Refused:
    """Weights 1 + u that meet all margins, u linear in the margins: closest to 1 by least squares.

    They have no bounds and may fall below 0: see ``smallest``. Arguments, refusals and errors as ``rake``.
    Source: Deville & Särndal (1992), J. American Statistical Association 87:376, case 1.
    """
    return _calibrate("linear", cells, targets, _Curve(lambda u: 1 + u, lambda _: 1.0))


def calibrate_within_bounds(
    cells: Cells, targets: Sequence[Targets], bounds: tuple[float, float] = BOUNDS
) -> Weighting | Refused:
    """Weights between two bounds that meet all margins.

    w = g(u), g(u) = [L(U − 1) + U(1 − L)e^{Au}] / [(U − 1) + (1 − L)e^{Au}], A = (U − L)/((1 − L)(U − 1)), u
    linear in the margins. Refused with ``not_converged`` when no weights within the bounds L < 1 < U meet the
    margins.

    Raises ValueError for other bounds, and as ``rake``.
    Source: Deville & Särndal (1992), case 6.
    """
    lower, upper = bounds
    if not 0 <= lower < 1 < upper:
        raise ValueError("the bounds lie on either side of 1, the lower at 0 or above")
    steepness = (upper - lower) / ((1 - lower) * (upper - 1))

    def weight(u: float) -> float:
        # e^{Au} with the larger of the two powers divided out, so that it never overflows.
        low, high = exp(min(0.0, -steepness * u)), exp(min(0.0, steepness * u))
        return (lower * (upper - 1) * low + upper * (1 - lower) * high) / (
            (upper - 1) * low + (1 - lower) * high
        )

    def slope(u: float) -> float:
        at = weight(u)
        return steepness * (at - lower) * (upper - at) / (upper - lower)

    return _calibrate("logit", cells, targets, _Curve(weight, slope))


def _calibrate(
    method: Method, cells: Cells, targets: Sequence[Targets], curve: _Curve
) -> Weighting | Refused:
    """Newton's method on one unknown a category, with steps halved while they make it worse."""
    answered = _answered(cells, targets)
    if refused := _empty(answered, targets):
        return refused
    margins = _margins(answered, targets, curve)
    unknowns = [0.0] * len(margins.wanted)
    for rounds in range(1, MOST_ROUNDS + 1):
        unknowns = _stepped(margins, unknowns)
        weights = margins.weights(unknowns)
        worst = _worst(_weighted(answered, weights), targets)
        if worst < CLOSE_ENOUGH:
            return _weighting(method, answered, weights, rounds, worst)
    return Refused("not_converged")


@dataclass(frozen=True)
class _Margins:
    """The equations: ``wanted`` of every category, ``places`` those of each cell's categories."""

    cells: Cells
    places: Mapping[Cell, tuple[int, ...]]
    wanted: tuple[float, ...]
    curve: _Curve

    def weights(self, unknowns: Sequence[float]) -> dict[Cell, float]:
        return {cell: self.curve.weight(u) for cell, u in self._us(unknowns).items()}

    def missing(self, unknowns: Sequence[float]) -> list[float]:
        """What each category lacks of its target."""
        missing = list(self.wanted)
        for cell, weighted in _weighted(self.cells, self.weights(unknowns)).items():
            for place in self.places[cell]:
                missing[place] -= weighted
        return missing

    def slopes(self, unknowns: Sequence[float]) -> list[list[float]]:
        """How each category's sum moves with each unknown."""
        slopes = [[0.0] * len(unknowns) for _ in unknowns]
        for cell, u in self._us(unknowns).items():
            for one in self.places[cell]:
                for other in self.places[cell]:
                    slopes[one][other] += self.cells[cell] * self.curve.slope(u)
        return slopes

    def _us(self, unknowns: Sequence[float]) -> dict[Cell, float]:
        return {cell: sum(unknowns[place] for place in places) for cell, places in self.places.items()}


def _margins(answered: Cells, targets: Sequence[Targets], curve: _Curve) -> _Margins:
    names = [(variable, name) for variable, wanted in enumerate(targets) for name in wanted]
    place_of = {name: place for place, name in enumerate(names)}
    places = {cell: tuple(place_of[name] for name in enumerate(cell)) for cell in answered}
    return _Margins(answered, places, tuple(targets[variable][name] for variable, name in names), curve)


def _stepped(margins: _Margins, unknowns: list[float]) -> list[float]:
    missing = margins.missing(unknowns)
    step = _solve(margins.slopes(unknowns), missing)
    length = 1.0
    while length > 1e-6:
        tried = [old + length * by for old, by in zip(unknowns, step, strict=True)]
        if max(map(abs, margins.missing(tried))) < max(map(abs, missing)):
            return tried
        length /= 2
    return unknowns


def _solve(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """One solution of linear equations by elimination; unknowns that the others already fix stay 0.

    Every margin sums to the same total, so one category of each further variable is always fixed by the rest.
    """
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    smallest = 1e-10 * max(abs(value) for row in matrix for value in row)
    solved: dict[int, list[float]] = {}
    for column in range(len(matrix)):
        pivot = max(rows, key=lambda row: abs(row[column]))
        if abs(pivot[column]) <= smallest:
            continue
        rows.remove(pivot)
        rows = [_without(column, row, pivot) for row in rows]
        solved = {known: _without(column, row, pivot) for known, row in solved.items()}
        solved[column] = pivot
    return [
        solved[column][-1] / solved[column][column] if column in solved else 0.0
        for column in range(len(matrix))
    ]


def _without(column: int, row: Sequence[float], pivot: Sequence[float]) -> list[float]:
    factor = row[column] / pivot[column]
    return [one - factor * other for one, other in zip(row, pivot, strict=True)]


# ── For a report ─────────────────────────────────────────────────────────────────────────────────────


def weigh(
    cells: Cells,
    references: Sequence[Mapping[str, float]],
    *,
    joint: Mapping[Cell, float] | None = None,
    bounded: bool = False,
    thresholds: Thresholds | None = None,
) -> Weighting | Refused:
    """Weights for a report, or why there are none.

    ``references`` holds the reference of each variable, ``joint`` their joint table where it is known, all in
    any unit. With a joint table whose cells all have enough answers, and nobody missing, the answers are
    post-stratified; otherwise raked, or with ``bounded`` calibrated between 0.3 and 3. The mean weight is 1.

    Refused with ``too_few`` (fewer than 100 answers), ``empty_category``, ``small_category``,
    ``not_converged`` or ``effective_size_low`` (n_eff below half of n). Missing is a category of its own and
    may be small.

    Raises ValueError as ``targets_from`` and ``rake`` do.
    """
    limits = thresholds or Thresholds()
    n = sum(cells.values())
    if n < limits.n:
        return Refused("too_few")
    targets = [targets_from(cells, variable, reference) for variable, reference in enumerate(references)]
    weighting = _in_joint_cells(cells, joint, limits) or _in_margins(cells, targets, limits, bounded=bounded)
    if isinstance(weighting, Weighting) and weighting.size.n_eff < limits.n_eff * n:
        return Refused("effective_size_low")
    return weighting


def _in_joint_cells(
    cells: Cells, joint: Mapping[Cell, float] | None, limits: Thresholds
) -> Weighting | Refused | None:
    """Post-stratification where the joint table is known and no cell is small; None otherwise."""
    if joint is None or any(None in cell for cell, count in cells.items() if count):
        return None
    needed = [cell for cell, count in joint.items() if count > 0]
    if any(cells.get(cell, 0) < limits.cell for cell in needed):
        return None
    n, whole = sum(cells.values()), sum(joint.values())
    return post_stratify(cells, {cell: n * count / whole for cell, count in joint.items()})


def _in_margins(
    cells: Cells, targets: Sequence[Targets], limits: Thresholds, *, bounded: bool
) -> Weighting | Refused:
    if refused := _empty(_answered(cells, targets), targets):
        return refused
    small = [
        _place(len(targets), variable, name)
        for variable in range(len(targets))
        for name, count in _margin(cells, variable).items()
        if name is not None and 0 < count < limits.category
    ]
    if small:
        return Refused("small_category", tuple(small))
    return calibrate_within_bounds(cells, targets) if bounded else rake(cells, targets)
