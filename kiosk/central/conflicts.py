"""Conflicts: two versions of one meeting, both kept, until a person has decided which of them counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Row, select

from kiosk.central import bundles, unpacking
from kiosk.central import tables as t
from kiosk.central.database import Transaction
from kiosk.central.erasing import expect_not_erased
from kiosk.central.intake import Intake
from kiosk.central.recount import recount
from kiosk.clock import stamp
from kiosk.meeting.document import Text
from kiosk.problems import Problem

Choice = Literal["kept", "beside"]


@dataclass(frozen=True)
class Version:
    """One version of a meeting: from which site, by its id and name, and how much it holds."""

    bundle: str
    site: str
    named: str
    answers: int
    records: int
    arrived_at: str


@dataclass(frozen=True)
class Conflict:
    """A conflict for a person to settle; ``kept`` counts meanwhile. Names are those of ``kept``."""

    id: int
    meeting: str
    dialogue: str
    place: Text
    date: str
    kept: Version
    beside: Version
    opened_at: str


def open_conflicts(intake: Intake) -> list[Conflict]:
    """The conflicts that nobody has settled, the oldest first."""
    c, of = t.conflict.c, t.meeting.c
    asked = (
        select(c.id, c.meeting, of.dialogue, of.place, of.title, of.date, c.kept, c.beside, c.opened_at)
        .join(t.meeting, of.id == c.meeting)
        .where(c.settled_at.is_(None))
        .order_by(c.id)
    )
    with intake.database.reading() as tx:
        return [
            Conflict(
                row.id,
                row.meeting,
                row.dialogue,
                row.place or row.title,
                row.date,
                _version(tx, row.kept),
                _version(tx, row.beside),
                row.opened_at,
            )
            for row in tx.execute(asked).all()
        ]


def settle(intake: Intake, conflict: int, choose: Choice, who: str, note: str) -> None:
    """Decide a conflict. The version that was not chosen stays with its parts, and counts nowhere."""
    with intake.database.writing() as tx:
        found = tx.execute(
            select(t.conflict).where(t.conflict.c.id == conflict, t.conflict.c.settled_at.is_(None))
        ).first()
        if found is None:
            raise Problem("no_such_conflict")
        expect_not_erased(tx, found.meeting)
        if choose == "beside":
            _exchange(intake, tx, found)
        else:
            bundles.set_state(tx, found.beside, "set_aside", note)
        tx.execute(
            t.conflict.update()
            .where(t.conflict.c.id == conflict)
            .values(settled_at=stamp(intake.clock.now()), settled_by=who, chosen=choose, note=note)
        )


def _exchange(intake: Intake, tx: Transaction, conflict: Row[tuple[object, ...]]) -> None:
    """Let the version beside count from now on, and the one that counted lie beside."""
    coming = bundles.lock(tx, conflict.beside)
    signed = bundles.manifest_of(coming)
    counted = recount(signed.manifest, bundles.records(tx, signed))
    # Another conflict of the same meeting may have been settled before: what counts now is what the row says.
    going = tx.scalar(select(t.meeting.c.bundle).where(t.meeting.c.id == conflict.meeting))
    unpacking.take_out(tx, conflict.meeting)
    unpacking.claim(tx, coming, counted, stamp(intake.clock.now()))
    unpacking.write_rows(tx, coming.dialogue, counted)
    if going is not None:
        bundles.set_state(tx, going, "set_aside")
    bundles.set_state(tx, coming.id, "accepted")
    intake.acknowledge(tx, signed)


def _version(tx: Transaction, bundle: str) -> Version:
    asked = select(t.bundle, t.site.c.name).join(t.site, t.site.c.id == t.bundle.c.site)
    row = tx.execute(asked.where(t.bundle.c.id == bundle)).one()
    tables = bundles.manifest_of(row).manifest.tables
    answers = tables.get("answers", 0) + tables.get("texts", 0)
    return Version(row.id, row.site, row.name, answers, row.records, row.arrived_at)
