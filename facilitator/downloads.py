"""Results to take home: figures, tables and the whole meeting. Only what the room has seen, or after its end.

Drawing is done by the figures' own process, and waited for on a thread, so that nobody's vote waits too.
"""

from __future__ import annotations

import json
import sys
from typing import Literal, cast

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from facilitator import comparison_exports, comparison_figures, differences, reports, takeaway
from facilitator.comparison_exports import (
    changes_sheet,
    composition_sheet,
    every_change,
    every_picture,
    every_table,
    groups_sheet,
    one_change,
    one_picture,
    one_table,
)
from facilitator.figures.client import (
    FigureDesk,
    FigureTrouble,
    Format,
    Request,
    change_request,
    differences_request,
    figure_request,
    workbook_request,
)
from facilitator.figures.figure import Figure
from facilitator.figures.workbook import Sheet
from kiosk import access
from kiosk.access import operator_only
from kiosk.engine import Engine
from kiosk.languages import current
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.results import Result, result_view
from kiosk.room import Room
from kiosk.spreadsheets import XLSX_TYPE

downloads = Blueprint("downloads", __name__)

FileKind = Literal["png", "svg", "csv"]


@downloads.record_once
def set_up(state: BlueprintSetupState) -> None:
    """A desk for figures with each app. It starts its process when the first one is asked for."""
    state.app.extensions["figures"] = FigureDesk(state.app.config.get("FIGURES_FOLDER"))


@downloads.get("/rounds/<round_id>/result.<any(png, svg):kind>")
@operator_only
def result_figure(round_id: str, kind: Format) -> Response:
    """One result as a figure."""
    room = access.room()
    round = room.round(round_id)
    return _figure(takeaway.round_figure(room, round), kind, room.stage(round.meeting), *_asked(round))


@downloads.get("/rounds/<round_id>/result.csv")
@operator_only
def result_csv(round_id: str) -> Response:
    """One result as a table."""
    room = access.room()
    round = room.round(round_id)
    result = takeaway.round_export(room, round)
    stage = room.stage(round.meeting)
    table = reports.result_csv(takeaway.meeting_export(stage), result)
    return _file(table.encode(), "text/csv", _name("csv", stage, *_asked(round)))


@downloads.get("/meetings/<meeting_id>/results.csv")
@operator_only
def meeting_csv(meeting_id: str) -> Response:
    """Every result of a meeting in one table."""
    room = access.room()
    stage = room.stage(meeting_id)
    table = reports.meeting_csv(takeaway.meeting_export(stage), takeaway.meeting_results(room, stage))
    return _file(table.encode(), "text/csv", _name("csv", stage))


@downloads.get("/meetings/<meeting_id>/results.xlsx")
@operator_only
def meeting_xlsx(meeting_id: str) -> Response:
    """A whole meeting as a workbook."""
    room = access.room()
    stage = room.stage(meeting_id)
    results = takeaway.meeting_results(room, stage)
    comparisons = comparison_exports.comparison_sheets(room, stage, _said(room, stage))
    workbook = reports.meeting_workbook(takeaway.meeting_export(stage), results, comparisons, room.thresholds)
    return _file(made(workbook_request(workbook)), XLSX_TYPE, _name("xlsx", stage))


@downloads.get("/meetings/<meeting_id>/groups.csv")
@operator_only
def groups_csv(meeting_id: str) -> Response:
    """Every comparison by groups."""
    room = access.room()
    stage = room.stage(meeting_id)
    return _table(groups_sheet(every_table(room, stage), _said(room, stage)), stage, "groups")


@downloads.get("/meetings/<meeting_id>/changes.csv")
@operator_only
def changes_csv(meeting_id: str) -> Response:
    """Every comparison with before."""
    stage = access.room().stage(meeting_id)
    return _table(changes_sheet(every_change(access.room(), stage)), stage, "changes")


@downloads.get("/meetings/<meeting_id>/composition.csv")
@operator_only
def composition_csv(meeting_id: str) -> Response:
    """Who was in the room, by every question."""
    stage = access.room().stage(meeting_id)
    return _table(composition_sheet(every_picture(access.room(), stage)), stage, "composition")


@downloads.get("/rounds/<round_id>/groups/<question_id>.<any(png, svg, csv):kind>")
@operator_only
def one_groups_file(round_id: str, question_id: str, kind: FileKind) -> Response:
    """One comparison by groups, as a figure or a table."""
    room = access.room()
    round = room.round(round_id)
    stage = room.stage(round.meeting)
    view, said = one_table(room, round, question_id), _said(room, stage)
    names = (*_asked(round), "by", question_id)
    if kind == "csv":
        return _table(groups_sheet([(round, view)], said), stage, *names)
    total = _result(room, stage, round)
    difference = said.get((round_id, question_id), "")
    picture = comparison_figures.groups_figure(takeaway.meeting_export(stage), total, view, difference)
    return _figure(picture, kind, stage, *names)


@downloads.get("/rounds/<round_id>/change.<any(png, svg, csv):kind>")
@operator_only
def one_change_file(round_id: str, kind: FileKind) -> Response:
    """One comparison with before, as a figure or a table."""
    room = access.room()
    round = room.round(round_id)
    stage = room.stage(round.meeting)
    view, names = one_change(room, round), (*_asked(round), "change")
    if kind == "csv":
        return _table(changes_sheet([view]), stage, *names)
    said = _moved(room, round)
    return _figure(
        comparison_figures.change_figure(takeaway.meeting_export(stage), view, said), kind, stage, *names
    )


@downloads.get("/meetings/<meeting_id>/composition/<question_id>.<any(png, svg, csv):kind>")
@operator_only
def one_picture_file(meeting_id: str, question_id: str, kind: FileKind) -> Response:
    """Who was in the room by one question, as a figure or a table."""
    room = access.room()
    stage = room.stage(meeting_id)
    view = one_picture(room, stage, question_id)
    if kind == "csv":
        return _table(composition_sheet([view]), stage, question_id)
    about = next(round for round in stage.composition_rounds() if round.question == question_id)
    picture = comparison_figures.composition_figure(
        takeaway.meeting_export(stage),
        view,
        room.disclosed(about.id).connected,
        rehearsal=about.rehearsal or stage.rehearsal > 0,
    )
    return _figure(picture, kind, stage, question_id)


@downloads.get("/rounds/<round_id>/difference/<question_id>")
@operator_only
def difference(round_id: str, question_id: str) -> ResponseReturnValue:
    """In words whether the groups of a comparison differ more than chance would have it."""
    room = access.room()
    round = room.round(round_id)
    one = differences.family(room, room.stage(round.meeting))
    adjusted = json.loads(made(differences_request(one.tables)))
    return {"words": differences.group_words(one, adjusted, round_id, question_id)}


@downloads.get("/rounds/<round_id>/moved")
@operator_only
def moved(round_id: str) -> ResponseReturnValue:
    """In words whether more moved one way than chance would have it."""
    return {"words": _moved(access.room(), access.room().round(round_id))}


def _moved(room: Room, round: Round) -> str:
    """What may be said of who moved."""
    table = differences.change_table(room.compared(round.id)[1])
    p = json.loads(made(change_request(table))) if table is not None else None
    return differences.change_words(p)


def _result(room: Room, stage: Stage, round: Round) -> Result:
    return result_view(stage, round, room.disclosed(round.id), current())


def _said(room: Room, stage: Stage) -> dict[tuple[str, str], str]:
    """What may be said of each difference of a meeting."""
    one = differences.family(room, stage)
    if not one.names:
        return {}
    adjusted = json.loads(made(differences_request(one.tables)))
    return {name: differences.group_words(one, adjusted, *name) for name in one.names}


def _table(sheet: Sheet, stage: Stage, *names: str) -> Response:
    return _file(comparison_exports.as_csv(sheet).encode(), "text/csv", _name("csv", stage, *names))


def _figure(figure: Figure, kind: Format, stage: Stage, *names: str) -> Response:
    mimetype = {"png": "image/png", "svg": "image/svg+xml"}[kind]
    return _file(made(figure_request(figure, kind)), mimetype, _name(kind, stage, *names))


def warm_up() -> None:
    """Start the figures' process, so that the first picture does not wait for it."""
    engine = cast(Engine, current_app.extensions["engine"])
    engine.spawn(engine.in_thread, cast(FigureDesk, current_app.extensions["figures"]).warm)


def made(request: Request) -> bytes:
    """What the worker process makes of a request; waited for on a thread."""
    desk = cast(FigureDesk, current_app.extensions["figures"])
    engine = cast(Engine, current_app.extensions["engine"])
    try:
        return engine.in_thread(desk.ask, request)
    except FigureTrouble as trouble:
        print(f"figures: {trouble}", file=sys.stderr)
        raise Problem("trouble") from trouble


def _name(extension: str, stage: Stage, *names: str) -> str:
    return reports.file_name(extension, stage.meeting.date, stage.meeting.code, *names)


def _asked(round: Round) -> tuple[str, ...]:
    return (round.question, f"round {round.run}") if round.run > 1 else (round.question,)


def _file(content: bytes, mimetype: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": disposition})
