"""Meetings as documents, and their way from the start to the seal."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kiosk import access
from kiosk.access import operator_only, room
from kiosk.api.fields import body, text, version
from kiosk.problems import Problem

blueprint = Blueprint("meetings", __name__)

DUPLICATE_FIELDS = ("title", "place", "date", "code")


@blueprint.get("/meetings")
@operator_only
def meetings() -> Response:
    """Every meeting on this machine."""
    return jsonify(
        [
            {
                "id": stage.meeting.id,
                "code": stage.meeting.code,
                "title": dict(stage.meeting.title),
                "type": stage.meeting.type,
                "place": dict(stage.meeting.place),
                "date": stage.meeting.date,
                "languages": list(stage.meeting.languages),
                "status": stage.status,
                "version": stage.version,
            }
            for stage in room().meetings()
        ]
    )


@blueprint.get("/meetings/<meeting_id>")
@operator_only
def meeting(meeting_id: str) -> Response:
    """The meeting document."""
    return jsonify(room().document(meeting_id))


@blueprint.post("/meetings")
@operator_only
def import_meeting() -> tuple[Response, int]:
    """Bring a meeting in."""
    imported = room().import_document(body())
    return jsonify(id=imported.id, code=imported.code), 201 if imported.is_new else 200


@blueprint.post("/meetings/<meeting_id>/duplicate")
@operator_only
def duplicate(meeting_id: str) -> tuple[Response, int]:
    """A new meeting with the same questions."""
    message = body()
    changes = {name: message[name] for name in DUPLICATE_FIELDS if message.get(name, "") not in (None, "")}
    copy = room().duplicate(meeting_id, changes, access.language())
    return jsonify(id=copy.id, code=copy.code), 201


@blueprint.post("/meetings/<meeting_id>/start")
@operator_only
def start(meeting_id: str) -> Response:
    """Start the meeting."""
    room().start(meeting_id, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/end")
@operator_only
def end(meeting_id: str) -> Response:
    """End the meeting."""
    room().end(meeting_id, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/seal")
@operator_only
def seal(meeting_id: str) -> Response:
    """Anonymise the meeting for good."""
    room().seal(meeting_id, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/stage")
@operator_only
def go_to(meeting_id: str) -> Response:
    """Go to an item of the agenda, or switch the wall."""
    message = body()
    item, wall = message.get("item"), message.get("wall")
    if item is None and wall is None:
        raise Problem("malformed", field="item")
    room().go_to(meeting_id, item, wall, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/skip")
@operator_only
def skip(meeting_id: str) -> Response:
    """Leave an item out."""
    room().skip(meeting_id, text(body(), "item"), version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/rehearsal/discard")
@operator_only
def discard_rehearsal(meeting_id: str) -> Response:
    """Forget the rehearsal."""
    room().discard_rehearsal(meeting_id, version())
    return standing(meeting_id)


def standing(meeting_id: str) -> Response:
    """How far the meeting has come, after an act."""
    stage = room().stage(meeting_id)
    return jsonify(id=meeting_id, status=stage.status, version=stage.version)
