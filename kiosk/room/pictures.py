"""Pictures of who is in the room: released in steps, and kept as they were released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from kiosk.meeting.rounds import Round
from kiosk.room.counts import Counts
from kiosk.room.stages import Stages
from kiosk.statistics.composition import DECLINED, Picture, next_picture
from kiosk.statistics.thresholds import Thresholds
from kiosk.store import rounds
from kiosk.store.store import Store


class Pictures:
    """The released picture of each composition round."""

    def __init__(self, store: Store, stages: Stages, counts: Counts, thresholds: Thresholds) -> None:
        self._store = store
        self._stages = stages
        self._counts = counts
        self._thresholds = thresholds

    def of_meeting(self, meeting_id: str) -> Mapping[str, Picture | None]:
        """Who is in the room, as far as it has been released: by the id of the round."""
        return {
            round.id: self.of_round(round.id) for round in self._stages.stage(meeting_id).composition_rounds()
        }

    def of_round(self, round_id: str) -> Picture | None:
        """What was last released of a composition round."""
        body = rounds.last_release(self._store.reader(), round_id, "room")
        return Picture(**body) if body else None

    def step(self, round: Round) -> None:
        """Release the next picture of who is in the room, if enough is new."""
        question = self._stages.stage(round.meeting).question_of(round)
        counted = self._counts.tally(round, question)
        counts = {**counted.counts, DECLINED: counted.abstained}
        last = self.of_round(round.id)
        picture = next_picture(last, counts, sensitive=question.sensitive, thresholds=self._thresholds)
        if picture is not None and picture != last:
            body = asdict(picture)
            self._store.write(lambda tx: rounds.record_release(tx, round.id, "room", body))
            self._stages.announce(round.meeting, "console", "wall")
