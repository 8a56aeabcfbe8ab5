"""Rounds: a question is asked, closed, and its result shown or hidden."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from kiosk.backups.keeper import Backups
from kiosk.clock import Clock, stamp
from kiosk.live.connections import Connections
from kiosk.meeting.document import Question, read_document
from kiosk.meeting.rounds import OutOfTurn, Round, Verb, step
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room.disclosure import Disclosure
from kiosk.room.live_bars import LiveBars
from kiosk.room.news import News
from kiosk.room.stages import Stages, Transaction, expect_running, find_as_seen, stage_of
from kiosk.store import ballots, meetings, participants, rounds
from kiosk.store.store import Store


class Rounds:
    """Opens, closes, reveals and hides rounds."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        clock: Clock,
        stages: Stages,
        disclosure: Disclosure,
        news: News,
        live: LiveBars,
        backups: Backups,
    ) -> None:
        self._store = store
        self._connections = connections
        self._clock = clock
        self._stages = stages
        self._disclosure = disclosure
        self._news = news
        self._live = live
        self._backups = backups

    def open_round(self, meeting_id: str, question_id: str, version: int | None = None) -> str:
        """Ask a question now; the id of its new round. Earlier rounds of it are kept."""

        def job(tx: Transaction) -> str:
            row = expect_running(tx, meeting_id, version)
            meeting = read_document(row.document)
            question = meeting.questions.get(question_id)
            if question is None:
                raise Problem("no_such_question")
            if question.composition:
                raise Problem("asked_by_server")
            stage = stage_of(tx, row)
            if any(round.question == question_id for round in stage.open_rounds()):
                raise Problem("already_open")
            item = _item_of_question(stage, question_id)
            round = self.open_in(tx, meeting_id, item, question)
            if item is not None:
                meetings.unskip(tx, meeting_id, item)
            # A question that is not on the agenda leaves the meeting at no item, so that it is what is shown.
            meetings.set_place(tx, meeting_id, item, "item")
            meetings.move_version(tx, meeting_id)
            return round.id

        round_id = self._store.write(job)
        self._stages.announce(meeting_id)
        self._news.note_move(round_id)
        return round_id

    def close_round(self, round_id: str, version: int | None = None) -> None:
        """Close a round: what was acknowledged until now is what is counted."""
        present = self._connections.present(self._stages.round(round_id).meeting)

        def close(tx: Transaction, round: Round) -> None:
            self.close_in(tx, round, present)

        self._turn("close", round_id, version, close)
        self._backups.soon()

    def reveal(self, round_id: str, version: int | None = None) -> None:
        """Show the result of a closed round, on the wall and on the phones."""

        def reveal(tx: Transaction, round: Round) -> None:
            rounds.set_status(tx, round.id, "revealed")
            rounds.record_release(tx, round.id, "room", self._disclosure.disclosed_in(tx, round).as_record())
            meetings.set_place(tx, round.meeting, round.item, "item")

        self._turn("reveal", round_id, version, reveal)

    def hide(self, round_id: str, version: int | None = None) -> None:
        """Take a result off the wall and the phones again."""
        self._turn("hide", round_id, version, lambda tx, round: rounds.set_status(tx, round.id, "closed"))

    def _turn(
        self, verb: Verb, round_id: str, version: int | None, change: Callable[[Transaction, Round], None]
    ) -> None:
        """Take a round one step on; saying the same again changes nothing and is no mistake."""
        meeting_id = self._stages.round(round_id).meeting

        def job(tx: Transaction) -> bool:
            row = find_as_seen(tx, meeting_id, version)
            round = rounds.find(tx, round_id)
            if round is None:
                raise Problem("no_such_round")
            if row.status == "sealed" and verb != "close":
                raise Problem("sealed")
            if round.composition:
                raise Problem("asked_by_server")
            try:
                after = step(verb, round.status)
            except OutOfTurn:
                raise Problem("still_open") from None
            if after == round.status:
                return False
            change(tx, round)
            meetings.move_version(tx, meeting_id)
            return True

        if self._store.write(job, forget_order=verb == "close"):
            self._stages.announce(meeting_id)
        else:
            self._stages.forget(meeting_id)

    # ── Inside a transaction, for the acts that open or close rounds along with more ────────────────

    def open_in(self, tx: Transaction, meeting_id: str, item: str | None, question: Question) -> Round:
        """A new open round of a question."""
        round = Round(
            id=secrets.token_hex(8),
            meeting=meeting_id,
            item=item,
            question=question.id,
            question_version=question.version,
            run=rounds.last_run(tx, meeting_id, question.id) + 1,
            status="open",
            connected=None,
            opened_at=stamp(self._clock.now()),
            composition=question.composition,
            rehearsal=not question.composition and participants.in_rehearsal(tx, meeting_id) > 0,
        )
        rounds.insert(tx, round)
        self._live.begin(round.id, question)
        return round

    def close_in(self, tx: Transaction, round: Round, present: frozenset[str]) -> None:
        """Close a round with N frozen: the participants ``present``, and all who answered."""
        connected = len(present | ballots.participants(tx, round.id))
        rounds.close(tx, round.id, connected, stamp(self._clock.now()))
        ballots.forget_order(tx, round.id)
        self._live.end(round.id)


def _item_of_question(stage: Stage, question_id: str) -> str | None:
    """The agenda item that asks a question: the current one if it does, else the first that does."""
    asking = [item.id for item in stage.agenda if item.question == question_id]
    if stage.item is not None and stage.item.id in asking:
        return stage.item.id
    return asking[0] if asking else None
