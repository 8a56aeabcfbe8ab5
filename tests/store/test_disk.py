"""What lies on the disk: the log that is emptied, a disk that fills up under it, a process that is killed."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from kiosk.engine import Engine
from kiosk.problems import Problem
from kiosk.store import meetings
from kiosk.store.store import Connection, Store

LARGE = "x" * 900
PAGES = 40
ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path, engine: Engine) -> Iterator[Store]:
    store = Store(tmp_path / "room.sqlite", engine)
    yield store
    store.close()


def log_of(tmp_path: Path) -> Path:
    return tmp_path / "room.sqlite-wal"


def nothing(tx: Connection) -> None:
    """A job that changes nothing; once it is done, so is all that the writer did before it."""


def several_pages(tx: Connection) -> None:
    for number in range(PAGES):
        meetings.set_setting(tx, f"page-{number}", LARGE)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a full disk, writing fails beyond this size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_log_is_emptied_where_it_would_tell_an_order(store: Store, tmp_path: Path) -> None:
    store.write(lambda tx: meetings.set_setting(tx, "a", 1))
    assert log_of(tmp_path).stat().st_size > 0
    store.write(lambda tx: meetings.set_setting(tx, "b", 1), forget_order=True)
    store.write(nothing)
    assert log_of(tmp_path).stat().st_size == 0


def test_the_log_is_emptied_while_others_read(store: Store, tmp_path: Path) -> None:
    store.write(lambda tx: meetings.set_setting(tx, "a", 1))
    assert store.reader().execute("SELECT count(*) FROM setting").fetchone() == (1,)
    store.write(lambda tx: meetings.set_setting(tx, "b", 1), forget_order=True)
    store.write(nothing)
    assert log_of(tmp_path).stat().st_size == 0


def test_a_disk_that_fills_while_the_log_is_emptied_stops_nothing(store: Store, tmp_path: Path) -> None:
    """The log could be written but not folded into the file: voting goes on, and it is done later."""
    path = tmp_path / "room.sqlite"
    store.write(lambda tx: meetings.set_setting(tx, "a", 1), forget_order=True)
    store.write(nothing)
    with no_file_larger_than(path.stat().st_size + 4096):
        store.write(several_pages, forget_order=True)
        store.write(lambda tx: meetings.set_setting(tx, "b", 1))
        assert store.saving.ok
        assert log_of(tmp_path).stat().st_size > PAGES * len(LARGE)
    store.write(lambda tx: meetings.set_setting(tx, "c", 1))
    store.write(nothing)
    assert log_of(tmp_path).stat().st_size < PAGES * len(LARGE)
    assert store.reader().execute("SELECT count(*) FROM setting").fetchone() == (3 + PAGES,)


def test_a_full_disk_gets_back_the_room_of_the_log(store: Store, tmp_path: Path) -> None:
    for number in range(PAGES):
        store.write(partial(meetings.set_setting, name="a", value=number))
    with no_file_larger_than(log_of(tmp_path).stat().st_size):
        with pytest.raises(Problem) as refusal:
            store.write(lambda tx: meetings.set_setting(tx, "a", -1))
        assert refusal.value.code == "not_saving"
        store.write(lambda tx: meetings.set_setting(tx, "a", -2))
        assert store.saving.ok


WRITER = """
import sys, threading
from pathlib import Path
from kiosk.engine import engine_named
from kiosk.store import meetings
from kiosk.store.store import Store

store = Store(Path(sys.argv[1]), engine_named("threading"))

def write(thread):
    for number in range(1_000_000):
        name = f"{thread}-{number}"
        store.write(lambda tx: meetings.set_setting(tx, name, number))
        sys.stdout.write(name + "\\n")
        sys.stdout.flush()

for thread in range(8):
    threading.Thread(target=write, args=(thread,)).start()
"""


@pytest.mark.parametrize("acknowledged", [1, 50, 300])
def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "room.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    heard = [process.stdout.readline().strip() for _ in range(acknowledged)]
    os.kill(process.pid, signal.SIGKILL)
    heard += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    with sqlite3.connect(path) as database:
        kept = {row[0] for row in database.execute("SELECT name FROM setting")}
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert set(heard) <= kept
