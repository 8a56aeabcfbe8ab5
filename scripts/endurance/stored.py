"""What lies in the room's file, read past the server: the last word on what was stored."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class StoredRound:
    """A round in the file. ``answers``: what counts, by participant; ``ballots``: all ever accepted."""

    status: str
    answers: dict[str, Any]
    ballots: int

    @property
    def options(self) -> Counter[str]:
        """How often each option of a choice was chosen."""
        return Counter(option for answer in self.answers.values() for option in answer.get("options", ()))


def read_round(file: Path, round_id: str) -> StoredRound:
    with _reading(file) as connection:
        (status,) = connection.execute("SELECT status FROM round WHERE id = ?", (round_id,)).fetchone()
        rows = connection.execute(
            "SELECT participant, answer FROM ballot WHERE round = ?", (round_id,)
        ).fetchall()
    counted = [(participant, json.loads(answer)) for participant, answer in rows if answer is not None]
    if len(dict(counted)) != len(counted):
        raise AssertionError(f"round {round_id}: somebody counts twice")
    return StoredRound(status, dict(counted), len(rows))


@dataclass(frozen=True)
class Standing:
    """How far a meeting has come. ``rounds``: item, question and status of each, in no order."""

    version: int
    item: str | None
    wall: str
    skipped: frozenset[str]
    rounds: dict[str, tuple[str | None, str, str]]


def read_standing(file: Path, meeting: str) -> Standing:
    with _reading(file) as connection:
        connection.execute("BEGIN")  # one moment for all three
        version, item, wall = connection.execute(
            "SELECT version, item, wall FROM meeting WHERE id = ?", (meeting,)
        ).fetchone()
        skipped = connection.execute("SELECT item FROM skipped WHERE meeting = ?", (meeting,)).fetchall()
        rounds = connection.execute(
            "SELECT id, item, question, status FROM round WHERE meeting = ? AND NOT composition", (meeting,)
        ).fetchall()
    return Standing(
        version, item, wall, frozenset(row[0] for row in skipped), {row[0]: row[1:] for row in rounds}
    )


def answered(file: Path, meeting: str) -> dict[str, int]:
    """How many answers count in each round of a meeting."""
    with _reading(file) as connection:
        rows = connection.execute(
            "SELECT r.id, count(b.answer) FROM round r LEFT JOIN ballot b ON b.round = r.id "
            "WHERE r.meeting = ? GROUP BY r.id",
            (meeting,),
        ).fetchall()
    return dict(rows)


def participants(file: Path, tokens: Iterable[str]) -> dict[str, str]:
    """Whom each device token answers for."""
    with _reading(file) as connection:
        known = dict(connection.execute("SELECT token_digest, participant FROM device").fetchall())
    return {token: known[sha256(token.encode()).digest()] for token in tokens}


def faults(file: Path) -> list[str]:
    """What SQLite finds wrong with the file: nothing, if it is whole."""
    with _reading(file) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check").fetchall()]
        strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    found = [] if said == ["ok"] else [f"integrity check: {line}" for line in said]
    return found + [f"foreign key check: {stray}" for stray in strays]


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()
