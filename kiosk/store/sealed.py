"""What lies in the file of a sealed meeting, read for its bundle.

Everything comes in an order of its own (rounds as they were opened, answers by respondent number), so that
the same meeting reads the same always.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.meeting.document import Json

BUSY_MILLISECONDS = 5000


@dataclass(frozen=True)
class SealedMeeting:
    """A sealed meeting; ``heads`` is how many people somebody has counted in the hall, if anybody has."""

    id: str
    document: Json
    heads: int | None


@dataclass(frozen=True)
class SealedRound:
    """A round of a sealed meeting; ``number`` counts the meeting's rounds from 1."""

    id: str
    number: int
    item: str | None
    question: str
    question_version: int
    run: int
    status: str
    composition: bool
    connected: int


@dataclass(frozen=True)
class SealedRow:
    """One sealed answer with the composition values and the channel that were left to it."""

    respondent: int
    answer: Json
    composition: Json
    channel: str | None


@dataclass(frozen=True)
class Released:
    """What an audience was shown of a round; ``number`` counts the releases to it from 1."""

    audience: str
    number: int
    body: Json


def open_reading(path: Path) -> sqlite3.Connection:
    """A connection that can only read, beside a running room or without one."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return connection


def every(connection: sqlite3.Connection) -> list[str]:
    """The ids of all sealed meetings."""
    rows = connection.execute("SELECT id FROM meeting WHERE status = 'sealed' ORDER BY id")
    return [row[0] for row in rows]


def find(connection: sqlite3.Connection, meeting_id: str) -> SealedMeeting | None:
    """A meeting, if it is sealed."""
    row = connection.execute(
        "SELECT id, document, heads FROM meeting WHERE id = ? AND status = 'sealed'", (meeting_id,)
    ).fetchone()
    return SealedMeeting(row[0], json.loads(row[1]), row[2]) if row else None


def rounds(connection: sqlite3.Connection, meeting_id: str) -> list[SealedRound]:
    """The rounds that count: those of a rehearsal do not."""
    rows = connection.execute(
        "SELECT id, item, question, question_version, run, status, composition, connected FROM round "
        "WHERE meeting = ? AND rehearsal = 0 AND status != 'open' ORDER BY rowid",
        (meeting_id,),
    )
    return [_round(number, row) for number, row in enumerate(rows, start=1)]


def _round(number: int, row: tuple[Any, ...]) -> SealedRound:
    round_id, item, question, version, run, status, composition, connected = row
    return SealedRound(
        round_id, number, item, question, version, run, status, bool(composition), connected or 0
    )


def answers(connection: sqlite3.Connection, round_id: str) -> Iterator[SealedRow]:
    rows = connection.execute(
        "SELECT respondent, answer, composition, channel FROM sealed_answer WHERE round = ? "
        "ORDER BY respondent",
        (round_id,),
    )
    return (SealedRow(row[0], json.loads(row[1]), json.loads(row[2]), row[3]) for row in rows)


def releases(connection: sqlite3.Connection, round_id: str) -> Iterator[Released]:
    rows = connection.execute(
        "SELECT audience, number, body FROM release WHERE round = ? ORDER BY audience, number", (round_id,)
    )
    return (Released(row[0], row[1], json.loads(row[2])) for row in rows)
