"""Open texts: nothing that the facilitator has not approved is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.blocked_words import BlockedWords
from kiosk.problems import Problem
from kiosk.room import Room
from tests.support import meetings as m
from tests.support.people import ABSTAIN, chosen, people, text, vote_all

SAID = ["A bench", "More buses", "A bench", "Something rude", "Light", "A café"]


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.words("idea"), m.single("p")))
    room.start("m1")
    return room


@pytest.fixture
def closed(running: Room) -> str:
    return answered(running, SAID)


def answered(room: Room, said: list[str]) -> str:
    round_id = room.open_round("m1", "idea")
    vote_all(room, people(room, len(said)), round_id, map(text, said))
    room.close_round(round_id)
    return round_id


def ids(room: Room, round_id: str, said: str) -> list[str]:
    return [entry.id for entry in room.texts(round_id) if entry.text == said]


def shown(room: Room, round_id: str) -> tuple[str, ...]:
    return tuple(room.disclosed(round_id).texts)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def test_every_text_waits_at_first(running: Room, closed: str) -> None:
    entries = running.texts(closed)
    assert sorted(entry.text for entry in entries) == sorted(SAID)
    assert {entry.status for entry in entries} == {"waiting"}
    running.reveal(closed)
    assert shown(running, closed) == ()


def test_only_what_is_approved_is_shown(running: Room, closed: str) -> None:
    running.reveal(closed)
    running.review(closed, approve=ids(running, closed, "Light"))
    assert shown(running, closed) == ("Light",)
    running.review(closed, approve=ids(running, closed, "More buses") + ids(running, closed, "A café"))
    assert shown(running, closed) == ("A café", "Light", "More buses")


def test_what_is_hidden_again_is_gone(running: Room, closed: str) -> None:
    running.review(closed, approve=ids(running, closed, "Light"))
    running.review(closed, hide=ids(running, closed, "Light"))
    assert shown(running, closed) == ()


def test_approving_all_leaves_out_what_was_hidden(running: Room, closed: str) -> None:
    running.review(closed, hide=ids(running, closed, "Something rude"))
    running.review(closed, approve=None)
    assert shown(running, closed) == ("A bench", "A bench", "A café", "Light", "More buses")


def test_of_two_equal_texts_each_is_decided_on_its_own(running: Room, closed: str) -> None:
    one, other = ids(running, closed, "A bench")
    running.review(closed, approve=[one], hide=[other])
    assert shown(running, closed) == ("A bench",)
    statuses = {entry.id: entry.status for entry in running.texts(closed)}
    assert (statuses[one], statuses[other]) == ("approved", "hidden")


def test_phones_hear_of_a_review_only_while_the_result_is_shown(running: Room, closed: str) -> None:
    before = running.stage("m1").version
    running.review(closed, approve=ids(running, closed, "Light"))
    assert running.stage("m1").version == before
    running.reveal(closed)
    running.review(closed, hide=ids(running, closed, "Light"))
    assert running.stage("m1").version == before + 2


def test_nothing_is_read_while_the_question_is_open(running: Room) -> None:
    round_id = running.open_round("m1", "idea")
    vote_all(running, people(running, 6), round_id, map(text, SAID))
    assert refused(lambda: running.texts(round_id)) == "still_open"
    assert refused(lambda: running.review(round_id, approve=None)) == "still_open"


def test_too_few_texts_are_not_even_read(running: Room) -> None:
    round_id = answered(running, SAID[:4])
    assert running.texts(round_id) == []
    running.review(round_id, approve=None)
    assert shown(running, round_id) == ()


def test_only_texts_of_this_round_can_be_decided_on(running: Room, closed: str) -> None:
    (other_text,) = ids(running, closed, "Light")
    again = answered(running, SAID)
    assert refused(lambda: running.review(again, approve=[other_text])) == "no_such_text"
    assert refused(lambda: running.review(closed, hide=["nothing"])) == "no_such_text"
    assert refused(lambda: running.review(closed, approve=[other_text, "nothing"])) == "no_such_text"
    assert shown(running, closed) == ()


def test_a_text_that_was_changed_or_withdrawn_is_not_read(running: Room) -> None:
    everyone = people(running, 7)
    round_id = running.open_round("m1", "idea")
    vote_all(running, everyone, round_id, map(text, ["First thought"] * 7))
    vote_all(running, everyone, round_id, [text("Second thought")] * 6 + [ABSTAIN])
    running.close_round(round_id)
    assert [entry.text for entry in running.texts(round_id)] == ["Second thought"] * 6


def test_other_kinds_have_no_texts(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 6), round_id, [chosen("a")] * 6)
    running.close_round(round_id)
    assert running.texts(round_id) == []


def test_the_order_of_the_texts_is_not_that_of_their_arrival(running: Room) -> None:
    said = [f"Text {number:02d}" for number in range(30)]
    round_id = answered(running, said)
    assert [entry.text for entry in running.texts(round_id)] != said
    running.review(round_id, approve=None)
    assert shown(running, round_id) == tuple(sorted(said))


# ── Blocked words, and authors who are muted ─────────────────────────────────────────────────────────


def test_approving_all_leaves_out_what_holds_a_blocked_word(running: Room) -> None:
    said = ["A bench", "What a SHITTY bus", "Mer buss, för fan!", "Classic music", "Light", "Skittles"]
    round_id = answered(running, said)
    blocked = {entry.text for entry in running.texts(round_id) if entry.blocked}
    assert blocked == {"What a SHITTY bus", "Mer buss, för fan!"}
    running.review(round_id, approve=None)
    assert shown(running, round_id) == ("A bench", "Classic music", "Light", "Skittles")
    running.review(round_id, approve=ids(running, round_id, "Mer buss, för fan!"))
    assert "Mer buss, för fan!" in shown(running, round_id)


def test_who_is_muted_is_hidden_in_every_round_and_nobody_hears_who(running: Room) -> None:
    everyone = people(running, 6)
    first = running.open_round("m1", "idea")
    vote_all(running, everyone, first, map(text, SAID))
    running.close_round(first)
    running.review(first, approve=None)
    (rude,) = ids(running, first, "Something rude")
    running.review(first, mute=[rude])
    assert "Something rude" not in shown(running, first)
    second = running.open_round("m1", "idea")
    vote_all(running, everyone, second, map(text, SAID))
    running.close_round(second)
    running.review(second, approve=None)
    assert sorted(shown(running, second)) == sorted(said for said in SAID if said != "Something rude")
    running.review(first, unmute=[rude])
    assert "Something rude" in shown(running, first)


def test_a_muted_text_is_not_in_the_sealed_meeting(running: Room) -> None:
    round_id = answered(running, SAID)
    running.review(round_id, approve=None)
    running.review(round_id, mute=ids(running, round_id, "Light"))
    running.end("m1")
    running.seal("m1")
    assert "Light" not in shown(running, round_id)
    assert "A café" in shown(running, round_id)


def test_the_lists_are_read_anew_when_they_change(tmp_path: Path) -> None:
    words = BlockedWords(tmp_path)
    assert not words.are_in("a turnip")
    (tmp_path / "en.txt").write_text("# roots\nTurnip*\nbeet\n", "utf-8")
    assert words.are_in("Two TURNIPS")
    assert words.are_in("one beet")
    assert not words.are_in("a beetle, and no. roots")


def test_a_thousand_texts_and_none_unapproved_is_shown(running: Room) -> None:
    said = [f"Text {number:04d}" for number in range(1_000)]
    round_id = answered(running, said)
    entries = running.texts(round_id)
    running.reveal(round_id)
    approved = [entry.id for entry in entries[::3]]
    running.review(round_id, approve=approved, hide=[entry.id for entry in entries[1::3]])
    assert set(shown(running, round_id)) == {entry.text for entry in entries[::3]}
