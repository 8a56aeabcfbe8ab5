"""Two hundred voters race a close: what was acknowledged is what is counted, every time."""

from __future__ import annotations

import queue
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.people import chosen, people

VOTERS = 200
RACES = 50
CLOSERS, CLOSES = 4, 30


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


@pytest.mark.usefixtures("hasty_threads")
def test_of_several_who_close_at_once_each_sees_what_came_of_it(room: Room) -> None:
    """Also those who found it closed already: they must not read how the meeting stood before."""
    room.import_document(m.meeting(m.single("p")))
    room.start("m1")

    def close(round_id: str, together: threading.Barrier) -> int:
        together.wait(timeout=60)
        room.close_round(round_id)
        return room.stage("m1").version

    with ThreadPoolExecutor(CLOSERS) as pool:
        for _ in range(CLOSES):
            round_id = room.open_round("m1", "p")
            opened = room.stage("m1").version
            together = threading.Barrier(CLOSERS)
            seen = pool.map(close, [round_id] * CLOSERS, [together] * CLOSERS)
            assert list(seen) == [opened + 1] * CLOSERS


@pytest.mark.usefixtures("hasty_threads")
def test_a_stage_is_of_one_moment(room: Room) -> None:
    """Whoever reads how a meeting stands while somebody acts sees all of an act or nothing of it."""
    room.import_document(m.meeting(m.single("p")))
    room.start("m1")
    round_id = room.open_round("m1", "p")
    room.close_round(round_id)
    closed = room.stage("m1").version
    acting = threading.Event()
    acting.set()

    def look() -> set[tuple[int, str]]:
        seen: set[tuple[int, str]] = set()
        while acting.is_set():
            stage = room.stage("m1")
            seen.add(((stage.version - closed) % 2, stage.rounds[-1].status))
        return seen

    with ThreadPoolExecutor(CLOSERS) as pool:
        looking = [pool.submit(look) for _ in range(CLOSERS)]
        for _ in range(CLOSES):
            room.reveal(round_id)
            room.hide(round_id)
        acting.clear()
    assert set().union(*(looked.result() for looked in looking)) <= {(0, "closed"), (1, "revealed")}


@pytest.mark.usefixtures("hasty_threads")
def test_nobody_is_forgotten_who_does_not_wait(room: Room) -> None:
    """Sockets hand their ballots in from many threads at once, and go on."""
    room.import_document(m.meeting(m.single("p")))
    room.start("m1")
    round_id = room.open_round("m1", "p")
    voters = people(room, 40)
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()

    def hand_in(who: Participant) -> None:
        for number in range(100):
            room.cast_later(who, f"{who.id[:16]}-{number}", round_id, chosen("abc"[number % 3]), heard.put)

    with ThreadPoolExecutor(len(voters)) as pool:
        list(pool.map(hand_in, voters))
    outcomes = Counter(heard.get(timeout=20) for _ in range(100 * len(voters)))
    assert outcomes == {"counted": 100 * len(voters)}
    assert room.progress(round_id).answered == len(voters)
