"""Every call of the API, by tag, in the order of a meeting: a file per tag."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.openapi.calls import access, home, meetings, participants, populations, room, rounds
from kiosk.openapi.parts import Call

TAGS: Mapping[str, str] = {
    "participants": "What a phone or a shared tablet does: join, look, answer.",
    "meetings": "Meetings as documents, and their way from the start to the seal.",
    "rounds": "Asking a question: open, close, reveal, and what came of it.",
    "populations": "Whom the rooms of a dialogue are compared with.",
    "home": "What comes after a meeting: the bundle, the way to the central store, deleting.",
    "access": "Who may operate the room and show its wall.",
    "room": "The room itself.",
}

CALLS: Mapping[str, tuple[Call, ...]] = {
    "participants": participants.CALLS,
    "meetings": meetings.CALLS,
    "rounds": rounds.CALLS,
    "populations": populations.CALLS,
    "home": home.CALLS,
    "access": access.CALLS,
    "room": room.CALLS,
}
