"""The store: one writer, groups, and who hears of what when."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kiosk.engine import Engine
from kiosk.problems import Problem
from kiosk.store import meetings
from kiosk.store.health import find_damage, forget_checks
from kiosk.store.pages import log_of
from kiosk.store.store import Connection, Store
from tests.support.engines import WatchedEngine
from tests.support.groups import Group

Job = Callable[[Connection], Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "room.sqlite"


@pytest.fixture
def watched() -> WatchedEngine:
    return WatchedEngine()


@pytest.fixture
def store(path: Path, watched: WatchedEngine) -> Iterator[Store]:
    store = Store(path, watched)
    yield store
    store.close()


def note(name: str, value: Any = True) -> Job:
    """A job that writes something down."""
    return lambda tx: meetings.set_setting(tx, name, value)


def noted(store: Store) -> set[str]:
    return {row[0] for row in store.reader().execute("SELECT name FROM setting")}


@pytest.fixture
def group(store: Store, watched: WatchedEngine) -> Group:
    return Group(store, watched)


# ── One job ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ["threading", "eventlet"], indirect=True)
def test_a_result_comes_back_and_is_on_the_disk_by_then(path: Path, engine: Engine) -> None:
    store = Store(path, engine)
    assert store.write(lambda tx: tx.execute("SELECT 42").fetchone()) == (42,)
    store.write(note("a"))
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM setting").fetchall() == [("a",)]
    assert noted(store) == {"a"}
    store.close()


@pytest.mark.parametrize("engine", ["threading", "eventlet"], indirect=True)
def test_many_write_at_once_and_each_hears_of_its_own(path: Path, engine: Engine) -> None:
    store = Store(path, engine)
    results: dict[int, Any] = {}
    done = engine.latch()

    def write(number: int) -> None:
        results[number] = store.write(lambda tx: (note(f"n{number}")(tx), number)[1])
        if len(results) == 100:
            done.set(None)

    for number in range(100):
        engine.spawn(write, number)
    done.wait()
    assert results == {number: number for number in range(100)}
    assert len(noted(store)) == 100
    store.close()


def test_a_refusal_is_raised_where_the_job_came_from_and_nothing_stays(store: Store) -> None:
    def refuse(tx: Connection) -> None:
        note("a")(tx)
        raise Problem("stale")

    with pytest.raises(Problem) as refused:
        store.write(refuse)
    assert refused.value.code == "stale"
    assert noted(store) == set()
    assert store.saving.ok


def test_after_a_refusal_of_its_only_job_a_group_goes_on(store: Store) -> None:
    def refuse(tx: Connection) -> None:
        note("refused")(tx)
        raise Problem("stale")

    for name in ("a", "b"):
        store.write(note(name))
        with pytest.raises(Problem):
            store.write(refuse)
    assert noted(store) == {"a", "b"}


def test_a_constraint_is_raised_where_the_job_came_from(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.write(lambda tx: tx.execute("INSERT INTO question (meeting, id, version) VALUES ('m', 'q', 1)"))
    assert store.saving.ok


def test_a_threads_reader_ends_with_the_thread(store: Store, path: Path) -> None:
    """The engine of threads has one for each connection: left to the collector, they would pile up."""

    def opened() -> int:
        files = (file.resolve() for file in Path("/proc/self/fd").iterdir())
        return sum(file.name.startswith(path.name) for file in files)

    gc.disable()
    try:
        before = opened()
        for _ in range(50):
            thread = threading.Thread(target=noted, args=[store])
            thread.start()
            thread.join()
        assert opened() <= before + 2
    finally:
        gc.enable()


def test_a_fault_of_ours_is_not_blamed_on_the_disk(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError):
        store.write(lambda tx: tx.execute("SELECT nothing FROM nowhere"))
    assert store.saving.ok
    store.write(note("after it"))


def test_who_cannot_be_told_keeps_nobody_else_from_hearing(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[object] = []

    def double(tx: Connection, items: Sequence[int]) -> list[int]:
        return [2 * item for item in items]

    def deaf(outcome: object) -> None:
        raise RuntimeError("gone")

    store.gather_later(double, 1, deaf)
    store.gather_later(double, 2, heard.append)
    assert store.gather(double, 3) == 6
    assert store.gather(double, 4) == 8
    assert heard == [4]
    assert "gone" in capfd.readouterr().err


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError):
        store.reader().execute("DELETE FROM setting")


def test_a_log_that_is_being_written_to_is_not_taken_for_damaged(path: Path, engine: Engine) -> None:
    store = Store(path, engine)

    def write() -> None:
        for number in range(300):
            store.write(note(f"n{number}", "x" * 2_000), forget_order=number % 100 == 0)

    writing = threading.Thread(target=write)
    writing.start()
    looks = 0
    while writing.is_alive():
        assert store.copy().changed == []
        looks += 1
    assert looks
    store.close()


def test_an_act_that_changes_nothing_leaves_the_log_as_it_is(path: Path, store: Store) -> None:
    log = log_of(path)
    store.write(note("a"))
    size = log.stat().st_size
    store.write(lambda _: None, forget_order=True)
    store.write(note("b"))  # the writer comes to it after it has looked what there is to be forgotten
    assert log.stat().st_size > size > 0
    store.write(note("c"), forget_order=True)
    assert store.is_clean()
    assert log.stat().st_size == 0


def test_a_log_that_a_reader_kept_at_the_start_is_folded_in_with_its_checksums(
    path: Path, store: Store, engine: Engine, tmp_path: Path
) -> None:
    store.write(note("before"))
    crashed = tmp_path / "crashed" / path.name
    shutil.copytree(tmp_path, crashed.parent, ignore=shutil.ignore_patterns("*-shm", crashed.parent.name))
    forget_checks(crashed)
    with (
        closing(sqlite3.connect(crashed, isolation_level=None)) as reader,
        closing(sqlite3.connect(crashed, isolation_level=None)) as writer,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT name FROM setting").fetchall()
        note("after")(writer)
        started = Store(crashed, engine)
        assert log_of(crashed).stat().st_size
        assert started.copy().changed == []
    started.close()
    assert find_damage(crashed) is None


def test_what_is_waiting_is_written_before_the_file_closes(path: Path) -> None:
    engine = WatchedEngine()
    store = Store(path, engine)
    group = Group(store, engine)
    for number in range(10):
        group.add(partial(store.write, note(f"n{number}")))
    closing = threading.Thread(target=store.close)
    closing.start()
    group.run()
    closing.join(20)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM setting").fetchone() == (10,)


def test_the_file_is_its_owners_alone(path: Path, store: Store) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_commit_waits_for_the_disk_and_leaves_no_trace_of_what_was_deleted(store: Store) -> None:
    def pragma(name: str) -> Any:
        return store.write(lambda tx: tx.execute(f"PRAGMA {name}").fetchone()[0])

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2
    assert pragma("secure_delete") == 1
    assert pragma("foreign_keys") == 1


# ── Groups ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_arrives_during_a_commit_is_committed_together_in_order(
    store: Store, group: Group, path: Path
) -> None:
    seen_by_others: list[int] = []

    def look(tx: Connection) -> list[str]:
        with sqlite3.connect(path) as other:
            seen_by_others.append(other.execute("SELECT count(*) FROM setting").fetchone()[0])
        return [row[0] for row in tx.execute("SELECT name FROM setting ORDER BY name")]

    group.add(lambda: store.write(note("a")))
    group.add(lambda: store.write(look))
    group.add(lambda: store.write(note("b")))
    group.add(lambda: store.write(look))
    assert group.run() == [None, ["a"], None, ["a", "b"]]
    assert seen_by_others == [0, 0]
    assert noted(store) == {"a", "b"}


def test_a_refusal_undoes_its_own_job_alone(store: Store, group: Group) -> None:
    def refuse(tx: Connection) -> None:
        note("refused")(tx)
        raise Problem("stale")

    def clash(tx: Connection) -> None:
        note("clashed")(tx)
        tx.execute("INSERT INTO question (meeting, id, version) VALUES ('m', 'q', 1)")

    def stumble(tx: Connection) -> None:
        note("stumbled")(tx)
        raise RuntimeError

    group.add(lambda: store.write(note("a")))
    for job in (refuse, clash, stumble):
        group.add(partial(store.write, job))
    group.add(lambda: store.write(note("b")))
    first, refused, clashed, stumbled, last = group.run()
    assert (first, last) == (None, None)
    assert isinstance(refused, Problem)
    assert refused.code == "stale"
    assert isinstance(clashed, sqlite3.IntegrityError)
    assert isinstance(stumbled, RuntimeError)
    assert noted(store) == {"a", "b"}


def test_gathered_items_that_stand_together_are_one_call(store: Store, group: Group) -> None:
    calls: list[list[int]] = []

    def double(tx: Connection, items: Sequence[int]) -> list[int]:
        calls.append(list(items))
        return [2 * item for item in items]

    for number in (1, 2, 3):
        group.add(partial(store.gather, double, number))
    group.add(lambda: store.write(note("between")))
    for number in (4, 5):
        group.add(partial(store.gather, double, number))
    assert group.run() == [2, 4, 6, None, 8, 10]
    assert calls == [[1, 2, 3], [4, 5]]


# ── A disk that is full ──────────────────────────────────────────────────────────────────────────────


def fill(store: Store) -> None:
    """Let the file grow no further."""
    store.write(lambda tx: tx.execute("PRAGMA max_page_count = 1"))


def make_room(store: Store) -> None:
    store.write(lambda tx: tx.execute("PRAGMA max_page_count = 100000"))


LARGE = "x" * 50_000


def test_a_full_disk_is_said_so_and_nothing_stays(store: Store) -> None:
    fill(store)
    with pytest.raises(Problem) as refused:
        store.write(note("large", LARGE))
    assert refused.value.code == "not_saving"
    assert not store.saving.ok
    assert "full" in store.saving.detail
    assert noted(store) == set()


def test_writing_goes_on_when_there_is_room_again(store: Store) -> None:
    fill(store)
    with pytest.raises(Problem):
        store.write(note("large", LARGE))
    make_room(store)
    store.write(note("large", LARGE))
    assert store.saving.ok
    assert noted(store) == {"large"}


def test_a_full_disk_fails_the_whole_group(store: Store, watched: WatchedEngine) -> None:
    fill(store)
    group = Group(store, watched)
    group.add(lambda: store.write(note("small")))
    group.add(lambda: store.write(note("large", LARGE)))
    group.add(lambda: store.write(note("other")))
    outcomes = group.run()
    assert [outcome.code for outcome in outcomes] == ["not_saving"] * 3
    make_room(store)
    assert noted(store) == set()
