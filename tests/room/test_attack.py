"""Meetings held in a real room: what its doors have let out, put together, still gives nothing away."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from kiosk.room import Room
from kiosk.statistics.composition import DECLINED
from kiosk.statistics.disclosure import (
    AnswersByGroup,
    Disclosed,
    DisclosedFlows,
    DisclosedGroups,
    Transitions,
)
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.comparing import flows_to, groups_by
from tests.support.hall import Hall, Person, interrogate
from tests.support.people import ABSTAIN, chosen, people, vote

MEETINGS = 8


class HeldHall(Hall):
    """A meeting as ``Hall`` makes it up, held in a room: the room counts, and the room lets out."""

    def __init__(self, seed: int, room: Room) -> None:
        super().__init__(seed)
        self._room = room
        self._phones: dict[int, Participant] = {}
        self._said: dict[tuple[int, str], str] = {}
        self._rounds: dict[str, str] = {}
        about = [
            m.about_you(name, sensitive=self.sensitive[name])
            | {"options": [{"id": value, "text": value} for value in values]}
            for name, values in self.variables.items()
        ]
        options = [{"id": option, "text": option} for option in self.options]
        self.live = seed % 2 == 0
        question = m.single("q", breakdown=list(self.variables), pair_with="q", live=self.live)
        question |= {"options": options}
        room.import_document(m.meeting(*about, question))
        room.start("m1")
        self._doors = {round.question: round.id for round in room.stage("m1").composition_rounds()}

    def step(self) -> None:
        for person in self.people:
            for name, value in person.says.items():
                if self._said.get((id(person), name)) != value:
                    self._said[id(person), name] = value
                    vote(
                        self._room,
                        self._phone(person),
                        self._doors[name],
                        ABSTAIN if value == DECLINED else chosen(value),
                    )
        self._room.tell_news()
        for name, door in self._doors.items():
            seen = self.shown.pictures[name]
            picture = self._room.pictures("m1")[door]
            if picture is not None and (not seen or picture != seen[-1][0]):
                seen.append((picture, self.count(name)))

    def total(self, round_id: str) -> Disclosed:
        real = self._rounds[round_id] = self._room.open_round("m1", "q")
        first = self._answer(round_id, real)
        self._room.close_round(real)
        self._room.reveal(real)
        total = self._room.disclosed(real)
        assert total.answered == self.tally(round_id).answered
        self._check_steps(round_id, len(first))
        return total

    def _answer(self, round_id: str, real: str) -> list[str]:
        """Everybody answers, some at first otherwise, while the wall is watched; the first answers."""
        first: list[str] = []
        for person in self.people:
            if round_id not in person.answers:
                continue
            who, final = self._phone(person), person.answers[round_id]
            hesitates = self.changes_mind and self.chance.random() < 0.1
            first.append(self.chance.choice(self.options) if hesitates else final)
            vote(self._room, who, real, chosen(first[-1]))
            if hesitates:
                vote(self._room, who, real, chosen(final))
            if len(first) % 5 == 0:
                self._look(real, round_id, first)
        self._look(real, round_id, first)
        return first

    def _look(self, real: str, round_id: str, first: list[str]) -> None:
        """What windows get while the round is open: how many, and bars if the question wants them."""
        self._room.tell_news()
        open_ = self._room.disclosed(real)
        assert (open_.counts, open_.percents, open_.valid) == (None, None, None)
        bars = self._room.live(real)
        assert bars is None or self.live
        seen = self.shown.live.setdefault(round_id, [])
        if bars is not None and (not seen or bars != seen[-1][0]):
            given = Counter(first[: bars.ballots])
            seen.append((bars, {option: given[option] for option in self.options}))

    def _check_steps(self, round_id: str, ballots: int) -> None:
        """Each picture of an open round, and the result after the last, stands for ten more at least."""
        pictures = [0, *(bars.ballots for bars, _ in self.shown.live.get(round_id, ())), ballots]
        assert len(pictures) == 2 or all(later - one >= 10 for one, later in pairwise(pictures))

    def groups(self, table: AnswersByGroup, total: Disclosed) -> DisclosedGroups:
        return groups_by(self._room, self._rounds[table.round], table.by)

    def flows(self, transitions: Transitions) -> DisclosedFlows:
        return flows_to(self._room, self._rounds[transitions.after])

    def _phone(self, person: Person) -> Participant:
        if id(person) not in self._phones:
            [self._phones[id(person)]] = people(self._room, 1)
        return self._phones[id(person)]


@pytest.mark.parametrize("seed", range(MEETINGS))
def test_nothing_hidden_can_be_worked_out_of_a_meeting_that_was_held(room: Room, seed: int) -> None:
    hall = HeldHall(seed, room)
    attacker, guarded = interrogate(hall, hall.hold())
    if hall.live and len(hall.people) > 60:
        assert any(hall.shown.live.values()), "bars were seen"
    assert attacker.find_out(guarded, random.Random(seed)) == {}
