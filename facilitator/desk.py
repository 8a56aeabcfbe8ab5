"""What lies on the facilitator's desk: one meeting as the console shows it.

Made from the stage and from what the disclosure gate lets through. Knows no web and no words: the templates
say what these values mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kiosk.comparison_views import ChangeView, GroupsView, change_view, groups_view
from kiosk.composition_views import CompositionView, composition_views
from kiosk.kinds import kind_of
from kiosk.languages import wording
from kiosk.meeting.agenda import Act, next_act
from kiosk.meeting.document import AgendaItem, Option, Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import BY, CHANGE, Stage, WallView
from kiosk.meeting.tally import Answer
from kiosk.results import Live, Result, live_view, result_view, sense_of
from kiosk.room import WALL_OF_ITEM, Room, SealPreview
from kiosk.statistics.disclosure import Disclosed
from kiosk.store.ballots import TextEntry
from kiosk.store.store import Saving
from kiosk.troubles import Trouble

Place = Literal["done", "current", "skipped", "ahead"]
Review = Literal["waiting", "approved", "hidden"]


@dataclass(frozen=True)
class Line:
    """One line of the agenda."""

    item: AgendaItem
    number: int
    question: Question | None
    place: Place
    runs: int
    is_open: bool


@dataclass(frozen=True)
class Breakdown:
    """One declared comparison by groups. ``view`` is None until somebody has asked for it."""

    by: str
    title: str
    lang: str
    view: GroupsView | None
    on_wall: bool


@dataclass(frozen=True)
class Change:
    """A round as the later one of a pair. ``view`` is None until somebody has asked for it."""

    view: ChangeView | None
    on_wall: bool


@dataclass(frozen=True)
class Paper:
    """Paper ballots for a closed round, how many wait, and from how many on they count.

    ``choices`` are the answers of papers with one mark, ``marks`` the options where a paper may have several.
    """

    choices: tuple[tuple[Option, Answer], ...]
    marks: tuple[Option, ...]
    waiting: int
    least: int


@dataclass(frozen=True)
class Writing:
    """What somebody has written, or several alike: they are read, approved and hidden together."""

    entries: tuple[TextEntry, ...]

    @property
    def first(self) -> TextEntry:
        return self.entries[0]

    @property
    def ids(self) -> list[str]:
        return [entry.id for entry in self.entries]


@dataclass(frozen=True)
class Run:
    """One round, with what may be shown of it: a ``result`` once it is closed, before it perhaps ``live``."""

    round: Round
    disclosed: Disclosed
    result: Result | None
    texts: tuple[TextEntry, ...]
    take_home: bool
    breakdowns: tuple[Breakdown, ...] = ()
    change: Change | None = None
    paper: Paper | None = None
    live: Live | None = None

    def texts_that_are(self, status: Review) -> tuple[TextEntry, ...]:
        return tuple(entry for entry in self.texts if entry.status == status)

    def writings(self, status: Review) -> tuple[Writing, ...]:
        """The texts of a status; those that say the same are one, where the first of them stood."""
        alike: dict[str, list[TextEntry]] = {}
        for entry in self.texts_that_are(status):
            alike.setdefault(sense_of(entry.text), []).append(entry)
        return tuple(Writing(tuple(entries)) for entries in alike.values())


@dataclass(frozen=True)
class Card:
    """One agenda item, as it lies in the middle of the desk. ``runs`` has the latest first."""

    line: Line
    of: int
    choices: tuple[Option, ...]
    is_multiple: bool
    runs: tuple[Run, ...]
    composition: tuple[CompositionView, ...]

    @property
    def item(self) -> AgendaItem:
        return self.line.item

    @property
    def question(self) -> Question | None:
        return self.line.question

    @property
    def run(self) -> Run | None:
        return self.runs[0] if self.runs else None

    @property
    def answered(self) -> int:
        return max((run.disclosed.answered for run in self.runs), default=0)


@dataclass(frozen=True)
class Desk:
    """A meeting in progress: the agenda, the current item, the next act, and the state of the room."""

    stage: Stage
    act: Act
    lines: tuple[Line, ...]
    card: Card | None
    target: Line | None
    """The item that the next act is about, when it is not the current one."""
    waiting: Run | None
    """The open round, wherever it is on the agenda."""
    composition: tuple[CompositionView, ...]
    """Who is in the room, while no item is chosen yet or the wall shows it beside the agenda."""
    presence: int
    devices: int
    """Phones that have joined."""
    saving: Saving
    troubles: tuple[Trouble, ...]
    """What the facilitator should know before the hall does."""
    now: str
    """The server's clock, UTC; the page counts the seconds of an open round from it."""
    elsewhere: Stage | None
    """The other meeting that the wall shows, if it shows another."""

    @property
    def home(self) -> WallView:
        """What the wall shows when nothing else is put before the current item."""
        item = self.stage.item
        return WALL_OF_ITEM.get(item.type, "item") if item else "join"

    @property
    def on_wall(self) -> str:
        """What the wall shows now: a view of its own, or the type of the current item, or another meeting."""
        if self.elsewhere is not None:
            return "elsewhere"
        item = self.stage.item
        if self.stage.wall != "item":
            return self.stage.wall
        return item.type if item else "join"


@dataclass(frozen=True)
class Summary:
    """A meeting that is over: every question that was asked, with its rounds."""

    stage: Stage
    cards: tuple[Card, ...]
    not_asked: tuple[Line, ...]
    composition: tuple[CompositionView, ...]
    seal: SealPreview | None
    """What the seal will keep and destroy; None once it is done."""
    now: str

    @property
    def to_read(self) -> tuple[tuple[Line, Run], ...]:
        """The rounds whose texts can still be approved or hidden: until the seal."""
        if self.seal is None:
            return ()
        return tuple((card.line, run) for card in self.cards for run in card.runs if run.texts)

    @property
    def rounds(self) -> int:
        return sum(len(card.runs) for card in self.cards)

    @property
    def answers(self) -> int:
        return sum(run.disclosed.answered for card in self.cards for run in card.runs)

    @property
    def most_connected(self) -> int:
        return max((run.disclosed.connected for card in self.cards for run in card.runs), default=0)


def desk(stage: Stage, room: Room, language: str) -> Desk:
    """The desk of a meeting that is prepared or running."""
    lines = agenda_lines(stage)
    act = next_act(stage)
    current = next((line for line in lines if line.place == "current"), None)
    shown = _card(current, stage, room, language) if current else None
    return Desk(
        stage=stage,
        act=act,
        lines=lines,
        card=shown,
        target=_target(act, stage, lines),
        waiting=_waiting(shown, stage, room, language),
        composition=() if current and stage.wall != "composition" else _composition(stage, room, language),
        presence=room.presence(stage.meeting.id),
        devices=room.devices(stage.meeting.id),
        saving=room.saving(),
        troubles=room.troubles(),
        now=room.now().isoformat(timespec="milliseconds"),
        elsewhere=_elsewhere(stage, room),
    )


def card(stage: Stage, room: Room, item_id: str, language: str) -> Card | None:
    """Any item of the agenda, to look at without showing it to the hall."""
    line = next((line for line in agenda_lines(stage) if line.item.id == item_id), None)
    return _card(line, stage, room, language) if line else None


def summary(stage: Stage, room: Room, language: str) -> Summary:
    """What a meeting that is over leaves behind."""
    questions = [line for line in agenda_lines(stage) if line.question is not None]
    return Summary(
        stage=stage,
        cards=tuple(_card(line, stage, room, language) for line in questions if line.runs),
        not_asked=tuple(line for line in questions if not line.runs),
        composition=_composition(stage, room, language),
        seal=room.seal_preview(stage.meeting.id) if stage.status == "ended" else None,
        now=room.now().isoformat(timespec="milliseconds"),
    )


def agenda_lines(stage: Stage) -> tuple[Line, ...]:
    """The agenda, each item with where it stands."""
    ids = [item.id for item in stage.agenda]
    here = ids.index(stage.item.id) if stage.item and stage.item.id in ids else -1
    return tuple(_line(stage, item, number, here) for number, item in enumerate(stage.agenda, start=1))


def may_be_taken_home(round: Round, stage: Stage) -> bool:
    """A result leaves the room once the room has seen it, or once the meeting is over."""
    if round.status == "open":
        return False
    return round.status == "revealed" or stage.status in ("ended", "sealed")


def _elsewhere(stage: Stage, room: Room) -> Stage | None:
    on_wall = room.current_meeting()
    return None if on_wall is None or on_wall.meeting.id == stage.meeting.id else on_wall


def _line(stage: Stage, item: AgendaItem, number: int, here: int) -> Line:
    rounds = stage.rounds_of(item.id)
    return Line(
        item=item,
        number=number,
        question=stage.question_of(item) if item.question else None,
        place=_place(stage, item, number - 1, here, asked=bool(rounds)),
        runs=len(rounds),
        is_open=any(round.status == "open" and not round.composition for round in rounds),
    )


def _place(stage: Stage, item: AgendaItem, index: int, here: int, *, asked: bool) -> Place:
    """A question is done when it has been asked; anything else once the meeting has passed it."""
    if index == here and stage.status == "running":
        return "current"
    if item.id in stage.skipped:
        return "skipped"
    if item.question:
        return "done" if asked else "ahead"
    return "done" if stage.status != "prepared" and index < here else "ahead"


def _waiting(shown: Card | None, stage: Stage, room: Room, language: str) -> Run | None:
    """The round that can be answered now; most often it is on the desk already."""
    if shown and shown.run and shown.run.round.status == "open":
        return shown.run
    return next((_run(round, stage, room, language) for round in stage.open_rounds()), None)


def _target(act: Act, stage: Stage, lines: Sequence[Line]) -> Line | None:
    if act.item is None or (stage.item is not None and act.item == stage.item.id):
        return None
    return next((line for line in lines if line.item.id == act.item), None)


def _card(line: Line, stage: Stage, room: Room, language: str) -> Card:
    question = line.question
    kind = kind_of(question) if question else None
    return Card(
        line=line,
        of=len(stage.agenda),
        choices=kind.bars(question) if kind and question else (),
        is_multiple=kind.is_multiple(question) if kind and question else False,
        runs=tuple(_run(round, stage, room, language) for round in reversed(stage.rounds_of(line.item.id))),
        composition=_composition(stage, room, language) if line.item.type == "composition" else (),
    )


def _composition(stage: Stage, room: Room, language: str) -> tuple[CompositionView, ...]:
    pictures = room.pictures(stage.meeting.id)
    return composition_views(stage, pictures, language, room.compared_with(stage))


def _comparisons(
    round: Round, stage: Stage, room: Room, language: str
) -> tuple[tuple[Breakdown, ...], Change | None]:
    """What was declared, and what of it has been asked for."""
    question = stage.question_of(round)
    before = stage.before(round)
    if not question.breakdown and before is None:
        return (), None
    tables, flows = room.compared(round.id)
    detail = stage.detail if round == stage.current_round() and round.status == "revealed" else None
    total = room.disclosed(round.id)
    made = {table.by: groups_view(stage, round, table, total, language) for table in tables}
    breakdowns = tuple(
        Breakdown(
            by, *wording(stage.questions[by].text, language, stage.meeting.languages), made.get(by),
            detail == BY + by,
        )
        for by in question.breakdown
    )  # fmt: skip
    if before is None:
        return breakdowns, None
    view = None
    if flows is not None:
        shown = room.disclosed(before.id), total
        view = change_view(stage, (before, round), shown, flows, language)
    return breakdowns, Change(view, detail == CHANGE)


def _paper(round: Round, stage: Stage, room: Room) -> Paper | None:
    """The form for paper ballots, for questions that a paper answers with marks."""
    question = stage.question_of(round)
    kind = kind_of(question)
    marks = kind.marks(question)
    if round.composition or not marks:
        return None
    several = kind.is_multiple(question)
    return Paper(
        choices=() if several else marks,
        marks=tuple(option for option, _answer in marks) if several else (),
        waiting=room.waiting(round.id),
        least=room.thresholds.base,
    )


def _run(round: Round, stage: Stage, room: Room, language: str) -> Run:
    disclosed = room.disclosed(round.id)
    is_over = round.status != "open"
    live = room.live(round.id)
    may_be_told = is_over and disclosed.withheld is None
    breakdowns, change = _comparisons(round, stage, room, language) if may_be_told else ((), None)
    return Run(
        round=round,
        disclosed=disclosed,
        result=result_view(stage, round, disclosed, language) if is_over else None,
        texts=tuple(room.texts(round.id)) if is_over and kind_of(stage.question_of(round)).is_text else (),
        take_home=may_be_told and may_be_taken_home(round, stage),
        breakdowns=breakdowns,
        change=change,
        paper=_paper(round, stage, room) if is_over and stage.status != "sealed" else None,
        live=live_view(stage, round, live, language) if live is not None else None,
    )
