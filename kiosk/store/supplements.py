"""Supplements: ballots for a closed round that wait until the result may follow them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from kiosk.meeting.ballots import Verdict, judge
from kiosk.meeting.tally import Answer
from kiosk.store.ballots import Cast, keyed

_KNOWN = "SELECT digest FROM ballot WHERE id = ?1 UNION ALL SELECT digest FROM supplement WHERE id = ?1"


def add(connection: sqlite3.Connection, cast: Cast) -> Verdict:
    """Let a ballot wait; "repeated" or "conflict" when its id is known. Its participant must be there."""
    ballot = cast.ballot
    name = keyed(cast.key, ballot.id)
    digest = digest_of(cast)
    known = connection.execute(_KNOWN, (name,)).fetchone()
    verdict = judge(known=known is not None, same=known == (digest,), status="open")
    if verdict == "counted":
        connection.execute(
            "INSERT INTO supplement (id, round, participant, digest, answer) VALUES (?, ?, ?, ?, ?)",
            (name, ballot.round, ballot.participant, digest, ballot.answer),
        )
    return verdict


def digest_of(cast: Cast) -> str:
    """What a repeat is known by: its participant is a fresh one each time, and says nothing."""
    return keyed(cast.key, cast.ballot.round, cast.ballot.answer)


def waiting(connection: sqlite3.Connection, round_id: str) -> list[Answer]:
    """The answers that wait, in no telling order."""
    rows = connection.execute("SELECT answer FROM supplement WHERE round = ? ORDER BY id", (round_id,))
    return [json.loads(row[0]) for row in rows]


def count(connection: sqlite3.Connection, round_id: str) -> int:
    """Let the ballots that wait count; how many they were."""
    counted = connection.execute(
        "INSERT INTO ballot (id, round, participant, digest, answer) "
        "SELECT id, round, participant, digest, answer FROM supplement WHERE round = ?",
        (round_id,),
    ).rowcount
    connection.execute("DELETE FROM supplement WHERE round = ?", (round_id,))
    connection.execute("UPDATE round SET connected = connected + ? WHERE id = ?", (counted, round_id))
    return counted


def waiting_by_round(connection: sqlite3.Connection, rounds: Sequence[str]) -> dict[str, int]:
    """How many ballots wait in each of some rounds; rounds with none are left out."""
    rows = connection.execute(
        "SELECT round, count(*) FROM supplement WHERE round IN (SELECT value FROM json_each(?)) "
        "GROUP BY round",
        (json.dumps(list(rounds)),),
    )
    return {row[0]: row[1] for row in rows}
