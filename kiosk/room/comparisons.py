"""Comparisons: a closed round by the groups of a composition question, and before with after.

What was let through once is kept and shown again as it was: people go on saying who they are while the
meeting lasts, and the difference between two tables would tell who.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kiosk.kinds import kind_of
from kiosk.meeting.document import Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import BY, CHANGE
from kiosk.meeting.tally import Answer, Tally, is_abstention, is_dont_know
from kiosk.problems import Problem
from kiosk.room.disclosure import Disclosure
from kiosk.room.pictures import Pictures
from kiosk.room.stages import Stages, Transaction, expect
from kiosk.statistics.disclosure import (
    NO_ANSWER,
    AnswersByGroup,
    DisclosedFlows,
    DisclosedGroups,
    Row,
    Transitions,
    disclose_flows,
    disclose_groups,
    released_flows,
    released_groups,
    with_supplement,
)
from kiosk.statistics.thresholds import Thresholds
from kiosk.store import meetings, rounds
from kiosk.store.crossings import crossed
from kiosk.store.store import Store

UNSHOWN = "unshown:"
"""Where the whole table behind a release is kept until the seal."""


class Comparisons:
    """Crosses what was declared before it was asked, and nothing else."""

    def __init__(
        self,
        store: Store,
        stages: Stages,
        disclosure: Disclosure,
        pictures: Pictures,
        thresholds: Thresholds,
    ) -> None:
        self._store = store
        self._stages = stages
        self._disclosure = disclosure
        self._pictures = pictures
        self._thresholds = thresholds

    def groups(self, round_id: str, by: str) -> DisclosedGroups:
        """A closed round's answers by the groups of a composition question that it declared."""
        round = self._closed(round_id)
        if by not in self._breakdown(round):
            raise Problem("not_declared")
        kept = rounds.last_release(self._store.reader(), round_id, BY + by)
        if kept is not None:
            return released_groups(kept)
        self._refuse_if_sealed(round)
        return self._release_groups(round, by)

    def flows(self, round_id: str) -> DisclosedFlows:
        """Who moved from which answer to which, since the closed round that this one is a pair with."""
        round = self._closed(round_id)
        before = self._stages.stage(round.meeting).before(round)
        if before is None:
            raise Problem("not_paired")
        kept = rounds.last_release(self._store.reader(), round_id, CHANGE)
        if kept is not None and kept["before"] == before.id:
            return released_flows(kept)
        self._refuse_if_sealed(round)
        transitions = self._transitions(before, round)
        flows = disclose_flows(
            transitions,
            self._disclosure.disclosed(before.id),
            self._disclosure.disclosed(round_id),
            thresholds=self._thresholds,
        )
        self._record(round_id, CHANGE, flows.as_record())
        return flows

    def shown(self, round_id: str) -> tuple[tuple[DisclosedGroups, ...], DisclosedFlows | None]:
        """The comparisons of a round that were let through so far; makes none."""
        round = self._stages.round(round_id)
        stage = self._stages.stage(round.meeting)
        reader = self._store.reader()
        tables = (rounds.last_release(reader, round_id, BY + by) for by in self._breakdown(round))
        before = stage.before(round)
        kept = rounds.last_release(reader, round_id, CHANGE) if before is not None else None
        is_current = before is not None and kept is not None and kept["before"] == before.id
        return (
            tuple(released_groups(table) for table in tables if table is not None),
            released_flows(kept) if kept is not None and is_current else None,
        )

    def compare(self, round_id: str, detail: str) -> None:
        """Let a comparison through for the console to look at, before the room does."""
        if detail == CHANGE:
            self.flows(round_id)
        else:
            self.groups(round_id, detail.removeprefix(BY))
        self._stages.announce(self._stages.round(round_id).meeting, "console")

    def show(self, round_id: str, detail: str | None, version: int | None = None) -> None:
        """Let the room look at a comparison beside the result of a round, or at the result again."""
        round = self._closed(round_id)
        if detail == CHANGE:
            self.flows(round_id)
        elif detail is not None:
            self.groups(round_id, detail.removeprefix(BY))

        def job(tx: Transaction) -> bool:
            row = expect(tx, round.meeting, version)
            if row.status != "running":
                raise Problem("not_running")
            current = self._stages.read(round.meeting).current_round()
            if current is None or current.id != round_id or current.status != "revealed":
                raise Problem("not_revealed")
            if row.detail == detail and row.wall == "item":
                return False
            meetings.set_detail(tx, round.meeting, detail)
            meetings.move_version(tx, round.meeting)
            return True

        if self._store.write(job):
            self._stages.announce(round.meeting)

    def _closed(self, round_id: str) -> Round:
        round = self._stages.round(round_id)
        if round.status == "open":
            raise Problem("still_open")
        return round

    def _breakdown(self, round: Round) -> tuple[str, ...]:
        return self._stages.stage(round.meeting).question_of(round).breakdown

    def _refuse_if_sealed(self, round: Round) -> None:
        """What was not shown before the seal is not made in the room any more."""
        if self._stages.stage(round.meeting).status == "sealed":
            raise Problem("sealed_away")

    def _release_groups(self, round: Round, by: str) -> DisclosedGroups:
        about = next(
            one for one in self._stages.stage(round.meeting).composition_rounds() if one.question == by
        )
        picture = self._pictures.of_round(about.id)
        table = self._table(round, about)
        groups = disclose_groups(
            table,
            self._disclosure.disclosed(round.id),
            hidden_in_room=picture.hidden if picture else table.rows,
            thresholds=self._thresholds,
        )

        def job(tx: Transaction) -> None:
            expect(tx, round.meeting, None)
            rounds.record_release(tx, round.id, BY + by, groups.as_record())
            rounds.record_release(tx, round.id, UNSHOWN + by, asdict(table))

        self._store.write(job)
        return groups

    def supplement(self, tx: Transaction, round: Round, shown: Tally, added: Tally) -> None:
        """Let the tables that were let through follow ballots that now count as well.

        They follow from the tables as they were then: by now some have said something else of themselves.
        """
        question = self._stages.stage(round.meeting).question_of(round)
        total = self._disclosure.of_tally(round, question, shown.with_added(added))
        for by in question.breakdown:
            kept = rounds.last_release(tx, round.id, BY + by)
            raw = rounds.last_release(tx, round.id, UNSHOWN + by)
            if kept is None or raw is None:
                continue
            table = with_supplement(_table_of(raw), added)
            hidden = {name for name, row in kept["rows"].items() if row is None}
            groups = disclose_groups(table, total, hidden_in_room=hidden, thresholds=self._thresholds)
            rounds.record_release(tx, round.id, BY + by, groups.as_record())
            rounds.keep_last_release(tx, round.id, UNSHOWN + by, asdict(table))

    def _record(self, round_id: str, audience: str, body: dict[str, Any]) -> None:
        self._store.write(lambda tx: rounds.record_release(tx, round_id, audience, body))

    def _table(self, round: Round, about: Round) -> AnswersByGroup:
        stage = self._stages.stage(round.meeting)
        question, asked = stage.question_of(round), stage.question_of(about)
        groups = [*(bar.id for bar in kind_of(asked).bars(asked)), NO_ANSWER]
        answers: dict[str, list[Answer]] = {group: [] for group in groups}
        for cell in crossed(self._store.reader(), round.id, about.id):
            if cell.answer is not None and _is_valid(cell.answer):
                answers[_bar(asked, cell.other) or NO_ANSWER] += [cell.answer] * cell.people
        kind = kind_of(question)
        rows = {group: Row(len(given), dict(kind.count(question, given))) for group, given in answers.items()}
        return AnswersByGroup(round.id, about.question, rows, multiple=kind.is_multiple(question))

    def _transitions(self, before: Round, after: Round) -> Transitions:
        stage = self._stages.stage(after.meeting)
        first, second = stage.question_of(before), stage.question_of(after)
        starts = [bar.id for bar in kind_of(first).bars(first)]
        ends = [bar.id for bar in kind_of(second).bars(second)]
        moved = {start: dict.fromkeys(ends, 0) for start in starts}
        gone, come = dict.fromkeys(starts, 0), dict.fromkeys(ends, 0)
        for cell in crossed(self._store.reader(), before.id, after.id):
            start, end = _bar(first, cell.answer), _bar(second, cell.other)
            if start is not None and end is not None:
                moved[start][end] += cell.people
            elif start is not None:
                gone[start] += cell.people
            elif end is not None:
                come[end] += cell.people
        return Transitions(before.id, after.id, moved, gone, come)


def _table_of(record: Mapping[str, Any]) -> AnswersByGroup:
    rows = {name: Row(**row) for name, row in record["rows"].items()}
    return AnswersByGroup(**{**record, "rows": rows})


def _is_valid(answer: Answer) -> bool:
    return not is_abstention(answer) and not is_dont_know(answer)


def _bar(question: Question, answer: Answer | None) -> str | None:
    """The one bar that a valid answer falls on."""
    if answer is None or not _is_valid(answer):
        return None
    counts: Mapping[str, int] = kind_of(question).count(question, [answer])
    return next((bar for bar, count in counts.items() if count), None)
