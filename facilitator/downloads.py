"""Results to take home: figures, tables and the whole meeting. Only what the room has seen, or after its end.

Drawing is done by the figures' own process, and waited for on a thread, so that nobody's vote waits too.
"""

from __future__ import annotations

import sys
from typing import Literal, cast

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from facilitator import reports, takeaway
from facilitator.figures.client import FigureDesk, FigureTrouble, Request, figure_request, workbook_request
from facilitator.partials import the_room
from kiosk.access import operator_only
from kiosk.engine import Engine
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem

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
    workbook = reports.meeting_workbook(takeaway.meeting_export(stage), results)
    return _file(_made(workbook_request(workbook)), XLSX, _name("xlsx", stage))


def _figure(round: Round, kind: Literal["png", "svg"], mimetype: str) -> Response:
    room = the_room()
    picture = _made(figure_request(takeaway.round_figure(room, round), kind))
    return _file(picture, mimetype, _name(kind, room.stage(round.meeting), round))


def warm_up() -> None:
    """Start the figures' process, so that the first picture does not wait for it."""
    engine = cast(Engine, current_app.extensions["engine"])
    engine.spawn(engine.in_thread, cast(FigureDesk, current_app.extensions["figures"]).warm)


def _made(request: Request) -> bytes:
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
