"""Pings for all sessions from one green thread, against the library's own sessions."""

from __future__ import annotations

import engineio
import pytest
from engineio.packet import PING
from engineio.socket import Socket

from kiosk.clock import SystemClock
from kiosk.engine import engine_named
from kiosk.live.pings import Pings

SOON = 0.01
PATIENCE_SECONDS = 10


@pytest.fixture
def eio() -> engineio.Server:
    return engineio.Server(async_mode="eventlet")


@pytest.fixture
def pings(eio: engineio.Server) -> Pings:
    return Pings(eio, engine_named("eventlet"), SystemClock(), SOON)


def session(eio: engineio.Server, sid: str) -> Socket:
    eio.sockets[sid] = there = Socket(eio, sid)
    return there


def test_whoever_answers_is_asked_again(eio: engineio.Server, pings: Pings) -> None:
    there = session(eio, "a")
    for _ in range(2):
        pings.expect(there)
        assert there.last_ping is None
        assert there.queue.get(timeout=PATIENCE_SECONDS).packet_type == PING
        assert there.last_ping


def test_whoever_does_not_is_asked_no_more_and_so_found_missing(eio: engineio.Server, pings: Pings) -> None:
    silent, other = session(eio, "silent"), session(eio, "other")
    pings.expect(silent)
    pings.expect(other)
    for there in (silent, other):
        assert there.queue.get(timeout=PATIENCE_SECONDS).packet_type == PING
    pings.expect(other)
    other.queue.get(timeout=PATIENCE_SECONDS)
    assert silent.queue.empty()
    eio.ping_timeout = 0
    assert not silent.check_ping_timeout()
    assert silent.closed


def test_nobody_asks_who_is_gone(eio: engineio.Server, pings: Pings) -> None:
    gone, closed, there = (session(eio, sid) for sid in ("gone", "closed", "there"))
    for one in (gone, closed, there):
        pings.expect(one)
    del eio.sockets["gone"]
    closed.closed = True
    assert there.queue.get(timeout=PATIENCE_SECONDS).packet_type == PING
    assert gone.queue.empty()
    assert closed.queue.empty()
