"""Acts that are for good, the seal and the deletion of a meeting, and until when a meeting is to be kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kiosk.meeting.document import canonical

Deed = Literal["sealed", "deleted"]


@dataclass(frozen=True)
class Act:
    """What was done to a meeting, when, and what its note says. Of a deleted one nothing else is left."""

    meeting: str
    deed: Deed
    at: str
    note: Mapping[str, Any]


def record(connection: sqlite3.Connection, act: Act) -> None:
    """Note an act in the transaction that does it; it is unfinished until ``finish``.

    A meeting that was deleted and brought in again has the note of the last time.
    """
    connection.execute(
        "INSERT INTO act (meeting, deed, at, note) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (meeting, deed) DO UPDATE SET at = excluded.at, note = excluded.note, finished = 0",
        (act.meeting, act.deed, act.at, canonical(act.note)),
    )


def finish(connection: sqlite3.Connection, meeting_id: str, deed: Deed) -> None:
    """All that belongs to an act is done."""
    connection.execute("UPDATE act SET finished = 1 WHERE meeting = ? AND deed = ?", (meeting_id, deed))


def unfinished(connection: sqlite3.Connection) -> list[Act]:
    """The acts that were cut off after their transaction."""
    return _read(connection, "WHERE finished = 0 ORDER BY at, meeting")


def deleted(connection: sqlite3.Connection) -> list[Act]:
    """The meetings that were deleted, the latest first."""
    return _read(connection, "WHERE deed = 'deleted' ORDER BY at DESC, meeting")


def of_meeting(connection: sqlite3.Connection, meeting_id: str, deed: Deed) -> Act | None:
    found = _read(connection, "WHERE meeting = ? AND deed = ?", meeting_id, deed)
    return found[0] if found else None


def keep_until(connection: sqlite3.Connection, meeting_id: str, date: str | None) -> None:
    """Until which day, as year-month-day, a meeting is to be kept; None where nobody has said."""
    connection.execute("DELETE FROM retention WHERE meeting = ?", (meeting_id,))
    if date is not None:
        connection.execute("INSERT INTO retention (meeting, keep_until) VALUES (?, ?)", (meeting_id, date))


def kept_until(connection: sqlite3.Connection) -> dict[str, str]:
    """The day of each meeting that has one."""
    return dict(connection.execute("SELECT meeting, keep_until FROM retention").fetchall())


def _read(connection: sqlite3.Connection, where: str, *values: str) -> list[Act]:
    rows = connection.execute(f"SELECT meeting, deed, at, note FROM act {where}", values)
    return [Act(row[0], row[1], row[2], json.loads(row[3])) for row in rows]
