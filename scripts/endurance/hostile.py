"""Hostile and clumsy clients: while one of them does its worst, phones vote, and console and wall are loaded.

One step is one attack, each of the list in turn. The others are watched from its beginning to its end.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from random import Random
from typing import Any, Self

from scripts.endurance import attacks
from scripts.endurance.attacks import FLOODS, SHAPES, Came
from scripts.endurance.crowd import Crowd
from scripts.endurance.hall import Hall
from scripts.endurance.meetings import OPTIONS, choice, meeting
from scripts.endurance.trial import Progress, Record, Row, share, spread
from scripts.endurance.window import Window
from scripts.loadgen.machine import resident_bytes
from scripts.rehearsal.wire import Wire

MEETING, CODE = "hostile", "HOSTIL"
EVENTS = 60_000
REQUESTS = 20_000
HALVES, DRIPS = 2_000, 50
SESSIONS = 500
JOINS = 3_000
ACK_SECONDS, WINDOW_SECONDS, CUT_SECONDS, GONE_SECONDS = 0.2, 1.0, 1.0, 30.0
MEMORY_MB = 50.0
PAUSE_SECONDS = 0.5
"""Between two answers of a bystander."""
LEAST_SECONDS = 4.0
"""So long others are watched at least, however soon the attack is over."""
FLOODED = tuple(FLOODS)
ATTACKS = ("nothing", *FLOODED, "shapes", "requests in a row", "half-open", "silent sessions", "joins")


@dataclass(frozen=True)
class Attack:
    """One attack, and how it was for everybody else, in seconds; ``cut`` is until its connections ended."""

    name: str
    cut: float | None
    told: str
    acks: int
    ack_p99: float
    ack_worst: float
    console_worst: float
    wall_worst: float
    grown_mb: float
    faults: list[str] = field(default_factory=list)


class HostileTrial:
    def __init__(self, progress: Progress) -> None:
        self._hall = Hall.of(progress)
        self._server, self._crowd, self._kept = self._hall.server, self._hall.crowd, progress.kept
        self._windows: list[Window] = []
        self._round = ""
        # A process of its own: here the attacker would keep the bystanders from looking at the clock.
        self._attacker = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))

    async def begin(self) -> None:
        await self._server.start()
        operator = self._server.operator
        await self._hall.hold(meeting(MEETING, CODE, choice("bridge")))
        if "round" not in self._kept:
            opened: Any = await operator.post(f"/api/v1/meetings/{MEETING}/rounds", {"question": "bridge"})
            self._kept["round"] = opened["id"]
        self._round = self._kept["round"]
        facts = json.loads((self._server.data / "running.json").read_text(encoding="utf-8"))
        for role in ("console", "wall"):
            window = await Window.let_in(facts["local_port"], role, MEETING, operator)
            self._windows.append(window)

    async def end(self) -> None:
        self._attacker.shutdown()
        await self._hall.end()

    async def step(self, number: int) -> Record:
        name = ATTACKS[(number - 1) % len(ATTACKS)]
        seen = Bystanders(self._server.port, self._kept["tokens"], self._round, self._windows)
        (offender,) = await self._crowd.join(CODE, 1)
        before = resident_bytes(self._server.pid)
        said_before = len(self._server.words())
        async with seen:
            began = time.monotonic()
            came = await self._attack(name, offender)
            await asyncio.sleep(max(0.0, LEAST_SECONDS - (time.monotonic() - began)))
        acks = sorted(seen.acks)
        attack = Attack(
            name,
            came.seconds,
            came.told,
            len(acks),
            share(acks, 0.99) if acks else PAUSE_SECONDS * 1e3,
            max(acks, default=PAUSE_SECONDS * 1e3),
            max(seen.loads["console"], default=0.0),
            max(seen.loads["wall"], default=0.0),
            (resident_bytes(self._server.pid) - before) / 1e6,
            seen.faults,
        )
        if "Traceback" in self._server.words()[said_before:]:
            attack.faults.append(f"{name}: a traceback in the server's log")
        if came.seconds is None:
            attack.faults.append(f"{name}: the attacker was not cut")
        if name in FLOODED and came.told != "too_fast":
            attack.faults.append(f"{name}: the attacker was not told why")
        return asdict(attack)

    async def _attack(self, name: str, token: str) -> Came:
        port = self._server.port
        if name == "nothing":  # what the others see of this machine without any attack
            return Came(0.0)
        acts: dict[str, Callable[[], Came]] = {
            "shapes": partial(every_shape, port, token),
            "requests in a row": partial(attacks.requests_in_a_row, port, f"/{CODE}", REQUESTS),
            "half-open": partial(attacks.half_open, port, HALVES, DRIPS),
            "silent sessions": partial(attacks.silent_sessions, port, SESSIONS),
            "joins": partial(join_again_and_again, port),
        }
        act = acts.get(name) or partial(attacks.flood, port, token, FLOODS[name], EVENTS)
        return await asyncio.get_running_loop().run_in_executor(self._attacker, act)


class Bystanders:
    """Phones that go on voting, and a console and a wall that are loaded again and again."""

    def __init__(self, port: int, tokens: list[str], round_id: str, windows: list[Window]) -> None:
        self.acks: list[float] = []
        self.loads: dict[str, list[float]] = {"console": [], "wall": []}
        self.faults: list[str] = []
        self._port = port
        self._tokens = tokens
        self._round = round_id
        self._windows = windows
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        wires = [await self._come(token) for token in self._tokens]
        self._tasks = [asyncio.create_task(self._vote(wire)) for wire in wires]
        paths = (f"/facilitator/meetings/{MEETING}", "/display")
        for name, path, window in zip(self.loads, paths, self._windows, strict=True):
            self._tasks.append(asyncio.create_task(self._load(name, path, window)))
        await asyncio.sleep(PAUSE_SECONDS)
        self.acks.clear()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                self.faults.append(f"a bystander: {outcome!r}")

    async def _come(self, token: str) -> Wire:
        wire = await Wire.open(f"http://127.0.0.1:{self._port}/socket.io/?EIO=4&transport=websocket")
        await wire.receive()
        wire.send("40" + json.dumps({"token": token, "lang": "en", "window": "phone"}))
        while not (await wire.receive()).startswith('42["state"'):
            pass
        return wire

    async def _vote(self, wire: Wire) -> None:
        chance = Random()
        try:
            while True:
                await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE_SECONDS)
                ballot = {
                    "id": f"{chance.getrandbits(128):032x}",
                    "round": self._round,
                    "answer": {"options": [chance.choice(OPTIONS)]},
                }
                began = time.monotonic()
                wire.send(f"421{json.dumps(['ballot', ballot])}")
                while not (said := await wire.receive()).startswith("431"):
                    if said == "2":
                        wire.send("3")
                self.acks.append(time.monotonic() - began)
                if '"counted"' not in said:
                    self.faults.append(f"a bystander was told {said}")
        finally:
            wire.drop()

    async def _load(self, name: str, path: str, window: Window) -> None:
        while True:
            began = time.monotonic()
            await window.load(path)
            self.loads[name].append(time.monotonic() - began)
            await asyncio.sleep(PAUSE_SECONDS / 2)


def every_shape(port: int, token: str) -> Came:
    """Each odd message on a connection of its own. None may make the server fall silent for the next."""
    began = time.monotonic()
    for payload in SHAPES.values():
        raw = attacks.greeted(port, token)
        raw.settimeout(1)
        with suppress(OSError):
            raw.sendall(payload)
            raw.recv(1000)
        raw.close()
    return Came(time.monotonic() - began)


def join_again_and_again(port: int) -> Came:
    """Thousands of new devices, as many at a time as a crowd lets in."""
    began = time.monotonic()
    asyncio.run(Crowd(port, Random()).join(CODE, JOINS))
    return Came(time.monotonic() - began)


def rows(progress: Progress) -> list[Row]:
    records = progress.records
    floods = [record for record in records if record["name"] in FLOODED]
    slow = [record for record in records if record["name"] in ("half-open", "silent sessions")]
    p99 = max(record["ack_p99"] for record in records)
    windows = [record[name] for record in records for name in ("console_worst", "wall_worst")]
    grown = {record["name"]: record["grown_mb"] for record in records}
    worst = max(grown, key=lambda name: grown[name])
    found = [
        Row("attacks", f"{len(records)}", f"{progress.asked.times}"),
        Row("others' ack, p99 in the worst", f"{p99:.3f} s", f"<= {ACK_SECONDS} s", p99 <= ACK_SECONDS),
        Row("console and wall, slowest load of each attack", spread(windows), f"<= {WINDOW_SECONDS:g} s",
            max(windows) <= WINDOW_SECONDS),
        Row(f"memory, most by {worst}", f"{grown[worst]:+.0f} MB", f"<= +{MEMORY_MB:.0f} MB",
            grown[worst] <= MEMORY_MB),
    ]  # fmt: skip
    if cuts := [record["cut"] for record in floods if record["cut"] is not None]:
        found.append(
            Row("who floods is cut after", spread(cuts), f"<= {CUT_SECONDS:g} s", max(cuts) <= CUT_SECONDS)
        )
    if gone := [record["cut"] for record in slow if record["cut"] is not None]:
        found.append(Row("half-open and silent ones gone after", spread(gone), f"<= {GONE_SECONDS:g} s",
                         max(gone) <= GONE_SECONDS))  # fmt: skip
    return [
        *found,
        *map(_one_attack, records),
        Row("faults", f"{len(progress.faults)}", "0", not progress.faults),
    ]


def _one_attack(record: Record) -> Row:
    return Row(
        f"  {record['name']}",
        f"p99 {record['ack_p99'] * 1000:.0f} ms of {record['acks']} acks, "
        f"windows {max(record['console_worst'], record['wall_worst']) * 1000:.0f} ms, "
        f"{record['grown_mb']:+.0f} MB, ended after {record['cut'] or 0:.2f} s {record['told']}",
    )
