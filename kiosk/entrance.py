"""The entrance: who may operate the room and show its wall. Tickets, sessions and the operator's token.

Nothing that opens a door is stored: tickets and tokens lie in the file as digests only. Where a request
comes from on the network is never a key.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from kiosk.clock import Clock, stamp
from kiosk.problems import Problem
from kiosk.store import sessions
from kiosk.store.files import write_whole
from kiosk.store.sessions import Role, Session
from kiosk.store.store import Connection, Store

TOKEN_BYTES = 24
PAIRING_MINUTES = 10
START_LINK_MINUTES = 60
SESSION_DAYS = 30


def mint() -> str:
    """A fresh secret of 192 random bits, good for addresses and headers."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class Admission:
    """A ticket that was good: the role it gives and the token of the session it was traded for."""

    role: Role
    token: str


class Entrance:
    """Lets operators and walls in, and out."""

    def __init__(self, store: Store, clock: Clock, data: Path) -> None:
        self._store = store
        self._clock = clock
        self._operator_token = _read_or_make_token(data / "operator-token")
        store.write(sessions.void_tickets)

    def is_operator(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._operator_token.encode())

    def issue(self, role: Role, minutes: int = PAIRING_MINUTES) -> str:
        """A ticket for one use within so many minutes."""
        ticket = mint()
        expires_at = stamp(self._clock.now() + timedelta(minutes=minutes))
        self._store.write(lambda tx: sessions.add_ticket(tx, digest(ticket), role, expires_at))
        return ticket

    def admit(self, ticket: str, label: str) -> Admission:
        """Trade a ticket for a session; refuse a used, unknown or old one."""
        token = mint()
        now = stamp(self._clock.now())

        def trade(tx: Connection) -> Role | None:
            role = sessions.use_ticket(tx, digest(ticket), now)
            if role is not None:
                session = Session(secrets.token_hex(8), role, label[:80], now)
                sessions.start(tx, digest(token), session)
            return role

        role = self._store.write(trade)
        if role is None:
            raise Problem("ticket_used")
        return Admission(role, token)

    def session(self, token: str | None, *roles: Role) -> Session | None:
        """The session of a token, if it has one of the roles."""
        if not token:
            return None
        session = sessions.find(self._store.reader(), digest(token))
        if session is None or session.role not in roles:
            return None
        oldest = stamp(self._clock.now() - timedelta(days=SESSION_DAYS))
        return session if session.started_at >= oldest else None

    def sessions(self) -> list[Session]:
        return sessions.every(self._store.reader())

    def end(self, session_id: str) -> None:
        self._store.write(lambda tx: sessions.end(tx, session_id))


def _read_or_make_token(path: Path) -> str:
    if not path.exists():
        write_whole(path, mint().encode())
    return path.read_text().strip()
