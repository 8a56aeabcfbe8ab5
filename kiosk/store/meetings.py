"""Meetings, their agendas' state and their questions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kiosk.meeting.document import Json, Question, canonical
from kiosk.meeting.stage import MeetingStatus, WallView


@dataclass(frozen=True)
class MeetingRow:
    """What changes about a meeting while it is held, and the document it was made from."""

    id: str
    code: str
    status: MeetingStatus
    version: int
    item: str | None
    wall: WallView
    detail: str | None
    locked: bool
    heads: int | None
    code_minutes: int | None
    document: Json


_COLUMNS = "id, code, status, version, item, wall, detail, locked, heads, code_minutes, document"


def insert(
    connection: sqlite3.Connection, document: Json, code: str, questions: Iterable[Question], created_at: str
) -> None:
    """Write a meeting down with its questions, not yet started."""
    meeting_id = document["meeting"]["id"]
    connection.execute(
        "INSERT INTO meeting (id, code, document, created_at) VALUES (?, ?, ?, ?)",
        (meeting_id, code, canonical(document), created_at),
    )
    connection.executemany(
        "INSERT INTO question (meeting, id, version) VALUES (?, ?, ?)",
        [(meeting_id, question.id, question.version) for question in questions],
    )


def find(connection: sqlite3.Connection, meeting_id: str) -> MeetingRow | None:
    """The meeting of this id."""
    return _one(connection.execute(f"SELECT {_COLUMNS} FROM meeting WHERE id = ?", (meeting_id,)))


def find_by_code(connection: sqlite3.Connection, code: str) -> MeetingRow | None:
    """The meeting that is joined by this code."""
    return _one(connection.execute(f"SELECT {_COLUMNS} FROM meeting WHERE code = ?", (code,)))


def ids(connection: sqlite3.Connection) -> list[str]:
    """All meetings, the newest first: in the order they came in, whatever the clock said."""
    return [row[0] for row in connection.execute("SELECT id FROM meeting ORDER BY rowid DESC")]


def delete(connection: sqlite3.Connection, meeting_id: str) -> None:
    """Delete a meeting with all that belongs to it, and let this machine be about it no more."""
    connection.execute("DELETE FROM meeting WHERE id = ?", (meeting_id,))
    connection.execute("DELETE FROM setting WHERE name = 'meeting' AND value = ?", (canonical(meeting_id),))


def set_status(connection: sqlite3.Connection, meeting_id: str, status: MeetingStatus) -> None:
    """Say how far the meeting has come."""
    connection.execute("UPDATE meeting SET status = ? WHERE id = ?", (status, meeting_id))


def begin_anew(connection: sqlite3.Connection, meeting_id: str) -> None:
    """Put a meeting back to where it was before its start."""
    connection.execute("DELETE FROM skipped WHERE meeting = ?", (meeting_id,))
    connection.execute(
        "UPDATE meeting SET status = 'prepared', item = NULL, wall = 'join' WHERE id = ?", (meeting_id,)
    )


def set_place(connection: sqlite3.Connection, meeting_id: str, item: str | None, wall: WallView) -> None:
    """Where the meeting is on its agenda, and what the wall shows: of a round that is shown, its result."""
    connection.execute(
        "UPDATE meeting SET item = ?, wall = ?, detail = NULL WHERE id = ?", (item, wall, meeting_id)
    )


def set_detail(connection: sqlite3.Connection, meeting_id: str, detail: str | None) -> None:
    """What the room looks at of the round that is shown, beside its result."""
    connection.execute("UPDATE meeting SET wall = 'item', detail = ? WHERE id = ?", (detail, meeting_id))


def set_code(connection: sqlite3.Connection, meeting_id: str, code: str) -> None:
    """Give the meeting another code to join by."""
    connection.execute("UPDATE meeting SET code = ? WHERE id = ?", (code, meeting_id))


def set_locked(connection: sqlite3.Connection, meeting_id: str, locked: bool) -> None:
    """Whether new devices are kept out."""
    connection.execute("UPDATE meeting SET locked = ? WHERE id = ?", (locked, meeting_id))


def set_heads(connection: sqlite3.Connection, meeting_id: str, heads: int | None) -> None:
    """How many people were counted in the hall."""
    connection.execute("UPDATE meeting SET heads = ? WHERE id = ?", (heads, meeting_id))


def set_code_minutes(connection: sqlite3.Connection, meeting_id: str, minutes: int | None) -> None:
    """How often the code changes by itself."""
    connection.execute("UPDATE meeting SET code_minutes = ? WHERE id = ?", (minutes, meeting_id))


def move_version(connection: sqlite3.Connection, meeting_id: str) -> int:
    """Count one act that every audience hears of; the new version."""
    row = connection.execute(
        "UPDATE meeting SET version = version + 1 WHERE id = ? RETURNING version", (meeting_id,)
    ).fetchone()
    return int(row[0])


def skip(connection: sqlite3.Connection, meeting_id: str, item: str) -> None:
    """Note that an item of the agenda is left out; a second time changes nothing."""
    connection.execute("INSERT OR IGNORE INTO skipped (meeting, item) VALUES (?, ?)", (meeting_id, item))


def unskip(connection: sqlite3.Connection, meeting_id: str, item: str) -> None:
    """Take that note back."""
    connection.execute("DELETE FROM skipped WHERE meeting = ? AND item = ?", (meeting_id, item))


def skipped(connection: sqlite3.Connection, meeting_id: str) -> frozenset[str]:
    """The items that are left out."""
    rows = connection.execute("SELECT item FROM skipped WHERE meeting = ?", (meeting_id,))
    return frozenset(row[0] for row in rows)


def setting(connection: sqlite3.Connection, name: str) -> Any:
    """What is kept under a name; None for nothing."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return json.loads(row[0]) if row else None


def set_setting(connection: sqlite3.Connection, name: str, value: Any) -> None:
    """Keep a value under a name, in the place of the one before."""
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, canonical(value)),
    )


def _one(rows: sqlite3.Cursor) -> MeetingRow | None:
    row = rows.fetchone()
    return _row(row) if row else None


def _row(row: tuple[Any, ...]) -> MeetingRow:
    meeting_id, code, status, version, item, wall, detail, locked, heads, code_minutes, document = row
    door = bool(locked), heads, code_minutes
    return MeetingRow(meeting_id, code, status, version, item, wall, detail, *door, json.loads(document))
