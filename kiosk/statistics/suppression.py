"""What an attacker could work out of a table whose sums are shown, and counts as open data may have them.

Counts are of people. Only the attacker needs scipy, for the linear programmes, and asks for it when it is
called.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

SAFE_WIDTH = 6
"""How wide a hidden cell's range must stay for a crossing to be published."""

Cell = tuple[str, ...]
"""A cell by its names, such as (row, column)."""


# ── The attacker ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Known:
    """A number that everybody knows: the sum of some cells."""

    cells: frozenset[Cell]
    total: int


@dataclass(frozen=True)
class Range:
    """What a hidden cell can be, for all that an attacker knows; ``high`` may be infinite."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class Attack:
    """The range of every hidden cell."""

    ranges: Mapping[Cell, Range]

    @property
    def recovered(self) -> tuple[Cell, ...]:
        """The cells that can be worked out exactly."""
        return tuple(cell for cell, found in self.ranges.items() if found.width < 1e-6)

    def too_narrow(self, width: float = SAFE_WIDTH) -> tuple[Cell, ...]:
        """The cells whose range is less than ``width`` wide: a table with any is not published."""
        return tuple(cell for cell, found in self.ranges.items() if found.width < width - 1e-6)


def table_with_margins(table: Mapping[Cell, int], hidden: Collection[Cell]) -> tuple[Known, ...]:
    """What is known of a two-way table of (row, column) when some cells are hidden and all sums are shown.

    Raises ValueError for hidden cells that the table has not.
    """
    if not set(hidden) <= set(table):
        raise ValueError("only cells of the table can be hidden")
    lines = [
        frozenset(cell for cell in table if cell[side] == name)
        for side in (0, 1)
        for name in dict.fromkeys(cell[side] for cell in table)
    ]
    shown = [frozenset({cell}) for cell in table if cell not in hidden]
    return tuple(
        Known(cells, sum(table[cell] for cell in cells)) for cells in [*lines, frozenset(table), *shown]
    )


def attack(hidden: Iterable[Cell], known: Sequence[Known]) -> Attack:
    """The smallest and largest value that each hidden cell can have, given every known sum.

    A linear programme a bound, over all cells that any sum names, in whole numbers of 0 or more. Give the
    sums of earlier releases as well: a subtraction is one more sum.

    Raises ValueError when the known sums contradict each other.
    Source: Fischetti & Salazar (2001), Management Science 47:1008.
    """
    cells = sorted({cell for one in known for cell in one.cells})
    return Attack(
        {
            # A cell that no sum names is free.
            cell: Range(_bound(cell, cells, known, 1), _bound(cell, cells, known, -1))
            if cell in cells
            else Range(0, inf)
            for cell in hidden
        }
    )


def _bound(cell: Cell, cells: Sequence[Cell], known: Sequence[Known], sign: Literal[1, -1]) -> float:
    """The least (sign 1) or the most (−1) that a cell can be."""
    import numpy as np
    from scipy.optimize import linprog

    objective = np.array([float(sign) if other == cell else 0.0 for other in cells])
    sums = np.array([[float(other in one.cells) for other in cells] for one in known])
    totals = np.array([float(one.total) for one in known])
    found = linprog(objective, A_eq=sums, b_eq=totals, bounds=(0, None), integrality=1)
    if found.status != 0 or found.fun is None:
        raise ValueError("what is known contradicts itself")
    return sign * float(found.fun)


# ── Open data ────────────────────────────────────────────────────────────────────────────────────────


def round_for_open_data(count: int, threshold: int = 10, base: int = 5) -> int | None:
    """A count for open data: None below the threshold, else the nearest multiple of the base (half upward).

    Raises ValueError for a count below 0, and a threshold or base below 1.
    Source: ONS, *Comparison of post-tabular statistical disclosure control methods*, the 10-5 rule.
    """
    if count < 0 or threshold < 1 or base < 1:
        raise ValueError("a count is 0 or more, a threshold and a base at least 1")
    return None if count < threshold else (2 * count + base) // (2 * base) * base
