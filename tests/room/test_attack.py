"""Meetings held in a real room: what its doors have let out, put together, still gives nothing away."""

from __future__ import annotations

import random

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
        question = m.single("q", breakdown=list(self.variables), pair_with="q") | {"options": options}
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
        for person in self.people:
            if round_id in person.answers:
                vote(self._room, self._phone(person), real, chosen(person.answers[round_id]))
        self._room.close_round(real)
        self._room.reveal(real)
        total = self._room.disclosed(real)
        assert total.answered == self.tally(round_id).answered
        return total

    def groups(self, table: AnswersByGroup, total: Disclosed) -> DisclosedGroups:
        return self._room.groups(self._rounds[table.round], table.by)

    def flows(self, transitions: Transitions) -> DisclosedFlows:
        return self._room.flows(self._rounds[transitions.after])

    def _phone(self, person: Person) -> Participant:
        if id(person) not in self._phones:
            [self._phones[id(person)]] = people(self._room, 1)
        return self._phones[id(person)]


@pytest.mark.parametrize("seed", range(MEETINGS))
def test_nothing_hidden_can_be_worked_out_of_a_meeting_that_was_held(room: Room, seed: int) -> None:
    hall = HeldHall(seed, room)
    attacker, guarded = interrogate(hall, hall.hold())
    assert attacker.find_out(guarded, random.Random(seed)) == {}
