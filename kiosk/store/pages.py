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
from array import array
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple
from zlib import crc32

from kiosk.store.files import write_whole

SUM_BYTES = 8
PIECE_BYTES = 262_144
_LOG_HEADER = struct.Struct(">IIIIIIII")
_FRAME_HEADER = struct.Struct(">IIIIII")
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_SUMS_HEADER = struct.Struct(">8sII")
_SUMS_MAGIC = b"KIOSKSUM"
_SEAL_BYTES = 16
_COUNT = struct.Struct(">Q")


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def sums_of(path: Path) -> Path:
    return path.with_name(path.name + "-sums")


def count_of(path: Path) -> Path:
    return path.with_name(path.name + "-count")


@dataclass(frozen=True)
class Log:
    """What the write-ahead log holds of committed pages: where the newest frame of each begins."""

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


def sum_of(page: bytes) -> bytes:
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
    """The log up to where its last commit ends."""

    header: bytes
    end: int
    sum: int
    """The checksum of all its frames."""
    sums: array[int]
    """That of all frames up to and with each; those after ``end`` are not this one's."""
    log: Log


_NOTHING = _Written(b"", 0, 0, array("I"), Log())


class WrittenLog:
    """The log of a running room as its writer left it.

    SQLite looks at the checksums of the log when it opens the file, and not again: it would fold a changed
    bit into the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = log_of(path)
        self._file: IO[bytes] | None = None
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
        self._file.seek(0)
        header = self._file.read(_LOG_HEADER.size)
        written = self._written
        if header != written.header:
            if not _is_begun_anew(written.header, header):
                return
            written = _begun(header) if _begins_log(header) else _NOTHING
        if written.header:
            self._file.seek(written.end)
            written = _with_commits(written, memoryview(_rest_of(self._file)))
        self._written = written

    def is_as_written(self) -> bool:
        """Whether it is still the same. For any thread, while nobody is folding it in."""
        written = self._written
        if written == _NOTHING:
            return True
        with self._path.open("rb", buffering=0) as file:
            file.seek(_LOG_HEADER.size)
            found = _sum_of_next(file, written.end - _LOG_HEADER.size)
            file.seek(0)  # read last: as long as it is the same, so is what it stands before
            header = file.read(_LOG_HEADER.size)
        if header != written.header:
            return _is_begun_anew(written.header, header)
        return found == written.sum

    def sums_with(self, known: PageSums, commits: int) -> PageSums | None:
        """The checksums that the file will have when this is folded in, at so many commits. None when one
        of the pages that will be is not as it was written. For the writer.
        """
        written = self._written
        if self._file is None or not written.log.pages:
            return known
        size = _FRAME_HEADER.size + known.page_size
        sums = bytearray(known.sums.ljust(written.log.file_pages * SUM_BYTES, b"\0"))
        for page, begins in written.log.pages.items():
            self._file.seek(begins)
            frame = self._file.read(size)
            number = (begins - _LOG_HEADER.size) // size
            if crc32(frame, written.sums[number - 1] if number else 0) != written.sums[number]:
                return None
            sums[(page - 1) * SUM_BYTES : page * SUM_BYTES] = sum_of(frame[_FRAME_HEADER.size :])
        return PageSums(known.page_size, commits, bytes(sums[: written.log.file_pages * SUM_BYTES]))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


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


def _begun(header: bytes) -> _Written:
    """A log of this header and nothing else."""
    return _Written(header, _LOG_HEADER.size, 0, array("I"), Log())


def _salts(header: bytes) -> tuple[int, int]:
    *_, first, second, _sum1, _sum2 = _LOG_HEADER.unpack(header)
    return first, second


def _with_commits(written: _Written, frames: memoryview) -> _Written:
    """The log with the commits that these frames hold, which follow what was written before."""
    salts = _salts(written.header)
    size = _FRAME_HEADER.size + _LOG_HEADER.unpack(written.header)[2]
    pages, file_pages = dict(written.log.pages), written.log.file_pages
    end, sum_there, sum_here = written.end, written.sum, written.sum
    uncommitted_pages: dict[int, int] = {}
    uncommitted_sums: list[int] = []
    for begins in range(0, len(frames) - size + 1, size):
        page, pages_after_commit, *frame_salts, _sum1, _sum2 = _FRAME_HEADER.unpack_from(frames, begins)
        if tuple(frame_salts) != salts:  # left over from before the log was begun anew
            break
        sum_here = crc32(frames[begins : begins + size], sum_here)
        uncommitted_pages[page] = written.end + begins
        uncommitted_sums.append(sum_here)
        if pages_after_commit:
            pages.update(uncommitted_pages)
            written.sums.extend(uncommitted_sums)
            uncommitted_pages.clear()
            uncommitted_sums.clear()
            file_pages = pages_after_commit
            end, sum_there = written.end + begins + size, sum_here
    return _Written(written.header, end, sum_there, written.sums, Log(pages, file_pages))


def _rest_of(file: IO[bytes]) -> bytes:
    """What follows in a file. Most commits are small, and their size is not asked for: each call of the
    system lets go of the interpreter."""
    piece = file.read(PIECE_BYTES)
    if len(piece) < PIECE_BYTES:
        return piece
    file.seek(-PIECE_BYTES, os.SEEK_CUR)
    return file.read()


def _sum_of_next(file: IO[bytes], size: int) -> int:
    found = 0
    while size > 0 and (piece := file.read(min(size, PIECE_BYTES))):
        found = crc32(piece, found)
        size -= len(piece)
    return found


# ── The checksums ────────────────────────────────────────────────────────────────────────────────────


def sum_file(path: Path, commits: int) -> PageSums:
    """The checksums of a file as it lies there, its log apart."""
    with path.open("rb") as file:
        page_size = _page_size(file.read(18))
        file.seek(0)
        sums = b"".join(sum_of(page) for page in iter(lambda: file.read(page_size), b""))
    return PageSums(page_size, commits, sums)


def changed_pages(known: PageSums, path: Path, log: Log) -> list[int]:
    """The pages that are not as they were written, or gone; those in the log are not looked at."""
    changed = []
    with path.open("rb") as file:
        for number in range(1, known.pages + 1):
            page = file.read(known.page_size)
            if number not in log.pages and sum_of(page) != known.of(number):
                changed.append(number)
    return changed


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
