"""Promises about votes, by the hundred and the thousand: repeats, late votes, receipts, frozen questions."""

from __future__ import annotations

import queue
import random
import secrets
from collections import Counter

import pytest

from kiosk.app import Kiosk
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.browsers import Browser
from tests.support.people import chosen, people

VOTERS = 200
ROUNDS = 50
"""Together ten thousand votes."""
LATE = 1_000
OPTIONS = ("a", "b", "c")


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.single("p"), m.single("q")))
    room.start("m1")
    return room


def outcome(room: Room, who: Participant, ballot: str, round_id: str, option: str) -> str:
    try:
        return room.cast(who, ballot, round_id, chosen(option))
    except Problem as problem:
        return problem.code


def test_ten_thousand_votes_each_sent_up_to_five_times_in_any_order(running: Room) -> None:
    chance = random.Random(2)
    voters = people(running, VOTERS)
    for _ in range(ROUNDS):
        round_id = running.open_round("m1", "p")
        votes = [(who, secrets.token_hex(8), chance.choice(OPTIONS)) for who in voters]
        sent = [vote for vote in votes for _ in range(chance.randint(1, 5))]
        chance.shuffle(sent)
        heard: queue.SimpleQueue[object] = queue.SimpleQueue()
        for who, ballot, option in sent:
            running.cast_later(who, ballot, round_id, chosen(option), heard.put)
        told = Counter(heard.get(timeout=20) for _ in sent)
        assert told == Counter(counted=VOTERS, repeated=len(sent) - VOTERS)
        running.close_round(round_id)
        counts = running.disclosed(round_id).counts
        assert counts == Counter(option for _, _, option in votes)


def test_a_thousand_late_votes_are_told_so_and_not_counted(running: Room) -> None:
    voters = people(running, 50)
    round_id = running.open_round("m1", "p")
    for who in voters[:10]:
        running.cast(who, secrets.token_hex(8), round_id, chosen("a"))
    running.close_round(round_id)
    told = Counter(
        outcome(running, voters[number % 50], secrets.token_hex(8), round_id, "b") for number in range(LATE)
    )
    assert told == {"not_open": LATE}
    assert running.disclosed(round_id).counts == {"a": 10, "b": 0, "c": 0}


def test_a_ballots_id_is_its_receipt_and_says_only_that_it_counts(running: Room) -> None:
    """Sent again it is "repeated" to whoever cast it, open or closed; a made-up one never counts."""
    voters = people(running, 50)
    first, second = running.open_round("m1", "p"), running.open_round("m1", "q")
    real = [(who, secrets.token_hex(8), round_id) for who in voters for round_id in (first, second)]
    for who, ballot, round_id in real:
        assert running.cast(who, ballot, round_id, chosen("a")) == "counted"
    running.close_round(first)
    running.close_round(second)
    for who, ballot, round_id in real * 10:
        assert outcome(running, who, ballot, round_id, "a") == "repeated"
    invented = Counter(
        outcome(running, voters[number % 50], secrets.token_hex(8), first, "a") for number in range(1_000)
    )
    assert invented == {"not_open": 1_000}
    stolen = Counter(outcome(running, voters[0], ballot, round_id, "a") for _, ballot, round_id in real[2:])
    assert set(stolen) <= {"ballot_conflict", "not_open"}


def test_an_open_question_is_frozen(kiosk: Kiosk, client: Browser, running: Room) -> None:
    """No way leads to another wording: not while it is open, and not after. A new one is another meeting."""
    running.open_round("m1", "p")
    before = running.document("m1")
    operator = client.operator()
    bent = m.meeting(m.single("p"), m.single("q"))
    bent["questions"][0]["text"] = {"en": "Another question altogether?"}
    assert operator.post("/api/v1/meetings", json=bent).status_code == 409
    changing = [
        (method, rule.rule)
        for rule in kiosk.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if "<meeting_id>" in rule.rule and not rule.rule.endswith(("/end", "/seal", "/code"))
    ]
    assert len(changing) > 8
    for method, rule in changing:
        path = rule.replace("<meeting_id>", "m1")
        operator.open(path, method=method, json={"questions": bent["questions"], "text": {"en": "x"}})
    assert running.document("m1") == before
    assert running.stage("m1").questions["p"].text == running.stage("m1").meeting.questions["p"].text
