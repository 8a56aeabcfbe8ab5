"""Reference populations: tables of how many people there are, as statistics offices publish them.

A table is one line per category: variable, category, count, source, date, age base. Which of a question's
options a category belongs to is a mapping of its own, proposed here and checked by a person.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Rows(Protocol):
    """What ``csv.reader`` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


COLUMNS = ("variable", "category", "count", "source", "date", "age_base")
MOST_CATEGORIES = 500
LONGEST = 200

_AGE_BASE = re.compile(r"all|\d{1,3}\+|\d{1,3}-\d{1,3}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_DASHES = re.compile(r"\s*[‐-―−-]\s*")
_BAND = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?(\+)?")
_OPEN_END = re.compile(
    r"\b(plus|eller|och|og|or|and|ja|yli|over|above|äldre|ældre|eldre|vanhemmat|vanhempi)\b"
)
_SEXES = {
    "woman": "woman women female females kvinna kvinnor kvinde kvinder kvinne kvinner nainen naiset",
    "man": "man men male males män mand mænd mann menn mies miehet",
}
_SEX_OF = {word: sex for sex, words in _SEXES.items() for word in words.split()}
"""The two words that every statistics office has, as one and as many, in the interface's languages."""
_SIGNS = re.compile(r"[^\w+-]+")


class RowFault(ValueError):
    """A table that cannot be read. ``row`` counts the file's lines from 1, its headings being the first."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"row {row}: {reason}")
        self.row = row
        self.reason = reason


@dataclass(frozen=True)
class ReferenceTable:
    """One variable of a population: people by category, in the file's order."""

    variable: str
    source: str
    date: str
    age_base: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many people are in all categories together."""
        return sum(self.counts.values())


def read_tables(text: str) -> tuple[ReferenceTable, ...]:
    """The tables of a CSV file, one per variable; RowFault at the first line that is wrong.

    Cells may be parted by semicolon, comma or tab. Spaces within a number are taken for its thousands.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not lines[0].strip():
        raise RowFault(1, "empty")
    rows = csv.reader(lines, delimiter=_delimiter(lines[0]), skipinitialspace=True)
    try:
        tables = _tables(rows)
    except csv.Error:  # a cell that never ends
        raise RowFault(rows.line_num, "long") from None
    for table in tables.values():
        if len(table.counts) < 2 or table.total == 0:
            raise RowFault(rows.line_num, "one_category")
    return tuple(tables.values())


def write_tables(tables: Iterable[ReferenceTable]) -> str:
    """The CSV file of some tables, from which ``read_tables`` reads them again."""
    rows = [
        (table.variable, category, str(count), table.source, table.date, table.age_base)
        for table in tables
        for category, count in table.counts.items()
    ]
    return "".join(f"{';'.join(map(_cell, row))}\n" for row in (COLUMNS, *rows))


def shares_of_options(
    table: ReferenceTable, mapping: Mapping[str, str | None], options: Iterable[str]
) -> dict[str, int]:
    """People of the population by option, for the options that any category was mapped to."""
    known = tuple(options)
    found: dict[str, int] = {}
    for category, count in table.counts.items():
        option = mapping.get(category)
        if option is not None and option in known:
            found[option] = found.get(option, 0) + count
    return {option: found[option] for option in known if option in found}


def unmatched(table: ReferenceTable, mapping: Mapping[str, str | None]) -> tuple[str, ...]:
    """Categories that belong to no option: their people are outside the comparison."""
    return tuple(category for category in table.counts if mapping.get(category) is None)


def propose(table: ReferenceTable, options: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """Which option each category probably belongs to; ``options`` are the wordings of each, and its id.

    The same words count as the same, and ages by the band they lie in: "37 år" belongs to "30–44".
    """
    names = {_plain(words): option for option, wordings in options.items() for words in wordings}
    bands = {option: band for option, wordings in options.items() if (band := _first_band(wordings))}
    return {category: names.get(_plain(category)) or _within(category, bands) for category in table.counts}


def _cell(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if quoted != text or ";" in text else text


def _tables(rows: Rows) -> dict[str, ReferenceTable]:
    places = _places(next(rows))
    tables: dict[str, ReferenceTable] = {}
    for cells in rows:
        if any(cell.strip() for cell in cells):
            _add(tables, _line(cells, places, rows.line_num), rows.line_num)
    if not tables:
        raise RowFault(rows.line_num, "empty")
    return tables


def _delimiter(head: str) -> str:
    return max(";,\t", key=head.count)


def _places(head: Sequence[str]) -> dict[str, int]:
    names = [re.sub(r"[\s-]+", "_", name.strip().casefold()) for name in head]
    if any(names.count(column) != 1 for column in COLUMNS):
        raise RowFault(1, "columns")
    return {column: names.index(column) for column in COLUMNS}


def _line(cells: Sequence[str], places: Mapping[str, int], row: int) -> dict[str, str]:
    if len(cells) <= max(places.values()):
        raise RowFault(row, "cells")
    line = {column: re.sub(r"\s+", " ", cells[place]).strip() for column, place in places.items()}
    if any(len(cell) > LONGEST or not cell.isprintable() for cell in line.values()):
        raise RowFault(row, "long")
    for column in ("variable", "category", "source"):
        if not line[column]:
            raise RowFault(row, column)
    line["count"] = re.sub(r"\s", "", line["count"])
    line["age_base"] = _DASHES.sub("-", line["age_base"].casefold()).replace(" ", "")
    if not (line["count"].isascii() and line["count"].isdigit() and len(line["count"]) <= 12):
        raise RowFault(row, "count")
    if not _DATE.fullmatch(line["date"]):
        raise RowFault(row, "date")
    if not _AGE_BASE.fullmatch(line["age_base"]):
        raise RowFault(row, "age_base")
    return line


def _add(tables: dict[str, ReferenceTable], line: Mapping[str, str], row: int) -> None:
    head = (line["source"], line["date"], line["age_base"])
    known = tables.get(line["variable"])
    if known is not None and (known.source, known.date, known.age_base) != head:
        raise RowFault(row, "differs")
    counts = dict(known.counts) if known is not None else {}
    if line["category"] in counts:
        raise RowFault(row, "twice")
    counts[line["category"]] = int(line["count"])
    if len(counts) > MOST_CATEGORIES:
        raise RowFault(row, "many")
    tables[line["variable"]] = ReferenceTable(line["variable"], *head, counts)


def _plain(words: str) -> str:
    """Words as they are compared: without case, signs and kinds of dashes."""
    plain = _SIGNS.sub(" ", _DASHES.sub("-", words.casefold())).strip()
    return _SEX_OF.get(plain, plain)


def _first_band(wordings: Iterable[str]) -> tuple[int, int] | None:
    return next((band for words in wordings if (band := _band(words))), None)


def _band(words: str) -> tuple[int, int] | None:
    """The ages that words name, both ends included; None when they name none."""
    plain = _plain(words)
    found = _BAND.search(plain)
    if found is None:
        return None
    low = int(found[1])
    if found[2] is not None:
        return low, int(found[2])
    is_open = found[3] is not None or _OPEN_END.search(plain) is not None
    return (low, 999) if is_open or "-plus" in plain else (low, low)


def _within(category: str, bands: Mapping[str, tuple[int, int]]) -> str | None:
    """The option whose band holds all the ages of a category."""
    band = _band(category)
    if band is None:
        return None
    return next((option for option, (low, high) in bands.items() if low <= band[0] and band[1] <= high), None)


@dataclass(frozen=True)
class Mapped:
    """Which table a question is compared with, and the option that each of its categories belongs to.

    ``is_checked`` once a person has looked at it; until then it is what was proposed.
    """

    table: ReferenceTable
    options: Mapping[str, str | None]
    is_checked: bool


@dataclass(frozen=True)
class Population:
    """A population that rooms of a dialogue are compared with. ``name`` is a wording per language.

    ``checked`` holds, by question, the variable and the mapping that a person has saved.
    """

    id: str
    dialogue: str
    name: Mapping[str, str]
    is_example: bool
    is_chosen: bool
    tables: tuple[ReferenceTable, ...]
    checked: Mapping[str, tuple[str | None, Mapping[str, str | None]]]

    def table(self, variable: str | None) -> ReferenceTable | None:
        """The table of a variable; None when there is none."""
        return next((table for table in self.tables if table.variable == variable), None)

    def mapped(self, question: str, options: Mapping[str, Sequence[str]]) -> Mapped | None:
        """What a question is compared with; None when nothing in the population fits it."""
        if question in self.checked:
            variable, mapping = self.checked[question]
            table = self.table(variable)
            return Mapped(table, mapping, is_checked=True) if table is not None else None
        proposals = [Mapped(table, propose(table, options), is_checked=False) for table in self.tables]
        best = max(proposals, key=_options_met, default=None)
        return best if best is not None and _options_met(best) >= 2 else None


def _options_met(mapped: Mapped) -> int:
    return len(set(mapped.options.values()) - {None})
