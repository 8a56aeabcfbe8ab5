"""Two rounds crossed: how the same participants answered both. For the disclosure gate alone."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass

from kiosk.meeting.tally import Answer


@dataclass(frozen=True)
class Crossed:
    """Participants who gave ``answer`` in one round and ``other`` in another; None where they gave none."""

    answer: Answer | None
    other: Answer | None
    people: int


def crossed(connection: sqlite3.Connection, round_id: str, other_round: str) -> list[Crossed]:
    """How the participants of one round, or of the other, answered both; all of them, each once."""
    one, other = _written(connection, round_id), _written(connection, other_round)
    people = Counter((one.get(person), other.get(person)) for person in {**one, **other})
    return [Crossed(_read(answer), _read(beside), count) for (answer, beside), count in people.items()]


def _written(connection: sqlite3.Connection, round_id: str) -> dict[str, str]:
    """The counted answers of a round by participant, as they are stored."""
    rows = connection.execute(
        "SELECT participant, answer FROM ballot WHERE round = ? AND answer IS NOT NULL", (round_id,)
    )
    return dict(rows.fetchall())


def _read(written: str | None) -> Answer | None:
    return json.loads(written) if written is not None else None
