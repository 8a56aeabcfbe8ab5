"""The door of a meeting: its code, whether it is open, and how many people were counted in the hall.

A code on a wall can be photographed and sent on. So it can be changed, by hand or every few minutes by
itself, and the door can be locked. Whoever is in stays in: a device is known by its token, not by the code.
"""

from __future__ import annotations

from kiosk import documents
from kiosk.clock import Clock
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room.stages import Stages, Transaction, expect, find_as_seen
from kiosk.store import meetings
from kiosk.store.meetings import MeetingRow
from kiosk.store.store import Store

GRACE_SECONDS = 60
"""For so long a code still lets in that was replaced by itself: somebody is just scanning it."""
LOOK_SECONDS = 1.0
MOST_HEADS = 100_000
MOST_MINUTES = 240


class Door:
    """Who may come in, and by which code."""

    def __init__(self, store: Store, clock: Clock, stages: Stages) -> None:
        self._store = store
        self._clock = clock
        self._stages = stages
        self._looked_at = clock.seconds()
        self._turned_at: dict[str, float] = {}
        self._before: dict[str, tuple[str, float]] = {}

    def meeting_with_code(self, code: str) -> Stage:
        """The meeting that people join by a code, or joined by a moment ago."""
        try:
            return self._stages.meeting_with_code(code)
        except Problem:
            meeting_id, until = self._before.get(code.strip().upper()[:16], ("", 0.0))
            if self._clock.seconds() >= until:
                raise
            return self._stages.stage(meeting_id)

    def lock(self, meeting_id: str, locked: bool, version: int | None = None) -> None:
        """Let no new device in, or let them in again."""

        def job(tx: Transaction) -> None:
            _expect_joinable(tx, meeting_id, version)
            meetings.set_locked(tx, meeting_id, locked)

        self._store.write(job)
        self._stages.announce(meeting_id, "console", "wall")

    def count_heads(self, meeting_id: str, heads: int | None, version: int | None = None) -> None:
        """Note how many people were counted in the hall; None when nobody has counted."""
        if heads is not None and not 0 <= heads <= MOST_HEADS:
            raise Problem("malformed", field="heads")

        def job(tx: Transaction) -> None:
            expect(tx, meeting_id, version)
            meetings.set_heads(tx, meeting_id, heads)

        self._store.write(job)
        self._stages.announce(meeting_id, "console")

    def change_code(self, meeting_id: str, code: str | None = None, version: int | None = None) -> str:
        """Give the meeting another code, drawn by lot unless one is wanted; the one before ends at once."""
        changed = self._change(meeting_id, documents.check_code(code) if code else "", version)
        self._before = {old: kept for old, kept in self._before.items() if kept[0] != meeting_id}
        return changed

    def turn_code_every(self, meeting_id: str, minutes: int | None, version: int | None = None) -> None:
        """Change the code by itself every so many minutes; None is never."""
        if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
            raise Problem("malformed", field="minutes")

        def job(tx: Transaction) -> None:
            _expect_joinable(tx, meeting_id, version)
            meetings.set_code_minutes(tx, meeting_id, minutes)

        self._store.write(job)
        self._turned_at[meeting_id] = self._clock.seconds()
        self._stages.announce(meeting_id, "console")

    def turn_codes(self) -> None:
        """Change the codes whose time has come. May be called as often as one likes."""
        now = self._clock.seconds()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        for stage in self._stages.meetings():
            if stage.code_minutes is None or stage.status != "running":
                continue
            meeting_id, code = stage.meeting.id, stage.meeting.code
            if now - self._turned_at.setdefault(meeting_id, now) >= 60 * stage.code_minutes:
                self._before = {old: kept for old, kept in self._before.items() if now < kept[1]}
                self._before[code] = (meeting_id, now + GRACE_SECONDS)
                self._change(meeting_id, "", None)

    def _change(self, meeting_id: str, wanted: str, version: int | None) -> str:
        def job(tx: Transaction) -> str:
            row = _expect_joinable(tx, meeting_id, version)
            if wanted and wanted == row.code:
                return row.code
            code = free_code(tx, wanted)
            meetings.set_code(tx, meeting_id, code)
            meetings.move_version(tx, meeting_id)
            return code

        code = self._store.write(job)
        self._turned_at[meeting_id] = self._clock.seconds()
        self._stages.announce(meeting_id)
        return code


def free_code(tx: Transaction, wanted: str) -> str:
    """The code that is wanted, if no other meeting has it; one drawn by lot where none is wanted."""
    if wanted:
        if meetings.find_by_code(tx, wanted) is not None:
            raise Problem("code_taken", code=wanted)
        return wanted
    while True:
        code = documents.draw_code()
        if meetings.find_by_code(tx, code) is None:
            return code


def _expect_joinable(tx: Transaction, meeting_id: str, version: int | None) -> MeetingRow:
    row = find_as_seen(tx, meeting_id, version)
    if row.status not in ("prepared", "running"):
        raise Problem("not_running")
    return row
