"""Intake: manifest, parts, seal; over the network and from a stick alike.

Every step can be repeated. Nothing of a meeting is seen before all of it has arrived, has been counted again
and agrees; then everything becomes visible in one transaction, and only after its commit is there a receipt.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from kiosk.central import bundles, quarantine, unpacking
from kiosk.central import tables as t
from kiosk.central.bundles import State, Way
from kiosk.central.database import Database, Transaction, add_if_new
from kiosk.central.erasing import expect_not_erased
from kiosk.central.recount import Differs, Recount, recount
from kiosk.central.sites import site_of_key
from kiosk.clock import Clock, stamp
from kiosk.problems import Problem
from kiosk.sync.bundle import (
    Damaged,
    OtherSchema,
    SignedManifest,
    per_table,
    read_manifest,
    read_part,
    unpack,
)
from kiosk.sync.receipts import Receipt, SignedReceipt, receipt_from, write_receipt
from kiosk.sync.signing import Key

Outcome = SignedReceipt | Problem
"""What becomes of a bundle that is whole. A Problem is an outcome too, and written down like one."""


@dataclass(frozen=True)
class Intake:
    """What comes in, and by whose clock and key it is acknowledged. ``site`` is who sends: its key has
    signed.
    """

    database: Database
    key: Key
    clock: Clock

    # ── The steps ───────────────────────────────────────────────────────────────────────────────────

    def take_manifest(
        self, site: str, bundle: str, written: bytes, signature: str, way: Way = "http"
    ) -> list[str]:
        """Take a manifest; the digests of the parts that are still to come. Repeatable: this is how to
        resume.
        """
        try:
            signed = _read_manifest(written, signature)
            if signed.id != bundle:
                raise Problem("bundle", reason="it does not have its digest")
        except Problem as problem:
            self._set_aside(site, bundle, "manifest", written, problem)
            raise
        if signed.manifest.site != site:
            raise Problem("not_your_bundle")
        with self.database.writing() as tx:
            if site_of_key(tx, signed.manifest.key) != site:
                raise Problem("not_your_bundle")
            expect_not_erased(tx, signed.manifest.meeting)
            bundles.add(tx, signed, way, self._now())
            held = _receipt(tx, signed.manifest.meeting, signed.manifest.content, self.key.public)
            if held is not None:
                # Every record of it is here, from another copy or under another key.
                return []
            return bundles.missing(tx, signed)

    def take_part(self, site: str, bundle: str, digest: str, body: bytes) -> bool:
        """Take a part; False when it was here already. A damaged one is set aside and blocks nothing."""
        with self.database.reading() as tx:
            signed = bundles.manifest_of(bundles.find(tx, bundle, site))
        part = signed.manifest.part(digest)
        if part is None:
            raise Problem("no_such_part")
        try:
            read_part(part, body)
        except Damaged as damage:
            problem = Problem("part", reason=str(damage))
            self._set_aside(site, bundle, part.name, body, problem)
            raise problem from None
        with self.database.writing() as tx:
            expect_not_erased(tx, signed.manifest.meeting)
            return bundles.keep_part(tx, bundle, part, body)

    def seal(self, site: str, bundle: str) -> SignedReceipt:
        """Count a whole bundle again and make it visible; its receipt, the same one at every call."""
        with self.database.reading() as tx:
            row = bundles.find(tx, bundle, site)
            signed = bundles.manifest_of(row)
            expect_not_erased(tx, row.meeting)
            known = _known_outcome(tx, row, self.key)
            missing = bundles.missing(tx, signed)
        if known is None:
            if missing:
                raise Problem("parts_missing", missing=len(missing))
            known = self._decide(signed)
        if isinstance(known, Problem):
            raise known
        return known

    def import_file(self, file: bytes) -> SignedReceipt:
        """Take a bundle from a stick, by the same steps and the same rules."""
        try:
            found = unpack(file)
        except (Damaged, OtherSchema) as error:
            problem = _as_problem(error)
            self._set_aside("", "", "file", file, problem)
            raise problem from None
        manifest = found.manifest
        with self.database.reading() as tx:
            site = site_of_key(tx, manifest.key)
        missing = self.take_manifest(
            site, found.signed.id, found.signed.written, found.signed.signature, "file"
        )
        for digest in missing:
            self.take_part(site, found.signed.id, digest, found.parts[digest])
        return self.seal(site, found.signed.id)

    # ── Deciding ────────────────────────────────────────────────────────────────────────────────────

    def _decide(self, signed: SignedManifest) -> Outcome:
        try:
            with self.database.reading() as tx:
                counted = recount(signed.manifest, bundles.records(tx, signed))
        except (Differs, Damaged) as error:
            return self._refuse(signed, Problem("recount", reason=str(error)))
        with self.database.writing() as tx:
            expect_not_erased(tx, signed.manifest.meeting)
            row = bundles.lock(tx, signed.id)
            known = _known_outcome(tx, row, self.key)
            return known if known is not None else self._make_visible(tx, row, signed, counted)

    def _make_visible(
        self, tx: Transaction, row: Row[Any], signed: SignedManifest, counted: Recount
    ) -> Outcome:
        if not unpacking.claim(tx, row, counted, self._now()):
            return self._beside(tx, row, signed)
        unpacking.write_rows(tx, row.dialogue, counted)
        bundles.set_state(tx, row.id, "accepted")
        return self.acknowledge(tx, signed)

    def _beside(self, tx: Transaction, row: Row[Any], signed: SignedManifest) -> Outcome:
        """The meeting is here already: the same again is success, anything else is kept for a person to
        settle.
        """
        there = tx.execute(select(t.meeting).where(t.meeting.c.id == row.meeting)).one()
        if there.content == row.content:
            bundles.set_state(tx, row.id, "accepted")
            return self.acknowledge(tx, signed)
        if (twin := _twin(tx, row)) is not None:
            bundles.set_state(tx, row.id, twin)
            return _OF_STATE[twin]()
        bundles.set_state(tx, row.id, "conflict")
        opened = {"meeting": row.meeting, "kept": there.bundle, "beside": row.id, "opened_at": self._now()}
        add_if_new(tx, t.conflict, opened)
        return Problem("meeting_conflict")

    def acknowledge(self, tx: Transaction, signed: SignedManifest) -> SignedReceipt:
        """The receipt for a meeting's content, made once; it counts when the transaction is committed."""
        manifest, own = signed.manifest, signed.manifest.of_meeting
        made = write_receipt(
            self.key,
            Receipt(
                id=secrets.token_hex(16),
                central=self.key.public,
                dialogue=manifest.dialogue,
                meeting=manifest.meeting,
                content=manifest.content,
                parts=len(own),
                records=sum(part.records for part in own),
                tables=per_table(own),
                received_at=self._now(),
            ),
        )
        row = {
            "id": made.receipt.id,
            "meeting": manifest.meeting,
            "content": manifest.content,
            "written": made.written,
            "signature": made.signature,
        }
        add_if_new(tx, t.receipt, row)
        return _receipt(tx, manifest.meeting, manifest.content, self.key.public) or made

    def _refuse(self, signed: SignedManifest, problem: Problem) -> Problem:
        with self.database.writing() as tx:
            bundles.set_state(tx, signed.id, "refused", str(problem.details["reason"]))
        self._set_aside(signed.manifest.site, signed.id, "bundle", signed.written, problem)
        return problem

    def _set_aside(self, site: str, bundle: str, what: str, body: bytes, problem: Problem) -> None:
        quarantine.set_aside(
            self.database, self.clock, site=site, bundle=bundle, what=what, body=body, problem=problem
        )

    def _now(self) -> str:
        return stamp(self.clock.now())


def _read_manifest(written: bytes, signature: str) -> SignedManifest:
    try:
        return read_manifest(written, signature)
    except (Damaged, OtherSchema) as error:
        raise _as_problem(error) from None


def _as_problem(error: Damaged | OtherSchema) -> Problem:
    if isinstance(error, Damaged):
        return Problem("bundle", reason=str(error))
    code = "schema_newer" if error.newer else "schema_older"
    return Problem(code, found=error.found, known=error.known)


def _known_outcome(tx: Transaction, row: Row[Any], key: Key) -> Outcome | None:
    """What has been decided of a bundle before; None when nothing has."""
    receipt = _receipt(tx, row.meeting, row.content, key.public)
    if receipt is not None:
        return receipt
    # A bundle that was refused is counted again: a newer central store may know what this one did not.
    return _OF_STATE[row.state]() if row.state in _OF_STATE else None


_OF_STATE: Mapping[str, Callable[[], Problem]] = {
    "conflict": lambda: Problem("meeting_conflict"),
    "set_aside": lambda: Problem("meeting_set_aside"),
}
"""What a site is told of a bundle that lies beside."""


def _twin(tx: Transaction, row: Row[Any]) -> State | None:
    """The state of a bundle beside with the same content, which came under another key or from a copy."""
    found: State | None = tx.scalar(
        select(t.bundle.c.state)
        .join(t.conflict, t.conflict.c.beside == t.bundle.c.id)
        .where(t.bundle.c.meeting == row.meeting, t.bundle.c.content == row.content)
    )
    return found


def _receipt(tx: Transaction, meeting: str, content: str, central: str) -> SignedReceipt | None:
    row = tx.execute(
        select(t.receipt).where(t.receipt.c.meeting == meeting, t.receipt.c.content == content)
    ).first()
    if row is None:
        return None
    said = {"receipt": row.written, "signature": row.signature}
    return receipt_from(said, central)
