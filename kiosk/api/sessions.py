"""Who may operate the room and show its wall: single-use links, and the sessions they begin."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kiosk import access
from kiosk.access import entrance, operator_only
from kiosk.api.fields import body, text
from kiosk.problems import Problem
from kiosk.qr import svg

blueprint = Blueprint("sessions", __name__)


@blueprint.post("/pairings")
@operator_only
def pair() -> tuple[Response, int]:
    """A single-use link for a console or a wall."""
    role = body().get("role")
    if role not in ("console", "wall"):
        raise Problem("malformed", field="role")
    page = "/facilitator" if role == "console" else "/display"
    url = f"{access.address_for_others()}{page}#{entrance().issue(role)}"
    return jsonify(url=url, local_url=f"{page}#{url.partition('#')[2]}", qr=svg(url, page)), 201


@blueprint.post("/sessions")
def admit() -> tuple[Response, int]:
    # No cookie decides anything here: the ticket alone does, and it can be used once.
    """Trade a ticket for a session."""
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
    """Everybody who was let in."""
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
    """End a session."""
    entrance().end(session_id)
    access.cut(session_id)
    return jsonify(status="ended")


@blueprint.post("/sessions/end")
@operator_only
def log_out() -> Response:
    """End the session that asks."""
    response = jsonify(status="ended")
    own = access.session("console")
    if own is not None:
        entrance().end(own.id)
        access.cut(own.id)
        access.forget_session(response, "console")
    return response
