"""What a loaded store can do: how long its pages take and what they ask for, how fast meetings come in."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from flask import Flask
from sqlalchemy import event, select, text

from kiosk.central import accounts, sites
from kiosk.central import tables as t
from kiosk.central.app import make_app, make_intake
from kiosk.central.database import Database
from kiosk.central.intake import Intake
from kiosk.clock import SystemClock
from kiosk.sync.bundle import Bundle, make_bundle, pack
from kiosk.sync.signing import Site, fresh_key
from scripts.national.holding import dialogue

PASSWORD = "a national year of dialogues"  # noqa: S105 - of a scratch database
TIMES = 7
MEASURED = Site("5171e000000measured", "9e0000measured", fresh_key())


@dataclass(frozen=True)
class PageTime:
    """How long a page took, in milliseconds, how large it was, and how many statements it needed."""

    name: str
    middle: float
    longest: float
    kilobytes: float
    statements: int


@dataclass(frozen=True)
class Statement:
    """One statement of a page, and how the database means to run it."""

    sql: str
    plan: str


@dataclass(frozen=True)
class IntakeRate:
    """How fast meetings came in: manifest, parts, recount, rows, summaries and receipt.

    ``busy`` are the seconds that this process computed, without the database and whatever else the machine
    did meanwhile.
    """

    meetings: int
    records: int
    seconds: float
    busy: float

    @property
    def per_second(self) -> float:
        return self.records / self.seconds


class Measured:
    """A store with an account that reads, on a database that is already loaded."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database = database
        self.intake: Intake = make_intake(database, data, SystemClock())
        self._app: Flask = make_app(self.intake, "The national year")
        self._client = self._app.test_client()
        name = f"measuring-{random.SystemRandom().randrange(10**9)}"
        accounts.open_account(database, SystemClock(), name, PASSWORD, "reader")
        self._log_in(name)

    def page(self, name: str, path: str, times: int = TIMES) -> PageTime:
        """Ask for a page some times; the first is not counted."""
        with self.heard() as statements:
            size = self._get(path)
        asked = len(statements)
        taken: list[float] = []
        for _ in range(times):
            started = perf_counter()
            self._get(path)
            taken.append(1000 * (perf_counter() - started))
        return PageTime(name, median(taken), max(taken), size / 1000, asked)

    def plans(self, path: str, *, without_seqscan: bool = False) -> list[Statement]:
        """The statements of a page, each with its plan; PostgreSQL only."""
        with self.heard() as statements:
            self._get(path)
        found: list[Statement] = []
        with self.database.reading() as tx:
            if without_seqscan:
                tx.execute(text("SET LOCAL enable_seqscan = off"))
            for sql, parameters in statements:
                plan = tx.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", parameters)
                found.append(Statement(sql, "\n".join(row[0] for row in plan)))
        return found

    def take_in(self, records: int) -> IntakeRate:
        """Let meetings of a dialogue that is new every time in, as files, until so many records are here."""
        seed = random.SystemRandom().randrange(10**9)
        clock = SystemClock()
        sites.enrol_by_hand(self.database, clock, site=MEASURED.id, name="Measured", key=MEASURED.key.public)
        bundles = [pack(bundle) for bundle in _bundles(records, seed)]
        seconds = busy = 0.0
        taken = 0
        for file in bundles:
            started, computed = perf_counter(), process_time()
            receipt = self.intake.import_file(file)
            seconds += perf_counter() - started
            busy += process_time() - computed
            taken += receipt.receipt.records
        return IntakeRate(len(bundles), taken, seconds, busy)

    def largest_dialogue(self) -> tuple[str, int]:
        """The dialogue with the most meetings, and how many these are."""
        c = t.overview.c
        with self.database.reading() as tx:
            row = tx.execute(select(c.dialogue, c.meetings).order_by(c.meetings.desc()).limit(1)).one()
        return row.dialogue, row.meetings

    def first_question(self, dialogue: str) -> int:
        c = t.series.c
        asked = select(c.id).where(c.dialogue == dialogue, ~c.composition).order_by(c.place).limit(1)
        with self.database.reading() as tx:
            return int(tx.scalar(asked) or 0)

    @contextmanager
    def heard(self) -> Iterator[list[tuple[str, Any]]]:
        """Everything that is read from the database meanwhile."""
        statements: list[tuple[str, Any]] = []

        def hear(_c: object, _cursor: object, sql: str, parameters: Any, _x: object, _many: object) -> None:
            if sql.lstrip().upper().startswith(("SELECT", "WITH")):
                statements.append((sql, parameters))

        engine = self.database._engine  # noqa: SLF001 - nobody else needs to listen
        event.listen(engine, "before_cursor_execute", hear)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", hear)

    def _get(self, path: str) -> int:
        answer = self._client.get(path, headers={"Accept-Language": "sv"})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return len(answer.get_data())

    def _log_in(self, name: str) -> None:
        fields = {"name": name, "password": PASSWORD}
        answer = self._client.post("/log-in", data=fields, headers={"Origin": "http://localhost"})
        assert answer.status_code == 303, answer.status_code


def _bundles(records: int, seed: int) -> Iterator[Bundle]:
    made = 0
    name = f"measured-{seed}"
    for held in dialogue(name, 10_000, 50, random.Random(seed)):
        bundle = make_bundle(MEASURED, name, held.id, held.records())
        made += bundle.manifest.records
        yield bundle
        if made >= records:
            return


def scratch() -> Path:
    """A folder for the key of a store that is only measured."""
    return Path(tempfile.mkdtemp(prefix="kiosk-national-"))
