"""The door of a meeting: its code, the lock, how many people were counted."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kiosk.access import operator_only, room
from kiosk.api.fields import body, count, flag, text_or_none, version
from kiosk.problems import Problem

blueprint = Blueprint("door", __name__)


@blueprint.post("/meetings/<meeting_id>/joining")
@operator_only
def lock(meeting_id: str) -> Response:
    """Let no new device in, or let them in again."""
    message = body()
    if "locked" not in message:
        raise Problem("malformed", field="locked")
    room().lock(meeting_id, flag(message, "locked"), version())
    return door(meeting_id)


@blueprint.post("/meetings/<meeting_id>/code")
@operator_only
def change_code(meeting_id: str) -> Response:
    """Give the meeting another code."""
    room().change_code(meeting_id, text_or_none(body(), "code"), version())
    return door(meeting_id)


@blueprint.put("/meetings/<meeting_id>/rotation")
@operator_only
def turn_code_every(meeting_id: str) -> Response:
    """Change the code by itself, or never."""
    room().turn_code_every(meeting_id, count(body(), "minutes"), version())
    return door(meeting_id)


@blueprint.put("/meetings/<meeting_id>/heads")
@operator_only
def count_heads(meeting_id: str) -> Response:
    """Enter how many people were counted."""
    room().count_heads(meeting_id, count(body(), "heads"), version())
    return door(meeting_id)


def door(meeting_id: str) -> Response:
    """How the door stands, after an act."""
    stage = room().stage(meeting_id)
    return jsonify(
        id=meeting_id,
        code=stage.meeting.code,
        locked=stage.locked,
        rotation=stage.code_minutes,
        heads=stage.heads,
        devices=room().devices(meeting_id),
        version=stage.version,
    )
