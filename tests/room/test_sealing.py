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

from kiosk.composition_views import composition_views
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.kiosks import a_kiosk
from tests.support.order import kendall
from tests.support.people import ABSTAIN, chosen, people, text, value, vote, vote_all

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


def hold(room: Room, path: Path) -> Evening:
    """A meeting from its start to its end."""
    room.import_document(m.meeting(*QUESTIONS))
    room.start("m1")
    voters = people(room, VOTERS)
    rounds = {round.question: round.id for round in room.stage("m1").composition_rounds()}
    for question in rounds:
        ask(room, voters, question, rounds[question])
    for question in ASKED:
        rounds[question] = room.open_round("m1", question)
        ask(room, voters, question, rounds[question])
        room.close_round(rounds[question])
    entries = room.texts(rounds["idea"])
    room.review(rounds["idea"], approve=[entry.id for entry in entries if int(entry.text[-2:]) < 10])
    room.end("m1")
    return Evening(room, path, voters, rounds)


def ask(room: Room, voters: list[Participant], question: str, round_id: str) -> None:
    everyone = list(enumerate(voters))
    random.shuffle(everyone)
    for number, who in everyone:
        vote(room, who, round_id, said(question, number))


@pytest.fixture
def ended(room: Room, data: Path) -> Evening:
    return hold(room, data / "room.sqlite")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """A sealed meeting after its server has stopped: only what lies in the file is left."""
    data = tmp_path_factory.mktemp("evening")
    with a_kiosk(data) as kiosk:
        evening = hold(kiosk.room, data / "room.sqlite")
        kiosk.room.seal("m1")
    return evening


def test_every_figure_is_the_same_after_the_end_and_the_seal(ended: Evening) -> None:
    room = ended.room
    before = {name: room.disclosed(round_id) for name, round_id in ended.rounds.items()}
    progress = {name: room.progress(round_id) for name, round_id in ended.rounds.items()}
    shown = composition_views(room.stage("m1"), room.pictures("m1"), "en")
    room.seal("m1")
    assert room.stage("m1").status == "sealed"
    assert {name: room.disclosed(round_id) for name, round_id in ended.rounds.items()} == before
    assert {name: room.progress(round_id) for name, round_id in ended.rounds.items()} == progress
    assert composition_views(room.stage("m1"), room.pictures("m1"), "en") == shown


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


def test_sealing_twice_changes_nothing(ended: Evening) -> None:
    ended.room.seal("m1")
    before = ended.room.stage("m1")
    rows = ended.sealed("plain")
    ended.room.seal("m1")
    assert ended.room.stage("m1") == before
    assert ended.sealed("plain") == rows


def test_a_sealed_meeting_cannot_be_joined(ended: Evening) -> None:
    ended.room.seal("m1")
    with pytest.raises(Problem) as refused:
        ended.room.join("MEET")
    assert refused.value.code == "meeting_over"


def test_the_meetings_key_is_gone_and_stays_away(ended: Evening, data: Path) -> None:
    ended.room.seal("m1")
    with pytest.raises(Problem) as refused:
        ended.room.cast(ended.voters[0], "ballot-late", ended.rounds["plain"], chosen("a"))
    assert refused.value.code == "not_joined"
    assert [file.name for file in (data / "keys").iterdir() if file.name.startswith("meeting-")] == []


# ── What lies in the file ────────────────────────────────────────────────────────────────────────────


def test_nobody_is_in_the_file_any_more(sealed: Evening) -> None:
    with sqlite3.connect(sealed.path) as database:
        for table in ("participant", "device", "ballot", "text_review"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    everything = sealed.bytes()
    assert [who.id for who in sealed.voters if who.id.encode() in everything] == []


def test_texts_that_were_not_approved_are_gone(sealed: Evening) -> None:
    everything = sealed.bytes()
    kept = [number for number in range(VOTERS) if f"Idea {number:02d}".encode() in everything]
    assert kept == list(range(10))


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


def test_a_number_in_one_question_says_nothing_in_another(sealed: Evening) -> None:
    """Everybody answered these two alike; under shared numbers their answers would agree throughout."""
    plain = {row.respondent: row.answer for row in sealed.sealed("plain")}
    crossed = {row.respondent: row.answer for row in sealed.sealed("crossed")}
    alike = sum(plain[number] == crossed[number] for number in plain)
    assert alike < VOTERS * 3 / 4  # a third of them by chance


def test_numbers_are_drawn_by_lot(room: Room, data: Path) -> None:
    """The order of arrival does not show in the numbers, on average over several questions."""
    questions = [m.words(f"q{number}") for number in range(6)]
    room.import_document(m.meeting(*questions))
    room.start("m1")
    voters = people(room, 40)
    rounds = {}
    for question in questions:
        name = question["id"]
        rounds[name] = room.open_round("m1", name)
        vote_all(room, voters, rounds[name], [text(f"{place:02d}") for place in range(40)])
        room.close_round(rounds[name])
        room.review(rounds[name], approve=None)
    room.end("m1")
    room.seal("m1")
    evening = Evening(room, data / "room.sqlite", voters, rounds)
    orders = [
        [row.respondent for row in sorted(evening.sealed(name), key=lambda row: row.answer["text"])]
        for name in rounds
    ]
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
    asked = (("first", "before"), ("second", "before"), ("again", "before"), ("after", "after"))
    for name, question in asked:
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
    assert by_number["first"] != by_number["after"] != by_number["second"]
    assert by_number["first"] != by_number["second"]


def test_a_rehearsal_that_was_looked_at_after_the_end_is_not_in_the_sealed_picture(room: Room) -> None:
    room.import_document(m.meeting(m.about_you("age"), m.single("q")))
    room.start("m1")
    (door,) = room.stage("m1").composition_rounds()
    vote_all(room, people(room, 20, rehearsal=True), door.id, [chosen("a")] * 20)
    vote_all(room, people(room, 12), door.id, [chosen("b")] * 12)
    room.end("m1")
    room.disclosed(door.id)
    room.seal("m1")
    picture = room.pictures("m1")[door.id]
    assert picture is not None
    assert (picture.answered, picture.shown["b"]) == (12, 12)
