"""Whether anything was written to the room's file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from kiosk.store.store import Store


class Unwritten:
    """For the length of a ``with``: nothing is written, be it a row more, a row less or a row changed.

    SQLite counts the commits of others for every connection; one that has changed nothing does not count.
    """

    def __init__(self, data: Path, store: Store) -> None:
        self._store = store
        self._connection = sqlite3.connect(f"{(data / 'room.sqlite').as_uri()}?mode=ro", uri=True)
        self._before = 0

    def __enter__(self) -> Unwritten:
        self._before = self.version()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            assert self.version() == self._before, "something was written"

    def version(self) -> int:
        """Moves whenever somebody writes. The log is emptied first, or that would look like writing, too."""
        self._store.write(lambda tx: None, forget_order=True)
        self._store.write(lambda tx: None)  # waits for it
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def rows(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def close(self) -> None:
        self._connection.close()
