"""The schema: migrations make what the tables say, on both databases, also when two start at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kiosk.central import tables as t
from kiosk.central.database import Database, add_if_new
from tests.support.postgres import PostgreSQL


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.sqlite'}"
    cluster: PostgreSQL = request.getfixturevalue("postgresql")
    return cluster.bare()


def test_migrations_make_what_the_tables_say(bare_url: str) -> None:
    database = Database(bare_url)
    for _again in range(2):
        database.migrate()
    with database.reading() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []
    database.close()


def test_two_that_start_at_once_take_turns(bare_url: str) -> None:
    databases = [Database(bare_url) for _ in range(4)]
    failed: list[BaseException] = []

    def migrate(database: Database) -> None:
        try:
            database.migrate()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=migrate, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for database in databases:
        database.close()


def test_a_row_is_added_once_and_an_error_undoes_all(database_url: str) -> None:
    database = Database(database_url)
    row = {"id": "d1", "title": {"sv": "Å"}}
    with database.writing() as tx:
        assert add_if_new(tx, t.dialogue, row)
        assert not add_if_new(tx, t.dialogue, {**row, "title": {}})

    def add_two_and_fail() -> None:
        with database.writing() as tx:
            add_if_new(tx, t.dialogue, {**row, "id": "d2"})
            tx.execute(t.dialogue.insert().values(row))

    with pytest.raises(IntegrityError):
        add_two_and_fail()
    with database.reading() as tx:
        assert tx.execute(select(t.dialogue)).all() == [("d1", {"sv": "Å"})]
    database.close()
