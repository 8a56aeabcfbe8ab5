"""The facilitator's side while phones are busy: a desk that never rests, and windows that must answer."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

DESKS = 3
"""Asking at once, each for one thing after another: more than one facilitator ever does."""
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Operator:
    """Where the console's own listener is, and the key to it."""

    port: int
    token: str
    core: int

    @classmethod
    def of(cls, data: Path, core: int) -> Self:
        running = json.loads((data / "running.json").read_text(encoding="utf-8"))
        token = (data / "operator-token").read_text(encoding="utf-8").strip()
        return cls(int(running["local_port"]), token, core)

    def get(self, connection: http.client.HTTPConnection, path: str) -> int:
        """Ask for a path and read the answer whole; its status."""
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        response = connection.getresponse()
        response.read()
        return response.status

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


class Background:
    """Work on threads of ours, on the load generator's core, for as long as the block lasts."""

    def __init__(self, core: int, works: list[Callable[[], None]]) -> None:
        self._core = core
        self._going = True
        self._fault: Exception | None = None
        self._threads = [threading.Thread(target=self._go_on, args=(work,)) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._going = False
        for thread in self._threads:
            thread.join()
        if self._fault is not None:
            raise self._fault

    def _go_on(self, work: Callable[[], None]) -> None:
        os.sched_setaffinity(0, {self._core})  # of this thread alone
        try:
            while self._going:
                work()
        except Exception as fault:  # noqa: BLE001 - raised again where the block ends
            self._fault = fault


class Desk:
    """Results, figures, tables and exports of a closed round, again and again."""

    def __init__(self, operator: Operator, meeting: str, round_id: str) -> None:
        self._operator = operator
        self._paths = [
            f"/api/v1/rounds/{round_id}/tally",
            f"/facilitator/rounds/{round_id}/result.png",
            f"/facilitator/rounds/{round_id}/result.svg",
            f"/facilitator/rounds/{round_id}/result.csv",
            f"/facilitator/meetings/{meeting}/results.csv",
            f"/facilitator/meetings/{meeting}/results.xlsx",
            f"/facilitator/meetings/{meeting}/export.json",
            f"/facilitator/meetings/{meeting}/state",
        ]
        self.answered = 0
        self.refused: set[str] = set()

    def busy(self) -> Background:
        return Background(self._operator.core, [self._work(start) for start in range(DESKS)])

    def _work(self, start: int) -> Callable[[], None]:
        connection = self._operator.connection()
        place = start * 3

        def work() -> None:
            nonlocal place
            path = self._paths[place % len(self._paths)]
            place += 1
            if self._operator.get(connection, path) == 200:
                self.answered += 1
            else:
                self.refused.add(path)

        return work


class Windows:
    """The console and the wall, looked at again and again; how long the slowest answer took."""

    def __init__(self, operator: Operator, meeting: str) -> None:
        self._operator = operator
        self._paths = [f"/facilitator/meetings/{meeting}/state", "/display"]
        self._connection = operator.connection()
        self.seconds: list[float] = []

    def open(self) -> Background:
        return Background(self._operator.core, [self._look])

    def _look(self) -> None:
        for path in self._paths:
            begin = time.monotonic()
            self._operator.get(self._connection, path)
            self.seconds.append(time.monotonic() - begin)
        time.sleep(LOOK_EVERY_SECONDS)

    @property
    def slowest_ms(self) -> float:
        return max(self.seconds, default=0.0) * 1e3
