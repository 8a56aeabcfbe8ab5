"""What makes an open text wait for a pair of eyes: the words in `data/blocked-words`, a file for
each language, and what leads to a person: telephone numbers, e-mail addresses, links."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "blocked-words"
_WORD = re.compile(r"\w+")
_LEADS_TO_SOMEBODY = re.compile(r"(?:\d[\s./()-]*){7}|@|https?:|www\.", re.IGNORECASE)
"""Seven digits are a telephone number, perhaps a date: what is held back for nothing costs a look."""


class BlockedWords:
    """The lists of a folder, read anew when a file changes. A text is held against all languages at once:
    nobody says in which one they write."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._read_at: tuple[tuple[str, int], ...] = ()
        self._words: frozenset[str] = frozenset()
        self._beginnings: tuple[str, ...] = ()

    def are_in(self, text: str) -> bool:
        """Whether a text holds one of the words, or what leads to a person."""
        if _LEADS_TO_SOMEBODY.search(text):
            return True
        self._read()
        words = _WORD.findall(_plain(text))
        return any(word in self._words or word.startswith(self._beginnings) for word in words)

    def _read(self) -> None:
        files = sorted(self._folder.glob("*.txt"))
        changed = tuple((file.name, file.stat().st_mtime_ns) for file in files)
        if changed == self._read_at:
            return
        lines = [_plain(line) for file in files for line in file.read_text("utf-8").splitlines()]
        listed = [line for line in lines if line and not line.startswith("#")]
        self._words = frozenset(line for line in listed if not line.endswith("*"))
        self._beginnings = tuple(line[:-1] for line in listed if line.endswith("*") and len(line) > 1)
        self._read_at = changed


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
