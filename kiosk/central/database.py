"""The central store's database: SQLite or PostgreSQL behind the same few words."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.types import JSON

from kiosk.meeting.document import canonical as _spell
from kiosk.problems import Problem

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 30_000
_READING = "kiosk_reading"
_MIGRATING = 20261122
"""A number of ours among PostgreSQL's advisory locks."""

Transaction = Connection


def is_usable(url: str) -> bool:
    """Whether a URL names a database of a kind that we work with."""
    try:
        return make_url(url).get_backend_name() in ("postgresql", "sqlite")
    except ArgumentError:
        return False


class Database:
    """Transactions that read and transactions that write. On SQLite one writes at a time, and others wait.

    Where the database cannot do its work, a transaction raises Problem: ``central_full`` when there is no
    room on its disk, else ``central_not_saving``; the log says why. Our own faults stay what they are.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is committed at the end, or undone by an exception."""
        with _told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one state of things."""
        with (
            _told(),
            self._engine.connect() as connection,
            connection.execution_options(**{_READING: True}).begin(),
        ):
            yield connection

    def migrate(self) -> None:
        """Bring the schema up to date; two processes that start together take turns."""
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def analyse(self) -> None:
        """Let the database look at what it holds, so that it plans well; after much has come in at once."""
        with self.writing() as connection:
            connection.exec_driver_sql("ANALYZE")

    def empty_log(self) -> None:
        """After something was erased: SQLite's log still holds it. PostgreSQL keeps house by itself."""
        with _told(), closing(self._engine.raw_connection()) as connection:
            if self._engine.dialect.name == "sqlite":
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Tell in words what the database could not do. A COPY fails in the driver's own errors."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        print(f"The database does not answer as it should: {cause}", file=sys.stderr)
        raise Problem("central_full" if _is_full(cause) else "central_not_saving") from cause


def _is_full(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode == sqlite3.SQLITE_FULL
    return isinstance(cause, psycopg.errors.DiskFull)


def take_turns(tx: Transaction, name: str, *, side_by_side: bool = False) -> None:
    """Until this transaction ends let no other go on that takes turns about the same name.

    Those that may go on side by side wait only for one that may not. On SQLite writers take turns anyway.
    """
    if tx.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if side_by_side else func.pg_advisory_xact_lock
        tx.execute(select(lock(func.hashtextextended(name, 0))))


def add_if_new(tx: Transaction, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row, unless one like it is there already; whether it was new."""
    make = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    # Not by rowcount, which the library does not promise for an INSERT.
    added = make(table).values(dict(row)).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return tx.execute(added).first() is not None


def add_many(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; by COPY where there is one, which is much quicker."""
    if not rows:
        return
    if tx.dialect.name != "postgresql":
        tx.execute(table.insert(), rows)
        return
    columns = [table.columns[name] for name in rows[0]]
    spelt = [isinstance(column.type, JSON) for column in columns]
    named = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), named)
    connection: Any = tx.connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [
                    _spell(value) if is_json else value
                    for value, is_json in zip(row.values(), spelt, strict=True)
                ]
            )


def sqlite_url(data: Path) -> str:
    return f"sqlite:///{data / 'central.sqlite'}"


def _engine(url: str) -> Engine:
    asked = make_url(url)
    if asked.get_backend_name() == "postgresql":
        engine = create_engine(asked.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10)
        event.listen(engine, "begin", _begin_on_postgresql)
        return engine
    engine = create_engine(asked, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would otherwise begin transactions by its own rules.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {BUSY_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_on_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READING)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _begin_on_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_READING):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
