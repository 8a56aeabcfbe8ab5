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

from facilitator import comparison_exports, differences, reports, takeaway
from facilitator.figures.client import (
    FigureDesk,
    FigureTrouble,
    Request,
    change_request,
    differences_request,
    figure_request,
    workbook_request,
)
from facilitator.figures.workbook import Sheet
from facilitator.partials import the_room
from kiosk.access import operator_only
from kiosk.engine import Engine
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room import Room

downloads = Blueprint("downloads", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@downloads.record_once
def set_up(state: BlueprintSetupState) -> None:
    """A desk for figures with each app. It starts its process when the first one is asked for."""
    state.app.extensions["figures"] = FigureDesk(state.app.config.get("FIGURES_FOLDER"))


@downloads.get("/rounds/<round_id>/result.png")
@operator_only
def result_png(round_id: str) -> Response:
    return _figure(the_room().round(round_id), "png", "image/png")


@downloads.get("/rounds/<round_id>/result.svg")
@operator_only
def result_svg(round_id: str) -> Response:
    return _figure(the_room().round(round_id), "svg", "image/svg+xml")


@downloads.get("/rounds/<round_id>/result.csv")
@operator_only
def result_csv(round_id: str) -> Response:
    room = the_room()
    round = room.round(round_id)
    result = takeaway.round_export(room, round)
    stage = room.stage(round.meeting)
    table = reports.result_csv(takeaway.meeting_export(stage), result)
    return _file(table.encode(), "text/csv", _name("csv", stage, round))


@downloads.get("/meetings/<meeting_id>/results.csv")
@operator_only
def meeting_csv(meeting_id: str) -> Response:
    room = the_room()
    stage = room.stage(meeting_id)
    table = reports.meeting_csv(takeaway.meeting_export(stage), takeaway.meeting_results(room, stage))
    return _file(table.encode(), "text/csv", _name("csv", stage))


@downloads.get("/meetings/<meeting_id>/results.xlsx")
@operator_only
def meeting_xlsx(meeting_id: str) -> Response:
    room = the_room()
    stage = room.stage(meeting_id)
    results = takeaway.meeting_results(room, stage)
    comparisons = comparison_exports.comparison_sheets(room, stage, _said(room, stage))
    workbook = reports.meeting_workbook(takeaway.meeting_export(stage), results, comparisons, room.thresholds)
    return _file(made(workbook_request(workbook)), XLSX, _name("xlsx", stage))


@downloads.get("/meetings/<meeting_id>/groups.csv")
@operator_only
def groups_csv(meeting_id: str) -> Response:
    room = the_room()
    stage = room.stage(meeting_id)
    return _table(stage, comparison_exports.groups_sheet(room, stage, _said(room, stage)), "groups")


@downloads.get("/meetings/<meeting_id>/changes.csv")
@operator_only
def changes_csv(meeting_id: str) -> Response:
    stage = the_room().stage(meeting_id)
    return _table(stage, comparison_exports.changes_sheet(the_room(), stage), "changes")


@downloads.get("/meetings/<meeting_id>/composition.csv")
@operator_only
def composition_csv(meeting_id: str) -> Response:
    stage = the_room().stage(meeting_id)
    return _table(stage, comparison_exports.composition_sheet(the_room(), stage), "composition")


@downloads.get("/rounds/<round_id>/difference/<question_id>")
@operator_only
def difference(round_id: str, question_id: str) -> ResponseReturnValue:
    """In words whether the groups of a comparison differ more than chance would have it."""
    room = the_room()
    round = room.round(round_id)
    one = differences.family(room, room.stage(round.meeting))
    adjusted = json.loads(made(differences_request(one.tables)))
    return {"words": differences.group_words(one, adjusted, round_id, question_id)}


@downloads.get("/rounds/<round_id>/moved")
@operator_only
def moved(round_id: str) -> ResponseReturnValue:
    """In words whether more moved one way than chance would have it."""
    table = differences.change_table(the_room().compared(round_id)[1])
    p = json.loads(made(change_request(table))) if table is not None else None
    return {"words": differences.change_words(p)}


def _said(room: Room, stage: Stage) -> dict[tuple[str, str], str]:
    """What may be said of each difference of a meeting."""
    one = differences.family(room, stage)
    if not one.names:
        return {}
    adjusted = json.loads(made(differences_request(one.tables)))
    return {name: differences.group_words(one, adjusted, *name) for name in one.names}


def _table(stage: Stage, sheet: Sheet, what: str) -> Response:
    name = reports.file_name("csv", stage.meeting.date, stage.meeting.code, what)
    return _file(comparison_exports.as_csv(sheet).encode(), "text/csv", name)


def _figure(round: Round, kind: Literal["png", "svg"], mimetype: str) -> Response:
    room = the_room()
    picture = made(figure_request(takeaway.round_figure(room, round), kind))
    return _file(picture, mimetype, _name(kind, room.stage(round.meeting), round))


def warm_up() -> None:
    """Start the figures' process, so that the first picture does not wait for it."""
    engine = cast(Engine, current_app.extensions["engine"])
    engine.spawn(engine.in_thread, cast(FigureDesk, current_app.extensions["figures"]).warm)


def made(request: Request) -> bytes:
    """What the helper process makes of a request; waited for on a thread."""
    desk = cast(FigureDesk, current_app.extensions["figures"])
    engine = cast(Engine, current_app.extensions["engine"])
    try:
        return engine.in_thread(desk.ask, request)
    except FigureTrouble as trouble:
        print(f"figures: {trouble}", file=sys.stderr)
        raise Problem("trouble") from trouble


def _name(extension: str, stage: Stage, round: Round | None = None) -> str:
    parts = [stage.meeting.date, stage.meeting.code]
    if round is not None:
        parts += [round.question, f"round {round.run}" if round.run > 1 else ""]
    return reports.file_name(extension, *parts)


def _file(content: bytes, mimetype: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": disposition})
