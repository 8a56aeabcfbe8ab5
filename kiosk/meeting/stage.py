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

CHANGE = "change"
BY = "by:"
"""What of a shown round the room looks at, beside its result: how answers changed, or ``by:`` and the
composition question whose groups are compared."""


def is_detail(value: object) -> bool:
    """Whether something may name what the room looks at of a shown round."""
    return isinstance(value, str) and (value == CHANGE or (value.startswith(BY) and len(value) > len(BY)))


@dataclass(frozen=True)
class Stage:
    """A meeting, where it is on its agenda, what the wall shows, and every round so far, oldest first.

    ``version`` moves with every act that phones hear of. ``rehearsal`` counts rehearsal participants.
    ``detail`` is what the room looks at of the current round once it is shown: None is the result itself.
    While it is ``locked`` no new device is let in; ``heads`` is how many people were counted in the hall; the
    code changes by itself every ``code_minutes``. ``code_changed``: not the document's any more.
    """

    meeting: Meeting
    status: MeetingStatus
    version: int
    item: AgendaItem | None
    wall: WallView
    rounds: tuple[Round, ...]
    skipped: frozenset[str] = frozenset()
    rehearsal: int = 0
    detail: str | None = None
    locked: bool = False
    heads: int | None = None
    code_minutes: int | None = None
    code_changed: bool = False

    @property
    def asks_for_code(self) -> bool:
        """Whether only those may join who know today's code: somebody changed it, or it changes by itself."""
        return self.code_changed or self.code_minutes is not None

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

    @property
    def is_on_composition(self) -> bool:
        """Whether the agenda has come to who is in the room: phones show it too then. The wall may show it at
        any time; that is no act that phones hear of."""
        return self.status == "running" and self.item is not None and self.item.type == "composition"

    def open_rounds(self) -> tuple[Round, ...]:
        """Rounds that can be answered now, those about the participant left out."""
        return tuple(round for round in self.rounds if round.status == "open" and not round.composition)

    def before(self, round: Round) -> Round | None:
        """The closed round that a round is compared with, person by person: its declared partner's last.

        Where two questions are a pair, the later of their last rounds is compared with the earlier one; of a
        question paired with itself, its last two.
        """
        pair = [other for other in self.pair_of(round) if other.status != "open"]
        return pair[0] if len(pair) == 2 and pair[1].id == round.id else None

    def pair_of(self, round: Round) -> tuple[Round, ...]:
        """The two rounds that are one declared pair, the earlier first; fewer while they were not asked."""
        partner = self._partner_of(round.question)
        if partner is None:
            return ()
        asked = [other for other in self.rounds if other.question in (round.question, partner)]
        if partner == round.question:
            return tuple(asked[-2:])
        last = {other.question: other for other in asked}
        return tuple(other for other in asked if other in last.values())

    def _partner_of(self, question_id: str) -> str | None:
        declared = self.questions[question_id].pair_with
        if declared is not None:
            return declared
        return next((other.id for other in self.questions.values() if other.pair_with == question_id), None)

    def composition_rounds(self) -> tuple[Round, ...]:
        return tuple(round for round in self.rounds if round.composition)
