"""Keys that lie beside the room's file and never in it, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
import threading
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from kiosk.problems import Problem

KEY_BYTES = 32


class Keys:
    """The keys in a data folder: one for the installation, one for each meeting until it is sealed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, bytes] = {}
        self._making = threading.Lock()

    def of_installation(self) -> bytes:
        """Signs forms and cookies of this installation."""
        return self._read_or_make("installation")

    def of_meeting(self, meeting_id: str) -> bytes:
        """Ties ballot ids and answers of a meeting to their digests."""
        return self._read_or_make(_file_name(meeting_id))

    def destroy(self, meeting_id: str) -> None:
        """Overwrite and remove a meeting's key; its digests mean nothing from then on."""
        name = _file_name(meeting_id)
        self._known.pop(name, None)
        destroy_secret(self._folder / name)

    def _read_or_make(self, name: str) -> bytes:
        known = self._known.get(name)
        if known is not None:
            return known
        with self._making:
            path = self._folder / name
            try:
                if not path.exists():
                    write_secret(path, secrets.token_bytes(KEY_BYTES))
                return self._known.setdefault(name, path.read_bytes())
            except OSError as error:
                raise Problem("not_saving") from error


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(path.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def destroy_secret(path: Path) -> None:
    """Overwrite and remove a file that holds a key."""
    if path.exists():
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


@lru_cache(maxsize=256)
def _file_name(meeting_id: str) -> str:
    return f"meeting-{sha256(meeting_id.encode()).hexdigest()[:32]}"
