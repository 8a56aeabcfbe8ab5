"""Participants and the devices they answer with. A device is known by a digest of its token alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Literal, NamedTuple

from kiosk.store.rows import insert

Channel = Literal["phone", "tablet", "paper", "import"]


@dataclass(frozen=True, slots=True)
class Participant:
    """One respondent of a meeting, pseudonymous."""

    id: str
    meeting: str
    channel: Channel
    rehearsal: bool = False


class Arrival(NamedTuple):
    """A participant who is new, and the device that answers for them from now on."""

    participant: Participant
    token_digest: bytes


def let_in_all(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> list[bool]:
    """Let people in; of each, in their order, whether their meeting can still be joined.

    A locked one can be joined by the facilitator's own devices only: tablets, and the rehearsal's.
    """
    locked = _joinable(connection, {arrival.participant.meeting for arrival in arrivals})
    let_in = [
        locked.get(who.meeting) == 0 or (who.meeting in locked and (who.channel != "phone" or who.rehearsal))
        for who, _ in arrivals
    ]
    coming = [arrival for arrival, comes in zip(arrivals, let_in, strict=True) if comes]
    insert(
        connection,
        "participant (id, meeting, channel, rehearsal)",
        [(who.id, who.meeting, who.channel, who.rehearsal) for who, _ in coming],
    )
    insert(
        connection,
        "device (token_digest, participant)",
        [(token_digest, who.id) for who, token_digest in coming],
        "ON CONFLICT (token_digest) DO UPDATE SET participant = excluded.participant",
    )
    return let_in


def _joinable(connection: sqlite3.Connection, meetings: Iterable[str]) -> dict[str, int]:
    """Of the meetings that are not over, whether each is locked."""
    rows = connection.execute(
        "SELECT id, locked FROM meeting WHERE status IN ('prepared', 'running') "
        "AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(meetings)),),
    )
    return dict(rows.fetchall())


def phones(connection: sqlite3.Connection, meeting_id: str) -> int:
    """How many phones have joined a meeting, the rehearsal's left out."""
    row = connection.execute(
        "SELECT count(*) FROM participant WHERE meeting = ? AND channel = 'phone' AND rehearsal = 0",
        (meeting_id,),
    ).fetchone()
    return int(row[0])


def channels(connection: sqlite3.Connection, meeting_id: str) -> dict[str, str]:
    """How each participant of a meeting answers. For sealing alone."""
    rows = connection.execute("SELECT id, channel FROM participant WHERE meeting = ?", (meeting_id,))
    return dict(rows.fetchall())


def mute(connection: sqlite3.Connection, ballot: str) -> None:
    """Hide whatever the author of a text has written and will write in this meeting; never say who."""
    connection.execute(
        "INSERT OR IGNORE INTO muted (participant) SELECT participant FROM ballot WHERE id = ?", (ballot,)
    )


def unmute(connection: sqlite3.Connection, ballot: str) -> None:
    connection.execute(
        "DELETE FROM muted WHERE participant = (SELECT participant FROM ballot WHERE id = ?)", (ballot,)
    )


def of_device(connection: sqlite3.Connection, token_digest: bytes) -> Participant | None:
    row = connection.execute(
        "SELECT p.id, p.meeting, p.channel, p.rehearsal FROM device d "
        "JOIN participant p ON p.id = d.participant WHERE d.token_digest = ?",
        (token_digest,),
    ).fetchone()
    return Participant(row[0], row[1], row[2], bool(row[3])) if row else None


def insert_without_device(connection: sqlite3.Connection, participant: Participant) -> None:
    """A participant who answers on paper, or who answered elsewhere."""
    insert(connection, "participant (id, meeting, channel, rehearsal)", [astuple(participant)])


def delete(connection: sqlite3.Connection, participant: str) -> None:
    connection.execute("DELETE FROM participant WHERE id = ?", (participant,))


def in_rehearsal(connection: sqlite3.Connection, meeting_id: str) -> int:
    """How many participants of a meeting are rehearsing."""
    row = connection.execute(
        "SELECT count(*) FROM participant WHERE meeting = ? AND rehearsal = 1", (meeting_id,)
    ).fetchone()
    return int(row[0])


def delete_rehearsing(connection: sqlite3.Connection, meeting_id: str) -> frozenset[str]:
    """Delete the participants of the rehearsal, and with them their ballots; who they were."""
    connection.execute(
        "DELETE FROM ballot WHERE round IN (SELECT id FROM round WHERE meeting = ?1) "
        "AND participant IN (SELECT id FROM participant WHERE meeting = ?1 AND rehearsal = 1)",
        (meeting_id,),
    )
    rows = connection.execute(
        "DELETE FROM participant WHERE meeting = ? AND rehearsal = 1 RETURNING id", (meeting_id,)
    )
    return frozenset(row[0] for row in rows.fetchall())


def delete_all(connection: sqlite3.Connection, meeting_id: str) -> frozenset[str]:
    """Delete every participant of a meeting, and with them devices and ballots; who they were."""
    connection.execute(
        "DELETE FROM ballot WHERE round IN (SELECT id FROM round WHERE meeting = ?)", (meeting_id,)
    )
    rows = connection.execute("DELETE FROM participant WHERE meeting = ? RETURNING id", (meeting_id,))
    return frozenset(row[0] for row in rows.fetchall())
