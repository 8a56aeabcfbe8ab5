"""A phone that behaves like ours: `live.js`, `phone/outbox.js` and `phone/ballots.js` on a bare socket.

How long it waits for what, and when it tries again, is read from those files in `kiosk/static`, so that the
trial cannot drift away from the product. The waits between attempts to connect are those of socket.io-client.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

from scripts.endurance.asking import NoAnswer, ask
from scripts.rehearsal.wire import Broken, Wire

Json = dict[str, Any]

STATIC = Path(__file__).resolve().parents[2] / "kiosk" / "static"


def constant(file: str, name: str) -> float:
    """A number that one of the phone's own scripts declares."""
    return float(_declared(file, name, r"([\d._]+)").replace("_", ""))


def words(file: str, name: str) -> frozenset[str]:
    """A set of words that one of the phone's own scripts declares."""
    return frozenset(json.loads(_declared(file, name, r"new Set\((\[.*\])\)")))


def _declared(file: str, name: str, value: str) -> str:
    text = (STATIC / file).read_text(encoding="utf-8")
    found = re.search(rf"^const {name} = {value};$", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"{file} has no constant {name} any more: let the trial's phones do as ours do")
    return found[1]


RECONNECT_SECONDS = constant("live.js", "RECONNECT_MS") / 1000
RECONNECT_MAX_SECONDS = constant("live.js", "RECONNECT_MAX_MS") / 1000
RECONNECT_SPREAD = constant("live.js", "RECONNECT_SPREAD")
RETRY_SECONDS = constant("phone/outbox.js", "RETRY_MS") / 1000
RETRY_MAX_SECONDS = constant("phone/outbox.js", "RETRY_MAX_MS") / 1000
ACK_SECONDS = constant("phone/ballots.js", "ACK_MS") / 1000
POST_SECONDS = constant("phone/api.js", "PATIENCE_MS") / 1000
CONNECT_SECONDS = 20.0
"""socket.io-client's own."""
NOT_NOW = words("phone/api.js", "NOT_NOW")
"""Refusals after which an answer stays in the outbox."""


class Backoff:
    """The waits of socket.io-client: twice as long after each failure, give or take a share drawn by lot."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._attempts = 0

    def reset(self) -> None:
        self._attempts = 0

    def next(self) -> float:
        """Seconds until the next attempt."""
        wait = RECONNECT_SECONDS * 2.0**self._attempts
        self._attempts += 1
        draw = self._chance.random()
        deviation = draw * RECONNECT_SPREAD * wait
        # The library takes the sign from the same draw.
        wait += deviation if int(draw * 10) & 1 else -deviation
        return min(wait, RECONNECT_MAX_SECONDS)


@dataclass(frozen=True)
class Ballot:
    """An answer under the id that it keeps however often it is sent."""

    id: str
    round: str
    answer: Json

    def message(self) -> Json:
        return {"id": self.id, "round": self.round, "answer": self.answer}


class Holder(Protocol):
    """Who holds the phone, and hears what it is told."""

    def on_state(self, phone: Phone, state: Json) -> None: ...
    def on_told(self, phone: Phone, ballot: Ballot, outcome: str) -> None: ...


class TurnedAway(Exception):
    """The server itself ended the link; the library does not come back by itself then, `live.js` does."""


class NotNow(Exception):
    """The server cannot take the answer at the moment."""


class Phone:
    """One participant's phone. ``stay`` keeps it connected; ``put`` hands it an answer to deliver."""

    def __init__(self, port: int, token: str, holder: Holder, chance: Random) -> None:
        self.token = token
        self.told: dict[str, str] = {}
        """What became of its ballot, by round: counted, repeated, or the code of a refusal."""
        self.told_at: dict[str, float] = {}
        self.ballots: dict[str, Ballot] = {}
        """Every ballot it was ever given, by round."""
        self.back_at: float | None = None
        """When it last got a whole state after connecting; None while it is away."""
        self.faults: list[str] = []
        self._port = port
        self._holder = holder
        self._chance = chance
        self._wire: Wire | None = None
        self._greeted = False
        self._known_at_loss: frozenset[str] = frozenset()
        self._outbox: dict[str, Ballot] = {}
        self._sending: set[str] = set()
        self._retry_in = RETRY_SECONDS
        self._timer: asyncio.TimerHandle | None = None
        self._is_off = False
        self._acks: dict[int, asyncio.Future[Json]] = {}
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits in its outbox."""
        return not self._outbox

    async def stay(self) -> None:
        """Connect, and come back by itself whenever the link is lost."""
        backoff = Backoff(self._chance)
        while True:
            wait = None
            try:
                await self._follow(backoff)
            except TurnedAway:
                wait = RECONNECT_SECONDS * (1 + 4 * self._chance.random())
            except (Broken, TimeoutError):
                pass
            finally:
                self._lose()
            await asyncio.sleep(backoff.next() if wait is None else wait)

    def put(self, round_id: str, answer: Json) -> None:
        """Answer a round."""
        ballot = Ballot(str(uuid.UUID(int=self._chance.getrandbits(128), version=4)), round_id, answer)
        self.ballots[round_id] = self._outbox[round_id] = ballot
        self._go_on(self._send(ballot))

    def forget(self, round_id: str) -> None:
        """Forget a round that is over, as a page does that has been loaded anew."""
        for known in (self.told, self.told_at, self.ballots):
            known.pop(round_id, None)
        self._known_at_loss -= {round_id}

    def drop(self) -> None:
        """Lose the link, as in a lift."""
        if self._wire is not None:
            self._wire.drop()

    def leave(self) -> None:
        """Switch the phone off."""
        self._is_off = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        self._lose()

    # ── The link ────────────────────────────────────────────────────────────────────────────────────

    async def _follow(self, backoff: Backoff) -> None:
        """Connect and listen until the link is lost."""
        address = f"http://127.0.0.1:{self._port}/socket.io/?EIO=4&transport=websocket"
        async with asyncio.timeout(CONNECT_SECONDS):
            self._wire = wire = await Wire.open(address)
            greeting = json.loads((await wire.receive())[1:])
        backoff.reset()
        wire.send("40" + json.dumps({"token": self.token, "lang": "en", "window": "phone"}))
        silence = (greeting["pingInterval"] + greeting["pingTimeout"]) / 1000
        while True:
            async with asyncio.timeout(silence):
                packet = await wire.receive()
            self._take(wire, packet)

    def _take(self, wire: Wire, packet: str) -> None:
        if packet.startswith("2"):
            wire.send("3")
        elif packet.startswith('42["state"'):
            self._take_state(json.loads(packet[2:])[1])
        elif packet.startswith("43"):
            self._take_acknowledgement(packet[2:])
        elif packet.startswith("40"):
            self._greeted = True
            self._send_all()
        elif packet.startswith(("41", "44")):
            raise TurnedAway(packet)
        elif packet.startswith("1"):
            raise Broken("closed by the room")

    def _take_state(self, state: Json) -> None:
        if self.back_at is None:
            self.back_at = time.monotonic()
            self._check_own(state["mine"])
        self._holder.on_state(self, state)

    def _check_own(self, mine: Json) -> None:
        """Whoever comes back sees what was acknowledged before."""
        for round_id in self._known_at_loss:
            if mine.get(round_id, {}).get("answer") != self.ballots[round_id].answer:
                self.faults.append(f"round {round_id}: the phone came back and does not see its own answer")

    def _take_acknowledgement(self, text: str) -> None:
        number, bracket, rest = text.partition("[")
        ack = self._acks.pop(int(number), None)
        if ack is not None and not ack.done():
            ack.set_result(json.loads(bracket + rest)[0])

    def _lose(self) -> None:
        self._greeted = False
        self.back_at = None
        self._known_at_loss = frozenset(
            name for name in self.told if self.told[name] in ("counted", "repeated")
        )
        if self._wire is not None:
            self._wire.drop()
            self._wire = None
        for ack in self._acks.values():
            if not ack.done():
                ack.set_exception(Broken("lost"))
        self._acks.clear()

    # ── The outbox ──────────────────────────────────────────────────────────────────────────────────

    def _send_all(self) -> None:
        self._retry_in = RETRY_SECONDS
        self._send_waiting()

    def _send_waiting(self) -> None:
        for ballot in self._outbox.values():
            self._go_on(self._send(ballot))

    async def _send(self, ballot: Ballot) -> None:
        if ballot.round in self._sending or ballot.round not in self._outbox:
            return
        self._sending.add(ballot.round)
        try:
            outcome = await self._deliver(ballot)
        except (NoAnswer, NotNow):
            self._retry_later()
        else:
            self._retry_in = RETRY_SECONDS
            self.told[ballot.round] = outcome
            self.told_at[ballot.round] = time.monotonic()
            del self._outbox[ballot.round]
            self._holder.on_told(self, ballot, outcome)
        finally:
            self._sending.discard(ballot.round)

    def _retry_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        wait = self._retry_in * (0.5 + self._chance.random())
        self._timer = asyncio.get_running_loop().call_later(wait, self._send_waiting)
        self._retry_in = min(RETRY_MAX_SECONDS, self._retry_in * 2)

    async def _deliver(self, ballot: Ballot) -> str:
        """Over the socket; by a plain request when that is down or silent."""
        with suppress(Broken, TimeoutError):
            return _outcome(await self._over_socket(ballot))
        return await self._over_http(ballot)

    async def _over_socket(self, ballot: Ballot) -> Json:
        if self._wire is None or not self._greeted:
            raise Broken("no link")
        number = next(self._numbers)
        ack: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[number] = ack
        try:
            self._wire.send(f"42{number}{json.dumps(['ballot', ballot.message()])}")
            async with asyncio.timeout(ACK_SECONDS):
                return await ack
        finally:
            self._acks.pop(number, None)

    async def _over_http(self, ballot: Ballot) -> str:
        reply = await ask(
            self._port,
            "POST",
            "/api/v1/ballots",
            ballot.message(),
            headers={"Authorization": f"Bearer {self.token}"},
            patience=POST_SECONDS,
        )
        if reply.status >= 500:
            raise NotNow("trouble")
        said = reply.json()
        return _outcome(said if reply.is_good else {"status": "refused", "code": said["code"]})

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        if self._is_off:  # an answer that was still planned, or to be sent again
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.faults.append(f"a phone's own fault: {task.exception()!r}")


def _outcome(said: Json) -> str:
    outcome = str(said["code"] if said["status"] == "refused" else said["status"])
    if outcome in NOT_NOW:
        raise NotNow(outcome)
    return outcome


Plan = Callable[[Phone, str], tuple[float, Json] | None]
"""After how many seconds a phone answers a round that has opened, and what; None when it stays silent."""
