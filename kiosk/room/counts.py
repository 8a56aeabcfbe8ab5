"""Counts: what the rows say of a round. Progress anybody may know; a tally has yet to pass the gate."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from kiosk.kinds import kind_of
from kiosk.live.connections import Connections
from kiosk.meeting.document import Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.tally import Tally, tally
from kiosk.room.stages import Stages
from kiosk.store import ballots
from kiosk.store.store import Store

MOST_KEPT = 200
"""Closed rounds whose tally is remembered."""


@dataclass(frozen=True)
class Progress:
    """How an open round stands: the only thing anybody learns of it."""

    answered: int
    connected: int


class Counts:
    """Counts from the rows, before the seal and after."""

    def __init__(self, store: Store, connections: Connections, stages: Stages) -> None:
        self._store = store
        self._connections = connections
        self._stages = stages
        self._kept: dict[tuple[str, int | None, bool], Tally] = {}

    def progress(self, round_id: str) -> Progress:
        """How many have answered, of how many connected."""
        round = self._stages.round(round_id)
        if self._is_sealed(round):
            sealed = ballots.sealed_answers(self._store.reader(), round_id)
            return Progress(len(sealed), round.connected or 0)
        answered = ballots.participants(self._store.reader(), round_id)
        return Progress(len(answered), self._connected(round, answered))

    def tally(self, round: Round, question: Question) -> Tally:
        """The counted result with its bases, whoever may see it.

        Of a round that is closed it is counted once. What comes or goes later, paper ballots and a rehearsal,
        moves how many were connected as well.
        """
        if round.status == "open":
            return self.counted(self._store.reader(), round, question)
        key = round.id, round.connected, self._is_sealed(round)
        kept = self._kept.get(key)
        if kept is None:
            kept = self.counted(self._store.reader(), round, question)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = kept
        return kept

    def counted(self, connection: sqlite3.Connection, round: Round, question: Question) -> Tally:
        """The same, counted from the rows as a connection sees them now."""
        sealed = self._is_sealed(round)
        find = ballots.sealed_answers if sealed else ballots.answers
        answers = find(connection, round.id)
        connected = round.connected
        if connected is None:
            connected = self.progress(round.id).connected
        return tally(round.id, answers, connected, lambda valid: kind_of(question).count(question, valid))

    def _is_sealed(self, round: Round) -> bool:
        return self._stages.stage(round.meeting).status == "sealed"

    def _connected(self, round: Round, answered: frozenset[str]) -> int:
        if round.connected is not None:
            return round.connected
        return len(self._connections.present(round.meeting) | answered)
