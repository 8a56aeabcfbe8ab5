"""The review of open texts."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kiosk.access import operator_only, room
from kiosk.api.fields import body, names

blueprint = Blueprint("texts", __name__)


@blueprint.get("/rounds/<round_id>/texts")
@operator_only
def texts(round_id: str) -> Response:
    """The texts of a closed round."""
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
    """Approve or hide texts."""
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
