"""A closed round by groups, before with after; what of it the room looks at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kiosk import access
from kiosk.access import operator_only, room
from kiosk.api.fields import body, version
from kiosk.api.rounds import round_standing
from kiosk.meeting.stage import is_detail
from kiosk.problems import Problem

blueprint = Blueprint("comparisons", __name__)


@blueprint.get("/rounds/<round_id>/groups/<question_id>")
@operator_only
def groups(round_id: str, question_id: str) -> Response:
    """The round by groups, as it was let through."""
    return jsonify(room().groups(round_id, question_id).as_record())


@blueprint.get("/rounds/<round_id>/change")
@operator_only
def change(round_id: str) -> Response:
    """The round beside the one before, as it was let through."""
    return jsonify(room().flows(round_id).as_record())


@blueprint.post("/rounds/<round_id>/compare")
@operator_only
def compare(round_id: str) -> Response:
    """Let a comparison through."""
    detail = detail_in(body())
    access.engine().beside(room().make_comparison, round_id, detail)
    room().compare(round_id, detail)
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/show")
@operator_only
def show(round_id: str) -> Response:
    """What the room looks at of the round."""
    message = body()
    detail = None if message.get("detail") is None else detail_in(message)
    if detail is not None:
        access.engine().beside(room().make_comparison, round_id, detail)
    room().show(round_id, detail, version())
    return round_standing(round_id)


def detail_in(message: dict[str, Any]) -> str:
    """What of a round is looked at beside its result."""
    detail = message.get("detail")
    if not isinstance(detail, str) or not is_detail(detail):
        raise Problem("malformed", field="detail")
    return detail
