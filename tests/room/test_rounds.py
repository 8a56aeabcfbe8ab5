"""Rounds: opened, closed, shown, hidden, run again, and how many were connected."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kiosk.app import Kiosk
from kiosk.problems import Problem
from kiosk.room import Progress, Room
from tests.support import meetings as m
from tests.support.clock import StillClock
from tests.support.people import chosen, people, vote, vote_all

TWICE = [
    {"id": "before", "type": "question", "question": "p"},
    {"id": "after", "type": "question", "question": "p"},
    {"id": "ask-q", "type": "question", "question": "q"},
]


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(
        m.meeting(m.about_you("age"), m.single("p"), m.single("q"), m.single("outside"), agenda=TWICE)
    )
    room.start("m1")
    return room


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def test_from_open_to_shown_and_back(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    statuses = [running.round(round_id).status]
    for act in (running.close_round, running.reveal, running.hide, running.reveal):
        before = running.stage("m1").version
        act(round_id)
        statuses.append(running.round(round_id).status)
        assert running.stage("m1").version == before + 1
    assert statuses == ["open", "closed", "revealed", "closed", "revealed"]


def test_saying_it_again_changes_nothing(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    for act in (running.close_round, running.hide, running.reveal, running.close_round):
        act(round_id)
        before = running.stage("m1")
        act(round_id)
        assert running.stage("m1") == before


def test_an_open_round_is_not_shown(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    assert refused(lambda: running.reveal(round_id)) == "still_open"
    assert refused(lambda: running.hide(round_id)) == "still_open"
    assert running.round(round_id).status == "open"


def test_opening_goes_to_the_item_and_shows_it(running: Room) -> None:
    running.go_to("m1", "ask-q", "blank")
    running.open_round("m1", "p")
    stage = running.stage("m1")
    assert stage.item is not None
    assert (stage.item.id, stage.wall) == ("before", "item")


def test_the_item_that_is_on_is_the_one_that_asks(running: Room) -> None:
    running.go_to("m1", "after", None)
    round_id = running.open_round("m1", "p")
    assert running.round(round_id).item == "after"
    assert running.stage("m1").rounds_of("before") == ()


def test_a_question_outside_the_agenda_can_be_asked(running: Room) -> None:
    running.go_to("m1", "ask-q", None)
    round_id = running.open_round("m1", "outside")
    assert running.round(round_id).item is None
    assert vote(running, people(running, 1)[0], round_id, chosen("a")) == "counted"


def test_showing_a_result_brings_its_item_back(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    running.close_round(round_id)
    running.go_to("m1", "ask-q", "blank")
    running.reveal(round_id)
    stage = running.stage("m1")
    assert stage.item is not None
    assert (stage.item.id, stage.wall) == ("before", "item")


def test_asking_again_makes_a_new_round_and_keeps_the_old(running: Room) -> None:
    first = running.open_round("m1", "q")
    everyone = people(running, 6)
    vote_all(running, everyone, first, [chosen("a")] * 6)
    running.close_round(first)
    running.reveal(first)
    second = running.open_round("m1", "q")
    vote_all(running, everyone, second, [chosen("b")] * 6)
    running.close_round(second)
    assert [(round.id, round.run) for round in running.stage("m1").rounds_of("ask-q")] == [
        (first, 1),
        (second, 2),
    ]
    assert running.disclosed(first).counts == {"a": 6, "b": 0, "c": 0}
    assert running.disclosed(second).counts == {"a": 0, "b": 6, "c": 0}


def test_a_question_is_open_once(running: Room) -> None:
    running.open_round("m1", "p")
    assert refused(lambda: running.open_round("m1", "p")) == "already_open"
    running.open_round("m1", "q")
    assert len(running.stage("m1").open_rounds()) == 2


def test_questions_about_the_participants_are_the_servers_own(running: Room) -> None:
    (door,) = running.stage("m1").composition_rounds()
    assert refused(lambda: running.open_round("m1", "age")) == "asked_by_server"
    for act in (running.close_round, running.reveal, running.hide):
        assert refused(lambda act=act: act(door.id)) == "asked_by_server"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["nothing", "", "r\x00", "x" * 10_000])
def test_what_there_is_not(running: Room, name: str) -> None:
    assert refused(lambda: running.open_round("m1", name)) == "no_such_question"
    for act in (running.close_round, running.reveal, running.hide, running.disclosed, running.progress):
        assert refused(lambda act=act: act(name)) == "no_such_round"  # type: ignore[misc]


# ── While open nobody learns more than how many ──────────────────────────────────────────────────────


def test_nothing_but_numbers_while_open(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 30), round_id, [chosen("a")] * 30)
    shown = running.disclosed(round_id)
    assert (shown.withheld, shown.answered, shown.connected) == ("open", 30, 30)
    assert (shown.counts, shown.percents, shown.valid, shown.abstained) == (None, None, None, None)


@pytest.mark.parametrize("verb", ["close", "reveal"])
def test_fewer_than_five_are_withheld_at_every_stage(running: Room, verb: str) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 4), round_id, [chosen("a")] * 4)
    running.close_round(round_id)
    if verb == "reveal":
        running.reveal(round_id)
    assert running.disclosed(round_id).withheld == "too_few"
    assert running.disclosed(round_id).counts is None


# ── Connected ────────────────────────────────────────────────────────────────────────────────────────


def test_connected_are_those_heard_of_in_the_last_minute_and_those_who_answered(
    running: Room, clock: StillClock
) -> None:
    early = people(running, 5)
    round_id = running.open_round("m1", "p")
    vote_all(running, early[:2], round_id, [chosen("a")] * 2)
    clock.step(61)
    people(running, 3)
    assert running.presence("m1") == 3
    assert running.progress(round_id) == Progress(answered=2, connected=5)


def test_connected_is_frozen_at_the_close(running: Room, clock: StillClock) -> None:
    everyone = people(running, 8)
    round_id = running.open_round("m1", "p")
    vote_all(running, everyone, round_id, [chosen("a")] * 6)
    running.close_round(round_id)
    people(running, 4)
    clock.step(3600)
    assert running.round(round_id).connected == 8
    assert running.progress(round_id) == Progress(answered=6, connected=8)
    assert running.disclosed(round_id).connected == 8


def test_connected_is_never_below_answered(running: Room, clock: StillClock) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 7), round_id, [chosen("a")] * 7)
    clock.step(3600)
    assert running.presence("m1") == 0
    running.close_round(round_id)
    assert running.round(round_id).connected == 7


def test_a_request_counts_as_a_sign_of_life(running: Room, clock: StillClock) -> None:
    joined = running.join("MEET")
    for _ in range(5):
        clock.step(50)
        assert running.participant(joined.token) == joined.participant
    assert running.presence("m1") == 1


# ── What was released is written down ────────────────────────────────────────────────────────────────


def test_what_was_shown_is_written_down_once(kiosk: Kiosk, running: Room) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 11), round_id, [chosen("a")] * 11)
    running.close_round(round_id)
    for act in (running.reveal, running.hide, running.reveal, running.reveal):
        act(round_id)
    rows = kiosk.store.reader().execute("SELECT body FROM release WHERE round = ?", (round_id,)).fetchall()
    assert [json.loads(row[0])["counts"] for row in rows] == [{"a": 11, "b": 0, "c": 0}]
