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


def crossed(connection: sqlite3.Connection, round_id: str, other_round: str) -> list[Crossed]:
    """How the participants of one round, or of the other, answered both; all of them, each once."""
    rows = connection.execute(
        "WITH one AS (SELECT participant, answer FROM ballot WHERE round = ?1 AND answer IS NOT NULL), "
        "other AS (SELECT participant, answer FROM ballot WHERE round = ?2 AND answer IS NOT NULL) "
        "SELECT one.answer, other.answer, count(*) FROM one LEFT JOIN other USING (participant) "
        "GROUP BY one.answer, other.answer UNION ALL "
        "SELECT NULL, answer, count(*) FROM other "
        "WHERE participant NOT IN (SELECT participant FROM one) GROUP BY answer",
        (round_id, other_round),
    )
    return [Crossed(_read(row[0]), _read(row[1]), row[2]) for row in rows]


def _read(written: str | None) -> Answer | None:
    return json.loads(written) if written is not None else None
