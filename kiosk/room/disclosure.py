"""What may be shown of a round. The gate is ``kiosk.statistics.disclosure``; here is the way to it.

Open texts pass a person as well: only those that the facilitator has approved are shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace

from kiosk.blocked_words import BlockedWords
from kiosk.kinds import kind_of
from kiosk.meeting.document import Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.tally import Tally
from kiosk.problems import Problem
from kiosk.room.counts import Counts
from kiosk.room.pictures import Pictures
from kiosk.room.stages import Stages, Transaction, expect
from kiosk.statistics.disclosure import Disclosed, disclose, disclose_open, disclose_picture
from kiosk.statistics.thresholds import Thresholds
from kiosk.store import ballots, meetings, participants, rounds
from kiosk.store.ballots import TextEntry
from kiosk.store.store import Store


class Disclosure:
    """Takes what was counted through the gate."""

    def __init__(
        self, store: Store, stages: Stages, counts: Counts, pictures: Pictures, thresholds: Thresholds
    ) -> None:
        self._blocked = BlockedWords()
        self._store = store
        self._stages = stages
        self._counts = counts
        self._pictures = pictures
        self._thresholds = thresholds

    def disclosed(self, round_id: str) -> Disclosed:
        """What may be shown of a round, at any door: the gate stands here."""
        round = self._stages.round(round_id)
        if round.status == "open":
            progress = self._counts.progress(round_id)
            return disclose_open(round_id, progress.answered, progress.connected)
        question = self._stages.stage(round.meeting).question_of(round)
        counted = self._counts.tally(round, question)
        if round.composition:
            return disclose_picture(counted, self._pictures.of_round(round_id), status=round.status)
        return self.of_tally(self._store.reader(), round, question, counted)

    def disclosed_in(self, tx: Transaction, round: Round) -> Disclosed:
        """The same of a closed round of a meeting that is not sealed, with what a transaction has written."""
        question = self._stages.stage(round.meeting).question_of(round)
        return self.of_tally(tx, round, question, self._counts.counted(tx, round, question))

    def of_tally(
        self, connection: sqlite3.Connection, round: Round, question: Question, counted: Tally
    ) -> Disclosed:
        """What may be shown of a closed round that was counted so."""
        texts = self._approved(connection, round) if kind_of(question).is_text else []
        approved = [entry.text for entry in texts]
        return disclose(
            counted,
            status=round.status,
            sensitive=question.sensitive,
            multiple=kind_of(question).is_multiple(question),
            texts=approved,
            thresholds=self._thresholds,
        )

    def texts(self, round_id: str) -> list[TextEntry]:
        """The open texts of a closed round, for review; none where there are too few to show any."""
        round = self._stages.round(round_id)
        if round.status == "open":
            raise Problem("still_open")
        if self.disclosed(round_id).withheld is not None:
            return []
        entries = ballots.texts(self._store.reader(), round_id)
        return [replace(entry, blocked=self._blocked.are_in(entry.text)) for entry in entries]

    def review(
        self,
        round_id: str,
        *,
        approve: Iterable[str] | None = (),
        hide: Iterable[str] = (),
        mute: Iterable[str] = (),
        unmute: Iterable[str] = (),
    ) -> None:
        """Approve or hide open texts; ``approve=None`` approves all that wait and hold no blocked word.

        ``mute`` names texts whose authors are hidden from now on, whatever they write in this meeting; nobody
        hears who they are. ``unmute`` takes that back.
        """
        if self._stages.stage(self._stages.round(round_id).meeting).status == "sealed":
            raise Problem("sealed")
        known = {entry.id: entry for entry in self.texts(round_id)}
        if approve is None:
            approve = [
                name for name, entry in known.items() if entry.status == "waiting" and not entry.blocked
            ]
        acts: tuple[tuple[list[str], Callable[[Transaction, str], None]], ...] = (
            (list(approve), lambda tx, name: ballots.review(tx, name, "approved")),
            (list(hide), lambda tx, name: ballots.review(tx, name, "hidden")),
            (list(mute), participants.mute),
            (list(unmute), participants.unmute),
        )
        if not all(name in known for names, _ in acts for name in names):
            raise Problem("no_such_text")
        round = self._stages.round(round_id)

        def job(tx: Transaction) -> bool:
            expect(tx, round.meeting, None)
            for names, act in acts:
                for name in names:
                    act(tx, name)
            now = rounds.find(tx, round_id)
            if now is None or now.status != "revealed":
                return False
            meetings.move_version(tx, now.meeting)
            rounds.record_release(tx, round_id, "room", self.disclosed_in(tx, now).as_record())
            return True

        if self._store.write(job):
            self._stages.announce(round.meeting)
        else:
            self._stages.announce(round.meeting, "console")

    def _approved(self, connection: sqlite3.Connection, round: Round) -> list[TextEntry]:
        if self._stages.stage(round.meeting).status == "sealed":
            return ballots.sealed_texts(connection, round.id)
        return [entry for entry in ballots.texts(connection, round.id) if entry.status == "approved"]
