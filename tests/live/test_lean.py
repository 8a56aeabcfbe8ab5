"""The lean transport against a running server, beside the stock one: the same answers, only sooner."""

from __future__ import annotations

import json
import socket
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.clock import SystemClock
from kiosk.engine import engine_named
from kiosk.live import frames, metering
from kiosk.live.connections import Allowance
from kiosk.live.lean import LARGEST_BACKLOG, Line
from kiosk.live.sockets import LARGEST_MESSAGE
from kiosk.troubles import FEWEST_DROPPED
from tests.live.wire import Wire, masked
from tests.support.meetings import meeting, single, words
from tests.support.running import ROOT, Running, until

CLIENT = Path(__file__).with_name("official_client.mjs")


@dataclass(frozen=True)
class Hall:
    """A running server with a round that is open and one that is closed."""

    server: Running
    open: str
    text: str
    closed: str

    def phone(self) -> str:
        return self.server.join("MEET")[0]

    def wire(self) -> Wire:
        wire = Wire(self.server.port)
        wire.join(self.phone())
        return wire

    def ballot(self, number: int = 0, **changes: Any) -> str:
        """A ballot of its own as the official client would send it."""
        ballot = {"id": uuid.uuid4().hex, "round": self.open, "answer": {"options": ["a"]}, **changes}
        return f'42{number}["ballot",{json.dumps(ballot, separators=(",", ":"))}]'


def spaced(ballot: str) -> str:
    """The same ballot as other clients may spell it."""
    head, bracket, rest = ballot.partition("[")
    return head + bracket + json.dumps(json.loads(bracket + rest))[1:]


@pytest.fixture(scope="module", params=["lean", "stock"])
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    yield from _hall(tmp_path_factory.mktemp(request.param), "--transport", request.param)


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    yield from _hall(tmp_path_factory.mktemp("lean-alone"))


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Hall]:
    """A server that no other phone has come to, or left."""
    yield from _hall(tmp_path)


def _hall(folder: Path, *flags: str) -> Iterator[Hall]:
    server = Running(folder / "data", *flags)
    try:
        where = server.bring_in(meeting(single("q1"), single("q2"), words("w")))
        rounds = [
            server.did("POST", f"/api/v1/meetings/{where}/rounds", {"question": name})["id"]
            for name in ("q1", "w", "q2")
        ]
        server.did("POST", f"/api/v1/rounds/{rounds[2]}/close", {})
        yield Hall(server, *rounds)
    finally:
        server.stop()


@pytest.mark.parametrize("transports", ["websocket", "polling,websocket", "polling"])
def test_the_official_client(hall: Hall, transports: str) -> None:
    command = ["node", str(CLIENT), hall.server.base, hall.phone(), hall.open, hall.closed, transports]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=40, check=False)
    assert done.returncode == 0, done.stderr
    heard = json.loads(done.stdout)
    assert heard["transport"] == transports.rpartition(",")[2]
    assert heard["first"]["lang"] == "sv"
    assert heard["first"]["mine"] == {}
    assert {round["id"] for round in heard["first"]["rounds"]} == {hall.open, hall.text, hall.closed}
    assert heard["counted"] == {"status": "counted"}
    assert heard["repeated"] == {"status": "repeated"}
    assert heard["conflict"]["code"] == "ballot_conflict"
    assert heard["late"]["code"] == "not_open"
    assert list(heard["again"]["mine"]) == [hall.open]
    assert heard["afterwards"] == {"status": "repeated"}


COUNTED = '[{"status":"counted"}]'


def test_a_ballot_and_the_ways_to_send_it(hall: Hall) -> None:
    with hall.wire() as wire:
        sent = hall.ballot(7)
        for text, answer in (
            (sent, "437" + COUNTED),
            (sent, '437[{"status":"repeated"}]'),
            (spaced(sent), '437[{"status":"repeated"}]'),
            (spaced(hall.ballot(8)), "438" + COUNTED),
            (hall.ballot().replace('420["ballot",', '4200012[ "ballot" ,'), "4312" + COUNTED),
            (hall.ballot().replace("420[", "420009["), "439" + COUNTED),
            (hall.ballot(123_456_789_012), "43123456789012" + COUNTED),
            (hall.ballot(round=hall.text, answer={"text": "Skål"}), "430" + COUNTED),
            (hall.ballot(round=hall.text, answer={"text": "\ud800 here"}), "430" + COUNTED),
            (hall.ballot().replace("420[", "42/,0["), None),
        ):
            wire.say(text)
            if answer is not None:
                assert wire.answer() == answer, text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "in two"}, "malformed"),
        ({"id": None}, "malformed"),
        ({"round": 4}, "malformed"),
        ({"round": "nobody-knows"}, "no_such_round"),
        ({"answer": {"options": ["z"]}}, "answer"),
        ({"answer": [[[]]]}, "answer"),
    ],
)
def test_refusals(hall: Hall, changes: dict[str, Any], code: str) -> None:
    with hall.wire() as wire:
        wire.say(hall.ballot(**changes))
        (refusal,) = json.loads(wire.answer().removeprefix("430"))
        assert (refusal["status"], refusal["code"]) == ("refused", code)
        assert refusal["detail"]


@pytest.mark.parametrize("text", ['420["ballot"]', '420["ballot",4]', '420["ballot",null,{}]'])
def test_a_ballot_that_says_nothing(hall: Hall, text: str) -> None:
    with hall.wire() as wire:
        wire.say(text)
        assert '"malformed"' in wire.answer()


@pytest.mark.parametrize(
    "text",
    [
        '420["ballot",{"id":',
        '420["ballot",{"id":NaN}]',
        '420["ballot",' + "[" * 5_000 + "]" * 5_000 + "]",
        '420["unheard of",{}]',
        '42["ballot",{}]',
        "4nonsense",
        "49[]",
        "3",
    ],
)
def test_what_gets_no_answer_and_does_no_harm(hall: Hall, text: str) -> None:
    with hall.wire() as wire:
        wire.say(text)
        wire.say(hall.ballot(5))
        assert wire.answer() == "435" + COUNTED


def test_a_ballot_right_behind_the_connect_waits_its_turn(hall: Hall) -> None:
    with Wire(hall.server.port) as wire:
        connect = "40" + json.dumps({"token": hall.phone()})
        wire.raw(masked(frames.TEXT, connect.encode()) + masked(frames.TEXT, hall.ballot(3).encode()))
        assert wire.text().startswith("40{")
        assert wire.answer() == "433" + COUNTED


def test_nobody_votes_before_the_connect(hall: Hall) -> None:
    with Wire(hall.server.port) as wire:
        wire.say(hall.ballot(3))
        wire.join(hall.phone())
        wire.say(hall.ballot(4))
        assert wire.answer() == "434" + COUNTED


def test_news_reaches_everybody(hall: Hall) -> None:
    wires = [hall.wire() for _ in range(5)]
    started = hall.server.did("POST", "/api/v1/meetings/m1/stage", {"item": "who"})
    for wire in wires:
        name, state = json.loads(wire.text().removeprefix("42"))
        assert (name, state["version"]) == ("state", started["version"])
        assert "mine" not in state
        wire.close()


def test_a_fast_finger_is_told(hall: Hall) -> None:
    with hall.wire() as wire:
        for number in range(25):
            wire.say(hall.ballot(number))
        answers: list[str] = []
        while not answers or answers[-1] != "41":
            answers.append(wire.answer())
        assert sum("counted" in answer for answer in answers) < 25
        assert '"too_fast"' in "".join(answers)


def test_a_flood_is_cut_and_others_are_answered(hall: Hall) -> None:
    with hall.wire() as flooder, hall.wire() as other:
        try:
            for _ in range(40):
                flooder.raw(masked(frames.TEXT, b"4nonsense") * 500)
        except ConnectionError:
            pass  # cut in the middle of it, as it should be
        other.say(hall.ballot(1))
        assert other.answer() == "431" + COUNTED
        assert flooder.ends() in (None, frames.POLICY, frames.NORMAL)


# ── What only our own parser promises ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x01x", frames.PROTOCOL_ERROR),
        (b"\xc1\x80\x00\x00\x00\x00", frames.PROTOCOL_ERROR),
        (masked(0x3, b"x"), frames.PROTOCOL_ERROR),
        (masked(frames.TEXT, b"\xff"), frames.NOT_TEXT),
        (masked(frames.TEXT, b"4" * (LARGEST_MESSAGE + 1)), frames.TOO_BIG),
        (masked(frames.PING) * 200, frames.POLICY),
        (masked(frames.CLOSE, b"\x03\xe9"), 1001),
        (masked(frames.CLOSE), frames.NORMAL),
        (masked(frames.CLOSE, b"\x00"), frames.PROTOCOL_ERROR),
    ],
)
def test_it_says_why_it_hangs_up(lean: Hall, sent: bytes, code: int) -> None:
    with lean.wire() as wire:
        wire.raw(sent)
        assert wire.ends() == code


@pytest.mark.parametrize("answer", ['{"options":[NaN]}', '{"options":["a"],}', '{"options":"a"]}'])
def test_a_ballot_whose_answer_is_no_json_is_told_so(lean: Hall, answer: str) -> None:
    with lean.wire() as wire:
        wire.say(lean.ballot(6).replace('{"options":["a"]}', answer))
        (refusal,) = json.loads(wire.answer().removeprefix("436"))
        assert (refusal["status"], refusal["code"]) == ("refused", "malformed")


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (',"id":"in two"}]', "malformed"),
        (',"answer":{"options":["z"]}}]', "answer"),
        ('},{"id":"in two"}]', "counted"),
    ],
)
def test_what_stands_behind_an_answer_is_not_overlooked(lean: Hall, behind: str, said: str) -> None:
    with lean.wire() as wire:
        wire.say(lean.ballot(6).removesuffix("}]") + behind)
        (answer,) = json.loads(wire.answer().removeprefix("436"))
        assert answer.get("code", answer["status"]) == said


def test_a_ping_is_answered_and_a_pong_is_not(lean: Hall) -> None:
    with lean.wire() as wire:
        wire.raw(masked(frames.PONG, b"unasked") + masked(frames.PING, b"are you there"))
        assert wire.heard() == (frames.PONG, b"are you there")


def test_a_ballot_in_fragments_byte_by_byte(lean: Hall) -> None:
    text = lean.ballot(8).encode()
    sent = masked(frames.TEXT, text[:20], final=False) + masked(frames.PING) + masked(0x0, text[20:])
    with lean.wire() as wire:
        for byte in sent:
            wire.raw(bytes([byte]))
        assert wire.heard() == (frames.PONG, b"")
        assert wire.answer() == "438" + COUNTED


def test_phones_that_go_are_missed(untouched: Hall) -> None:
    wires = [untouched.wire() for _ in range(FEWEST_DROPPED)]

    def is_told() -> bool:
        picture = untouched.server.did("GET", "/facilitator/meetings/m1/state")["html"]
        return 'data-trouble="phones_dropping"' in picture

    assert not is_told()
    for wire in wires:
        wire.close()
    until(is_told, "nobody noticed that the phones are gone")


def test_a_phone_that_does_not_read_is_dropped_and_others_are_not() -> None:
    engine = engine_named("eventlet")
    (slow, slow_end), (quick, quick_end) = socket.socketpair(), socket.socketpair()
    lines = []
    for raw in (slow, quick):
        raw.setblocking(False)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        allowance = Allowance(SystemClock(), metering.BURST, metering.PER_SECOND)
        lines.append(Line(raw, engine, allowance))
    frame = frames.text("4" + "x" * 5_000)
    received = b""
    for times in range(1, LARGEST_BACKLOG // 5_000 + 10):
        for line in lines:
            line.write(frame)
        while len(received) < times * len(frame):
            engine.sleep(0)
            received += quick_end.recv(65_536)
    assert received == frame * times
    assert lines[0].ended, "the slow one has come to its end"
    lines[1].end()
    for end in (slow, slow_end, quick, quick_end):
        end.close()


def test_what_waits_is_sent_when_there_is_room() -> None:
    engine = engine_named("eventlet")
    raw, end = socket.socketpair()
    raw.setblocking(False)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    line = Line(raw, engine, Allowance(SystemClock()))
    sent = [frames.text(f"4{number:05}" + "x" * 9_000) for number in range(20)]
    for frame in sent:
        line.write(frame)
    received = b""
    while len(received) < sum(map(len, sent)):
        engine.sleep(0)
        received += end.recv(65_536)
    assert received == b"".join(sent)
    line.end()
    raw.close()
    end.close()


def test_the_thread_of_a_faulty_post_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    engine = engine_named("eventlet")
    done: list[int] = []

    def fail() -> None:
        raise ZeroDivisionError

    engine.post(fail)
    engine.post(lambda: done.append(1))

    def turn() -> list[int]:
        engine.sleep(0.01)
        return done

    until(turn, "what was posted after a fault was not done")
    assert "ZeroDivisionError" in capsys.readouterr().err
