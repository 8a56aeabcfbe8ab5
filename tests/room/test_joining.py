"""Joining: one device is one participant, a tablet is many, and nothing that opens a door is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.problems import Problem
from kiosk.room import Room
from tests.support import meetings as m
from tests.support.people import chosen, people, vote


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.about_you("age"), m.single("p")))
    room.import_document(m.meeting(m.single("p"), id="m2", code="OTHER"))
    room.start("m1")
    room.start("m2")
    return room


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def test_a_device_that_joins_twice_is_one_participant(running: Room) -> None:
    first = running.join("MEET")
    assert running.join("MEET", first.token) == first
    assert running.join(" meet ", first.token) == first
    assert running.presence("m1") == 1


def test_two_devices_are_two_participants(running: Room) -> None:
    one, other = running.join("MEET"), running.join("MEET")
    assert one.participant != other.participant
    assert one.token != other.token


def test_a_device_may_come_back_after_the_end(running: Room) -> None:
    joined = running.join("MEET")
    running.end("m1")
    assert running.join("MEET", joined.token) == joined
    assert refused(lambda: running.join("MEET")) == "meeting_over"


def test_one_may_join_before_the_start(room: Room) -> None:
    room.import_document(m.meeting(m.single("p")))
    joined = room.join("MEET")
    assert room.participant(joined.token) == joined.participant


def test_a_device_of_another_meeting_is_let_into_this_one_anew(running: Room) -> None:
    here = running.join("MEET")
    there = running.join("OTHER", here.token)
    assert there.participant.meeting == "m2"
    assert there.token != here.token
    assert running.participant(here.token) == here.participant


@pytest.mark.parametrize("code", ["", "NONE", "MEE", "MEETT", "M" * 10_000, "\x00", "ＭＥＥＴ", "' OR 1=1"])
def test_a_code_that_there_is_not(running: Room, code: str) -> None:
    with pytest.raises(Problem) as problem:
        running.join(code)
    assert problem.value.code == "no_such_code"
    assert len(problem.value.sentence()) < 200


@pytest.mark.parametrize("token", [None, "", "unknown", "x" * 10_000, "\ud83d"])
def test_a_token_that_nobody_was_given_is_nobodys(running: Room, token: str | None) -> None:
    assert running.participant(token) is None
    assert running.join("MEET", token).token != token


def test_tokens_and_what_they_open_are_not_stored(running: Room, data: Path) -> None:
    joined = running.join("MEET")
    files = [file for file in data.rglob("*") if file.is_file()]
    assert all(joined.token.encode() not in file.read_bytes() for file in files)
    assert any(joined.participant.id.encode() in file.read_bytes() for file in files)


def test_a_hall_that_joins_at_once(running: Room) -> None:
    tokens: list[str] = []
    threads = [threading.Thread(target=lambda: tokens.append(running.join("MEET").token)) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 100
    assert running.presence("m1") == 100


# ── A shared tablet ──────────────────────────────────────────────────────────────────────────────────


def test_a_tablet_answers_for_one_after_the_other(running: Room) -> None:
    tablet = running.join("MEET", channel="tablet")
    round_id = running.open_round("m1", "p")
    for option in "aaabbb":
        who = running.next_respondent(tablet.token)
        assert running.participant(tablet.token) == who
        assert who.channel == "tablet"
        assert running.mine(who) == {}
        assert vote(running, who, round_id, chosen(option)) == "counted"
    running.close_round(round_id)
    assert running.disclosed(round_id).counts == {"a": 3, "b": 3, "c": 0}


def test_only_a_tablet_answers_for_several(running: Room) -> None:
    phone = running.join("MEET")
    assert refused(lambda: running.next_respondent(phone.token)) == "not_a_tablet"
    assert refused(lambda: running.next_respondent("unknown")) == "not_joined"
    assert refused(lambda: running.next_respondent("")) == "not_joined"
    assert running.participant(phone.token) == phone.participant


def test_a_tablet_takes_nobody_after_the_end(running: Room) -> None:
    tablet = running.join("MEET", channel="tablet")
    running.end("m1")
    assert refused(lambda: running.next_respondent(tablet.token)) == "meeting_over"


# ── What one has answered ────────────────────────────────────────────────────────────────────────────


def test_mine_is_what_counts_of_me(running: Room) -> None:
    anna, bo = people(running, 2)
    (door,) = running.stage("m1").composition_rounds()
    round_id = running.open_round("m1", "p")
    vote(running, anna, door.id, chosen("b"))
    vote(running, anna, round_id, chosen("a"))
    vote(running, anna, round_id, chosen("c"))
    vote(running, bo, round_id, chosen("b"))
    assert running.mine(anna) == {
        door.id: {"answer": {"options": ["b"]}, "status": "counted"},
        round_id: {"answer": {"options": ["c"]}, "status": "counted"},
    }
    assert running.mine(bo) == {round_id: {"answer": {"options": ["b"]}, "status": "counted"}}
