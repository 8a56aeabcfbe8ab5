"""Tickets that let a browser in once, and the sessions they are traded for. Both only as digests."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

Role = Literal["console", "wall"]


@dataclass(frozen=True)
class Session:
    """A browser that was let in. ``id`` names it in lists; it opens nothing."""

    id: str
    role: Role
    label: str
    started_at: str


def add_ticket(connection: sqlite3.Connection, digest: bytes, role: Role, expires_at: str | None) -> None:
    connection.execute(
        "INSERT INTO ticket (digest, role, expires_at) VALUES (?, ?, ?)", (digest, role, expires_at)
    )


def use_ticket(connection: sqlite3.Connection, digest: bytes, now: str) -> Role | None:
    """The role of a ticket that is still good; it is gone afterwards, good or not."""
    row = connection.execute(
        "DELETE FROM ticket WHERE digest = ? RETURNING role, expires_at", (digest,)
    ).fetchone()
    if row is None or (row[1] is not None and row[1] < now):
        return None
    role: Role = row[0]
    return role


def void_tickets(connection: sqlite3.Connection) -> None:
    """Make every ticket of an earlier start worthless."""
    connection.execute("DELETE FROM ticket")


def start(connection: sqlite3.Connection, digest: bytes, session: Session) -> None:
    connection.execute(
        "INSERT INTO session (digest, id, role, label, started_at) VALUES (?, ?, ?, ?, ?)",
        (digest, session.id, session.role, session.label, session.started_at),
    )


def find(connection: sqlite3.Connection, digest: bytes) -> Session | None:
    row = connection.execute(
        "SELECT id, role, label, started_at FROM session WHERE digest = ?", (digest,)
    ).fetchone()
    return Session(*row) if row else None


def every(connection: sqlite3.Connection) -> list[Session]:
    rows = connection.execute("SELECT id, role, label, started_at FROM session ORDER BY started_at DESC, id")
    return [Session(*row) for row in rows]


def end(connection: sqlite3.Connection, session_id: str) -> None:
    connection.execute("DELETE FROM session WHERE id = ?", (session_id,))
