"""Whether anything was written to the room's file."""

from __future__ import annotations

from types import TracebackType

from kiosk.store.store import Store


class Unwritten:
    """For the length of a ``with``: nothing is written, be it a row more, a row less or a row changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before = 0

    def __enter__(self) -> Unwritten:
        self._before = self.changes()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            assert self.changes() == self._before, "something was written"

    def changes(self) -> int:
        """How many rows the only writer has written, changed or removed until now."""
        return self._store.write(lambda tx: tx.total_changes)

    def rows(self, table: str) -> int:
        return int(self._store.reader().execute(f"SELECT count(*) FROM {table}").fetchone()[0])
