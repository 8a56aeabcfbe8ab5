"""Comparisons: a closed round by the groups of a composition question, and before with after.

What was let through once is kept and shown again as it was: people go on saying who they are while the
meeting lasts, and the difference between two tables would tell who.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from kiosk.kinds import kind_of
from kiosk.meeting.document import Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import BY, CHANGE, Stage
from kiosk.meeting.tally import Answer, Tally, is_valid
from kiosk.problems import Problem
from kiosk.room.disclosure import Disclosure
from kiosk.room.pictures import Pictures
from kiosk.room.releases import Record, Releases
from kiosk.room.stages import Stages, Transaction, expect, stage_of
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
        releases: Releases,
        disclosure: Disclosure,
        pictures: Pictures,
        thresholds: Thresholds,
    ) -> None:
        self._store = store
        self._stages = stages
        self._releases = releases
        self._disclosure = disclosure
        self._pictures = pictures
        self._thresholds = thresholds

    def groups(self, round_id: str, by: str) -> DisclosedGroups:
        """A closed round's answers by the groups of a composition question, as they were let through."""
        round = self._closed(round_id)
        stage = self._stages.stage(round.meeting)
        _expect_declared(stage, round, by)
        kept = self._releases.last(round_id, BY + by)
        if kept is None:
            raise _not_released(stage)
        return released_groups(kept)

    def flows(self, round_id: str) -> DisclosedFlows:
        """Who moved from which answer to which since the closed round that this one is a pair with, as it was
        let through."""
        round = self._closed(round_id)
        stage = self._stages.stage(round.meeting)
        before = _before(stage, round)
        kept = self._releases.last(round_id, CHANGE)
        if kept is None or kept["before"] != before.id:
            raise _not_released(stage)
        return released_flows(kept)

    def shown(self, round_id: str) -> tuple[tuple[DisclosedGroups, ...], DisclosedFlows | None]:
        """The comparisons of a round that were let through so far."""
        round = self._stages.round(round_id)
        stage = self._stages.stage(round.meeting)
        tables = (self._releases.last(round_id, BY + by) for by in stage.question_of(round).breakdown)
        before = stage.before(round)
        kept = self._releases.last(round_id, CHANGE) if before is not None else None
        is_current = before is not None and kept is not None and kept["before"] == before.id
        return (
            tuple(released_groups(table) for table in tables if table is not None),
            released_flows(kept) if kept is not None and is_current else None,
        )

    def make(self, round_id: str, detail: str) -> None:
        """Let a comparison through, unless it was before. Takes a while where it was not."""
        self._closed(round_id)
        if detail == CHANGE:
            self._releases.advance(round_id, CHANGE, self._next_flows)
        else:
            by = detail.removeprefix(BY)
            self._releases.advance(round_id, detail, partial(self._next_groups, by))

    def compare(self, round_id: str, detail: str) -> None:
        """Let a comparison through for the console to look at, before the room does."""
        self.make(round_id, detail)
        self._stages.show_again(self._stages.round(round_id).meeting, "console")

    def show(self, round_id: str, detail: str | None, version: int | None = None) -> None:
        """Let the room look at a comparison beside the result of a round, or at the result again."""
        round = self._closed(round_id)
        if detail is not None:
            self.make(round_id, detail)

        def job(tx: Transaction) -> bool:
            row = expect(tx, round.meeting, version)
            if row.status != "running":
                raise Problem("not_running")
            current = stage_of(tx, row).current_round()
            if current is None or current.id != round_id or current.status != "revealed":
                raise Problem("not_revealed")
            if row.detail == detail and row.wall == "item":
                return False
            meetings.set_detail(tx, round.meeting, detail)
            meetings.move_version(tx, round.meeting)
            return True

        if self._store.write(job):
            self._stages.announce(round.meeting)
        else:
            self._stages.forget(round.meeting)

    def _closed(self, round_id: str) -> Round:
        round = self._stages.round(round_id)
        if round.status == "open":
            raise Problem("still_open")
        return round

    def _next_groups(
        self, by: str, stage: Stage, round: Round, kept: Record | None
    ) -> Mapping[str, dict[str, Any]]:
        _expect_declared(stage, round, by)
        if kept is not None:
            return {}
        _refuse_if_sealed(stage)
        about = next(one for one in stage.composition_rounds() if one.question == by)
        picture = self._pictures.of_round(about.id)
        table = self._table(stage, round, about)
        groups = disclose_groups(
            table,
            self._disclosure.disclosed(round.id),
            hidden_in_room=picture.hidden if picture else table.rows,
            thresholds=self._thresholds,
        )
        return {BY + by: groups.as_record(), UNSHOWN + by: asdict(table)}

    def _next_flows(self, stage: Stage, round: Round, kept: Record | None) -> Mapping[str, dict[str, Any]]:
        before = _before(stage, round)
        if kept is not None and kept["before"] == before.id:
            return {}
        _refuse_if_sealed(stage)
        flows = disclose_flows(
            self._transitions(stage, before, round),
            self._disclosure.disclosed(before.id),
            self._disclosure.disclosed(round.id),
            thresholds=self._thresholds,
        )
        return {CHANGE: flows.as_record()}

    def supplement(self, tx: Transaction, round: Round, shown: Tally, added: Tally) -> None:
        """Let the tables that were let through follow ballots that now count as well.

        They follow from the tables as they were then: by now some have said something else of themselves.
        """
        question = self._stages.stage(round.meeting).question_of(round)
        total = self._disclosure.of_tally(tx, round, question, shown.with_added(added))
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

    def _table(self, stage: Stage, round: Round, about: Round) -> AnswersByGroup:
        question, asked = stage.question_of(round), stage.question_of(about)
        groups = [*(bar.id for bar in kind_of(asked).bars(asked)), NO_ANSWER]
        answers: dict[str, list[Answer]] = {group: [] for group in groups}
        for cell in crossed(self._store.reader(), round.id, about.id):
            if cell.answer is not None and is_valid(cell.answer):
                answers[_bar(asked, cell.other) or NO_ANSWER] += [cell.answer] * cell.people
        kind = kind_of(question)
        rows = {group: Row(len(given), dict(kind.count(question, given))) for group, given in answers.items()}
        return AnswersByGroup(round.id, about.question, rows, multiple=kind.is_multiple(question))

    def _transitions(self, stage: Stage, before: Round, after: Round) -> Transitions:
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


def _expect_declared(stage: Stage, round: Round, by: str) -> None:
    if by not in stage.question_of(round).breakdown:
        raise Problem("not_declared")


def _before(stage: Stage, round: Round) -> Round:
    before = stage.before(round)
    if before is None:
        raise Problem("not_paired")
    return before


def _refuse_if_sealed(stage: Stage) -> None:
    """What was not shown before the seal is not made in the room any more."""
    if stage.status == "sealed":
        raise _not_released(stage)


def _not_released(stage: Stage) -> Problem:
    return Problem("sealed_away" if stage.status == "sealed" else "not_looked_at")


def _table_of(record: Mapping[str, Any]) -> AnswersByGroup:
    rows = {name: Row(**row) for name, row in record["rows"].items()}
    return AnswersByGroup(**{**record, "rows": rows})


def _bar(question: Question, answer: Answer | None) -> str | None:
    """The one bar that a valid answer falls on."""
    if answer is None or not is_valid(answer):
        return None
    counts: Mapping[str, int] = kind_of(question).count(question, [answer])
    return next((bar for bar, count in counts.items() if count), None)
