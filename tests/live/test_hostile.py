"""Clients that hold on to what they never use, or take more than there is: the room goes on, and says so.

The long forms, with thousands of connections and 60,000 events, are `scripts/endure.py hostile`.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from kiosk.engine import Space
from kiosk.engine.arrivals import WHOLE_SECONDS, Arrivals
from kiosk.troubles import MANY_AT_ONCE
from scripts.endurance import attacks
from tests.live.conftest import WAYS
from tests.live.listeners import Listener, operator_token
from tests.support import meetings
from tests.support.running import Running, until

ROOM = 40
"""Connections that the small kiosk serves."""
SOON = 2.0
TOLD_SECONDS = 5.0
PATIENCE_SECONDS = 3 * WHOLE_SECONDS


@pytest.fixture(scope="module", params=WAYS)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A kiosk with room for a few."""
    data = tmp_path_factory.mktemp("small") / "data"
    running = Running(data, "--connections", str(ROOM), *WAYS[request.param])
    running.bring_in(meetings.meeting(meetings.single("drink")))
    yield running
    running.stop()
    assert running.log.rstrip().endswith("Ctrl+C"), running.log


def asked(port: int, path: str, sent: str | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
    """A request on a connection of its own: status, headers, text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET" if sent is None else "POST", path, sent, headers)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()
    finally:
        connection.close()


def local_port(server: Running) -> int:
    return int(json.loads((server.data / "running.json").read_text())["local_port"])


@pytest.fixture
def filled(small: Running) -> Iterator[list[socket.socket]]:
    """As many phones as there is room for."""
    tokens = small.join("MEET", ROOM)
    with ExitStack() as stack:
        phones = [stack.enter_context(attacks.greeted(small.port, token)) for token in tokens]
        until(lambda: asked(small.port, "/MEET")[0] == 503, "it is not full")
        yield phones
    until(lambda: asked(small.port, "/MEET")[0] == 200, "nobody is let in again")


def test_a_full_room_says_so_in_words_and_goes_on(small: Running, filled: list[socket.socket]) -> None:
    began = time.monotonic()
    status, headers, page = asked(small.port, "/MEET", Accept="text/html", **{"Accept-Language": "sv"})
    assert time.monotonic() - began < SOON
    assert (status, headers["Retry-After"]) == (503, "20")
    assert 'lang="sv"' in page
    assert "503 · full" in page
    assert 'http-equiv="refresh"' in page
    assert headers["Content-Security-Policy"]
    status, _, told = asked(small.port, "/api/v1/state")
    assert (status, json.loads(told)["code"]) == (503, "full")
    # Whoever is in is served, and so is the laptop itself.
    filled[0].sendall(attacks.frame(b'421["ballot",{"id":"x"}]'))
    heard = b""
    while b"431[" not in heard:
        heard += filled[0].recv(10_000)
    began = time.monotonic()
    assert asked(local_port(small), "/facilitator")[0] == 200
    assert time.monotonic() - began < SOON


def test_who_owes_something_is_ended_in_time(small: Running) -> None:
    """Half a request, one that drips, a body that drips, a session that never says who it is, a change of
    transport that is never made: all at the same time, since each is waited for."""
    owing = (_halves, _dripping_body, _silent, _silent_polling, _unfinished_change)
    with ThreadPoolExecutor(len(owing)) as together:
        for ended in [together.submit(owe, small.port) for owe in owing]:
            assert ended.result() < 2 * WHOLE_SECONDS
    assert asked(small.port, "/MEET")[0] == 200


def _halves(port: int) -> float:
    came = attacks.half_open(port, 5, dripping=5)
    return came.seconds or PATIENCE_SECONDS


def _silent(port: int) -> float:
    came = attacks.silent_sessions(port, 5)
    return came.seconds or PATIENCE_SECONDS


def _dripping_body(port: int) -> float:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as drip:
        drip.sendall(
            f"POST /api/v1/join HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n".encode()
        )
        drip.settimeout(1)
        while time.monotonic() - began < PATIENCE_SECONDS:
            try:
                drip.sendall(b" ")
                if not drip.recv(1000):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    return time.monotonic() - began


def _silent_polling(port: int) -> float:
    began = time.monotonic()
    poll = _polling(port)
    assert asked(port, poll, "3")[0] == 200
    until(lambda: asked(port, poll, "3")[0] == 400, "the session is still there", PATIENCE_SECONDS)
    return time.monotonic() - began


def _unfinished_change(port: int) -> float:
    began = time.monotonic()
    poll = _polling(port)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as raw:
        raw.sendall(
            f"GET {poll.replace('polling', 'websocket')} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert raw.recv(1000).startswith(b"HTTP/1.1 101")
        while raw.recv(1000):
            pass
    return time.monotonic() - began


def _polling(port: int) -> str:
    """The address of a session of polling that has just begun."""
    _, _, told = asked(port, "/socket.io/?EIO=4&transport=polling")
    return f"/socket.io/?EIO=4&transport=polling&sid={json.loads(told[1:])['sid']}"


@pytest.mark.parametrize("name", attacks.SHAPES)
def test_odd_shapes_do_no_harm(small: Running, name: str) -> None:
    (token,) = small.join("MEET")
    said_before = len(small.log)
    with attacks.greeted(small.port, token) as raw:
        raw.settimeout(1)
        try:
            raw.sendall(attacks.SHAPES[name])
            raw.recv(1000)
        except OSError:
            pass
    assert asked(small.port, "/healthz")[0] == 200
    assert len(small.log) == said_before, small.log[said_before:]


@pytest.mark.parametrize("name", attacks.FLOODS)
def test_who_floods_is_cut_within_a_second_and_told_why(small: Running, name: str) -> None:
    (token,) = small.join("MEET")
    came = attacks.flood(small.port, token, attacks.FLOODS[name], 5_000)
    assert came.seconds is not None
    assert came.seconds < SOON / 2
    assert came.told == "too_fast"


def test_requests_in_a_row_leave_others_their_turn(small: Running) -> None:
    (token,) = small.join("MEET")
    phone = Listener(small.base, token=token)
    phone.wait_for("state")
    with socket.create_connection(("127.0.0.1", small.port), timeout=10) as raw:
        raw.setblocking(False)
        request = f"GET /MEET HTTP/1.1\r\nHost: 127.0.0.1:{small.port}\r\n\r\n".encode()
        try:
            for _ in range(50):
                raw.send(request * 100)
        except BlockingIOError:
            pass
        began = time.monotonic()
        assert phone.say({"id": "x"})["code"] == "malformed"
        assert time.monotonic() - began < SOON
    phone.leave()


def test_joins_by_the_hundred(small: Running) -> None:
    before = small.did("PUT", "/api/v1/meetings/m1/heads", {"heads": None})["devices"]
    small.join("MEET", 200)
    assert small.did("PUT", "/api/v1/meetings/m1/heads", {"heads": None})["devices"] == before + 200
    assert asked(small.port, "/MEET")[0] == 200


def test_stuffing_is_told_on_the_console_within_five_seconds(small: Running) -> None:
    """Many devices from one address, while the wall invites nobody, and more of them than heads."""
    meeting = small.bring_in(meetings.meeting(meetings.single("tea"), id="stuffed", code="STUFF"))
    small.did("POST", f"/api/v1/meetings/{meeting}/stage", {"item": "ask-tea"})
    small.did("PUT", f"/api/v1/meetings/{meeting}/heads", {"heads": 5})
    console = Listener(small.base, token=operator_token(small), window="console", meeting=meeting)
    console.wait_for("state")
    small.join("STUFF", MANY_AT_ONCE)
    began = time.monotonic()
    signs = ("More devices have joined", "Many devices joined at once", "from one and the same address")
    console.wait_for("state", lambda state: all(sign in state["html"] for sign in signs))
    assert time.monotonic() - began < TOLD_SECONDS
    console.leave()


# ── The rules behind it, on a clock that stands still ────────────────────────────────────────────────


class Hands:
    """Pairs of connected sockets, of which a test holds the far ends."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pairs: list[tuple[socket.socket, socket.socket]] = []

    def near(self) -> socket.socket:
        self.pairs.append(socket.socketpair())
        return self.pairs[-1][0]

    def are_cut(self) -> list[bool]:
        """Of each far end, whether the other side has ended it."""
        cut = []
        for _, far in self.pairs:
            far.setblocking(False)
            try:
                cut.append(not far.recv(1))
            except BlockingIOError:
                cut.append(False)
        return cut


@pytest.fixture
def hands() -> Iterator[Hands]:
    held = Hands()
    yield held
    for pair in held.pairs:
        for end in pair:
            end.close()


def test_who_has_waited_longest_makes_room(hands: Hands) -> None:
    arrivals = Arrivals(Space(most=100, spare=2), lambda: hands.now)
    for _ in range(4):
        arrivals.enter(hands.near(), "10.0.0.1").waits()
    assert hands.are_cut() == [True, True, False, False]


def test_the_time_for_a_request_does_not_begin_anew_with_each_byte(hands: Hands) -> None:
    arrivals = Arrivals(Space(most=100, spare=10), lambda: hands.now)
    late, here, later = (arrivals.enter(hands.near(), "10.0.0.1") for _ in range(3))
    late.waits()
    here.waits()
    hands.now = 5
    here.has_come()
    later.waits()
    hands.now = WHOLE_SECONDS
    arrivals.cut_the_late()
    assert hands.are_cut() == [True, False, False]
    assert (late.is_cut, here.is_cut, later.is_cut) == (True, False, False)


def test_an_address_is_no_limit_unless_one_is_set(hands: Hands) -> None:
    free = Arrivals(Space(most=100, spare=10), lambda: hands.now)
    assert {free.enter(hands.near(), "10.0.0.1").turned for _ in range(50)} == {None}
    strict = Arrivals(Space(most=100, spare=10, per_address=2), lambda: hands.now)
    first, *_, third = (strict.enter(hands.near(), "10.0.0.1") for _ in range(3))
    assert (first.turned, third.turned) == (None, "too_many")
    assert strict.enter(hands.near(), "10.0.0.2").turned is None
    first.leave()
    third.leave()
    assert strict.enter(hands.near(), "10.0.0.1").turned is None


def test_a_place_that_is_left_is_free_again(hands: Hands) -> None:
    arrivals = Arrivals(Space(most=1, spare=10), lambda: hands.now)
    first = arrivals.enter(hands.near(), "a")
    second = arrivals.enter(hands.near(), "b")
    assert (first.turned, second.turned) == (None, "full")
    for arrival in (first, second, second):
        arrival.leave()
    assert arrivals.enter(hands.near(), "c").turned is None


def test_nobody_comes_in_for_whom_there_is_no_file(hands: Hands) -> None:
    arrivals = Arrivals(Space(most=2, spare=1), lambda: hands.now)
    first, *_ = (arrivals.enter(hands.near(), "a") for _ in range(3))
    assert not arrivals.has_place
    first.leave()
    assert arrivals.has_place


def test_who_outlives_its_request_is_cut_on_the_socket_that_it_has_then(hands: Hands) -> None:
    arrivals = Arrivals(Space(most=2, spare=1), lambda: hands.now)
    arrival = arrivals.enter(hands.near(), "a")
    arrival.stay(hands.near())
    arrival.cut()
    assert hands.are_cut() == [False, True]
