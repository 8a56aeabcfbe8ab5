"""One SQLite file: a writer on a native thread that commits in groups, and readers that never wait for it.

A job is a function of the writer's connection. Whatever arrived while the last group was being committed
makes up the next, so a quiet room pays one flush for one ballot and a full one shares it among hundreds. A
job's caller hears its result only after the commit: what was acknowledged is on the disk.

The writer folds the log into the file itself, never SQLite of its own accord, so that the checksums of the
pages are on the disk before the pages are.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from kiosk.clock import Clock, SystemClock
from kiosk.engine import Engine, Latch
from kiosk.problems import Problem
from kiosk.store import meetings
from kiosk.store.pages import (
    CommitCount,
    PageSums,
    changed_pages,
    load_sums,
    log_of,
    read_log,
    save_sums,
    sum_file,
    with_log,
)
from kiosk.store.schema import migrations

T = TypeVar("T")
Item = TypeVar("Item")
Connection = sqlite3.Connection
Job = Callable[[Connection], Any]

ROOM_FILE = "room.sqlite"
LARGEST_GROUP = 1000
BUSY_MILLISECONDS = 5000
LONGEST_LOG = 4_000_000
"""Bytes of log after which it is folded into the file."""
FOLDING_MILLISECONDS = 100
"""How long folding waits for somebody who is reading; then it is tried again later."""
FOLD_AGAIN_SECONDS = 0.5
COMMITS_REMEMBERED = 200
DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True)
class Saving:
    """Whether the last group of writes reached the disk, and what the disk said if not."""

    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Commit:
    """One group of writes: when it was on the disk, and how many seconds that took."""

    at: float
    took: float


def told_damage(error: BaseException) -> bool:
    """Whether SQLite says that the file itself is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.DatabaseError) and code is not None and code & 0xFF in DAMAGE_CODES


def refusal_for(error: sqlite3.Error) -> Problem:
    """What people are told of an error of the disk or the file."""
    return Problem("damaged" if told_damage(error) else "not_saving")


@dataclass(slots=True)
class _Waiting:
    """Somebody who waits for a job, or for a gathered one to which they give ``item``; how to tell them."""

    job: Callable[..., Any]
    tell: Callable[[Any], None]
    gathered: bool = False
    item: Any = None
    forget_order: bool = False
    rebuild: bool = False
    trial: bool = False
    result: Any = None
    error: BaseException | None = None


class Store:
    """The room's file. ``write`` changes it, ``reader`` reads it; both know nothing of what they carry."""

    def __init__(self, path: Path, engine: Engine, clock: Clock | None = None) -> None:
        self._path = path
        self._engine = engine
        self._clock = clock or SystemClock()
        self._saving = Saving(ok=True)
        self._order_told = False
        self._remains_told = False
        self._changes = 0
        self._commit_times: deque[Commit] = deque(maxlen=COMMITS_REMEMBERED)
        self._folding = threading.Lock()
        self._log_bytes = 0
        self._jobs: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._arriving: list[_Waiting] = []
        self._arriving_lock = threading.Lock()
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer_connection = _open_for_writing(path)
        self._commits: int = self._writer_connection.execute("PRAGMA user_version").fetchone()[0]
        self._sums = _summed(self._writer_connection, path, self._commits)
        self._count = CommitCount(path)
        self._count.set(self._commits)
        self._thread = threading.Thread(target=self._write_groups, name="writer", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        return self._path

    @property
    def saving(self) -> Saving:
        return self._saving

    @property
    def changes(self) -> int:
        """Goes up with every group of writes that may have changed something worth a backup."""
        return self._changes

    @property
    def commits(self) -> Sequence[Commit]:
        """The last groups of writes, the oldest first."""
        return tuple(self._commit_times)

    def changed_pages(self) -> list[int]:
        """The pages of the file that are not as the writer left them: damage, whoever did it."""
        with self._folding:
            return changed_pages(self._sums, self._path, read_log(self._path))

    def try_saving(self, mark: str) -> bool:
        """Whether the disk takes anything now: a mark is written there, which counts as no change."""

        def job(tx: Connection) -> None:
            meetings.set_setting(tx, "tried", mark)

        latch = self._engine.latch()
        try:
            self._wait_for(_Waiting(job, latch.set, trial=True), latch)
        except Problem:
            return False
        return True

    def write(
        self, job: Callable[[Connection], T], *, forget_order: bool = False, rebuild: bool = False
    ) -> T:
        """Run a job in the writer's next transaction and return its result once that is on the disk.

        An exception from the job is raised here and nothing of the job stays. ``forget_order`` then folds
        the write-ahead log into the file and empties it, so that it tells of no order of events; where the
        disk is full that is done as soon as there is room. ``rebuild`` does the same, and writes the whole
        file anew before, so that nothing of what was deleted is left anywhere in it.
        """
        latch = self._engine.latch()
        waiting = _Waiting(job, latch.set, forget_order=forget_order or rebuild, rebuild=rebuild)
        result: T = self._wait_for(waiting, latch)
        return result

    def is_clean(self) -> bool:
        """Whether all that was to be forgotten is gone from the file and its log. Waits for the writer."""
        return bool(self.write(lambda _: not (self._remains_told or self._order_told)))

    def gather(self, job: Callable[[Connection, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Run a job once for all the items that arrive together; the result for this one, as ``write``.

        The job gives a result for each item, in their order. It refuses by results, not by exceptions.
        """
        latch = self._engine.latch()
        result: T = self._wait_for(_Waiting(job, latch.set, gathered=True, item=item), latch)
        return result

    def gather_later(
        self,
        job: Callable[[Connection, Sequence[Item]], Sequence[T]],
        item: Item,
        done: Callable[[T | BaseException], None],
    ) -> None:
        """As ``gather``, without waiting: ``done`` is called once the result is on the disk, with the result
        or with what went wrong, where the engine runs what is posted. It must not wait for anything."""
        with self._arriving_lock:
            self._arriving.append(_Waiting(job, done, gathered=True, item=item))
            is_first = len(self._arriving) == 1
        if is_first:
            # Waking the writer for each would make the two threads take turns for a whole burst.
            self._engine.post(self._hand_over)

    def _hand_over(self) -> None:
        """Give the writer all that has arrived since it was last given something."""
        with self._arriving_lock:
            arrived, self._arriving = self._arriving, []
        self._jobs.put(arrived)

    def _wait_for(self, waiting: _Waiting, latch: Latch) -> Any:
        self._jobs.put([waiting])
        latch.wait()
        if waiting.error is not None:
            raise waiting.error
        return waiting.result

    def reader(self) -> Connection:
        """A read-only connection of this native thread's own."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None)
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            self._local.connection = connection
        return connection

    def close(self) -> None:
        """Write what is waiting and close the file."""
        self._hand_over()
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def _write_groups(self) -> None:
        going_on = True
        while going_on:
            group, going_on = self._next_group()
            if group:
                self._commit(group)
            self._clean()
        self._fold()
        self._writer_connection.close()
        self._count.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """All that has arrived, and whether to go on after it."""
        group: list[_Waiting] = []
        try:
            arrived = self._jobs.get(timeout=FOLD_AGAIN_SECONDS if self._order_told else None)
        except queue.Empty:
            return group, True
        while arrived is not None:
            group += arrived
            if len(group) >= LARGEST_GROUP:
                return group, True
            try:
                arrived = self._jobs.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _commit(self, group: list[_Waiting]) -> None:
        began = self._clock.seconds()
        rows_before = self._writer_connection.total_changes
        try:
            self._writer_connection.execute("BEGIN IMMEDIATE")
            for alike in _runs(group):
                self._run(alike)
            changed = self._writer_connection.total_changes > rows_before
            if changed:
                self._writer_connection.execute(f"PRAGMA user_version = {self._commits + 1}")
            self._writer_connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._fail(group, error)
        else:
            self._saving = Saving(ok=True)
            if changed:
                self._note_commit(group, began)
        self._engine.post(lambda: _release(group))
        self._order_told |= any(waiting.forget_order for waiting in group)
        self._remains_told |= any(waiting.rebuild for waiting in group)
        if not self._order_told and self._log_size() > self._log_bytes + LONGEST_LOG:
            self._fold()

    def _clean(self) -> None:
        """Make the file and its log forget what they were told to; what the disk does not let be now is tried
        again later.
        """
        if self._remains_told:
            self._remains_told = not self._rebuild()
        if self._order_told:
            self._order_told = not self._fold()

    def _rebuild(self) -> bool:
        try:
            self._writer_connection.execute("VACUUM")
        except sqlite3.Error:
            return False
        return True

    def _note_commit(self, group: Sequence[_Waiting], began: float) -> None:
        self._commits += 1
        self._count.set(self._commits)
        self._changes += not all(waiting.trial for waiting in group)
        now = self._clock.seconds()
        self._commit_times.append(Commit(now, now - began))

    def _fold(self) -> bool:
        """Fold the write-ahead log into the file and empty it; whether the disk and the readers let it be.

        Nothing is lost if not: the log still holds what was acknowledged.
        """
        if not self._folding.acquire(blocking=False):
            return False
        try:
            sums = with_log(self._sums, self._path, read_log(self._path), self._commits)
            save_sums(self._path, sums)
            self._sums = sums
            return _checkpoint(self._writer_connection)
        except (sqlite3.Error, OSError):
            return False
        finally:
            self._log_bytes = self._log_size()
            self._folding.release()

    def _log_size(self) -> int:
        with suppress(OSError):
            return log_of(self._path).stat().st_size
        return 0

    def _run(self, alike: Sequence[_Waiting]) -> None:
        """Run one job. A refusal undoes that job alone; an error of the disk undoes the whole group."""
        self._writer_connection.execute("SAVEPOINT job")
        try:
            self._give_results(alike)
        except sqlite3.IntegrityError as error:
            self._undo(alike, error)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - raised again where the job came from
            self._undo(alike, error)
        else:
            self._writer_connection.execute("RELEASE job")

    def _give_results(self, alike: Sequence[_Waiting]) -> None:
        first = alike[0]
        if not first.gathered:
            first.result = first.job(self._writer_connection)
            return
        results = first.job(self._writer_connection, [waiting.item for waiting in alike])
        for waiting, result in zip(alike, results, strict=True):
            waiting.result = result

    def _undo(self, alike: Sequence[_Waiting], error: Exception) -> None:
        for waiting in alike:
            waiting.error = error
        self._writer_connection.execute("ROLLBACK TO job")
        self._writer_connection.execute("RELEASE job")

    def _fail(self, group: list[_Waiting], error: sqlite3.Error) -> None:
        self._saving = Saving(ok=False, detail=str(error))
        if self._writer_connection.in_transaction:
            self._writer_connection.execute("ROLLBACK")
        for waiting in group:
            waiting.result = None
            waiting.error = refusal_for(error)
            waiting.error.__cause__ = error


def _runs(group: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The group in order, gathered jobs that stand together as one."""
    for _, alike in groupby(group, key=lambda waiting: waiting.job if waiting.gathered else id(waiting)):
        yield list(alike)


def _release(group: list[_Waiting]) -> None:
    for waiting in group:
        waiting.tell(waiting.result if waiting.error is None else waiting.error)


def _open_for_writing(path: Path) -> Connection:
    """The one connection that writes, on the newest schema."""
    new = not path.exists()
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    if new:
        path.chmod(0o600)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    # What a rebuilding sets aside meanwhile is nobody else's: not in the system's folder for such files.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _summed(connection: Connection, path: Path, commits: int) -> PageSums:
    """The checksums of the file with its log folded in.

    They are made anew where there are none yet, or where another program has folded the log in.
    """
    known, log = load_sums(path), read_log(path)
    if known is not None and (log.pages or known.commits >= commits):
        known = with_log(known, path, log, commits)
        save_sums(path, known)
        _checkpoint(connection)
        return known
    _checkpoint(connection)
    made = sum_file(path, commits)
    save_sums(path, made)
    return made


def _checkpoint(connection: Connection) -> bool:
    """Fold the log into the file and empty it; whether nobody who was reading stood in the way."""
    connection.execute(f"PRAGMA busy_timeout = {FOLDING_MILLISECONDS}")
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return bool(busy == 0)
