"""Two rounds crossed: how the same participants answered both. For the disclosure gate alone."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from kiosk.meeting.tally import Answer


@dataclass(frozen=True)
class Crossed:
    """Participants who gave ``answer`` in one round and ``other`` in another; None where they gave none."""

    answer: Answer | None
    other: Answer | None
    people: int


_CROSSED = """
SELECT answer, other, count(*) FROM (
    SELECT max(answer) FILTER (WHERE round = ?1) AS answer, max(answer) FILTER (WHERE round = ?2) AS other
    FROM ballot WHERE round IN (?1, ?2) AND answer IS NOT NULL GROUP BY participant
) GROUP BY answer, other
"""
"""In few rows: each further one lets go of the interpreter, and votes take it meanwhile."""


def crossed(connection: sqlite3.Connection, round_id: str, other_round: str) -> list[Crossed]:
    """How the participants of one round, or of the other, answered both; all of them, each once."""
    rows = connection.execute(_CROSSED, (round_id, other_round)).fetchall()
    return [Crossed(_read(answer), _read(beside), people) for answer, beside, people in rows]


def _read(written: str | None) -> Answer | None:
    return json.loads(written) if written is not None else None
