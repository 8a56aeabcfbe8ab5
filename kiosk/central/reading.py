"""What may be read: dialogues, their meetings, and figures that have passed the disclosure gate.

Everything comes from what was summed up at intake; no answer is counted here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select

from kiosk.central import tables as t
from kiosk.central.cells import Cells, add_cells
from kiosk.central.database import Database, Transaction
from kiosk.central.recount import HANDS
from kiosk.central.summaries import ANSWERS, block_from, rules_of
from kiosk.kinds import kind_of
from kiosk.meeting.document import Question, Text, read_question
from kiosk.problems import Problem
from kiosk.statistics.clusters import Series as Spread
from kiosk.statistics.clusters import summarise_meetings
from kiosk.statistics.disclosure import DisclosedPeople, DisclosedSum
from kiosk.statistics.disclosure.meetings import Block, disclose_people, disclose_sum, released_sum
from kiosk.statistics.population import ReferenceTable, read_tables

PAGE = 50
MOST_TEXTS = 5_000
HIGHEST_ID = 2**62
Checked = Mapping[str, tuple[str | None, Mapping[str, str | None]]]


@dataclass(frozen=True)
class Dialogue:
    """A dialogue in the list: how many meetings, presences and answers, and from when to when."""

    id: str
    title: Text
    meetings: int
    participants: int
    answers: int
    first: str
    last: str


@dataclass(frozen=True)
class Meeting:
    """A meeting of a dialogue. ``not_asked`` are questions of its agenda that were never opened."""

    id: str
    dialogue: str
    title: Text
    place: Text
    date: str
    type: str
    participants: int
    answers: int
    questions: int
    asked: int
    not_asked: int
    site: str
    way: str
    received_at: str
    has_receipt: bool
    has_conflict: bool


@dataclass(frozen=True)
class Coming:
    """A meeting that has begun to arrive and is not whole, or lies beside another version."""

    id: str
    dialogue: str
    site: str
    state: str
    arrived_at: str


@dataclass(frozen=True)
class Population:
    """The population that a dialogue's composition is compared with.

    ``brought_by`` is the editor who brought it; without one it came along with the meeting at ``place``.
    ``checked`` is what somebody has said on the laptop of how its categories belong to a question's options.
    """

    name: Text
    tables: tuple[ReferenceTable, ...]
    brought_by: str | None = None
    place: Text = field(default_factory=dict)
    is_example: bool = False
    checked: Checked = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A question over the meetings of a dialogue: what may be shown of all of them.

    ``asked`` is in how many meetings it was asked and anybody answered, ``waiting`` in how many of them the
    answers wait, ``held`` of how many meetings a correction does. ``hands`` are raised hands, never added to
    answers.
    """

    id: int
    dialogue: str
    question: Question
    languages: tuple[str, ...]
    age_base: str
    asked: int
    shown: DisclosedSum | None
    hands: DisclosedSum | None
    waiting: int
    held: int
    waiting_lanes: frozenset[str]

    @property
    def is_multiple(self) -> bool:
        return kind_of(self.question).is_multiple(self.question)

    @property
    def people(self) -> DisclosedPeople:
        """Who came, for a composition question."""
        options = [option.id for option in kind_of(self.question).bars(self.question)]
        return disclose_people(options, self.shown, self.waiting_lanes, sensitive=self.question.sensitive)


@dataclass(frozen=True)
class Line:
    """One figure of a question: of the meetings, the type, the channel or the month that ``name`` names.

    A figure that is of several of these together has more than one name.
    """

    names: tuple[str, ...]
    sum: DisclosedSum


@dataclass(frozen=True)
class Lines:
    """Everything that may be shown of a question beside the figure of all meetings.

    ``meetings`` are those in the figures, ``waiting`` those whose answers are in none yet, the latest last.
    """

    by_meeting: tuple[Line, ...]
    by_type: tuple[Line, ...]
    by_channel: tuple[Line, ...]
    by_month: tuple[Line, ...]
    meetings: Mapping[str, Meeting]
    waiting: tuple[Meeting, ...]
    spread: Mapping[str, Spread]
    cells: Cells
    texts: tuple[str, ...]


# ── Dialogues and meetings ───────────────────────────────────────────────────────────────────────────


def dialogues(database: Database) -> list[Dialogue]:
    """All dialogues that a meeting has come in of, the latest first."""
    with database.reading() as tx:
        return [Dialogue(*row) for row in tx.execute(_dialogues().order_by(t.overview.c.last.desc()))]


def dialogue(database: Database, name: str) -> Dialogue:
    """A dialogue, or a Problem."""
    with database.reading() as tx:
        row = tx.execute(_dialogues().where(t.dialogue.c.id == name)).first()
    if row is None:
        raise Problem("no_such_dialogue")
    return Dialogue(*row)


def meetings(database: Database, dialogue: str, page: int = 1, size: int = PAGE) -> list[Meeting]:
    """A page of a dialogue's meetings, the latest first."""
    c = t.meeting.c
    asked = _meetings().where(c.dialogue == dialogue).order_by(c.date.desc(), c.id)
    with database.reading() as tx:
        return _told(tx, tx.execute(asked.limit(size).offset((page - 1) * size)).all())


def expect_meeting(database: Database, name: str) -> Meeting | Coming:
    """A meeting that counts, or one that has only begun to arrive; a Problem where there is neither."""
    with database.reading() as tx:
        found = _told(tx, tx.execute(_meetings().where(t.meeting.c.id == name)).all())
        begun = tx.execute(_coming().where(t.bundle.c.meeting == name)).first()
    if found:
        return found[0]
    if begun is None:
        raise Problem("no_such_meeting")
    return Coming(*begun)


def coming(database: Database, dialogue: str) -> list[Coming]:
    """Meetings of a dialogue that have begun to arrive and do not count yet."""
    c = t.bundle.c
    asked = (
        _coming()
        .where(c.dialogue == dialogue, c.state.in_(("receiving", "conflict", "refused")))
        .order_by(c.arrived_at, c.id)
    )
    with database.reading() as tx:
        return [Coming(*row) for row in tx.execute(asked.limit(PAGE))]


def receipt_of(database: Database, meeting: str) -> tuple[str, str]:
    """A meeting's receipt as it was written, and its signature."""
    c = t.receipt.c
    asked = select(c.written, c.signature).join(
        t.meeting, (t.meeting.c.id == c.meeting) & (t.meeting.c.content == c.content)
    )
    with database.reading() as tx:
        row = tx.execute(asked.where(c.meeting == meeting)).first()
    if row is None:
        raise Problem("no_such_meeting")
    return row.written, row.signature


def population(database: Database, dialogue: str) -> Population | None:
    """The population that an editor has brought for a dialogue, else the latest that a meeting brought."""
    c = t.carried.c
    latest = (
        select(c.population, t.meeting.c.place)
        .join(t.meeting, t.meeting.c.id == c.meeting)
        .where(c.dialogue == dialogue)
        .order_by(c.received_at.desc(), c.meeting)
    )
    with database.reading() as tx:
        row = tx.execute(select(t.population).where(t.population.c.dialogue == dialogue)).first()
        if row is not None:
            return Population({"": row.name}, read_tables(row.table), row.brought_by)
        carried = tx.execute(latest.limit(1)).first()
    if carried is None:
        return None
    said = carried.population
    checked = {question: (one["variable"], one["categories"]) for question, one in said["mapping"].items()}
    tables = read_tables(said["table"])
    return Population(said["name"], tables, None, carried.place, said["example"], checked)


def _coming() -> Select[Any]:
    c = t.bundle.c
    return select(c.meeting, c.dialogue, t.site.c.name, c.state, c.arrived_at).join(
        t.site, t.site.c.id == c.site
    )


def _dialogues() -> Select[Any]:
    of = t.overview.c
    return select(
        t.dialogue.c.id, t.dialogue.c.title, of.meetings, of.participants, of.answers, of.first, of.last
    ).join(t.overview, of.dialogue == t.dialogue.c.id)


def _meetings() -> Select[Any]:
    c, of = t.meeting.c, t.outline.c
    return (
        select(
            c.id,
            c.dialogue,
            c.title,
            c.place,
            c.date,
            c.type,
            c.participants,
            of.answers,
            of.questions,
            of.asked,
            of.not_asked,
            t.site.c.name,
            t.bundle.c.way,
            c.received_at,
            c.content,
        )
        .join(t.outline, of.meeting == c.id)
        .join(t.site, t.site.c.id == c.site)
        .join(t.bundle, t.bundle.c.id == c.bundle)
    )


def _told(tx: Transaction, rows: Sequence[Row[Any]]) -> list[Meeting]:
    """The meetings of these rows, with whether each has its receipt and no open conflict.

    Asked by the names of these meetings: a condition on each row would have all receipts read.
    """
    names = [row.id for row in rows]
    of = t.receipt.c
    receipts = {tuple(row) for row in tx.execute(select(of.meeting, of.content).where(of.meeting.in_(names)))}
    open_ones = select(t.conflict.c.meeting).where(
        t.conflict.c.meeting.in_(names), t.conflict.c.settled_at.is_(None)
    )
    conflicts = set(tx.scalars(open_ones))
    return [
        _meeting(row, has_receipt=(row.id, row.content) in receipts, has_conflict=row.id in conflicts)
        for row in rows
    ]


def _meeting(row: Row[Any], *, has_receipt: bool, has_conflict: bool) -> Meeting:
    given = row._asdict()
    given["site"] = given.pop("name")
    del given["content"]
    not_asked = len(given.pop("not_asked"))
    return Meeting(**given, not_asked=not_asked, has_receipt=has_receipt, has_conflict=has_conflict)


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────


def questions(database: Database, dialogue: str) -> list[Asked]:
    """A dialogue's questions in the order of its meetings' documents, composition questions among them."""
    c = t.series.c
    with database.reading() as tx:
        rows = tx.execute(
            select(t.series).where(c.dialogue == dialogue).order_by(c.place, c.question, c.version, c.id)
        ).all()
        waits = _waits(tx, [row.id for row in rows])
    return [_asked(row, waits) for row in rows if row.asked]


def question(database: Database, series: int) -> Asked:
    """One question of a dialogue, or a Problem."""
    if series > HIGHEST_ID:
        raise Problem("no_such_question")
    with database.reading() as tx:
        row = tx.execute(select(t.series).where(t.series.c.id == series)).first()
        waits = _waits(tx, [series])
    if row is None or not row.asked:
        raise Problem("no_such_question")
    return _asked(row, waits)


def lines(database: Database, asked: Asked) -> Lines:
    """What may be shown of a question by meeting, type, channel and month, with its spread and cells."""
    with database.reading() as tx:
        rows = tx.execute(
            select(t.block.c.parts, t.block.c.cells)
            .where(t.block.c.series == asked.id, t.block.c.lane == ANSWERS)
            .order_by(t.block.c.id)
        ).all()
        blocks = [block_from(row.parts) for row in rows]
        held_at = _held_at(tx, {name for block in blocks for name in block.meetings})
        waiting = _held_at(tx, _waiting_meetings(tx, asked.id))
        texts = _texts(tx, asked, held_at) if kind_of(asked.question).is_text else ()
    by_meeting = _by(asked, blocks, {name: (name,) for name in held_at})
    return Lines(
        by_meeting=tuple(sorted(by_meeting, key=lambda line: [held_at[name].date for name in line.names])),
        by_type=_by(asked, blocks, {name: (one.type,) for name, one in held_at.items()}),
        by_channel=_by(asked, blocks, None),
        by_month=tuple(
            sorted(
                _by(asked, blocks, {name: (one.date[:7],) for name, one in held_at.items()}),
                key=lambda line: line.names,
            )
        ),
        meetings=held_at,
        waiting=tuple(sorted(waiting.values(), key=lambda one: (one.date, one.id))),
        spread=_spread(asked, [line.sum for line in by_meeting]),
        cells=add_cells(cells for row in rows for cells in row.cells),
        texts=texts,
    )


def least_answers(asked: Asked) -> int:
    """How many answers small meetings must have together, so that they may be shown as one."""
    return int(rules_of(asked.question).base)


def _asked(row: Row[Any], waits: Mapping[int, Sequence[tuple[str, str, bool]]]) -> Asked:
    waiting = waits.get(row.id, ())
    return Asked(
        id=row.id,
        dialogue=row.dialogue,
        question=read_question(row.document, row.languages),
        languages=tuple(row.languages),
        age_base=row.age_base,
        asked=row.asked,
        shown=released_sum(row.shown) if row.shown is not None else None,
        hands=released_sum(row.hands) if row.hands is not None else None,
        waiting=len({meeting for meeting, lane, held in waiting if not held and lane != HANDS}),
        held=len({meeting for meeting, _, held in waiting if held}),
        waiting_lanes=frozenset(lane for _, lane, held in waiting if not held),
    )


def _waits(tx: Transaction, series: Sequence[int]) -> dict[int, list[tuple[str, str, bool]]]:
    c = t.waiting.c
    found: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
    rows = tx.execute(select(c.series, c.meeting, c.lane, c.held).where(c.series.in_(series)))
    for row in rows:
        found[row.series].append((row.meeting, row.lane, row.held))
    return found


def _waiting_meetings(tx: Transaction, series: int) -> set[str]:
    c = t.waiting.c
    return set(tx.scalars(select(c.meeting).where(c.series == series, c.lane == ANSWERS, c.held.is_(False))))


def _held_at(tx: Transaction, names: Iterable[str]) -> dict[str, Meeting]:
    """The meetings by id; one that was taken out of the store is not among them, nor in any block."""
    found: dict[str, Meeting] = {}
    every = sorted(names)
    for start in range(0, len(every), 500):
        rows = tx.execute(_meetings().where(t.meeting.c.id.in_(every[start : start + 500]))).all()
        found.update({one.id: one for one in _told(tx, rows)})
    return found


def _by(
    asked: Asked, blocks: Sequence[Block], names_of: Mapping[str, tuple[str, ...]] | None
) -> tuple[Line, ...]:
    """The sums of the blocks that have the same names; those of the channels when no names are given."""
    together: dict[tuple[str, ...], list[Block]] = defaultdict(list)
    for block in blocks:
        names = (
            {name for one in block.parts for name in names_of[one.meeting]}
            if names_of is not None
            else {one.name for one in block.parts}
        )
        together[tuple(sorted(names))].append(block)
    rules, multiple = rules_of(asked.question), asked.is_multiple
    return tuple(
        Line(names, disclose_sum(blocks, rules, multiple=multiple)) for names, blocks in together.items()
    )


def _spread(asked: Asked, sums: Sequence[DisclosedSum]) -> dict[str, Spread]:
    """How each option's share varies between meetings; small meetings that are shown together are one."""
    if len(sums) < 2:
        return {}
    sizes = [one.valid for one in sums]
    options = [option.id for option in kind_of(asked.question).bars(asked.question)]
    return {name: summarise_meetings([one.counts.get(name, 0) for one in sums], sizes) for name in options}


def _texts(tx: Transaction, asked: Asked, held_at: Mapping[str, Meeting]) -> tuple[str, ...]:
    """The texts that were approved, of meetings whose answers are shown; by the alphabet, from nobody."""
    c = t.round_.c
    rows = tx.scalars(
        select(t.text.c.text)
        .distinct()
        .join(t.round_, c.id == t.text.c.round)
        .where(
            c.dialogue == asked.dialogue,
            c.question == asked.question.id,
            c.question_version == asked.question.version,
            c.last_run,
            t.text.c.text != "",
            c.meeting.in_(list(held_at)),
        )
        .order_by(t.text.c.text)
        .limit(MOST_TEXTS)
    )
    return tuple(sorted(rows, key=str.casefold))
