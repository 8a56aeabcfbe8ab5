"""Bars while a round is open, for a question that declared them: whole blocks of first ballots, and late.

In which order ballots came is nowhere in the file. It is here, in memory and without names, and goes with the
round's close. After a restart nothing is shown until the close: the blocks could not be told apart any more.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.kinds import kind_of
from kiosk.meeting.ballots import Ballot
from kiosk.meeting.document import Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.tally import is_valid
from kiosk.statistics.disclosure import DisclosedLive, disclose_live
from kiosk.statistics.thresholds import Thresholds
from kiosk.store import rounds
from kiosk.store.store import Store

AUDIENCE = "live"
"""Under which name the bars are in the record of releases."""


@dataclass
class _Coming:
    """The first valid answers to an open round in the order they came, and everybody who has answered."""

    question: Question
    people: set[str] = field(default_factory=set)
    ballots: list[Mapping[str, int]] = field(default_factory=list)
    shown: DisclosedLive | None = None


class LiveBars:
    """What may be shown of rounds that are open and whose questions declared it."""

    def __init__(self, store: Store, thresholds: Thresholds) -> None:
        self._store = store
        self._thresholds = thresholds
        self._coming: dict[str, _Coming] = {}
        self._lock = threading.Lock()

    def begin(self, round_id: str, question: Question) -> None:
        """A round has been opened: its ballots are noted if its question wants bars."""
        if question.live:
            self._coming[round_id] = _Coming(question)

    def end(self, round_id: str) -> None:
        """A round is closed: forget in which order its ballots came."""
        self._coming.pop(round_id, None)

    def note(self, ballot: Ballot) -> None:
        """A ballot was counted. Only a participant's first one matters; a change counts at the close."""
        coming = self._coming.get(ballot.round)
        if coming is None:
            return
        answer = json.loads(ballot.answer)
        with self._lock:
            if ballot.participant in coming.people:
                return
            coming.people.add(ballot.participant)
            if is_valid(answer):
                coming.ballots.append(kind_of(coming.question).count(coming.question, [answer]))

    def step(self, round: Round) -> bool:
        """Release the next bars of an open round, if a whole block is new; whether there are any."""
        coming = self._coming.get(round.id)
        if coming is None:
            return False
        shown = disclose_live(
            round.id, coming.ballots, sensitive=coming.question.sensitive, thresholds=self._thresholds
        )
        if shown is None or shown == coming.shown:
            return False
        record = shown.as_record()
        self._store.write(lambda tx: rounds.record_release(tx, round.id, AUDIENCE, record))
        coming.shown = shown
        return True

    def shown(self, round_id: str) -> DisclosedLive | None:
        """The bars of an open round as they were released last; None where there are none."""
        coming = self._coming.get(round_id)
        return coming.shown if coming is not None else None
