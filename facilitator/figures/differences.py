"""Tests of differences, made in the worker process: shuffling groups takes longer than a vote may wait.

What comes in are tables that the room may see; nobody's single answer does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from . import form

MOST_TABLES = 5_000
MOST_REMEMBERED = 10_000
MOST_ROWS = 60
MOST_CELLS = 60


@dataclass(frozen=True)
class DifferenceTable:
    """Groups × answers, in whole people. ``ordered`` when the answers are a scale."""

    rows: tuple[tuple[int, ...], ...]
    seed: int
    ordered: bool = False


def to_json(tables: tuple[DifferenceTable, ...]) -> dict[str, Any]:
    return {"tables": [asdict(table) for table in tables]}


def from_json(value: Any) -> tuple[DifferenceTable, ...]:
    """The tables that JSON describes; ValueError when it does not."""
    return form.items(form.mapping(value), "tables", _table, MOST_TABLES)


def adjusted(tables: tuple[DifferenceTable, ...]) -> list[float | None]:
    """p of each table among those present, by Holm for all of them together; None where there is no test."""
    from kiosk.statistics.crosstabs import holm

    found = [_tested(table) for table in tables]
    together = iter(holm([p for p in found if p is not None]))
    return [next(together) if p is not None else None for p in found]


@lru_cache(MOST_REMEMBERED)
def _tested(table: DifferenceTable) -> float | None:
    """p of one table. It is remembered: the family is asked for anew with each comparison that joins it."""
    from kiosk.statistics.checks import NotComputable
    from kiosk.statistics.crosstabs import compare_groups

    try:
        return compare_groups(table.rows, seed=table.seed, ordered_answers=table.ordered).p
    except NotComputable:
        return None


def of_change(table: DifferenceTable) -> float | None:
    """p of a change between two answers: McNemar's mid-P for two of them, Stuart and Maxwell's for more."""
    from kiosk.statistics.change import category_change, mcnemar
    from kiosk.statistics.checks import NotComputable

    try:
        if len(table.rows) == 2:
            return mcnemar(table.rows).mid_p
        return category_change(table.rows).p
    except NotComputable:
        return None


def _table(value: Any) -> DifferenceTable:
    data = form.mapping(value)
    rows = form.items(data, "rows", _row, MOST_ROWS)
    return DifferenceTable(rows, int(form.number(data, "seed")), data.get("ordered") is True)


def _row(value: Any) -> tuple[int, ...]:
    return form.items(
        {"row": value}, "row", lambda cell: int(form.number({"cell": cell}, "cell")), MOST_CELLS
    )
