"""An attacker: writes down everything that was shown as equations, and solves for what was not.

Unknown whole numbers stand for groups of people. Each thing shown narrows them. A number is found out when
no other solution agrees with all that was shown: an exact solver (mixed integer programming) tells.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Cell = Hashable
"""The name of an unknown number."""

MOST_PEOPLE = 1_000
ROUNDS_WITHOUT_NEWS = 3


@dataclass
class Attacker:
    """What is known of the unknown numbers: the truth beside it only says when a solver need not be asked."""

    truth: dict[Cell, int] = field(default_factory=dict)
    _least: dict[Cell, int] = field(default_factory=dict)
    _most: dict[Cell, int] = field(default_factory=dict)
    _sums: list[tuple[dict[Cell, int], float, float]] = field(default_factory=list)

    def wonder(self, cell: Cell, truth: int) -> Cell:
        """There is such a number: at least nobody, at most everybody."""
        self.truth[cell] = truth
        self._least.setdefault(cell, 0)
        self._most.setdefault(cell, MOST_PEOPLE)
        return cell

    def learn(self, cell: Cell, least: int, most: int) -> None:
        """A number was shown, or what it lies between."""
        self._least[cell] = max(self._least[cell], least)
        self._most[cell] = min(self._most[cell], most)

    def learn_sum(self, cells: Iterable[Cell], least: float, most: float, less: Iterable[Cell] = ()) -> None:
        """A sum of numbers was shown, or what it lies between; those of ``less`` are taken away."""
        weights: dict[Cell, int] = {}
        for cell in cells:
            weights[cell] = weights.get(cell, 0) + 1
        for cell in less:
            weights[cell] = weights.get(cell, 0) - 1
        self._sums.append((weights, least, most))

    def find_out(self, wanted: Iterable[Cell], chance: random.Random) -> dict[Cell, int]:
        """Which of the wanted numbers can be only one thing, and what."""
        self._check_that_the_truth_agrees()
        unsure = {cell for cell in wanted if self._least[cell] != self._most[cell]}
        known = {cell for cell in wanted if cell not in unsure}
        quiet = 0
        while unsure and quiet < ROUNDS_WITHOUT_NEWS:
            other = self._solve({cell: chance.choice((-1, 1)) for cell in unsure})
            moved = {cell for cell in unsure if other[cell] != self.truth[cell]}
            quiet = 0 if moved else quiet + 1
            unsure -= moved
        for cell in sorted(unsure, key=repr):
            if all(self._solve({cell: sign})[cell] == self.truth[cell] for sign in (1, -1)):
                known.add(cell)
        return {cell: self.truth[cell] for cell in known}

    def _solve(self, wish: Mapping[Cell, int]) -> dict[Cell, int]:
        """A solution that agrees with everything shown and makes the wish as small as can be."""
        cells = list(self.truth)
        place = {cell: number for number, cell in enumerate(cells)}
        weights = np.zeros(len(cells))
        for cell, weight in wish.items():
            weights[place[cell]] = weight
        entries = [
            (row, place[cell], weight)
            for row, (sums, _, _) in enumerate(self._sums)
            for cell, weight in sums.items()
        ]
        rows, columns, values = zip(*entries, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self._sums), len(cells)))
        found = milp(
            weights,
            constraints=LinearConstraint(
                matrix, [low for _, low, _ in self._sums], [high for _, _, high in self._sums]
            ),
            bounds=Bounds([self._least[cell] for cell in cells], [self._most[cell] for cell in cells]),
            integrality=np.ones(len(cells), dtype=int),
        )
        assert found.x is not None, found.message
        return {cell: round(value) for cell, value in zip(cells, found.x, strict=True)}

    def _check_that_the_truth_agrees(self) -> None:
        """An attacker who believes something false finds nothing: that would be no proof."""
        for cell, truth in self.truth.items():
            assert self._least[cell] <= truth <= self._most[cell], cell
        for weights, least, most in self._sums:
            assert least <= sum(weight * self.truth[cell] for cell, weight in weights.items()) <= most, (
                weights
            )
