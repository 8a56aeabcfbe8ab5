"""What the terminal says when the room opens: where phones go, how to get in, how to stop.

Text in, text out. It is read at a glance, by somebody who would rather not have a terminal at all.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from kiosk.languages import gettext as _

WIDTH = 80
QUIET_MODULES = 4
"""Light modules around the code, without which cameras do not find it."""

Matrix = Sequence[Sequence[bool]]
"""A code's modules, row by row; True is dark."""

_MARGIN = "  "
_GAP = "   "
_BOLD, _BLACK_ON_WHITE, _PLAIN = "\x1b[1m", "\x1b[30;107m", "\x1b[0m"


@dataclass(frozen=True)
class Opening:
    """What there is to say about a room that has just opened."""

    join: str
    """The address as people type it: ``http://192.168.8.10``."""
    code: Matrix
    """The QR code with that address."""
    console: str
    """The console's link with its one-time token."""
    data: Path
    port_note: str | None = None


def announce(opening: Opening, stream: TextIO) -> None:
    """Say it on a terminal, or without colours and never failing wherever else the output goes."""
    text = banner(opening, colour=speaks_colour(stream), blocks=draws_blocks(stream))
    write(text, stream)


def write(text: str, stream: TextIO) -> None:
    """Print what the stream's encoding has, and a question mark for what it has not."""
    encoding = stream.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


def speaks_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the stream is a terminal that may be sent colours."""
    if not stream.isatty() or environment.get("NO_COLOR"):
        return False
    if os.name == "nt":
        return "WT_SESSION" in environment or "TERM" in environment
    return environment.get("TERM", "dumb") != "dumb"


def draws_blocks(stream: TextIO) -> bool:
    """Whether the stream's encoding has the block characters that a code is drawn with."""
    try:
        "█▀▄".encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def banner(opening: Opening, *, colour: bool, blocks: bool = True) -> str:
    """Everything there is to say, on one screen of 80 columns."""
    code = qr(opening.code, colour=colour) if blocks else []
    width = WIDTH - len(_MARGIN) - (_columns(opening.code) + len(_GAP) if code else 0)
    beside = _where_phones_go(opening, width, colour=colour, scan=bool(code))
    lines = ["", *_side_by_side(code, beside), "", *_console(opening.console, colour=colour), ""]
    lines += _table([(_("Data"), str(opening.data)), (_("Stop"), "Ctrl+C")])
    return "\n".join([*lines, ""])


def fresh_link(console: str, *, colour: bool) -> str:
    """The answer to Enter: another way into the console."""
    return "\n".join(["", *_console(console, colour=colour), ""])


def qr(matrix: Matrix, *, colour: bool) -> list[str]:
    """The code in half blocks, two modules to a character.

    With colours it is black on white whatever the terminal looks like. Without, the light modules are drawn,
    which is right on a dark terminal and an inverted code, that most cameras read as well, on a light one.
    """
    if not matrix:
        return []
    rows = _with_quiet_zone(matrix)
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    characters = " ▄▀█" if colour else "█▀▄ "
    lines = [
        "".join(characters[2 * top + bottom] for top, bottom in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
    return [f"{_BLACK_ON_WHITE}{line}{_PLAIN}" for line in lines] if colour else lines


def _with_quiet_zone(matrix: Matrix) -> list[list[bool]]:
    side = [False] * QUIET_MODULES
    rows = [[*side, *row, *side] for row in matrix]
    empty = [[False] * len(rows[0])] * QUIET_MODULES
    return [*empty, *rows, *empty]


def _columns(matrix: Matrix) -> int:
    return len(matrix[0]) + 2 * QUIET_MODULES if matrix else 0


def _where_phones_go(opening: Opening, width: int, *, colour: bool, scan: bool) -> list[str]:
    lines = [_("Phones open this address:"), "", _bold(opening.join, colour=colour), ""]
    if scan:
        lines += [_("or scan the code."), ""]
    lines += textwrap.wrap(_("They must be on the same network as this computer."), width)
    if opening.port_note:
        lines += ["", *textwrap.wrap(opening.port_note, width)]
    return lines


def _side_by_side(code: list[str], words: list[str]) -> list[str]:
    """The words beside the code, in the middle of its height."""
    if not code:
        return [f"{_MARGIN}{line}".rstrip() for line in words]
    above = [""] * ((len(code) - len(words)) // 2)
    pairs = zip_longest(code, [*above, *words], fillvalue="")
    return [f"{_MARGIN}{left}{_GAP}{right}".rstrip() for left, right in pairs]


def _console(link: str, *, colour: bool) -> list[str]:
    """The link stands alone on its line, so that it can be marked and copied whole."""
    words = _("Console, on this computer (the link works once; Enter prints another):")
    return [
        *textwrap.wrap(words, WIDTH, initial_indent=_MARGIN, subsequent_indent=_MARGIN),
        _MARGIN + _bold(link, colour=colour),
    ]


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    widest = max(len(name) for name, _value in rows)
    return [f"{_MARGIN}{name:<{widest}}{_GAP}{value}" for name, value in rows]


def _bold(text: str, *, colour: bool) -> str:
    return f"{_BOLD}{text}{_PLAIN}" if colour else text
