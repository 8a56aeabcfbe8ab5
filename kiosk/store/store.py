"""One SQLite file: a writer on a native thread that commits in groups, and readers that never wait for it.

A job is a function of the writer's connection. Whatever arrived while the last group was being committed
makes up the next, so a quiet room pays one flush for one ballot and a full one shares it among hundreds. A
job's caller hears its result only after the commit: what was acknowledged is on the disk.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from kiosk.engine import Engine, Latch
from kiosk.problems import Problem
from kiosk.store.schema import migrations

T = TypeVar("T")
Item = TypeVar("Item")
Connection = sqlite3.Connection
Job = Callable[[Connection], Any]

LARGEST_GROUP = 1000
BUSY_MILLISECONDS = 5000


@dataclass(frozen=True)
class Saving:
    """Whether the last group of writes reached the disk, and what the disk said if not."""

    ok: bool
    detail: str = ""


@dataclass(slots=True)
class _Waiting:
    """Somebody who waits for a job, or for a gathered one to which they give ``item``; how to tell them."""

    job: Callable[..., Any]
    tell: Callable[[_Waiting], None]
    gathered: bool = False
    item: Any = None
    forget_order: bool = False
    result: Any = None
    error: BaseException | None = None


class Store:
    """The room's file. ``write`` changes it, ``reader`` reads it; both know nothing of what they carry."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._saving = Saving(ok=True)
        self._order_told = False
        self._jobs: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._arriving: list[_Waiting] = []
        self._arriving_lock = threading.Lock()
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer_connection = _open_for_writing(path)
        self._thread = threading.Thread(target=self._write_groups, name="writer", daemon=True)
        self._thread.start()

    @property
    def saving(self) -> Saving:
        return self._saving

    def write(self, job: Callable[[Connection], T], *, forget_order: bool = False) -> T:
        """Run a job in the writer's next transaction and return its result once that is on the disk.

        An exception from the job is raised here and nothing of the job stays. ``forget_order`` then folds
        the write-ahead log into the file and empties it, so that it tells of no order of events; where the
        disk is full that is done as soon as there is room.
        """
        latch = self._engine.latch()
        result: T = self._wait_for(_Waiting(job, latch.set, forget_order=forget_order), latch)
        return result

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

        def tell(waiting: _Waiting) -> None:
            done(waiting.result if waiting.error is None else waiting.error)

        with self._arriving_lock:
            self._arriving.append(_Waiting(job, tell, gathered=True, item=item))
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
        self._writer_connection.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """All that has arrived, and whether to go on after it."""
        group: list[_Waiting] = []
        arrived = self._jobs.get()
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
        try:
            self._writer_connection.execute("BEGIN IMMEDIATE")
            for alike in _runs(group):
                self._run(alike)
            self._writer_connection.execute("COMMIT")
            self._saving = Saving(ok=True)
        except sqlite3.Error as error:
            self._fail(group, error)
        self._engine.post(lambda: _release(group))
        self._order_told |= any(waiting.forget_order for waiting in group)
        if self._order_told:
            self._order_told = not self._empty_log()

    def _empty_log(self) -> bool:
        """Fold the write-ahead log into the file and empty it; whether the disk let that happen."""
        try:
            busy, *_ = self._writer_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            # Nothing is lost: the log still holds what was acknowledged. The next group tries again.
            return False
        return bool(busy == 0)

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
            waiting.error = Problem("not_saving")
            waiting.error.__cause__ = error


def _runs(group: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The group in order, gathered jobs that stand together as one."""
    for _, alike in groupby(group, key=lambda waiting: waiting.job if waiting.gathered else id(waiting)):
        yield list(alike)


def _release(group: list[_Waiting]) -> None:
    for waiting in group:
        waiting.tell(waiting)


def _open_for_writing(path: Path) -> Connection:
    """The one connection that writes, on the newest schema."""
    new = not path.exists()
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    if new:
        path.chmod(0o600)
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    return connection
