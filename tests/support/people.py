"""People in the room, as the room sees them: they join and cast, through its verbs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.meeting.ballots import Verdict
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings

Answer = Mapping[str, Any]

ABSTAIN: Answer = {"abstain": True}


def people(room: Room, count: int, code: str = "MEET", *, rehearsal: bool = False) -> list[Participant]:
    """So many participants, each on a phone of their own."""
    return [room.join(code, rehearsal=rehearsal).participant for _ in range(count)]


def vote(room: Room, who: Participant, round_id: str, answer: Answer) -> Verdict:
    """Cast an answer under a fresh ballot id."""
    return room.cast(who, secrets.token_hex(8), round_id, dict(answer))


def vote_all(room: Room, everyone: Iterable[Participant], round_id: str, answers: Iterable[Answer]) -> None:
    """Each participant casts the answer in the same place; the shorter list ends it."""
    for who, answer in zip(everyone, answers, strict=False):
        vote(room, who, round_id, answer)


def hold_and_seal(room: Room, meeting: str = "m1", code: str = "MEET") -> None:
    """A small meeting, from its start to its seal."""
    room.import_document(meetings.meeting(meetings.single("drink"), id=meeting, code=code, date="2026-11-22"))
    room.start(meeting)
    round_id = room.open_round(meeting, "drink")
    vote_all(room, people(room, 12, code), round_id, [chosen("a")] * 12)
    room.close_round(round_id)
    room.end(meeting)
    room.seal(meeting)


def chosen(*options: str) -> Answer:
    return {"options": list(options)}


def value(number: int) -> Answer:
    return {"value": number}


def text(written: str) -> Answer:
    return {"text": written}
