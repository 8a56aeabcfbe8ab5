"""Participants and the devices they answer with. A device is known by a digest of its token alone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

Channel = Literal["phone", "tablet", "paper", "import"]


@dataclass(frozen=True)
class Participant:
    """One respondent of a meeting, pseudonymous."""

    id: str
    meeting: str
    channel: Channel
    rehearsal: bool = False


def insert(connection: sqlite3.Connection, participant: Participant) -> None:
    connection.execute(
        "INSERT INTO participant (id, meeting, channel, rehearsal) VALUES (?, ?, ?, ?)",
        (participant.id, participant.meeting, participant.channel, participant.rehearsal),
    )


def give_device(connection: sqlite3.Connection, token_digest: bytes, participant: str) -> None:
    """Let a device answer for a participant from now on."""
    connection.execute(
        "INSERT INTO device (token_digest, participant) VALUES (?, ?) "
        "ON CONFLICT (token_digest) DO UPDATE SET participant = excluded.participant",
        (token_digest, participant),
    )


def of_device(connection: sqlite3.Connection, token_digest: bytes) -> Participant | None:
    row = connection.execute(
        "SELECT p.id, p.meeting, p.channel, p.rehearsal FROM device d "
        "JOIN participant p ON p.id = d.participant WHERE d.token_digest = ?",
        (token_digest,),
    ).fetchone()
    return Participant(row[0], row[1], row[2], bool(row[3])) if row else None


def in_rehearsal(connection: sqlite3.Connection, meeting_id: str) -> int:
    """How many participants of a meeting are rehearsing."""
    row = connection.execute(
        "SELECT count(*) FROM participant WHERE meeting = ? AND rehearsal = 1", (meeting_id,)
    ).fetchone()
    return int(row[0])


def delete_rehearsing(connection: sqlite3.Connection, meeting_id: str) -> frozenset[str]:
    """Delete the participants of the rehearsal, and with them their ballots; who they were."""
    rows = connection.execute(
        "DELETE FROM participant WHERE meeting = ? AND rehearsal = 1 RETURNING id", (meeting_id,)
    )
    return frozenset(row[0] for row in rows.fetchall())


def delete_all(connection: sqlite3.Connection, meeting_id: str) -> frozenset[str]:
    """Delete every participant of a meeting, and with them devices and ballots; who they were."""
    rows = connection.execute("DELETE FROM participant WHERE meeting = ? RETURNING id", (meeting_id,))
    return frozenset(row[0] for row in rows.fetchall())
