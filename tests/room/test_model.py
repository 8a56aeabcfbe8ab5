"""A thousand random sequences of casting against a model of the rules: no difference.

The model is section by section what the design says of repeats, changes and lost acknowledgements, on plain
dictionaries.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kiosk.app import Kiosk
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.kiosks import a_kiosk

SEQUENCES = 1000
SEQUENCES_TO_A_MEETING = 8
VOTERS = 6
QUESTIONS = ("p", "several")
IN_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Message:
    """A ballot as a phone sends it: who, under which id, in the which-th round of which question, what."""

    who: int
    ballot: str
    question: str
    run: int
    answer: str


@dataclass
class Model:
    """What must come of it."""

    open: dict[str, int | None] = field(default_factory=dict)
    known: dict[str, Message] = field(default_factory=dict)
    counted: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def cast(self, message: Message) -> str:
        if message.answer not in ANSWERS[message.question]:
            return "answer"
        if message.ballot in self.known:
            return "repeated" if self._same(self.known[message.ballot], message) else "ballot_conflict"
        if self.open[message.question] != message.run:
            return "not_open"
        self.known[message.ballot] = message
        self.counted[message.question, message.run, message.who] = message.answer
        return "counted"

    def _same(self, one: Message, other: Message) -> bool:
        answers = ANSWERS[one.question]
        same_place = (one.who, one.question, one.run) == (other.who, other.question, other.run)
        return same_place and answers[one.answer] == answers[other.answer]

    def mine(self, who: int) -> dict[tuple[str, int], Any]:
        return {
            (question, run): ANSWERS[question][answer]
            for (question, run, voter), answer in self.counted.items()
            if voter == who
        }


SAID: dict[str, Any] = {
    "a": {"options": ["a"]},
    "b": {"options": ["b"]},
    "ab": {"options": ["a", "b"]},
    "ba": {"options": ["b", "a"]},
    "abstain": {"abstain": True},
    "nonsense": {"options": ["z"]},
}
"""What phones say, by a name for it."""

ANSWERS: dict[str, dict[str, Any]] = {
    "p": {"a": {"options": ["a"]}, "b": {"options": ["b"]}, "abstain": {"abstain": True}},
    "several": {
        "a": {"options": ["a"]},
        "b": {"options": ["b"]},
        "ab": {"options": ["a", "b"]},
        "ba": {"options": ["a", "b"]},
        "abstain": {"abstain": True},
    },
}
"""What that means as an answer to a question; what is missing does not fit it."""

voters = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5])
questions = st.sampled_from(QUESTIONS)
answers = st.sampled_from(list(SAID))
earlier = st.integers(0, 40)
steps = st.one_of(
    st.tuples(st.just("cast"), voters, questions, answers),
    st.tuples(st.just("cast"), voters, questions, answers),
    # What was sent before, again: the acknowledgement was lost, or another tab has the same outbox.
    st.tuples(st.just("retry"), earlier),
    st.tuples(st.just("retry"), earlier),
    # The same id with something else in it.
    st.tuples(st.just("alter"), earlier, answers),
    st.tuples(st.just("steal"), earlier, voters),
    st.tuples(st.just("move"), earlier, questions),
    st.tuples(st.just("turn"), questions),
)


class Hall:
    """New rounds for one sequence, with the model beside them."""

    numbers = count()

    def __init__(self, room: Room) -> None:
        self.room = room
        self.number = next(self.numbers)
        self.meeting, self.voters = _meeting_for(room, self.number)
        self.model = Model(open=dict.fromkeys(QUESTIONS))
        self.rounds: dict[tuple[str, int], str] = {}
        self.sent: list[Message] = []
        self._runs = dict.fromkeys(QUESTIONS, 0)
        for question in QUESTIONS:
            self.turn(question)

    def turn(self, question: str) -> None:
        """Close the open round of a question, or ask it again."""
        run = self.model.open[question]
        if run is not None:
            self.room.close_round(self.rounds[question, run])
            self.model.open[question] = None
            return
        self._runs[question] += 1
        run = self._runs[question]
        self.rounds[question, run] = self.room.open_round(self.meeting, question)
        self.model.open[question] = run

    def cast(self, who: int, question: str, answer: str) -> None:
        run = self.model.open[question] or self._runs[question]
        self.send(Message(who, f"ballot-{self.number}-{len(self.sent)}", question, run, answer))

    def send(self, message: Message) -> None:
        self.sent.append(message)
        round_id = self.rounds[message.question, message.run]
        try:
            outcome: str = self.room.cast(
                self.voters[message.who], message.ballot, round_id, SAID[message.answer]
            )
        except Problem as problem:
            outcome = problem.code
        assert outcome == self.model.cast(message), message

    def play(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("cast", who, question, answer):
                self.cast(who, question, answer)
            case ("turn", question):
                self.turn(question)
            case (_, number, *what) if self.sent:
                before = self.sent[number % len(self.sent)]
                self.send(_again(step[0], before, *what))

    def check(self) -> None:
        """What each phone sees, and what each round counts."""
        for who, participant in enumerate(self.voters):
            mine = self.room.mine(participant)
            answers = {place: mine[name]["answer"] for place, name in self.rounds.items() if name in mine}
            assert answers == self.model.mine(who)
        for (question, run), round_id in self.rounds.items():
            said = [answer for (q, r, _), answer in self.model.counted.items() if (q, r) == (question, run)]
            assert self.room.progress(round_id).answered == len(said)
            if self.model.open[question] != run:
                self._check_result(round_id, [ANSWERS[question][answer] for answer in said])

    def _check_result(self, round_id: str, given_answers: list[Any]) -> None:
        valid = [answer["options"] for answer in given_answers if "options" in answer]
        marks = Counter(option for options in valid for option in options)
        shown = self.room.disclosed(round_id)
        assert (shown.answered, shown.valid) == (len(given_answers), len(valid))
        assert shown.withheld == ("too_few" if len(valid) < 5 else None)
        if shown.counts is not None:
            assert {name: count for name, count in shown.counts.items() if count} == dict(marks)


@cache
def _voters_of(room: Room, meeting: str) -> list[Participant]:
    code = room.import_document(m.meeting(m.single("p"), m.multiple("several"), id=meeting, code=None)).code
    room.start(meeting)
    return [room.join(code).participant for _ in range(VOTERS)]


def _meeting_for(room: Room, number: int) -> tuple[str, list[Participant]]:
    """A meeting that serves a few sequences, with nothing open in it."""
    meeting = f"m{number // SEQUENCES_TO_A_MEETING}"
    voters = _voters_of(room, meeting)
    for round in room.stage(meeting).open_rounds():  # a sequence that failed may have left some
        room.close_round(round.id)
    return meeting, voters


def _again(how: str, before: Message, *what: Any) -> Message:
    match how, what:
        case "alter", (answer,):
            return Message(before.who, before.ballot, before.question, before.run, answer)
        case "steal", (who,):
            return Message(who, before.ballot, before.question, before.run, before.answer)
        case "move", (question,):
            return Message(before.who, before.ballot, question, 1, before.answer)
        case _:
            return before


@pytest.fixture(scope="module")
def kiosk() -> Iterator[Kiosk]:
    """One kiosk for all sequences. On a disk in memory, where there is one: this is not about the disk."""
    place = IN_MEMORY if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder, a_kiosk(Path(folder)) as kiosk:
        yield kiosk


@settings(
    max_examples=SEQUENCES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(sequence=st.lists(steps, min_size=6, max_size=20))
def test_casting_is_as_the_rules_say(kiosk: Kiosk, sequence: list[tuple[Any, ...]]) -> None:
    hall = Hall(kiosk.room)
    for step in sequence:
        hall.play(step)
    hall.check()
    for question in QUESTIONS:
        if hall.model.open[question] is not None:
            hall.turn(question)
    for message in hall.sent[-VOTERS:]:  # phones wake up once more and send what they sent last
        hall.send(message)
    hall.check()
