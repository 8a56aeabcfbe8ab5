"""Frames of RFC 6455: what comes up a WebSocket and what goes down. No sockets here, only bytes.

A server may expect much of a client: every frame masked, no extensions that were not agreed on, control
frames short and whole. Whatever else comes is a violation, and ends the connection with its code.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NORMAL, PROTOCOL_ERROR, NOT_TEXT, POLICY, TOO_BIG = 1000, 1002, 1007, 1008, 1009

_FINAL = 0x80
_OPCODE = 0x0F
_FIRST_BYTES = frozenset(
    (
        CONTINUATION,
        TEXT,
        BINARY,
        *(_FINAL | opcode for opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)),
    )
)
"""Known opcodes without reserved bits; only messages may come in fragments, that is not final."""
_MASKED = 0x80
_LENGTH = 0x7F
_SHORTEST_CONTROL_OPCODE = 0x8
_LONGEST_CONTROL = 125
_MASK_BYTES = 4


class Violation(Exception):
    """What a client sent is not allowed. ``code`` is the close code that tells it why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Message(NamedTuple):
    """A whole message, or a control frame: the opcode and what it carries."""

    opcode: int
    payload: bytes

    def content(self) -> str | bytes:
        """Words, or bytes where it is not TEXT."""
        return _words(self.payload) if self.opcode == TEXT else self.payload


class Parser:
    """Makes messages of bytes, however they are cut up. ``may_speak`` is asked once for every frame, before
    anything in it is read."""

    __slots__ = ("_largest", "_may_speak", "_opcode", "_parts", "_rest", "_size")

    def __init__(self, largest: int, may_speak: Callable[[], bool]) -> None:
        self._largest = largest
        self._may_speak = may_speak
        self._rest = b""
        self._opcode: int | None = None  # of the message whose fragments are coming in
        self._parts: list[bytes] = []
        self._size = 0

    def lone_text(self, data: bytes) -> str | None:
        """The words, if these bytes are one text and nothing besides, as nearly all are. Otherwise they are
        for ``feed``. Raises Violation as that does."""
        if self._rest or self._opcode is not None or data[0] != _FINAL | TEXT:
            return None
        found = _find(data, 0, self._largest)
        if found is None or found[1] != len(data):
            return None
        if not self._may_speak():
            raise Violation(POLICY)
        mask = found[0]
        return _words(unmasked(data[mask + _MASK_BYTES :], data[mask : mask + _MASK_BYTES]))

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes make whole. Raises Violation; nothing more may be fed after that."""
        if self._rest:
            data = self._rest + data
        at = 0
        while (found := _find(data, at, self._largest)) is not None:
            mask, end = found
            if not self._may_speak():
                raise Violation(POLICY)
            payload = data[mask + _MASK_BYTES : end]
            message = self._take(data[at], unmasked(payload, data[mask : mask + _MASK_BYTES]))
            at = end
            if message is not None:
                yield message
        self._rest = data[at:]

    def _take(self, first: int, payload: bytes) -> Message | None:
        """The message that ends with this frame, if one does."""
        opcode = first & _OPCODE
        if opcode >= _SHORTEST_CONTROL_OPCODE:
            return Message(opcode, payload)
        if (opcode == CONTINUATION) != (self._opcode is not None):
            raise Violation(PROTOCOL_ERROR)
        if self._opcode is None and first & _FINAL:
            return Message(opcode, payload)
        return self._add(opcode, payload, final=bool(first & _FINAL))

    def _add(self, opcode: int, payload: bytes, *, final: bool) -> Message | None:
        if self._opcode is None:
            self._opcode = opcode
        self._size += len(payload)
        if self._size > self._largest:
            raise Violation(TOO_BIG)
        self._parts.append(payload)
        if not final:
            return None
        message = Message(self._opcode, b"".join(self._parts))
        self._opcode, self._parts, self._size = None, [], 0
        return message


def _words(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(NOT_TEXT) from None


def _find(data: bytes, at: int, largest: int) -> tuple[int, int] | None:
    """Where the mask of the frame that begins here is, and where the frame ends, once all of it has come."""
    have = len(data) - at
    if have < 2:
        return None
    first, second = data[at], data[at + 1]
    if first not in _FIRST_BYTES or not second & _MASKED:
        raise Violation(PROTOCOL_ERROR)
    length = second & _LENGTH
    mask = at + 2
    if length > _LONGEST_CONTROL:
        if first & _OPCODE >= _SHORTEST_CONTROL_OPCODE:
            raise Violation(PROTOCOL_ERROR)
        size, least = (2, 126) if length == 126 else (8, 65_536)
        mask += size
        if len(data) < mask:
            return None
        length = int.from_bytes(data[at + 2 : mask], "big")
        if length < least:
            raise Violation(PROTOCOL_ERROR)
    if length > largest:
        raise Violation(TOO_BIG)
    end = mask + _MASK_BYTES + length
    return (mask, end) if len(data) >= end else None


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """The payload as it was before its client masked it: all at once, as two large numbers."""
    length = len(payload)
    key = (mask * (length // _MASK_BYTES + 1))[:length]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(length, "little")


def close_code(payload: bytes) -> int:
    """What to answer to a close frame: the client's own code. Raises Violation when it may not say that."""
    if not payload:
        return NORMAL
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise Violation(PROTOCOL_ERROR)
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise Violation(NOT_TEXT) from None
    return code


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole frame from a server, which masks nothing."""
    length = len(payload)
    if length <= _LONGEST_CONTROL:
        return bytes((_FINAL | opcode, length)) + payload
    if length < 65_536:
        return struct.pack("!BBH", _FINAL | opcode, 126, length) + payload
    return struct.pack("!BBQ", _FINAL | opcode, 127, length) + payload


def text(words: str) -> bytes:
    # A lone surrogate, which JSON can spell and UTF-8 cannot, must not end anybody's connection.
    return frame(TEXT, words.encode("utf-8", "replace"))


def close(code: int) -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big"))
