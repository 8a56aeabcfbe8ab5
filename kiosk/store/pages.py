"""Checksums of the pages of the room's file, kept beside it, so that a changed bit is noticed.

SQLite guards the frames of its write-ahead log with checksums, but not the pages of the file, and from a log
that ends in a damaged frame it takes what stands before that without a word. So two small files stand
beside the room's file:

- ``room.sqlite-sums``: a checksum of every page, written before the log is folded into the file. Whatever
  the file holds differently at any moment, power cuts included, is in the log.
- ``room.sqlite-count``: how many commits were acknowledged. The file carries the same number as its
  ``user_version``; one that is behind has lost acknowledged commits.

Layout of the log: https://sqlite.org/fileformat.html#the_write_ahead_log.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO

from kiosk.store.files import write_whole

SUM_BYTES = 8
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


def sum_of(page: bytes) -> bytes:
    return blake2b(page, digest_size=SUM_BYTES).digest()


# ── The log ──────────────────────────────────────────────────────────────────────────────────────────


def read_log(path: Path) -> Log:
    """The committed pages in the log of a file; nobody may be writing to it meanwhile."""
    try:
        with log_of(path).open("rb") as log:
            return _read_log(log)
    except FileNotFoundError:
        return Log()


def _read_log(log: IO[bytes]) -> Log:
    header = log.read(_LOG_HEADER.size)
    if len(header) < _LOG_HEADER.size:
        return Log()
    magic, _version, page_size, _number, *salts, _sum1, _sum2 = _LOG_HEADER.unpack(header)
    if magic not in _LOG_MAGIC or not _is_page_size(page_size):
        return Log()
    pages: dict[int, int] = {}
    uncommitted: dict[int, int] = {}
    file_pages = 0
    for begins, page, pages_after_commit, frame_salts in _frames(log, page_size):
        if frame_salts != salts:  # left over from before the log was begun anew
            break
        uncommitted[page] = begins
        if pages_after_commit:
            pages.update(uncommitted)
            uncommitted.clear()
            file_pages = pages_after_commit
    return Log(pages, file_pages)


def _frames(log: IO[bytes], page_size: int) -> Iterator[tuple[int, int, int, list[int]]]:
    frame = _LOG_HEADER.size
    end = os.fstat(log.fileno()).st_size
    while frame + _FRAME_HEADER.size + page_size <= end:
        log.seek(frame)
        page, pages_after_commit, salt1, salt2, *_ = _FRAME_HEADER.unpack(log.read(_FRAME_HEADER.size))
        yield frame + _FRAME_HEADER.size, page, pages_after_commit, [salt1, salt2]
        frame += _FRAME_HEADER.size + page_size


def _is_page_size(size: int) -> bool:
    return 512 <= size <= 65536 and size & (size - 1) == 0


def damaged_in_log(path: Path) -> list[int]:
    """The pages in the log of a running room that are not as SQLite wrote them; somebody may be adding to it.

    SQLite looks at the checksums of the log when it opens the file, and not again.
    """
    # What a transaction leaves that was given up is written over, perhaps just while it is read.
    return _damaged_in_log(path) and _damaged_in_log(path)


def _damaged_in_log(path: Path) -> list[int]:
    log = read_log(path)
    if not log.pages:
        return []
    with log_of(path).open("rb") as file:
        header = file.read(_LOG_HEADER.size)
        magic, _version, page_size, *_ = _LOG_HEADER.unpack(header)
        words = struct.Struct(">II" if magic & 1 else "<II")
        last = max(log.pages.values())
        kept = _chained(header[:-8], (0, 0), words)
        for begins, page, _, _ in _frames(file, page_size):
            if begins > last:
                return []
            file.seek(begins - _FRAME_HEADER.size)
            frame = file.read(_FRAME_HEADER.size + page_size)
            kept = _chained(frame[:8] + frame[_FRAME_HEADER.size :], kept, words)
            if kept != struct.unpack(">II", frame[16:24]):
                return sorted({number for number, place in log.pages.items() if place >= begins} | {page})
    return []


def _chained(content: bytes, so_far: tuple[int, int], words: struct.Struct) -> tuple[int, int]:
    """The checksum of the log with more content added: https://sqlite.org/fileformat.html#checksum_algorithm."""
    first, second = so_far
    for one, other in words.iter_unpack(content):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


# ── The checksums ────────────────────────────────────────────────────────────────────────────────────


def sum_file(path: Path, commits: int) -> PageSums:
    """The checksums of a file as it lies there, its log apart."""
    with path.open("rb") as file:
        page_size = _page_size(file.read(18))
        file.seek(0)
        sums = b"".join(sum_of(page) for page in iter(lambda: file.read(page_size), b""))
    return PageSums(page_size, commits, sums)


def with_log(known: PageSums, path: Path, log: Log, commits: int) -> PageSums:
    """The checksums that the file will have when its log is folded in."""
    if not log.pages:
        return known
    sums = bytearray(known.sums.ljust(log.file_pages * SUM_BYTES, b"\0"))
    with log_of(path).open("rb") as file:
        for page, begins in log.pages.items():
            file.seek(begins)
            sums[(page - 1) * SUM_BYTES : page * SUM_BYTES] = sum_of(file.read(known.page_size))
    return PageSums(known.page_size, commits, bytes(sums[: log.file_pages * SUM_BYTES]))


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
