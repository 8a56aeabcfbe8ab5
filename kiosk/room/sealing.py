"""The seal: a meeting that is over becomes anonymous for good. The rules are in ``kiosk.meeting.sealing``."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.backups.keeper import Backups
from kiosk.clock import Clock, stamp
from kiosk.kinds import kind_of
from kiosk.meeting.document import canonical
from kiosk.meeting.rounds import Round
from kiosk.meeting.sealing import Unsealed, seal_together
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room import rehearsal
from kiosk.room.disclosure import Disclosure
from kiosk.room.participants import Participants
from kiosk.room.pictures import Pictures
from kiosk.room.stages import Stages, Transaction, find_as_seen, stage_of
from kiosk.store import acts, ballots, meetings, participants, rounds, supplements
from kiosk.store.acts import Act
from kiosk.store.keys import Keys
from kiosk.store.store import Store


@dataclass(frozen=True)
class SealedQuestion:
    """What the seal makes of one question: of all its rounds together.

    ``unread`` are the texts nobody has looked at yet. Where too few wrote for any text to be read, all of
    them count as ``unreadable``.
    """

    id: str
    answers: int
    approved: int = 0
    unread: int = 0
    hidden: int = 0
    unreadable: int = 0
    papers: int = 0
    breakdown: tuple[str, ...] = ()
    pair_with: str | None = None


@dataclass(frozen=True)
class SealPreview:
    """What will be kept and what destroyed when an ended meeting is sealed."""

    questions: tuple[SealedQuestion, ...]
    about_people: int
    """Answers to questions about the participants; their counts are kept."""
    rehearsing: int

    @property
    def answers(self) -> int:
        return sum(one.answers for one in self.questions)

    @property
    def approved(self) -> int:
        return sum(one.approved for one in self.questions)

    @property
    def emptied(self) -> int:
        """Texts that go because nobody has approved them."""
        return sum(one.unread + one.hidden + one.unreadable for one in self.questions)

    @property
    def unread(self) -> int:
        return sum(one.unread for one in self.questions)

    @property
    def papers(self) -> int:
        return sum(one.papers for one in self.questions)


class Sealing:
    """Seals meetings."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        clock: Clock,
        stages: Stages,
        disclosure: Disclosure,
        pictures: Pictures,
        participants: Participants,
        backups: Backups,
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._stages = stages
        self._disclosure = disclosure
        self._pictures = pictures
        self._participants = participants
        self._backups = backups

    def preview(self, meeting_id: str) -> SealPreview:
        """What the seal of an ended meeting will keep and destroy."""
        stage = self._stages.stage(meeting_id)
        if stage.status != "ended":
            raise Problem("sealed" if stage.status == "sealed" else "not_ended")
        about = [round for round in stage.rounds if round.composition]
        asked = dict.fromkeys(round.question for round in stage.rounds if not round.composition)
        return SealPreview(
            questions=tuple(self._previewed(stage, question) for question in asked),
            about_people=sum(self._people_in(round) for round in about),
            rehearsing=stage.rehearsal,
        )

    def _previewed(self, stage: Stage, question_id: str) -> SealedQuestion:
        question = stage.meeting.questions[question_id]
        asked = [round for round in stage.rounds if round.question == question_id]
        papers = supplements.waiting_by_round(self._store.reader(), [round.id for round in asked])
        texts = self._texts(asked) if kind_of(question).is_text else {}
        return SealedQuestion(
            id=question_id,
            answers=sum(self._people_in(round) for round in asked),
            papers=sum(papers.values()),
            breakdown=question.breakdown,
            pair_with=question.pair_with,
            **texts,
        )

    def _people_in(self, round: Round) -> int:
        return ballots.people_in(self._store.reader(), round.id)

    def _texts(self, asked: Sequence[Round]) -> dict[str, int]:
        counted = dict.fromkeys(("approved", "unread", "hidden", "unreadable"), 0)
        names = {"approved": "approved", "waiting": "unread", "hidden": "hidden"}
        for round in asked:
            readable = self._disclosure.texts(round.id)
            for entry in readable:
                counted[names[entry.status]] += 1
            if not readable:
                counted["unreadable"] += len(ballots.texts(self._store.reader(), round.id))
        return counted

    def seal(self, meeting_id: str, version: int | None = None) -> None:
        """Anonymise an ended meeting for good: fresh numbers, no participants, no key, no earlier backup.

        What is left of a rehearsal goes first, even where people in the room have answered beside it.
        """
        self._discard_rehearsal(meeting_id, version)

        def job(tx: Transaction) -> frozenset[str] | None:
            row = find_as_seen(tx, meeting_id, version)
            if row.status == "sealed":
                return None
            if row.status != "ended":
                raise Problem("not_ended")
            _seal_answers(tx, stage_of(tx, row))
            left = participants.delete_all(tx, meeting_id)
            meetings.set_status(tx, meeting_id, "sealed")
            meetings.move_version(tx, meeting_id)
            acts.record(tx, Act(meeting_id, "sealed", stamp(self._clock.now()), {}))
            return left

        left = self._store.write(job, rebuild=True)
        if left is not None:
            self._participants.let_go(meeting_id, left)
            self._stages.announce(meeting_id)
        # Also when it was sealed before: the laptop may have died between the two.
        self.finish(meeting_id)

    def finish(self, meeting_id: str) -> None:
        """Destroy what a seal leaves outside the file: the meeting's key, and every backup within reach."""
        clean = self._store.is_clean()
        self._keys.destroy(meeting_id)
        self._backups.forget_and_start_anew()
        if clean:
            self._store.write(lambda tx: acts.finish(tx, meeting_id, "sealed"))

    def _discard_rehearsal(self, meeting_id: str, version: int | None) -> None:
        def job(tx: Transaction) -> frozenset[str]:
            row = find_as_seen(tx, meeting_id, version)
            if row.status != "ended" or not participants.in_rehearsal(tx, meeting_id):
                return frozenset()
            return rehearsal.discard(tx, meeting_id)

        left = self._store.write(job)
        if left:
            self._participants.let_go(meeting_id, left)
            self._stages.forget(meeting_id)
            for round in self._stages.stage(meeting_id).composition_rounds():
                self._pictures.step(round)


def numbering_of(stage: Stage, round: Round) -> str:
    """Which rounds share respondent numbers: the two of a declared pair; else none."""
    pair = stage.pair_of(round)
    return "+".join(other.id for other in pair) if round in pair else round.id


def _seal_answers(tx: Transaction, stage: Stage) -> None:
    """Put sealed answers beside the ballots; the ballots go with their participants."""
    values = {
        round.question: _chosen(ballots.answers_by_participant(tx, round.id))
        for round in stage.composition_rounds()
    }
    channels = participants.channels(tx, stage.meeting.id)
    sharing: dict[str, list[Unsealed]] = {}
    rounds.forget_unshown(tx, stage.meeting.id)
    for round in stage.rounds:
        if round.composition:
            _keep_only_what_was_shown(tx, round.id)
        sharing.setdefault(numbering_of(stage, round), []).append(_unsealed(tx, stage, round, channels))
    for together in sharing.values():
        numbers = _drawn_numbers({name for one in together for name in one.answers})
        for round_id, rows in seal_together(together, values, numbers).items():
            spelt = [
                (round_id, row.respondent, canonical(row.answer), canonical(row.composition), row.channel)
                for row in rows
            ]
            ballots.insert_sealed(tx, spelt)


def _chosen(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The one value each participant gave to a composition question; abstentions give none."""
    return {
        participant: canonical(next(iter(answer.values())))
        for participant, answer in answers.items()
        if not answer.get("abstain")
    }


def _keep_only_what_was_shown(tx: Transaction, round_id: str) -> None:
    """Let the record of a composition question hold no count that was hidden."""
    body = rounds.last_release(tx, round_id, "room")
    if body is not None:
        counts = {name: count or 0 for name, count in body["shown"].items()}
        rounds.keep_last_release(tx, round_id, "room", {**body, "counts": counts})


def _unsealed(tx: Transaction, stage: Stage, round: Round, channels: Mapping[str, str]) -> Unsealed:
    answers = ballots.answers_by_participant(tx, round.id)
    approved = ballots.approved_participants(tx, round.id)
    # Of who was in the room only the counts are kept, whichever way they said it.
    how = {} if round.composition else channels
    return Unsealed(round.id, _without_unapproved(answers, approved), stage.question_of(round).breakdown, how)


def _without_unapproved(
    answers: Mapping[str, dict[str, Any]], approved: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The answers, with every text emptied that the facilitator has not approved."""
    return {
        participant: {"text": ""} if "text" in answer and participant not in approved else answer
        for participant, answer in answers.items()
    }


def _drawn_numbers(names: Iterable[str]) -> dict[str, int]:
    """Fresh respondent numbers, drawn by lot."""
    drawn = list(names)
    secrets.SystemRandom().shuffle(drawn)
    return {name: number for number, name in enumerate(drawn, start=1)}
