"""Two hundred voters race a close: what was acknowledged is what is counted, every time."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.people import chosen, people

VOTERS = 200
RACES = 50


class Race:
    """One round: everybody votes at once, and somebody closes when so many have been acknowledged."""

    def __init__(self, room: Room, round_id: str, close_after: int) -> None:
        self._room = room
        self._round = round_id
        self._close_after = close_after
        self._start = threading.Barrier(VOTERS + 1)
        self._acknowledged = threading.Semaphore(0)

    def run(self, pool: ThreadPoolExecutor, voters: list[Participant]) -> Counter[str]:
        """How many heard what."""
        closing = pool.submit(self._close)
        votes = [pool.submit(self._vote, who) for who in voters]
        closing.result(timeout=60)
        return Counter(vote.result(timeout=60) for vote in votes)

    def _vote(self, who: Participant) -> str:
        self._start.wait(timeout=60)
        try:
            return self._room.cast(who, f"{who.id[:16]}-{self._round}", self._round, chosen("a"))
        except Problem as problem:
            return problem.code
        finally:
            self._acknowledged.release()

    def _close(self) -> None:
        self._start.wait(timeout=60)
        for _ in range(self._close_after):
            assert self._acknowledged.acquire(timeout=60)
        self._room.close_round(self._round)


def test_acknowledged_is_counted(room: Room) -> None:
    room.import_document(m.meeting(m.single("p")))
    room.start("m1")
    voters = people(room, VOTERS)
    lots = random.Random(2026)
    refused_in_all = 0
    with ThreadPoolExecutor(VOTERS + 1) as pool:
        for _ in range(RACES):
            round_id = room.open_round("m1", "p")
            heard = Race(room, round_id, close_after=lots.randrange(VOTERS // 2)).run(pool, voters)
            shown = room.disclosed(round_id)
            assert heard["counted"] + heard["not_open"] == VOTERS
            assert shown.answered == room.progress(round_id).answered == heard["counted"]
            if shown.counts is not None:
                assert shown.counts == {"a": heard["counted"], "b": 0, "c": 0}
            refused_in_all += heard["not_open"]
    assert refused_in_all > 0  # or nobody was racing
