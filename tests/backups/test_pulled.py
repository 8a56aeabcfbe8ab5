"""A stick is pulled, fills up, fails or is made read-only while backups are written to it, a hundred times:
what has a backup's name is whole, and there is always one to go on with."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kiosk.backups import places
from kiosk.backups.restoring import newest_good, restore
from kiosk.store.store import ROOM_FILE
from tests.backups.writing_for_ever import KEY
from tests.support.disks import FaultyDisk, faulty_disk
from tests.support.running import ROOT, until

PULLS = 100
FAULTS = ("full", "broken", "readonly")
LONGEST_SECONDS = 0.04
"""Of writing before the stick is pulled: some ten backups."""


class Writer:
    """A process that writes backups into a folder for as long as it is let."""

    def __init__(self, stick: Path, plain: Path, disk: FaultyDisk) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "tests/backups/writing_for_ever.py", str(stick), str(plain)],
            cwd=ROOT,
            env=disk.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def writing_after(self, newest: int) -> Iterator[None]:
        """Within, it writes; then it is killed in the middle of it."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{newest}\n")
        self._parent.stdin.flush()
        child = int(self._parent.stdout.readline())
        yield
        os.kill(child, signal.SIGKILL)
        assert self._parent.stdout.readline() == "ended\n"

    def end(self) -> None:
        self._parent.communicate(timeout=10)


def test_pulled_a_hundred_times_an_older_generation_opens(tmp_path: Path) -> None:
    stick, pulled, plain = tmp_path / "stick", tmp_path / "pulled", tmp_path / "plain"
    stick.mkdir()
    with closing(sqlite3.connect(plain)) as file:
        file.execute("CREATE TABLE t (x)")
        file.executemany("INSERT INTO t VALUES (?)", [(os.urandom(1000),) for _ in range(100)])
        file.commit()
    disk = faulty_disk(tmp_path, stick)
    writer = Writer(stick, plain, disk)
    chance = random.Random(100)
    newest, moved = 0, 0
    happened: Counter[str] = Counter()
    for pull in range(PULLS):
        happens = chance.choice(("killed", "gone", *FAULTS)) if pull else "killed"
        happened[happens] += 1
        with writer.writing_after(newest):
            until(lambda: generations(stick), "nothing was written")
            time.sleep(chance.uniform(0, LONGEST_SECONDS))
            if happens == "gone":
                stick.rename(pulled)
            elif happens in FAULTS:
                disk.be(happens)
            time.sleep(chance.uniform(0, LONGEST_SECONDS / 4))
        disk.be("good")
        if happens == "gone":
            assert not stick.exists(), "a folder was made where the stick should have been"
            pulled.rename(stick)
        for backup in places.every([stick]):
            assert places.prove(backup.path, KEY)[1] == plain.read_bytes(), happens
        moved += max(generations(stick)) > newest
        newest = max(generations(stick))
        give_back(tmp_path / "data", stick, plain)
    writer.end()
    assert len(happened) == 2 + len(FAULTS)
    assert moved > PULLS // 4, "hardly anything was written: the test shows nothing"


def generations(stick: Path) -> list[int]:
    return [backup.header.generation for backup in places.every([stick]) if backup.header is not None]


def give_back(data: Path, stick: Path, plain: Path) -> None:
    """What the stick has is put in the place of the room's file, as it was."""
    data.mkdir(exist_ok=True)
    backup = newest_good(places.every([stick]), KEY)
    restore(data, data / ROOM_FILE, backup.path, KEY)
    assert (data / ROOM_FILE).read_bytes() == plain.read_bytes()
    (data / ROOM_FILE).unlink()
