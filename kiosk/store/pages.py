"""Checksums of the pages of the room's file, kept beside it, so that a changed bit is noticed.

SQLite guards the frames of its write-ahead log with checksums, but looks at them only when it opens the file;
the pages of the file it does not guard, and from a log that ends in a damaged frame it takes what stands
before that without a word. So the writer remembers a checksum of the log, and two small files stand beside
the room's file:

- ``room.sqlite-sums``: a checksum of every page, written before the log is folded into the file. Whatever
  the file holds differently at any moment, power cuts included, is in the log.
- ``room.sqlite-count``: how many commits were acknowledged. The file carries the same number as its
  ``user_version``; one that is behind has lost acknowledged commits.

Layout of the log: https://sqlite.org/fileformat.html#the_write_ahead_log.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from io import FileIO
from mmap import mmap
from pathlib import Path
from typing import IO, NamedTuple
from zlib import crc32

from kiosk.store.files import write_whole

SUM_BYTES = 8
PIECE_BYTES = 262_144
LARGE_PIECE_BYTES = 4_000_000
"""Reading and summing each let go of the interpreter, and a busy loop is late to give it back."""
PAGES_AT_ONCE = 64
_LOG_HEADER = struct.Struct(">IIIIIIII")
_FRAME_HEADER = struct.Struct(">IIIIII")
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_SUMS_HEADER = struct.Struct(">8sII")
_SUMS_MAGIC = b"KIOSKSUM"
_SEAL_BYTES = 16
_COUNT = struct.Struct(">Q")
_COMMITTED_AT = 16
"""Where the log's index says how many frames are committed: https://sqlite.org/walformat.html"""


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def sums_of(path: Path) -> Path:
    return path.with_name(path.name + "-sums")


def count_of(path: Path) -> Path:
    return path.with_name(path.name + "-count")


@dataclass(frozen=True)
class Log:
    """What the write-ahead log holds of committed pages: where the newest of each begins."""

    pages: Mapping[int, int] = field(default_factory=dict)
    file_pages: int = 0
    """How many pages the room's file has with the log folded in; 0 when the log holds none."""


@dataclass(frozen=True)
class PageSums:
    """The checksums of a file's pages when its ``commits``-th commit was folded in."""

    page_size: int
    commits: int
    sums: bytes

    @property
    def pages(self) -> int:
        return len(self.sums) // SUM_BYTES

    def of(self, page: int) -> bytes:
        """The checksum of a page; pages are numbered from 1."""
        return self.sums[(page - 1) * SUM_BYTES : page * SUM_BYTES]


def sum_of(page: bytes | memoryview) -> bytes:
    return blake2b(page, digest_size=SUM_BYTES).digest()


# ── The log ──────────────────────────────────────────────────────────────────────────────────────────


def read_log(path: Path) -> Log:
    """The committed pages in the log of a file; nobody may be writing to it meanwhile."""
    written = WrittenLog(path)
    try:
        written.follow()
    except FileNotFoundError:
        return Log()
    finally:
        written.close()
    return written.log


class _Written(NamedTuple):
    """The log up to where its last commit ends, and the checksum of its frames."""

    header: bytes
    end: int
    sum: int
    log: Log


_NOTHING = _Written(b"", 0, 0, Log())


@dataclass(frozen=True)
class ReadAgain:
    """How far a log has been read again and was as it was written, and the checksums of the newest pages up
    to there, by where they begin."""

    header: bytes
    end: int
    sum: int
    sums: Mapping[int, bytes]


@dataclass(frozen=True)
class Copy:
    """The bytes of the room's file with its log, as one commit has left them."""

    content: memoryview
    changed: list[int]
    """The pages in it that are not as the writer left them: damage, whoever did it. Of the log it is only
    known whether it is whole: if not, they are all the pages in it."""


NOT_READ = ReadAgain(b"", _LOG_HEADER.size, 0, {})


class LogIndex:
    """What SQLite tells its connections of the log of a file that is open.

    The log itself does not tell: after what is committed may stand frames of a commit that the disk refused,
    or that a power cut has torn. Close it after the connections, as any handle of a file that SQLite locks:
    whoever closes one loses the locks (https://sqlite.org/howtocorrupt.html).
    """

    def __init__(self, path: Path) -> None:
        self._file = path.with_name(path.name + "-shm").open("rb", buffering=0)

    def committed_frames(self) -> int:
        """For the writer, between two transactions."""
        self._file.seek(_COMMITTED_AT)
        return int.from_bytes(self._file.read(4), sys.byteorder)

    def close(self) -> None:
        self._file.close()


class WrittenLog:
    """The log of a running room as its writer left it.

    SQLite looks at the checksums of the log when it opens the file, and not again: it would fold a changed
    bit into the file. ``committed_frames`` says how many of its frames count; without it, all do.
    """

    def __init__(self, path: Path, committed_frames: Callable[[], int] = lambda: sys.maxsize) -> None:
        self._path = log_of(path)
        self._committed_frames = committed_frames
        self._file: FileIO | None = None
        self._written = _NOTHING

    @property
    def log(self) -> Log:
        """The committed pages in it."""
        return self._written.log

    @property
    def size(self) -> int:
        """Bytes up to where its last commit ends."""
        return self._written.end

    def follow(self) -> None:
        """Take in what has come or gone since the last time. For the writer, after each commit."""
        if self._file is None:
            self._file = self._path.open("rb", buffering=0)
        committed = self._committed_frames()
        self._file.seek(0)
        header = self._file.read(_LOG_HEADER.size)
        written = self._written
        if not committed:  # SQLite will write over what still stands there
            written = _NOTHING
        elif header != written.header:
            if not _is_begun_anew(written.header, header):
                return
            written = _Written(header, _LOG_HEADER.size, 0, Log()) if _begins_log(header) else _NOTHING
        if written.header:
            size = _frame_size(written)
            new = committed - (written.end - _LOG_HEADER.size) // size
            self._file.seek(written.end)
            written = _with_commits(written, memoryview(_read_up_to(self._file, new * size)))
        self._written = written

    def is_as_written(self, before: ReadAgain = NOT_READ) -> bool:
        """Whether it is still the same; what was read again ``before`` is not looked at once more. For any
        thread, while nobody is folding it in."""
        written = self._written
        if written == _NOTHING:
            return True
        start = before if before.header == written.header else NOT_READ
        with self._path.open("rb", buffering=0) as file:
            file.seek(start.end)
            found = _sum_of_next(file, written.end - start.end, start.sum)
            file.seek(0)  # read last: as long as it is the same, so is what it stands before
            header = file.read(_LOG_HEADER.size)
        if header != written.header:
            return _is_begun_anew(written.header, header)
        return found == written.sum

    def read_again(self) -> ReadAgain:
        """Read all that is written by now, for a folding that comes soon. For any thread."""
        written = self._written
        if written == _NOTHING:
            return NOT_READ
        page_size = _frame_size(written) - _FRAME_HEADER.size
        with self._path.open("rb", buffering=0) as file:
            sums = {begins: _sum_at(file, begins, page_size) for begins in written.log.pages.values()}
        if not self.is_as_written():  # asked last: a bit that changes meanwhile must not be summed as right
            return NOT_READ
        return ReadAgain(written.header, written.end, written.sum, sums)

    def sums(self, known: PageSums, commits: int, before: ReadAgain = NOT_READ) -> PageSums:
        """The checksums that the file will have when this is folded in."""
        written = self._written
        if not written.log.pages:
            return known
        ready = before.sums if before.header == written.header else {}
        sums = bytearray(known.sums.ljust(written.log.file_pages * SUM_BYTES, b"\0"))
        with self._path.open("rb", buffering=0) as file:
            for page, begins in written.log.pages.items():
                sum_ = ready.get(begins) or _sum_at(file, begins, known.page_size)
                sums[(page - 1) * SUM_BYTES : page * SUM_BYTES] = sum_
        return PageSums(known.page_size, commits, bytes(sums[: written.log.file_pages * SUM_BYTES]))

    def whole(self, file: FileIO, known: PageSums) -> Copy:
        """A copy of the room's file with this folded in, as it was after one commit. For any thread, while
        nobody is folding; the writer may go on.

        Read by the system into memory that it has not touched before: none of it needs the interpreter,
        which copying as much as this would keep from the votes for a tenth of a second.
        """
        written = self._written
        size, page_size = (written.log.file_pages or known.pages), known.page_size
        content = memoryview(mmap(-1, size * page_size))
        _read_whole(file, content)
        if not written.log.pages:
            return Copy(content, _changed_in(content, known, written.log.pages))
        with self._path.open("rb", buffering=0) as log:
            for page, begins in written.log.pages.items():
                if page <= size:
                    log.seek(begins)
                    log.readinto(content[(page - 1) * page_size : page * page_size])
            log.seek(0)
            header = log.read(_LOG_HEADER.size)
        if header != written.header and _is_begun_anew(written.header, header):  # all of it was in the file
            _read_whole(file, content)
            return Copy(content, _changed_in(content, known, {}))
        changed = _changed_in(content, known, written.log.pages)
        return Copy(content, changed if self.is_as_written() else changed + sorted(written.log.pages))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _changed_in(content: memoryview, known: PageSums, besides: Mapping[int, int]) -> list[int]:
    size = known.page_size
    return [
        page
        for page in range(1, min(known.pages, len(content) // size) + 1)
        if page not in besides and sum_of(content[(page - 1) * size : page * size]) != known.of(page)
    ]


def _read_whole(file: FileIO, content: memoryview) -> None:
    file.seek(0)
    done = 0
    while got := file.readinto(content[done : done + LARGE_PIECE_BYTES]):
        done += got


def _begins_log(header: bytes) -> bool:
    if len(header) < _LOG_HEADER.size:
        return False
    magic, _version, page_size, *_ = _LOG_HEADER.unpack(header)
    return magic in _LOG_MAGIC and 512 <= page_size <= 65536 and page_size & (page_size - 1) == 0


def _is_begun_anew(before: bytes, now: bytes) -> bool:
    """Whether SQLite has emptied the log, or begun to write it from its beginning: it then counts one up."""
    if len(before) < _LOG_HEADER.size or not now:
        return True
    if len(now) < _LOG_HEADER.size:
        return False
    return _salts(now)[0] == (_salts(before)[0] + 1) & 0xFFFFFFFF


def _salts(header: bytes) -> tuple[int, int]:
    *_, first, second, _sum1, _sum2 = _LOG_HEADER.unpack(header)
    return first, second


def _frame_size(written: _Written) -> int:
    page_size: int = _LOG_HEADER.unpack(written.header)[2]
    return _FRAME_HEADER.size + page_size


def _with_commits(written: _Written, frames: memoryview) -> _Written:
    """The log with the commits that these frames hold, which follow what was written before."""
    salts = _salts(written.header)
    size = _frame_size(written)
    pages, file_pages = dict(written.log.pages), written.log.file_pages
    uncommitted: dict[int, int] = {}
    end = 0
    for begins in range(0, len(frames) - size + 1, size):
        page, pages_after_commit, *frame_salts, _sum1, _sum2 = _FRAME_HEADER.unpack_from(frames, begins)
        if tuple(frame_salts) != salts:  # left over from before the log was begun anew
            break
        uncommitted[page] = written.end + begins + _FRAME_HEADER.size
        if pages_after_commit:
            pages.update(uncommitted)
            uncommitted.clear()
            file_pages = pages_after_commit
            end = begins + size
    return _Written(
        written.header, written.end + end, crc32(frames[:end], written.sum), Log(pages, file_pages)
    )


def _read_up_to(file: FileIO, most: int) -> bytes:
    """What follows in a file, up to so many bytes. Most commits are small, and the size of the file is not
    asked for them: each call of the system lets go of the interpreter."""
    piece = file.read(min(max(most, 0), PIECE_BYTES))
    if len(piece) < PIECE_BYTES:
        return piece
    file.seek(-PIECE_BYTES, os.SEEK_CUR)
    return file.read(min(most, os.fstat(file.fileno()).st_size))


def _sum_of_next(file: FileIO, size: int, found: int) -> int:
    room = memoryview(bytearray(min(size, LARGE_PIECE_BYTES)))
    while size > 0 and (got := file.readinto(room[:size])):
        found = crc32(room[:got], found)
        size -= got
    return found


def _sum_at(file: FileIO, begins: int, page_size: int) -> bytes:
    file.seek(begins)
    return sum_of(file.read(page_size))


# ── The checksums ────────────────────────────────────────────────────────────────────────────────────


def sum_file(file: IO[bytes], commits: int) -> PageSums:
    """The checksums of a file as it lies there, its log apart."""
    file.seek(0)
    page_size = _page_size(file.read(18))
    return PageSums(page_size, commits, b"".join(sum_of(page) for page in _pages_in(file, page_size)))


def changed_pages(known: PageSums, file: IO[bytes], log: Log) -> list[int]:
    """The pages that are not as they were written, or gone; those in the log are not looked at."""
    pages = _pages_in(file, known.page_size)
    found = ((number, next(pages, b"")) for number in range(1, known.pages + 1))
    return [number for number, page in found if number not in log.pages and sum_of(page) != known.of(number)]


def _pages_in(file: IO[bytes], page_size: int) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(page_size * PAGES_AT_ONCE):
        yield from (piece[begins : begins + page_size] for begins in range(0, len(piece), page_size))


def load_sums(path: Path) -> PageSums | None:
    """The checksums beside a file; None where there are none that can be trusted."""
    try:
        content = sums_of(path).read_bytes()
    except FileNotFoundError:
        return None
    body, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    if len(body) < _SUMS_HEADER.size or blake2b(body, digest_size=_SEAL_BYTES).digest() != seal:
        return None
    magic, page_size, commits = _SUMS_HEADER.unpack_from(body)
    return PageSums(page_size, commits, body[_SUMS_HEADER.size :]) if magic == _SUMS_MAGIC else None


def save_sums(path: Path, sums: PageSums) -> None:
    """Write the checksums beside a file, whole or not at all, and for good before this returns."""
    body = _SUMS_HEADER.pack(_SUMS_MAGIC, sums.page_size, sums.commits) + sums.sums
    write_whole(sums_of(path), body + blake2b(body, digest_size=_SEAL_BYTES).digest())


def _page_size(header: bytes) -> int:
    size = int.from_bytes(header[16:18], "big")
    return 65536 if size == 1 else size


# ── The count of commits ─────────────────────────────────────────────────────────────────────────────


class CommitCount:
    """The number of acknowledged commits, beside the file.

    It is written after each commit and before the acknowledgement, and left to the system to flush: after a
    power cut it may be behind the file, never ahead of it.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(count_of(path), os.O_RDWR | os.O_CREAT, 0o600)

    def set(self, commits: int) -> None:
        with suppress(OSError):  # a disk that takes the vote and not its count must not lose the vote
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, _counted(commits))

    def close(self) -> None:
        os.close(self._handle)


def load_count(path: Path) -> int | None:
    """How many commits were acknowledged; None where that is not known."""
    try:
        content = count_of(path).read_bytes()
    except FileNotFoundError:
        return None
    if len(content) < _COUNT.size:
        return None
    commits: int = _COUNT.unpack_from(content)[0]
    return commits if content == _counted(commits) else None


def _counted(commits: int) -> bytes:
    number = _COUNT.pack(commits)
    return number + blake2b(number, digest_size=SUM_BYTES).digest()
