"""What a phone may know and shows: the state of the contract, rendered once per language for everybody.

``mine``, what one participant has answered, is added for that participant alone.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import render_template

from kiosk.access import room
from kiosk.comparison_views import ChangeView, GroupsView, change_view, groups_view
from kiosk.composition_views import CompositionView, composition_views
from kiosk.languages import gettext, speaking, wording
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import BY, CHANGE, Stage
from kiosk.results import Result, result_view
from kiosk.store.participants import Participant

_MOST_KEPT = 200
_kept: dict[tuple[str, str, str], str] = {}
_told: set[tuple[str, str]] = set()
_rendered: dict[tuple[str, str], tuple[Stage, dict[str, Any]]] = {}


def state_for_all(meeting_id: str, language: str) -> dict[str, Any]:
    """The state that every phone of a meeting sees in a language. The same stage is rendered only once."""
    stage = room().stage(meeting_id)
    key = (meeting_id, language)
    known = _rendered.get(key)
    if known is None or known[0] is not stage:
        with speaking(language):
            known = _rendered[key] = (stage, _render(stage, language))
    return {**known[1], "notice": _notice(language)}


def news_for_all(meeting_id: str, language: str) -> dict[str, Any]:
    """The state as it is announced: questions about the participant, which are on every phone for the whole
    meeting and are most of its weight, come with their html once. A phone without them asks for the whole."""
    state = state_for_all(meeting_id, language)
    return {**state, "rounds": [_told_once(entry, language) for entry in state["rounds"]]}


def _told_once(entry: dict[str, Any], language: str) -> dict[str, Any]:
    key = (entry["id"], language)
    if entry["composition"] and key in _told:
        return {**entry, "html": None}
    if entry["composition"]:
        _told.add(key)
    return entry


def state_for(participant: Participant, language: str) -> dict[str, Any]:
    """The state with what this participant has answered."""
    return {**state_for_all(participant.meeting, language), "mine": room().mine(participant)}


def state_on_page(participant: Participant, language: str, csrf: str) -> dict[str, Any]:
    """The state as a page shows it that may have no script: with this participant's answers in the forms."""
    state = state_for(participant, language)
    stage = room().stage(participant.meeting)
    rounds = [
        {**entry, "html": _round_html(stage, round, language, state["mine"].get(round.id), csrf)}
        for entry, round in zip(state["rounds"], rounds_on_phones(stage), strict=True)
    ]
    return {**state, "rounds": rounds}


def rounds_on_phones(stage: Stage) -> list[Round]:
    """The rounds a phone shows: what can be answered, and the current item's last one after its close."""
    rounds = [round for round in stage.composition_rounds() if round.status == "open"]
    rounds += stage.open_rounds()
    current = stage.current_round()
    if stage.status == "running" and current is not None and current.status != "open":
        rounds.append(current)
    return rounds


def is_over(stage: Stage) -> bool:
    """Whether phones have nothing more to wait for."""
    return stage.status in ("ended", "sealed")


def _notice(language: str) -> str | None:
    """What everybody should know that is no part of the meeting."""
    if not room().slept():
        return None
    with speaking(language):
        return gettext("The laptop was asleep; voting goes on.")


def _render(stage: Stage, language: str) -> dict[str, Any]:
    title, _ = wording(stage.meeting.title, language, stage.meeting.languages)
    screen = _screen(stage)
    return {
        "version": stage.version,
        "lang": language,
        "meeting": {
            "id": stage.meeting.id,
            "code": stage.meeting.code,
            "title": title,
            "status": stage.status,
        },
        "rounds": [
            {
                "id": round.id,
                "question": round.question,
                "kind": stage.question_of(round).kind,
                "run": round.run,
                "status": round.status,
                "composition": round.composition,
                "html": _kept_html(stage, round, language),
            }
            for round in rounds_on_phones(stage)
        ],
        "screen": {
            "key": screen if screen != "slide" or stage.item is None else f"slide-{stage.item.id}",
            "html": render_template(
                "phone/screen.html",
                screen=screen,
                item=stage.item,
                meeting=stage.meeting,
                composition=_who_is_here(stage, language) if screen == "composition" else (),
            ),
        },
    }


def _who_is_here(stage: Stage, language: str) -> tuple[CompositionView, ...]:
    pictures = room().pictures(stage.meeting.id)
    return composition_views(stage, pictures, language, room().compared_with(stage))


def _kept_html(stage: Stage, round: Round, language: str) -> str:
    """The html of a round for everybody. Until it is revealed it depends on nothing that may change."""
    if round.status == "revealed":
        return _round_html(stage, round, language)
    key = (round.id, f"{round.status} {round.rehearsal}", language)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = _round_html(stage, round, language)
    return _kept[key]


def _round_html(
    stage: Stage, round: Round, language: str, mine: dict[str, Any] | None = None, csrf: str | None = None
) -> str:
    return render_template(
        "phone/round.html",
        round=round,
        question=stage.question_of(round),
        meeting=stage.meeting,
        status=round.status,
        mine_answer=mine["answer"] if mine else None,
        result=_result(stage, round, language),
        comparison=_comparison(stage, round, language),
        csrf=csrf,
        ballot_id=secrets.token_hex(16) if csrf else None,
    )


def _result(stage: Stage, round: Round, language: str) -> Result | None:
    if round.status != "revealed":
        return None
    return result_view(stage, round, room().disclosed(round.id), language)


def _comparison(stage: Stage, round: Round, language: str) -> GroupsView | ChangeView | None:
    """What the room looks at of the shown round beside its result."""
    if round.status != "revealed" or stage.detail is None or round != stage.current_round():
        return None
    groups, flows = room().compared(round.id)
    before = stage.before(round)
    if stage.detail == CHANGE and flows is not None and before is not None:
        shown = room().disclosed(before.id), room().disclosed(round.id)
        return change_view(stage, (before, round), shown, flows, language)
    chosen = next((table for table in groups if stage.detail == BY + table.by), None)
    if chosen is None:
        return None
    return groups_view(stage, round, chosen, room().disclosed(round.id), language)


def _screen(stage: Stage) -> str:
    if is_over(stage):
        return "ended"
    if stage.status == "prepared":
        return "prepared"
    if stage.wall == "composition" or (stage.item is not None and stage.item.type == "composition"):
        return "composition"
    if stage.item is not None and stage.item.type in ("slide", "break"):
        return stage.item.type
    return "waiting"
