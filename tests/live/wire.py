"""A phone on a bare socket: it can send what no browser would."""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any, Self

from kiosk.live import frames

SECONDS = 10
MASK = b"\x12\x34\x56\x78"


def masked(
    opcode: int, payload: bytes = b"", *, final: bool = True, mask: bytes = MASK, bits: int = 0
) -> bytes:
    """A frame as a client sends it; masked byte by byte, as the standard writes it down."""
    head = bytes([(0x80 if final else 0) | bits | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 65_536:
        head += struct.pack("!BH", 0x80 | 126, len(payload))
    else:
        head += struct.pack("!BQ", 0x80 | 127, len(payload))
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Wire:
    """A WebSocket to Engine.IO. ``heard`` gives one frame after the other."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._rest = b""
        host = f"127.0.0.1:{port}"
        self.raw(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        head = self._until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, "the answer to the example of the standard"
        assert self.text().startswith("0{")

    def raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def say(self, text: str) -> None:
        self.raw(masked(frames.TEXT, text.encode("utf-8", "surrogatepass"), mask=os.urandom(4)))

    def join(self, token: str) -> dict[str, Any]:
        """Connect as Socket.IO does; the first state."""
        self.say("40" + json.dumps({"token": token, "lang": "en"}))
        # With threads the state may come first; clients keep it until they are let in.
        let_in, state = sorted((self.text(), self.text()))
        assert let_in.startswith("40{")
        assert state.startswith('42["state",')
        told: dict[str, Any] = json.loads(state[2:])[1]
        return told

    def text(self) -> str:
        opcode, payload = self.heard()
        assert opcode == frames.TEXT, (opcode, payload)
        return payload.decode()

    def answer(self) -> str:
        """The next text that is no news."""
        while (text := self.text()).startswith("42"):
            pass
        return text

    def heard(self) -> tuple[int, bytes]:
        """The opcode and payload of the next frame."""
        first, length = self._exactly(2)
        assert first & 0x80, "a server sends whole messages"
        assert length < 128, "a server masks nothing"
        if length == 126:
            (length,) = struct.unpack("!H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._exactly(8))
        return first & 0x0F, self._exactly(length)

    def ends(self) -> int | None:
        """The code of the close frame, after whatever else comes; None when the connection just ends."""
        try:
            while True:
                opcode, payload = self.heard()
                if opcode == frames.CLOSE:
                    return int.from_bytes(payload[:2], "big") if payload else frames.NORMAL
        except (EOFError, ConnectionError):
            return None

    def close(self) -> None:
        self._socket.close()

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._receive()
        head, _, self._rest = self._rest.partition(mark)
        return head

    def _exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._receive()
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def _receive(self) -> None:
        data = self._socket.recv(65_536)
        if not data:
            raise EOFError
        self._rest += data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
