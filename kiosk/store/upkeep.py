"""What the writer keeps in step with its file: the checksums of its pages, its log, the count of its commits.

The writer folds the log into the file itself, never SQLite of its own accord, so that the checksums of the
pages are on the disk before the pages are.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from kiosk.engine.priority import be_modest
from kiosk.store.pages import (
    NOT_READ,
    CommitCount,
    Copy,
    LogIndex,
    PageSums,
    WrittenLog,
    load_sums,
    save_sums,
    sum_file,
)

LONGEST_LOG = 128_000_000
"""Bytes of log after which it is folded into the file though votes may wait meanwhile. A thousand of them at
an even pace write some 25 MB, and the next close folds them in."""
READ_AHEAD_BYTES = 112_000_000
"""By then it is looked at beside the writer, so that folding finds that done."""
LONG_TO_READ_BYTES = 4_000_000
"""From here on reading a log takes so long that votes would notice: some 10 ms."""
FOLD_AGAIN_BYTES = 4_000_000
"""By how much a log grows that somebody's reading keeps as long as that, before it is tried again."""
FOLDING_MILLISECONDS = 100
"""How long folding waits for somebody who is reading; then it is tried again later."""
COPYING_SECONDS = 5.0
"""How long a rebuilt file waits to be folded in for somebody who copies: longer than any room's takes."""
HURRIED_MILLISECONDS = 5
"""The same where votes may wait."""

Folding = Literal["TRUNCATE", "RESTART"]
"""https://sqlite.org/pragma.html#pragma_wal_checkpoint"""


class Upkeep:
    """Of the file at ``path``, which ``connection`` alone writes to. All is for the writer, except
    ``copy``."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._folding = threading.Lock()
        self._commits: int = connection.execute("PRAGMA user_version").fetchone()[0]
        # Both stay open as long as the connection: closing one would lose SQLite's lock, and another program
        # that opens the file would then take itself for the last one and throw the log away.
        self._file = path.open("rb", buffering=0)
        self._index = LogIndex(path)
        self._log = WrittenLog(path, self._index.committed_frames)
        self._read_ahead = NOT_READ
        self._reading_ahead: threading.Thread | None = None
        self._follow_log()
        self._sums = self._known_sums() or self._sums_anew()
        if self._sum_log():
            self._fold_log()
        self._unfolded = 0  # the size of the log when it was tried last
        self._count = CommitCount(path)
        self._count.set(self._commits)

    @property
    def next_commit(self) -> int:
        """The number that the next commit writes into the file as its ``user_version``."""
        return self._commits + 1

    @property
    def log_is_empty(self) -> bool:
        """At the start it is, unless somebody who was reading kept it from being folded in."""
        return self._log.size == 0

    def note_commit(self) -> None:
        """Take in what a commit has written, before anybody hears that it did."""
        self._commits += 1
        self._count.set(self._commits)
        self._follow_log()

    def fold_if_long(self) -> None:
        """Fold the log in though votes may wait, where that is due; where it will soon be, get it ready.

        Its frames are written over from then on, not taken away: to cut it off would take longer than all the
        rest together.
        """
        if self._log.size < self._unfolded:  # begun anew since
            self._unfolded = 0
        if self._log.size > max(LONGEST_LOG, self._unfolded + FOLD_AGAIN_BYTES):
            self._try_folding("RESTART", HURRIED_MILLISECONDS)
        elif self._log.size > max(READ_AHEAD_BYTES, self._unfolded):
            self._begin_reading_ahead()

    def fold(self) -> bool:
        """Fold the write-ahead log into the file and empty it; whether the disk and the readers let it be.

        Nothing is lost if not: the log still holds what was acknowledged. One that is not as it was written
        is left as it is.
        """
        return self._try_folding("TRUNCATE", FOLDING_MILLISECONDS)

    def fold_for_good(self) -> bool:
        """The same after a rebuilding, for which whoever copies is waited for."""
        return self._try_folding("TRUNCATE", FOLDING_MILLISECONDS, wait=COPYING_SECONDS)

    def fold_soon(self) -> bool:
        """The same once more after it was not possible: by now votes may come in. A log that takes long to
        read is read beside the writer first, and until that is done it is left as it is."""
        if self._log.size > LONG_TO_READ_BYTES:
            self._begin_reading_ahead()
            if self._reading_ahead is not None and self._reading_ahead.is_alive():
                return False
        return self._try_folding("TRUNCATE", HURRIED_MILLISECONDS)

    def rebuild(self) -> bool:
        """Write the whole file anew, so that nothing of what was deleted is left in it; whether the disk let
        it be. It goes into the log, and into the file when that is folded in."""
        try:
            self._connection.execute("VACUUM")
            self._log.follow()
        except (sqlite3.Error, OSError):
            return False
        return True

    def copy(self) -> Copy:
        """The file with its log, and what of it is not as the writer left it. For any thread."""
        with self._folding:
            return self._log.whole(self._file, self._sums)

    def end(self) -> None:
        """Fold for the last time and close, the connection as well. Whoever copies is waited for: closing the
        connection has SQLite fold what is left, and that looks at no checksum."""
        with self._folding:
            self._fold_now("TRUNCATE", FOLDING_MILLISECONDS)
            self._connection.close()
            for held in (self._file, self._index, self._log, self._count):
                held.close()

    def _try_folding(self, how: Folding, patience: int, *, wait: float = 0.0) -> bool:
        """Whether it was folded in; somebody who copies is waited for so many seconds."""
        if not self._folding.acquire(timeout=wait):
            return False
        try:
            return self._fold_now(how, patience)
        finally:
            self._folding.release()

    def _fold_now(self, how: Folding, patience: int) -> bool:
        try:
            self._log.follow()
            is_folded = self._sum_log() and self._fold_log(how, patience)
            if is_folded:
                self._reading_ahead = None
            return is_folded
        except (sqlite3.Error, OSError):
            return False
        finally:
            self._unfolded = self._log.size

    def _begin_reading_ahead(self) -> None:
        """Have the log read for folding, once until it is folded in."""
        if self._reading_ahead is None:
            reading = threading.Thread(target=self._read_log_ahead, name="ahead of folding", daemon=True)
            with suppress(RuntimeError):  # no thread to be had: then folding reads it all
                reading.start()
                self._reading_ahead = reading

    def _read_log_ahead(self) -> None:
        with suppress(OSError):  # then folding reads it all
            be_modest()
            self._read_ahead = self._log.read_again()

    def _follow_log(self) -> None:
        with suppress(OSError):  # then the next commit takes it in, or the next fold
            self._log.follow()

    def _known_sums(self) -> PageSums | None:
        """Those beside the file; None where there are none yet, or another program has folded the log in."""
        known = load_sums(self._path)
        if known is not None and (self._log.log.pages or known.commits >= self._commits):
            return known
        return None

    def _sums_anew(self) -> PageSums:
        self._fold_log()
        return sum_file(self._file, self._commits)

    def _sum_log(self) -> bool:
        """Have the checksums on the disk that the file will have when the log is folded in; whether the log
        may be. If it has changed SQLite folds it in when the file is closed: then the file is to be found
        damaged.
        """
        ahead = self._read_ahead
        # In this order: a bit that changes in between must not be summed as right.
        sums = self._log.sums(self._sums, self._commits, ahead)
        is_right = self._log.is_as_written(ahead)
        if is_right:
            self._sums = sums
        save_sums(self._path, self._sums if is_right else replace(self._sums, commits=self._commits))
        return is_right

    def _fold_log(self, how: Folding = "TRUNCATE", patience: int = FOLDING_MILLISECONDS) -> bool:
        """Whether nobody who was reading stood in the way for so many milliseconds."""
        (usual,) = self._connection.execute("PRAGMA busy_timeout").fetchone()
        self._connection.execute(f"PRAGMA busy_timeout = {patience}")
        try:
            busy, *_ = self._connection.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {usual}")
        self._follow_log()
        return bool(busy == 0)
