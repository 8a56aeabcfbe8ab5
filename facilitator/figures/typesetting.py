"""Fonts, the width of words, and lines that fit. Runs in the worker process.

All lengths are in pixels of a picture at ``DPI``, so that 1,920 of them fill the text width of an A4 page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, islice, takewhile

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

DPI = 300
POINTS_PER_PIXEL = 72 / DPI

# DejaVu Sans comes with matplotlib, so a picture looks alike on every machine; the others are asked, where
# they are installed, for letters that it lacks (Ge'ez, Thai, Devanagari, Chinese, newer symbols).
WANTED_FONTS = (
    "DejaVu Sans", "Noto Sans", "Noto Sans Arabic", "Noto Sans Ethiopic", "Ebrima", "Kefa",
    "Noto Sans Thai", "Leelawadee UI", "Noto Sans Devanagari", "Nirmala UI", "Noto Sans CJK SC",
    "Microsoft YaHei", "PingFang SC", "Noto Emoji", "Noto Sans Symbols", "Noto Sans Symbols 2",
    "Segoe UI Symbol", "Apple Symbols",
)  # fmt: skip

SOFT_HYPHEN = "\u00ad"
ELLIPSIS = "…"
# A line may end after a space, at a soft hyphen, and after a hyphen or a slash between two letters.
_BREAK = re.compile(rf"(?<= )|(?<={SOFT_HYPHEN})|(?<=[^\W\d_][-/])(?=[^\W\d_])")
# Joiners, direction marks and variation selectors: no font need draw them.
_ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufe0e\ufe0f" + SOFT_HYPHEN
_LEAST_PIECE = 3
_LONGEST_WORD = 40
_VOWELS = "aeiouyåäöæøáéíóúü"
BOX = "□"
_JOINED_BOXES = re.compile(f"{BOX}\ufe0f?(?:\u200d{BOX}\ufe0f?)*")


@dataclass(frozen=True)
class Face:
    """A size in pixels and a weight."""

    size: float
    bold: bool = False

    @property
    def leading(self) -> float:
        return self.size * 1.3


@dataclass(frozen=True)
class Lines:
    """Text set in lines of one face."""

    lines: tuple[str, ...]
    face: Face

    @property
    def height(self) -> float:
        return len(self.lines) * self.face.leading

    @property
    def width(self) -> float:
        return max((width(line, self.face) for line in self.lines), default=0.0)


def set_lines(text: str, room: float, face: Face, most: int | None = None) -> Lines:
    """The text in lines no wider than the room; what goes beyond ``most`` lines ends in an ellipsis."""
    lines = list(_wrap(text, room, face, most))
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], _shorten(lines[most - 1] + ELLIPSIS, room, face)]
    return Lines(tuple(lines), face)


def set_evenly(text: str, room: float, face: Face, most: int | None = None) -> Lines:
    """The same number of lines, made about equally long, so that no single word is left behind."""
    widest = set_lines(text, room, face, most)
    narrowest, enough = room / 2, room
    while len(widest.lines) > 1 and enough - narrowest > room / 50:
        middle = (narrowest + enough) / 2
        if len(_wrap(text, middle, face, most)) > len(widest.lines):
            narrowest = middle
        else:
            enough = middle
    return set_lines(text, enough, face, most)


def width(text: str, face: Face) -> float:
    """How wide the text is when drawn, near enough."""
    words = text.split(" ")
    at_100 = sum(_word_at_100(word, face.bold) for word in words)
    at_100 += (len(words) - 1) * _space_at_100(face.bold)
    return at_100 * face.size / 100


def properties(text: str, face: Face) -> FontProperties:
    """The fonts that the text needs, at the face's size."""
    return FontProperties(
        family=list(_families(text)),
        size=face.size * POINTS_PER_PIXEL,
        weight="bold" if face.bold else "normal",
    )


def legible(text: str) -> str:
    """The text with ``□`` for each sign that no font here can draw, a family of joined signs being one."""
    return _JOINED_BOXES.sub(BOX, "".join(letter if _is_drawable(letter) else BOX for letter in text))


# Measuring is slow, so it is done for words and not for lines, and at one size, since widths grow evenly with
# it. What nobody would write as a word is added up from its letters.
def _word_at_100(word: str, bold: bool) -> float:
    if len(word) <= _LONGEST_WORD:
        return _measured_at_100(word, bold)
    return sum(_measured_at_100(letter, bold) for letter in word)


@cache
def _space_at_100(bold: bool) -> float:
    return _measured_at_100("n n", bold) - _measured_at_100("nn", bold)


@lru_cache(maxsize=16_384)
def _measured_at_100(text: str, bold: bool) -> float:
    drawn = _renderer().get_text_width_height_descent(text, properties(text, Face(100, bold)), False)
    # The addition is for what hinting moves at other sizes.
    return float(drawn[0]) * 1.01


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, DPI)


@lru_cache(maxsize=16_384)
def _families(text: str) -> tuple[str, ...]:
    """The first font, and of the others only those that know a letter it lacks."""
    first, *others = _installed()
    needed = [first]
    lacking = {letter for letter in text if letter not in _ZERO_WIDTH} - _letters(first)
    for name in others:
        if not lacking:
            break
        if lacking & _letters(name):
            needed.append(name)
            lacking -= _letters(name)
    return tuple(needed)


def _is_drawable(letter: str) -> bool:
    return letter in _ZERO_WIDTH or any(letter in _letters(name) for name in _installed())


@cache
def _installed() -> tuple[str, ...]:
    installed = set(fontManager.get_font_names())
    return tuple(name for name in WANTED_FONTS if name in installed)


@cache
def _letters(family: str) -> frozenset[str]:
    """What a font can draw."""
    font = get_font(findfont(FontProperties(family=family)))
    return frozenset(map(chr, font.get_charmap()))


@lru_cache(maxsize=1_024)
def _wrap(text: str, room: float, face: Face, most: int | None) -> tuple[str, ...]:
    """The lines, and one more than ``most`` if there are so many; what follows is not looked at."""
    lines = (line for line in _lines(text, room, face) if line)
    return tuple(islice(lines, None if most is None else most + 1))


def _lines(text: str, room: float, face: Face) -> Iterable[str]:
    line, used = "", 0.0
    for piece in _pieces(text, room, face):
        if line and used + width(_shown(piece), face) > room:
            yield _shown(line)
            line, used = "", 0.0
        line += piece
        used += width(piece.replace(SOFT_HYPHEN, ""), face)
    yield _shown(line)


def _pieces(text: str, room: float, face: Face) -> Iterable[str]:
    """The parts between which a line may end; one that is wider than a line by itself is cut."""
    for piece in _BREAK.split(text):
        while _is_wider(piece, room, face):
            cut = _longest_start(piece, room, face)
            if cut >= len(piece):
                break
            yield piece[:cut] + SOFT_HYPHEN
            piece = piece[cut:]
        yield piece


def _is_wider(piece: str, room: float, face: Face) -> bool:
    """Whether the piece does not fit. The start of a monster tells as much as the whole, and sooner."""
    if len(piece) > 4 * _LONGEST_WORD and width(piece[: 4 * _LONGEST_WORD], face) > room:
        return True
    return width(_shown(piece), face) > room


def _longest_start(piece: str, room: float, face: Face) -> int:
    """How many letters of the piece fill a line, never parting a letter from its accents."""
    room_at_100 = (room - width("-", face)) * 100 / face.size
    ends = accumulate(_measured_at_100(letter, face.bold) for letter in piece)
    cut = sum(1 for _ in takewhile(lambda end: end <= room_at_100, ends))
    cut = max(min(cut, len(piece.rstrip()) - _LEAST_PIECE), 1)
    cut = next((end for end in range(cut, max(cut - 5, _LEAST_PIECE), -1) if _is_syllable(piece, end)), cut)
    while cut < len(piece) and _clings(piece[cut]):
        cut += 1
    return cut


def _is_syllable(piece: str, start: int) -> bool:
    """Whether one seems to begin there: a consonant and then a vowel, as in every Nordic language."""
    consonant, vowel = piece[start].lower(), piece[start + 1 : start + 2].lower()
    return consonant.isalpha() and consonant not in _VOWELS and vowel != "" and vowel in _VOWELS


def _clings(letter: str) -> bool:
    return letter in _ZERO_WIDTH or unicodedata.category(letter).startswith("M")


def _shown(line: str) -> str:
    """The line as it is drawn: a soft hyphen shows at the end of a line and nowhere else."""
    line = line.strip(" ")
    ending = "-" if line.endswith(SOFT_HYPHEN) else ""
    return line.replace(SOFT_HYPHEN, "") + ending


def _shorten(line: str, room: float, face: Face) -> str:
    while len(line) > 1 and width(line, face) > room:
        line = line[:-2].rstrip() + ELLIPSIS
    return line
