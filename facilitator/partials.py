"""The parts of the console that are rendered again and again while a meeting runs.

The same partial draws a page when it is opened and whenever something has changed.
"""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from facilitator.desk import Desk, card, desk, summary
from kiosk import access, qr
from kiosk.languages import of_the_hall, speaking
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem


def render_state(stage: Stage, lang: str) -> str:
    """The console's ``<main data-live>`` as the meeting stands now."""
    with speaking(lang):
        if stage.status in ("ended", "sealed"):
            return render_template("facilitator/summary.html", summary=summary(stage, access.room(), lang))
        shown = desk(stage, access.room(), lang)
        return render_template("facilitator/desk.html", desk=shown, mini=_mini(shown))


def render_item(stage: Stage, item_id: str, lang: str) -> str:
    """One agenda item to look at, with the acts that go there."""
    shown = card(stage, access.room(), item_id, lang)
    if shown is None:
        raise Problem("no_such_item")
    with speaking(lang):
        return render_template("facilitator/look.html", card=shown, stage=stage)


def _mini(shown: Desk) -> Markup:
    """The wall in little, in the language that the wall has."""
    room = access.room()
    stage = shown.elsewhere or shown.stage
    with speaking(of_the_hall(stage.meeting.languages)):
        return Markup(  # noqa: S704 - a template of ours, which escapes what it is given
            render_template(
                "facilitator/mini.html",
                desk=shown,
                wifi=room.wifi(),
                join_url=room.join_url(stage.meeting),
                join_text=room.join_text(stage.meeting),
                qr=qr.svg,
                wifi_payload=qr.wifi_payload,
            )
        )
