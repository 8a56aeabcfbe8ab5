"""Who comes in, seen from the door: how many at once, and how many from one address. In memory only.

Addresses are never written down; here they are kept as keyed digests for as long as the room runs, and only
to count. A hall behind one router looks like one address, so a count is a reason to look, never to refuse.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter, deque
from hashlib import blake2b

from kiosk.clock import Clock
from kiosk.room.stages import Stages
from kiosk.store import participants
from kiosk.store.store import Store
from kiosk.troubles import Attendance

AT_ONCE_SECONDS = 10.0
REMEMBERED_SECONDS = 120.0
"""How long it is told that many came at once."""
MOST_ADDRESSES = 20_000


class Crowd:
    """Counts new devices."""

    def __init__(self, store: Store, clock: Clock, stages: Stages) -> None:
        self._store = store
        self._clock = clock
        self._stages = stages
        self._key = secrets.token_bytes(16)
        self._came: dict[str, deque[float]] = {}
        self._uninvited: deque[tuple[float, str, int]] = deque(maxlen=1_000)
        self._addresses: dict[str, Counter[bytes]] = {}
        self._lock = threading.Lock()

    def came(self, meeting_id: str, address: str) -> None:
        """Count a device that has just joined from an address."""
        known = blake2b(address.encode("utf-8", "replace"), key=self._key, digest_size=8).digest()
        with self._lock:
            self._came.setdefault(meeting_id, deque(maxlen=1_000)).append(self._clock.seconds())
            addresses = self._addresses.setdefault(meeting_id, Counter())
            if known in addresses or len(addresses) < MOST_ADDRESSES:
                addresses[known] += 1

    def attendance(self) -> Attendance:
        """Who has come to the meeting that this machine is about; nobody while none is on."""
        stage = self._stages.current_meeting()
        if stage is None or stage.status not in ("prepared", "running"):
            return Attendance()
        meeting_id = stage.meeting.id
        # Counting them reads every participant: only where there is something to compare with.
        devices = participants.phones(self._store.reader(), meeting_id) if stage.heads is not None else 0
        with self._lock:
            from_one_address = max(self._addresses.get(meeting_id, Counter()).values(), default=0)
        return Attendance(
            devices=devices,
            heads=stage.heads,
            at_once=self._at_once(meeting_id, invited=stage.wall == "join"),
            from_one_address=from_one_address,
        )

    def _at_once(self, meeting_id: str, *, invited: bool) -> int:
        now = self._clock.seconds()
        with self._lock:
            came = self._came.get(meeting_id, deque())
            while came and came[0] < now - AT_ONCE_SECONDS:
                came.popleft()
            if invited:
                came.clear()
            elif came:
                self._uninvited.append((now, meeting_id, len(came)))
            while self._uninvited and self._uninvited[0][0] < now - REMEMBERED_SECONDS:
                self._uninvited.popleft()
            return max((count for _, where, count in self._uninvited if where == meeting_id), default=0)
