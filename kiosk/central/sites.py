"""Sites: laptops that may send, each by a key that was enrolled with a one-time code and can be revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select

from kiosk.central import tables as t
from kiosk.central.database import Database, Transaction, add_if_new
from kiosk.clock import Clock, stamp
from kiosk.problems import Problem
from kiosk.sync.enrolling import ALPHABET, SECRET_LETTERS, fingerprint, in_groups
from kiosk.sync.exchange import is_enrolment_signed
from kiosk.sync.signing import is_hex

CODE_DAYS = 7


@dataclass(frozen=True)
class SiteKey:
    """One key of a site, for people; ``revoked_at`` is None while it is good."""

    site: str
    name: str
    public: str
    enrolled_at: str
    revoked_at: str | None
    revoked_why: str | None


def make_code(
    database: Database, central: str, clock: Clock, name: str, site: str | None = None, days: int = CODE_DAYS
) -> str:
    """A code that enrols one laptop, once. With ``site`` it gives that site a further key."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LETTERS))
    now = clock.now()
    with database.writing() as tx:
        if site is not None and tx.scalar(select(t.site.c.id).where(t.site.c.id == site)) is None:
            raise Problem("site_unknown")
        tx.execute(
            t.enrolment.insert().values(
                code_digest=_digest(secret),
                name=name,
                site=site,
                made_at=stamp(now),
                expires_at=stamp(now + timedelta(days=days)),
            )
        )
    return in_groups(secret + fingerprint(central))


def enrol(
    database: Database, clock: Clock, *, code: str, site: str, name: str, key: str, signature: str
) -> None:
    """Enrol a site's key with a code. The same again is success: after an answer that was lost, and with
    another code, when the laptop has only forgotten where this store is.
    """
    if not (_is_site(site) and is_hex(key, 64) and is_enrolment_signed(key, site, code, signature)):
        raise Problem("bad_signature")
    now = stamp(clock.now())
    with database.writing() as tx:
        is_known = _is_known(tx, site, key)
        if is_known and _is_used(tx, code):
            return
        bound_to, given_name = _use(tx, code, now)
        if bound_to not in (None, site):
            raise Problem("site_taken")
        if is_known:
            return
        if bound_to is None:
            _add_site(tx, site, name.strip()[:200] or given_name, now)
        _add_key(tx, site, key, now)


def enrol_by_hand(database: Database, clock: Clock, *, site: str, name: str, key: str) -> None:
    """Enrol a key that an administrator has read from a laptop that is never on a network."""
    if not (_is_site(site) and is_hex(key, 64)):
        raise Problem("bad_signature")
    now = stamp(clock.now())
    with database.writing() as tx:
        if tx.scalar(select(t.site.c.id).where(t.site.c.id == site)) is None:
            _add_site(tx, site, name, now)
        _add_key(tx, site, key, now)


def revoke(database: Database, clock: Clock, key: str, why: str) -> None:
    """From now on nothing that this key has signed is taken."""
    with database.writing() as tx:
        done = tx.execute(
            t.site_key.update()
            .where(t.site_key.c.public == key, t.site_key.c.revoked_at.is_(None))
            .values(revoked_at=stamp(clock.now()), revoked_why=why)
        )
        if done.rowcount == 0:
            raise Problem("no_such_key")


def site_of_key(tx: Transaction, key: str) -> str:
    """Whose key this is; Problem when it is nobody's or revoked."""
    row = tx.execute(
        select(t.site_key.c.site, t.site_key.c.revoked_at).where(t.site_key.c.public == key)
    ).first()
    if row is None:
        raise Problem("site_unknown")
    if row.revoked_at is not None:
        raise Problem("key_revoked")
    return str(row.site)


def every_key(database: Database) -> list[SiteKey]:
    """All keys of all sites, for people."""
    c = t.site_key.c
    with database.reading() as tx:
        rows = tx.execute(
            select(c.site, t.site.c.name, c.public, c.enrolled_at, c.revoked_at, c.revoked_why)
            .join(t.site, t.site.c.id == c.site)
            .order_by(t.site.c.name, c.enrolled_at, c.public)
        )
        return [SiteKey(*row) for row in rows]


def _is_known(tx: Transaction, site: str, key: str) -> bool:
    """Whether this is a key of this site that is good."""
    known = select(t.site_key.c.public).where(
        t.site_key.c.public == key, t.site_key.c.site == site, t.site_key.c.revoked_at.is_(None)
    )
    return tx.scalar(known) is not None


def _is_used(tx: Transaction, code: str) -> bool:
    used = select(t.enrolment.c.used_at).where(t.enrolment.c.code_digest == _digest(code))
    return tx.scalar(used) is not None


def _use(tx: Transaction, code: str, now: str) -> tuple[str | None, str]:
    """Use up a code: the site it was made for, if any, and the name it was made under."""
    row = tx.execute(
        t.enrolment.update()
        .where(
            t.enrolment.c.code_digest == _digest(code),
            t.enrolment.c.used_at.is_(None),
            t.enrolment.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(t.enrolment.c.site, t.enrolment.c.name)
    ).first()
    if row is None:
        raise Problem("enrolment_code")
    return row.site, row.name


def _add_site(tx: Transaction, site: str, name: str, now: str) -> None:
    if not add_if_new(tx, t.site, {"id": site, "name": name, "enrolled_at": now}):
        raise Problem("site_taken")


def _add_key(tx: Transaction, site: str, key: str, now: str) -> None:
    if not add_if_new(tx, t.site_key, {"public": key, "site": site, "enrolled_at": now}):
        revoked_at = tx.scalar(select(t.site_key.c.revoked_at).where(t.site_key.c.public == key))
        raise Problem("site_taken" if revoked_at is None else "key_revoked")


def _is_site(site: str) -> bool:
    return 0 < len(site) <= 64 and site.isascii() and site.isalnum()


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
