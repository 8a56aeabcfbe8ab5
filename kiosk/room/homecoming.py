"""Homecoming: how sealed meetings get to the central store, and until when they are kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kiosk.clock import Clock
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room.stages import Stages, Transaction, find_as_seen
from kiosk.store import acts
from kiosk.store.store import Store
from kiosk.sync.courier import Courier, Way
from kiosk.sync.receipts import SignedReceipt


@dataclass(frozen=True)
class Kept:
    """A meeting that lies here: where it is on its way home, once sealed, and until when it is kept."""

    stage: Stage
    way: Way | None
    keep_until: str | None
    is_overdue: bool
    """Whether that day has passed."""


class Homecoming:
    """What waits to go home, and what is done about it."""

    def __init__(self, store: Store, clock: Clock, stages: Stages, courier: Courier) -> None:
        self._store = store
        self._clock = clock
        self._stages = stages
        self._courier = courier
        self.central = courier.central
        self.site = courier.site
        self.enrol = courier.enrol
        self.pin = courier.pin
        self.take_receipt = courier.take_receipt

    def kept(self) -> list[Kept]:
        """Every meeting here, the newest first."""
        ways, until = self._courier.ways(), acts.kept_until(self._store.reader())
        return [self._kept(stage, ways, until) for stage in self._stages.meetings()]

    def overdue(self) -> list[Stage]:
        """The meetings whose day has passed. Nothing is ever deleted by itself."""
        until = acts.kept_until(self._store.reader())
        return [stage for stage in self._stages.meetings() if self._has_passed(until.get(stage.meeting.id))]

    def send(self, meeting_id: str) -> None:
        """Try to send a sealed meeting now."""
        self._expect_sealed(meeting_id)
        self._courier.ask(meeting_id)

    def bundle_file(self, meeting_id: str) -> tuple[str, bytes]:
        """The file of a sealed meeting that goes on a stick: its name and its content."""
        self._expect_sealed(meeting_id)
        return self._courier.bundle_file(meeting_id)

    def verified_receipt(self, meeting_id: str) -> SignedReceipt | None:
        """The receipt for all that is held here of a sealed meeting, verified from its rows."""
        if self._stages.stage(meeting_id).status != "sealed":
            return None
        return self._courier.verified_receipt(meeting_id)

    def keep_until(self, meeting_id: str, day: str | None) -> None:
        """Say until which day a meeting is to be kept here; None where that is open."""
        if day is not None and not _is_a_day(day):
            raise Problem("not_a_date")

        def job(tx: Transaction) -> None:
            find_as_seen(tx, meeting_id, None)
            acts.keep_until(tx, meeting_id, day)

        self._store.write(job)

    def _kept(self, stage: Stage, ways: Mapping[str, Way], until: Mapping[str, str]) -> Kept:
        day = until.get(stage.meeting.id)
        return Kept(stage, ways.get(stage.meeting.id), day, self._has_passed(day))

    def _has_passed(self, day: str | None) -> bool:
        return day is not None and day < self._clock.now().astimezone().date().isoformat()

    def _expect_sealed(self, meeting_id: str) -> None:
        if self._stages.stage(meeting_id).status != "sealed":
            raise Problem("not_sealed")


def _is_a_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
