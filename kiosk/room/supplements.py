"""Supplements: paper forms, and what a tablet had kept, added to a round after its close.

They count visibly as a later release, and wait until so many are there that nobody can tell from two results
what one of them said.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.kinds import kind_of
from kiosk.meeting.ballots import Ballot, is_ballot_id
from kiosk.meeting.document import canonical
from kiosk.meeting.rounds import Round
from kiosk.meeting.tally import tally
from kiosk.problems import Problem
from kiosk.room.casting import checked_answer
from kiosk.room.comparisons import Comparisons
from kiosk.room.counts import Counts
from kiosk.room.disclosure import Disclosure
from kiosk.room.stages import Stages, Transaction, expect
from kiosk.statistics.disclosure import may_follow
from kiosk.statistics.thresholds import Thresholds
from kiosk.store import meetings, participants, rounds, supplements
from kiosk.store.ballots import Cast
from kiosk.store.keys import Keys
from kiosk.store.participants import Channel, Participant
from kiosk.store.store import Store

LATE_CHANNELS: tuple[Channel, ...] = ("paper", "tablet", "import")
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Added:
    """What became of a supplement: ballots that now count, and ballots that wait for more to come."""

    counted: int
    waiting: int


class Supplements:
    """Adds ballots to closed rounds."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        stages: Stages,
        counts: Counts,
        disclosure: Disclosure,
        comparisons: Comparisons,
        thresholds: Thresholds,
    ) -> None:
        self._store = store
        self._keys = keys
        self._stages = stages
        self._counts = counts
        self._disclosure = disclosure
        self._comparisons = comparisons
        self._thresholds = thresholds

    def add(self, round_id: str, given: Sequence[tuple[Any, Any]], channel: str) -> Added:
        """Add ballots, each an id and an answer, of as many people. The same ids again add nothing."""
        round = self._addable(round_id, channel)
        late = next(one for one in LATE_CHANNELS if one == channel)
        casts = [self._cast(round, ballot_id, answer) for ballot_id, answer in given]

        def job(tx: Transaction) -> int:
            expect(tx, round.meeting, None)
            for cast in casts:
                _let_wait(tx, round, cast, late)
            counted = self._count_if_it_may(tx, round)
            if counted:
                meetings.move_version(tx, round.meeting)
                self._record(tx, round)
            return counted

        counted = self._store.write(job, forget_order=True)
        self._stages.announce(round.meeting)
        return Added(counted, self.waiting(round_id))

    def waiting(self, round_id: str) -> int:
        """How many ballots of a round wait for more to come."""
        return len(supplements.waiting(self._store.reader(), round_id))

    def _addable(self, round_id: str, channel: str) -> Round:
        round = self._stages.round(round_id)
        if channel not in LATE_CHANNELS:
            raise Problem("malformed", field="channel")
        if round.composition:
            raise Problem("asked_by_server")
        if round.status == "open":
            raise Problem("still_open")
        if self._stages.stage(round.meeting).status == "sealed":
            raise Problem("sealed")
        return round

    def _cast(self, round: Round, ballot_id: Any, answer: Any) -> Cast:
        if not is_ballot_id(ballot_id):
            raise Problem("malformed", field="id")
        question = self._stages.stage(round.meeting).question_of(round)
        spelt = canonical(checked_answer(question, answer))
        ballot = Ballot(ballot_id, round.id, secrets.token_hex(16), spelt)
        return Cast(ballot, self._keys.of_meeting(round.meeting))

    def _count_if_it_may(self, tx: Transaction, round: Round) -> int:
        question = self._stages.stage(round.meeting).question_of(round)
        waiting = supplements.waiting(tx, round.id)
        added = tally(round.id, waiting, 0, lambda valid: kind_of(question).count(question, valid))
        shown = self._counts.counted(tx, round, question)
        follows = may_follow(shown, added, sensitive=question.sensitive, thresholds=self._thresholds)
        if not waiting or not follows:
            return 0
        self._comparisons.supplement(tx, round, shown, added)
        return supplements.count(tx, round.id)

    def _record(self, tx: Transaction, round: Round) -> None:
        """Where the room has seen the result, what it sees of it now is a release of its own."""
        now = rounds.find(tx, round.id)
        if now is not None and now.status == "revealed":
            rounds.record_release(tx, round.id, "room", self._disclosure.disclosed_in(tx, now).as_record())


def _let_wait(tx: Transaction, round: Round, cast: Cast, channel: Channel) -> None:
    participants.insert_without_device(tx, Participant(cast.ballot.participant, round.meeting, channel))
    verdict = supplements.add(tx, cast)
    if verdict == "conflict":
        raise Problem("ballot_conflict")
    if verdict == "repeated":
        participants.delete(tx, cast.ballot.participant)
