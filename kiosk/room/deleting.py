"""Deleting a meeting from this machine: with a receipt for all of it, or with a reason that is kept.

What is left is a note of the act. It says which meeting it was, and nothing of what was answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.backups.keeper import Backups
from kiosk.clock import Clock, stamp
from kiosk.live.hub import Hub
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room.participants import Participants
from kiosk.room.stages import Stages, Transaction, find_as_seen
from kiosk.store import acts, meetings, participants
from kiosk.store.acts import Act
from kiosk.store.keys import Keys
from kiosk.store.store import Store
from kiosk.sync.courier import Courier
from kiosk.sync.receipts import SignedReceipt

LONGEST_REASON = 1000
LONGEST_REFERENCE = 200


class Deleting:
    """Deletes meetings that are not running."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        hub: Hub,
        clock: Clock,
        stages: Stages,
        participants: Participants,
        backups: Backups,
        courier: Courier,
    ) -> None:
        self._store = store
        self._keys = keys
        self._hub = hub
        self._clock = clock
        self._stages = stages
        self._participants = participants
        self._backups = backups
        self._courier = courier
        self._tell: list[Callable[[str], None]] = []

    def delete(self, meeting_id: str, why: str = "", reference: str = "", version: int | None = None) -> None:
        """Delete a meeting from the file, its log, every backup within reach and the outbox.

        Without a verified receipt ``why`` must say something. ``reference`` is that of the decision to
        dispose of it, where there is one. The same again, of what is deleted already, is no mistake.
        """
        why, reference = _plain(why, "why", LONGEST_REASON), _plain(reference, "reference", LONGEST_REFERENCE)
        if self._is_deleted(meeting_id):
            self.finish(meeting_id)
            return
        stage = self._stages.stage(meeting_id)
        receipt = self._courier.verified_receipt(meeting_id) if stage.status == "sealed" else None
        if receipt is None and not why:
            raise Problem("no_receipt")

        def job(tx: Transaction) -> frozenset[str]:
            row = find_as_seen(tx, meeting_id, version)
            if row.status == "running":
                raise Problem("not_ended")
            if row.status != stage.status:
                raise Problem("stale")
            note = _note(stage, why, reference, receipt)
            left = participants.delete_all(tx, meeting_id)
            meetings.delete(tx, meeting_id)
            acts.record(tx, Act(meeting_id, "deleted", stamp(self._clock.now()), note))
            return left

        was_shown = self._is_on_the_wall(meeting_id)
        left = self._store.write(job, rebuild=True)
        self._participants.let_go(meeting_id, left)
        self._stages.forget(meeting_id)
        for forget in self._tell:
            forget(meeting_id)
        if was_shown:
            current = self._stages.current_meeting()
            self._hub.lead(current.meeting.id if current else "")
        self.finish(meeting_id)

    def finish(self, meeting_id: str) -> None:
        """Destroy what a deletion leaves outside the file: outbox, key, backups. As often as one likes."""
        clean = self._store.is_clean()
        self._courier.forget(meeting_id)
        self._keys.destroy(meeting_id)
        self._backups.forget_and_start_anew()
        if clean:
            self._store.write(lambda tx: acts.finish(tx, meeting_id, "deleted"))

    def when_deleted(self, forget: Callable[[str], None]) -> None:
        """Have somebody forget each meeting that is deleted from now on."""
        self._tell.append(forget)

    def deleted(self) -> list[Act]:
        """The notes of all meetings that were deleted here, the latest first."""
        return acts.deleted(self._store.reader())

    def _is_deleted(self, meeting_id: str) -> bool:
        reader = self._store.reader()
        return (
            meetings.find(reader, meeting_id) is None
            and acts.of_meeting(reader, meeting_id, "deleted") is not None
        )

    def _is_on_the_wall(self, meeting_id: str) -> bool:
        current = self._stages.current_meeting()
        return current is not None and current.meeting.id == meeting_id


def _note(stage: Stage, why: str, reference: str, receipt: SignedReceipt | None) -> dict[str, Any]:
    return {
        "title": dict(stage.meeting.title),
        "place": dict(stage.meeting.place),
        "date": stage.meeting.date,
        "dialogue": stage.meeting.dialogue_id,
        "status": stage.status,
        "why": why,
        "reference": reference,
        "receipt": receipt.receipt.id if receipt is not None else None,
        "records": receipt.receipt.records if receipt is not None else None,
    }


def _plain(text: str, field: str, longest: int) -> str:
    text = text.strip()
    if len(text) > longest or "\0" in text:
        raise Problem("malformed", field=field)
    return text
