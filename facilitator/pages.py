"""The pages of the console: the door, the list of meetings, the meeting itself."""

from __future__ import annotations

import json
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from facilitator.admission import console_only
from facilitator.downloads import warm_up
from facilitator.partials import render_item, render_state
from kiosk import access
from kiosk.languages import INTERFACE, current, own_name
from kiosk.meeting.stage import Stage

pages = Blueprint("pages", __name__)


@pages.after_request
def remember_language(response: Response) -> Response:
    """A language chosen on a page stays chosen."""
    chosen = request.args.get("lang")
    if chosen in INTERFACE:
        access.remember_language(response, chosen)
    return response


@pages.get("")
def door() -> ResponseReturnValue:
    """How to get in. The one-time ticket rides in the fragment, which only the page's script sees."""
    if access.session("console") is not None:
        return redirect(_where_to_begin())
    # Whoever logs out here gives the cookie back: one that opens nothing has been ended from elsewhere.
    was_in = access.COOKIES["console"] in request.cookies
    return render_template("facilitator/entry.html", logged_out=was_in)


@pages.get("/meetings")
@console_only
def meetings() -> ResponseReturnValue:
    """All meetings on this machine."""
    return render_template(
        "facilitator/meetings.html",
        meetings=access.room().meetings(),
        overdue=access.room().overdue(),
        today=access.room().now().astimezone().date().isoformat(),
        **_settings(),
    )


@pages.get("/meetings/<meeting_id>")
@console_only
def meeting(meeting_id: str) -> ResponseReturnValue:
    """The running console of a meeting, or its summary once it is over."""
    stage = access.room().stage(meeting_id)
    _let_the_room_follow(stage)
    warm_up()
    return render_template(
        "facilitator/meeting.html", meeting=stage.meeting, main=render_state(stage, current()), **_settings()
    )


@pages.get("/meetings/<meeting_id>/state")
@access.operator_only
def state(meeting_id: str) -> ResponseReturnValue:
    """What the socket also brings, for a console that missed it."""
    stage = access.room().stage(meeting_id)
    return {"version": stage.version, "html": render_state(stage, current())}


@pages.get("/meetings/<meeting_id>/items/<item_id>")
@access.operator_only
def item(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """One item of the agenda to look at; the hall stays where it is."""
    return render_item(access.room().stage(meeting_id), item_id, current())


@pages.get("/meetings/<meeting_id>/export.json")
@access.operator_only
def export(meeting_id: str) -> ResponseReturnValue:
    """The meeting document, as a file that any kiosk imports."""
    document = access.room().document(meeting_id)
    code = document["code"]
    portable = {key: value for key, value in document.items() if key not in ("id", "code")}
    return Response(
        json.dumps(portable, ensure_ascii=False, indent=2) + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="meeting-{code}.json"'},
    )


def _where_to_begin() -> str:
    """A meeting that is running is what a console is wanted for."""
    stage = access.room().current_meeting()
    if stage is None or stage.status != "running":
        return "/facilitator/meetings"
    return f"/facilitator/meetings/{quote(stage.meeting.id, safe='')}"


def _let_the_room_follow(stage: Stage) -> None:
    """Walls and the start page follow the meeting that is opened, unless they show one that is running."""
    room = access.room()
    on_wall = room.current_meeting()
    is_taken = on_wall is not None and on_wall.status == "running"
    if stage.status == "running" and not is_taken:
        room.choose_meeting(stage.meeting.id)
    if stage.status == "prepared" and not any(other.status == "running" for other in room.meetings()):
        room.choose_meeting(stage.meeting.id)


def _settings() -> dict[str, object]:
    """What the drawer shows, on every page that has it."""
    return {"wifi": access.room().wifi(), "languages": [(tag, own_name(tag)) for tag in INTERFACE]}
