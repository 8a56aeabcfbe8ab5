"""Rehearsal: marked, shown as such, and discarded with one act while no real round has it in it."""

from __future__ import annotations

import pytest

from kiosk.problems import Problem
from kiosk.room import Room
from tests.support import meetings as m
from tests.support.people import chosen, people, vote_all


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.about_you("age"), m.single("p"), m.single("q")))
    room.start("m1")
    return room


def asked(room: Room, question: str, *, rehearsing: int = 0, real: int = 0) -> str:
    """The closed round of a question that so many answered."""
    round_id = room.open_round("m1", question)
    vote_all(room, people(room, rehearsing, rehearsal=True), round_id, [chosen("a")] * rehearsing)
    vote_all(room, people(room, real), round_id, [chosen("b")] * real)
    room.close_round(round_id)
    return round_id


def rounds(room: Room) -> list[tuple[str, int, bool]]:
    """Every round but those about the participants: question, run, whether it is a rehearsal's."""
    return [
        (round.question, round.run, round.rehearsal)
        for round in room.stage("m1").rounds
        if not round.composition
    ]


def test_a_rehearsal_is_known_as_one(running: Room) -> None:
    assert running.stage("m1").rehearsal == 0
    asked(running, "p")
    people(running, 3, rehearsal=True)
    assert running.stage("m1").rehearsal == 3
    asked(running, "q")
    assert rounds(running) == [("p", 1, False), ("q", 1, True)]


def test_a_meeting_that_was_only_rehearsed_is_as_before_its_start(running: Room) -> None:
    everyone = people(running, 12, rehearsal=True)
    (door,) = running.stage("m1").composition_rounds()
    vote_all(running, everyone, door.id, [chosen("a")] * 12)
    asked(running, "p", rehearsing=12)
    running.go_to("m1", "ask-q", None)
    before = running.stage("m1").version
    running.discard_rehearsal("m1")
    stage = running.stage("m1")
    assert (stage.status, stage.rehearsal, stage.item, stage.wall) == ("prepared", 0, None, "join")
    assert stage.version == before + 1
    assert stage.rounds == ()
    assert running.presence("m1") == 0


def test_the_end_of_a_rehearsal_is_not_the_end_of_the_meeting(running: Room) -> None:
    asked(running, "p", rehearsing=6)
    running.end("m1")
    running.discard_rehearsal("m1")
    running.start("m1")
    assert running.stage("m1").status == "running"


def test_the_facilitator_s_own_phone_does_not_make_a_rehearsal_real(running: Room) -> None:
    people(running, 6, rehearsal=True)
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 6, rehearsal=True), round_id, [chosen("a")] * 6)
    vote_all(running, people(running, 2), round_id, [chosen("b")] * 2)
    running.close_round(round_id)
    running.discard_rehearsal("m1")
    assert rounds(running) == []


def test_no_picture_of_the_room_is_left_that_the_rehearsal_is_in(running: Room) -> None:
    (door,) = running.stage("m1").composition_rounds()
    everyone = people(running, 12, rehearsal=True) + people(running, 1)
    vote_all(running, everyone, door.id, [chosen("a")] * 13)
    running.tell_news()
    assert running.pictures("m1")[door.id] is not None
    running.discard_rehearsal("m1")
    assert running.pictures("m1")[door.id] is None


def test_a_silent_rehearsal_does_not_renew_the_picture_of_the_room(running: Room) -> None:
    (door,) = running.stage("m1").composition_rounds()
    vote_all(running, people(running, 26), door.id, [chosen("a"), chosen("b")] * 13)
    running.tell_news()
    before = running.pictures("m1")[door.id]
    vote_all(running, people(running, 1), door.id, [chosen("b")])
    people(running, 3, rehearsal=True)
    running.discard_rehearsal("m1")
    running.tell_news()
    assert before is not None
    assert running.pictures("m1")[door.id] == before


def test_after_it_everything_begins_at_one_again(running: Room) -> None:
    asked(running, "p", rehearsing=6)
    running.discard_rehearsal("m1")
    running.start("m1")
    round_id = asked(running, "p", real=6)
    assert rounds(running) == [("p", 1, False)]
    assert running.disclosed(round_id).counts == {"a": 0, "b": 6, "c": 0}


def test_a_discarded_phone_is_nobody(running: Room) -> None:
    joined = running.join("MEET", rehearsal=True)
    round_id = running.open_round("m1", "p")
    running.discard_rehearsal("m1")
    assert running.participant(joined.token) is None
    with pytest.raises(Problem) as refused:
        running.cast(joined.participant, "ballot-1", round_id, chosen("a"))
    assert refused.value.code in ("not_joined", "no_such_round")


def test_what_people_answered_stays(running: Room) -> None:
    real = asked(running, "p", real=6)
    asked(running, "q", rehearsing=6)
    running.discard_rehearsal("m1")
    assert rounds(running) == [("p", 1, False)]
    assert running.disclosed(real).counts == {"a": 0, "b": 6, "c": 0}


def test_it_is_refused_once_people_and_rehearsal_share_a_closed_round(running: Room) -> None:
    shared = asked(running, "p", rehearsing=6, real=6)
    before = running.stage("m1")
    with pytest.raises(Problem) as refused:
        running.discard_rehearsal("m1")
    assert refused.value.code == "rehearsal_counted"
    assert running.stage("m1") == before
    assert running.disclosed(shared).counts == {"a": 6, "b": 6, "c": 0}


def test_a_shared_round_that_is_still_open_keeps_the_people(running: Room) -> None:
    rehearsing, real = people(running, 6, rehearsal=True), people(running, 6)
    round_id = running.open_round("m1", "p")
    vote_all(running, rehearsing, round_id, [chosen("a")] * 6)
    vote_all(running, real, round_id, [chosen("b")] * 6)
    running.discard_rehearsal("m1")
    assert rounds(running) == [("p", 1, False)]
    running.close_round(round_id)
    assert running.disclosed(round_id).counts == {"a": 0, "b": 6, "c": 0}


def test_a_round_in_which_only_people_answered_becomes_a_real_one(running: Room) -> None:
    people(running, 3, rehearsal=True)
    round_id = asked(running, "p", real=6)
    assert rounds(running) == [("p", 1, True)]
    running.discard_rehearsal("m1")
    assert rounds(running) == [("p", 1, False)]
    assert running.disclosed(round_id).counts == {"a": 0, "b": 6, "c": 0}


def test_a_round_that_only_the_rehearsal_answered_goes_even_if_it_was_opened_before(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 6, rehearsal=True), round_id, [chosen("a")] * 6)
    running.close_round(round_id)
    running.discard_rehearsal("m1")
    assert rounds(running) == []


def test_people_at_the_door_do_not_forbid_it(running: Room) -> None:
    (door,) = running.stage("m1").composition_rounds()
    vote_all(running, people(running, 6, rehearsal=True), door.id, [chosen("a")] * 6)
    vote_all(running, people(running, 6), door.id, [chosen("b")] * 6)
    running.discard_rehearsal("m1")
    assert running.progress(door.id).answered == 6


def test_discarding_nothing_is_no_mistake(running: Room) -> None:
    asked(running, "p", real=6)
    running.discard_rehearsal("m1")
    assert rounds(running) == [("p", 1, False)]
