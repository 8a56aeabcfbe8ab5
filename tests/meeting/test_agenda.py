"""The agenda: the next sensible act, through a whole meeting and off the beaten track."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.meeting.agenda import Act, next_act, next_item
from kiosk.meeting.document import read_document
from kiosk.meeting.rounds import Round, RoundStatus
from kiosk.meeting.stage import MeetingStatus, Stage
from tests.support import meetings as m

MEETING = read_document(m.meeting(m.about_you("age"), m.single("p"), m.single("q")))


def stage(at: str | None, *rounds: Round, status: MeetingStatus = "running", **more: Any) -> Stage:
    item = next((item for item in MEETING.agenda if item.id == at), None)
    return Stage(MEETING, status, 1, item, "item", rounds, **more)


def asked(question: str, status: RoundStatus, run: int = 1, item: str | None = "") -> Round:
    name = f"r-{question}-{run}"
    where = f"ask-{question}" if item == "" else item
    connected = None if status == "open" else 0
    return Round(name, "m1", where, question, 1, run, status, connected, "2026-11-24T18:00:00Z")


def about(question: str, status: RoundStatus) -> Round:
    return replace(asked(question, status, item=None), composition=True)


def test_a_whole_meeting_by_the_one_button() -> None:
    door = about("age", "open")
    p, q = asked("p", "open"), asked("q", "open")
    p_shown, q_shown = asked("p", "revealed"), asked("q", "revealed")
    steps = [
        (stage(None, status="prepared"), Act("start")),
        (stage(None, door), Act("next", "door")),
        (stage("door", door), Act("next", "who")),
        (stage("who", door), Act("next", "ask-p")),
        (stage("ask-p", door), Act("open", "ask-p")),
        (stage("ask-p", door, p), Act("close", "ask-p", p.id)),
        (stage("ask-p", door, asked("p", "closed")), Act("reveal", "ask-p", p.id)),
        (stage("ask-p", door, p_shown), Act("next", "ask-q")),
        (stage("ask-q", door, p_shown), Act("open", "ask-q")),
        (stage("ask-q", door, p_shown, q), Act("close", "ask-q", q.id)),
        (stage("ask-q", door, p_shown, asked("q", "closed")), Act("reveal", "ask-q", q.id)),
        (stage("ask-q", door, p_shown, q_shown), Act("end")),
        (stage(None, about("age", "closed"), p_shown, q_shown, status="ended"), Act("none")),
        (stage(None, about("age", "closed"), p_shown, q_shown, status="sealed"), Act("none")),
    ]
    assert [next_act(before) for before, _ in steps] == [act for _, act in steps]


def test_an_open_round_that_was_left_is_closed_first() -> None:
    left = asked("p", "open")
    assert next_act(stage("ask-q", left)) == Act("close", "ask-p", left.id)
    assert next_act(stage(None, left)) == Act("close", "ask-p", left.id)


def test_an_open_round_of_a_question_outside_the_agenda_is_closed_first() -> None:
    outside = asked("p", "open", item=None)
    assert next_act(stage("ask-q", outside)) == Act("close", None, outside.id)


def test_open_composition_rounds_are_the_servers_own() -> None:
    assert next_act(stage("ask-p", about("age", "open"))) == Act("open", "ask-p")


def test_the_last_run_is_the_one_that_goes_on() -> None:
    again = asked("p", "open", run=2)
    assert next_act(stage("ask-p", asked("p", "revealed"), again)) == Act("close", "ask-p", again.id)
    shown = asked("p", "closed", run=2)
    assert next_act(stage("ask-p", asked("p", "revealed"), shown)) == Act("reveal", "ask-p", shown.id)


def test_skipped_items_are_passed_over() -> None:
    assert next_act(stage("who", skipped=frozenset({"ask-p"}))) == Act("next", "ask-q")
    assert next_act(stage("who", skipped=frozenset({"ask-p", "ask-q"}))) == Act("end")


@pytest.mark.parametrize(
    ("after", "following"),
    [(None, "door"), ("door", "who"), ("who", "ask-p"), ("ask-q", None), ("not-here", "door")],
)
def test_the_item_after(after: str | None, following: str | None) -> None:
    found = next_item(stage(None), after)
    assert (found.id if found else None) == following


def test_a_meeting_without_an_agenda_ends() -> None:
    empty = read_document(m.meeting(agenda=[]))
    assert next_act(Stage(empty, "running", 1, None, "join", ())) == Act("end")
