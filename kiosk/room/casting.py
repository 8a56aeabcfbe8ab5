"""Casting a ballot: is it well formed, does its answer fit, and what became of it.

A whole hall comes through here within a second. What stays the same from ballot to ballot is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kiosk import messages
from kiosk.kinds import Malformed, kind_of
from kiosk.meeting.ballots import Ballot, Verdict, is_ballot_id
from kiosk.meeting.document import Question, canonical
from kiosk.problems import ANSWER_REASONS, Problem
from kiosk.room.live_bars import LiveBars
from kiosk.room.news import News
from kiosk.room.stages import Stages
from kiosk.store import ballots
from kiosk.store.ballots import Cast, Outcome
from kiosk.store.keys import Keys
from kiosk.store.participants import Participant
from kiosk.store.store import Store

MOST_JUDGED = 500
LONGEST_JUDGED = 160
"""How many answers are remembered as fitting, and how long: not what people have written."""

Done = Callable[[Verdict | BaseException], None]


class Fitting(NamedTuple):
    """An answer that fits its question: the round, the round's meeting, and the answer as it is stored."""

    round: str
    meeting: str
    answer: str


class Casting:
    """Takes ballots in."""

    def __init__(self, store: Store, keys: Keys, stages: Stages, news: News, live: LiveBars) -> None:
        self._store = store
        self._keys = keys
        self._stages = stages
        self._news = news
        self._live = live
        self._questions: dict[str, tuple[str, Question]] = {}
        self._judged: dict[str, Fitting] = {}

    def cast(self, participant: Participant, ballot_id: Any, round_id: Any, answer: Any) -> Verdict:
        """Count an answer: "counted", or "repeated" when this ballot was counted before.

        Returns once the ballot is on the disk. Refuses a ballot of another content under a known id, one
        for a closed round, and one that does not fit its question.
        """
        cast = self._checked(participant, ballot_id, self._fitting(participant, round_id, answer))
        verdict = self._verdict(cast.ballot, self._store.gather(ballots.cast_all, cast))
        if isinstance(verdict, BaseException):
            raise verdict
        return verdict

    def cast_later(
        self, participant: Participant, ballot_id: Any, round_id: Any, answer: Any, done: Done
    ) -> None:
        """As ``cast``, without waiting: ``done`` is called with the verdict or the refusal once it is known.

        What can be refused at once is raised at once.
        """
        self._cast_later(participant, ballot_id, self._fitting(participant, round_id, answer), done)

    def cast_spelt_later(self, participant: Participant, ballot_id: Any, spelt: str, done: Done) -> None:
        """As ``cast_later`` for the text of a JSON object with "round" and "answer" in it and nothing else.

        A hall gives the same few answers in the same words: each is read and judged once.
        """
        fitting = self._judged.get(spelt)
        if fitting is None or fitting.meeting != participant.meeting:
            fitting = self._read(participant, spelt)
        self._cast_later(participant, ballot_id, fitting, done)

    def _cast_later(self, participant: Participant, ballot_id: Any, fitting: Fitting, done: Done) -> None:
        cast = self._checked(participant, ballot_id, fitting)

        def settle(outcome: Outcome | BaseException) -> None:
            done(self._verdict(cast.ballot, outcome))

        self._store.gather_later(ballots.cast_all, cast, settle)

    def _checked(self, participant: Participant, ballot_id: Any, fitting: Fitting) -> Cast:
        if not is_ballot_id(ballot_id):
            raise Problem("malformed", field="id")
        if self._stages.stage(participant.meeting).status == "sealed":
            raise Problem("not_joined")  # and no new key is made for what has none any more
        ballot = Ballot(ballot_id, fitting.round, participant.id, fitting.answer)
        return Cast(ballot, self._keys.of_meeting(participant.meeting))

    def _verdict(self, ballot: Ballot, outcome: Outcome | BaseException) -> Verdict | BaseException:
        """What the store says of a ballot, as the doors tell it."""
        if outcome == "counted":
            self._live.note(ballot)
            self._news.note_move(ballot.round)
        elif outcome == "stranger":
            return Problem("not_joined")
        elif outcome == "closed":
            return Problem("not_open")
        elif outcome == "conflict":
            return Problem("ballot_conflict")
        return outcome

    def _read(self, participant: Participant, spelt: str) -> Fitting:
        try:
            message = messages.read(spelt)
        except ValueError:
            raise Problem("malformed", field="answer") from None
        fitting = self._fitting(participant, message["round"], message["answer"])
        if len(self._judged) >= MOST_JUDGED:
            self._judged.clear()
        if self._questions[fitting.round][1].options and len(spelt) <= LONGEST_JUDGED:
            self._judged[spelt] = fitting
        return fitting

    def _fitting(self, participant: Participant, round_id: Any, answer: Any) -> Fitting:
        """The answer to the question of a round, if it fits."""
        if not isinstance(round_id, str) or not round_id.isprintable():
            raise Problem("malformed", field="round")
        meeting, question = self._question_of_round(round_id)
        if meeting != participant.meeting:
            raise Problem("no_such_round")
        return Fitting(round_id, meeting, canonical(checked_answer(question, answer)))

    def _question_of_round(self, round_id: str) -> tuple[str, Question]:
        """The meeting and the question of a round: neither ever changes, so both are remembered."""
        if round_id not in self._questions:
            round = self._stages.round(round_id)
            question = self._stages.stage(round.meeting).question_of(round)
            self._questions[round_id] = (round.meeting, question)
        return self._questions[round_id]


def checked_answer(question: Question, answer: Any) -> Mapping[str, Any]:
    """The canonical answer to a question; a Problem that says what is wrong with it."""
    if not isinstance(answer, dict):
        raise Problem("answer", reason=ANSWER_REASONS["shape"])
    if "abstain" in answer:
        if answer != {"abstain": True} or answer["abstain"] is not True:
            raise Problem("answer", reason=ANSWER_REASONS["shape"])
        return {"abstain": True}
    try:
        return kind_of(question).check(question, answer)
    except Malformed as error:
        raise Problem("answer", reason=ANSWER_REASONS[error.reason]) from None
