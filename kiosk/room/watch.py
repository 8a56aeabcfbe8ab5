"""The watch over the machine: its disk, its clocks, its phones' links, its backups. Consoles hear of it.

The rules of what is a trouble are in ``kiosk.troubles``; this part gathers the signs.
"""

from __future__ import annotations

import shutil
from collections import deque

from kiosk.backups.keeper import Backups
from kiosk.clock import Clock
from kiosk.live.connections import Connections
from kiosk.live.events import Audience
from kiosk.live.hub import Hub
from kiosk.room.crowd import Crowd
from kiosk.store.store import Store
from kiosk.timekeeping import Disturbance, Moment, disturbance
from kiosk.troubles import CODES, Signs, Trouble, troubles
from kiosk.whereabouts import Whereabouts

LOOK_SECONDS = 1.0
RECENT_SECONDS = 60.0
LATE_FOR_SECONDS = 10.0
"""How long a late answer of the server is remembered."""
STAYS_SECONDS = 10.0
"""How long a trouble stays on the screen after it was last seen, so that it can be read."""
DISTURBED_SECONDS = 120.0
"""How long it is told that the machine slept or its clock was moved."""


class Watch:
    """Looks after the machine once a second."""

    def __init__(
        self,
        store: Store,
        backups: Backups,
        connections: Connections,
        hub: Hub,
        clock: Clock,
        whereabouts: Whereabouts,
        crowd: Crowd,
    ) -> None:
        self._store = store
        self._backups = backups
        self._connections = connections
        self._hub = hub
        self._clock = clock
        self._whereabouts = whereabouts
        self._crowd = crowd
        self._address = whereabouts.join_host()
        self._last = self._read_clocks()
        self._looked_at = clock.seconds()
        self._disturbed: tuple[float, Disturbance] | None = None
        self._late: deque[tuple[float, float]] = deque(maxlen=100)
        self._seen: dict[str, tuple[float, Trouble]] = {}
        self._told: tuple[Trouble, ...] = ()

    def troubles(self) -> tuple[Trouble, ...]:
        """What is wrong, or was a moment ago; the most urgent first."""
        return self._told

    def slept(self) -> bool:
        """Whether the machine has woken from sleep a moment ago: phones are told that voting goes on."""
        return any(trouble.code == "slept" for trouble in self._told)

    def look(self, late: float = 0.0) -> None:
        """Look at everything, at most once a second, and tell consoles what has changed.

        ``late`` is by how many seconds this call came later than it was meant to.
        """
        now = self._clock.seconds()
        self._late.append((now, late))
        moment = self._read_clocks()
        happened = disturbance(self._last, moment)
        self._last = moment
        if happened is not None:
            self._disturbed = (now, happened)
            self._late.clear()  # being asleep is not being busy
        elif now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        self._tell(self._still_seen(troubles(self._signs(now)), now))
        self._follow_address()

    def _read_clocks(self) -> Moment:
        return Moment(self._clock.now(), self._clock.seconds(), self._clock.uptime())

    def _signs(self, now: float) -> Signs:
        backups = self._backups.note_changes()
        connected, dropped = self._connections.phones(RECENT_SECONDS)
        return Signs(
            saving=self._store.saving.ok,
            damage=backups.damage,
            commit_seconds=tuple(c.took for c in self._store.commits if now - c.at <= RECENT_SECONDS),
            free_bytes=self._free_bytes(),
            connected=connected,
            dropped=dropped,
            alone=self._whereabouts.is_alone(),
            late=max((late for at, late in self._late if now - at <= LATE_FOR_SECONDS), default=0.0),
            disturbance=self._disturbance(now),
            backup_waiting=now - backups.waiting_since if backups.waiting_since is not None else 0.0,
            backup_fault_here=backups.faults.get(self._backups.own_folder, ""),
            backup_faults={
                folder: said for folder, said in backups.faults.items() if folder != self._backups.own_folder
            },
            attendance=self._crowd.attendance(),
        )

    def _disturbance(self, now: float) -> Disturbance | None:
        if self._disturbed is None or now - self._disturbed[0] > DISTURBED_SECONDS:
            return None
        return self._disturbed[1]

    def _free_bytes(self) -> int | None:
        try:
            return shutil.disk_usage(self._store.path.parent).free
        except OSError:
            return None

    def _still_seen(self, found: tuple[Trouble, ...], now: float) -> tuple[Trouble, ...]:
        """What is found now, and what was found so shortly ago that nobody may have read it."""
        self._seen.update({trouble.code: (now, trouble) for trouble in found})
        self._seen = {code: seen for code, seen in self._seen.items() if now - seen[0] <= STAYS_SECONDS}
        return tuple(sorted((seen[1] for seen in self._seen.values()), key=urgency))

    def _tell(self, now: tuple[Trouble, ...]) -> None:
        before, self._told = self._told, now
        if now == before:
            return
        audiences: list[Audience] = ["console"]
        if any(trouble.code == "slept" for trouble in before) != self.slept():
            audiences.append("phone")
        self._announce(*audiences)

    def _follow_address(self) -> None:
        """Networks change in mid-meeting: the code on the wall then leads to the new address."""
        before, self._address = self._address, self._whereabouts.join_host()
        if before != self._address:
            self._announce("console", "wall")

    def _announce(self, *audiences: Audience) -> None:
        for meeting in self._connections.meetings():
            if meeting:
                self._hub.announce_state(meeting, *audiences)


def urgency(trouble: Trouble) -> int:
    """Where a trouble stands in a list, the most urgent first."""
    return CODES.index(trouble.code)
