"""The wall: what the room sees on the projector. It reads, and changes nothing.

``render_state`` is the one way its picture is made: the page's first load and every update of it show the
same ``<main>``.
"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from display.views import length, rows, view_of
from kiosk import access, qr
from kiosk.languages import current, direction, of_the_hall, speak
from kiosk.meeting.stage import Stage

blueprint = Blueprint("display", __name__, template_folder="templates")


@blueprint.get("/display")
def wall() -> ResponseReturnValue:
    """The wall for who may see it; for anyone else, how to pair a screen."""
    if access.session("wall", "console") is None:
        return render_template("display/unpaired.html"), 401
    stage = access.room().current_meeting()
    if stage is None:
        return render_template("display/empty.html"), {"Refresh": "5"}
    speak(language_of(stage))
    return render_template("display/page.html", stage=stage, main=render_state(stage, current()))


def language_of(stage: Stage) -> str:
    """The hall's language."""
    return of_the_hall(stage.meeting.languages)


def render_state(stage: Stage, lang: str) -> str:
    """The wall's <main> for a stage as it is now."""
    room = access.room()
    view = view_of(stage, room, lang)
    round = stage.current_round()
    return render_template(
        "display/main.html",
        stage=stage,
        view=view,
        rehearsal=bool(stage.rehearsal) or bool(round and round.rehearsal),
        join_url=room.join_url(stage.meeting),
        join_text=room.join_text(stage.meeting),
        qr=qr.svg,
        wifi_payload=qr.wifi_payload,
        rows=rows,
        length=length,
        direction=direction,
    )
