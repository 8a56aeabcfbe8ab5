"""News: who is here, how open rounds stand, whether the disk takes anything. Told a few times a second."""

from __future__ import annotations

import threading

from kiosk.clock import Clock, stamp
from kiosk.live.connections import Connections
from kiosk.live.hub import Hub
from kiosk.meeting.rounds import Round
from kiosk.room.counts import Counts, Progress
from kiosk.room.live_bars import LiveBars
from kiosk.room.pictures import Pictures
from kiosk.room.stages import Stages
from kiosk.store import rounds
from kiosk.store.store import Saving, Store

PHONES_A_SECOND = 250
"""How many phones are told of a step of who is in the room: most of a hall's air is kept for votes."""
TRY_SAVING_SECONDS = 10
TRY_AGAIN_SECONDS = 2
"""How often it is tried whether the disk takes anything, while it did and while it did not."""


class News:
    """Remembers what has moved and what was told, and tells the difference."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        connections: Connections,
        clock: Clock,
        stages: Stages,
        counts: Counts,
        pictures: Pictures,
        live: LiveBars,
    ) -> None:
        self._store = store
        self._hub = hub
        self._connections = connections
        self._clock = clock
        self._stages = stages
        self._counts = counts
        self._pictures = pictures
        self._live = live
        self._moved: set[str] = set()
        self._moved_lock = threading.Lock()
        self._untold: set[str] = set()
        self._tell_phones_at: dict[str, float] = {}
        self._told_presence: dict[str, int] = {}
        self._told_progress: dict[str, Progress] = {}
        self._states_sent = 0
        self._told_saving = Saving(ok=True)
        self._tried_saving_at = clock.seconds()
        self._tally_seq = 0

    def presence(self, meeting_id: str) -> int:
        """How many participants are connected."""
        return len(self._connections.present(meeting_id))

    def saving(self) -> Saving:
        """Whether the last thing written reached the disk."""
        return self._store.saving

    def can_save(self) -> bool:
        """Whether a vote could be taken now: tried, not guessed."""
        return self._store.try_saving(stamp(self._clock.now()))

    def note_move(self, round_id: str) -> None:
        """Note that the progress of a round may have changed; it is counted when news is told next."""
        if round_id not in self._moved:
            with self._moved_lock:
                self._moved.add(round_id)

    def tell_news(self) -> None:
        """Tell consoles and walls what moved since the last time. Called a few times a second."""
        self._tell_all_after_states()
        for meeting_id in self._connections.meetings():
            if meeting_id:
                self._tell_presence(meeting_id)
        with self._moved_lock:
            moved, self._moved = self._moved, set()
        self._tell_saving()
        stepped: set[str] = set()
        try:
            while moved:
                name = next(iter(moved))
                round = rounds.find(self._store.reader(), name)
                if round is not None and self._tell_progress(round):
                    stepped.add(round.meeting)
                moved.remove(name)
        finally:
            for missed in moved:
                self.note_move(missed)
            self._tell_pictures(stepped)

    def _tell_all_after_states(self) -> None:
        """Where states were sent, tell every figure anew, moved or not."""
        if self._states_sent != self._hub.states_sent:
            self._states_sent = self._hub.states_sent
            self._told_presence.clear()
            self._told_progress.clear()

    def _tell_presence(self, meeting_id: str) -> None:
        connected = self.presence(meeting_id)
        if self._told_presence.get(meeting_id) == connected:
            return
        self._told_presence[meeting_id] = connected
        self._hub.announce_presence(meeting_id, connected)
        for round in self._stages.stage(meeting_id).open_rounds():
            self.note_move(round.id)

    def _tell_saving(self) -> None:
        now = self._clock.seconds()
        pause = TRY_SAVING_SECONDS if self._store.saving.ok else TRY_AGAIN_SECONDS
        if now - self._tried_saving_at >= pause:
            self._tried_saving_at = now
            self.can_save()
        saving = self._store.saving
        if saving.ok != self._told_saving.ok:
            self._told_saving = saving
            for meeting_id in self._connections.meetings():
                self._hub.announce_saving(meeting_id, saving.ok)

    def _tell_progress(self, round: Round) -> bool:
        """Tell how an open round stands; whether something of it may be seen that is new."""
        if round.status != "open":
            return False
        stepped = self._pictures.step(round) if round.composition else self._live.step(round)
        progress = self._counts.progress(round.id)
        if self._told_progress.get(round.id) != progress:
            self._told_progress[round.id] = progress
            self._tally_seq += 1
            self._hub.announce_tally(
                round.meeting, round.id, progress.answered, progress.connected, self._tally_seq
            )
        return stepped

    def _tell_pictures(self, stepped: set[str]) -> None:
        """New pictures go to consoles and walls at once, to phones that show them later, the more there are.

        Where phones show something else, the act that turns them to the picture brings it.
        """
        for meeting_id in stepped:
            self._stages.announce(meeting_id, "console", "wall")
        self._untold |= stepped
        now = self._clock.seconds()
        for meeting_id in [name for name in self._untold if now >= self._tell_phones_at.get(name, now)]:
            self._untold.discard(meeting_id)
            if self._stages.stage(meeting_id).is_on_composition:
                self._hub.announce_state(meeting_id, "phone")
                self._tell_phones_at[meeting_id] = now + self.presence(meeting_id) / PHONES_A_SECOND
