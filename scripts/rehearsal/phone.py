"""A simulated phone: it speaks Engine.IO 4 and Socket.IO 5 over one WebSocket, and never gives a ballot up.

python-socketio has a client of its own, but that would need libraries the room does not have.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from scripts.rehearsal.wire import Broken, Wire

State = dict[str, Any]

FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 2.0, 20.0
GREETING_SECONDS = 20.0
ACKNOWLEDGEMENT_SECONDS = 10.0


class Refused(Exception):
    """The room does not let this phone in (any more)."""


class Phone:
    """Stays connected until told to leave; hands every state to whoever holds it."""

    def __init__(self, url: str, token: str, language: str, on_state: Callable[[State], None]) -> None:
        self.address = f"{url}/socket.io/?EIO=4&transport=websocket"
        self.auth = json.dumps({"token": token, "lang": language, "window": "phone"})
        self.on_state = on_state
        self.connected = asyncio.Event()
        self.wire: Wire | None = None
        self.waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.numbers = itertools.count()

    async def stay(self) -> None:
        """Connect, and connect again after a while whenever the link breaks."""
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                self.wire = await asyncio.wait_for(self._connect(), GREETING_SECONDS)
                pause = FIRST_RETRY_SECONDS
                while True:
                    self._on_packet(await self.wire.receive())
            except (Broken, TimeoutError):
                self._lost()
            await asyncio.sleep(pause * random.uniform(0.5, 1.2))
            pause = min(LAST_RETRY_SECONDS, pause * 2)

    async def cast(self, round_id: str, answer: dict[str, Any], still_wanted: Callable[[], bool]) -> str:
        """What became of the ballot: counted, repeated, a refusal's code, or "unsent" when too late."""
        ballot = {"id": str(uuid.uuid4()), "round": round_id, "answer": answer}
        while still_wanted():
            try:
                await asyncio.wait_for(self.connected.wait(), ACKNOWLEDGEMENT_SECONDS)
                said = await asyncio.wait_for(self._ask("ballot", ballot), ACKNOWLEDGEMENT_SECONDS)
            except (Broken, TimeoutError):
                # The same ballot again: the room knows its id, so it cannot count twice.
                await asyncio.sleep(0.5)
                continue
            return str(said.get("code") if said.get("status") == "refused" else said.get("status"))
        return "unsent"

    def leave(self) -> None:
        if self.wire is None:
            return
        try:
            self.wire.send("41")
            self.wire.close()
        except Broken:
            pass  # gone already

    async def _connect(self) -> Wire:
        wire = await Wire.open(self.address)
        await wire.receive()  # the Engine.IO greeting
        wire.send(f"40{self.auth}")
        return wire

    def _on_packet(self, packet: str) -> None:
        if packet.startswith("2"):
            self._send("3")
        elif packet.startswith("40"):
            self.connected.set()
        elif packet.startswith("42"):
            self._on_event(json.loads(packet[2:]))
        elif packet.startswith("43"):
            self._on_acknowledgement(packet[2:])
        elif packet.startswith("44"):
            raise Refused(_message(packet[2:]))
        elif packet.startswith(("1", "41")):
            raise Broken("closed by the room")

    def _on_event(self, event: list[Any]) -> None:
        if event[0] == "state":
            self.on_state(event[1])

    def _on_acknowledgement(self, text: str) -> None:
        number, bracket, rest = text.partition("[")
        waiting = self.waiting.pop(int(number), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(json.loads(bracket + rest)[0])

    async def _ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[number] = answer
        try:
            self._send(f"42{number}{json.dumps([event, data])}")
            return await answer
        finally:
            self.waiting.pop(number, None)

    def _send(self, text: str) -> None:
        if self.wire is None:
            raise Broken("not connected")
        self.wire.send(text)

    def _lost(self) -> None:
        self.connected.clear()
        if self.wire is not None:
            self.wire.drop()
            self.wire = None
        for waiting in list(self.waiting.values()):
            if not waiting.done():
                waiting.set_exception(Broken("lost"))


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text
