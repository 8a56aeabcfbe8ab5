"""Keys that lie beside the room's file and never in it, readable by their owner alone."""

from __future__ import annotations

import secrets
import threading
from hashlib import sha256
from pathlib import Path

from kiosk.problems import Problem
from kiosk.store.files import destroy, write_whole

KEY_BYTES = 32


class Keys:
    """The keys in a data folder: one for the installation, one for each meeting until it is sealed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, bytes] = {}  # by the meeting, or by nothing
        self._making = threading.Lock()

    def of_installation(self) -> bytes:
        """Signs forms and cookies of this installation."""
        return self._known.get("") or self._read_or_make("", "installation")

    def of_meeting(self, meeting_id: str) -> bytes:
        """Ties ballot ids and answers of a meeting to their digests."""
        return self._known.get(meeting_id) or self._read_or_make(meeting_id, _file_name(meeting_id))

    def destroy(self, meeting_id: str) -> None:
        """Overwrite and remove a meeting's key; its digests mean nothing from then on."""
        self._known.pop(meeting_id, None)
        destroy(self._folder / _file_name(meeting_id))

    def _read_or_make(self, of: str, name: str) -> bytes:
        with self._making:
            path = self._folder / name
            try:
                if not path.exists():
                    write_whole(path, secrets.token_bytes(KEY_BYTES))
                return self._known.setdefault(of, path.read_bytes())
            except OSError as error:
                raise Problem("not_saving") from error


def _file_name(meeting_id: str) -> str:
    return f"meeting-{sha256(meeting_id.encode()).hexdigest()[:32]}"
