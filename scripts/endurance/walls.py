"""A wall is loaded anew while the meeting goes on: within two seconds it shows what the wall beside it shows.

One step is one load: the page, a fresh socket, and at the same moment an act that changes the picture.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from scripts.endurance import stored
from scripts.endurance.hall import Hall
from scripts.endurance.meetings import Json, choice, meeting
from scripts.endurance.trial import Progress, Record, Row, spread
from scripts.endurance.window import Window, same

SAME_SECONDS = 2.0
PATIENCE_SECONDS = 15.0
LATEST_ACT = 0.15
"""Seconds after the load has begun at which something may change: before, amid and after it."""
ANSWERING_SECONDS = 1.0
MEETING, CODE = "walls", "WALLS"
OTHERS = (
    {"id": "slide", "type": "slide", "title": {"en": "What we know"}, "body": {"en": "Not much."}},
    {"id": "break", "type": "break"},
)
ROUND_ACTS = ("close", "reveal", "hide", "reveal")
ACTS: tuple[tuple[str, Json], ...] = (
    ("stage", {"wall": "join"}),
    ("rounds", {"question": "bridge"}),
    *((verb, {}) for verb in ROUND_ACTS),
    ("stage", {"wall": "blank"}),
    ("stage", {"wall": "item"}),
    ("stage", {"item": "slide"}),
    ("stage", {"item": "break"}),
    ("stage", {"wall": "composition"}),
)


@dataclass(frozen=True)
class Load:
    """One load. Seconds from its beginning: until the socket had brought a picture; until both walls were the
    same, and the newest."""

    view: str
    picture_seconds: float
    same_seconds: float
    faults: list[str] = field(default_factory=list)


class WallsTrial:
    def __init__(self, progress: Progress) -> None:
        self._hall = Hall.of(progress, spread=ANSWERING_SECONDS)
        self._beside: Window | None = None
        self._acts = itertools.cycle(ACTS)
        self._round = ""

    async def begin(self) -> None:
        server = self._hall.server
        await server.start()
        await self._hall.hold(meeting(MEETING, CODE, choice("bridge"), others=OTHERS))
        await self._close_what_is_open()
        await self._hall.come()
        self._beside = await Window.let_in(server.port, "wall", MEETING, server.operator)
        await self._beside.follow()

    async def end(self) -> None:
        if self._beside is not None:
            await self._beside.leave()
        await self._hall.end()

    async def step(self, number: int) -> Record:
        assert self._beside is not None
        beside, crowd, server = self._beside, self._hall.crowd, self._hall.server
        wall = Window(server.port, "wall", MEETING, beside.token)
        began = time.monotonic()
        act = asyncio.create_task(self._act(self._hall.chance.uniform(0, LATEST_ACT)))
        await wall.load("/display")
        await wall.follow()
        picture_seconds = time.monotonic() - began
        await act
        try:
            equal = await crowd.until(lambda: self._is_newest(wall), PATIENCE_SECONDS)
            same_seconds = time.monotonic() - began
        finally:
            await wall.leave()
        assert beside.picture is not None
        load = Load(beside.picture.attributes["view"], picture_seconds, same_seconds)
        if not equal:
            load.faults.append(f"the wall did not show the same after {same_seconds:.1f} s")
        load.faults.extend([*wall.faults, *beside.faults, *crowd.take_faults()])
        return asdict(load)

    async def _act(self, wait: float) -> None:
        """The next act of the meeting, a moment after the load has begun."""
        await asyncio.sleep(wait)
        operator = self._hall.server.operator
        name, message = next(self._acts)
        if name in ROUND_ACTS:
            await operator.post(f"/api/v1/rounds/{self._round}/{name}", message)
            return
        said: Any = await operator.post(f"/api/v1/meetings/{MEETING}/{name}", message)
        if name == "rounds":
            self._round = str(said["id"])

    async def _close_what_is_open(self) -> None:
        """An earlier slice may have ended amid a round."""
        server = self._hall.server
        for name, (_, _, status) in stored.read_standing(server.file, MEETING).rounds.items():
            if status == "open":
                await server.operator.post(f"/api/v1/rounds/{name}/close")

    def _is_newest(self, wall: Window) -> bool:
        assert self._beside is not None
        now = stored.read_standing(self._hall.server.file, MEETING)
        return wall.picture is not None and wall.picture.version == now.version and same(wall, self._beside)


def rows(progress: Progress) -> list[Row]:
    records = progress.records
    same_seconds = [record["same_seconds"] for record in records]
    return [
        Row("loads", f"{len(records)}", f"{progress.asked.times}"),
        Row("different views", f"{len({record['view'] for record in records})}"),
        Row("page and picture there after", spread([record["picture_seconds"] for record in records])),
        Row(
            "the same as beside it after",
            spread(same_seconds),
            f"<= {SAME_SECONDS:g} s",
            max(same_seconds) <= SAME_SECONDS,
        ),
        Row("faults", f"{len(progress.faults)}", "0", not progress.faults),
    ]
