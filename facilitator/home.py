"""The page "Send home": where each meeting is on its way to the central store, and until when it is kept."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from facilitator.admission import console_only
from kiosk import access

home = Blueprint("home", __name__)


@home.get("/home")
@console_only
def page() -> ResponseReturnValue:
    """What waits to go home, how it goes, and what was deleted. The page's script keeps it up to date."""
    room = access.room()
    return render_template(
        "facilitator/home.html",
        central=room.central(),
        site=room.site(),
        kept=room.kept(),
        deleted=room.deleted(),
    )
