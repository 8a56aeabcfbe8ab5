"""A WebSocket as a client: open it, send text, receive text. The only home of wsproto in the rehearsal.

(simple-websocket, which brings wsproto along, has a client too; it forgets what arrives in the same packet as
the answer to the handshake, and with it now and then the server's greeting.)
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Self
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

READ_BYTES = 65_536


class Broken(Exception):
    """The link is gone, or was never made."""


class Wire:
    """One link. Sends and receives whole texts, and raises Broken once it is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.protocol = WSConnection(ConnectionType.CLIENT)
        self.accepted = False
        self.unfinished = ""
        self.texts: deque[str] = deque()

    @classmethod
    async def open(cls, url: str) -> Self:
        address = urlsplit(url)
        secure = address.scheme == "https"
        try:
            streams = await asyncio.open_connection(
                address.hostname, address.port or (443 if secure else 80), ssl=secure or None
            )
        except OSError as error:
            raise Broken(str(error)) from None
        wire = cls(*streams)
        wire._write(Request(host=address.netloc, target=f"{address.path}?{address.query}"))
        while not wire.accepted:
            await wire._read()
        return wire

    def send(self, text: str) -> None:
        if self.writer.is_closing():
            raise Broken("closed")
        self._write(TextMessage(data=text))

    async def receive(self) -> str:
        while not self.texts:
            await self._read()
        return self.texts.popleft()

    def close(self) -> None:
        if not self.writer.is_closing():
            self._write(CloseConnection(code=1000))
            self.writer.close()

    def drop(self) -> None:
        """Let go of a link that is of no use any more."""
        self.writer.close()

    async def _read(self) -> None:
        try:
            data = await self.reader.read(READ_BYTES)
            self.protocol.receive_data(data or None)
            for event in self.protocol.events():
                self._on_event(event)
        except (OSError, ProtocolError) as error:
            raise Broken(str(error)) from None
        if not data:
            raise Broken("closed")

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AcceptConnection):
            self.accepted = True
        elif isinstance(event, RejectConnection):
            raise Broken(f"HTTP {event.status_code}")
        elif isinstance(event, CloseConnection):
            raise Broken("closed by the room")
        elif isinstance(event, Ping):
            self._write(event.response())
        elif isinstance(event, TextMessage):
            self.unfinished += event.data
            if event.message_finished:
                self.texts.append(self.unfinished)
                self.unfinished = ""

    def _write(self, event: Event) -> None:
        try:
            self.writer.write(self.protocol.send(event))
        except ProtocolError as error:
            raise Broken(str(error)) from None
