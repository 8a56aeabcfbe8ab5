"""Where a trial takes place: a server of its own, its phones, and chance."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Self

from scripts.endurance.crowd import Crowd
from scripts.endurance.meetings import OPTIONS, Json
from scripts.endurance.phone import Phone
from scripts.endurance.server import Server
from scripts.endurance.trial import Progress


@dataclass
class Hall:
    """``spread``: over how many seconds the answers to a round come in."""

    progress: Progress
    server: Server
    crowd: Crowd
    chance: Random
    spread: float = 1.0

    @classmethod
    def of(cls, progress: Progress, *, spread: float = 1.0) -> Self:
        """The hall of a trial, where every phone answers each round once."""
        server = Server.of(progress)
        hall = cls(progress, server, Crowd(server.port, Random()), Random(), spread)
        hall.crowd.plan = hall.answer
        return hall

    def answer(self, _phone: Phone, _round: str) -> tuple[float, Json]:
        """Any option, at any moment of the spread."""
        return self.chance.uniform(0, self.spread), {"options": [self.chance.choice(OPTIONS)]}

    async def hold(self, document: Json) -> None:
        """Begin the meeting and let its phones join, in the first slice; later ones go on with both."""
        kept = self.progress.kept
        if "tokens" not in kept:
            await self.server.hold(document)
            kept["tokens"] = await self.crowd.join(document["meeting"]["code"], self.progress.asked.phones)

    async def come(self) -> None:
        """Let the phones that have joined connect, and stay."""
        await self.crowd.come(self.progress.kept["tokens"])

    async def end(self) -> None:
        await self.crowd.leave()
        await self.server.stop()
