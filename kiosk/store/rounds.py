"""Rounds, and the record of what was released of each."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import Any

from kiosk.meeting.document import canonical
from kiosk.meeting.rounds import Round, RoundStatus

_COLUMNS = (
    "id, meeting, item, question, question_version, run, status, connected, opened_at, composition, rehearsal"
)


def insert(connection: sqlite3.Connection, round: Round) -> None:
    """Write a round down."""
    connection.execute(
        f"INSERT INTO round ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            round.id,
            round.meeting,
            round.item,
            round.question,
            round.question_version,
            round.run,
            round.status,
            round.connected,
            round.opened_at,
            round.composition,
            round.rehearsal,
        ),
    )


def find(connection: sqlite3.Connection, round_id: str) -> Round | None:
    """The round of this id."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM round WHERE id = ?", (round_id,)).fetchone()
    return _row(row) if row else None


def of_meeting(connection: sqlite3.Connection, meeting_id: str) -> tuple[Round, ...]:
    """The rounds of a meeting, the oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM round WHERE meeting = ? ORDER BY rowid", (meeting_id,))
    return tuple(_row(row) for row in rows)


def last_run(connection: sqlite3.Connection, meeting_id: str, question: str) -> int:
    """How often the question has been asked in this meeting."""
    row = connection.execute(
        "SELECT coalesce(max(run), 0) FROM round WHERE meeting = ? AND question = ?", (meeting_id, question)
    ).fetchone()
    return int(row[0])


def set_status(connection: sqlite3.Connection, round_id: str, status: RoundStatus) -> None:
    """Say how far the round has come."""
    connection.execute("UPDATE round SET status = ? WHERE id = ?", (status, round_id))


def close(connection: sqlite3.Connection, round_id: str, connected: int, closed_at: str) -> None:
    """Close a round, with how many phones were there then."""
    connection.execute(
        "UPDATE round SET status = 'closed', connected = ?, closed_at = ? WHERE id = ?",
        (connected, closed_at, round_id),
    )


_PEOPLE = (
    "(SELECT count(*) FROM ballot b JOIN participant p ON p.id = b.participant "
    "WHERE b.round = round.id AND b.answer IS NOT NULL AND p.rehearsal = 0)"
)
_REHEARSED = (
    "EXISTS (SELECT 1 FROM ballot b JOIN participant p ON p.id = b.participant "
    "WHERE b.round = round.id AND p.rehearsal = 1)"
)


def counted_with_rehearsal(connection: sqlite3.Connection, meeting_id: str, at_least: int) -> bool:
    """Whether people in the room have answered a closed round together with the rehearsal.

    In a round that was opened in rehearsal fewer than ``at_least`` of them, the facilitator's own phone
    say, do not make it real.
    """
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM round WHERE meeting = ? AND composition = 0 AND status != 'open' "
        f"AND {_REHEARSED} AND {_PEOPLE} >= iif(rehearsal = 1, ?, 1))",
        (meeting_id, at_least),
    ).fetchone()
    return bool(row[0])


def delete_rehearsed(connection: sqlite3.Connection, meeting_id: str, at_least: int) -> None:
    """Delete the rounds of the rehearsal that too few others answered; keep the rest as real."""
    connection.execute(
        f"DELETE FROM round WHERE meeting = ? AND composition = 0 AND (rehearsal = 1 OR {_REHEARSED}) "
        f"AND {_PEOPLE} < iif(rehearsal = 1, ?, 1)",
        (meeting_id, at_least),
    )
    connection.execute("UPDATE round SET rehearsal = 0 WHERE meeting = ?", (meeting_id,))


def leave_rehearsing_out(connection: sqlite3.Connection, meeting_id: str) -> None:
    """Count the practice phones that answered a round no longer among those who were connected to it."""
    connection.execute(
        "UPDATE round SET connected = connected - (SELECT count(*) FROM ballot b "
        "JOIN participant p ON p.id = b.participant "
        "WHERE b.round = round.id AND b.answer IS NOT NULL AND p.rehearsal = 1) "
        "WHERE meeting = ? AND connected IS NOT NULL",
        (meeting_id,),
    )


def any_open(connection: sqlite3.Connection) -> bool:
    """Whether anybody can be answering anything now."""
    row = connection.execute("SELECT EXISTS (SELECT 1 FROM round WHERE status = 'open')").fetchone()
    return bool(row[0])


def delete_all(connection: sqlite3.Connection, meeting_id: str) -> None:
    """Remove every round of a meeting."""
    connection.execute("DELETE FROM round WHERE meeting = ?", (meeting_id,))


def record_release(
    connection: sqlite3.Connection, round_id: str, audience: str, body: dict[str, Any]
) -> None:
    """Note what an audience was shown of a round, unless it is what it was shown last."""
    written = canonical(body)
    if _last_body(connection, round_id, audience) == written:
        return
    connection.execute(
        "INSERT INTO release (round, audience, number, body) SELECT ?1, ?2, "
        "(SELECT coalesce(max(number), 0) + 1 FROM release WHERE round = ?1 AND audience = ?2), ?3",
        (round_id, audience, written),
    )


def last_release(connection: sqlite3.Connection, round_id: str, audience: str) -> dict[str, Any] | None:
    """What an audience was last let see of a round; None for nothing yet."""
    written = _last_body(connection, round_id, audience)
    return json.loads(written) if written is not None else None


def _last_body(connection: sqlite3.Connection, round_id: str, audience: str) -> str | None:
    row = connection.execute(
        "SELECT body FROM release WHERE round = ? AND audience = ? ORDER BY number DESC LIMIT 1",
        (round_id, audience),
    ).fetchone()
    return row[0] if row else None


def forget_rehearsed_releases(connection: sqlite3.Connection, meeting_id: str) -> None:
    """Forget the pictures of who is in the room that the rehearsal had a part in."""
    connection.execute(
        "DELETE FROM release WHERE round IN "
        f"(SELECT id FROM round WHERE meeting = ? AND composition = 1 AND {_REHEARSED})",
        (meeting_id,),
    )


def keep_last_release(
    connection: sqlite3.Connection, round_id: str, audience: str, body: dict[str, Any]
) -> None:
    """Keep one release of a round, in these words, and forget those before."""
    connection.execute("DELETE FROM release WHERE round = ? AND audience = ?", (round_id, audience))
    record_release(connection, round_id, audience, body)


def forget_unshown(connection: sqlite3.Connection, meeting_id: str) -> None:
    """Forget the whole tables behind those that were shown."""
    connection.execute(
        "DELETE FROM release WHERE audience LIKE 'unshown:%' "
        "AND round IN (SELECT id FROM round WHERE meeting = ?)",
        (meeting_id,),
    )


def _row(row: tuple[Any, ...]) -> Round:
    *columns, composition, rehearsal = row
    return replace(Round(*columns), composition=bool(composition), rehearsal=bool(rehearsal))
