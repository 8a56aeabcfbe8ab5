"""Whether the room's file is as it was written. Looks only: nothing here changes the file or its log."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from kiosk.store.pages import (
    PageSums,
    changed_pages,
    count_of,
    load_count,
    load_sums,
    log_of,
    read_log,
    sums_of,
)

Fault = Literal["missing", "changed", "unreadable", "behind"]
"""``missing``: there is a log or a count, but no file. ``changed``: pages are not as they were written, or
gone. ``unreadable``: SQLite finds the file broken. ``behind``: acknowledged commits are not in it."""

MOST_MESSAGES = 10
MOST_COMMITS = 2**31 - 2**20
"""SQLite keeps 31 bits for the number; this close to the end it was never counted, only damaged."""
COPY_NAME_LENGTH = 12
_JOURNAL = slice(18, 20)
"""Where the header says whether the file goes with a log: https://sqlite.org/fileformat2.html#file_format_version_numbers"""
_WITHOUT_LOG = b"\x01\x01"


@dataclass(frozen=True)
class Damage:
    """What is wrong with a file, and what was seen of it, for whoever mends it."""

    fault: Fault
    detail: str


def parts_of(path: Path) -> list[Path]:
    """The room's file and what stands beside it, as far as they exist."""
    beside = (path, log_of(path), sums_of(path), count_of(path))
    return [part for part in beside if part.exists()]


def find_damage(path: Path) -> Damage | None:
    """What is wrong with a file that nobody has open; None for one that is whole, or not there yet."""
    if not path.exists():
        return Damage("missing", path.name) if parts_of(path) else None
    try:
        known = load_sums(path)
        return _pages_changed(path, known) or _not_sound(path, quick=known is not None)
    except sqlite3.DatabaseError as error:
        return Damage("unreadable", str(error))
    except OSError as error:
        return Damage("unreadable", error.strerror or str(error))


def _pages_changed(path: Path, known: PageSums | None) -> Damage | None:
    if known is None:
        return None
    with path.open("rb") as file:
        changed = changed_pages(known, file, read_log(path))
    if not changed or _folded_elsewhere(path, known.commits):
        return None
    named = ", ".join(map(str, changed[:MOST_MESSAGES]))
    return Damage("changed", f"{len(changed)} of {known.pages} pages: {named}")


def _folded_elsewhere(path: Path, commits_known: int) -> bool:
    """Whether another program folded the log into the file after a crash: it then has later commits than its
    checksums know of, and no log any more."""
    if read_log(path).pages:
        return False
    with _looking_at(path) as file:
        commits = _commits_in(file)
    return commits_known < commits < MOST_COMMITS and commits >= (load_count(path) or 0)


def _not_sound(path: Path, *, quick: bool) -> Damage | None:
    """What SQLite itself finds. Indexes need not be read again where every page is known to be as written."""
    with _looking_at(path) as file:
        messages = _messages(file, "quick_check") if quick else integrity(file)
        if messages:
            return Damage("unreadable", "; ".join(messages))
        commits, counted = _commits_in(file), load_count(path)
        if not 0 <= commits < MOST_COMMITS:
            return Damage("unreadable", f"user_version {commits}")
        if counted is not None and commits < counted:
            return Damage("behind", f"{counted - commits} of {counted} commits")
    return None


def broken_in(path: Path) -> list[str]:
    """What SQLite finds broken in a file that nobody has open, whatever its checksums say."""
    try:
        with _looking_at(path) as file:
            return integrity(file)
    except sqlite3.DatabaseError as error:
        return [str(error)]


def integrity(file: sqlite3.Connection) -> list[str]:
    """What SQLite finds broken in a file: pages, indexes, constraints, references. Nothing if it is whole."""
    broken = _messages(file, "integrity_check")
    return broken or [f"{row[0]}: reference to {row[2]}" for row in file.execute("PRAGMA foreign_key_check")]


def _messages(file: sqlite3.Connection, check: Literal["quick_check", "integrity_check"]) -> list[str]:
    found = [str(row[0]) for row in file.execute(f"PRAGMA {check}({MOST_MESSAGES})")]
    return [] if found == ["ok"] else found


def sound(content: bytes) -> bool:
    """Whether the bytes are a whole database."""
    if len(content) < _JOURNAL.stop:
        return False
    with _in_memory(memoryview(bytearray(content))) as memory:
        return _is_whole(memory)


@dataclass(frozen=True)
class Snapshot:
    """The whole file with its log as it was at one moment, found sound."""

    content: memoryview
    openness: int
    """What was being answered: 0 nothing, 1 the questions at the door alone, 2 a question of the agenda."""


def examined(content: memoryview) -> Snapshot | None:
    """A copy of the room's file; None where it is damaged.

    SQLite takes as much memory again for a moment, and leaves the interpreter to others meanwhile.
    """
    with _in_memory(content) as memory:
        return Snapshot(content, _openness(memory)) if _is_whole(memory) else None


@contextmanager
def _in_memory(content: memoryview) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        kept = bytes(content[_JOURNAL])
        content[_JOURNAL] = _WITHOUT_LOG  # which a database in memory cannot have
        try:
            memory.deserialize(content)
        finally:
            content[_JOURNAL] = kept
        yield memory


def _is_whole(memory: sqlite3.Connection) -> bool:
    try:
        return not integrity(memory)
    except sqlite3.DatabaseError:
        return False


def _openness(file: sqlite3.Connection) -> int:
    row = file.execute("SELECT max(2 - composition) FROM round WHERE status = 'open'").fetchone()
    return int(row[0] or 0)


def copy_aside(path: Path, into: Path) -> Path:
    """Copy a file and all beside it, untouched, into a folder named by what they hold; that folder.

    A second start on the same damage finds the copy there.
    """
    parts = parts_of(path)
    folder = into / _digest(parts)[:COPY_NAME_LENGTH]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in parts:
        target = folder / part.name
        if not target.exists() or target.stat().st_size != part.stat().st_size:
            shutil.copy2(part, target)
    return folder


def move_aside(path: Path, into: Path) -> Path:
    """Move a file and all beside it into a folder, as ``copy_aside`` copies it."""
    folder = copy_aside(path, into)
    for part in (*parts_of(path), path.with_name(path.name + "-shm")):
        part.unlink(missing_ok=True)
    return folder


def forget_checks(path: Path) -> None:
    """Take the file as it is now for right: its checksums and its count are made anew at the next start."""
    sums_of(path).unlink(missing_ok=True)
    count_of(path).unlink(missing_ok=True)


def _digest(parts: Iterable[Path]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(part.name.encode())
        digest.update(part.read_bytes())
    return digest.hexdigest()


@contextmanager
def _looking_at(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing."""
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(file):
        yield file


def _commits_in(file: sqlite3.Connection) -> int:
    commits: int = file.execute("PRAGMA user_version").fetchone()[0]
    return commits
