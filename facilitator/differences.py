"""Whether groups differ more than chance would have it: of what was let through, in words, for the console.

The family for Holm's adjustment is every comparison of the meeting that anybody has looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from facilitator.figures.differences import DifferenceTable
from kiosk import labels
from kiosk.kinds import kind_of
from kiosk.languages import current, wording
from kiosk.languages import gettext as _
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.room import Room
from kiosk.statistics.disclosure import DisclosedFlows, DisclosedGroups


@dataclass(frozen=True)
class Tested:
    """One table of the family: of a round by a composition question, and of one option where people may
    choose several."""

    round: str
    by: str
    table: DifferenceTable
    option: str = ""

    @property
    def people(self) -> int:
        """How many answers the table is made of."""
        return sum(map(sum, self.table.rows))


@dataclass(frozen=True)
class Family:
    """Everything of a meeting that was compared by groups and has a test."""

    tests: tuple[Tested, ...]

    @property
    def tables(self) -> tuple[DifferenceTable, ...]:
        return tuple(one.table for one in self.tests)

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The comparisons by round and composition question, each once."""
        return tuple(dict.fromkeys((one.round, one.by) for one in self.tests))


def family(room: Room, stage: Stage) -> Family:
    """Every comparison by groups of the meeting that was looked at and has a test."""
    return Family(
        tuple(
            test
            for round in stage.rounds
            if not round.composition and round.status != "open"
            for shown in room.compared(round.id)[0]
            for test in _tests(stage, round, shown)
        )
    )


def group_words(one: Family, adjusted: Sequence[float | None], round_id: str, by: str) -> str:
    """What may be said of one comparison of the family."""
    tested = zip(one.tests, adjusted, strict=True)
    mine = [(test, p) for test, p in tested if (test.round, test.by) == (round_id, by)]
    if not mine:
        return _("There is no test of this difference: it needs two groups.")
    found = [(test.option, p) for test, p in mine if p is not None]
    if not found:
        return _("There is no difference to test: everybody shown answered alike.")
    people, comparisons = mine[0][0].people, sum(p is not None for p in adjusted)
    different = [(option, p) for option, p in found if option and p < labels.P_STEPS[-1]]
    if different:
        return labels.options_label(different, people, comparisons)
    return labels.group_label(min(p for _option, p in found), people, comparisons)


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


def _tests(stage: Stage, round: Round, shown: DisclosedGroups) -> Iterator[Tested]:
    """The table of the groups that are shown; one for each option where people may choose several."""
    question = stage.question_of(round)
    kind = kind_of(question)
    rows = [row for row in shown.rows.values() if row is not None and row.base > 0]
    if len(rows) < 2:
        return
    if not kind.is_multiple(question):
        counts = tuple(tuple(row.counts.values()) for row in rows)
        table = DifferenceTable(counts, _seed(round.id, shown.by), ordered=kind.has_steps(question))
        yield Tested(round.id, shown.by, table)
        return
    for option in kind.bars(question):
        chosen = tuple((row.counts[option.id], row.base - row.counts[option.id]) for row in rows)
        table = DifferenceTable(chosen, _seed(round.id, shown.by, option.id))
        name = wording(option.text, current(), stage.meeting.languages)[0]
        yield Tested(round.id, shown.by, table, name)


def _seed(*names: str) -> int:
    """The same for the same comparison, so that it is told alike each time."""
    return int.from_bytes(sha256(" ".join(names).encode()).digest()[:4], "big")
