"""How the server and its worker process speak: messages with their lengths in front, over two pipes.

A message is two lengths (4 bytes each, big-endian), a header in JSON, and a body of bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">II")
LONGEST_HEADER = 64 * 1024
LONGEST_BODY = 64 * 1024 * 1024


class Garbled(Exception):
    """What came was no message; after it nothing on the pipe can be trusted."""


@dataclass(frozen=True)
class Message:
    header: Mapping[str, Any]
    body: bytes = b""


def write(stream: BinaryIO, message: Message) -> None:
    header = json.dumps(message.header).encode()
    stream.write(_LENGTHS.pack(len(header), len(message.body)) + header)
    stream.write(message.body)
    stream.flush()


def read(stream: BinaryIO) -> Message | None:
    """The next message, or None when the other side is gone."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    header_length, body_length = _LENGTHS.unpack(lengths)
    if header_length > LONGEST_HEADER or body_length > LONGEST_BODY:
        raise Garbled(f"a message of {header_length} and {body_length} bytes")
    header, body = stream.read(header_length), stream.read(body_length)
    if len(header) < header_length or len(body) < body_length:
        return None
    return Message(_parsed(header), body)


def _parsed(header: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(header)
    except ValueError as trouble:
        raise Garbled("a header that is not JSON") from trouble
    if not isinstance(parsed, dict):
        raise Garbled("a header that is not an object")
    return parsed
