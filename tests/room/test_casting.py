"""Casting: counted, repeated, refused; and that a refused answer leaves nothing behind."""

from __future__ import annotations

import json
import queue
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kiosk.app import Kiosk
from kiosk.engine import Engine
from kiosk.problems import ANSWER_REASONS, Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.answers import ODD_ANSWERS, ODD_VALUES
from tests.support.engines import WatchedEngine
from tests.support.groups import Group
from tests.support.kiosks import a_kiosk
from tests.support.people import ABSTAIN, chosen, people, text, value, vote

QUESTIONS = (
    m.about_you("age"),
    m.single("p"),
    m.multiple("several"),
    m.degree("degree", dont_know=True),
    m.numbers("number"),
    m.words("idea", max_length=100),
)


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(*QUESTIONS))
    room.start("m1")
    return room


@pytest.fixture
def anna(running: Room) -> Participant:
    return running.join("MEET").participant


@pytest.fixture
def opened(running: Room) -> dict[str, str]:
    """The open round of each question."""
    rounds = {name: running.open_round("m1", name) for name in ("p", "several", "degree", "number", "idea")}
    (door,) = running.stage("m1").composition_rounds()
    return {**rounds, "age": door.id}


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def test_an_answer_to_every_kind_of_question(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    answers = {
        "age": chosen("b"),
        "p": chosen("a"),
        "several": chosen("d", "a"),
        "degree": {"dont_know": True},
        "number": value(10),
        "idea": text(" A bench \u202e\n"),
    }
    for name, answer in answers.items():
        assert vote(running, anna, opened[name], answer) == "counted"
    kept = {name: entry["answer"] for name, entry in running.mine(anna).items()}
    assert kept == {
        opened["age"]: {"options": ["b"]},
        opened["p"]: {"options": ["a"]},
        opened["several"]: {"options": ["a", "d"]},
        opened["degree"]: {"dont_know": True},
        opened["number"]: {"value": 10},
        opened["idea"]: {"text": "A bench"},
    }


def test_abstaining_is_always_possible_and_withdraws_an_answer(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    for round_id in opened.values():
        assert vote(running, anna, round_id, ABSTAIN) == "counted"
    vote(running, anna, opened["p"], chosen("a"))
    vote(running, anna, opened["p"], ABSTAIN)
    assert running.mine(anna)[opened["p"]]["answer"] == {"abstain": True}
    assert running.progress(opened["p"]).answered == 1


def test_a_repeat_is_told_so_and_changes_nothing(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    several = opened["several"]
    assert running.cast(anna, "ballot-1", several, {"options": ["a", "b"]}) == "counted"
    assert running.cast(anna, "ballot-1", several, {"options": ["b", "a"]}) == "repeated"
    assert running.progress(several).answered == 1


def test_a_lost_acknowledgement_is_made_good_after_the_close(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    running.cast(anna, "ballot-1", opened["p"], chosen("a"))
    running.close_round(opened["p"])
    assert running.cast(anna, "ballot-1", opened["p"], chosen("a")) == "repeated"
    running.reveal(opened["p"])
    assert running.cast(anna, "ballot-1", opened["p"], chosen("a")) == "repeated"


def test_a_repeat_of_what_was_changed_since_does_not_bring_it_back(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    running.cast(anna, "ballot-1", opened["p"], chosen("a"))
    running.cast(anna, "ballot-2", opened["p"], chosen("b"))
    assert running.cast(anna, "ballot-1", opened["p"], chosen("a")) == "repeated"
    assert running.mine(anna)[opened["p"]]["answer"] == chosen("b")


def test_a_known_ballot_with_other_content_is_a_conflict(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    bo = running.join("MEET").participant
    running.cast(anna, "ballot-1", opened["p"], chosen("a"))
    for who, name, answer in (
        (anna, "p", chosen("b")),
        (anna, "p", ABSTAIN),
        (anna, "several", chosen("a")),
        (bo, "p", chosen("a")),
    ):
        assert refused(lambda w=who, n=name, a=answer: running.cast(w, "ballot-1", opened[n], a)) == (  # type: ignore[misc]
            "ballot_conflict"
        )
    assert running.mine(anna) == {opened["p"]: {"answer": chosen("a"), "status": "counted"}}
    assert running.mine(bo) == {}


def test_too_late(running: Room, anna: Participant, opened: dict[str, str]) -> None:
    running.cast(anna, "ballot-1", opened["p"], chosen("a"))
    running.close_round(opened["p"])
    assert refused(lambda: running.cast(anna, "ballot-2", opened["p"], chosen("b"))) == "not_open"
    running.end("m1")
    assert refused(lambda: vote(running, anna, opened["age"], chosen("b"))) == "not_open"
    assert running.mine(anna) == {opened["p"]: {"answer": chosen("a"), "status": "counted"}}


def test_a_late_ballot_may_be_sent_under_the_same_id_in_the_next_round(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    running.close_round(opened["p"])
    assert refused(lambda: running.cast(anna, "ballot-1", opened["p"], chosen("a"))) == "not_open"
    again = running.open_round("m1", "p")
    assert running.cast(anna, "ballot-1", again, chosen("a")) == "counted"


@pytest.mark.parametrize("name", [None, "", "with space", 12345678, [], "x" * 65, "ballot-1\n", "bållot-1"])
def test_a_ballot_id_that_is_none(
    running: Room, anna: Participant, opened: dict[str, str], name: Any
) -> None:
    assert refused(lambda: running.cast(anna, name, opened["p"], chosen("a"))) == "malformed"
    assert running.progress(opened["p"]).answered == 0


@pytest.mark.parametrize("name", ["nothing", "", "x" * 10_000, None, 4, [], {}, True, "r\x00", "\ud83d"])
def test_a_round_that_there_is_not(running: Room, anna: Participant, name: Any) -> None:
    assert refused(lambda: running.cast(anna, "ballot-1", name, chosen("a"))) in (
        "no_such_round",
        "malformed",
    )


def test_nobody_answers_in_another_meeting(running: Room, opened: dict[str, str]) -> None:
    running.import_document(m.meeting(m.single("p"), id="m2", code="OTHER"))
    cia = running.join("OTHER").participant
    assert refused(lambda: vote(running, cia, opened["p"], chosen("a"))) == "no_such_round"
    assert running.progress(opened["p"]).answered == 0


def test_the_same_ballot_id_in_two_meetings_is_two_ballots(running: Room, opened: dict[str, str]) -> None:
    running.import_document(m.meeting(m.single("p"), id="m2", code="OTHER"))
    running.start("m2")
    there = running.open_round("m2", "p")
    anna, cia = running.join("MEET").participant, running.join("OTHER").participant
    assert running.cast(anna, "ballot-1", opened["p"], chosen("a")) == "counted"
    assert running.cast(cia, "ballot-1", there, chosen("b")) == "counted"


@pytest.mark.parametrize("name", ["age", "p", "several", "degree", "number"])
def test_an_odd_answer_is_refused_in_words_and_leaves_nothing(
    running: Room, anna: Participant, opened: dict[str, str], name: str
) -> None:
    for odd in [*ODD_ANSWERS, *ODD_VALUES, [], "a", 4]:
        before = running.mine(anna)
        problem = refusal_of(running, anna, opened[name], odd)
        if problem is not None:
            assert problem.code == "answer"
            assert problem.details["reason"] in ANSWER_REASONS.values()
            assert running.mine(anna) == before


def refusal_of(room: Room, who: Participant, round_id: str, answer: Any) -> Problem | None:
    try:
        room.cast(who, secrets.token_hex(8), round_id, answer)
    except Problem as problem:
        return problem
    return None


@pytest.mark.parametrize(
    "answer",
    [
        {"abstain": False},
        {"abstain": 1},
        {"abstain": "true"},
        {"abstain": None},
        {"abstain": True, "x": 1},
        {"abstain": True, "options": ["a"]},
    ],
)
def test_only_a_plain_abstention_is_one(
    running: Room, anna: Participant, opened: dict[str, str], answer: dict[str, Any]
) -> None:
    assert refused(lambda: vote(running, anna, opened["p"], answer)) == "answer"
    assert running.mine(anna) == {}


# ── Without waiting ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ["threading", "eventlet"], indirect=True)
def test_who_does_not_wait_hears_the_same(
    kiosk: Kiosk, engine: Engine, running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    def heard(ballot_id: str, option: str) -> Any:
        latch = engine.latch()
        running.cast_later(anna, ballot_id, opened["p"], chosen(option), latch.set)
        outcome = latch.wait()
        return outcome.code if isinstance(outcome, Problem) else outcome

    assert heard("ballot-1", "a") == "counted"
    assert heard("ballot-1", "a") == "repeated"
    assert heard("ballot-1", "b") == "ballot_conflict"
    running.close_round(opened["p"])
    assert heard("ballot-1", "a") == "repeated"
    assert heard("ballot-2", "a") == "not_open"
    assert refused(lambda: heard("ballot-3", "z")) == "answer"


@pytest.mark.parametrize("answer", [chosen("a"), chosen("z"), {"abstain": True}, {}, {"options": "a"}])
def test_a_ballot_still_in_json_is_judged_the_same(
    running: Room, anna: Participant, opened: dict[str, str], answer: dict[str, Any]
) -> None:
    def heard(cast: Callable[..., None], name: str, *ballot: Any) -> Any:
        outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()
        try:
            cast(anna, name, *ballot, outcomes.put)
            outcome = outcomes.get(timeout=10)
        except Problem as refusal:
            outcome = refusal
        return outcome.code if isinstance(outcome, Problem) else outcome

    spelt = json.dumps({"round": opened["p"], "answer": answer})
    expected = heard(running.cast_later, "ballot-1", opened["p"], answer)
    assert [heard(running.cast_spelt_later, f"ballot-{n}", spelt) for n in (2, 3)] == [expected] * 2
    assert heard(running.cast_spelt_later, "no", spelt) in ("malformed", expected)
    running.close_round(opened["p"])
    assert heard(running.cast_spelt_later, "ballot-4", spelt) in ("not_open", expected)


def test_a_remembered_answer_is_no_way_into_another_meeting(
    running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    running.import_document(m.meeting(m.single("tea"), id="m2", code="ELSE"))
    running.start("m2")
    cia = running.join("ELSE").participant
    spelt = json.dumps({"round": opened["p"], "answer": chosen("a")})
    counted: queue.SimpleQueue[Any] = queue.SimpleQueue()
    running.cast_spelt_later(anna, "ballot-1", spelt, counted.put)
    assert counted.get(timeout=10) == "counted"
    assert refused(lambda: running.cast_spelt_later(cia, "ballot-2", spelt, counted.put)) == "no_such_round"


# ── What arrives in the same moment ──────────────────────────────────────────────────────────────────


class Moment:
    """Acts that reach the store together, in the order they are handed in."""

    def __init__(self, kiosk: Kiosk, engine: WatchedEngine) -> None:
        kiosk.room.import_document(m.meeting(m.single("p"), m.single("q")))
        kiosk.room.start("m1")
        self.room = kiosk.room
        self.p, self.q = (kiosk.room.open_round("m1", name) for name in ("p", "q"))
        self.anna, self.bo = people(kiosk.room, 2)
        engine.forget_jobs()
        self._group = Group(kiosk.store, engine)

    def cast(self, who: Participant, ballot: str, round_id: str, option: str) -> None:
        self._group.add(partial(self.room.cast, who, ballot, round_id, chosen(option)))

    def close(self, round_id: str) -> None:
        self._group.add(partial(self.room.close_round, round_id))

    def outcomes(self) -> list[Any]:
        return [getattr(outcome, "code", outcome) for outcome in self._group.run()]

    def counts(self, who: Participant) -> dict[str, str]:
        return {name: entry["answer"]["options"][0] for name, entry in self.room.mine(who).items()}


@pytest.fixture
def moment(data: Path) -> Iterator[Moment]:
    engine = WatchedEngine()
    with a_kiosk(data, engine) as kiosk:
        yield Moment(kiosk, engine)


def test_two_tabs_send_the_same_ballot(moment: Moment) -> None:
    for _ in range(3):
        moment.cast(moment.anna, "ballot-1", moment.p, "a")
    assert moment.outcomes() == ["counted", "repeated", "repeated"]
    assert moment.counts(moment.anna) == {moment.p: "a"}


def test_a_tap_and_another_tap(moment: Moment) -> None:
    for number, option in enumerate("abc"):
        moment.cast(moment.anna, f"ballot-{number}", moment.p, option)
    moment.cast(moment.anna, "ballot-0", moment.p, "a")
    assert moment.outcomes() == ["counted", "counted", "counted", "repeated"]
    assert moment.counts(moment.anna) == {moment.p: "c"}


def test_a_ballot_and_its_like_with_other_content(moment: Moment) -> None:
    moment.cast(moment.anna, "ballot-1", moment.p, "a")
    moment.cast(moment.anna, "ballot-1", moment.p, "b")
    moment.cast(moment.bo, "ballot-1", moment.p, "a")
    moment.cast(moment.anna, "ballot-1", moment.q, "a")
    moment.cast(moment.bo, "ballot-2", moment.p, "b")
    assert moment.outcomes() == [
        "counted",
        "ballot_conflict",
        "ballot_conflict",
        "ballot_conflict",
        "counted",
    ]
    assert moment.counts(moment.anna) == {moment.p: "a"}
    assert moment.counts(moment.bo) == {moment.p: "b"}


def test_what_comes_before_a_close_counts_and_what_comes_after_does_not(moment: Moment) -> None:
    moment.cast(moment.anna, "ballot-1", moment.p, "a")
    moment.close(moment.p)
    moment.cast(moment.bo, "ballot-2", moment.p, "a")
    moment.cast(moment.anna, "ballot-1", moment.p, "a")
    moment.cast(moment.bo, "ballot-3", moment.q, "b")
    assert moment.outcomes() == ["counted", None, "not_open", "repeated", "counted"]
    assert moment.counts(moment.anna) == {moment.p: "a"}
    assert moment.counts(moment.bo) == {moment.q: "b"}
    assert moment.room.progress(moment.p).answered == 1


# ── The disk, the restart ────────────────────────────────────────────────────────────────────────────


def test_a_full_disk_is_no_acknowledgement_and_the_same_ballot_counts_later(
    kiosk: Kiosk, running: Room, anna: Participant, opened: dict[str, str]
) -> None:
    everyone = people(running, 400)
    kiosk.store.write(lambda tx: tx.execute("PRAGMA max_page_count = 1"))
    outcomes = [
        try_to_vote(running, who, f"ballot-{place}", opened["p"]) for place, who in enumerate(everyone)
    ]
    assert "not_saving" in outcomes
    assert not running.saving().ok
    assert running.progress(opened["p"]).answered == outcomes.count("counted")
    kiosk.store.write(lambda tx: tx.execute("PRAGMA max_page_count = 100000"))
    again = [try_to_vote(running, who, f"ballot-{place}", opened["p"]) for place, who in enumerate(everyone)]
    assert again == ["counted" if outcome == "not_saving" else "repeated" for outcome in outcomes]
    assert running.saving().ok
    assert running.progress(opened["p"]).answered == 400


def try_to_vote(room: Room, who: Participant, ballot_id: str, round_id: str) -> str:
    try:
        return room.cast(who, ballot_id, round_id, chosen("a"))
    except Problem as problem:
        return problem.code


def test_a_ballot_from_before_a_restart_is_known(
    kiosk: Kiosk, running: Room, anna: Participant, opened: dict[str, str], data: Path
) -> None:
    running.cast(anna, "ballot-1", opened["p"], chosen("a"))
    kiosk.store.close()
    with a_kiosk(data) as again:
        assert again.room.cast(anna, "ballot-1", opened["p"], chosen("a")) == "repeated"
        with pytest.raises(Problem):
            again.room.cast(anna, "ballot-1", opened["p"], chosen("b"))
        assert again.room.cast(anna, "ballot-2", opened["p"], chosen("b")) == "counted"
        assert again.room.progress(opened["p"]).answered == 1
