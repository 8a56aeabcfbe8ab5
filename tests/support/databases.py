"""The fixtures of what keeps a central store: each test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.central.database import Database
from tests.support.clock import StillClock
from tests.support.offices import Office, an_office
from tests.support.postgres import PostgreSQL, running_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running_postgresql() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the store's schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "central.sqlite"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> str:
    """A database with the store's schema and nothing in it, for this test alone."""
    if request.param == "sqlite":
        path = tmp_path / "central.sqlite"
        shutil.copyfile(migrated_file, path)
        return f"sqlite:///{path}"
    cluster: PostgreSQL = request.getfixturevalue("postgresql")
    return cluster.emptied()


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    """A central store that answers, with nothing in it."""
    with an_office(database_url, tmp_path / "central", clock) as found:
        yield found
