"""The quarantine: what arrived and could not be taken, with the reason, so that a person can look at it.

It is kept beside everything else and blocks nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select

from kiosk.central import tables as t
from kiosk.central.database import Database, Transaction, add_if_new
from kiosk.clock import Clock, stamp
from kiosk.meeting.document import canonical
from kiosk.problems import Problem

LARGEST_KEPT = 2_000_000
MOST_PER_SITE = 200
"""A site that sends damaged things without end fills the disk no further than this."""


@dataclass(frozen=True)
class Quarantined:
    """Something that was set aside; ``what`` names it, ``reason`` is in English, ``named`` its site."""

    id: int
    site: str
    named: str | None
    bundle: str
    what: str
    digest: str
    code: str
    reason: str
    arrived_at: str


def set_aside(
    database: Database, clock: Clock, *, site: str, bundle: str, what: str, body: bytes, problem: Problem
) -> None:
    """Keep what could not be taken; the same again is kept once."""
    row = {
        "site": site,
        "bundle": bundle,
        "what": what,
        "digest": sha256(body).hexdigest(),
        "code": problem.code,
        "reason": str(problem.details.get("reason", problem.code)),
        "body": zlib.compress(body) if len(body) <= LARGEST_KEPT else None,
        "arrived_at": stamp(clock.now()),
    }
    with database.writing() as tx:
        kept = tx.scalar(select(func.count()).select_from(t.quarantine).where(t.quarantine.c.site == site))
        if (kept or 0) < MOST_PER_SITE:
            add_if_new(tx, t.quarantine, row)


def forget(tx: Transaction, meeting: str, bundles: Sequence[str]) -> None:
    """Remove what was set aside of a meeting: what came under its bundles, and files that name it."""
    c = t.quarantine.c
    tx.execute(t.quarantine.delete().where(c.bundle.in_(bundles)))
    named = canonical(meeting).encode()
    rows = tx.execute(select(c.id, c.body).where(c.body.is_not(None), c.what.in_(("file", "manifest"))))
    ids = [row.id for row in rows if named in zlib.decompress(row.body)]
    tx.execute(t.quarantine.delete().where(c.id.in_(ids)))


def every(database: Database) -> list[Quarantined]:
    """All that was set aside, the newest first."""
    c = t.quarantine.c
    asked = select(c.id, c.site, t.site.c.name, c.bundle, c.what, c.digest, c.code, c.reason, c.arrived_at)
    with database.reading() as tx:
        rows = tx.execute(asked.outerjoin(t.site, t.site.c.id == c.site).order_by(c.id.desc()))
        return [Quarantined(*row) for row in rows]
