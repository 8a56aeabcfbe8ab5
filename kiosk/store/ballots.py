"""Ballots: cast, count, review. One counted ballot per participant and round, kept by an index."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from kiosk.meeting.ballots import Ballot, Verdict, judge
from kiosk.meeting.rounds import RoundStatus

ReviewStatus = Literal["waiting", "approved", "hidden"]
DIGEST_BYTES = 16


@dataclass(frozen=True)
class TextEntry:
    """One open text as the facilitator reviews it. The id is good for reviewing only."""

    id: str
    text: str
    status: ReviewStatus


def cast(connection: sqlite3.Connection, ballot: Ballot, key: bytes) -> Verdict:
    """Count a ballot, or say why not.

    ``key`` is the meeting's own. The ballot's id is looked for before the state of its round, and the state
    is read in the transaction that writes, so a close can never fall between the two.
    """
    ballot_id = keyed(key, ballot.id)
    digest = keyed(key, ballot.round, ballot.participant, ballot.answer)
    known = connection.execute("SELECT digest FROM ballot WHERE id = ?", (ballot_id,)).fetchone()
    verdict = judge(
        known=known is not None,
        same=known is not None and known[0] == digest,
        status=_status(connection, ballot.round),
    )
    if verdict == "counted":
        connection.execute(
            "UPDATE ballot SET answer = NULL WHERE round = ? AND participant = ? AND answer IS NOT NULL",
            (ballot.round, ballot.participant),
        )
        connection.execute(
            "INSERT INTO ballot (id, round, participant, digest, answer) VALUES (?, ?, ?, ?, ?)",
            (ballot_id, ballot.round, ballot.participant, digest, ballot.answer),
        )
    return verdict


def keyed(key: bytes, *parts: str) -> bytes:
    """A digest that cannot be made or undone without the key."""
    digest = blake2b(key=key, digest_size=DIGEST_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(4, "big"))
        digest.update(data)
    return digest.digest()


def answers(connection: sqlite3.Connection, round_id: str) -> list[dict[str, Any]]:
    """The counted answers of a round."""
    rows = connection.execute("SELECT answer FROM ballot WHERE round = ? AND answer IS NOT NULL", (round_id,))
    return [json.loads(row[0]) for row in rows]


def answers_by_participant(connection: sqlite3.Connection, round_id: str) -> dict[str, dict[str, Any]]:
    """The counted answers of a round, each with its participant. For sealing alone."""
    rows = connection.execute(
        "SELECT participant, answer FROM ballot WHERE round = ? AND answer IS NOT NULL", (round_id,)
    )
    return {row[0]: json.loads(row[1]) for row in rows}


def participants(connection: sqlite3.Connection, round_id: str) -> frozenset[str]:
    """Who has answered a round."""
    rows = connection.execute(
        "SELECT participant FROM ballot WHERE round = ? AND answer IS NOT NULL", (round_id,)
    )
    return frozenset(row[0] for row in rows)


def of_participant(connection: sqlite3.Connection, participant: str) -> dict[str, dict[str, Any]]:
    """What a participant has answered, per round."""
    rows = connection.execute(
        "SELECT round, answer FROM ballot WHERE participant = ? AND answer IS NOT NULL", (participant,)
    )
    return {row[0]: json.loads(row[1]) for row in rows}


def forget_order(connection: sqlite3.Connection, round_id: str) -> None:
    """Write a round's ballots anew, in the order of their random ids.

    Rows lie in a page of the file in the order they were written in; this overwrites what that tells.
    """
    rows = connection.execute(
        "SELECT id, round, participant, digest, answer FROM ballot WHERE round = ? ORDER BY id", (round_id,)
    ).fetchall()
    reviews = connection.execute(
        "SELECT ballot, status FROM text_review WHERE ballot IN (SELECT id FROM ballot WHERE round = ?)",
        (round_id,),
    ).fetchall()
    connection.execute("DELETE FROM ballot WHERE round = ?", (round_id,))
    connection.executemany(
        "INSERT INTO ballot (id, round, participant, digest, answer) VALUES (?, ?, ?, ?, ?)", rows
    )
    connection.executemany("INSERT INTO text_review (ballot, status) VALUES (?, ?)", reviews)


def texts(connection: sqlite3.Connection, round_id: str) -> list[TextEntry]:
    """The open texts of a round with what the facilitator decided of each, in no telling order."""
    rows = connection.execute(
        "SELECT b.id, json_extract(b.answer, '$.text'), coalesce(r.status, 'waiting') FROM ballot b "
        "LEFT JOIN text_review r ON r.ballot = b.id "
        "WHERE b.round = ? AND json_extract(b.answer, '$.text') IS NOT NULL ORDER BY b.id",
        (round_id,),
    )
    return [TextEntry(row[0].hex(), row[1], row[2]) for row in rows]


def review(connection: sqlite3.Connection, ballot_id: str, status: Literal["approved", "hidden"]) -> None:
    connection.execute(
        "INSERT INTO text_review (ballot, status) VALUES (?, ?) "
        "ON CONFLICT (ballot) DO UPDATE SET status = excluded.status",
        (bytes.fromhex(ballot_id), status),
    )


def counted_with_rehearsal(connection: sqlite3.Connection, meeting_id: str) -> bool:
    """Whether a round other than composition holds answers of people and of the rehearsal together."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM round r "
        "WHERE r.meeting = ? AND r.composition = 0 AND r.status != 'open' "
        "AND (SELECT count(DISTINCT p.rehearsal) FROM ballot b JOIN participant p ON p.id = b.participant "
        "     WHERE b.round = r.id AND b.answer IS NOT NULL) = 2)",
        (meeting_id,),
    ).fetchone()
    return bool(row[0])


def insert_sealed(
    connection: sqlite3.Connection, round_id: str, respondent: int, answer: str, composition: str
) -> None:
    connection.execute(
        "INSERT INTO sealed_answer (round, respondent, answer, composition) VALUES (?, ?, ?, ?)",
        (round_id, respondent, answer, composition),
    )


def sealed_answers(connection: sqlite3.Connection, round_id: str) -> list[dict[str, Any]]:
    rows = connection.execute("SELECT answer FROM sealed_answer WHERE round = ?", (round_id,))
    return [json.loads(row[0]) for row in rows]


def sealed_texts(connection: sqlite3.Connection, round_id: str) -> list[TextEntry]:
    """The texts that were approved before the seal; the others were emptied by it."""
    rows = connection.execute(
        "SELECT respondent, json_extract(answer, '$.text') AS text FROM sealed_answer "
        "WHERE round = ? AND text != '' ORDER BY respondent",
        (round_id,),
    )
    return [TextEntry(str(row[0]), row[1], "approved") for row in rows]


def _status(connection: sqlite3.Connection, round_id: str) -> RoundStatus:
    row = connection.execute("SELECT status FROM round WHERE id = ?", (round_id,)).fetchone()
    status: RoundStatus = row[0] if row else "closed"
    return status
