"""What a hostile client does, on bare sockets and from a thread of its own: against our own server alone.

Each attack says what became of it: how long it took until its connections were ended, and what it was told.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

HOST = "127.0.0.1"
TEXT, BINARY = 1, 2
CHUNK_BYTES = 65_536
PATIENCE_SECONDS = 30.0
DRIP_SECONDS = 2.0
TOLD = b'"code":"too_fast"'
"""In the farewell, and in the acknowledgement of what could have been a ballot."""


@dataclass(frozen=True)
class Came:
    """What came of an attack. ``seconds`` is until all its connections were ended, None if one was not."""

    seconds: float | None
    told: str = ""


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame as a client sends it, masked with nothing."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 65_536:
        size = struct.pack("!BH", 0x80 | 126, length)
    else:
        size = struct.pack("!BQ", 0x80 | 127, length)
    return bytes([0x80 | opcode]) + size + b"\x00" * 4 + payload


FLOODS: Mapping[str, bytes] = {
    "valid": frame(b'421["ballot",{"id":"a-valid-ballot","round":"none","answer":{"options":["yes"]}}]'),
    "malformed": frame(b'42["ballot",{{{'),
    "binary": frame(b"\x04\xff\xfe\x00" * 8, BINARY),
}
_DEEP = b'421["ballot",{"id":' + b"[" * 200_000
_WIDE = b'421["ballot",[' + b"1," * 100_000 + b"1]]"
SHAPES: Mapping[str, bytes] = {
    "17 kB": frame(b'421["ballot",{"id":"' + b"x" * 17_000 + b'"}]'),
    "200,000 brackets": frame(_DEEP),
    "15,000 brackets": frame(b'421["ballot",' + b"[" * 15_000 + b"]" * 15_000 + b"]"),
    "100,000 items": frame(_WIDE),
    "7,000 items": frame(b'421["ballot",[' + b"1," * 7_000 + b"1]]"),
    "bad UTF-8": frame(b'421["ballot",{"id":"\xff\xfe"}]'),
    "NaN": frame(b'421["ballot",{"id":NaN,"round":Infinity}]'),
    "attachments": frame(b'459999-1["ballot",{"_placeholder":true,"num":0}]')
    + frame(b"\x00" * 64, BINARY) * 5,
    "a frame of 2**62 bytes": bytes([0x81, 0xFF]) + struct.pack("!Q", 1 << 62) + b"\x00" * 4,
}


def greeted(port: int, token: str) -> socket.socket:
    """A WebSocket that was let in as a phone."""
    raw = shaken(port)
    raw.sendall(frame(b"40" + json.dumps({"token": token}).encode()))
    _hear(raw, b'42["state"')
    return raw


def shaken(port: int) -> socket.socket:
    """A WebSocket that has said nothing yet."""
    raw = socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    _hear(raw, b'0{"sid"')
    return raw


def flood(port: int, token: str, payload: bytes, count: int) -> Came:
    """Send so many frames as fast as they go, and read what is said meanwhile."""
    raw = greeted(port, token)
    began = time.monotonic()
    received = _pour(raw, payload * max(1, CHUNK_BYTES // len(payload)), len(payload) * count)
    seconds = None if received is None else time.monotonic() - began
    raw.close()
    return Came(seconds, "too_fast" if TOLD in (received or b"") else "")


def requests_in_a_row(port: int, path: str, count: int) -> Came:
    """So many requests on one connection, each sent before the one before was answered."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()
    raw = socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)
    began = time.monotonic()
    _pour(raw, request * 100, len(request) * count, patience=1.0)
    raw.close()
    return Came(time.monotonic() - began)


def half_open(port: int, count: int, dripping: int) -> Came:
    """So many connections that owe their request, and some that send it byte by byte; until all are ended."""
    began = time.monotonic()
    halves = [_half(port, b"GET / HTTP/1.1\r\nHost: 127") for _ in range(count)]
    drips = [_half(port, b"POST /api/v1/join HTTP/1.1\r\nX: ") for _ in range(dripping)]
    return Came(_outlived(halves, drips, began))


def silent_sessions(port: int, count: int) -> Came:
    """So many WebSockets that never say who they are."""
    began = time.monotonic()
    return Came(_outlived([shaken(port) for _ in range(count)], [], began))


def _hear(raw: socket.socket, mark: bytes) -> None:
    """Wait until this is said. Raises ConnectionError when the server hangs up before."""
    received = b""
    while mark not in received:
        data = raw.recv(CHUNK_BYTES)
        if not data:
            raise ConnectionError(f"the server ended it before it said {mark!r}")
        received += data


def _half(port: int, beginning: bytes) -> socket.socket:
    raw = socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)
    raw.sendall(beginning)
    return raw


def _outlived(held: list[socket.socket], drips: list[socket.socket], began: float) -> float | None:
    """Seconds until the server has ended all of them."""
    with selectors.DefaultSelector() as selector:
        for raw in (*held, *drips):
            raw.setblocking(False)
            selector.register(raw, selectors.EVENT_READ, raw)
        next_drip = began
        while selector.get_map() and time.monotonic() - began < 2 * PATIENCE_SECONDS:
            for key, _ in selector.select(0.1):
                if _is_over(key.data):
                    selector.unregister(key.data)
                    key.data.close()
            if time.monotonic() >= next_drip:
                next_drip += DRIP_SECONDS
                _each(drips, lambda raw: raw.send(b"a"))
        left = len(selector.get_map())
    _each([*held, *drips], socket.socket.close)
    return None if left else time.monotonic() - began


def _is_over(raw: socket.socket) -> bool:
    try:
        return not raw.recv(CHUNK_BYTES)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _each(sockets: list[socket.socket], act: Callable[[socket.socket], object]) -> None:
    for raw in sockets:
        with suppress(OSError):
            act(raw)


def _pour(raw: socket.socket, chunk: bytes, size: int, patience: float = 5.0) -> bytes | None:
    """Send ``chunk`` over and over, ``size`` bytes in all, and read along. What was said until the other side
    ended it; None when it did not, within some patience after the last byte."""
    received = bytearray()
    sent, place = 0, 0
    raw.setblocking(False)
    until = time.monotonic() + PATIENCE_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(raw, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while time.monotonic() < until:
            for _, events in selector.select(0.1):
                try:
                    if events & selectors.EVENT_READ:
                        said = raw.recv(CHUNK_BYTES)
                        if not said:
                            return bytes(received)
                        received = (received + said)[-CHUNK_BYTES:]
                    if events & selectors.EVENT_WRITE:
                        done = raw.send(chunk[place:])
                        sent, place = sent + done, (place + done) % len(chunk)
                except BlockingIOError:
                    continue
                except OSError:
                    # What was said before the end may still lie here.
                    with suppress(OSError):
                        received += raw.recv(CHUNK_BYTES)
                    return bytes(received)
                if sent >= size:
                    sent = -1 << 62
                    until = time.monotonic() + patience
                    selector.modify(raw, selectors.EVENT_READ)
    return None
