"""Participants: joining with a device, one after another on a shared tablet, and the rehearsal's."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from kiosk.entrance import digest, mint
from kiosk.live.connections import Connections
from kiosk.live.hub import Hub
from kiosk.problems import Problem
from kiosk.room import rehearsal
from kiosk.room.crowd import Crowd
from kiosk.room.door import Door
from kiosk.room.stages import Stages, Transaction, expect
from kiosk.store import ballots, meetings, participants, rounds
from kiosk.store.participants import Arrival, Channel, Participant
from kiosk.store.store import Store


@dataclass(frozen=True)
class Joined:
    """A device that may now answer, and for whom. ``token`` is known to the device alone."""

    token: str
    participant: Participant


class Participants:
    """Lets people in, knows them again, and lets them go."""

    def __init__(
        self, store: Store, hub: Hub, connections: Connections, stages: Stages, door: Door, crowd: Crowd
    ) -> None:
        self._door = door
        self._crowd = crowd
        self._store = store
        self._hub = hub
        self._connections = connections
        self._stages = stages

    def join(
        self,
        code: str,
        token: str | None = None,
        *,
        channel: Channel = "phone",
        rehearsal: bool = False,
        address: str = "",
    ) -> Joined:
        """Let a device into the meeting with the code. A device that is in it already stays who it is.

        ``address`` is where it calls from: counted in memory, never stored.
        """
        stage = self._door.meeting_with_code(code)
        known = self.participant(token)
        if token and known is not None and known.meeting == stage.meeting.id:
            return Joined(token, known)
        if stage.status in ("ended", "sealed"):
            raise Problem("meeting_over")
        joined = Joined(mint(), Participant(secrets.token_hex(16), stage.meeting.id, channel, rehearsal))
        self._let_in(joined)
        if address and channel == "phone" and not rehearsal:
            self._crowd.came(stage.meeting.id, address)
        if rehearsal:
            self._stages.forget(stage.meeting.id)
            if stage.rehearsal == 0:
                self._stages.announce(stage.meeting.id, "console", "wall")
        return joined

    def next_respondent(self, token: str) -> Participant:
        """A fresh participant for a shared tablet; the one before stays counted."""
        before = self.participant(token)
        if before is None:
            raise Problem("not_joined")
        if before.channel != "tablet":
            raise Problem("not_a_tablet")
        if self._stages.stage(before.meeting).status in ("ended", "sealed"):
            raise Problem("meeting_over")
        after = replace(before, id=secrets.token_hex(16))
        self._let_in(Joined(token, after))
        self._hub.disconnect(before.id)  # a socket answers for whom it was opened
        return after

    def participant(self, token: str | None) -> Participant | None:
        """Whom a device answers for."""
        if not token:
            return None
        found = participants.of_device(self._store.reader(), digest(token))
        if found is not None:
            self._connections.heard_of(found.meeting, found.id)
        return found

    def phones(self, meeting_id: str) -> int:
        """How many phones have joined a meeting, the rehearsal's left out."""
        return participants.phones(self._store.reader(), meeting_id)

    def mine(self, participant: Participant) -> dict[str, dict[str, Any]]:
        """What a participant has answered in each round, and that it counts."""
        answered = ballots.of_participant(self._store.reader(), participant.id)
        return {round: {"answer": answer, "status": "counted"} for round, answer in answered.items()}

    def discard_rehearsal(self, meeting_id: str, version: int | None = None) -> None:
        """Forget the rehearsal: its participants, what they answered, and the rounds opened meanwhile.

        A meeting in which nobody else has answered is as if it had never been started.
        """

        def job(tx: Transaction) -> frozenset[str]:
            row = expect(tx, meeting_id, version)
            rehearsal.expect_only_rehearsed(tx, meeting_id)
            left = rehearsal.discard(tx, meeting_id)
            if row.status == "running":
                meetings.set_place(tx, meeting_id, None, "join")
            if not ballots.any_in(tx, meeting_id):
                rounds.delete_all(tx, meeting_id)
                meetings.begin_anew(tx, meeting_id)
            meetings.move_version(tx, meeting_id)
            return left

        self.let_go(meeting_id, self._store.write(job, forget_order=True))
        self._stages.announce(meeting_id)

    def let_go(self, meeting_id: str, left: Iterable[str]) -> None:
        """Forget participants who are no more, on the network as well."""
        for participant in left:
            self._hub.disconnect(participant)
            self._connections.forget(meeting_id, participant)

    def _let_in(self, joined: Joined) -> None:
        arrival = Arrival(joined.participant, digest(joined.token))
        if not self._store.gather(participants.let_in_all, arrival):
            over = self._stages.read(joined.participant.meeting).status in ("ended", "sealed")
            raise Problem("meeting_over" if over else "joining_locked")
        self._connections.heard_of(joined.participant.meeting, joined.participant.id)
