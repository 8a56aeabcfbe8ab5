"""The parser of WebSocket frames: what it takes and refuses, however the bytes come."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.live import frames
from kiosk.live.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Message, Parser, Violation
from tests.live.wire import MASK, masked

LARGEST = 16_000


def parsed(*pieces: bytes) -> list[Message]:
    parser = Parser(LARGEST, lambda: True)
    return [message for piece in pieces for message in parser.feed(piece)]


def test_a_text() -> None:
    (message,) = parsed(masked(TEXT, "Skål".encode()))
    assert message.content() == "Skål"


def test_the_example_of_the_standard() -> None:
    assert parsed(bytes.fromhex("818537fa213d7f9f4d5158")) == [Message(TEXT, b"Hello")]


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 125, 126, 127, 4_095, LARGEST])
def test_every_length_up_to_the_largest(length: int) -> None:
    payload = bytes(at % 251 for at in range(length))
    assert parsed(masked(BINARY, payload)) == [Message(BINARY, payload)]


def test_bytes_that_are_no_words() -> None:
    (message,) = parsed(masked(TEXT, b"\xff"))
    with pytest.raises(Violation) as violation:
        message.content()
    assert violation.value.code == frames.NOT_TEXT


def test_fragments_with_a_ping_between() -> None:
    assert parsed(
        masked(TEXT, b"sl", final=False)
        + masked(PING, b"?")
        + masked(CONTINUATION, b"", final=False)
        + masked(CONTINUATION, b"ow")
        + masked(TEXT, b"next")
    ) == [Message(PING, b"?"), Message(TEXT, b"slow"), Message(TEXT, b"next")]


def test_a_letter_cut_in_two() -> None:
    first, second = "ä".encode()[:1], "ä".encode()[1:]
    (message,) = parsed(masked(TEXT, first, final=False), masked(CONTINUATION, second))
    assert message.content() == "ä"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(b"\x81\x05Hello", frames.PROTOCOL_ERROR, id="not masked"),
        *(
            pytest.param(masked(TEXT, b"x", bits=bit), frames.PROTOCOL_ERROR, id=f"reserved {bit:#x}")
            for bit in (0x40, 0x20, 0x10, 0x70)
        ),
        *(
            pytest.param(masked(opcode, b"x"), frames.PROTOCOL_ERROR, id=f"opcode {opcode:#x}")
            for opcode in (0x3, 0x7, 0xB, 0xF)
        ),
        pytest.param(masked(PING, b"x", final=False), frames.PROTOCOL_ERROR, id="a ping in fragments"),
        pytest.param(masked(PING, b"x" * 126), frames.PROTOCOL_ERROR, id="a long ping"),
        pytest.param(masked(CONTINUATION, b"x"), frames.PROTOCOL_ERROR, id="goes on with nothing"),
        pytest.param(
            masked(TEXT, b"x", final=False) + masked(TEXT, b"x"), frames.PROTOCOL_ERROR, id="two at once"
        ),
        pytest.param(
            masked(TEXT, b"", final=False) + masked(BINARY, b"x"),
            frames.PROTOCOL_ERROR,
            id="after an empty one",
        ),
        pytest.param(b"\x81\xfe\x00\x05" + MASK, frames.PROTOCOL_ERROR, id="two bytes for a small length"),
        pytest.param(
            b"\x81\xff" + (125).to_bytes(8, "big") + MASK,
            frames.PROTOCOL_ERROR,
            id="eight for a small length",
        ),
        pytest.param(b"\x81\xff" + b"\xff" * 8, frames.TOO_BIG, id="more than there is"),
        pytest.param(masked(TEXT, b"x" * (LARGEST + 1)), frames.TOO_BIG, id="too large"),
        pytest.param(
            masked(TEXT, b"x" * LARGEST, final=False) + masked(CONTINUATION, b"x"),
            frames.TOO_BIG,
            id="too large in all",
        ),
    ],
)
def test_violations(sent: bytes, code: int) -> None:
    with pytest.raises(Violation) as violation:
        parsed(sent)
    assert violation.value.code == code


def test_a_large_frame_is_refused_by_its_head() -> None:
    with pytest.raises(Violation):
        parsed(masked(TEXT, b"x" * (LARGEST + 1))[:4])


def test_one_frame_too_many_ends_it_before_it_is_read() -> None:
    allowed = iter([True, True, False])
    parser = Parser(LARGEST, lambda: next(allowed))
    messages = parser.feed(masked(TEXT, b"a") + masked(PING) + masked(CONTINUATION, b"not even looked at"))
    assert [next(messages), next(messages)] == [Message(TEXT, b"a"), Message(PING, b"")]
    with pytest.raises(Violation) as violation:
        next(messages)
    assert violation.value.code == frames.POLICY


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", 1000),
        (b"\x03\xe8", 1000),
        (b"\x03\xe9bye", 1001),
        (b"\x0b\xb8", 3000),
        (b"\x13\x87", 4999),
    ],
)
def test_a_close_is_answered_with_its_code(payload: bytes, code: int) -> None:
    assert frames.close_code(payload) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", frames.PROTOCOL_ERROR),
        (b"\x00\x00", frames.PROTOCOL_ERROR),
        (b"\x03\xec", frames.PROTOCOL_ERROR),
        (b"\x03\xed", frames.PROTOCOL_ERROR),
        (b"\x03\xee", frames.PROTOCOL_ERROR),
        (b"\x13\x88", frames.PROTOCOL_ERROR),
        (b"\x03\xe8\xff", frames.NOT_TEXT),
    ],
)
def test_a_close_that_may_not_be(payload: bytes, code: int) -> None:
    with pytest.raises(Violation) as violation:
        frames.close_code(payload)
    assert violation.value.code == code


@pytest.mark.parametrize(("length", "head"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_what_goes_down(length: int, head: int) -> None:
    sent = frames.frame(TEXT, b"x" * length)
    assert len(sent) == head + length
    assert sent[0] == 0x81
    assert sent[1] < 128, "a server masks nothing"


def test_half_a_character_goes_down_as_a_question_mark() -> None:
    assert frames.text("\ud800").endswith(b"?")


def test_split_at_every_byte() -> None:
    stream = masked(TEXT, b"a" * 200) + masked(PING, b"p") + masked(TEXT, "ö".encode(), final=False)
    stream += masked(PONG) + masked(CONTINUATION, b"!") + masked(CLOSE, b"\x03\xe8")
    whole = parsed(stream)
    assert [message.opcode for message in whole] == [TEXT, PING, PONG, TEXT, CLOSE]
    for at in range(len(stream) + 1):
        assert parsed(stream[:at], stream[at:]) == whole
    assert parsed(*(bytes([byte]) for byte in stream)) == whole


_masks = st.binary(min_size=4, max_size=4)
_payloads = st.binary(max_size=300)


@st.composite
def _messages(draw: st.DrawFn) -> bytes:
    """One message, in one frame or several, with control frames between; or a control frame."""
    opcode = draw(st.sampled_from([TEXT, BINARY, PING, PONG]))
    if opcode in (PING, PONG):
        return masked(opcode, draw(st.binary(max_size=125)), mask=draw(_masks))
    parts = draw(st.lists(_payloads, min_size=1, max_size=4))
    sent = b""
    for place, part in enumerate(parts):
        kind = opcode if place == 0 else CONTINUATION
        sent += masked(kind, part, final=place == len(parts) - 1, mask=draw(_masks))
        if place < len(parts) - 1 and draw(st.booleans()):
            sent += masked(PING, b"", mask=draw(_masks))
    return sent


@given(st.lists(_messages(), max_size=5), st.lists(st.integers(0, 5_000), max_size=8))
def test_any_split_parses_the_same(sent: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(sent)
    assert parsed(*_pieces(stream, cuts)) == parsed(stream)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_noise_is_taken_or_refused_and_nothing_else(noise: bytes, cuts: list[int]) -> None:
    outcomes = []
    for pieces in ([noise], _pieces(noise, cuts)):
        try:
            outcomes.append(parsed(*pieces))
        except Violation as violation:
            outcomes.append([Message(violation.code, b"")])
    assert outcomes[0] == outcomes[1]


@given(st.lists(_messages() | st.binary(max_size=30), max_size=5), st.lists(st.integers(0, 900), max_size=4))
def test_who_asks_for_a_lone_text_first_reads_the_same(sent: list[bytes], cuts: list[int]) -> None:
    def read(*, lone_first: bool) -> list[str | bytes | int]:
        said: list[str | bytes | int] = []
        allowed = count()
        parser = Parser(LARGEST, lambda: next(allowed) >= 0)
        try:
            for piece in pieces:
                text = parser.lone_text(piece) if lone_first else None
                if text is None:
                    said += (message.content() for message in parser.feed(piece))
                else:
                    said.append(text)
        except Violation as violation:
            said.append(violation.code)
        return [*said, next(allowed)]

    pieces = [piece for message in sent for piece in _pieces(message, cuts) if piece]
    assert read(lone_first=True) == read(lone_first=False)


def test_a_lone_text_too_many_is_not_read() -> None:
    parser = Parser(LARGEST, lambda: False)
    with pytest.raises(Violation) as violation:
        parser.lone_text(masked(TEXT, b"not even looked at"))
    assert violation.value.code == frames.POLICY


@given(st.binary(max_size=2_000), _masks)
def test_unmasking_is_what_the_standard_says(payload: bytes, mask: bytes) -> None:
    assert frames.unmasked(payload, mask) == bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def _pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]
