"""Files beside the room's file: written whole or not at all and for good, and destroyed for good.

A file is written under another name, flushed, and only then given its name; the folder is flushed too, since
a power cut may otherwise take the name away again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MOST_UNFLUSHED = 1_000_000
"""Bytes of one file that may wait for the disk."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; where that fails the file before it stays.

    OSError where the place does not take it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = unnamed(path)
    try:
        write_flushed(new, [content])
        give_name(new, path)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def unnamed(path: Path) -> Path:
    """Where a file lies until it is whole."""
    return path.with_name(path.name + ".new")


def write_flushed(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that only its owner may read, piece by piece; it is on the disk when this returns.

    A large one is flushed as it grows: a ballot waits for the disk until it has taken what was given before.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        unflushed = 0
        for piece in pieces:
            unflushed += file.write(piece)
            if unflushed > MOST_UNFLUSHED:
                file.flush()
                os.fsync(file.fileno())
                unflushed = 0
        file.flush()
        os.fsync(file.fileno())


def give_name(new: Path, path: Path) -> None:
    """Give a file that is whole its name, in the place of the one that had it."""
    new.replace(path)
    sync_folder(path.parent)


def destroy(path: Path) -> None:
    """Overwrite a file with zeros and remove it; one that is not there is left at that."""
    if path.exists():
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was named or removed in a folder last; where folders cannot be flushed (Windows), nothing."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
