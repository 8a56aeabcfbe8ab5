"""What every calculation asks of its input, and the one way in which it says that there is no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index

Table = Sequence[Sequence[int]]
"""Rows of whole counts, all of one length."""
Counts = tuple[int, ...]


class NotComputable(ValueError):
    """The input is sound, but the figure that was asked for does not exist for it."""


def counts_of(counts: Iterable[int]) -> Counts:
    """The counts as whole numbers; ValueError when one is negative or not whole, or when none are given."""
    whole = tuple(_whole(count) for count in counts)
    if not whole:
        raise ValueError("no counts were given")
    return whole


def table_of(table: Table) -> tuple[Counts, ...]:
    """The table as whole numbers; ValueError when it is empty or its rows differ in length."""
    rows = tuple(counts_of(row) for row in table)
    if not rows:
        raise ValueError("the table has no rows")
    if len({len(row) for row in rows}) != 1:
        raise ValueError("the rows of the table differ in length")
    return rows


def square_of(table: Table) -> tuple[Counts, ...]:
    """A table with as many rows as columns, and with somebody in it."""
    rows = table_of(table)
    if len(rows) != len(rows[0]):
        raise ValueError("a table of before and after has as many rows as columns")
    if not any(map(any, rows)):
        raise NotComputable("there are no pairs")
    return rows


def two_by_two_of(table: Table) -> tuple[int, int, int, int]:
    """The four cells of a 2 × 2 table, row by row."""
    rows = table_of(table)
    if len(rows) != 2 or len(rows[0]) != 2:
        raise ValueError("the table must have two rows and two columns")
    (a, b), (c, d) = rows
    return a, b, c, d


def part_of(x: int, n: int) -> tuple[int, int]:
    """``x`` of ``n``; ValueError unless 0 ≤ x ≤ n and n is above 0."""
    part, base = _whole(x), _whole(n)
    if base == 0:
        raise ValueError("a share needs at least one answer")
    if part > base:
        raise ValueError(f"{part} of {base} is more than all")
    return part, base


def _whole(count: int) -> int:
    try:
        whole = index(count)
    except TypeError as error:
        raise ValueError(f"a count must be a whole number, not {count!r}") from error
    if whole < 0:
        raise ValueError(f"a count cannot be negative: {whole}")
    return whole
