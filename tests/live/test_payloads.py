"""Anything at all up a socket, on every way to serve: the room goes on, stores nothing, says nothing.

Each example is a connection of its own that sends a handful of payloads, too few to be cut for its speed.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scripts.endurance import attacks
from scripts.endurance.attacks import BINARY, TEXT, frame
from tests.live.conftest import Listen
from tests.support.running import Running

Json = dict[str, Any]
CONNECTIONS = 140
PAYLOADS = 16
TABLES = ("ballot", "participant", "device", "round", "session", "ticket", "text_review")

_scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_any = st.recursive(
    _scalar,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "round", "answer", "options", "value", "text", ""]), inner, max_size=4
        )
    ),
    max_leaves=10,
)
_event = st.sampled_from(["ballot", "connect", "disconnect", "message", "state", "", "__proto__"])
_number = st.sampled_from(["", "0", "1", "99999999999999999999"])
_said = st.builds(
    lambda number, event, arguments: f"42{number}{json.dumps([event, *arguments])}",
    _number,
    _event,
    st.lists(_any, max_size=3),
)
_packet = st.builds(
    lambda start, rest: f"{start}{rest}",
    st.sampled_from(
        ["", "2", "3", "4", "40", "41", "42", "43", "44", "45", "451-", "461-", "4/x,", "5", "6", "42/a,1"]
    ),
    st.text(max_size=20) | _any.map(json.dumps),
)
_payload = st.one_of(
    (_said | _packet).map(lambda text: frame(text.encode("utf-8", "replace"))),
    st.binary(max_size=40).map(lambda data: frame(data, BINARY)),
    st.binary(max_size=40).map(lambda data: frame(data, TEXT)),
    st.builds(
        lambda opcode, bits, data: bytes([bits | opcode]) + frame(data)[1:],
        st.integers(0, 15),
        st.sampled_from([0x00, 0x40, 0x80, 0xF0]),
        st.binary(max_size=20),
    ),
)


def stored(server: Running) -> list[int]:
    with sqlite3.connect(f"file:{server.data / 'room.sqlite'}?mode=ro", uri=True) as file:
        return [file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]


@pytest.mark.timeout(240)
def test_anything_at_all(server: Running, listen: Listen, meeting: Json) -> None:
    server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    (token,) = server.join(meeting["code"])
    before, said_before = stored(server), len(server.log)
    sent = 0

    @settings(
        max_examples=CONNECTIONS,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads=st.lists(_payload, min_size=PAYLOADS, max_size=PAYLOADS))
    def send(payloads: list[bytes]) -> None:
        nonlocal sent
        with attacks.greeted(server.port, token) as raw:
            raw.settimeout(5)
            with suppress(OSError):
                for payload in payloads:
                    raw.sendall(payload)
                    sent += 1
                # Whatever is left of the connection: an end to it, so that all of it is read before the next.
                raw.sendall(frame(b"41"))
                raw.shutdown(1)
                while raw.recv(65_536):
                    pass

    send()
    assert sent > CONNECTIONS * PAYLOADS // 2
    assert stored(server) == before
    assert len(server.log) == said_before, server.log[said_before:][:2000]
    phone = listen(token=token)
    assert phone.say({"id": "x"})["code"] == "malformed"
