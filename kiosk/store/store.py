"""One SQLite file: a writer on a native thread that commits in groups, and readers that never wait for it.

A job is a function of the writer's connection. Whatever arrived while the last group was being committed
makes up the next, so a quiet room pays one flush for one ballot and a full one shares it among hundreds. A
job's caller hears its result only after the commit: what was acknowledged is on the disk.
"""

from __future__ import annotations

import queue
import sqlite3
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from kiosk.clock import Clock, SystemClock
from kiosk.engine import Engine, Latch
from kiosk.problems import Problem
from kiosk.store import meetings
from kiosk.store.pages import Copy
from kiosk.store.schema import migrations
from kiosk.store.upkeep import Upkeep

T = TypeVar("T")
Item = TypeVar("Item")
Connection = sqlite3.Connection
Job = Callable[[Connection], Any]

ROOM_FILE = "room.sqlite"
LARGEST_GROUP = 1000
BUSY_MILLISECONDS = 5000
FOLD_AGAIN_SECONDS = 0.5
COMMITS_REMEMBERED = 200
READER_KILOBYTES = 512
"""Of the file each reading thread keeps at hand: a round or two. There are some twenty such threads."""
DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
DISK_CODES = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
)


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
    return _told(error, DAMAGE_CODES)


def refusal_for(error: BaseException) -> Problem:
    """What people are told of an error. Of one that is neither the disk's nor the file's, but ours, the
    terminal gets the details."""
    if isinstance(error, Problem):
        return error
    if told_damage(error):
        return Problem("damaged")
    if _told(error, DISK_CODES):
        return Problem("not_saving")
    traceback.print_exception(error, file=sys.stderr)
    return Problem("trouble")


def _told(error: BaseException, codes: Sequence[int]) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in codes


@dataclass(slots=True)
class _Waiting:
    """Those who wait for a job, mostly one. A gathered job is given what each has brought, in one call."""

    job: Callable[..., Any]
    tells: list[Callable[[Any], None]]
    """How each hears its result, or the error."""
    brought: list[Any] | None = None
    """Of a gathered job: one thing of each who waits."""
    forget_order: bool = False
    rebuild: bool = False
    trial: bool = False
    results: Iterable[Any] = ()
    error: BaseException | None = None

    def joins(self, other: _Waiting) -> bool:
        """Whether this stands behind another of the same gathered job, and has become part of it."""
        if self.brought is None or other.brought is None or self.job != other.job:
            return False
        other.tells += self.tells
        other.brought += self.brought
        return True


class _Reader:
    """A thread's own connection, which ends with the thread. Left to itself it would wait for the collector:
    it and its cache of statements hold one another."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Store:
    """The room's file. ``write`` changes it, ``reader`` reads it; both know nothing of what they carry."""

    def __init__(self, path: Path, engine: Engine, clock: Clock | None = None) -> None:
        self._path = path
        self._engine = engine
        self._clock = clock or SystemClock()
        self._saving = Saving(ok=True)
        self._remains_told = False
        self._fold_again_at = 0.0  # when it is tried once more; 0 where it was not tried yet
        self._changes = 0
        self._commit_times: deque[Commit] = deque(maxlen=COMMITS_REMEMBERED)
        self._jobs: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._arriving: dict[Callable[..., Any], tuple[list[Callable[[Any], None]], list[Any]]] = {}
        self._arriving_lock = threading.RLock()  # Ctrl+C may close the store from within
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer_connection = _open_for_writing(path)
        self._upkeep = Upkeep(path, self._writer_connection)
        self._order_told = not self._upkeep.log_is_empty
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

    def copy(self) -> Copy:
        """The bytes of the file with its log, while writing goes on, and what of them is damage. For any
        thread."""
        return self._upkeep.copy()

    def try_saving(self, mark: str) -> bool:
        """Whether the disk takes anything now: a mark is written there, which counts as no change."""

        def job(tx: Connection) -> None:
            meetings.set_setting(tx, "tried", mark)

        latch = self._engine.latch()
        try:
            self._wait_for(_Waiting(job, [latch.set], trial=True), latch)
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
        waiting = _Waiting(job, [latch.set], forget_order=forget_order or rebuild, rebuild=rebuild)
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
        result: T = self._wait_for(_Waiting(job, [latch.set], [item]), latch)
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
            is_first = not self._arriving
            arriving = self._arriving.get(job)
            if arriving is None:
                self._arriving[job] = arriving = ([], [])
            arriving[0].append(done)
            arriving[1].append(item)
        if is_first:
            # Waking the writer for each would make the two threads take turns for a whole burst.
            self._engine.post(self._hand_over)

    def _hand_over(self) -> None:
        """Give the writer all that has arrived since it was last given something."""
        with self._arriving_lock:
            arrived, self._arriving = self._arriving, {}
        for job, (tells, brought) in arrived.items():
            self._jobs.put(_Waiting(job, tells, brought))

    def _wait_for(self, waiting: _Waiting, latch: Latch) -> Any:
        self._jobs.put(waiting)
        told = latch.wait()
        if isinstance(told, BaseException):
            raise told
        return told

    def reader(self) -> Connection:
        """A read-only connection of this native thread's own."""
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            # Used by this thread alone; but where the store goes first, another one closes it.
            connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            connection.execute(f"PRAGMA cache_size = -{READER_KILOBYTES}")
            reader = self._local.reader = _Reader(connection)
        return reader.connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The reader for several readings of one moment: it sees nothing that is written meanwhile. Nothing
        inside may wait, since others on this native thread read by the same connection."""
        reader = self.reader()
        reader.execute("BEGIN")
        try:
            yield reader
        finally:
            if reader.in_transaction:  # a damaged file ends it by itself
                reader.execute("ROLLBACK")

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
        self._upkeep.end()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """All that has arrived, and whether to go on after it."""
        group: list[_Waiting] = []
        size = 0
        try:
            arrived = self._jobs.get(timeout=FOLD_AGAIN_SECONDS if self._order_told else None)
        except queue.Empty:
            return group, True
        while arrived is not None:
            size += len(arrived.tells)
            if not (group and arrived.joins(group[-1])):
                group.append(arrived)
            if size >= LARGEST_GROUP:
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
            for waiting in group:
                self._run(waiting, is_alone=len(group) == 1)
            changed = self._writer_connection.total_changes > rows_before
            if changed:
                self._writer_connection.execute(f"PRAGMA user_version = {self._upkeep.next_commit}")
            self._writer_connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the writer outlives it, and who waits is told
            self._fail(group, error)
        else:
            self._saving = Saving(ok=True)
            if changed:
                self._note_commit(group, began)
        self._engine.post(lambda: self._release(group))
        self._order_told |= any(waiting.forget_order for waiting in group)
        self._remains_told |= any(waiting.rebuild for waiting in group)
        if not self._order_told:
            self._upkeep.fold_if_long()

    def _release(self, group: list[_Waiting]) -> None:
        for waiting in group:
            told = waiting.results if waiting.error is None else [waiting.error] * len(waiting.tells)
            for tell, result in zip(waiting.tells, told, strict=True):
                try:
                    tell(result)
                except Exception as error:  # noqa: BLE001 - those after it are told all the same
                    traceback.print_exception(error, file=sys.stderr)

    def _clean(self) -> None:
        """Make the file and its log forget what they were told to; what the disk does not let be now is tried
        again later.
        """
        if self._remains_told and self._upkeep.rebuild():
            self._remains_told = False
            self._forget_order(self._upkeep.fold_for_good)
        elif self._order_told and self._clock.seconds() >= self._fold_again_at:
            self._forget_order(self._upkeep.fold_soon if self._fold_again_at else self._upkeep.fold)

    def _forget_order(self, fold: Callable[[], bool]) -> None:
        self._order_told = not fold()
        # Votes that come meanwhile must not each wait for another try.
        self._fold_again_at = self._clock.seconds() + FOLD_AGAIN_SECONDS if self._order_told else 0.0

    def _note_commit(self, group: Sequence[_Waiting], began: float) -> None:
        self._upkeep.note_commit()
        self._changes += not all(waiting.trial for waiting in group)
        now = self._clock.seconds()
        self._commit_times.append(Commit(now, now - began))

    def _run(self, waiting: _Waiting, *, is_alone: bool) -> None:
        """Run one job. A refusal undoes that job, or its transaction where it ``is_alone`` in it; an error
        of the disk undoes the whole group."""
        rows_before = self._writer_connection.total_changes
        if not is_alone:
            self._writer_connection.execute("SAVEPOINT job")
        try:
            if waiting.brought is None:
                waiting.results = [waiting.job(self._writer_connection)]
            else:
                waiting.results = waiting.job(self._writer_connection, waiting.brought)
        except Exception as error:
            if _told(error, (*DAMAGE_CODES, *DISK_CODES)):
                raise
            waiting.error = error
            self._undo(is_alone=is_alone)
        else:
            if not is_alone:
                self._writer_connection.execute("RELEASE job")
        if self._writer_connection.total_changes == rows_before:
            waiting.forget_order = waiting.rebuild  # an act that is repeated leaves nothing to be forgotten

    def _undo(self, *, is_alone: bool) -> None:
        for statement in ("ROLLBACK", "BEGIN") if is_alone else ("ROLLBACK TO job", "RELEASE job"):
            self._writer_connection.execute(statement)

    def _fail(self, group: list[_Waiting], error: Exception) -> None:
        refusal = refusal_for(error)
        refusal.__cause__ = error
        if refusal.code != "trouble":
            self._saving = Saving(ok=False, detail=str(error))
        with suppress(sqlite3.Error):  # the disk may have undone it already
            if self._writer_connection.in_transaction:
                self._writer_connection.execute("ROLLBACK")
        for waiting in group:
            waiting.error = refusal


def _open_for_writing(path: Path) -> Connection:
    """The one connection that writes, on the newest schema."""
    new = not path.exists()
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    if new:
        path.chmod(0o600)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    # SQLite 3.40 loses the commit of a group in which a job was undone that had spilled pages into the log.
    connection.execute("PRAGMA cache_spill = OFF")
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    # What a rebuilding sets aside meanwhile is nobody else's: not in the system's folder for such files.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
