"""Fifty phones answer while fifty closers close the round: the result is what was stored and acknowledged.

One step is one round. The closers begin when some of the answers have been acknowledged, at a moment drawn
by lot, and race one another as well as the phones.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any

from scripts.endurance import stored
from scripts.endurance.asking import NoAnswer
from scripts.endurance.hall import Hall
from scripts.endurance.meetings import OPTIONS, Json, choice, meeting
from scripts.endurance.stored import StoredRound
from scripts.endurance.trial import Progress, Record, Row

CLOSERS = 50
SPREADS = (0.1, 0.5)
"""Over how many seconds the phones answer: at least and at most, drawn anew for each round."""
CLOSING_SPREAD = 0.05
TOLD_SECONDS = 60.0
ROUND_SECONDS = 0.25
"""At least, or the kiosk would take a phone that answers every round for a script."""
MEETING, CODE = "closes", "CLOSE"
COUNTED = ("counted", "repeated")


@dataclass(frozen=True)
class Close:
    """One round that was closed while its answers came in."""

    phones: int
    counted: int
    too_late: int
    stored: int
    in_result: int
    closers_answered: int
    faults: list[str] = field(default_factory=list)


class ClosesTrial:
    def __init__(self, progress: Progress) -> None:
        self._hall = Hall.of(progress)

    async def begin(self) -> None:
        await self._hall.server.start()
        await self._hall.hold(meeting(MEETING, CODE, choice("bridge")))
        await self._hall.come()

    async def end(self) -> None:
        await self._hall.end()

    async def step(self, number: int) -> Record:
        crowd, server, chance = self._hall.crowd, self._hall.server, self._hall.chance
        self._hall.spread = chance.uniform(*SPREADS)
        least = asyncio.create_task(asyncio.sleep(ROUND_SECONDS))
        opened = await server.operator.post(f"/api/v1/meetings/{MEETING}/rounds", {"question": "bridge"})
        round_id = str(opened["id"])
        begin = asyncio.Event()
        crowd.at(round_id, chance.randint(1, max(1, len(crowd.phones) * 8 // 10)), begin.set)
        closing = [asyncio.create_task(self._close(round_id, begin)) for _ in range(CLOSERS)]
        replies = await asyncio.gather(*closing)
        await crowd.until(lambda: all(round_id in phone.told for phone in crowd.phones), TOLD_SECONDS)
        in_file = stored.read_round(server.file, round_id)
        version = stored.read_standing(server.file, MEETING).version
        await server.operator.post(f"/api/v1/rounds/{round_id}/reveal")
        tally = await server.operator.get(f"/api/v1/rounds/{round_id}/tally")
        told = crowd.told[round_id]
        close = Close(
            phones=len(crowd.phones),
            counted=sum(told[outcome] for outcome in COUNTED),
            too_late=told["not_open"],
            stored=len(in_file.answers),
            in_result=tally["answered"],
            closers_answered=sum(reply is not None for reply in replies),
        )
        close.faults.extend(
            [
                *crowd.take_faults(),
                *_not_closed(replies, opened["version"] + 1),
                *_closed_often(opened["version"], version),
                *self._differences(round_id, in_file),
                *_miscounted(close, tally, in_file),
            ]
        )
        await least
        return asdict(close)

    async def _close(self, round_id: str, begin: asyncio.Event) -> Json | None:
        """One closer; what it was answered."""
        await begin.wait()
        await asyncio.sleep(self._hall.chance.uniform(0, CLOSING_SPREAD))
        try:
            said: Json = await self._hall.server.operator.post(f"/api/v1/rounds/{round_id}/close")
        except NoAnswer:
            return None
        return said

    def _differences(self, round_id: str, in_file: StoredRound) -> list[str]:
        """Where the file says something else than a phone was told."""
        phones = self._hall.crowd.phones
        who = stored.participants(self._hall.server.file, (phone.token for phone in phones))
        found = []
        for phone in phones:
            outcome = phone.told.get(round_id, "nothing")
            answer = in_file.answers.get(who[phone.token])
            wanted = phone.ballots[round_id].answer if outcome in COUNTED else None
            if outcome not in (*COUNTED, "not_open"):
                found.append(f"a phone was told {outcome} of its ballot")
            elif answer != wanted:
                found.append(
                    f"a phone was told {outcome} of {phone.ballots[round_id].answer}, stored is {answer}"
                )
        return found


def _not_closed(replies: list[Json | None], version: int) -> list[str]:
    """Every closer hears that the round is closed, and how the meeting stands since."""
    return [
        "a closer got no answer"
        if reply is None
        else f"a closer was told that the round is {reply['status']}, at version {reply['version']}"
        for reply in replies
        if reply is None or (reply["status"], reply["version"]) != ("closed", version)
    ]


def _closed_often(opened: int, version: int) -> list[str]:
    """All closers together have closed it once: the meeting has moved by one."""
    return [] if version == opened + 1 else [f"the closers moved the meeting from {opened} to {version}"]


def _miscounted(close: Close, tally: Any, in_file: StoredRound) -> list[str]:
    found = []
    if not close.counted == close.stored == close.in_result == in_file.ballots:
        found.append(
            f"{close.counted} acknowledged, {close.stored} stored, {close.in_result} in the result, "
            f"{in_file.ballots} ballots in the file"
        )
    if tally["counts"] is not None and tally["counts"] != {name: in_file.options[name] for name in OPTIONS}:
        found.append(f"the result counts {tally['counts']}, the file {dict(in_file.options)}")
    if tally["connected"] < tally["answered"]:
        found.append(f"{tally['answered']} answered of {tally['connected']} connected")
    return found


def rows(progress: Progress) -> list[Row]:
    records = progress.records
    sums = {
        name: sum(record[name] for record in records)
        for name in ("phones", "counted", "too_late", "stored", "in_result", "closers_answered")
    }
    cut = sum(0 < record["too_late"] < record["phones"] for record in records)
    mismatched = sum(not record["counted"] == record["stored"] == record["in_result"] for record in records)
    return [
        Row("rounds whose close came amid the answers", f"{cut} of {len(records)}", "some", cut > 0),
        Row("closes answered", f"{sums['closers_answered']:,}", f"{CLOSERS * len(records):,}"),
        Row("ballots sent", f"{sums['phones']:,}"),
        Row("acknowledged", f"{sums['counted']:,}"),
        Row("refused as too late", f"{sums['too_late']:,}"),
        Row("stored", f"{sums['stored']:,}", f"{sums['counted']:,}", sums["stored"] == sums["counted"]),
        Row(
            "in the results",
            f"{sums['in_result']:,}",
            f"{sums['counted']:,}",
            sums["in_result"] == sums["counted"],
        ),
        Row("rounds that differ", f"{mismatched}", "0", mismatched == 0),
        Row("faults of any sort", f"{len(progress.faults)}", "0", not progress.faults),
    ]
