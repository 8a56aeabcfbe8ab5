"""An hour with a full hall: phones come and go while rounds are held, and the server's memory stays flat.

One step is one minute, with two rounds in it. Each phone loses its link about every five minutes and comes
back by itself. Between slices the server goes on running, so that its memory is that of the whole time.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass, field
from statistics import median

from scripts.endurance import stored
from scripts.endurance.hall import Hall
from scripts.endurance.meetings import choice, meeting
from scripts.endurance.phone import Phone
from scripts.endurance.trial import Progress, Record, Row
from scripts.loadgen.machine import resident_bytes

ROUNDS_A_MINUTE = 2
ROUND_SECONDS = 60 / ROUNDS_A_MINUTE
ANSWERING_SECONDS = 10.0
CLOSE_AFTER_SECONDS = 20.0
DROPS_A_MINUTE = 0.2
"""The share of phones that lose their link in a minute."""
SAMPLE_SECONDS = 2.0
ARRIVAL_SECONDS = 120.0
JUDGED_MINUTES = 15
"""At least, to say whether memory grows. The first half of the time is left out: memory settles in."""
FLAT_SHARE = 0.05
"""Growth in an hour that still is flat."""
BYTES_A_PHONE = 100_000
MEETING, CODE = "hour", "HOUR"


@dataclass(frozen=True)
class Minute:
    """One minute. Memory in bytes; ``server`` is the number of its process."""

    server: int
    resident: int
    most_resident: int
    drops: int
    away: int
    acknowledged: int
    stored: int
    faults: list[str] = field(default_factory=list)


class HourTrial:
    def __init__(self, progress: Progress) -> None:
        self._hall = Hall.of(progress, spread=ANSWERING_SECONDS)

    async def begin(self) -> None:
        server, kept = self._hall.server, self._hall.progress.kept
        if not server.is_running():
            await server.start()
        kept.setdefault("empty", resident_bytes(server.pid))
        await self._hall.hold(meeting(MEETING, CODE, choice("bridge")))
        await self._hall.come()

    async def end(self) -> None:
        if self._hall.progress.left:
            await self._hall.crowd.leave()
            self._hall.server.leave_running()
            print("The server goes on running, for the next slice.")
        else:
            await self._hall.end()

    async def step(self, number: int) -> Record:
        crowd, chance, server = self._hall.crowd, self._hall.chance, self._hall.server
        samples: list[int] = []
        sampling = asyncio.create_task(self._sample(samples))
        dropping = [
            asyncio.create_task(self._drop(phone))
            for phone in crowd.phones
            if chance.random() < DROPS_A_MINUTE
        ]
        acknowledged = in_file = 0
        faults: list[str] = []
        for _ in range(ROUNDS_A_MINUTE):
            told, kept = await self._hold_round()
            acknowledged, in_file = acknowledged + told, in_file + kept
            if told != kept:
                faults.append(f"{told} ballots were acknowledged, {kept} are in the file")
        await asyncio.gather(*dropping)
        sampling.cancel()
        return asdict(
            Minute(
                server=server.pid,
                resident=int(median(samples)),
                most_resident=max(samples),
                drops=len(dropping),
                away=crowd.away(),
                acknowledged=acknowledged,
                stored=in_file,
                faults=[*faults, *crowd.take_faults()],
            )
        )

    async def _hold_round(self) -> tuple[int, int]:
        """Hold one round; how many of its ballots were acknowledged, and how many are in the file."""
        crowd, server = self._hall.crowd, self._hall.server
        began = time.monotonic()
        opened = await server.operator.post(f"/api/v1/meetings/{MEETING}/rounds", {"question": "bridge"})
        round_id = str(opened["id"])
        await asyncio.sleep(CLOSE_AFTER_SECONDS)
        await server.operator.post(f"/api/v1/rounds/{round_id}/close")
        await asyncio.sleep(ROUND_SECONDS - (time.monotonic() - began))
        await crowd.until(lambda: crowd.waiting() == 0, ARRIVAL_SECONDS)
        told = crowd.told.pop(round_id)
        for phone in crowd.phones:
            phone.forget(round_id)
        return told["counted"] + told["repeated"], len(stored.read_round(server.file, round_id).answers)

    async def _drop(self, phone: Phone) -> None:
        await asyncio.sleep(self._hall.chance.uniform(0, 60 - SAMPLE_SECONDS))
        phone.drop()

    async def _sample(self, samples: list[int]) -> None:
        while True:
            samples.append(resident_bytes(self._hall.server.pid))
            await asyncio.sleep(SAMPLE_SECONDS)


def growth(minutes: list[int]) -> float:
    """Bytes a minute by which the values grow: the slope of the straight line that fits them best."""
    middle = (len(minutes) - 1) / 2
    mean = sum(minutes) / len(minutes)
    above = sum((at - middle) * (value - mean) for at, value in enumerate(minutes))
    return above / sum((at - middle) ** 2 for at in range(len(minutes)))


def rows(progress: Progress) -> list[Row]:
    records = progress.records
    phones = progress.asked.phones
    servers = {record["server"] for record in records}
    settled = [record["resident"] for record in records[len(records) // 2 :]]
    acknowledged = sum(record["acknowledged"] for record in records)
    in_file = sum(record["stored"] for record in records)
    most = max(record["most_resident"] for record in records)
    each = (max(record["resident"] for record in records) - progress.kept["empty"]) / phones
    found = [
        Row("minutes", f"{len(records)}", f"{progress.asked.times}"),
        Row("links lost, and made again", f"{sum(record['drops'] for record in records):,}"),
        Row("ballots acknowledged", f"{acknowledged:,}"),
        Row("ballots stored", f"{in_file:,}", f"{acknowledged:,}", in_file == acknowledged),
        Row("the server's process", f"{len(servers)} in all", "one", len(servers) == 1),
        Row("memory, without phones", _megabytes(progress.kept["empty"])),
        Row(
            "memory, each minute",
            ", ".join(_megabytes(record["resident"]) for record in records[:: max(1, len(records) // 6)]),
        ),
        Row("memory, while a backup is copied", _megabytes(most)),
        Row(
            "memory for each phone",
            f"{each / 1000:.1f} kB",
            f"<= {BYTES_A_PHONE // 1000} kB",
            each <= BYTES_A_PHONE,
        ),
    ]
    if len(settled) > 1:
        slope = growth(settled)
        in_an_hour = 60 * slope / median(settled)
        found.append(
            Row(
                f"growth in the last {len(settled)} minutes",
                f"{slope / 1000:+.1f} kB a minute, {in_an_hour:+.1%} an hour",
                f"<= {FLAT_SHARE:.0%} an hour",
                in_an_hour <= FLAT_SHARE if len(settled) >= JUDGED_MINUTES else None,
            )
        )
    return found


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB"
