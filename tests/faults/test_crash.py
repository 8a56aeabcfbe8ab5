"""The laptop dies in the middle of a burst: what was acknowledged is there, and nothing counts twice."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support import meetings
from tests.support.running import Running

CRASHES = 20
PHONES = 40
OPTIONS = ("a", "b", "c")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data")
    yield running
    running.stop()


class Phone:
    """Sends its one ballot of a round until it is told what became of it, under the same id."""

    def __init__(self, server: Running, token: str) -> None:
        self.server = server
        self.token = token
        self.ballot: dict[str, Any] = {}
        self.told: list[int] = []

    def take(self, round_id: str, option: str) -> None:
        self.ballot = {"id": uuid.uuid4().hex, "round": round_id, "answer": {"options": [option]}}
        self.told = []

    def send(self) -> bool:
        """Whether there was an answer; a server that is gone gives none."""
        try:
            status, _ = self.server.call("POST", "/api/v1/ballots", self.ballot, token=self.token)
        except (OSError, ValueError):
            return False
        self.told.append(status)
        return True


@pytest.mark.timeout(300)
def test_twenty_crashes_in_the_middle_of_a_burst(server: Running) -> None:
    chance = random.Random(9)
    meeting = server.bring_in(meetings.meeting(meetings.single("bridge", len(OPTIONS))))
    phones = [Phone(server, token) for token in server.join("MEET", PHONES)]
    cut_short = 0
    for _ in range(CRASHES):
        round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})["id"]
        for phone in phones:
            phone.take(round_id, chance.choice(OPTIONS))
        _burst_and_crash(server, phones, after=chance.randint(1, PHONES - 5))
        cut_short += any(not phone.told for phone in phones)
        acknowledged = [phone for phone in phones if phone.told]

        server.start()
        for phone in acknowledged:
            assert phone.send()
            assert phone.told == [201, 200], "an acknowledged ballot was not there after the crash"
        for phone in phones:
            if phone not in acknowledged:
                assert phone.send()
                assert phone.told[-1] in (200, 201)
        server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
        tally = server.did("GET", f"/api/v1/rounds/{round_id}/tally")
        wanted = {
            name: sum(name in phone.ballot["answer"]["options"] for phone in phones) for name in OPTIONS
        }
        assert tally["counts"] == wanted
    assert cut_short, "no crash came in the middle: the test shows nothing"


def _burst_and_crash(server: Running, phones: list[Phone], after: int) -> None:
    """All phones at once; the server is killed as soon as so many have been told."""
    told = threading.Semaphore(0)

    def vote(phone: Phone) -> None:
        if phone.send():
            told.release()

    with ThreadPoolExecutor(len(phones)) as pool:
        for phone in phones:
            pool.submit(vote, phone)
        for _ in range(after):
            assert told.acquire(timeout=30)
        server.kill()
