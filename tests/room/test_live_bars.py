"""Bars while a question is open: off unless declared, late, in blocks, for the console and the wall alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.engine import Engine
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.statistics.disclosure import DisclosedLive
from kiosk.store import rounds
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.browsers import Browser
from tests.support.clock import StillClock
from tests.support.kiosks import a_kiosk
from tests.support.people import ABSTAIN, Answer, chosen, people, vote, vote_all

YES, NO = chosen("yes"), chosen("no")
MEETING = m.meeting(m.yes_no("bridge", live=True), m.yes_no("tunnel"))


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(MEETING)
    room.start("m1")
    return room


def ask(room: Room, question: str = "bridge") -> str:
    return room.open_round("m1", question)


def answer(room: Room, round_id: str, *answers: Answer) -> list[Participant]:
    """So many newcomers answer, and the news is told."""
    newcomers = people(room, len(answers))
    vote_all(room, newcomers, round_id, answers)
    room.tell_news()
    return newcomers


def bars(room: Room, round_id: str) -> tuple[int, dict[str, int]]:
    live = room.live(round_id)
    assert live is not None
    return live.ballots, dict(live.percents)


def test_the_first_twenty_are_shown_when_thirty_have_answered(running: Room) -> None:
    round_id = ask(running)
    answer(running, round_id, *[YES] * 13, *[NO] * 7, *[YES] * 9)
    assert running.live(round_id) is None
    answer(running, round_id, YES)
    assert bars(running, round_id) == (20, {"yes": 65, "no": 35})
    answer(running, round_id, *[NO] * 9)
    assert bars(running, round_id) == (20, {"yes": 65, "no": 35})
    answer(running, round_id, NO)
    assert bars(running, round_id) == (30, {"yes": 75, "no": 25})


def test_changes_and_abstentions_wait_for_the_close(running: Room) -> None:
    round_id = ask(running)
    first = answer(running, round_id, *[ABSTAIN] * 4, *[YES] * 26)
    assert running.live(round_id) is None, "twenty-six valid answers are two blocks and some"
    for who in first:
        vote(running, who, round_id, NO)
    answer(running, round_id, *[YES] * 4)
    assert bars(running, round_id) == (20, {"yes": 100, "no": 0})
    running.close_round(round_id)
    assert running.live(round_id) is None
    assert running.disclosed(round_id).counts == {"yes": 4, "no": 30}


def test_nothing_moves_unless_the_question_declares_it(running: Room) -> None:
    round_id = ask(running, "tunnel")
    answer(running, round_id, *[YES] * 40)
    assert running.live(round_id) is None


def test_a_sensitive_question_cannot_declare_it(room: Room) -> None:
    for question in (m.yes_no("bridge", live=True, sensitive=True), m.about_you("age", live=True)):
        with pytest.raises(Problem) as refusal:
            room.import_document(m.meeting(question, m.yes_no("tunnel")))
        assert refusal.value.code == "document"


def test_every_release_is_on_the_record(kiosk: Kiosk, running: Room) -> None:
    round_id = ask(running)
    answer(running, round_id, *[YES] * 30)
    kept = rounds.last_release(kiosk.store.reader(), round_id, "live")
    assert kept == {"round": round_id, "ballots": 20, "percents": {"yes": 100, "no": 0}}


def test_the_wall_and_the_console_see_bars_and_phones_and_the_api_do_not(
    client: Browser, running: Room
) -> None:
    operator = client.operator()
    console, wall, phone = client.console(), client.wall(), client.phone("MEET")
    round_id = ask(running)
    answer(running, round_id, *[YES] * 13, *[NO] * 17)
    for page in (wall.get("/display"), console.get("/facilitator/meetings/m1")):
        assert "from the first 20 answers, to the nearest five percent" in page.text
        assert "65%" in page.text
    state = phone.get("/api/v1/state").text
    assert "The wall shows bars while this question is open" in state
    assert "65%" not in state
    tally = operator.get(f"/api/v1/rounds/{round_id}/tally").json
    assert tally is not None
    assert (tally["answered"], tally["withheld"]) == (30, "open")
    assert "counts" not in tally or tally["counts"] is None
    assert "percents" not in tally or tally["percents"] is None


def test_after_a_restart_nothing_is_shown_until_the_close(
    data: Path, engine: Engine, clock: StillClock
) -> None:
    """Which ballots the first blocks were of is known no more."""
    with a_kiosk(data, engine, clock) as before:
        before.room.import_document(MEETING)
        before.room.start("m1")
        round_id = ask(before.room)
        answer(before.room, round_id, *[YES] * 30)
        assert isinstance(before.room.live(round_id), DisclosedLive)
    with a_kiosk(data, engine, clock) as after:
        answer(after.room, round_id, *[NO] * 60)
        assert after.room.live(round_id) is None
