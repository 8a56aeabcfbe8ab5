"""One HTTP request at a time, in the loop that also drives the phones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.endurance.trial import CannotGoOn

PATIENCE_SECONDS = 30.0
HEAD_END = b"\r\n\r\n"


class NoAnswer(CannotGoOn):
    """Nobody answered, or not to the end."""


class Unexpected(CannotGoOn):
    """The answer is a refusal where only success will do; the text says what was asked and what was said."""


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return self.status // 100 == 2

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(
    port: int,
    method: str,
    path: str,
    message: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Reply:
    """Ask a server on this machine over a connection of its own. Raises NoAnswer."""
    try:
        async with asyncio.timeout(patience):
            return await _ask(port, _request(port, method, path, message, headers or {}))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise NoAnswer(f"{method} {path}: {error!r}") from None


class Operator:
    """What the facilitator asks, with the operator's token. Only success will do."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path, None)

    async def post(self, path: str, message: Any = None) -> Any:
        return await self._ask("POST", path, message or {})

    async def _ask(self, method: str, path: str, message: Any) -> Any:
        reply = await ask(self._port, method, path, message, headers=self._headers)
        if not reply.is_good:
            said = reply.body.decode("utf-8", "replace")[:300]
            raise Unexpected(f"{method} {path} was answered with {reply.status}: {said}")
        return reply.json()


def _request(port: int, method: str, path: str, message: Any, headers: Mapping[str, str]) -> bytes:
    body = b"" if message is None else json.dumps(message).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if message is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _ask(port: int, request: bytes) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = (await reader.readuntil(HEAD_END)).decode("latin-1")
        status, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        # Without a length half an answer could not be told from a whole one; ours always say it.
        body = await reader.readexactly(int(headers["content-length"]))
        return Reply(int(status.split()[1]), headers, body)
    finally:
        writer.close()
