"""What lies on the disk: the log that is emptied, a disk that fills up under it, a process that is killed."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from kiosk.engine import Engine
from kiosk.problems import Problem
from kiosk.store import meetings, pages
from kiosk.store.health import examined, find_damage
from kiosk.store.pages import count_of
from kiosk.store.store import Connection, Store
from tests.support.disks import faulty_disk, flip
from tests.support.running import until

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
    until_emptied(store, tmp_path)
    assert store.reader().execute("SELECT count(*) FROM setting").fetchone() == (3 + PAGES,)


def until_emptied(store: Store, tmp_path: Path) -> None:
    def is_emptied() -> bool:
        store.write(nothing)
        return log_of(tmp_path).stat().st_size == 0

    until(is_emptied, "the log tells of an order still")


@contextmanager
def somebody_reading(tmp_path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(tmp_path / "room.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM setting").fetchone()
        yield


def close_after_a_long_round(store: Store) -> None:
    """It has written so much that the log, where it is not emptied at once, is read beside the writer."""
    for number in range(4):
        write_two_megabytes(store, f"{number}")
    store.write(several_pages, forget_order=True)


def test_a_long_log_is_emptied_once_nobody_reads_it(store: Store, tmp_path: Path) -> None:
    with somebody_reading(tmp_path):
        close_after_a_long_round(store)
        store.write(lambda tx: meetings.set_setting(tx, "meanwhile", 1))
        assert log_of(tmp_path).stat().st_size > 0
    until_emptied(store, tmp_path)
    assert store.copy().changed == []
    assert "meanwhile" in settings_in(tmp_path / "room.sqlite")


def test_a_bit_that_changes_in_a_log_that_waits_for_being_emptied_is_noticed(
    store: Store, tmp_path: Path
) -> None:
    log = log_of(tmp_path)
    with somebody_reading(tmp_path):
        close_after_a_long_round(store)
        flip(log, log.stat().st_size - 30_000)  # of what was written last
        store.write(lambda tx: meetings.set_setting(tx, "meanwhile", 1))
    store.close()
    assert find_damage(tmp_path / "room.sqlite") is not None


def left_by_a_crash(tmp_path: Path) -> Path:
    """A copy of the room's file and what stands beside it, as they are on the disk at this moment."""
    copied = tmp_path.with_name(f"{tmp_path.name}-left")
    shutil.copytree(tmp_path, copied, ignore=shutil.ignore_patterns("*-shm"))
    return copied / "room.sqlite"


def settings_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as file:
        return {name for (name,) in file.execute("SELECT name FROM setting")}


def write_until_the_log_is_begun_anew(store: Store, log: Path) -> None:
    """It has become so long that it is folded in though votes may wait; it is not cut off then."""
    before, now = -1, 0
    while now > before:
        write_two_megabytes(store, f"{now}")
        before, now = now, log.stat().st_size


def write_two_megabytes(store: Store, mark: str) -> None:
    def job(tx: Connection) -> None:
        for number in range(2_000):
            meetings.set_setting(tx, f"large-{number}", LARGE + mark)

    store.write(job)


def test_a_long_log_is_begun_anew_and_nothing_is_lost_by_a_crash(
    store: Store, tmp_path: Path, engine: Engine
) -> None:
    write_until_the_log_is_begun_anew(store, log_of(tmp_path))
    for name in ("acknowledged", "acknowledged too"):
        store.write(partial(meetings.set_setting, name=name, value=1))
        assert store.copy().changed == []
        left = left_by_a_crash(tmp_path)
        assert find_damage(left) is None
        again = Store(left, engine)
        assert again.copy().changed == []
        again.close()
        assert find_damage(left) is None
        assert name in settings_in(left)
        shutil.rmtree(left.parent)
    store.write(several_pages, forget_order=True)
    store.write(nothing)
    assert log_of(tmp_path).stat().st_size == 0


def test_a_log_that_is_begun_anew_again_and_again_grows_no_longer(store: Store, tmp_path: Path) -> None:
    log = log_of(tmp_path)
    write_until_the_log_is_begun_anew(store, log)
    length = log.stat().st_size
    written = 0
    while written < 3 * length:
        write_two_megabytes(store, f"{written}")
        store.write(nothing)
        written += 2_000 * len(LARGE)
    assert log.stat().st_size < length + 4_000_000


def test_a_copy_is_of_one_commit_while_the_log_grows_and_is_begun_anew(store: Store, tmp_path: Path) -> None:
    copies: list[memoryview] = []
    done = threading.Event()

    def copy_again_and_again() -> None:
        while not done.is_set():
            copies.append(store.copy().content)
            del copies[:-20]

    copying = threading.Thread(target=copy_again_and_again)
    copying.start()
    write_until_the_log_is_begun_anew(store, log_of(tmp_path))
    done.set()
    copying.join()
    copies.append(store.copy().content)
    for copy in copies:
        assert len(marks_in(copy)) == 1
    assert marks_in(copies[-1]) == set(
        store.reader().execute("SELECT DISTINCT value FROM setting WHERE name LIKE 'large-%'")
    )


def marks_in(copy: memoryview) -> set[tuple[str]]:
    assert examined(copy) is not None
    with closing(sqlite3.connect(":memory:")) as memory:
        copy[18:20] = b"\x01\x01"  # in memory there is no log
        memory.deserialize(copy)
        return set(memory.execute("SELECT DISTINCT value FROM setting WHERE name LIKE 'large-%'"))


def test_a_bit_that_changes_in_a_log_begun_anew_is_noticed_where_it_counts(
    store: Store, tmp_path: Path
) -> None:
    log = log_of(tmp_path)
    write_until_the_log_is_begun_anew(store, log)
    store.write(lambda tx: meetings.set_setting(tx, "acknowledged", 1))
    flip(log, log.stat().st_size - 100)  # of what is to be written over
    assert store.copy().changed == []
    flip(log, 100)
    assert store.copy().changed != []
    store.write(several_pages, forget_order=True)
    store.close()
    assert find_damage(tmp_path / "room.sqlite") is not None


def test_a_commit_that_a_power_cut_has_torn_is_not_taken_for_damage(
    store: Store, tmp_path: Path, engine: Engine
) -> None:
    store.write(lambda tx: meetings.set_setting(tx, "acknowledged", 1))
    counted = count_of(tmp_path / "room.sqlite").read_bytes()
    store.write(several_pages)
    left = left_by_a_crash(tmp_path)
    count_of(left).write_bytes(counted)
    torn = bytearray(pages.log_of(left).read_bytes())
    torn[-2048:] = bytes(2048)
    pages.log_of(left).write_bytes(torn)
    assert find_damage(left) is None
    again = Store(left, engine)
    assert again.copy().changed == []
    again.close()
    assert find_damage(left) is None
    assert "acknowledged" in settings_in(left)
    assert "page-0" not in settings_in(left)


UNFLUSHED = """
import os, sys
from pathlib import Path
from kiosk.engine import engine_named
from kiosk.problems import Problem
from kiosk.store import meetings
from kiosk.store.store import Store

def write(value, *names):
    store.write(lambda tx: [meetings.set_setting(tx, name, value) for name in names])

store, fault = Store(Path(sys.argv[1]), engine_named("threading")), Path(os.environ["KIOSK_FAULT"])
many = [f"many-{number}" for number in range(100)]
write("x" * 300, *many)
fault.write_text("unflushed")
try:
    write("y" * 300, *many)
except Problem as refusal:
    print(refusal.code)
fault.write_text("good")
write("z" * 300, *sys.argv[2:])
store.close()
"""


@pytest.mark.parametrize("written_after", [[], ["many-50"]])
def test_what_could_not_be_flushed_is_not_taken_for_damage(tmp_path: Path, written_after: list[str]) -> None:
    disk = faulty_disk(tmp_path, tmp_path)
    path = tmp_path / "room.sqlite"
    ran = subprocess.run(
        [sys.executable, "-c", UNFLUSHED, str(path), *written_after],
        cwd=ROOT,
        env=disk.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "not_saving\n"
    assert find_damage(path) is None


LOOKING = "import sqlite3, sys; file = sqlite3.connect(sys.argv[1]); file.execute(sys.argv[2]); file.close()"


def test_another_program_that_looks_into_the_file_leaves_its_log(store: Store, tmp_path: Path) -> None:
    """It would take it away as the last to close the file, were it not for the lock that the room keeps."""
    store.write(lambda tx: meetings.set_setting(tx, "before", 1))
    assert store.copy().changed == []
    asked = "SELECT count(*) FROM setting"
    subprocess.run([sys.executable, "-c", LOOKING, str(tmp_path / "room.sqlite"), asked], check=True)
    store.write(lambda tx: meetings.set_setting(tx, "after", 1))
    assert {"before", "after"} <= settings_in(left_by_a_crash(tmp_path))


def test_what_is_written_beside_a_large_job_that_is_refused_outlives_a_kill(
    store: Store, tmp_path: Path
) -> None:
    all_are_there = threading.Event()

    def hold_up(_tx: Connection, _items: Sequence[str]) -> list[bool]:
        return [all_are_there.wait(30)]

    def vote(tx: Connection, items: Sequence[str]) -> list[None]:
        for item in items:
            meetings.set_setting(tx, item, 1)
        return [None] * len(items)

    def large(tx: Connection, _items: Sequence[str]) -> list[None]:
        for number in range(3_000):
            meetings.set_setting(tx, f"refused-{number}", LARGE * 2)
        raise Problem("trouble")

    told: list[object] = []
    for job in (hold_up, vote, large):
        store.gather_later(job, "vote", told.append)
    all_are_there.set()
    store.write(nothing)
    assert told[:2] == [True, None]
    assert isinstance(told[2], Problem)
    assert "vote" in settings_in(left_by_a_crash(tmp_path))


WRITER = """
import sys, threading
from pathlib import Path
from kiosk.engine import engine_named
from kiosk.problems import Problem
from kiosk.store import meetings, pages
from kiosk.store.health import find_damage
from kiosk.store.pages import count_of
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
