"""What the terminal says when the room opens."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from kiosk.banner import QUIET_MODULES, Opening, announce, banner, fresh_link, qr, speaks_colour, write
from kiosk.qr import matrix

JOIN = "http://192.168.8.10:8080"
CONSOLE = "http://127.0.0.1:8081/facilitator#Yx3v9QkzR0mN5tBwL8dJpAQkzR0mN5tBwL8dJpA"
OPENING = Opening(
    join=JOIN,
    code=matrix("HTTP://192.168.8.10:8080/7KQ4"),
    console=CONSOLE,
    data=Path("/home/anna/kiosk/data/var"),
    port_note="Port 80 was not allowed, so 8080.",
)
WITHOUT_BLOCKS = "latin-1"


def modules(lines: list[str], dark: dict[str, tuple[bool, bool]]) -> list[list[bool]]:
    """The code as a camera sees it: every character is two modules, one above the other."""
    rows: list[list[bool]] = []
    for line in lines:
        rows += [[dark[character][0] for character in line], [dark[character][1] for character in line]]
    return rows


@pytest.mark.parametrize(
    "text", ["HTTP://10.0.0.1/", "HTTP://192.168.137.1:8080/7KQ4", "WIFI:T:WPA;S:Hall;P:secret-room;;"]
)
def test_the_code_on_the_screen_is_the_code_with_its_quiet_zone(text: str) -> None:
    code = matrix(text)
    seen = modules(
        qr(code, colour=False),
        {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)},
    )
    q, side = QUIET_MODULES, len(code)
    assert [row[q : q + side] for row in seen[q : q + side]] == code
    assert not any(any(row) for row in seen[:q] + seen[q + side :])
    assert not any(any(row[:q] + row[q + side :]) for row in seen)


def test_with_colours_the_same_code_is_black_on_white() -> None:
    code = matrix(JOIN)
    coloured = qr(code, colour=True)
    assert all(line.startswith("\x1b[30;107m") and line.endswith("\x1b[0m") for line in coloured)
    bare = [line.removeprefix("\x1b[30;107m").removesuffix("\x1b[0m") for line in coloured]
    inverted = str.maketrans("█▀▄ ", " ▄▀█")
    assert bare == [line.translate(inverted) for line in qr(code, colour=False)]


def test_everything_is_there_within_eighty_columns_and_one_screen() -> None:
    lines = banner(OPENING, colour=False).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert len(lines) <= 25
    text = "\n".join(lines)
    for needed in (JOIN, CONSOLE, "/home/anna/kiosk/data/var", "Port 80 was not allowed", "Ctrl+C", "Enter"):
        assert needed in text


def test_the_console_link_stands_alone_so_that_it_can_be_copied() -> None:
    assert CONSOLE in [line.strip() for line in banner(OPENING, colour=False).splitlines()]
    assert CONSOLE in [line.strip() for line in fresh_link(CONSOLE, colour=False).splitlines()]


def test_without_a_port_note_nothing_is_said_of_ports() -> None:
    opening = Opening(JOIN, OPENING.code, CONSOLE, OPENING.data)
    assert "Port" not in banner(opening, colour=False)


def test_no_line_ends_in_blanks_and_no_colour_means_no_escape() -> None:
    text = banner(OPENING, colour=False)
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_file_gets_no_escapes() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    announce(OPENING, file)
    file.seek(0)
    said = file.read()
    assert "\x1b" not in said
    assert "█" in said


def test_a_terminal_gets_them_unless_it_asks_not_to() -> None:
    keeper, terminal = os.openpty()
    try:
        with open(terminal, "w", encoding="utf-8", closefd=False) as stream:
            assert speaks_colour(stream, {"TERM": "xterm-256color"})
            assert not speaks_colour(stream, {"TERM": "xterm-256color", "NO_COLOR": "1"})
            assert not speaks_colour(stream, {"TERM": "dumb"})
    finally:
        os.close(keeper)
        os.close(terminal)


def test_an_old_terminal_without_block_characters_still_gets_the_words() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=WITHOUT_BLOCKS, write_through=True)
    announce(OPENING, file)
    file.seek(0)
    said = file.read()
    assert JOIN in said
    assert "?" not in said
    assert "scan" not in said


def test_what_an_encoding_lacks_never_stops_the_room() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    write("Skellefteå", file)
    file.seek(0)
    assert file.read() == "Skellefte?\n"
