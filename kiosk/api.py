"""The JSON API: the contract of ``docs/protocol.md``. Every view is a door of a few lines to one verb."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from kiosk import access, openapi
from kiosk.access import entrance, operator_only, room
from kiosk.meeting.stage import is_detail
from kiosk.phone_state import state_for
from kiosk.problems import Problem
from kiosk.qr import svg
from kiosk.room import MOST_AT_ONCE
from kiosk.statistics.population import Population
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
    if not access.is_operator_token():
        access.limits().join()
    joined = room().join(
        text(message, "code"), token, channel=channel, rehearsal=rehearsal, address=access.address()
    )
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


@blueprint.post("/meetings/<meeting_id>/joining")
@operator_only
def lock(meeting_id: str) -> Response:
    message = body()
    if "locked" not in message:
        raise Problem("malformed", field="locked")
    room().lock(meeting_id, flag(message, "locked"), version())
    return door(meeting_id)


@blueprint.post("/meetings/<meeting_id>/code")
@operator_only
def change_code(meeting_id: str) -> Response:
    code = body().get("code")
    room().change_code(meeting_id, None if code is None else text(body(), "code"), version())
    return door(meeting_id)


@blueprint.put("/meetings/<meeting_id>/rotation")
@operator_only
def turn_code_every(meeting_id: str) -> Response:
    room().turn_code_every(meeting_id, count(body(), "minutes"), version())
    return door(meeting_id)


@blueprint.put("/meetings/<meeting_id>/heads")
@operator_only
def count_heads(meeting_id: str) -> Response:
    room().count_heads(meeting_id, count(body(), "heads"), version())
    return door(meeting_id)


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


@blueprint.get("/rounds/<round_id>/groups/<question_id>")
@operator_only
def groups(round_id: str, question_id: str) -> Response:
    return jsonify(room().groups(round_id, question_id).as_record())


@blueprint.get("/rounds/<round_id>/change")
@operator_only
def change(round_id: str) -> Response:
    return jsonify(room().flows(round_id).as_record())


@blueprint.post("/rounds/<round_id>/compare")
@operator_only
def compare(round_id: str) -> Response:
    room().compare(round_id, detail_in(body()))
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/show")
@operator_only
def show(round_id: str) -> Response:
    message = body()
    detail = None if message.get("detail") is None else detail_in(message)
    room().show(round_id, detail, version())
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/supplement")
@operator_only
def supplement(round_id: str) -> Response:
    message = body()
    given = message.get("ballots")
    if not isinstance(given, list) or len(given) > MOST_AT_ONCE:
        raise Problem("malformed", field="ballots")
    if not all(isinstance(ballot, dict) for ballot in given):
        raise Problem("malformed", field="ballots")
    ballots = [(ballot.get("id"), ballot.get("answer")) for ballot in given]
    added = room().supplement(round_id, ballots, text(message, "channel", "paper"))
    return jsonify(counted=added.counted, waiting=added.waiting)


@blueprint.get("/rounds/<round_id>/texts")
@operator_only
def texts(round_id: str) -> Response:
    entries = room().texts(round_id)
    return jsonify(
        texts=[
            {"id": entry.id, "text": entry.text, "status": entry.status, "blocked": entry.blocked}
            for entry in entries
        ]
    )


@blueprint.post("/rounds/<round_id>/texts")
@operator_only
def review(round_id: str) -> Response:
    message = body()
    approve = None if message.get("approve") == "all" else names(message, "approve")
    room().review(
        round_id,
        approve=approve,
        hide=names(message, "hide"),
        mute=names(message, "mute"),
        unmute=names(message, "unmute"),
    )
    return texts(round_id)


# ── Whom rooms are compared with ─────────────────────────────────────────────────────────────────────


@blueprint.get("/dialogues/<dialogue_id>/populations")
@operator_only
def populations(dialogue_id: str) -> Response:
    return jsonify(populations=[written(one) for one in room().populations(dialogue_id)])


@blueprint.post("/dialogues/<dialogue_id>/populations")
@operator_only
def import_population(dialogue_id: str) -> tuple[Response, int]:
    message = body()
    if len(dialogue_id) > LONGEST_ID:
        raise Problem("malformed", field="dialogue")
    population = room().import_population(dialogue_id, message.get("name"), text(message, "table"))
    return jsonify(written(population)), 201


@blueprint.post("/dialogues/<dialogue_id>/population")
@operator_only
def choose_population(dialogue_id: str) -> Response:
    chosen = body().get("population")
    if chosen is not None and not isinstance(chosen, str):
        raise Problem("malformed", field="population")
    room().choose_population(dialogue_id, chosen)
    return populations(dialogue_id)


@blueprint.post("/populations/<population_id>/mapping")
@operator_only
def map_categories(population_id: str) -> Response:
    message = body()
    variable, categories = message.get("variable"), message.get("categories", {})
    if variable is not None and not isinstance(variable, str):
        raise Problem("malformed", field="variable")
    if not isinstance(categories, dict) or not all(
        option is None or isinstance(option, str) for option in categories.values()
    ):
        raise Problem("malformed", field="categories")
    room().map_categories(population_id, text(message, "question"), variable, categories)
    return jsonify(written(room().population(population_id)))


@blueprint.post("/populations/<population_id>/remove")
@operator_only
def forget_population(population_id: str) -> Response:
    body()  # a foreign form is refused before anything is looked for
    room().forget_population(population_id)
    return jsonify(status="removed")


def written(population: Population) -> dict[str, Any]:
    """A population as plain data; categories are a list, since their order is the file's."""
    return {
        "id": population.id,
        "dialogue": population.dialogue,
        "name": dict(population.name),
        "example": population.is_example,
        "chosen": population.is_chosen,
        "tables": [
            {
                "variable": table.variable,
                "source": table.source,
                "date": table.date,
                "age_base": table.age_base,
                "categories": [
                    {"category": category, "count": count} for category, count in table.counts.items()
                ],
            }
            for table in population.tables
        ],
        "mapping": {
            question: {"variable": variable, "categories": dict(categories)}
            for question, (variable, categories) in population.checked.items()
        },
    }


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
    before = access.session(admission.role)
    if before is not None:  # a browser has one session of a kind; the one it can no longer reach is over
        entrance().end(before.id)
        access.cut(before.id)
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


def detail_in(message: dict[str, Any]) -> str:
    """What of a round is looked at beside its result."""
    detail = message.get("detail")
    if not isinstance(detail, str) or not is_detail(detail):
        raise Problem("malformed", field="detail")
    return detail


def flag(message: dict[str, Any], field: str) -> bool:
    value = message.get(field, False)
    if not isinstance(value, bool):
        raise Problem("malformed", field=field)
    return value


def count(message: dict[str, Any], field: str) -> int | None:
    """A number, or null where there is none; it has to be said either way."""
    value = message.get(field, "")
    if value is not None and type(value) is not int:
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


def door(meeting_id: str) -> Response:
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
