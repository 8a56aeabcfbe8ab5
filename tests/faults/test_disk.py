"""The disk under a running server goes wrong: nothing is acknowledged that is not stored, it is told in
words, and everything goes on when it is well again."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kiosk.store.store import BUSY_MILLISECONDS, ROOM_FILE
from tests.support import meetings
from tests.support.disks import FaultyDisk, faulty_disk
from tests.support.running import ROOT, Running, free_port, until

PHONES = 40

_codes = (f"D{number:03}" for number in itertools.count(100))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the shared disk and the data on it."""
    return tmp_path_factory.mktemp("disk")


@pytest.fixture(scope="module")
def disk(library: Path) -> FaultyDisk:
    return faulty_disk(library, library / "data")


@contextmanager
def started(disk: FaultyDisk) -> Iterator[Running]:
    """A kiosk whose data lie on the disk."""
    with pytest.MonkeyPatch.context() as patch:
        for name, setting in disk.environment().items():
            patch.setenv(name, setting)
        running = Running(disk.under)
    try:
        yield running
    finally:
        disk.be("good")
        running.stop()


@pytest.fixture(scope="module")
def server(disk: FaultyDisk) -> Iterator[Running]:
    """One kiosk for all tests that do not look at its console, which remembers a trouble for a while."""
    with started(disk) as running:
        yield running


class Hall:
    """An open round, and phones that answer it."""

    def __init__(self, server: Running) -> None:
        self.server = server
        code = next(_codes)
        self.meeting = server.bring_in(meetings.meeting(meetings.single("bridge"), id=code, code=code))
        self.phones = server.join(code, PHONES)
        self.round = str(
            server.did("POST", f"/api/v1/meetings/{self.meeting}/rounds", {"question": "bridge"})["id"]
        )

    def burst(self) -> list[tuple[int, Any]]:
        """Everybody answers at once; what each is told."""
        with ThreadPoolExecutor(max_workers=PHONES) as together:
            return list(together.map(self.vote, self.phones))

    def vote(self, token: str) -> tuple[int, Any]:
        ballot = {"id": uuid4().hex, "round": self.round, "answer": {"options": ["a"]}}
        return self.server.call("POST", "/api/v1/ballots", ballot, token=token)

    def stored(self) -> int:
        with closing(sqlite3.connect(f"{(self.server.data / ROOM_FILE).as_uri()}?mode=ro", uri=True)) as file:
            counting = "SELECT count(*) FROM ballot WHERE round = ? AND answer IS NOT NULL"
            (count,) = file.execute(counting, (self.round,)).fetchone()
        return int(count)

    def console(self) -> str:
        """The console's picture."""
        return str(self.server.call("GET", f"/facilitator/meetings/{self.meeting}/state")[1])


@pytest.fixture
def hall(server: Running) -> Hall:
    return Hall(server)


@pytest.mark.parametrize("milliseconds", [10, 100])
def test_a_slow_disk_takes_every_vote(hall: Hall, disk: FaultyDisk, milliseconds: int) -> None:
    disk.be(f"slow {milliseconds}")
    assert [status for status, _ in hall.burst()] == [201] * PHONES
    assert hall.stored() == PHONES


@pytest.mark.parametrize("fault", ["readonly", "broken", "unflushed", "full"])
@pytest.mark.parametrize("voted_before", [False, True])
def test_a_disk_that_takes_nothing_acknowledges_nothing_and_mends(
    hall: Hall, disk: FaultyDisk, fault: str, voted_before: bool
) -> None:
    before = [hall.vote(phone) for phone in hall.phones[: 3 if voted_before else 0]]
    disk.be(fault)
    for status, told in hall.burst():
        assert (status, told["code"]) == (503, "not_saving")
    assert hall.server.call("GET", "/healthz", token="")[0] == 503
    disk.be("good")
    assert hall.stored() == len(before)
    assert [status for status, _ in hall.burst()] == [201] * PHONES
    assert hall.server.call("GET", "/healthz", token="")[0] == 200
    assert hall.stored() == PHONES


def test_what_is_wrong_with_the_disk_is_told_on_the_console(tmp_path: Path) -> None:
    disk = faulty_disk(tmp_path, tmp_path / "data")
    with started(disk) as server:
        hall = Hall(server)
        disk.be("full")
        assert server.call("GET", "/healthz", token="")[0] == 503
        until(lambda: "Nothing can be saved." in hall.console(), "not told that nothing is saved")
        disk.be("slow 600")
        hall.burst()
        for phone in hall.phones[:8]:
            hall.vote(phone)
        until(lambda: "Saving is slow." in hall.console(), "not told that saving is slow")
        assert hall.stored() == PHONES


HOLDER = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def holding(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the file's lock until it is ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_file_that_another_program_locks(hall: Hall) -> None:
    """Votes wait for a lock that is soon let go of; after some seconds they are told to try again."""
    with ThreadPoolExecutor(max_workers=1) as one:
        with holding(hall.server.data / ROOM_FILE) as other:
            waiting = one.submit(hall.vote, hall.phones[0])
            other.kill()
        assert waiting.result()[0] == 201
        with holding(hall.server.data / ROOM_FILE) as other:
            status, told = one.submit(hall.vote, hall.phones[1]).result(BUSY_MILLISECONDS / 1000 + 10)
            assert (status, told["code"]) == (503, "not_saving")
            other.kill()
    assert hall.vote(hall.phones[1])[0] == 201
    assert hall.stored() == 2


def test_a_start_on_a_read_only_folder_is_told_in_a_line(tmp_path: Path) -> None:
    disk = faulty_disk(tmp_path, tmp_path / "data")
    (tmp_path / "data").mkdir()
    disk.be("readonly")
    address = ["--host", "127.0.0.1", "--port", str(free_port())]
    started = subprocess.run(
        [sys.executable, "run.py", "--no-browser", *address, "--data", str(tmp_path / "data")],
        cwd=ROOT,
        env=disk.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 1
    assert "cannot be written: Read-only file system." in started.stderr
    assert "Traceback" not in started.stderr
    assert list((tmp_path / "data").iterdir()) == []
