"""A hall full of phones in one loop: they join, stay, and answer what opens."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

from scripts.endurance.asking import Unexpected, ask
from scripts.endurance.phone import Ballot, Json, Phone, Plan
from scripts.endurance.trial import CannotGoOn

AT_THE_DOOR = 40
"""How many join at a time."""
ARRIVAL_SECONDS = 120.0
LOOK_SECONDS = 0.02


class Crowd:
    """Phones of one meeting. ``plan`` says how they answer; ``told`` counts by round what they have heard."""

    def __init__(self, port: int, chance: Random) -> None:
        self.phones: list[Phone] = []
        self.plan: Plan = lambda _phone, _round: None
        self.told: dict[str, Counter[str]] = {}
        self._port = port
        self._chance = chance
        self._stays: list[asyncio.Task[None]] = []
        self._alarm: tuple[str, int, Callable[[], None]] | None = None

    async def join(self, code: str, count: int) -> list[str]:
        """The tokens of so many new devices."""
        door = asyncio.Semaphore(AT_THE_DOOR)

        async def one() -> str:
            async with door:
                reply = await ask(self._port, "POST", "/api/v1/join", {"code": code})
            if not reply.is_good:
                raise Unexpected(f"a phone did not get in: {reply.status} {reply.body[:300]!r}")
            return str(reply.json()["device"])

        return list(await asyncio.gather(*(one() for _ in range(count))))

    async def come(self, tokens: Iterable[str]) -> None:
        """Let phones with these tokens connect, and stay; returns when all are there."""
        for token in tokens:
            phone = Phone(self._port, token, self, Random(self._chance.random()))
            self.phones.append(phone)
            self._stays.append(asyncio.create_task(phone.stay()))
        if not await self.until(lambda: self.away() == 0, ARRIVAL_SECONDS):
            raise CannotGoOn(f"{self.away()} phones did not arrive in {ARRIVAL_SECONDS:g} seconds")

    async def leave(self) -> None:
        """Everybody goes home."""
        for stay in self._stays:
            stay.cancel()
        await asyncio.gather(*self._stays, return_exceptions=True)
        for phone in self.phones:
            phone.leave()
        self.phones.clear()
        self._stays.clear()

    def away(self) -> int:
        """How many phones have no link."""
        return sum(phone.back_at is None for phone in self.phones)

    def waiting(self) -> int:
        """How many phones have an answer that is not yet acknowledged."""
        return sum(not phone.is_idle for phone in self.phones)

    def at(self, round_id: str, count: int, act: Callable[[], None]) -> None:
        """Do something at the very moment when so many ballots of a round have been acknowledged."""
        self._alarm = (round_id, count, act)

    async def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait for something to become true; whether it did in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def take_faults(self) -> list[str]:
        """What phones have found wrong since the last time."""
        found = [fault for phone in self.phones for fault in phone.faults]
        found += [f"a phone gave up: {stay.exception()!r}" for stay in self._stays if stay.done()]
        for phone in self.phones:
            phone.faults.clear()
        return found

    # ── What phones report ──────────────────────────────────────────────────────────────────────────

    def on_state(self, phone: Phone, state: Json) -> None:
        for told in state["rounds"]:
            if told["status"] == "open" and told["id"] not in phone.ballots and not told["composition"]:
                self._answer(phone, told["id"])

    def on_told(self, _phone: Phone, ballot: Ballot, outcome: str) -> None:
        told = self.told.setdefault(ballot.round, Counter())
        told[outcome] += 1
        if self._alarm is not None and self._alarm[0] == ballot.round and told.total() >= self._alarm[1]:
            _, _, act = self._alarm
            self._alarm = None
            act()

    def _answer(self, phone: Phone, round_id: str) -> None:
        planned = self.plan(phone, round_id)
        if planned is not None:
            wait, answer = planned
            asyncio.get_running_loop().call_later(wait, self._put, phone, round_id, answer)

    def _put(self, phone: Phone, round_id: str, answer: Json) -> None:
        if round_id not in phone.ballots:
            phone.put(round_id, answer)
