"""Erasing: a meeting goes out of the store for good, with all that came in of it. A note of the act stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from kiosk.central import quarantine, summaries
from kiosk.central import tables as t
from kiosk.central.database import Database, Transaction, take_turns
from kiosk.clock import Clock, stamp
from kiosk.problems import Problem


@dataclass(frozen=True)
class Erased:
    """The note of an erased meeting. ``place`` and ``date`` are None where nothing of it had been counted."""

    meeting: str
    dialogue: str
    place: Mapping[str, str] | None
    date: str | None
    why: str
    erased_by: str
    erased_at: str


def erase(database: Database, clock: Clock, meeting: str, who: str, why: str) -> Erased:
    """Erase a meeting: its rows, bundles and receipts, and its share in every figure; the note of it."""
    with database.writing() as tx:
        take_turns(tx, meeting)
        _refuse(tx, meeting)
        held = tx.execute(select(t.meeting).where(t.meeting.c.id == meeting)).first()
        bundles = tx.execute(select(t.bundle).where(t.bundle.c.meeting == meeting)).all()
        if not bundles:
            raise Problem("no_such_meeting")
        note = Erased(
            meeting,
            bundles[0].dialogue if held is None else held.dialogue,
            None if held is None else held.place,
            None if held is None else held.date,
            why,
            who,
            stamp(clock.now()),
        )
        _remove(tx, meeting, bundles)
        tx.execute(t.tombstone.insert().values(vars(note)))
    database.empty_log()
    return note


def every(database: Database) -> list[Erased]:
    """The notes of all erased meetings, the latest first."""
    c = t.tombstone.c
    with database.reading() as tx:
        rows = tx.execute(select(t.tombstone).order_by(c.erased_at.desc(), c.meeting))
        return [Erased(**row._asdict()) for row in rows]


def expect_not_erased(tx: Transaction, meeting: str) -> None:
    """A Problem if the meeting was erased; nobody erases it until this transaction ends."""
    take_turns(tx, meeting, side_by_side=True)
    _refuse(tx, meeting)


def _refuse(tx: Transaction, meeting: str) -> None:
    if tx.scalar(select(t.tombstone.c.meeting).where(t.tombstone.c.meeting == meeting)) is not None:
        raise Problem("meeting_erased")


def _remove(tx: Transaction, meeting: str, bundles: Sequence[Row[Any]]) -> None:
    summaries.take_out(tx, meeting)
    tx.execute(t.meeting.delete().where(t.meeting.c.id == meeting))
    for table in (t.conflict, t.receipt, t.bundle):
        tx.execute(table.delete().where(table.c.meeting == meeting))
    quarantine.forget(tx, meeting, [bundle.id for bundle in bundles])
