"""The door: locking it, changing the code by hand and by itself, counting heads, what consoles are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kiosk.documents import CODE_ALPHABET, CODE_LENGTH, RESERVED
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.room.door import GRACE_SECONDS
from kiosk.troubles import MANY_AT_ONCE, MANY_FROM_ONE, Attendance, Signs, troubles
from tests.support import meetings as m
from tests.support.clock import StillClock

HEARD_WITHIN = 5
"""Seconds until a console is told."""


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.single("p"), m.single("q")))
    room.import_document(m.meeting(m.single("p"), id="m2", code="OTHER"))
    room.start("m1")
    return room


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def told(room: Room, clock: StillClock) -> set[str]:
    """The troubles that consoles are told of within five seconds."""
    heard: set[str] = set()
    for _ in range(HEARD_WITHIN):
        clock.step(1)
        room.look_after()
        heard |= {trouble.code for trouble in room.troubles()}
    return heard - {"slept"}  # the clock of these tests leaps


def test_a_locked_door_keeps_new_phones_out_and_nobody_else(running: Room) -> None:
    inside = running.join("MEET")
    running.lock("m1", True)
    assert refused(lambda: running.join("MEET")) == "joining_locked"
    assert running.join("MEET", inside.token) == inside
    assert running.join("MEET", channel="tablet").participant.channel == "tablet"
    assert running.join("MEET", rehearsal=True).participant.rehearsal
    running.lock("m1", False)
    assert running.join("MEET").participant.meeting == "m1"


def test_a_lock_holds_for_its_own_meeting_and_over_a_second_look(running: Room) -> None:
    running.lock("m1", True)
    assert running.stage("m1").locked
    assert not running.stage("m2").locked
    assert running.join("OTHER").participant.meeting == "m2"


def test_a_locked_meeting_that_is_over_is_over(running: Room) -> None:
    running.lock("m1", True)
    running.end("m1")
    assert refused(lambda: running.join("MEET")) == "meeting_over"
    assert refused(lambda: running.lock("m1", False)) == "not_running"


def test_a_new_code_lets_in_and_the_old_one_does_not(running: Room) -> None:
    inside = running.join("MEET")
    version = running.stage("m1").version
    code = running.change_code("m1")
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_ALPHABET)
    assert code not in RESERVED
    assert running.stage("m1").meeting.code == code
    assert running.stage("m1").version == version + 1
    assert refused(lambda: running.join("MEET")) == "no_such_code"
    assert running.join(code).participant.meeting == "m1"
    assert running.participant(inside.token) == inside.participant
    assert running.join(code, inside.token) == inside


def test_a_code_of_ones_own(running: Room) -> None:
    assert running.change_code("m1", "hall7") == "HALL7"
    assert refused(lambda: running.change_code("m1", "other")) == "code_taken"
    assert refused(lambda: running.change_code("m1", "join")) == "code_invalid"
    assert refused(lambda: running.change_code("m1", "HALL8", version=1)) == "stale"
    assert running.change_code("m1", "HALL7") == "HALL7"


def test_codes_turn_by_themselves_and_the_last_one_has_a_minute_of_grace(
    running: Room, clock: StillClock
) -> None:
    running.turn_code_every("m1", 10)
    clock.step(9 * 60)
    running.turn_codes()
    assert running.stage("m1").meeting.code == "MEET"
    clock.step(61)
    running.turn_codes()
    code = running.stage("m1").meeting.code
    assert code != "MEET"
    assert running.join("MEET").participant.meeting == "m1"
    clock.step(GRACE_SECONDS)
    assert refused(lambda: running.join("MEET")) == "no_such_code"
    clock.step(10 * 60)
    running.turn_codes()
    assert running.stage("m1").meeting.code not in ("MEET", code)
    running.turn_code_every("m1", None)
    kept = running.stage("m1").meeting.code
    clock.step(60 * 60)
    running.turn_codes()
    assert running.stage("m1").meeting.code == kept


def test_a_change_by_hand_ends_every_code_before_it(running: Room, clock: StillClock) -> None:
    running.turn_code_every("m1", 10)
    clock.step(10 * 60 + 1)
    running.turn_codes()
    running.change_code("m1")
    assert refused(lambda: running.join("MEET")) == "no_such_code"


def test_more_devices_than_heads(running: Room, clock: StillClock) -> None:
    for _ in range(3):
        running.join("MEET", address="10.0.0.1")
    assert "more_devices_than_heads" not in told(running, clock)
    running.count_heads("m1", 2)
    assert "more_devices_than_heads" in told(running, clock)
    running.count_heads("m1", 3)
    clock.step(60)
    assert told(running, clock) == set()
    assert refused(lambda: running.count_heads("m1", -1)) == "malformed"


def test_twenty_private_windows_of_one_phone(running: Room, clock: StillClock) -> None:
    for number in range(30):
        running.join("MEET", address=f"10.0.0.{number}")
    assert "one_address" not in told(running, clock)
    for _ in range(20):
        running.join("MEET", address="10.0.0.77")
    assert "one_address" in told(running, clock)
    # A hall behind one router: it adds up, and nothing is said.
    running.count_heads("m1", 60)
    clock.step(60)
    assert told(running, clock) == set()


def test_many_at_once_while_nobody_was_invited(running: Room, clock: StillClock) -> None:
    for number in range(2 * MANY_AT_ONCE):
        running.join("MEET", address=f"10.0.1.{number}")
    assert told(running, clock) == set(), "the wall says how to join"
    clock.step(60)
    running.go_to("m1", "ask-p", None)
    for number in range(MANY_AT_ONCE):
        running.join("MEET", address=f"10.0.2.{number}")
    assert told(running, clock) == {"sudden_joins"}


def test_who_comes_back_and_who_rehearses_is_not_counted(running: Room, clock: StillClock) -> None:
    joined = running.join("MEET", address="10.0.0.1")
    for _ in range(2 * MANY_FROM_ONE):
        running.join("MEET", joined.token, address="10.0.0.1")
        running.join("MEET", rehearsal=True, address="10.0.0.1")
    running.count_heads("m1", 1)
    assert told(running, clock) == set()


@pytest.mark.parametrize(
    ("seen", "codes"),
    [
        (Attendance(), []),
        (Attendance(devices=5, heads=5, from_one_address=MANY_FROM_ONE), []),
        (Attendance(devices=6, heads=5), ["more_devices_than_heads"]),
        (Attendance(at_once=MANY_AT_ONCE - 1, from_one_address=MANY_FROM_ONE - 1), []),
        (Attendance(at_once=MANY_AT_ONCE), ["sudden_joins"]),
        (Attendance(from_one_address=MANY_FROM_ONE), ["one_address"]),
    ],
)
def test_what_of_it_is_a_trouble(seen: Attendance, codes: list[str]) -> None:
    found = troubles(Signs(attendance=seen))
    assert [trouble.code for trouble in found] == codes
    assert all(trouble.sentence() and trouble.advice() for trouble in found)
