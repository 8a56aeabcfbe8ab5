"""Reference populations of a dialogue, with how their categories belong to the options of questions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.meeting.document import canonical


@dataclass(frozen=True)
class PopulationRow:
    """``tables`` and ``mapping`` are plain data; the room knows what they mean."""

    id: str
    dialogue: str
    name: Mapping[str, str]
    is_example: bool
    is_chosen: bool
    tables: list[dict[str, Any]]
    mapping: dict[str, dict[str, Any]]


_COLUMNS = "id, dialogue, name, example, chosen, tables, mapping"


def insert(connection: sqlite3.Connection, row: PopulationRow) -> None:
    connection.execute(
        f"INSERT INTO population ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            row.id,
            row.dialogue,
            canonical(row.name),
            row.is_example,
            row.is_chosen,
            _in_order(row.tables),
            _in_order(row.mapping),
        ),
    )


def of_dialogue(connection: sqlite3.Connection, dialogue: str) -> list[PopulationRow]:
    """The populations of a dialogue, in the order they came in."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM population WHERE dialogue = ? ORDER BY rowid", (dialogue,)
    )
    return [_row(row) for row in rows]


def find(connection: sqlite3.Connection, population_id: str) -> PopulationRow | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM population WHERE id = ?", (population_id,)).fetchone()
    return _row(row) if row else None


def set_mapping(
    connection: sqlite3.Connection, population_id: str, mapping: Mapping[str, Mapping[str, Any]]
) -> None:
    connection.execute("UPDATE population SET mapping = ? WHERE id = ?", (_in_order(mapping), population_id))


def choose(connection: sqlite3.Connection, dialogue: str, population_id: str | None) -> None:
    """Make one population of the dialogue the one that rooms are compared with, or none."""
    connection.execute("UPDATE population SET chosen = 0 WHERE dialogue = ? AND chosen = 1", (dialogue,))
    connection.execute("UPDATE population SET chosen = 1 WHERE id = ?", (population_id,))


def delete(connection: sqlite3.Connection, population_id: str) -> None:
    connection.execute("DELETE FROM population WHERE id = ?", (population_id,))


def _in_order(value: Any) -> str:
    """As JSON, with the file's order of categories kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _row(row: tuple[Any, ...]) -> PopulationRow:
    population_id, dialogue, name, example, chosen, tables, mapping = row
    return PopulationRow(
        population_id,
        dialogue,
        json.loads(name),
        bool(example),
        bool(chosen),
        json.loads(tables),
        json.loads(mapping),
    )
