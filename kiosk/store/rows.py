"""Many rows in few statements.

Every statement lets go of the interpreter, and under load its thread waits to get it back. ``executemany``
does so for each row; a statement that holds many rows does so once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

_AT_ONCE = (256, 32, 8, 4, 2, 1)
"""Few different numbers of rows, so that SQLite finds its statements again."""


def insert(
    connection: sqlite3.Connection, into: str, rows: Sequence[tuple[Any, ...]], then: str = ""
) -> None:
    """Insert rows ``into`` a table: ``name (column, …)``. ``then`` may say what to do about a conflict."""
    done = 0
    for number in _AT_ONCE:
        while len(rows) - done >= number:
            values = chain.from_iterable(rows[done : done + number])
            connection.execute(_statement(into, len(rows[0]), number, then), list(values))
            done += number


@cache
def _statement(into: str, columns: int, number: int, then: str) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {into} VALUES {', '.join([row] * number)} {then}"
