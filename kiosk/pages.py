"""The participants' pages. They work as plain forms; scripts only spare people the reloading."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kiosk import access
from kiosk.access import room
from kiosk.kinds import Malformed, kind_of
from kiosk.languages import own_name, speak
from kiosk.meeting.stage import Stage
from kiosk.phone_state import is_over
from kiosk.problems import ANSWER_REASONS, Problem
from kiosk.store.participants import Participant

blueprint = Blueprint("pages", __name__)


@blueprint.get("/healthz")
def health() -> tuple[Response, int]:
    saving = room().can_save()
    return Response("ok\n" if saving else "not saving\n", mimetype="text/plain"), 200 if saving else 503


@blueprint.get("/")
def home() -> BaseResponse:
    participant = room().participant(access.device_token())
    here = _meeting_here()
    if participant is not None:
        stage = room().stage(participant.meeting)
        if not is_over(stage) or (here is not None and here.meeting.id == stage.meeting.id):
            return _page(stage, participant)
    # Whoever was at an earlier meeting is a guest at this one.
    return _page(here, None)


@blueprint.get("/privacy")
def privacy() -> BaseResponse:
    participant = room().participant(access.device_token())
    code = room().stage(participant.meeting).meeting.code if participant else None
    return _speaking(make_response(render_template("phone/privacy.html", code=code)))


@blueprint.post("/join")
def join() -> BaseResponse:
    access.check_form()
    code = request.form.get("code", "")
    try:
        access.limits().join()
        joined = room().join(code, request.cookies.get(access.DEVICE_COOKIE), address=access.address())
    except Problem as problem:
        if problem.code == "meeting_over":
            return redirect(f"/{room().meeting_with_code(code).meeting.code}", 303)
        response = _page(None, None, problem.sentence())
        response.status_code = problem.status
        return response
    stage = room().stage(joined.participant.meeting)
    onward = redirect(f"/{stage.meeting.code}", 303)
    access.remember_device(onward, joined.token)
    return onward


@blueprint.post("/answer")
def answer() -> BaseResponse:
    access.check_form()
    participant = access.participant()
    access.limits().ballot(participant.id)
    form = request.form.to_dict(flat=False)
    round_id = request.form.get("round", "")
    room().cast(participant, request.form.get("ballot"), round_id, _answer_in(form, round_id))
    return redirect(f"/{room().stage(participant.meeting).meeting.code}#now", 303)


@blueprint.get("/<code>")
def meeting(code: str) -> BaseResponse:
    """The meeting with this code. Matched last: every other address comes before it."""
    participant = room().participant(access.device_token())
    try:
        stage = room().meeting_with_code(code)
    except Problem:
        # The code may have been changed since; whoever is in stays in.
        if participant is not None and not is_over(room().stage(participant.meeting)):
            g.way_back = f"/{room().stage(participant.meeting).meeting.code}"
        raise
    if participant is not None and participant.meeting == stage.meeting.id:
        return _page(stage, participant)
    return _page(stage, None)


def _page(stage: Stage | None, participant: Participant | None, join_error: str | None = None) -> Response:
    language = access.language(stage)
    speak(language)
    csrf = access.form_token()
    state = access.phone_states().on_page(participant, language, csrf) if participant is not None else None
    # At the bare address a code that was changed must be typed: else changing it would keep nobody out.
    is_code_asked = participant is None and request.path == "/" and stage is not None and stage.asks_for_code
    page = render_template(
        "phone.html",
        state=state,
        joined=participant is not None,
        code=stage.meeting.code if stage is not None and not is_code_asked else None,
        meeting=stage.meeting if stage is not None else None,
        over=stage is not None and is_over(stage),
        locked=stage is not None and stage.locked,
        languages=[(tag, own_name(tag)) for tag in access.offered(stage)],
        join_error=join_error,
    )
    return _speaking(make_response(page), stage)


def _speaking(response: Response, stage: Stage | None = None) -> Response:
    """Remember a language that was chosen on this page."""
    chosen = request.args.get("lang", "")
    if chosen in access.offered(stage):
        access.remember_language(response, chosen)
    return response


def _meeting_here() -> Stage | None:
    """The meeting that somebody at the bare address means: that on the wall, or else the one that goes on."""
    current = room().current_meeting()
    if current is None or not is_over(current):
        return current
    running = [stage for stage in room().meetings() if stage.status == "running"]
    return running[0] if len(running) == 1 else current


def _answer_in(form: dict[str, list[str]], round_id: str) -> dict[str, Any]:
    """The answer that a plain form holds."""
    if "abstain" in form:
        return {"abstain": True}
    round = room().round(round_id)
    question = room().stage(round.meeting).question_of(round)
    try:
        return kind_of(question).from_form(question, form)
    except Malformed as error:
        raise Problem("answer", reason=ANSWER_REASONS[error.reason]) from None
