"""Several writes that the store finds waiting together, so that they make up one group."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from kiosk.problems import Problem
from kiosk.store.store import Connection, Store
from tests.support.engines import WatchedEngine


class Group:
    """Jobs handed in while the writer is busy, so that they make up one group."""

    def __init__(self, store: Store, engine: WatchedEngine) -> None:
        self._store = store
        self._engine = engine
        self._go_on = threading.Event()
        self._threads: list[threading.Thread] = []
        self.outcomes: dict[int, Any] = {}
        self._hold()

    def add(self, write: Callable[[], Any]) -> None:
        place = len(self._threads)

        def run() -> None:
            try:
                self.outcomes[place] = write()
            except (Problem, sqlite3.Error, RuntimeError) as error:
                self.outcomes[place] = error

        self._start(run)

    def run(self) -> list[Any]:
        """Let the writer go on; what became of each job, in the order they were added."""
        self._go_on.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()
        return [self.outcomes[place] for place in sorted(self.outcomes)]

    def _hold(self) -> None:
        begun = threading.Event()

        def busy(tx: Connection) -> None:
            begun.set()
            assert self._go_on.wait(20)

        self._start(lambda: self._store.write(busy))
        assert begun.wait(20)

    def _start(self, run: Callable[[], Any]) -> None:
        thread = threading.Thread(target=run)
        self._threads.append(thread)
        thread.start()
        self._engine.wait_for_jobs(1)
