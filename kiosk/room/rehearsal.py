"""Forgetting a rehearsal: a simulated phone is nobody, and what it answered is kept as nobody's answer."""

from __future__ import annotations

from kiosk.problems import Problem
from kiosk.room.stages import Transaction
from kiosk.statistics.thresholds import DEFAULTS
from kiosk.store import participants, rounds

REAL_FROM = DEFAULTS.total
"""So many people in the room make a round real that was opened in rehearsal; fewer are the facilitator's own
phones."""


def expect_only_rehearsed(tx: Transaction, meeting_id: str) -> None:
    """A Problem where people in the room have answered together with the rehearsal."""
    if rounds.counted_with_rehearsal(tx, meeting_id, at_least=REAL_FROM):
        raise Problem("rehearsal_counted")


def discard(tx: Transaction, meeting_id: str) -> frozenset[str]:
    """Forget the rehearsal's phones, rounds and pictures, and give the phones. What people answered stays."""
    rounds.forget_rehearsed_releases(tx, meeting_id)
    rounds.leave_rehearsing_out(tx, meeting_id)
    rounds.delete_rehearsed(tx, meeting_id, at_least=REAL_FROM)
    return participants.delete_rehearsing(tx, meeting_id)
