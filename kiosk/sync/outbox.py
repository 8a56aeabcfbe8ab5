"""The outbox: what waits to go home, in files under ``<data>/outbox``, each written whole or not at all.

For each meeting a bundle (the very file that goes on a stick), a note of how its sending went, and the
receipt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from kiosk.problems import REFUSALS, Problem
from kiosk.store.files import destroy, write_whole
from kiosk.sync.bundle import Bundle, Damaged, OtherSchema, pack, unpack
from kiosk.sync.receipts import NoReceipt, SignedReceipt, covers, read_receipt

State = Literal["waiting", "refused", "safe"]
SUFFIX = ".bundle.zip"
RECEIPT_SUFFIX = ".receipt.json"
_NOTE_SUFFIX = ".note.json"


@dataclass(frozen=True)
class Note:
    """How far a meeting has come. ``refused`` waits for a person, ``waiting`` goes on by itself."""

    meeting: str
    state: State = "waiting"
    parts: int = 0
    parts_acknowledged: int = 0
    records: int = 0
    records_acknowledged: int = 0
    attempts: int = 0
    """How often in a row it did not succeed."""
    code: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def problem(self) -> Problem | None:
        """The last thing that went wrong, for its ``sentence()``."""
        if self.code is None or self.code not in REFUSALS:
            return None
        return Problem(self.code, **self.details)


class Outbox:
    """The outbox of a data folder. A disk that is full makes a Problem ``not_kept``."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "outbox"

    def keep(self, bundle: Bundle) -> Path:
        """Write a bundle, or leave the one that is there if it is the same; its file."""
        path = self.bundle_path(bundle.manifest.meeting)
        content = pack(bundle)
        if not path.exists() or path.read_bytes() != content:
            self._write(path, content)
        return path

    def bundle(self, meeting: str) -> Bundle | None:
        """The bundle that lies here; None when there is none, or it is damaged or of another version."""
        path = self.bundle_path(meeting)
        try:
            return unpack(path.read_bytes()) if path.exists() else None
        except (Damaged, OtherSchema):
            return None

    def note(self, meeting: str) -> Note:
        try:
            return Note(**json.loads(self._path(meeting, _NOTE_SUFFIX).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            # The note only spares work and tells a person; what is true the central store knows.
            return Note(meeting)

    def write_note(self, note: Note) -> None:
        self._write(self._path(note.meeting, _NOTE_SUFFIX), json.dumps(asdict(note)).encode())

    def keep_receipt(self, receipt: SignedReceipt) -> None:
        self._write(self.receipt_path(receipt.receipt.meeting), receipt.as_file())

    def receipt(self, bundle: Bundle, central: str) -> SignedReceipt | None:
        """The receipt for just this bundle from this central store, verified anew."""
        path = self.receipt_path(bundle.manifest.meeting)
        try:
            found = read_receipt(path.read_bytes(), central) if path.exists() else None
        except NoReceipt:
            return None
        return found if found is not None and covers(found.receipt, bundle.manifest) else None

    def forget(self, meeting: str) -> None:
        """Remove everything of a meeting, overwritten with zeros first."""
        for path in (
            self.bundle_path(meeting),
            self.receipt_path(meeting),
            self._path(meeting, _NOTE_SUFFIX),
        ):
            destroy(path)

    def bundle_path(self, meeting: str) -> Path:
        return self._path(meeting, SUFFIX)

    def receipt_path(self, meeting: str) -> Path:
        return self._path(meeting, RECEIPT_SUFFIX)

    def _path(self, meeting: str, suffix: str) -> Path:
        return self._folder / f"{file_name(meeting)}{suffix}"

    def _write(self, path: Path, content: bytes) -> None:
        try:
            write_whole(path, content)
        except OSError as error:
            raise Problem("not_kept", reason=error.strerror or str(error)) from error


def file_name(meeting: str) -> str:
    """A name that every file system takes, that people recognise, and that no other meeting has."""
    readable = re.sub(r"[^a-z0-9]+", "-", meeting.lower()).strip("-")[:40] or "meeting"
    return f"{readable}-{sha256(meeting.encode()).hexdigest()[:12]}"
