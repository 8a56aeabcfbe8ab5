"""How meetings stand: read from the store, kept until somebody acts, announced after they have.

Every part of the room reads meetings here. This part knows what a meeting is and changes none.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from typing import Any

from kiosk.live.events import AUDIENCES, Audience
from kiosk.live.hub import Hub
from kiosk.meeting.document import read_document
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.store import meetings, participants, rounds
from kiosk.store.meetings import MeetingRow
from kiosk.store.store import Store

Transaction = sqlite3.Connection
"""The writer's connection, inside the transaction that a job runs in."""


class Stages:
    """Every meeting as it stands now."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._kept: dict[str, Stage] = {}
        self._codes: dict[str, str] = {}
        self._lock = threading.Lock()
        self._forgotten = 0

    @property
    def acts(self) -> int:
        """Goes up with every act that changes how any meeting stands."""
        return self._forgotten

    def stage(self, meeting_id: str) -> Stage:
        """The meeting as it stands now."""
        stage = self._kept.get(meeting_id)
        if stage is None:
            forgotten = self._forgotten
            stage = self.read(meeting_id)
            with self._lock:
                # Somebody may have acted while it was read: then it is old already, and not kept.
                if forgotten == self._forgotten:
                    self._kept[meeting_id] = stage
        return stage

    def meetings(self) -> list[Stage]:
        """Every meeting as it stands, the newest first."""
        return [self.stage(meeting_id) for meeting_id in meetings.ids(self._store.reader())]

    def meeting_with_code(self, code: str) -> Stage:
        """The meeting with this code, also when it is over."""
        code = code.strip().upper()[:16]
        meeting_id = self._codes.get(code)
        if meeting_id is None:
            forgotten = self._forgotten
            row = meetings.find_by_code(self._store.reader(), code)
            if row is None:
                raise Problem("no_such_code", code=code)
            meeting_id = row.id
            with self._lock:
                if forgotten == self._forgotten:
                    self._codes[code] = meeting_id
        return self.stage(meeting_id)

    def current_meeting(self) -> Stage | None:
        """The meeting that this machine is about: the one last opened in a console, else a running one."""
        chosen = meetings.setting(self._store.reader(), "meeting")
        stages = self.meetings()
        for stage in stages:
            if stage.meeting.id == chosen:
                return stage
        return next((stage for stage in stages if stage.status == "running"), stages[0] if stages else None)

    def round(self, round_id: str) -> Round:
        """The round as it stands now."""
        round = rounds.find(self._store.reader(), round_id)
        if round is None:
            raise Problem("no_such_round")
        return round

    def row(self, meeting_id: str) -> MeetingRow:
        """The meeting's row; a Problem where there is none."""
        return _find(self._store.reader(), meeting_id)

    def read(self, meeting_id: str) -> Stage:
        """The meeting as the file has it, whatever is kept."""
        with self._store.snapshot() as moment:
            return stage_of(moment, _find(moment, meeting_id))

    def forget(self, meeting_id: str) -> None:
        """Read the meeting anew when it is asked for next: something about it has changed.

        Whoever repeats an act calls this as well. They hear how the meeting stands after it, also where the
        first to act has not come to announcing it yet.
        """
        with self._lock:
            self._forgotten += 1
            self._kept.pop(meeting_id, None)
            self._codes.clear()

    def announce(self, meeting_id: str, *audiences: Audience) -> None:
        """Tell audiences, or all of them, how the meeting stands after an act."""
        self.forget(meeting_id)
        self.show_again(meeting_id, *(audiences or AUDIENCES))

    def show_again(self, meeting_id: str, *audiences: Audience) -> None:
        """Tell audiences how the meeting stands, which is as before: there is more of it to be seen."""
        self._hub.announce_state(meeting_id, *audiences)


def stage_of(connection: sqlite3.Connection, row: MeetingRow) -> Stage:
    """The stage of a meeting as a connection sees it: in a transaction, with what has been written so far."""
    meeting = replace(read_document(row.document), code=row.code)
    return Stage(
        meeting=meeting,
        status=row.status,
        version=row.version,
        item=next((item for item in meeting.agenda if item.id == row.item), None),
        wall=row.wall,
        rounds=rounds.of_meeting(connection, row.id),
        skipped=meetings.skipped(connection, row.id),
        rehearsal=participants.in_rehearsal(connection, row.id),
        detail=row.detail,
        locked=row.locked,
        heads=row.heads,
        code_minutes=row.code_minutes,
        code_changed=row.code != row.document["meeting"]["code"],
    )


def find_as_seen(tx: Transaction, meeting_id: str, version: int | None) -> MeetingRow:
    """The meeting, if it is still as the one who acts has seen it; sealed or not."""
    row = _find(tx, meeting_id)
    if version is not None and version != row.version:
        raise Problem("stale")
    return row


def expect(tx: Transaction, meeting_id: str, version: int | None) -> MeetingRow:
    """As ``find_as_seen``, for acts that change a meeting: a Problem once it is sealed."""
    row = find_as_seen(tx, meeting_id, version)
    if row.status == "sealed":
        raise Problem("sealed")
    return row


def expect_running(tx: Transaction, meeting_id: str, version: int | None) -> MeetingRow:
    """As ``find_as_seen``; a Problem where the meeting is not running."""
    row = find_as_seen(tx, meeting_id, version)
    if row.status == "prepared":
        raise Problem("not_started")
    if row.status != "running":
        raise Problem("not_running")
    return row


def _find(connection: sqlite3.Connection, meeting_id: Any) -> MeetingRow:
    nameable = isinstance(meeting_id, str) and meeting_id.isprintable()
    row = meetings.find(connection, meeting_id) if nameable else None
    if row is None:
        raise Problem("no_such_meeting")
    return row
