"""Sending: from the outbox to the central store, as often as it takes, and the receipt back.

Every step may be repeated, and where it was cut off the next attempt goes on: the central store says which
parts it lacks. A part is at most 256 kB unless one record is larger, so no more than that is ever sent twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom

from kiosk.languages import gettext, number
from kiosk.languages import gettext_noop as N_  # noqa: N812 - the usual mark for translators
from kiosk.problems import Problem
from kiosk.store import sealed
from kiosk.sync import exchange, gathering
from kiosk.sync.bundle import Bundle
from kiosk.sync.enrolling import Central, central_of
from kiosk.sync.link import Link
from kiosk.sync.outbox import Note, Outbox, State
from kiosk.sync.receipts import NoReceipt, SignedReceipt, covers, read_receipt, receipt_from
from kiosk.sync.signing import Site, site_of

FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 900
TEMPORARY = frozenset(
    {
        "central_unreachable",
        "not_central",
        "central_full",
        "central_not_saving",
        "not_kept",
        "trouble",
        "too_fast",
        "nonce_unknown",
        "repeated_request",
        "bad_signature",
        "part",
        "parts_missing",
        "no_such_bundle",
        "not_enrolled",
    }
)
"""What goes away by itself or is put right here; everything else waits for a person."""
_ACKNOWLEDGED = N_("%(parts)s of %(all_parts)s parts, %(records)s of %(all_records)s records acknowledged")
_ANOTHER_VERSION = N_("it is for another version of the meeting")


@dataclass(frozen=True)
class Progress:
    """Where a meeting is on its way. ``receipt`` is there once it is safe, ``problem`` after a failure."""

    meeting: str
    state: State
    parts: int
    parts_acknowledged: int
    records: int
    records_acknowledged: int
    attempts: int = 0
    problem: Problem | None = None
    receipt: SignedReceipt | None = None

    def sentence(self) -> str:
        """How much the central store has acknowledged, in the language now being spoken."""
        return gettext(_ACKNOWLEDGED) % {
            "parts": number(self.parts_acknowledged),
            "all_parts": number(self.parts),
            "records": number(self.records_acknowledged),
            "all_records": number(self.records),
        }


Tell = Callable[[Progress], None]


def sealed_meetings(data: Path) -> list[str]:
    """The meetings of a data folder that could be sent."""
    path = data / "room.sqlite"
    if not path.exists():
        return []
    with closing(sealed.open_reading(path)) as connection:
        return sealed.every(connection)


def prepare(data: Path, meeting: str) -> Bundle:
    """The bundle of a sealed meeting, now also in the outbox. Made anew when the key has changed since."""
    site = site_of(data)
    outbox = Outbox(data)
    kept = outbox.bundle(meeting)
    if kept is not None and (kept.manifest.key, kept.manifest.generation) == (
        site.key.public,
        site.generation,
    ):
        return kept
    bundle = _gather(data, meeting, site)
    outbox.keep(bundle)
    return bundle


def _gather(data: Path, meeting: str, site: Site) -> Bundle:
    try:
        with closing(sealed.open_reading(data / "room.sqlite")) as connection:
            return gathering.bundle_of(connection, meeting, site)
    except sqlite3.Error as error:
        raise Problem("not_kept", reason=str(error)) from error


def progress(data: Path, meeting: str) -> Progress:
    """Where a sealed meeting is, from the files alone."""
    bundle = prepare(data, meeting)
    central = central_of(data)
    note = _sized(Outbox(data).note(meeting), bundle)
    receipt = Outbox(data).receipt(bundle, central.key) if central is not None else None
    if receipt is not None:
        return _safe(bundle, receipt)
    # A note may say more than what lies here now: another key, a copy, a lost receipt.
    return _progress(replace(note, state="waiting") if note.state == "safe" else note)


def send(data: Path, meeting: str, tell: Tell = lambda _: None) -> Progress:
    """Try once to bring a sealed meeting home; raises only when the meeting is not sealed.

    ``tell`` hears of every step. A second call after success changes nothing and asks nobody.
    """
    outbox = Outbox(data)
    bundle = None
    try:
        bundle = prepare(data, meeting)
        central = _expect_central(data)
        receipt = outbox.receipt(bundle, central.key)
        if receipt is None:
            receipt = _deliver(data, bundle, central, _steps(outbox, bundle, tell))
            outbox.keep_receipt(receipt)
    except Problem as problem:
        if problem.code == "not_sealed":
            raise
        return _failed(outbox, meeting, bundle, problem, tell)
    return _arrived(outbox, bundle, receipt, tell)


def take_receipt(data: Path, file: bytes) -> SignedReceipt:
    """Take a receipt that came back on a stick; Problem ``receipt`` unless it covers what lies here."""
    central = central_of(data)
    if central is None:
        raise Problem("not_enrolled")
    try:
        receipt = read_receipt(file, central.key)
    except NoReceipt as error:
        raise Problem("receipt", reason=str(error)) from None
    bundle = prepare(data, receipt.receipt.meeting)
    if not covers(receipt.receipt, bundle.manifest):
        raise Problem("receipt", reason=_ANOTHER_VERSION)
    outbox = Outbox(data)
    outbox.keep_receipt(receipt)
    _arrived(outbox, bundle, receipt, lambda _: None)
    return receipt


def verified_receipt(data: Path, meeting: str) -> SignedReceipt | None:
    """The receipt for all that this data folder holds of a meeting, verified against its own rows, or None.

    Before anything is deleted on the laptop, this must have answered with a receipt.
    """
    central = central_of(data)
    if central is None:
        return None
    return Outbox(data).receipt(_gather(data, meeting, site_of(data)), central.key)


def wait_seconds(attempts: int) -> float:
    """How long to wait before the next try: longer each time, up to a quarter of an hour, and never all at
    once.
    """
    longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(attempts, 10))
    return SystemRandom().uniform(longest / 2, longest)


def _expect_central(data: Path) -> Central:
    central = central_of(data)
    if central is None or not central.url:
        raise Problem("not_enrolled")
    return central


def _deliver(
    data: Path, bundle: Bundle, central: Central, acknowledged: Callable[[set[str]], None]
) -> SignedReceipt:
    """Manifest, missing parts, seal: the receipt, or the Problem that kept it from coming."""
    with Link(central.url, central.key, site_of(data).key) as link:
        signature = {exchange.BUNDLE_SIGNATURE: bundle.signed.signature}
        name = bundle.signed.id
        _, said = link.call("PUT", exchange.bundle_path(name), bundle.signed.written, signature)
        missing = [part for part in bundle.manifest.parts if part.sha256 in set(said["missing"])]
        there = {part.sha256 for part in bundle.manifest.parts} - {part.sha256 for part in missing}
        acknowledged(there)
        for part in missing:
            link.call("PUT", exchange.part_path(name, part.sha256), bundle.parts[part.sha256])
            there.add(part.sha256)
            acknowledged(there)
        _, said = link.call("POST", exchange.seal_path(name))
    return _accepted(said, bundle, central)


def _accepted(said: object, bundle: Bundle, central: Central) -> SignedReceipt:
    try:
        receipt = receipt_from(said, central.key)
    except NoReceipt as error:
        raise Problem("receipt", reason=str(error)) from None
    if not covers(receipt.receipt, bundle.manifest):
        raise Problem("receipt", reason=_ANOTHER_VERSION)
    return receipt


def _steps(outbox: Outbox, bundle: Bundle, tell: Tell) -> Callable[[set[str]], None]:
    """Note and tell how much has been acknowledged."""
    before = _sized(outbox.note(bundle.manifest.meeting), bundle)

    def acknowledged(there: set[str]) -> None:
        parts = [part for part in bundle.manifest.parts if part.sha256 in there]
        note = replace(
            before,
            parts_acknowledged=len(parts),
            records_acknowledged=sum(part.records for part in parts),
            state="waiting",
        )
        outbox.write_note(note)
        tell(_progress(note))

    return acknowledged


def _sized(note: Note, bundle: Bundle) -> Note:
    return replace(note, parts=len(bundle.manifest.parts), records=bundle.manifest.records)


def _progress(note: Note) -> Progress:
    return Progress(
        note.meeting,
        note.state,
        note.parts,
        note.parts_acknowledged,
        note.records,
        note.records_acknowledged,
        note.attempts,
        note.problem,
    )


def _safe(bundle: Bundle, receipt: SignedReceipt) -> Progress:
    manifest = bundle.manifest
    parts, records = len(manifest.parts), manifest.records
    return Progress(manifest.meeting, "safe", parts, parts, records, records, receipt=receipt)


def _failed(outbox: Outbox, meeting: str, bundle: Bundle | None, problem: Problem, tell: Tell) -> Progress:
    before = outbox.note(meeting)
    if bundle is not None:
        before = _sized(before, bundle)
    note = replace(
        before,
        state="waiting" if problem.code in TEMPORARY else "refused",
        attempts=before.attempts + 1,
        code=problem.code,
        details=problem.details,
    )
    try:
        outbox.write_note(note)
    except Problem:
        # On a full disk the note is lost too; what is told here is not.
        note = replace(note, state="waiting")
    return _told(replace(_progress(note), problem=problem), tell)


def _arrived(outbox: Outbox, bundle: Bundle, receipt: SignedReceipt, tell: Tell) -> Progress:
    note = _sized(Note(bundle.manifest.meeting, state="safe"), bundle)
    # The receipt is on the disk; the note only repeats it, so a disk that is full by now does no harm.
    with suppress(Problem):
        outbox.write_note(replace(note, parts_acknowledged=note.parts, records_acknowledged=note.records))
    return _told(_safe(bundle, receipt), tell)


def _told(progress: Progress, tell: Tell) -> Progress:
    tell(progress)
    return progress
