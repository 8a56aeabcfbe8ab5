"""Releases: what was let through of a round. Of several who ask at once, all get what one of them made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.room.stages import Stages, Transaction, find_as_seen
from kiosk.store import rounds
from kiosk.store.store import Store

Record = Mapping[str, Any]
Make = Callable[[Stage, Round, Record | None], Mapping[str, dict[str, Any]]]
"""Works out a release from the stage, the round and what was let through last: a record for each audience
that one is written for, and none where what was let through stays."""


class Releases:
    """The record of what was let through, and the one way to add to it that takes a while to work out."""

    def __init__(self, store: Store, stages: Stages) -> None:
        self._store = store
        self._stages = stages

    def last(self, round_id: str, audience: str) -> Record | None:
        """What was last let through of a round."""
        return rounds.last_release(self._store.reader(), round_id, audience)

    def advance(self, round_id: str, audience: str, make: Make) -> bool:
        """Let the next of a round through; whether there was one.

        It is worked out beside the writer. Where somebody has acted or let something through meanwhile it is
        thrown away, and made from how things stand then: two that differ by little would tell who.
        """
        while True:
            round = self._stages.round(round_id)
            stage = self._stages.stage(round.meeting)
            last = self.last(round_id, audience)
            made = make(stage, round, last)
            if not made:
                return False
            if self._store.write(_still(stage, round, audience, last, made)):
                return True
            self._stages.forget(round.meeting)


def _still(
    stage: Stage, round: Round, audience: str, last: Record | None, made: Mapping[str, dict[str, Any]]
) -> Callable[[Transaction], bool]:
    """The job that writes what was made, if all is as it was when it was begun."""

    def job(tx: Transaction) -> bool:
        if find_as_seen(tx, round.meeting, None).version != stage.version:
            return False
        if rounds.last_release(tx, round.id, audience) != last:
            return False
        for name, body in made.items():
            rounds.record_release(tx, round.id, name, body)
        return True

    return job
