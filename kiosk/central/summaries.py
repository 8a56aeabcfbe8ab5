"""What pages show, made when a meeting comes in: blocks of answers, their sums, and what waits.

The rules are the disclosure gate's (``kiosk/statistics/disclosure/meetings.py``); here they meet the
database. A block stays as it was first shown, also when its meeting comes again, unless enough people make
the difference.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from kiosk.central import tables as t
from kiosk.central.cells import Cells, add_cells, cells_by_channel
from kiosk.central.database import Transaction, add_many
from kiosk.central.recount import HANDS, Recount
from kiosk.kinds import kind_of
from kiosk.meeting.document import Question, canonical, read_question
from kiosk.statistics.composition import DECLINED
from kiosk.statistics.disclosure import DisclosedSum
from kiosk.statistics.disclosure.meetings import (
    SEVERAL,
    Amount,
    Block,
    Member,
    Part,
    Rules,
    Step,
    add_up,
    cells_of,
    follow,
    parts_of,
    released_sum,
)

ANSWERS = "answers"
"""The lane of a question's answers. Raised hands have one of their own, and so has each category of who came:
what is in one lane is never put together with another."""

Key = tuple[str, int, str]
"""A question, its version, and a digest of all of it that is counted."""


def take_in(tx: Transaction, dialogue: str, counted: Recount) -> None:
    """Let a meeting that has just been written down into the figures of its dialogue, new or again."""
    meeting = counted.meeting.id
    asked = list(_asked(counted))
    dialogues = _lock(tx, meeting, dialogue)
    rows = _rows_of(tx, dialogue, counted, asked)
    _follow_all(tx, meeting, {rows[one.key].id: one for one in asked}, list(rows.values()))
    _outline(tx, dialogue, counted, asked)
    for name in dialogues:
        refresh_overview(tx, name)


def take_out(tx: Transaction, meeting: str) -> None:
    """Take a meeting out of all figures for good, before its rows are removed; and what only it had asked."""
    dialogues = _lock(tx, meeting)
    _follow_all(tx, meeting, {}, [])
    tx.execute(t.series.delete().where(t.series.c.dialogue.in_(dialogues), t.series.c.asked == 0))
    tx.execute(t.outline.delete().where(t.outline.c.meeting == meeting))
    for name in dialogues:
        refresh_overview(tx, name)


def refresh_overview(tx: Transaction, dialogue: str) -> None:
    """Sum up a dialogue's meetings for the list of dialogues."""
    c = t.outline.c
    row = tx.execute(
        select(
            func.count(), func.sum(c.participants), func.sum(c.answers), func.min(c.date), func.max(c.date)
        ).where(c.dialogue == dialogue)
    ).one()
    meetings, participants, answers, first, last = row
    tx.execute(t.overview.delete().where(t.overview.c.dialogue == dialogue))
    if meetings:
        values = {"participants": participants, "answers": answers, "first": first, "last": last}
        tx.execute(t.overview.insert().values(dialogue=dialogue, meetings=meetings, **values))


# ── What a meeting brings ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Asked:
    """One question of a meeting: its parts by lane, and of each part the answers by composition."""

    key: Key
    place: int
    question: Question
    document: Mapping[str, Any]
    lanes: Mapping[str, tuple[Part, ...]]
    cells: Mapping[str, Cells]

    @property
    def answered(self) -> int:
        return sum(part.amount.answered for part in self.lanes.get(ANSWERS, ()))


def form_of(question: Question) -> str:
    """A digest of everything of a question that is counted: two that differ in it are never added."""
    options = [[option.id, option.shown_with, option.no_answer] for option in question.options]
    settings = {name: value for name, value in question.settings.items() if name != "labels"}
    said = [question.kind, options, question.composition, question.sensitive, question.breakdown, settings]
    return sha256(canonical(said).encode()).hexdigest()[:16]


def _asked(counted: Recount) -> Iterator[Asked]:
    """The questions that were asked, by their last run, in the document's order."""
    documents = counted.records["meeting"][0]["document"]["questions"]
    last = {
        round["question"]: round["id"] for round in counted.records["rounds"] if counted.is_last_run(round)
    }
    amounts = _amounts(counted)
    cells = cells_by_channel(counted, last)
    for place, document in enumerate(documents):
        if document["id"] not in last:
            continue
        question = counted.meeting.questions[document["id"]]
        by_channel = amounts[last[question.id]]
        yield Asked(
            (question.id, question.version, form_of(question)),
            place,
            question,
            document,
            _lanes(counted, question, by_channel),
            cells.get(question.id, {}),
        )


def _amounts(counted: Recount) -> Mapping[str, dict[str, Amount]]:
    found: dict[str, dict[str, Amount]] = defaultdict(dict)
    for one in counted.tallies:
        found[one.round][one.channel] = Amount(
            one.answered, one.valid, one.abstained, one.dont_know, dict(one.counts)
        )
    return found


def _lanes(
    counted: Recount, question: Question, by_channel: Mapping[str, Amount]
) -> dict[str, tuple[Part, ...]]:
    meeting, like, sensitive = counted.meeting.id, counted.meeting.type, question.sensitive
    if question.composition:
        counts: Counter[str] = Counter()
        for amount in by_channel.values():
            counts.update({**amount.counts, DECLINED: amount.abstained})
        people = cells_of(meeting, like, counts, sensitive=sensitive)
        return {part.name: (part,) for part in people}
    voices = {channel: amount for channel, amount in by_channel.items() if channel != HANDS}
    hands = {channel: amount for channel, amount in by_channel.items() if channel == HANDS}
    lanes = {
        ANSWERS: parts_of(meeting, like, voices, sensitive=sensitive),
        HANDS: parts_of(meeting, like, hands, sensitive=sensitive),
    }
    return {lane: parts for lane, parts in lanes.items() if parts}


# ── Following ────────────────────────────────────────────────────────────────────────────────────────


def _lock(tx: Transaction, meeting: str, *dialogues: str) -> list[str]:
    """Let nobody else change the figures of these dialogues, and of those the meeting is in already."""
    known = select(t.outline.c.dialogue).where(t.outline.c.meeting == meeting)
    names = sorted({*dialogues, *tx.scalars(known)})
    # Others may go on to insert meetings, which look at the dialogue's row: hence no stronger lock.
    of_names = select(t.dialogue.c.id).where(t.dialogue.c.id.in_(names)).order_by(t.dialogue.c.id)
    tx.execute(of_names.with_for_update(key_share=True)).all()
    return names


def _rows_of(tx: Transaction, dialogue: str, counted: Recount, asked: Sequence[Asked]) -> dict[Key, Row[Any]]:
    """The series of the questions; those that were never asked before are begun."""
    known = _known_rows(tx, dialogue, asked)
    new = [one for one in asked if one.key not in known]
    for one in new:
        question, version, form = one.key
        row = {
            "dialogue": dialogue,
            "question": question,
            "version": version,
            "form": form,
            "place": one.place,
            "composition": one.question.composition,
            "document": dict(one.document),
            "languages": list(counted.meeting.languages),
            "age_base": counted.meeting.age_base,
            "asked": 0,
        }
        tx.execute(t.series.insert().values(row))
    return _known_rows(tx, dialogue, asked) if new else known


def _known_rows(tx: Transaction, dialogue: str, asked: Sequence[Asked]) -> dict[Key, Row[Any]]:
    c = t.series.c
    names = [one.key[0] for one in asked]
    found = tx.execute(select(t.series).where(c.dialogue == dialogue, c.question.in_(names)))
    rows = {(row.question, row.version, row.form): row for row in found}
    return {one.key: rows[one.key] for one in asked if one.key in rows}


@dataclass
class _Changes:
    """What is to be written down, gathered over all questions so that it is a few statements."""

    gone: list[int] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    members: list[frozenset[str]] = field(default_factory=list)
    unwaiting: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Shown:
    """A block as it lies in the database, with its cells by member."""

    id: int
    block: Block
    cells: Mapping[Member, Cells]


@dataclass(frozen=True)
class _Lane:
    """What the database has of one lane of a series: the blocks with the meeting in them, and who waits."""

    series: int
    name: str
    mine: Sequence[_Shown]
    there: Sequence[Row[Any]]

    def cells(self, new: Mapping[Member, Cells]) -> dict[Member, Cells]:
        """The cells of each member, the new ones before those that were known."""
        known = dict(new)
        for one in self.there:
            known.setdefault((one.meeting, one.name), one.cells)
        for shown in self.mine:
            for member, of_member in shown.cells.items():
                known.setdefault(member, of_member)
        return known


def _follow_all(tx: Transaction, meeting: str, asked: Mapping[int, Asked], rows: Sequence[Row[Any]]) -> None:
    """Follow the meeting through every series that it is in now or was in before."""
    shown = _shown_of(tx, meeting)
    waits = select(t.waiting.c.series).where(t.waiting.c.meeting == meeting)
    before = {series for series, _ in shown} | set(tx.scalars(waits))
    known = {row.id: row for row in rows}
    if missing := before - set(known):
        found = tx.execute(select(t.series).where(t.series.c.id.in_(missing)))
        known.update({row.id: row for row in found})
    waiting = _waiting_of(tx, list(known))
    changes = _Changes()
    for series, row in sorted(known.items()):
        one = asked.get(series)
        # Where nobody answered there is nothing by which a meeting could be found again.
        count = (one is not None and bool(one.lanes)) - (series in before)
        _follow_series(changes, meeting, row, one, count, shown, waiting)
    _write(tx, changes)


def _follow_series(
    changes: _Changes,
    meeting: str,
    row: Row[Any],
    asked: Asked | None,
    count: int,
    shown: Mapping[tuple[int, str], list[_Shown]],
    waiting: Mapping[tuple[int, str], list[Row[Any]]],
) -> None:
    question = read_question(row.document, row.languages)
    rules = rules_of(question)
    multiple = not question.composition and kind_of(question).is_multiple(question)
    sums = {ANSWERS: _sum_of(row.shown), HANDS: _sum_of(row.hands)}
    lanes = {lane for series, lane in (*shown, *waiting) if series == row.id} | set(
        asked.lanes if asked else ()
    )
    for lane in sorted(lanes):
        known = _Lane(row.id, lane, shown.get((row.id, lane), []), waiting.get((row.id, lane), []))
        now = asked.lanes.get(lane, ()) if asked else ()
        if not now and not known.mine and all(one.meeting != meeting for one in known.there):
            continue
        parts = [part_from(one.part) for one in known.there if not one.held]
        step = follow(meeting, now, [one.block for one in known.mine], parts, rules)
        kept = HANDS if lane == HANDS else ANSWERS
        sums[kept] = add_up(sums[kept], step, rules, multiple=multiple)
        _note(changes, meeting, known, step, known.cells(_new_cells(asked, now)))
    changes.series.append(
        {
            "at": row.id,
            "asked_now": row.asked + count,
            "shown_now": _record(sums[ANSWERS]),
            "hands_now": _record(sums[HANDS]),
        }
    )


def _note(changes: _Changes, meeting: str, lane: _Lane, step: Step, cells: Mapping[Member, Cells]) -> None:
    """Gather what a step changes, the cells going where their parts go."""
    changes.gone += [one.id for one in lane.mine if one.block in step.gone]
    for block in step.come:
        of_parts = [cells.get(part.member, []) for part in block.parts]
        parts = [asdict(part) for part in block.parts]
        changes.blocks.append({"series": lane.series, "lane": lane.name, "parts": parts, "cells": of_parts})
        changes.members.append(block.meetings)
    changes.unwaiting += [
        {"of": lane.series, "who": one.meeting, "named": one.name}
        for one in lane.there
        if one.lane == lane.name
    ]
    others = [(part_from(one.part), True) for one in lane.there if one.held and one.meeting != meeting]
    for part, held in (
        *((part, False) for part in step.waiting),
        *((part, True) for part in step.held),
        *others,
    ):
        changes.waiting.append(
            {
                "series": lane.series,
                "meeting": part.meeting,
                "name": part.name,
                "lane": lane.name,
                "held": held,
                "part": asdict(part),
                "cells": cells.get(part.member, []),
            }
        )


def _new_cells(asked: Asked | None, now: Sequence[Part]) -> dict[Member, Cells]:
    if asked is None or asked.question.composition:
        return {}
    found = {part.member: asked.cells.get(part.name, []) for part in now}
    if now:
        found[now[0].meeting, SEVERAL] = add_cells(asked.cells.values())
    return found


def rules_of(question: Question) -> Rules:
    """By which rules a question's answers may be shown."""
    return Rules.of_composition() if question.composition else Rules.of_question(sensitive=question.sensitive)


# ── The database ─────────────────────────────────────────────────────────────────────────────────────


def part_from(record: Mapping[str, Any]) -> Part:
    """A part from its record."""
    return Part(**{**record, "amount": Amount(**record["amount"])})


def block_from(records: Iterable[Mapping[str, Any]]) -> Block:
    """A block from the records of its parts."""
    return Block(tuple(part_from(record) for record in records))


def _shown_of(tx: Transaction, meeting: str) -> dict[tuple[int, str], list[_Shown]]:
    found: dict[tuple[int, str], list[_Shown]] = defaultdict(list)
    rows = tx.execute(
        select(t.block)
        .join(t.block_member, t.block_member.c.block == t.block.c.id)
        .where(t.block_member.c.meeting == meeting)
        .order_by(t.block.c.id)
    )
    for row in rows:
        block = block_from(row.parts)
        cells = {part.member: of_part for part, of_part in zip(block.parts, row.cells, strict=True)}
        found[row.series, row.lane].append(_Shown(row.id, block, cells))
    return found


def _waiting_of(tx: Transaction, series: Sequence[int]) -> dict[tuple[int, str], list[Row[Any]]]:
    found: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
    for row in tx.execute(select(t.waiting).where(t.waiting.c.series.in_(series))):
        found[row.series, row.lane].append(row)
    return found


def _write(tx: Transaction, changes: _Changes) -> None:
    if changes.gone:
        tx.execute(t.block.delete().where(t.block.c.id.in_(changes.gone)))
    if changes.blocks:
        inserted = t.block.insert().returning(t.block.c.id, sort_by_parameter_order=True)
        ids = tx.scalars(inserted, changes.blocks).all()
        members = [
            {"meeting": meeting, "block": block}
            for block, meetings in zip(ids, changes.members, strict=True)
            for meeting in sorted(meetings)
        ]
        add_many(tx, t.block_member, members)
    c = t.waiting.c
    if changes.unwaiting:
        this = (c.series == bindparam("of"), c.meeting == bindparam("who"), c.name == bindparam("named"))
        tx.execute(t.waiting.delete().where(*this), changes.unwaiting)
    add_many(tx, t.waiting, changes.waiting)
    if changes.series:
        tx.execute(
            t.series.update()
            .where(t.series.c.id == bindparam("at"))
            .values(asked=bindparam("asked_now"), shown=bindparam("shown_now"), hands=bindparam("hands_now")),
            changes.series,
        )


def _sum_of(record: Mapping[str, Any] | None) -> DisclosedSum | None:
    return released_sum(record) if record is not None else None


def _record(found: DisclosedSum | None) -> dict[str, Any] | None:
    return json.loads(json.dumps(found.as_record())) if found is not None and found.blocks else None


def _outline(tx: Transaction, dialogue: str, counted: Recount, asked: Sequence[Asked]) -> None:
    meeting = counted.meeting
    wanted = [item.question for item in meeting.agenda if item.question is not None]
    done = {one.question.id for one in asked}
    tx.execute(t.outline.delete().where(t.outline.c.meeting == meeting.id))
    tx.execute(
        t.outline.insert().values(
            meeting=meeting.id,
            dialogue=dialogue,
            date=meeting.date,
            participants=counted.participants,
            questions=len(wanted),
            asked=sum(name in done for name in wanted),
            answers=sum(one.answered for one in asked if not one.question.composition),
            not_asked=[name for name in wanted if name not in done],
        )
    )
