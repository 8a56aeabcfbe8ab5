"""The laptop dies in the middle of a burst, again and again: what was acknowledged is there, and counts once.

One step: a round opens, every phone answers, the server is killed at some moment of it and started again. The
phones come back by themselves and send what was not acknowledged. Then the round is closed, and the file, the
tally and what the phones were told must say the same.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from scripts.endurance import stored
from scripts.endurance.hall import Hall
from scripts.endurance.meetings import OPTIONS, choice, meeting
from scripts.endurance.stored import StoredRound
from scripts.endurance.trial import CannotGoOn, Progress, Record, Row, share, spread

READY_SECONDS = 5.0
BACK_SECONDS = 30.0
BACK_SHARE = 0.99
SPREADS = (0.3, 1.5)
"""Over how many seconds the answers to a round come in: at least and at most, drawn anew for each."""
DRAIN_SECONDS = 0.2
"""What phones read so soon after the kill had been sent before it: no start takes less."""
ARRIVAL_SECONDS = 90.0
TOLD_SECONDS = 90.0
ROUNDS_OF_MEETING = 20
"""Then the phones go to a new meeting: none has more questions, and a phone's state lists its answers."""


@dataclass(frozen=True)
class Crash:
    """One crash, in seconds. ``ready``: from the start to the first healthy answer; ``back`` and ``told``:
    from the kill to phones that are back, and to the last acknowledgement."""

    told_before: int
    ready_seconds: float
    ready_cpu: float
    back_median: float
    back_p99: float
    back_worst: float
    back_in_time: int
    told_seconds: float
    repeated: int
    stored: int
    phones: int
    faults: list[str] = field(default_factory=list)


class CrashTrial:
    def __init__(self, progress: Progress) -> None:
        self._hall = Hall.of(progress)
        self._server, self._crowd, self._kept = self._hall.server, self._hall.crowd, progress.kept

    async def begin(self) -> None:
        await self._server.start()
        if "tokens" in self._kept:
            await self._hall.come()

    async def end(self) -> None:
        await self._hall.end()

    async def step(self, number: int) -> Record:
        if (number - 1) % ROUNDS_OF_MEETING == 0:
            await self._begin_meeting(number)
        chance = self._hall.chance
        self._hall.spread = chance.uniform(*SPREADS)
        kill_after = chance.randint(1, max(1, len(self._crowd.phones) * 9 // 10))
        opened = await self._server.operator.post(
            f"/api/v1/meetings/{self._kept['meeting']}/rounds", {"question": "bridge"}
        )
        return asdict(await self._crash_in(str(opened["id"]), kill_after))

    async def _begin_meeting(self, number: int) -> None:
        await self._crowd.leave()
        operator = self._server.operator
        if "meeting" in self._kept:
            await operator.post(f"/api/v1/meetings/{self._kept['meeting']}/end")
        name, code = f"evening-{number}", f"E{number:03}"
        self._kept.pop("tokens", None)
        await self._hall.hold(meeting(name, code, choice("bridge")))
        self._kept.update(meeting=name, answered={})
        await self._hall.come()

    async def _crash_in(self, round_id: str, kill_after: int) -> Crash:
        killed: list[float] = []

        def kill() -> None:
            self._server.kill()
            killed.append(time.monotonic())

        crowd = self._crowd
        crowd.at(round_id, kill_after, kill)
        if not await crowd.until(lambda: killed, TOLD_SECONDS):
            raise CannotGoOn(f"fewer than {kill_after} ballots were acknowledged in {TOLD_SECONDS:g} seconds")
        ready = await self._server.start()
        told_by = killed[0] + DRAIN_SECONDS
        before = sum(phone.told_at.get(round_id, told_by) < told_by for phone in crowd.phones)
        await crowd.until(
            lambda: all((phone.back_at or 0) > killed[0] for phone in crowd.phones), ARRIVAL_SECONDS
        )
        back = sorted((phone.back_at or float("inf")) - killed[0] for phone in crowd.phones)
        await crowd.until(lambda: self._all_told(round_id), TOLD_SECONDS)
        told_seconds = time.monotonic() - killed[0]
        await self._server.operator.post(f"/api/v1/rounds/{round_id}/close")
        in_file = stored.read_round(self._server.file, round_id)
        crash = Crash(
            told_before=before,
            ready_seconds=ready.seconds,
            ready_cpu=ready.cpu_seconds,
            back_median=share(back, 0.5),
            back_p99=share(back, 0.99),
            back_worst=back[-1],
            back_in_time=sum(seconds <= BACK_SECONDS for seconds in back),
            told_seconds=told_seconds,
            repeated=crowd.told[round_id]["repeated"],
            stored=len(in_file.answers),
            phones=len(crowd.phones),
        )
        crash.faults.extend(await self._faults(round_id, crash, in_file))
        return crash

    def _all_told(self, round_id: str) -> bool:
        return all(round_id in phone.told for phone in self._crowd.phones)

    async def _faults(self, round_id: str, crash: Crash, in_file: StoredRound) -> list[str]:
        tally = await self._server.operator.get(f"/api/v1/rounds/{round_id}/tally")
        return [
            *self._crowd.take_faults(),
            *self._differences(round_id, in_file),
            *_miscounted(tally, in_file),
            *self._forgotten(round_id, crash),
            *stored.faults(self._server.file),
        ]

    def _differences(self, round_id: str, in_file: StoredRound) -> list[str]:
        """Where the file says something else than the phones were told."""
        phones = self._crowd.phones
        who = stored.participants(self._server.file, (phone.token for phone in phones))
        found = []
        for phone in phones:
            outcome = phone.told.get(round_id, "nothing")
            answer = in_file.answers.get(who[phone.token])
            if outcome not in ("counted", "repeated"):
                found.append(f"a phone was told {outcome} of its ballot")
            elif answer is None:
                found.append(f"a ballot that was acknowledged ({outcome}) is not in the file")
            elif answer != phone.ballots[round_id].answer:
                found.append("another answer is in the file than the phone gave")
        if in_file.ballots != len(phones):
            found.append(f"{in_file.ballots} ballots are in the file, of {len(phones)} that were cast")
        return found

    def _forgotten(self, round_id: str, crash: Crash) -> list[str]:
        """Earlier rounds of the meeting that are no longer as they were."""
        known = self._kept["answered"]
        known[round_id] = crash.stored
        now = stored.answered(self._server.file, self._kept["meeting"])
        return [
            f"round {name} had {count} answers and has {now.get(name)} after a later crash"
            for name, count in known.items()
            if now.get(name) != count
        ]


def _miscounted(tally: Any, in_file: StoredRound) -> list[str]:
    found = []
    if tally["answered"] != len(in_file.answers):
        found.append(f"the tally has {tally['answered']} answers, the file {len(in_file.answers)}")
    if tally["counts"] is not None and tally["counts"] != {name: in_file.options[name] for name in OPTIONS}:
        found.append(f"the tally counts {tally['counts']}, the file {dict(in_file.options)}")
    return found


def rows(progress: Progress) -> list[Row]:
    records = progress.records
    told = sum(record["told_before"] for record in records)
    cast = sum(record["phones"] for record in records)
    stored_in_all = sum(record["stored"] for record in records)
    in_time = sum(record["back_in_time"] for record in records)
    least = min((record["back_in_time"] / record["phones"] for record in records), default=1.0)
    ready = [record["ready_seconds"] for record in records]
    return [
        Row("kills in the middle of a burst", f"{sum(r['told_before'] < r['phones'] for r in records)}"),
        Row("ballots cast", f"{cast:,}"),
        Row("acknowledged before a kill", f"{told:,}"),
        Row("sent again, told repeated", f"{sum(record['repeated'] for record in records):,}"),
        Row("stored at the close", f"{stored_in_all:,}", f"{cast:,}", stored_in_all == cast),
        Row("lost, doubled, miscounted, damaged", f"{len(progress.faults)}", "0", not progress.faults),
        Row("ready again", spread(ready), f"<= {READY_SECONDS:g} s", max(ready, default=0) <= READY_SECONDS),
        Row("computing until ready", spread([record["ready_cpu"] for record in records])),
        Row(
            f"phones back in {BACK_SECONDS:g} s",
            f"{in_time:,} of {cast:,}; least {least:.1%}",
            f">= {BACK_SHARE:.0%} each time",
            least >= BACK_SHARE,
        ),
        Row("99 % of phones back after", spread([record["back_p99"] for record in records])),
        Row("last phone back after", spread([record["back_worst"] for record in records])),
        Row("last ballot acknowledged after", spread([record["told_seconds"] for record in records])),
    ]
