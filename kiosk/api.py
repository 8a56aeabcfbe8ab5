"""The JSON API: the contract of ``docs/protocol.md``. Every view is a door of a few lines to one verb."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from kiosk import access, openapi
from kiosk.access import entrance, operator_only, room
from kiosk.phone_state import state_for
from kiosk.problems import Problem
from kiosk.qr import svg
from kiosk.store.participants import Channel

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

DUPLICATE_FIELDS = ("title", "place", "date", "code")
LONGEST_ID = 80


@blueprint.get("/openapi.json")
def describe() -> Response:
    return jsonify(openapi.document())


# ── Participants ─────────────────────────────────────────────────────────────────────────────────────


@blueprint.post("/join")
def join() -> Response:
    message = body()
    rehearsal = flag(message, "rehearsal")
    if message.get("channel", "phone") not in ("phone", "tablet"):
        raise Problem("malformed", field="channel")
    channel: Channel = "tablet" if message.get("channel") == "tablet" else "phone"
    if rehearsal or channel == "tablet":
        if not access.is_operator():
            raise Problem("operator_only")
        if not access.is_operator_token():
            access.check_origin()
    token = None if access.is_operator_token() else access.device_token()
    access.limits().join()
    joined = room().join(text(message, "code"), token, channel=channel, rehearsal=rehearsal)
    response = jsonify(device=joined.token, state=state_for(joined.participant, request_language()))
    access.remember_device(response, joined.token)
    return response


@blueprint.get("/state")
def state() -> BaseResponse:
    participant = access.participant()
    response = jsonify(state_for(participant, request_language()))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/ballots")
def cast() -> tuple[Response, int]:
    access.check_device_origin()
    participant = access.participant()
    access.limits().ballot(participant.id)
    message = body()
    verdict = room().cast(participant, message.get("id"), message.get("round"), message.get("answer"))
    return jsonify(status=verdict), 201 if verdict == "counted" else 200


@blueprint.post("/respondents")
def next_respondent() -> tuple[Response, int]:
    access.check_device_origin()
    participant = room().next_respondent(access.device_token() or "")
    return jsonify(state=state_for(participant, request_language())), 201


# ── Meetings ─────────────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/meetings")
@operator_only
def meetings() -> Response:
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
    return jsonify(room().document(meeting_id))


@blueprint.post("/meetings")
@operator_only
def import_meeting() -> tuple[Response, int]:
    meeting_id, code, is_new = room().import_document(body())
    return jsonify(id=meeting_id, code=code), 201 if is_new else 200


@blueprint.post("/meetings/<meeting_id>/duplicate")
@operator_only
def duplicate(meeting_id: str) -> tuple[Response, int]:
    message = body()
    changes = {name: message[name] for name in DUPLICATE_FIELDS if message.get(name, "") not in (None, "")}
    new_id, code = room().duplicate(meeting_id, changes, request_language())
    return jsonify(id=new_id, code=code), 201


@blueprint.post("/meetings/<meeting_id>/start")
@operator_only
def start(meeting_id: str) -> Response:
    room().start(meeting_id, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/end")
@operator_only
def end(meeting_id: str) -> Response:
    room().end(meeting_id, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/seal")
@operator_only
def seal(meeting_id: str) -> Response:
    room().seal(meeting_id, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/stage")
@operator_only
def go_to(meeting_id: str) -> Response:
    message = body()
    item, wall = message.get("item"), message.get("wall")
    if item is None and wall is None:
        raise Problem("malformed", field="item")
    room().go_to(meeting_id, item, wall, version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/skip")
@operator_only
def skip(meeting_id: str) -> Response:
    room().skip(meeting_id, text(body(), "item"), version())
    return standing(meeting_id)


@blueprint.post("/meetings/<meeting_id>/rehearsal/discard")
@operator_only
def discard_rehearsal(meeting_id: str) -> Response:
    room().discard_rehearsal(meeting_id, version())
    return standing(meeting_id)


# ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────


@blueprint.post("/meetings/<meeting_id>/rounds")
@operator_only
def open_round(meeting_id: str) -> tuple[Response, int]:
    round_id = room().open_round(meeting_id, text(body(), "question"), version())
    return jsonify(id=round_id, version=room().stage(meeting_id).version), 201


@blueprint.post("/rounds/<round_id>/close")
@operator_only
def close(round_id: str) -> Response:
    room().close_round(round_id, version())
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/reveal")
@operator_only
def reveal(round_id: str) -> Response:
    room().reveal(round_id, version())
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/hide")
@operator_only
def hide(round_id: str) -> Response:
    room().hide(round_id, version())
    return round_standing(round_id)


@blueprint.get("/rounds/<round_id>/tally")
@operator_only
def tally(round_id: str) -> Response:
    shown = room().disclosed(round_id).as_record()
    if shown["withheld"] == "open":
        shown = {name: shown[name] for name in ("round", "answered", "connected", "counts", "withheld")}
    return jsonify(shown)


@blueprint.get("/rounds/<round_id>/texts")
@operator_only
def texts(round_id: str) -> Response:
    entries = room().texts(round_id)
    return jsonify(texts=[{"id": entry.id, "text": entry.text, "status": entry.status} for entry in entries])


@blueprint.post("/rounds/<round_id>/texts")
@operator_only
def review(round_id: str) -> Response:
    message = body()
    approve = None if message.get("approve") == "all" else names(message, "approve")
    room().review(round_id, approve=approve, hide=names(message, "hide"))
    return texts(round_id)


# ── The room ─────────────────────────────────────────────────────────────────────────────────────────


@blueprint.put("/wifi")
@operator_only
def set_wifi() -> Response:
    message = body()
    room().set_wifi(text(message, "ssid").strip(), text(message, "password", "").strip())
    return jsonify(status="saved")


@blueprint.post("/pairings")
@operator_only
def pair() -> tuple[Response, int]:
    role = body().get("role")
    if role not in ("console", "wall"):
        raise Problem("malformed", field="role")
    page = "/facilitator" if role == "console" else "/display"
    url = f"{access.address_for_others()}{page}#{entrance().issue(role)}"
    return jsonify(url=url, local_url=f"{page}#{url.partition('#')[2]}", qr=svg(url, page)), 201


@blueprint.post("/sessions")
def admit() -> tuple[Response, int]:
    # No cookie decides anything here: the ticket alone does, and it can be used once.
    admission = entrance().admit(text(body(), "ticket"), access.sort_of_machine())
    response = jsonify(
        role=admission.role, next="/facilitator" if admission.role == "console" else "/display"
    )
    access.remember_session(response, admission.role, admission.token)
    return response, 201


@blueprint.get("/sessions")
@operator_only
def sessions() -> Response:
    own = access.session("console")
    return jsonify(
        sessions=[
            {
                "id": one.id,
                "role": one.role,
                "label": one.label,
                "started_at": one.started_at,
                "own": own is not None and own.id == one.id,
            }
            for one in entrance().sessions()
        ]
    )


@blueprint.post("/sessions/<session_id>/revoke")
@operator_only
def revoke(session_id: str) -> Response:
    entrance().end(session_id)
    access.cut(session_id)
    return jsonify(status="ended")


@blueprint.post("/sessions/end")
@operator_only
def log_out() -> Response:
    response = jsonify(status="ended")
    own = access.session("console")
    if own is not None:
        entrance().end(own.id)
        access.cut(own.id)
        access.forget_session(response, "console")
    return response


# ── Reading a message ────────────────────────────────────────────────────────────────────────────────


def body() -> dict[str, Any]:
    """The JSON object of the request; an empty body is an empty object."""
    if not request.get_data(cache=True):
        return {}
    if not request.is_json:
        raise Problem("unsupported_type")
    message = request.get_json()
    if not isinstance(message, dict):
        raise Problem("malformed", field="body")
    return message


def text(message: dict[str, Any], field: str, otherwise: str | None = None) -> str:
    value = message.get(field, otherwise)
    if not isinstance(value, str):
        raise Problem("malformed", field=field)
    return value


def flag(message: dict[str, Any], field: str) -> bool:
    value = message.get(field, False)
    if not isinstance(value, bool):
        raise Problem("malformed", field=field)
    return value


def names(message: dict[str, Any], field: str) -> list[str]:
    value = message.get(field, [])
    if not isinstance(value, list) or not all(
        isinstance(name, str) and len(name) <= LONGEST_ID for name in value
    ):
        raise Problem("malformed", field=field)
    return value


def version() -> int | None:
    """The version of the meeting that the operator saw, where the request says it."""
    value = body().get("version")
    if value is not None and type(value) is not int:
        raise Problem("malformed", field="version")
    return value


def request_language() -> str:
    return access.language()


def standing(meeting_id: str) -> Response:
    stage = room().stage(meeting_id)
    return jsonify(id=meeting_id, status=stage.status, version=stage.version)


def round_standing(round_id: str) -> Response:
    round = room().round(round_id)
    return jsonify(id=round_id, status=round.status, version=room().stage(round.meeting).version)
