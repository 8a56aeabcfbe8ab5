"""What may leave the room: one result, or a whole meeting, in the form that reports and figures take.

A question that has not been shown yet is named without numbers, so that a list is never silently short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from facilitator.desk import may_be_taken_home
from facilitator.figures.figure import Figure
from facilitator.reports import MeetingExport, OptionExport, ResultExport, Status, export_of, figure_of
from kiosk.composition_views import CompositionView, composition_views
from kiosk.kinds import kind_of
from kiosk.languages import current, wording
from kiosk.meeting.document import AgendaItem, Question, Text
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.results import Result, result_view
from kiosk.room import Room


def meeting_export(stage: Stage) -> MeetingExport:
    """Whose results these are, in the language now being spoken."""
    meeting = stage.meeting
    dialogue = meeting.dialogue.get("title") or meeting.dialogue.get("id") or ""
    return MeetingExport(
        id=meeting.id,
        code=meeting.code,
        title=_words(meeting.title, stage),
        place=_words(meeting.place, stage),
        date=meeting.date,
        dialogue=_words(dialogue, stage),
        lang=current(),
        rehearsal=stage.rehearsal > 0,
    )


def round_export(room: Room, round: Round) -> ResultExport:
    """One round's result; refused until the room has seen it."""
    stage = room.stage(round.meeting)
    return _export(stage, round, _result(room, stage, round))


def round_figure(room: Room, round: Round) -> Figure:
    """One round's result as a picture; refused until the room has seen it."""
    stage = room.stage(round.meeting)
    question = stage.question_of(round)
    top = kind_of(question).top(question)
    return figure_of(meeting_export(stage), _result(room, stage, round), top.bars if top else ())


def meeting_results(room: Room, stage: Stage) -> tuple[ResultExport, ...]:
    """Everything that was asked: first who was in the room, then the agenda in its order, then any other."""
    elsewhere = (round for round in stage.rounds if round.item is None and not round.composition)
    return (*_composition(room, stage), *_agenda(room, stage), *_asked(room, stage, elsewhere))


def _result(room: Room, stage: Stage, round: Round) -> Result:
    if round.composition or not may_be_taken_home(round, stage):
        raise Problem("not_revealed")
    return result_view(stage, round, room.disclosed(round.id), current())


def _export(stage: Stage, round: Round, result: Result) -> ResultExport:
    return export_of(
        result,
        question=round.question,
        version=round.question_version,
        status=round.status,
        opened=round.opened_at,
    )


def _agenda(room: Room, stage: Stage) -> Iterator[ResultExport]:
    for item in stage.agenda:
        if item.question is None:
            continue
        rounds = stage.rounds_of(item.id)
        if not rounds:
            yield _not_asked(stage, item)
        yield from _asked(room, stage, rounds)


def _asked(room: Room, stage: Stage, rounds: Iterable[Round]) -> Iterator[ResultExport]:
    for round in rounds:
        if may_be_taken_home(round, stage):
            yield _export(stage, round, _result(room, stage, round))
        else:
            yield _not_shown(stage, round)


def _not_asked(stage: Stage, item: AgendaItem) -> ResultExport:
    status: Status = "skipped" if item.id in stage.skipped else "not_opened"
    return _named(stage, stage.question_of(item), status)


def _not_shown(stage: Stage, round: Round) -> ResultExport:
    named = _named(stage, stage.question_of(round), round.status)
    return replace(named, run=round.run, opened=round.opened_at[:10], rehearsal=round.rehearsal)


def _named(stage: Stage, question: Question, status: Status) -> ResultExport:
    return ResultExport(
        question=question.id,
        version=question.version,
        kind=question.kind,
        title=_words(question.text, stage),
        status=status,
        composition=question.composition,
    )


def _composition(room: Room, stage: Stage) -> Iterator[ResultExport]:
    """The pictures that were released, whatever the answers have become since."""
    released = composition_views(stage, room.pictures(stage.meeting.id), current())
    views = {view.question: view for view in released}
    for round in stage.composition_rounds():
        named = _not_shown(stage, round)
        view = views[round.question]
        yield replace(named, withheld="too_few") if view.withheld else _released(named, view)


def _released(named: ResultExport, view: CompositionView) -> ResultExport:
    return replace(
        named,
        status="revealed",
        valid=view.base,
        options=tuple(OptionExport(bar.id, bar.label, bar.count, bar.percent) for bar in view.bars),
        notes=(view.note,) if view.note else (),
    )


def _words(text: Text | str, stage: Stage) -> str:
    return wording(text, current(), stage.meeting.languages)[0]
