"""Tables for spreadsheets, in which no cell is ever taken for a formula. Pure: values in, text out.

The CSV is for the spreadsheets of Nordic offices: ``;`` between cells, since Excel there takes the comma
for a decimal point and would leave everything in one column, and a byte order mark, without which Excel
does not read UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

Cell = str | int | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTE_ORDER_MARK = "\ufeff"
_BREAKS = re.compile("[\t\n\r\f\v\u0085\u2028\u2029]+")
_UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
# What a spreadsheet takes for the beginning of a formula, its full-width twins included.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table, to be written as UTF-8; the byte order mark is there."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    for row in (headings, *rows):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return _BYTE_ORDER_MARK + file.getvalue()


def guarded(text: str) -> str:
    """The text as no spreadsheet will run it: an apostrophe stands before what would begin a formula."""
    safe = printable(text)
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA_STARTS) else safe


def printable(text: str) -> str:
    """The text on one line, without what XML cannot carry and what reorders its surroundings."""
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", text))
