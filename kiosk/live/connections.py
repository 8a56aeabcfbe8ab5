"""Who is connected, in memory only: sockets per participant, and who was heard of in the last minute."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kiosk.clock import Clock
from kiosk.live.events import Audience

HEARD_SECONDS = 60
"""A participant without a socket counts as connected for this long after a request."""

BURST = 20
PER_SECOND = 5


@dataclass(frozen=True)
class Connection:
    """One socket and whom it belongs to. ``person`` is a participant's or a session's id."""

    sid: str
    audience: Audience
    meeting: str
    language: str
    person: str
    follows: bool = False
    """Whether it has named no meeting, and goes along where this machine goes."""

    @property
    def room(self) -> str:
        return room_name(self.audience, self.meeting, self.language)


def room_name(audience: Audience, meeting: str, language: str) -> str:
    """The one room a socket is in: scoped to who may hear, so that nothing meant for one reaches another."""
    return f"{audience}/{meeting}/{language}"


@dataclass(slots=True)
class Allowance:
    """A token bucket: a burst of messages at once, then so many a second."""

    clock: Clock
    burst: float = BURST
    per_second: float = PER_SECOND
    left: float = field(init=False)
    since: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.burst
        self.since = self.clock.seconds()

    def take(self) -> bool:
        now = self.clock.seconds()
        left = self.left + (now - self.since) * self.per_second
        self.since = now
        if left > self.burst:
            left = self.burst
        may = left >= 1
        self.left = left - 1 if may else left
        return may


class Connections:
    """The sockets that are open now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_sid: dict[str, Connection] = {}
        self._sockets: dict[str, Counter[str]] = defaultdict(Counter)
        self._heard: dict[str, dict[str, float]] = defaultdict(dict)
        self._rooms: Counter[tuple[Audience, str, str]] = Counter()
        self._dropped: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()  # between the threads of that engine counts would be lost

    def add(self, connection: Connection) -> None:
        with self._lock:
            self._by_sid[connection.sid] = connection
            self._rooms[connection.audience, connection.meeting, connection.language] += 1
            if connection.audience == "phone":
                self._sockets[connection.meeting][connection.person] += 1
                self._dropped.pop((connection.meeting, connection.person), None)

    def remove(self, sid: str) -> Connection | None:
        with self._lock:
            connection = self._by_sid.pop(sid, None)
            if connection is not None:
                self._forget(connection)
        return connection

    def move(self, connection: Connection, meeting: str) -> Connection | None:
        """Note that a socket looks at another meeting now; None where it is gone already."""
        with self._lock:
            if self._by_sid.get(connection.sid) is not connection:
                return None
            self._forget(connection)
        moved = replace(connection, meeting=meeting)
        self.add(moved)
        return moved

    def get(self, sid: str) -> Connection | None:
        return self._by_sid.get(sid)

    def heard_of(self, meeting: str, participant: str) -> None:
        """Note that a participant made a request."""
        now = self._clock.seconds()
        with self._lock:
            self._heard[meeting][participant] = now

    def forget(self, meeting: str, participant: str) -> None:
        """Forget a participant who is no more."""
        with self._lock:
            self._heard[meeting].pop(participant, None)

    def present(self, meeting: str) -> frozenset[str]:
        """The participants with an open socket or a request in the last minute."""
        earliest = self._clock.seconds() - HEARD_SECONDS
        with self._lock:
            heard = self._heard[meeting]
            for participant in [name for name, when in heard.items() if when < earliest]:
                del heard[participant]
            return frozenset(self._sockets[meeting]) | frozenset(heard)

    def phones(self, seconds: float) -> tuple[int, int]:
        """How many participants have an open socket, and how many lost theirs within so many seconds and are
        not back."""
        earliest = self._clock.seconds() - seconds
        with self._lock:
            for who in [who for who, when in self._dropped.items() if when < earliest]:
                del self._dropped[who]
            return sum(map(len, self._sockets.values())), len(self._dropped)

    def languages(self, audience: Audience, meeting: str) -> list[str]:
        """The languages that an audience of a meeting is listening in."""
        with self._lock:
            return [language for who, where, language in self._rooms if (who, where) == (audience, meeting)]

    def meetings(self) -> set[str]:
        with self._lock:
            return {meeting for _, meeting, _ in self._rooms}

    def of_person(self, person: str) -> Iterable[str]:
        with self._lock:
            return [sid for sid, connection in self._by_sid.items() if connection.person == person]

    def followers(self) -> list[Connection]:
        """The sockets that go along where this machine goes."""
        with self._lock:
            return [connection for connection in self._by_sid.values() if connection.follows]

    def _forget(self, connection: Connection) -> None:
        self._rooms[connection.audience, connection.meeting, connection.language] -= 1
        self._rooms += Counter()  # drops what has come to zero
        if connection.audience == "phone":
            self._leave(connection)

    def _leave(self, connection: Connection) -> None:
        sockets = self._sockets[connection.meeting]
        sockets[connection.person] -= 1
        if sockets[connection.person] <= 0:
            del sockets[connection.person]
            self._dropped[connection.meeting, connection.person] = self._clock.seconds()
