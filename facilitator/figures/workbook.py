"""What a workbook says: sheets of typed columns, ready to be written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from . import form

ColumnKind = Literal["text", "wide", "count", "percent"]
Cell = str | int | None

KINDS = ("text", "wide", "count", "percent")
MOST_SHEETS = 10
MOST_COLUMNS = 60
MOST_ROWS = 100_000
LONGEST_CELL = 32_000


@dataclass(frozen=True)
class Column:
    """A column and what stands in it: a short ``text``, a ``wide`` one, a whole ``count`` or ``percent``."""

    heading: str
    kind: ColumnKind = "text"


@dataclass(frozen=True)
class Sheet:
    """A table under a name. A cell is a text, a whole number (percent as 62, not 0.62) or empty."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Workbook:
    """Sheets in their order. ``date`` is the day the file says it was made: the meeting's own."""

    title: str
    date: str
    sheets: tuple[Sheet, ...]
    direction: Literal["ltr", "rtl"] = "ltr"


def to_json(workbook: Workbook) -> dict[str, Any]:
    return asdict(workbook)


def from_json(value: Any) -> Workbook:
    """The workbook that JSON describes; ValueError when it does not."""
    data = form.mapping(value)
    return Workbook(
        title=form.text(data, "title"),
        date=form.text(data, "date", 40),
        sheets=form.items(data, "sheets", _sheet_from_json, MOST_SHEETS),
        direction=cast(Literal["ltr", "rtl"], form.one_of(data, "direction", ("ltr", "rtl"))),
    )


def _sheet_from_json(value: Any) -> Sheet:
    data = form.mapping(value)
    columns = form.items(data, "columns", _column_from_json, MOST_COLUMNS)

    def row(cells: Any) -> tuple[Cell, ...]:
        return form.items({"row": cells}, "row", _cell_from_json, len(columns))

    return Sheet(form.text(data, "name"), columns, form.items(data, "rows", row, MOST_ROWS))


def _column_from_json(value: Any) -> Column:
    data = form.mapping(value)
    return Column(form.text(data, "heading"), cast(ColumnKind, form.one_of(data, "kind", KINDS)))


def _cell_from_json(value: Any) -> Cell:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return form.text({"cell": value}, "cell", LONGEST_CELL)
