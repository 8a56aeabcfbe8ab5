"""Many rows in few statements: all of them, in any number, and all or none where one is refused."""

from __future__ import annotations

import sqlite3

import pytest

from kiosk.store.rows import insert


@pytest.fixture
def table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    return connection


@pytest.mark.parametrize("number", [0, 1, 3, 4, 31, 37, 256, 300, 613])
def test_every_row_arrives(table: sqlite3.Connection, number: int) -> None:
    rows = [(place, f"word {place}") for place in range(number)]
    insert(table, "word (id, text)", rows)
    assert table.execute("SELECT id, text FROM word ORDER BY id").fetchall() == rows


def test_a_conflict_is_settled_as_said(table: sqlite3.Connection) -> None:
    insert(table, "word (id, text)", [(1, "old"), (2, "kept")])
    insert(table, "word (id, text)", [(1, "new")] * 5, "ON CONFLICT (id) DO UPDATE SET text = excluded.text")
    assert table.execute("SELECT id, text FROM word ORDER BY id").fetchall() == [(1, "new"), (2, "kept")]


def test_a_row_that_is_refused_raises(table: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        insert(table, "word (id, text)", [(place, None if place == 3 else "x") for place in range(4)])
