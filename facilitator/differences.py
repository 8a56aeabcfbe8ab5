"""Whether groups differ more than chance would have it: of what was let through, in words, for the console.

The family for Holm's adjustment is every comparison of the meeting that anybody has looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from facilitator.figures.differences import DifferenceTable
from kiosk import labels
from kiosk.kinds import kind_of
from kiosk.languages import gettext as _
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.room import Room
from kiosk.statistics.disclosure import DisclosedFlows, DisclosedGroups


@dataclass(frozen=True)
class Family:
    """The comparisons of a meeting by round and composition question, each with its table."""

    names: tuple[tuple[str, str], ...]
    tables: tuple[DifferenceTable, ...]

    def people(self, place: int) -> int:
        """How many answers a table is made of."""
        return sum(map(sum, self.tables[place].rows))


def family(room: Room, stage: Stage) -> Family:
    """Every comparison by groups of the meeting that was looked at and has a test."""
    found = [
        ((round.id, shown.by), table)
        for round in stage.rounds
        if not round.composition and round.status != "open"
        for shown in room.compared(round.id)[0]
        if (table := _table(stage, round, shown)) is not None
    ]
    return Family(tuple(name for name, _ in found), tuple(table for _, table in found))


def group_words(one: Family, adjusted: list[float | None], round_id: str, by: str) -> str:
    """What may be said of one comparison of the family."""
    if (round_id, by) not in one.names:
        return _("There is no test of this difference: it needs two groups, and one answer a person.")
    place = one.names.index((round_id, by))
    p = adjusted[place]
    if p is None:
        return _("There is no difference to test: everybody shown answered alike.")
    return labels.group_label(p, one.people(place), sum(p is not None for p in adjusted))


def change_table(flows: DisclosedFlows | None) -> DifferenceTable | None:
    """The moves as a table, where all of them are told: the rounded figures, since others are not known."""
    if flows is None or flows.withheld is not None or not flows.flows:
        return None
    answers = list(flows.flows)
    rows = [[flows.flows[start].get(end) for end in answers] for start in answers]
    if any(people is None for i, row in enumerate(rows) for j, people in enumerate(row) if i != j):
        return None
    return DifferenceTable(tuple(tuple(people or 0 for people in row) for row in rows), seed=0)


def change_words(p: float | None) -> str:
    if p is None:
        return _("Whether this is more than chance is not said: some of the moves are too small to be told.")
    return labels.change_label(p)


def _table(stage: Stage, round: Round, shown: DisclosedGroups) -> DifferenceTable | None:
    question = stage.question_of(round)
    rows = [row for row in shown.rows.values() if row is not None and row.base > 0]
    if kind_of(question).is_multiple(question) or len(rows) < 2:
        return None
    seed = int.from_bytes(sha256(f"{round.id} {shown.by}".encode()).digest()[:4], "big")
    counts = tuple(tuple(row.counts.values()) for row in rows)
    return DifferenceTable(counts, seed, ordered=question.kind == "scale")
