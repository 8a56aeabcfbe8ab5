"""The catalogue of events that go down the socket. ``docs/protocol.md`` is checked against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Audience = Literal["phone", "console", "wall"]
AUDIENCES: tuple[Audience, ...] = ("phone", "console", "wall")


@dataclass(frozen=True)
class Event:
    """One kind of news: its name, who may hear it, and what it says."""

    name: str
    audiences: tuple[Audience, ...]
    says: str


STATE = Event(
    "state",
    AUDIENCES,
    "What the window shows now, rendered for its audience and language, with the meeting's version.",
)
TALLY = Event(
    "tally",
    ("console", "wall"),
    "How many have answered an open round, of how many connected; at most five a second, with its own seq.",
)
PRESENCE = Event("presence", ("console", "wall"), "How many are connected.")
SAVING = Event("saving", ("console",), "Whether the server can save, when that changes.")

FAREWELL = Event(
    "farewell", AUDIENCES, "Why the server ends this connection: the code of a problem, last of all."
)

CATALOGUE: tuple[Event, ...] = (STATE, TALLY, PRESENCE, SAVING, FAREWELL)
