"""A meeting from its start to its end, item by item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kiosk.backups.keeper import Backups
from kiosk.live.connections import Connections
from kiosk.live.events import AUDIENCES, Audience
from kiosk.meeting.agenda import next_item
from kiosk.meeting.document import read_document
from kiosk.meeting.stage import WALL_VIEWS, WallView
from kiosk.problems import Problem
from kiosk.room.meetings import Meetings
from kiosk.room.pictures import Pictures
from kiosk.room.rounds import Rounds
from kiosk.room.stages import Stages, Transaction, expect_running, find_as_seen, stage_of
from kiosk.store import meetings, rounds
from kiosk.store.meetings import MeetingRow
from kiosk.store.store import Store

WALL_OF_ITEM: Mapping[str, WallView] = {"join": "join", "composition": "composition", "break": "break"}
"""What the wall shows when the agenda comes to an item of such a type; any other shows itself."""

NOT_THE_PHONES: tuple[Audience, ...] = ("console", "wall")


class Agenda:
    """Takes a meeting along its agenda."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        stages: Stages,
        meetings: Meetings,
        rounds: Rounds,
        pictures: Pictures,
        backups: Backups,
    ) -> None:
        self._store = store
        self._connections = connections
        self._stages = stages
        self._meetings = meetings
        self._rounds = rounds
        self._pictures = pictures
        self._backups = backups

    def start(self, meeting_id: str, version: int | None = None) -> None:
        """Start the meeting: its composition questions open, its agenda waits at the first item."""

        def job(tx: Transaction) -> bool:
            row = find_as_seen(tx, meeting_id, version)
            if row.status == "running":
                return False
            if row.status != "prepared":
                raise Problem("not_running")
            meeting = read_document(row.document)
            for question in meeting.composition_questions:
                self._rounds.open_in(tx, meeting_id, None, question)
            first = meeting.agenda[0] if meeting.agenda else None
            at_door = first.id if first is not None and first.type == "join" else None
            meetings.set_status(tx, meeting_id, "running")
            meetings.set_place(tx, meeting_id, at_door, "join")
            meetings.move_version(tx, meeting_id)
            return True

        if self._store.write(job):
            self._meetings.choose_meeting(meeting_id)
            self._stages.announce(meeting_id)
        else:
            self._stages.forget(meeting_id)

    def end(self, meeting_id: str, version: int | None = None) -> None:
        """End the meeting: every open round closes, nobody can join any more."""
        present = self._connections.present(meeting_id)

        def job(tx: Transaction) -> bool:
            row = find_as_seen(tx, meeting_id, version)
            if row.status in ("ended", "sealed"):
                return False
            if row.status == "prepared":
                raise Problem("not_started")
            for round in rounds.of_meeting(tx, meeting_id):
                if round.status == "open":
                    self._rounds.close_in(tx, round, present)
            meetings.set_status(tx, meeting_id, "ended")
            meetings.set_place(tx, meeting_id, None, "item")
            meetings.move_version(tx, meeting_id)
            return True

        if self._store.write(job, forget_order=True):
            for round in self._stages.read(meeting_id).composition_rounds():
                self._pictures.step(round)
            self._stages.announce(meeting_id)
            self._backups.soon()
        else:
            self._stages.forget(meeting_id)

    def go_to(self, meeting_id: str, item: str | None, wall: str | None, version: int | None = None) -> None:
        """Go to an item of the agenda, or switch what the wall shows, or both.

        Switching brings the wall to this meeting if it was with another.
        """
        if wall is not None and wall not in WALL_VIEWS:
            raise Problem("malformed", field="wall")

        def job(tx: Transaction) -> bool:
            row = expect_running(tx, meeting_id, version)
            if item is None:
                meetings.set_place(tx, meeting_id, row.item, _wall_view(wall, row.wall))
                return False
            kind = _item_type(row, item)
            meetings.unskip(tx, meeting_id, item)
            meetings.set_place(tx, meeting_id, item, _wall_view(wall, WALL_OF_ITEM.get(kind, "item")))
            meetings.move_version(tx, meeting_id)
            return True

        phones_too = self._store.write(job)
        if wall is not None:
            self._meetings.choose_meeting(meeting_id)
        self._stages.announce(meeting_id, *(AUDIENCES if phones_too else NOT_THE_PHONES))

    def skip(self, meeting_id: str, item: str, version: int | None = None) -> None:
        """Leave an item out and go on to the next one."""

        def job(tx: Transaction) -> None:
            row = expect_running(tx, meeting_id, version)
            _item_type(row, item)
            stage = stage_of(tx, row)
            if any(round.status == "open" for round in stage.rounds_of(item)):
                raise Problem("still_open")
            meetings.skip(tx, meeting_id, item)
            if row.item == item:
                following = next_item(replace(stage, skipped=stage.skipped | {item}), item)
                if following is not None:
                    view = WALL_OF_ITEM.get(following.type, "item")
                    meetings.set_place(tx, meeting_id, following.id, view)
            meetings.move_version(tx, meeting_id)

        self._store.write(job)
        self._stages.announce(meeting_id)


def _item_type(row: MeetingRow, item: Any) -> str:
    for known in row.document["agenda"]:
        if known["id"] == item:
            return str(known.get("type", "question"))
    raise Problem("no_such_item")


def _wall_view(wanted: str | None, otherwise: WallView) -> WallView:
    return next((view for view in WALL_VIEWS if view == wanted), otherwise)
