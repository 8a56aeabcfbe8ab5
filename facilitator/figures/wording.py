"""Text as it may be printed: nothing in it acts, hides or reorders its surroundings."""

from __future__ import annotations

import re
import unicodedata

_ORDINARY = re.compile("[ -~\u00a0-\u02ff\u2010-\u2027\u202f-\u205e]*")
"""Latin letters and punctuation, of which nothing has to be looked at one by one."""
_BREAKS = re.compile("[\t\n\r\f\v\u0085\u2028\u2029]")
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Cn"})
_MARKS_PER_LETTER = 3


def plain(text: str) -> str:
    """The text on one line, without control characters, direction overrides or towers of accents.

    What XML cannot carry (control characters, lone surrogates, non-characters) would spoil a whole SVG or
    workbook. Hard spaces stay, since they hold figure and unit together.
    """
    if _ORDINARY.fullmatch(text):
        return re.sub(" +", " ", text).strip()
    printable = "".join(letter for letter in _BREAKS.sub(" ", text) if _is_printable(letter))
    one_line = re.sub(" +", " ", unicodedata.normalize("NFC", printable)).strip()
    return _without_towers(one_line)


def _is_printable(letter: str) -> bool:
    return letter not in _DIRECTION_OVERRIDES and unicodedata.category(letter) not in _UNPRINTABLE


def _without_towers(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MARKS_PER_LETTER:
            kept.append(letter)
    return "".join(kept)
