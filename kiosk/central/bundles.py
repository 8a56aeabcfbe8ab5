"""Bundles and their parts as they lie in the database: whole, as they were signed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Row, select

from kiosk.central import tables as t
from kiosk.central.database import Transaction, add_if_new
from kiosk.problems import Problem
from kiosk.sync.bundle import Part, SignedManifest, read_manifest, read_part
from kiosk.sync.records import TABLES, Record

Way = Literal["http", "file"]
State = Literal["receiving", "accepted", "conflict", "set_aside", "refused"]


def add(tx: Transaction, signed: SignedManifest, way: Way, now: str) -> None:
    """Note a bundle whose manifest has arrived, unless it is noted already."""
    manifest = signed.manifest
    row = {
        "id": signed.id,
        "meeting": manifest.meeting,
        "dialogue": manifest.dialogue,
        "site": manifest.site,
        "content": manifest.content,
        "records": manifest.records,
        "manifest": signed.written,
        "signature": signed.signature,
        "way": way,
        "state": "receiving",
        "arrived_at": now,
    }
    add_if_new(tx, t.bundle, row)


def find(tx: Transaction, bundle: str, site: str) -> Row[Any]:
    """A bundle of this site; Problem when there is none, or it is another's."""
    row = tx.execute(select(t.bundle).where(t.bundle.c.id == bundle)).first()
    if row is None:
        raise Problem("no_such_bundle")
    if row.site != site:
        raise Problem("not_your_bundle")
    return row


def lock(tx: Transaction, bundle: str) -> Row[Any]:
    """A bundle that nobody else can decide about until this transaction ends."""
    return tx.execute(select(t.bundle).where(t.bundle.c.id == bundle).with_for_update()).one()


def set_state(tx: Transaction, bundle: str, state: State, reason: str | None = None) -> None:
    tx.execute(t.bundle.update().where(t.bundle.c.id == bundle).values(state=state, reason=reason))


def manifest_of(row: Row[Any]) -> SignedManifest:
    return read_manifest(row.manifest, row.signature)


def keep_part(tx: Transaction, bundle: str, part: Part, body: bytes) -> bool:
    """Keep a part; False when it was there."""
    packed = zlib.compress(body)
    row = {"bundle": bundle, "sha256": part.sha256, "body": packed}
    return add_if_new(tx, t.part, row)


def missing(tx: Transaction, signed: SignedManifest) -> list[str]:
    """The digests of the parts that have not arrived, in the manifest's order."""
    there = set(tx.scalars(select(t.part.c.sha256).where(t.part.c.bundle == signed.id)))
    return [part.sha256 for part in signed.manifest.parts if part.sha256 not in there]


def records(tx: Transaction, signed: SignedManifest) -> Mapping[str, list[Record]]:
    """All records by table, each part verified once more as it comes off the disk."""
    rows = tx.execute(select(t.part.c.sha256, t.part.c.body).where(t.part.c.bundle == signed.id))
    bodies = {row.sha256: zlib.decompress(row.body) for row in rows}
    found: dict[str, list[Record]] = {table: [] for table in TABLES}
    for part in signed.manifest.parts:
        found[part.table] += read_part(part, bodies[part.sha256])
    return found
