"""The read API: what the pages show, as JSON, for programs with an account; and erasing. Described in
``read_openapi``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from kiosk.central import accounts, erasing, reading
from kiosk.central.accounts import SESSION_HOURS
from kiosk.central.api import intake
from kiosk.central.pages import access, figures_out
from kiosk.central.pages.looks import speak
from kiosk.problems import Problem

blueprint = Blueprint("read_api", __name__, url_prefix="/api/v1")
blueprint.before_request(speak)
LARGEST_PAGE = 200


@blueprint.get("/openapi.json")
def openapi() -> Response:
    # It shares its words with the room's description, which loads all of a room; nobody waits for that.
    from kiosk.central.pages.read_openapi import document

    return jsonify(document())


@blueprint.post("/read/sessions")
def log_in() -> tuple[Response, int]:
    """A token for a program, by an account's name and password."""
    message = request.get_json()
    name, password = (
        message.get(part) if isinstance(message, dict) else None for part in ("name", "password")
    )
    if not isinstance(name, str) or not isinstance(password, str):
        raise Problem("malformed", field="name" if not isinstance(name, str) else "password")
    account, token = accounts.log_in(intake().database, intake().clock, name, password)
    return jsonify(token=token, role=account.role, hours=SESSION_HOURS), 201


@blueprint.get("/read/dialogues")
@access.require("reader")
def dialogues() -> Response:
    return jsonify(dialogues=[figures_out.dialogue_data(one) for one in reading.dialogues(intake().database)])


@blueprint.get("/read/meetings")
@access.require("reader")
def meetings() -> Response:
    """The meetings of a dialogue, a page of them."""
    name = _dialogue().id
    size = _whole("size", reading.PAGE, LARGEST_PAGE)
    found = reading.meetings(intake().database, name, _whole("page", 1, 1_000_000), size)
    return jsonify(meetings=[figures_out.meeting_data(one) for one in found])


@blueprint.get("/read/questions")
@access.require("reader")
def questions() -> Response:
    """The questions of a dialogue with the figures of all meetings, and who came."""
    asked = reading.questions(intake().database, _dialogue().id)
    return jsonify(
        questions=[figures_out.question_data(one) for one in asked if not one.question.composition],
        people=[figures_out.people_data(one) for one in asked if one.question.composition],
    )


@blueprint.get("/read/questions/<int:series>")
@access.require("reader")
def question(series: int) -> Response:
    """One question with all its figures."""
    asked = reading.question(intake().database, series)
    if asked.question.composition:
        raise Problem("no_such_question")
    return jsonify(figures_out.lines_data(intake().database, asked))


@blueprint.get("/erasures")
@access.require("administrator")
def erasures() -> Response:
    """The notes of all erased meetings."""
    return jsonify(erasures=[asdict(one) for one in erasing.every(intake().database)])


@blueprint.post("/erasures")
@access.require("administrator")
def erase() -> tuple[Response, int]:
    """Erase a meeting for good."""
    message = request.get_json()
    said = message if isinstance(message, dict) else {}
    meeting, why = (access.line(said.get(field), field) for field in ("meeting", "why"))
    note = erasing.erase(intake().database, intake().clock, meeting, access.reader_name(), why)
    return jsonify(asdict(note)), 201


def _dialogue() -> reading.Dialogue:
    return reading.dialogue(intake().database, request.args.get("dialogue", "").replace("\0", ""))


def _whole(name: str, otherwise: int, most: int) -> int:
    said: Any = request.args.get(name)
    if said is None:
        return otherwise
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= most):
        raise Problem("malformed", field=name)
    return int(said)
