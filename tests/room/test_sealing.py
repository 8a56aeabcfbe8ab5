"""The seal: the figures stay, and everything that ties them to people is gone."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.app import Kiosk
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.order import kendall
from tests.support.people import ABSTAIN, chosen, people, text, value, vote_all

QUESTIONS = (
    m.about_you("age"),
    m.about_you("district"),
    m.single("crossed", breakdown=["age", "district"]),
    m.single("plain"),
    m.degree("before", breakdown=["age"]),
    m.degree("after", pair_with="before", breakdown=["district"]),
    m.words("idea"),
)
VOTERS = 60
ASKED = ("crossed", "plain", "before", "after", "idea")


@dataclass(frozen=True)
class Sealed:
    """One sealed answer as it lies in the file."""

    respondent: int
    answer: dict[str, Any]
    composition: dict[str, Any]


@dataclass(frozen=True)
class Evening:
    """A meeting that has ended, and what was known of it."""

    room: Room
    path: Path
    voters: list[Participant]
    rounds: dict[str, str]

    def sealed(self, question: str) -> list[Sealed]:
        with sqlite3.connect(self.path) as database:
            rows = database.execute(
                "SELECT respondent, answer, composition FROM sealed_answer WHERE round = ?",
                (self.rounds[question],),
            ).fetchall()
        return [Sealed(row[0], json.loads(row[1]), json.loads(row[2])) for row in rows]

    def bytes(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.path.parent.glob(self.path.name + "*"))


def said(question: str, number: int) -> dict[str, Any]:
    """What the number-th voter answers: each question has a pattern of its own."""
    match question:
        case "age":
            return dict(chosen("c" if number < 3 else "ab"[number % 2]))
        case "district":
            return dict(ABSTAIN if number % 20 == 19 else chosen("abc"[number // 20]))
        case "before":
            return dict(value(1 + number % 5))
        case "after":
            return dict(value(1 + (number + 1) % 5))
        case "idea":
            return dict(text(f"Idea {number:02d}"))
        case _:
            return dict(chosen("abc"[number % 3]))


@pytest.fixture
def ended(kiosk: Kiosk, data: Path) -> Evening:
    room = kiosk.room
    room.import_document(m.meeting(*QUESTIONS))
    room.start("m1")
    voters = people(room, VOTERS)
    doors = {round.question: round.id for round in room.stage("m1").composition_rounds()}
    rounds = dict(doors)
    for question in ("age", "district", *ASKED):
        if question not in doors:
            rounds[question] = room.open_round("m1", question)
        everyone = list(enumerate(voters))
        random.shuffle(everyone)
        vote_all(
            room,
            [who for _, who in everyone],
            rounds[question],
            [said(question, number) for number, _ in everyone],
        )
        if question not in doors:
            room.close_round(rounds[question])
    entries = room.texts(rounds["idea"])
    approved = [entry.id for entry in entries if int(entry.text[-2:]) < 10]
    room.review(rounds["idea"], approve=approved)
    room.end("m1")
    return Evening(room, data / "room.sqlite", voters, rounds)


@pytest.fixture
def sealed(ended: Evening) -> Evening:
    ended.room.seal("m1")
    return ended


def test_every_figure_is_the_same_after_the_end_and_the_seal(ended: Evening) -> None:
    room = ended.room
    before = {name: room.disclosed(round_id) for name, round_id in ended.rounds.items()}
    progress = {name: room.progress(round_id) for name, round_id in ended.rounds.items()}
    pictures = room.composition("m1", "en")
    room.seal("m1")
    assert room.stage("m1").status == "sealed"
    assert {name: room.disclosed(round_id) for name, round_id in ended.rounds.items()} == before
    assert {name: room.progress(round_id) for name, round_id in ended.rounds.items()} == progress
    assert room.composition("m1", "en") == pictures


def test_a_text_of_which_one_copy_was_approved_is_shown_once_after_the_seal(room: Room) -> None:
    room.import_document(m.meeting(m.words("idea")))
    room.start("m1")
    round_id = room.open_round("m1", "idea")
    vote_all(room, people(room, 6), round_id, [text("The same")] * 6)
    room.end("m1")
    room.review(round_id, approve=[room.texts(round_id)[0].id])
    before = room.disclosed(round_id)
    assert before.texts == ("The same",)
    room.seal("m1")
    assert room.disclosed(round_id) == before


def test_sealing_twice_changes_nothing(sealed: Evening) -> None:
    before = sealed.room.stage("m1")
    rows = sealed.sealed("plain")
    sealed.room.seal("m1")
    assert sealed.room.stage("m1") == before
    assert sealed.sealed("plain") == rows


def test_nobody_is_in_the_file_any_more(sealed: Evening, kiosk: Kiosk) -> None:
    kiosk.store.close()
    with sqlite3.connect(sealed.path) as database:
        for table in ("participant", "device", "ballot", "text_review"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    everything = sealed.bytes()
    assert [who.id for who in sealed.voters if who.id.encode() in everything] == []


def test_the_meetings_key_is_gone_and_stays_away(sealed: Evening, data: Path) -> None:
    with pytest.raises(Problem) as refused:
        sealed.room.cast(sealed.voters[0], "ballot-late", sealed.rounds["plain"], chosen("a"))
    assert refused.value.code in ("not_joined", "no_such_round", "not_open")
    assert [file.name for file in (data / "keys").iterdir() if file.name.startswith("meeting-")] == []


def test_texts_that_were_not_approved_are_gone(sealed: Evening, kiosk: Kiosk) -> None:
    kiosk.store.close()
    everything = sealed.bytes()
    kept = [number for number in range(VOTERS) if f"Idea {number:02d}".encode() in everything]
    assert kept == list(range(10))


def test_a_sealed_meeting_cannot_be_joined(sealed: Evening) -> None:
    with pytest.raises(Problem) as refused:
        sealed.room.join("MEET")
    assert refused.value.code == "no_such_code"


# ── What is kept of each answer ──────────────────────────────────────────────────────────────────────


def test_every_answer_is_kept_under_a_number_of_its_own(sealed: Evening) -> None:
    for question in ("crossed", "plain", "before", "after", "idea", "age", "district"):
        rows = sealed.sealed(question)
        assert sorted(row.respondent for row in rows) == list(range(1, VOTERS + 1))
    answers = Counter(json.dumps(row.answer) for row in sealed.sealed("plain"))
    assert answers == Counter(json.dumps(said("plain", number)) for number in range(VOTERS))


def test_only_declared_composition_values_go_along_and_none_is_rare(sealed: Evening) -> None:
    crossed = sealed.sealed("crossed")
    assert {tuple(row.composition) for row in crossed} == {("age", "district")}
    held = Counter(tuple(row.composition.values()) for row in crossed)
    assert all(count >= 5 for values, count in held.items() if any(values))
    assert all(row.composition == {} for row in sealed.sealed("plain"))


def test_the_values_are_those_of_the_one_who_answered(sealed: Evening) -> None:
    """Voters 20 to 39 live in district b; whoever kept a district kept their own."""
    districts = {row.answer["value"]: set() for row in sealed.sealed("after")}  # type: dict[int, set[str]]
    for row in sealed.sealed("after"):
        if row.composition["district"] is not None:
            districts[row.answer["value"]].add(row.composition["district"])
    possible: dict[int, set[str]] = {}
    for number in range(VOTERS):
        where = said("district", number)
        if "options" in where:
            answer = said("after", number)["value"]
            possible.setdefault(answer, set()).add(json.dumps(where["options"], separators=(",", ":")))
    assert all(districts[answer] <= possible[answer] for answer in districts)


def test_numbers_say_nothing_of_other_questions_or_of_the_order(sealed: Evening) -> None:
    """The voters' own numbers are in their answers to one question; the fresh numbers go with neither."""
    by_idea = {row.answer["text"]: row.respondent for row in sealed.sealed("idea") if row.answer["text"]}
    numbers = [by_idea[text] for text in sorted(by_idea)]
    assert len(numbers) == 10
    # The same ten people under the same numbers in another question would show their answers in step.
    plain = {row.respondent: row.answer for row in sealed.sealed("plain")}
    in_step = [plain[number] == said("plain", place) for place, number in enumerate(numbers)]
    assert not all(in_step)


def test_numbers_are_drawn_by_lot(room: Room, data: Path) -> None:
    """The order of arrival does not show in the numbers, on average over several questions."""
    questions = [m.words(f"q{number}") for number in range(6)]
    room.import_document(m.meeting(*questions))
    room.start("m1")
    voters = people(room, 40)
    rounds = []
    for question in questions:
        round_id = room.open_round("m1", question["id"])
        vote_all(room, voters, round_id, [text(f"{place:02d}") for place in range(40)])
        room.close_round(round_id)
        room.review(round_id, approve=None)
        rounds.append(round_id)
    room.end("m1")
    room.seal("m1")
    evening = Evening(room, data / "room.sqlite", voters, dict(enumerate(rounds)))  # type: ignore[arg-type]
    orders = []
    for number in range(6):
        rows = evening.sealed(number)  # type: ignore[arg-type]
        orders.append([row.respondent for row in sorted(rows, key=lambda row: row.answer["text"])])
    assert len({tuple(order) for order in orders}) == 6
    assert sum(abs(kendall(order)) for order in orders) / 6 < 0.25


# ── Pairs ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_declared_pair_shares_its_numbers(sealed: Evening) -> None:
    before = {row.respondent: row.answer["value"] for row in sealed.sealed("before")}
    after = {row.respondent: row.answer["value"] for row in sealed.sealed("after")}
    assert all(after[number] == before[number] % 5 + 1 for number in before)


def test_both_rows_of_a_pair_together_point_nobody_out(sealed: Evening) -> None:
    """Age stands in one row and district in the other; put together by number they are not rare either."""
    before = {row.respondent: row.composition["age"] for row in sealed.sealed("before")}
    after = {row.respondent: row.composition["district"] for row in sealed.sealed("after")}
    held = Counter((before[number], after[number]) for number in before)
    assert all(count >= 5 for values, count in held.items() if any(values)), held


def test_who_answered_only_one_of_a_pair_is_no_exception(room: Room, data: Path) -> None:
    """Six of a kind answered the first question and four of them the second: their four are alone in it."""
    room.import_document(
        m.meeting(
            m.about_you("age"), m.degree("before", breakdown=["age"]), m.degree("after", pair_with="before")
        )
    )
    room.start("m1")
    voters = people(room, 30)
    (door,) = room.stage("m1").composition_rounds()
    rounds = {"age": door.id}
    vote_all(room, voters, door.id, [chosen("a")] * 6 + [chosen("b")] * 24)
    for question, who in (("before", voters), ("after", voters[2:])):
        rounds[question] = room.open_round("m1", question)
        vote_all(room, who, rounds[question], [value(3)] * len(who))
        room.close_round(rounds[question])
    room.end("m1")
    room.seal("m1")
    evening = Evening(room, data / "room.sqlite", voters, rounds)
    ages = {row.respondent: row.composition["age"] for row in evening.sealed("before")}
    held = Counter(ages[row.respondent] for row in evening.sealed("after"))
    assert all(count >= 5 for age, count in held.items() if age is not None), held


def test_only_the_last_runs_of_a_pair_share_numbers(room: Room, data: Path) -> None:
    room.import_document(
        m.meeting(m.numbers("before", high=20), m.numbers("after", high=20, pair_with="before"))
    )
    room.start("m1")
    voters = people(room, 20)
    rounds = {}
    for name, question in (("first", "before"), ("again", "before"), ("after", "after")):
        rounds[name] = room.open_round("m1", question)
        vote_all(room, voters, rounds[name], [value(place) for place in range(20)])
        room.close_round(rounds[name])
    room.end("m1")
    room.seal("m1")
    evening = Evening(room, data / "room.sqlite", voters, rounds)
    by_number = {
        name: {row.respondent: row.answer["value"] for row in evening.sealed(name)} for name in rounds
    }
    assert by_number["again"] == by_number["after"]
    assert by_number["first"] != by_number["after"]
