"""One client that sends far too much: it is cut, and nobody else has to wait for it."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import suppress
from typing import Any

import pytest
import websocket

from tests.live.conftest import Listen
from tests.live.listeners import Refused
from tests.support.running import Running

Json = dict[str, Any]

FRAMES = 5_000
PATIENCE_SECONDS = 1.0
"""What others may have to wait while somebody floods, on a machine that is busy with tests besides."""
TEXT, BINARY, PING = 1, 2, 9

FLOODS: dict[str, tuple[bytes, int]] = {
    "ballots": (b'421["ballot",{"id":"x"}]', TEXT),
    "ballots that want no answer": (b'42["ballot",{"id":"x"}]', TEXT),
    "events that nobody knows": (b'42["nothing",{}]', TEXT),
    "events named connect": (b'42["connect",{"HTTP_ORIGIN":"x"},{}]', TEXT),
    "events named disconnect": (b'42["disconnect","x"]', TEXT),
    "what is no message": (b"42{", TEXT),
    "brackets": (b'42["ballot",' + b"[" * 5_000, TEXT),
    "what is no packet": (b"\xff\xfe", BINARY),
    "packets that say nothing": (b"6", TEXT),
    "answers to no question": (b"3", TEXT),
    "pings": (b"", PING),
    "empty messages": (b"", TEXT),
}


def frame(payload: bytes, opcode: int) -> bytes:
    """A frame as a client sends it, masked with nothing."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else struct.pack(">BH", 0x80 | 126, length)
    return bytes([0x80 | opcode]) + size + b"\x00" * 4 + payload


class Wire:
    """A WebSocket without any manners."""

    def __init__(self, server: Running, token: str) -> None:
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket",
            suppress_origin=True,
            timeout=10,
        )
        self.socket.recv()
        self.socket.send("40" + json.dumps({"token": token}))
        while '"state"' not in str(self.socket.recv()):
            pass

    @property
    def raw(self) -> socket.socket:
        assert self.socket.sock is not None
        return self.socket.sock

    def flood(self, payload: bytes, opcode: int) -> None:
        """Send it thousands of times, until it is all gone or the other side has."""
        raw = self.raw
        raw.settimeout(10)
        with suppress(OSError):
            for _ in range(FRAMES // 100):
                raw.sendall(frame(payload, opcode) * 100)

    def is_cut(self) -> bool:
        """Whether the other side ends the connection soon."""
        raw = self.raw
        raw.settimeout(0.2)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                if not raw.recv(65_536):
                    return True
            except TimeoutError:
                continue
            except OSError:
                return True
        return False


@pytest.mark.parametrize("name", FLOODS)
def test_who_floods_is_cut_and_others_do_not_notice(
    server: Running, listen: Listen, meeting: Json, name: str
) -> None:
    token, offender = server.join(meeting["code"], 2)
    phone = listen(token=token)
    phone.wait_for("state")
    said_before = len(server.log)
    wire = Wire(server, offender)
    wire.flood(*FLOODS[name])
    started = time.monotonic()
    assert phone.say({"id": "x"})["code"] == "malformed"
    assert time.monotonic() - started < PATIENCE_SECONDS
    # Pings are the library's own affair, of which only the lean transport knows; it is quick with them.
    assert name == "pings" or wire.is_cut()
    assert len(server.log) == said_before, server.log[said_before:]
    assert listen(token=offender).wait_for("state")  # and is welcome again


def test_who_answers_too_fast_is_told_so(server: Running, listen: Listen, meeting: Json) -> None:
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    phone = listen(token=server.join(meeting["code"])[0])
    acks = []
    for number in range(40):
        acks.append(phone.cast(opened["id"], {"options": ["abc"[number % 3]]}))
        if acks[-1]["status"] == "refused":
            break
    assert len(acks) > 20, "a burst of twenty is allowed"
    assert acks[-1] == {"status": "refused", "code": "too_fast"}
    phone.wait_for("disconnect")
    tally = server.did("GET", f"/api/v1/rounds/{opened['id']}/tally")
    assert tally["answered"] == 1


def test_a_message_that_is_too_large_ends_the_connection(
    server: Running, listen: Listen, meeting: Json
) -> None:
    phone = listen(token=server.join(meeting["code"])[0])
    phone.say_without_waiting("ballot", {"id": "x" * 20_000})
    phone.wait_for("disconnect")


def test_many_who_are_not_let_in_leave_nothing_behind(server: Running, listen: Listen, meeting: Json) -> None:
    for _ in range(30):
        with pytest.raises(Refused):
            listen(token="nobody")
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    assert server.did("GET", f"/api/v1/rounds/{opened['id']}/tally")["connected"] == 0
