"""Asking a question: open, close, reveal, what came of it, what is added afterwards."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kiosk.access import operator_only, room
from kiosk.api.fields import body, text, version
from kiosk.problems import Problem
from kiosk.room import MOST_AT_ONCE

blueprint = Blueprint("rounds", __name__)


@blueprint.post("/meetings/<meeting_id>/rounds")
@operator_only
def open_round(meeting_id: str) -> tuple[Response, int]:
    """Ask a question now."""
    round_id = room().open_round(meeting_id, text(body(), "question"), version())
    return jsonify(id=round_id, version=room().stage(meeting_id).version), 201


@blueprint.post("/rounds/<round_id>/close")
@operator_only
def close(round_id: str) -> Response:
    """Close the round."""
    room().close_round(round_id, version())
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/reveal")
@operator_only
def reveal(round_id: str) -> Response:
    """Show its result."""
    room().reveal(round_id, version())
    return round_standing(round_id)


@blueprint.post("/rounds/<round_id>/hide")
@operator_only
def hide(round_id: str) -> Response:
    """Take its result off again."""
    room().hide(round_id, version())
    return round_standing(round_id)


@blueprint.get("/rounds/<round_id>/tally")
@operator_only
def tally(round_id: str) -> Response:
    """The result, as far as it may be known."""
    shown = room().disclosed(round_id).as_record()
    if shown["withheld"] == "open":
        shown = {name: shown[name] for name in ("round", "answered", "connected", "counts", "withheld")}
    return jsonify(shown)


@blueprint.post("/rounds/<round_id>/supplement")
@operator_only
def supplement(round_id: str) -> Response:
    """Add paper ballots to a closed round."""
    message = body()
    given = message.get("ballots")
    if not isinstance(given, list) or len(given) > MOST_AT_ONCE:
        raise Problem("malformed", field="ballots")
    if not all(isinstance(ballot, dict) for ballot in given):
        raise Problem("malformed", field="ballots")
    ballots = [(ballot.get("id"), ballot.get("answer")) for ballot in given]
    added = room().supplement(round_id, ballots, text(message, "channel", "paper"))
    return jsonify(counted=added.counted, waiting=added.waiting)


def round_standing(round_id: str) -> Response:
    """How far the round has come, after an act."""
    round = room().round(round_id)
    return jsonify(id=round_id, status=round.status, version=room().stage(round.meeting).version)
