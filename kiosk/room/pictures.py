"""Pictures of who is in the room: released in steps, and kept as they were released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.room.counts import Counts
from kiosk.room.releases import Record, Releases
from kiosk.room.stages import Stages
from kiosk.statistics.composition import DECLINED, Picture, next_picture
from kiosk.statistics.thresholds import Thresholds


class Pictures:
    """The released picture of each composition round."""

    def __init__(self, releases: Releases, stages: Stages, counts: Counts, thresholds: Thresholds) -> None:
        self._releases = releases
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
        return _picture(self._releases.last(round_id, "room"))

    def step(self, round: Round) -> bool:
        """Release the next picture of who is in the room, if enough is new; whether there is one."""
        return self._releases.advance(round.id, "room", self._next)

    def _next(self, stage: Stage, round: Round, last: Record | None) -> Mapping[str, dict[str, Any]]:
        question = stage.question_of(round)
        counted = self._counts.tally(round, question)
        counts = {**counted.counts, DECLINED: counted.abstained}
        before = _picture(last)
        picture = next_picture(before, counts, sensitive=question.sensitive, thresholds=self._thresholds)
        if stage.status == "sealed" or picture is None or picture == before:
            return {}
        return {"room": asdict(picture)}


def _picture(record: Record | None) -> Picture | None:
    return Picture(**record) if record else None
