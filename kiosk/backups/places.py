"""The folders that backups lie in: a generation written, proved, and the oldest let go.

Two copies of an open round tell who answered between them. So those that were made while a round was open
are kept only until there is one that was made after its close.

A file has its name only once it is whole and flushed. A stick that is pulled while it is written to leaves
the generations before as they were.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk.backups.box import Header, NotABackup, Plain, check, locked, opened, read_header
from kiosk.store.files import give_name, sync_folder, write_flushed
from kiosk.store.health import sound

KEPT = 5
SUFFIX = ".backup"
UNFINISHED = ".part"
_NAME = re.compile(r"kiosk-(?P<id>[0-9a-f]{8})-(?P<generation>\d{6,})\.backup(\.part)?")


@dataclass(frozen=True)
class Backup:
    """A file that looks like a backup; ``header`` is None where not even that can be read."""

    path: Path
    header: Header | None


def name_of(installation: str, generation: int) -> str:
    return f"kiosk-{installation[:8]}-{generation:06}{SUFFIX}"


def write(folder: Path, plain: Plain, header: Header, key: bytes) -> Path:
    """Write a backup of a sound file into a folder, and open it again to see that it is there as it was.

    OSError where the place does not take it, NotABackup where it does not give it back as it was.
    """
    path = folder / name_of(header.id, header.generation)
    unfinished = path.with_name(path.name + UNFINISHED)
    write_flushed(unfinished, locked(plain, header, key))
    with unfinished.open("rb") as again:
        _forget_cached(again.fileno())
        check(again, key)
    give_name(unfinished, path)
    return path


def prove(path: Path, key: bytes) -> tuple[Header, bytes]:
    """Open a backup and check all of it: every piece, the checksum, the database inside."""
    with path.open("rb") as file:
        header, plain = opened(file, key)
    if not sound(plain):
        raise NotABackup("the database inside is damaged")
    return header, plain


def let_go(folder: Path, newest: Header, kept: int = KEPT) -> None:
    """Once the newest generation lies in a folder, remove what it makes needless, and what is unfinished.

    Of its installation those go that tell of answers still coming in when it does not, and of each sort all
    but the newest.
    """
    mine = sorted(_of(folder, newest.id), key=_generation, reverse=True)
    sorts: dict[int, list[Path]] = {}
    for path in mine:
        header = _header(path) if path.suffix == SUFFIX else None
        if path.suffix == UNFINISHED or (header is not None and header.openness > newest.openness):
            path.unlink(missing_ok=True)
        else:
            sorts.setdefault(header.openness if header is not None else -1, []).append(path)
    for paths in sorts.values():
        for path in paths[kept:]:
            path.unlink(missing_ok=True)


def remove_all(folder: Path, installation: str) -> None:
    """Remove every backup of an installation from a folder."""
    for path in list(_of(folder, installation)):
        path.unlink(missing_ok=True)
    sync_folder(folder)


def every(folders: Iterable[Path]) -> list[Backup]:
    """The backups in some folders, the newest first; those of other installations too."""
    found = [Backup(path, _header(path)) for folder in folders for path in _named(folder, SUFFIX)]
    return sorted(found, key=_newness, reverse=True)


def _newness(backup: Backup) -> tuple[int, str]:
    return _generation(backup.path), backup.path.as_posix()


def _header(path: Path) -> Header | None:
    try:
        with path.open("rb") as file:
            return read_header(file)
    except (OSError, NotABackup):
        return None


def _of(folder: Path, installation: str) -> Iterator[Path]:
    for suffix in (SUFFIX, UNFINISHED):
        for path in _named(folder, suffix):
            match = _NAME.fullmatch(path.name)
            if match is not None and match["id"] == installation[:8]:
                yield path


def _named(folder: Path, suffix: str) -> list[Path]:
    with suppress(OSError):
        return sorted(
            path for path in folder.iterdir() if path.suffix == suffix and _NAME.fullmatch(path.name)
        )
    return []


def _generation(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match["generation"]) if match else 0


def _forget_cached(handle: int) -> None:
    """Have the next read come from the disk and not from memory, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
