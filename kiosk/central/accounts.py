"""Accounts: people who read, edit or administer, with digests of their passwords, and their sessions."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import func, select

from kiosk.central import tables as t
from kiosk.central.database import Database, add_if_new, take_turns
from kiosk.clock import Clock, stamp
from kiosk.problems import Problem

Role = Literal["reader", "editor", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 200
SESSION_HOURS = 12
MOST_ATTEMPTS = 10
PAUSE_SECONDS = 300
"""So many attempts may fail under a name within this time."""
TOKEN_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9._@-]{3,60}")
_hasher = PasswordHasher()


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether the account may do what this role may."""
        return ROLES.index(self.role) >= ROLES.index(role)


def open_account(database: Database, clock: Clock, name: str, password: str, role: Role) -> Account:
    """Make an account; Problem ``account`` when the name or the password will not do."""
    if not (_NAME.fullmatch(name) and SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD):
        raise Problem("account")
    account = Account(secrets.token_hex(16), name, role)
    row = {
        "id": account.id,
        "name": name,
        "role": role,
        "password": _hasher.hash(password),
        "made_at": stamp(clock.now()),
    }
    with database.writing() as tx:
        if not add_if_new(tx, t.account, row):
            raise Problem("account")
    return account


def close_account(database: Database, clock: Clock, name: str) -> None:
    """Let nobody in by this account any more; its sessions end at once."""
    with database.writing() as tx:
        found = tx.scalar(select(t.account.c.id).where(t.account.c.name == name))
        if found is None:
            raise Problem("no_such_account", name=name)
        tx.execute(t.account.update().where(t.account.c.id == found).values(closed_at=stamp(clock.now())))
        tx.execute(t.session.delete().where(t.session.c.account == found))


@dataclass(frozen=True)
class Listed:
    """An account in the list of them; ``closed_at`` is None while it lets somebody in."""

    name: str
    role: str
    made_at: str
    closed_at: str | None


def every(database: Database) -> list[Listed]:
    """All accounts by name, those that are closed last."""
    c = t.account.c
    with database.reading() as tx:
        rows = tx.execute(
            select(c.name, c.role, c.made_at, c.closed_at).order_by(c.closed_at.is_not(None), c.name)
        )
        return [Listed(*row) for row in rows]


def log_in(database: Database, clock: Clock, name: str, password: str) -> tuple[Account, str]:
    """The account that name and password open, and the token of a new session. Only its digest is stored.

    An unknown name takes as long as a wrong password. After too many of these a name has to wait.
    """
    attempt = _begin_attempt(database, clock, name)
    with database.reading() as tx:
        row = tx.execute(
            select(t.account).where(t.account.c.name == name, t.account.c.closed_at.is_(None))
        ).first()
    fits = _fits(row.password if row is not None else _nobodys(), password[:LONGEST_PASSWORD])
    if not fits or row is None:
        raise Problem("log_in")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    with database.writing() as tx:
        tx.execute(t.attempt.delete().where(t.attempt.c.id == attempt))
        tx.execute(t.session.delete().where(t.session.c.expires_at <= stamp(now)))
        tx.execute(
            t.session.insert().values(
                digest=_digest(token),
                account=row.id,
                started_at=stamp(now),
                expires_at=stamp(now + timedelta(hours=SESSION_HOURS)),
            )
        )
    return Account(row.id, row.name, row.role), token


def _begin_attempt(database: Database, clock: Clock, name: str) -> int:
    """Note an attempt before its password is looked at, so that all workers together allow no more.

    The name lies here as a digest: people type passwords where names belong.
    """
    now, digest, c = clock.now(), _digest(name), t.attempt.c
    with database.writing() as tx:
        take_turns(tx, digest)
        tx.execute(t.attempt.delete().where(c.at <= stamp(now - timedelta(seconds=PAUSE_SECONDS))))
        made = tx.scalar(select(func.count()).select_from(t.attempt).where(c.name_digest == digest))
        if (made or 0) >= MOST_ATTEMPTS:
            raise Problem("log_in_paused")
        return int(
            tx.scalars(t.attempt.insert().values(name_digest=digest, at=stamp(now)).returning(c.id)).one()
        )


def account_of(database: Database, clock: Clock, token: str) -> Account | None:
    """Whose session a token opens; None when it is unknown, ended or too old."""
    with database.reading() as tx:
        row = tx.execute(
            select(t.account)
            .join(t.session, t.session.c.account == t.account.c.id)
            .where(
                t.session.c.digest == _digest(token),
                t.session.c.expires_at > stamp(clock.now()),
                t.account.c.closed_at.is_(None),
            )
        ).first()
    return Account(row.id, row.name, row.role) if row is not None else None


def log_out(database: Database, token: str) -> None:
    with database.writing() as tx:
        tx.execute(t.session.delete().where(t.session.c.digest == _digest(token)))


def _fits(digest: str, password: str) -> bool:
    try:
        return _hasher.verify(digest, password)
    except VerifyMismatchError:
        return False


@cache
def _nobodys() -> str:
    """The digest of a password that nobody has."""
    return _hasher.hash(secrets.token_hex(16))


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
