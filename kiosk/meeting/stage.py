"""The stage: one meeting as it stands now. Every window renders from this one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kiosk.meeting.document import AgendaItem, Meeting, Question
from kiosk.meeting.rounds import Round

MeetingStatus = Literal["prepared", "running", "ended", "sealed"]
WallView = Literal["join", "item", "composition", "blank", "break"]
WALL_VIEWS: tuple[WallView, ...] = ("join", "item", "composition", "blank", "break")


@dataclass(frozen=True)
class Stage:
    """A meeting, where it is on its agenda, what the wall shows, and every round so far, oldest first.

    ``version`` moves with every act that phones hear of. ``rehearsal`` counts rehearsal participants.
    """

    meeting: Meeting
    status: MeetingStatus
    version: int
    item: AgendaItem | None
    wall: WallView
    rounds: tuple[Round, ...]
    skipped: frozenset[str] = frozenset()
    rehearsal: int = 0

    @property
    def agenda(self) -> tuple[AgendaItem, ...]:
        return self.meeting.agenda

    @property
    def questions(self) -> Mapping[str, Question]:
        return self.meeting.questions

    def question_of(self, thing: Round | AgendaItem) -> Question:
        """The question that a round or a question item asks."""
        return self.questions[thing.question or ""]

    def rounds_of(self, item_id: str) -> tuple[Round, ...]:
        return tuple(round for round in self.rounds if round.item == item_id)

    def current_round(self) -> Round | None:
        """The latest round of the current item; at no item, the latest that is not on the agenda."""
        current = self.item.id if self.item else None
        rounds = [round for round in self.rounds if round.item == current and not round.composition]
        return rounds[-1] if rounds else None

    def open_rounds(self) -> tuple[Round, ...]:
        """Rounds that can be answered now, those about the participant left out."""
        return tuple(round for round in self.rounds if round.status == "open" and not round.composition)

    def composition_rounds(self) -> tuple[Round, ...]:
        return tuple(round for round in self.rounds if round.composition)
