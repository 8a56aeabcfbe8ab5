"""Where faults are told: the terminal, which may be a file on a disk that is full."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TextIO


class Complaints(io.TextIOBase):
    """A stream that nobody fails by. Whoever goes on after a fault must not stop at telling of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()
        return len(text)
