"""The facilitator's side while phones are busy: a desk that never rests, and windows that must answer."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Self

from scripts.loadgen.evening import ABOUT, Evening, item_of

DESKS = 3
"""Asking at once, each for one thing after another: more than one facilitator ever does."""
LOOK_EVERY_SECONDS = 0.1
BACKUP = ".backup"
BACKUP_EVERY_SECONDS = 1.0


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
        return self._ask(connection, "GET", path, None)

    def post(self, connection: http.client.HTTPConnection, path: str, body: Mapping[str, str]) -> int:
        return self._ask(connection, "POST", path, json.dumps(body))

    def _ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None) -> int:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
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
    """Results, cross-tables, figures, tables and exports of an evening, one after the other, and backups."""

    def __init__(self, operator: Operator, data: Path, evening: Evening) -> None:
        self._operator = operator
        self._backups = data / "backups"
        self._evening = evening
        self._paths = list(_everything(evening))
        self._compared: set[tuple[str, str]] = set()
        self.answered = 0
        self.refused: set[str] = set()
        self.backups = 0

    def draw_one(self) -> None:
        """Have a figure drawn, so that the process that draws is there. A console starts it when it opens."""
        path = f"/facilitator/rounds/{self._evening.latest[-1]}/result.png"
        connection = self._operator.connection()
        self._note(path, self._operator.get(connection, path))
        connection.close()
        self.answered = 0

    def busy(self) -> Background:
        asking = [self._asking(place * len(self._paths) // DESKS) for place in range(DESKS)]
        return Background(self._operator.core, [*asking, self._have_backups_made()])

    def _asking(self, place: int) -> Callable[[], None]:
        connection = self._operator.connection()

        def work() -> None:
            nonlocal place
            path, comparison = self._paths[place % len(self._paths)]
            place += 1
            if comparison is not None and comparison not in self._compared:
                self._compared.add(comparison)
                compare, detail = comparison
                self._note(compare, self._operator.post(connection, compare, {"detail": detail}))
            self._note(path, self._operator.get(connection, path))

        return work

    def _have_backups_made(self) -> Callable[[], None]:
        """Each time a round is closed a backup is made, also when it is closed already."""
        connection = self._operator.connection()
        path = f"/api/v1/rounds/{self._evening.last}/close"
        known = set(self._backups.iterdir())

        def work() -> None:
            nonlocal known
            self._note(path, self._operator.post(connection, path, {}))
            time.sleep(BACKUP_EVERY_SECONDS)
            now = set(self._backups.iterdir())
            self.backups += any(file.suffix == BACKUP for file in now - known)
            known = now

        return work

    def _note(self, path: str, status: int) -> None:
        if status == HTTPStatus.OK:
            self.answered += 1
        else:
            self.refused.add(f"{path} ({status})")


def _everything(evening: Evening) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """What a desk may ask for: of each round, and after each one something of the whole meeting. A comparison
    comes with where it is let through, and its name."""
    meeting = f"/facilitator/meetings/{evening.meeting}"
    whole = (
        "state",
        "results.csv",
        "results.xlsx",
        "groups.csv",
        "changes.csv",
        "composition.csv",
        "export.json",
    )
    for place, name in enumerate(evening.rounds):
        calls = f"/api/v1/rounds/{name}"
        yield f"{calls}/tally", None
        yield from ((f"{calls}/groups/{about}", (f"{calls}/compare", f"by:{about}")) for about in ABOUT)
        if name in evening.latest:
            yield f"{calls}/change", (f"{calls}/compare", "change")
        for file in ("result.png", "result.svg", "result.csv", f"difference/{next(iter(ABOUT))}"):
            yield f"/facilitator/rounds/{name}/{file}", None
        yield f"{meeting}/{whole[place % len(whole)]}", None


class CrossTables:
    """Asks for cross-tables that nobody has asked for before, at an even pace, and looks at each.

    There are so many that they last for some turns of so many ``seconds``.
    """

    def __init__(self, operator: Operator, evening: Evening, turns: int, seconds: float) -> None:
        self._operator = operator
        self._connection = operator.connection()
        self._evening = evening
        self._left = [(name, about) for name in evening.earlier for about in ABOUT]
        self._every = turns * seconds / len(self._left)
        self.ms: list[float] = []
        self.refused: set[str] = set()

    def asked(self) -> Background:
        return Background(self._operator.core, [self._ask])

    def _ask(self) -> None:
        begin = time.monotonic()
        if self._left:
            self._have_one_made(*self._left.pop())
            self.ms.append((time.monotonic() - begin) * 1e3)
        time.sleep(max(0.0, self._every - (time.monotonic() - begin)))

    def _have_one_made(self, name: str, about: str) -> None:
        """As the console does: it is let through, then the question's card is drawn with it."""
        card = f"/facilitator/meetings/{self._evening.meeting}/items/{item_of(self._evening.rounds[name])}"
        compare = f"/api/v1/rounds/{name}/compare"
        statuses = {
            compare: self._operator.post(self._connection, compare, {"detail": f"by:{about}"}),
            card: self._operator.get(self._connection, card),
        }
        self.refused |= {f"{path} ({status})" for path, status in statuses.items() if status != HTTPStatus.OK}


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
