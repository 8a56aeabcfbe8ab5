"""Populations that dialogues are compared with, as tables that an editor brings."""

from __future__ import annotations

from kiosk.central import tables as t
from kiosk.central.database import Database
from kiosk.clock import Clock, stamp
from kiosk.problems import POPULATION_REASONS, Problem
from kiosk.statistics.population import RowFault, read_tables

LONGEST_NAME = 80


def bring(database: Database, clock: Clock, dialogue: str, name: str, table: bytes, who: str) -> None:
    """Keep a table for a dialogue, in place of the one there was; a Problem when it is none."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Problem("population_name")
    text = _decoded(table)
    try:
        read_tables(text)
    except RowFault as fault:
        raise Problem("population_row", row=fault.row, reason=POPULATION_REASONS[fault.reason]) from None
    row = {
        "dialogue": dialogue,
        "name": name,
        "table": text,
        "brought_by": who,
        "brought_at": stamp(clock.now()),
    }
    with database.writing() as tx:
        tx.execute(t.population.delete().where(t.population.c.dialogue == dialogue))
        tx.execute(t.population.insert().values(row))


def remove(database: Database, dialogue: str) -> None:
    with database.writing() as tx:
        tx.execute(t.population.delete().where(t.population.c.dialogue == dialogue))


def _decoded(table: bytes) -> str:
    """UTF-8, or what Excel writes in the Nordic countries."""
    try:
        return table.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return table.decode("cp1252", "replace").replace("\0", "")
