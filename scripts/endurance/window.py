"""A console or a wall: let in by a ticket, following the room on a socket, with the picture it shows now."""

from __future__ import annotations

import asyncio
import json
import re
import time
from http.cookies import SimpleCookie
from typing import Any, Literal, Self

from scripts.endurance.asking import Operator, Reply, Unexpected, ask
from scripts.rehearsal.wire import Broken, Wire

ARRIVAL_SECONDS = 20.0

_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
_OPENING = re.compile(r"<main\b[^>]*>")
_ATTRIBUTE = re.compile(r'\bdata-([a-z-]+)="([^"]*)"')
_FIGURE = re.compile(
    r'data-(answered|connected|presence)(?:="([^"]*)")?((?: data-(?:value|digits)="\d+")*)>([^<]*)<'
)
_RING = re.compile(r'stroke-dasharray="[^"]*"')


class Picture:
    """The `<main>` of a window, apart from the clock in it and the figures that move in place."""

    def __init__(self, html: str) -> None:
        found = _MAIN.search(html)
        if found is None:
            raise Unexpected(f"no picture in: {html[:200]}")
        self.attributes = dict(_ATTRIBUTE.findall(_OPENING.match(found[0])[0]))  # type: ignore[index]
        self.attributes.pop("now", None)
        self.figures = {
            f"{what} {of}".strip(): int(re.sub(r"\D", "", text))
            for what, of, _, text in _FIGURE.findall(found[0])
        }
        still = _RING.sub("", _FIGURE.sub(r"data-\1>", found[0]))
        self.still = re.sub(r' data-now="[^"]*"', "", still)

    @property
    def version(self) -> int:
        return int(self.attributes["version"])

    def tell(self, name: str, value: int) -> None:
        """Write a figure where the picture has it, as `kiosk/static/live.js` does."""
        if name in self.figures:
            self.figures[name] = value


class Window:
    """One browser window with a session of its own."""

    def __init__(self, port: int, role: Literal["console", "wall"], meeting: str, token: str) -> None:
        self.token = token
        self.heard: list[tuple[float, Picture]] = []
        """Every picture it was sent, and when."""
        self.faults: list[str] = []
        self._port = port
        self._auth = {"token": token, "window": role, "lang": "en", "meeting": meeting}
        self._cookie = f"kiosk_{role}={token}"
        self._newest: dict[str, int] = {}
        self._wire: Wire | None = None
        self._listening: asyncio.Task[None] | None = None
        self.picture: Picture | None = None

    @classmethod
    async def let_in(
        cls, port: int, role: Literal["console", "wall"], meeting: str, operator: Operator
    ) -> Self:
        """Trade a ticket for a session, as the pairing link does."""
        url = str((await operator.post("/api/v1/pairings", {"role": role}))["url"])
        ticket = url.partition("#")[2]
        reply = await ask(port, "POST", "/api/v1/sessions", {"ticket": ticket}, headers=_origin(port))
        cookies = SimpleCookie(reply.headers.get("set-cookie", ""))
        return cls(port, role, meeting, cookies[f"kiosk_{role}"].value)

    async def follow(self) -> None:
        """Connect, and listen from now on; returns with the first picture."""
        async with asyncio.timeout(ARRIVAL_SECONDS):
            address = f"http://127.0.0.1:{self._port}/socket.io/?EIO=4&transport=websocket"
            self._wire = await Wire.open(address)
            await self._wire.receive()
            self._wire.send("40" + json.dumps(self._auth))
            count = len(self.heard)
            while len(self.heard) == count:
                self._take(self._wire, await self._wire.receive())
        self._listening = asyncio.create_task(self._listen(self._wire))

    async def load(self, path: str) -> None:
        """Load the page; its picture is what is shown until the socket brings a newer one."""
        reply = await self.ask("GET", path)
        if not reply.is_good:
            raise Unexpected(f"GET {path} was answered with {reply.status}")
        self._show(Picture(reply.body.decode()))

    async def ask(self, method: str, path: str, message: Any = None) -> Reply:
        """A request as the page makes it: by its cookie, with its Origin."""
        headers = {"Cookie": self._cookie, **_origin(self._port)}
        return await ask(self._port, method, path, message, headers=headers)

    async def leave(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._wire is not None:
            self._wire.drop()

    async def _listen(self, wire: Wire) -> None:
        try:
            while True:
                self._take(wire, await wire.receive())
        except Broken as broken:
            self.faults.append(f"a window lost its link: {broken}")

    def _take(self, wire: Wire, packet: str) -> None:
        if packet.startswith("2"):
            wire.send("3")
        elif packet.startswith("42"):
            event, news = json.loads(packet[2:])
            self._hear(event, news)
        elif packet.startswith("44"):
            raise Unexpected(f"a window was not let in: {packet}")

    def _hear(self, event: str, news: Any) -> None:
        if event == "state":
            picture = Picture(news["html"])
            self.heard.append((time.monotonic(), picture))
            self._show(picture)
        elif event == "presence" and self.picture is not None:
            self.picture.tell("presence", news["connected"])
        elif event == "tally" and news["seq"] >= self._newest.get(news["round"], 0):
            self._newest[news["round"]] = news["seq"]
            if self.picture is not None:
                self.picture.tell(f"answered {news['round']}", news["answered"])
                self.picture.tell(f"connected {news['round']}", news["connected"])

    def _show(self, picture: Picture) -> None:
        """An older picture never takes the place of a newer one."""
        if self.picture is None or picture.version >= self.picture.version:
            self.picture = picture


def same(one: Window, other: Window) -> bool:
    """Whether two windows of the same role show the same."""
    a, b = one.picture, other.picture
    return a is not None and b is not None and (a.still, a.figures) == (b.still, b.figures)


def _origin(port: int) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{port}"}
