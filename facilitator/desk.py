"""What lies on the facilitator's desk: one meeting as the console shows it.

Made from the stage and from what the disclosure gate lets through. Knows no web and no words: the templates
say what these values mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kiosk.kinds import kind_of
from kiosk.meeting.agenda import Act, next_act
from kiosk.meeting.document import AgendaItem, Option, Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage, WallView
from kiosk.results import CompositionView, Result, result_view
from kiosk.room import WALL_OF_ITEM, Room
from kiosk.statistics.disclosure import Disclosed
from kiosk.store.ballots import TextEntry
from kiosk.store.store import Saving

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
class Run:
    """One round, with what may be shown of it. ``result`` is None while it is open."""

    round: Round
    disclosed: Disclosed
    result: Result | None
    texts: tuple[TextEntry, ...]
    take_home: bool

    def texts_that_are(self, status: Review) -> tuple[TextEntry, ...]:
        return tuple(entry for entry in self.texts if entry.status == status)


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
    """Who is in the room, while no item is chosen yet."""
    presence: int
    saving: Saving
    now: str
    """The server's clock, UTC; the page counts the seconds of an open round from it."""

    @property
    def home(self) -> WallView:
        """What the wall shows when nothing else is put before the current item."""
        item = self.stage.item
        return WALL_OF_ITEM.get(item.type, "item") if item else "join"

    @property
    def on_wall(self) -> str:
        """What the wall shows now: a view of its own, or the type of the current item."""
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
    now: str

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
        composition=() if current else room.composition(stage.meeting.id, language),
        presence=room.presence(stage.meeting.id),
        saving=room.saving(),
        now=room.now().isoformat(timespec="milliseconds"),
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
        composition=room.composition(stage.meeting.id, language),
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
        composition=room.composition(stage.meeting.id, language) if line.item.type == "composition" else (),
    )


def _run(round: Round, stage: Stage, room: Room, language: str) -> Run:
    disclosed = room.disclosed(round.id)
    is_over = round.status != "open"
    return Run(
        round=round,
        disclosed=disclosed,
        result=result_view(stage, round, disclosed, language) if is_over else None,
        texts=tuple(room.texts(round.id)) if is_over and stage.question_of(round).kind == "text" else (),
        take_home=may_be_taken_home(round, stage),
    )
