"""Answers by group: which rows of a table may be shown beside the total that everybody has seen.

A row is shown whole or hidden whole. Whoever knows the total subtracts the rows that are shown and has the
hidden ones together, so these must hold enough people who answered differently enough that nothing about
one of them follows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

from kiosk.statistics.disclosure.totals import is_unanimous
from kiosk.statistics.disclosure.values import SEAL, Disclosed, DisclosedGroups, ShownRow
from kiosk.statistics.shares import percents_of_each, percents_to_100
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

NO_ANSWER = ""
"""The row of those who gave no answer to the composition question, or declined to."""
ALIKE_BELOW = 20
"""In a row of fewer people than this nothing may be unanimous."""
MOST_WEIGHED = 10
"""Up to so many rows every choice of further rows to hide is weighed; above, the smallest go first."""


@dataclass(frozen=True)
class Row:
    """One group's valid answers: how many people, and per option how many of them gave it."""

    base: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class AnswersByGroup:
    """A closed round's answers by the groups of one composition question. Not for showing."""

    round: str
    by: str
    rows: Mapping[str, Row]
    multiple: bool = False


def disclose_groups(
    table: AnswersByGroup,
    total: Disclosed,
    *,
    hidden_in_room: Collection[str] = (),
    thresholds: Thresholds = DEFAULTS,
) -> DisclosedGroups:
    """Let through the rows that may be shown.

    ``total`` is what has been shown of the whole round; ``hidden_in_room`` are the categories that the
    picture of who is in the room hides: a row's base would tell their count.
    """
    if total.told_counts is None:
        return _withheld(table, "open" if total.withheld == "open" else "too_few")
    hidden = hide_rows(table.rows, hidden_in_room=hidden_in_room, thresholds=thresholds)
    if len(hidden) == len(table.rows):
        return _withheld(table, "too_few")
    return DisclosedGroups(
        round=table.round,
        by=table.by,
        rows={
            name: None if name in hidden else _shown(row, table.multiple) for name, row in table.rows.items()
        },
        hidden=tuple(name for name in table.rows if name in hidden),
        _seal=SEAL,
    )


def hide_rows(
    rows: Mapping[str, Row], *, hidden_in_room: Collection[str] = (), thresholds: Thresholds = DEFAULTS
) -> frozenset[str]:
    """Which rows to hide: as few people as will do, all rows where nothing less is enough.

    Nobody is told which of them are small and which stand before those: with the categories that the room
    shows, that alone can tell how small.
    """
    must = {name for name, row in rows.items() if name in hidden_in_room or _must_hide(row, thresholds)}
    if not must:
        return frozenset()
    return frozenset(_least_cover(rows, must, thresholds))


def _must_hide(row: Row, thresholds: Thresholds) -> bool:
    """An empty row hides nobody: it is shown, unless the picture of who is in the room hides the group."""
    alike = row.base < ALIKE_BELOW and is_unanimous(row.counts, row.base)
    return 0 < row.base < thresholds.base or alike


def _least_cover(rows: Mapping[str, Row], must: set[str], thresholds: Thresholds) -> set[str]:
    """The rows to hide with those that must be: fewest people first."""
    rest = sorted((name for name in rows if name not in must), key=lambda name: rows[name].base)
    if len(rest) > MOST_WEIGHED:
        further = [tuple(rest[:size]) for size in range(len(rest) + 1)]
    else:
        further = [chosen for size in range(len(rest) + 1) for chosen in combinations(rest, size)]
        further.sort(key=lambda chosen: (sum(rows[name].base for name in chosen), len(chosen)))
    for chosen in further:
        if _covers(rows, hidden := must.union(chosen), thresholds):
            return hidden
    return set(rows)


def _covers(rows: Mapping[str, Row], hidden: Collection[str], thresholds: Thresholds) -> bool:
    """Whether what is left of the total for the hidden rows says nothing certain about any of them.

    Their sums are known. An answer that some but not all in the room gave must be given by some but not all
    of the hidden: then, and only then, every hidden cell of two rows or more can be smaller or larger
    (Fréchet's bounds of a table with known margins).
    """
    behind = [rows[name] for name in hidden if rows[name].base > 0]
    base = sum(row.base for row in behind)
    if len(behind) < 2 or base < thresholds.base:
        return False
    everybody = sum(row.base for row in rows.values())
    return all(
        0 < sum(row.counts[option] for row in behind) < base
        for option in next(iter(rows.values())).counts
        if 0 < sum(row.counts[option] for row in rows.values()) < everybody
    )


def _shown(row: Row, multiple: bool) -> ShownRow:
    of_people = multiple and row.base > 0
    percents = percents_of_each(row.counts, row.base) if of_people else percents_to_100(row.counts)
    return ShownRow(row.base, dict(row.counts), percents)


def _withheld(table: AnswersByGroup, why: str) -> DisclosedGroups:
    return DisclosedGroups(
        round=table.round,
        by=table.by,
        withheld="open" if why == "open" else "too_few",
        rows=dict.fromkeys(table.rows),
        hidden=(),
        _seal=SEAL,
    )
