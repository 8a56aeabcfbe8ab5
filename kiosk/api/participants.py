"""What a phone or a shared tablet does: join, look, answer, hand on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from kiosk import access
from kiosk.access import room
from kiosk.api.fields import body, flag, text
from kiosk.problems import Problem
from kiosk.store.participants import Channel, Participant

blueprint = Blueprint("participants", __name__)


@blueprint.post("/join")
def join() -> Response:
    """Join with a code; the device is remembered."""
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
    response = jsonify(device=joined.token, state=_state_of(joined.participant))
    access.remember_device(response, joined.token)
    return response


@blueprint.get("/state")
def state() -> BaseResponse:
    """What this phone may see."""
    participant = access.participant()
    response = jsonify(_state_of(participant))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/ballots")
def cast() -> tuple[Response, int]:
    """Answer a round."""
    access.check_device_origin()
    participant = access.participant()
    access.limits().ballot(participant.id)
    message = body()
    verdict = room().cast(participant, message.get("id"), message.get("round"), message.get("answer"))
    return jsonify(status=verdict), 201 if verdict == "counted" else 200


@blueprint.post("/respondents")
def next_respondent() -> tuple[Response, int]:
    """The next person at a shared tablet."""
    access.check_device_origin()
    participant = room().next_respondent(access.device_token() or "")
    return jsonify(state=_state_of(participant)), 201


def _state_of(participant: Participant) -> dict[str, Any]:
    return access.phone_states().of(participant, access.language(room().stage(participant.meeting)))
