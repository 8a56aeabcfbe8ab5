"""The parts of the console that are rendered again and again while a meeting runs.

The same partial draws a page when it is opened and whenever something has changed.
"""

from __future__ import annotations

from typing import cast

from flask import current_app, render_template

from facilitator.desk import card, desk, summary
from kiosk.languages import speaking
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room import Room


def the_room() -> Room:
    return cast(Room, current_app.extensions["room"])


def render_state(stage: Stage, lang: str) -> str:
    """The console's ``<main data-live>`` as the meeting stands now."""
    with speaking(lang):
        if stage.status in ("ended", "sealed"):
            return render_template("facilitator/summary.html", summary=summary(stage, the_room(), lang))
        return render_template("facilitator/desk.html", desk=desk(stage, the_room(), lang))


def render_item(stage: Stage, item_id: str, lang: str) -> str:
    """One agenda item to look at, with the acts that go there."""
    shown = card(stage, the_room(), item_id, lang)
    if shown is None:
        raise Problem("no_such_item")
    with speaking(lang):
        return render_template("facilitator/look.html", card=shown, stage=stage)
