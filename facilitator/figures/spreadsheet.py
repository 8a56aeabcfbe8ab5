"""A workbook as XLSX, written with XlsxWriter. Runs in the worker process.

Every text is written as a text: nothing is taken for a formula, a link or a number, whoever typed it.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from .wording import plain
from .workbook import Cell, ColumnKind, Sheet, Workbook

_WIDTHS: dict[ColumnKind, int] = {"text": 16, "wide": 54, "count": 12, "percent": 12}
_Formats = dict[str, Any]
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_UNTOUCHED_TEXTS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(workbook: Workbook) -> bytes:
    """The file's bytes."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _UNTOUCHED_TEXTS) as book:
        book.set_properties({"title": plain(workbook.title), "created": _day(workbook.date)})
        formats = _formats(book)
        names: set[str] = set()
        for sheet in workbook.sheets:
            name = _name(sheet.name, names)
            _write_sheet(book.add_worksheet(name), sheet, formats, workbook.direction == "rtl")
    return file.getvalue()


def _day(date: str) -> datetime:
    """Noon of the day, the same day wherever it is read; a fixed one if it is not a date."""
    try:
        day = datetime.fromisoformat(date)
    except ValueError:
        day = datetime(2000, 1, 1, tzinfo=UTC)
    return day.replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)


def _formats(book: Any) -> _Formats:
    return {
        "heading": book.add_format(
            {"bold": True, "bg_color": "#0d4f55", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
        ),
        "text": book.add_format({"valign": "top", "text_wrap": True}),
        "wide": book.add_format({"valign": "top", "text_wrap": True}),
        "count": book.add_format({"valign": "top", "num_format": "#,##0"}),
        "percent": book.add_format({"valign": "top", "num_format": "0%"}),
    }


def _name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes: no signs it keeps for itself, not too long, not there already."""
    base = _FORBIDDEN_IN_NAMES.sub(" ", plain(wanted)).strip("' ") or "Sheet"
    name, number = base[:_LONGEST_NAME], 2
    while name.casefold() in taken:
        name, number = f"{base[: _LONGEST_NAME - 4]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _write_sheet(page: Any, sheet: Sheet, formats: _Formats, leftwards: bool) -> None:
    """The table with its headings always in sight, ready to be filtered and printed."""
    if leftwards:
        page.right_to_left()
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _WIDTHS[column.kind])
        page.write_string(0, place, plain(column.heading), formats["heading"])
    for line, row in enumerate(sheet.rows, start=1):
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=False)):
            _write_cell(page, line, place, cell, column.kind, formats)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    if sheet.columns:
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write_cell(page: Any, line: int, place: int, cell: Cell, kind: ColumnKind, formats: _Formats) -> None:
    if isinstance(cell, str):
        page.write_string(line, place, plain(cell), formats["text"])
    elif cell is not None:
        page.write_number(line, place, cell / 100 if kind == "percent" else cell, formats[kind])
