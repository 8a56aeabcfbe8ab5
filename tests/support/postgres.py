"""A real PostgreSQL for the tests: Debian's, on a scratch folder and a free port, never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from kiosk.central.database import Database
from kiosk.central.tables import metadata
from tests.support.disks import FaultyDisk
from tests.support.running import free_port

USER = "kiosk"
SHARED = "shared"


class PostgreSQL:
    """A cluster, with one database that tests take in turn and others for whoever needs one alone."""

    def __init__(self, folder: Path, port: int, control: Sequence[Path | str], options: str) -> None:
        self.folder = folder
        self._port = port
        self._control = control
        self._options = options
        self._numbers = count(1)

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self._port}/{name}"

    def start(self) -> None:
        _call([*self._control, "-o", self._options, "start"])

    def restart_on(self, disk: FaultyDisk) -> None:
        """Start it on a disk that can go wrong, whether it runs or has given up."""
        _call([*self._control, "-o", self._options, "-m", "immediate", "restart"], disk.environment())

    def die(self) -> None:
        """As after a crash: no connection is let finish, nothing is tidied up."""
        _call([*self._control, "-m", "immediate", "stop"])

    def make_shared(self) -> None:
        self._run("postgres", f"CREATE DATABASE {SHARED}")
        database = Database(self.url(SHARED))
        database.migrate()
        database.close()

    def emptied(self) -> str:
        """The URL of the shared database, with the store's schema and not a row in it."""
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        self._run(SHARED, f"TRUNCATE {names} RESTART IDENTITY")
        return self.url(SHARED)

    def bare(self) -> str:
        """The URL of a new database without any schema."""
        name = f"bare_{next(self._numbers)}"
        self._run("postgres", f"CREATE DATABASE {name}")
        return self.url(name)

    def _run(self, name: str, statement: str) -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """A cluster that lives as long as the block. What is written is not flushed: it is thrown away anyway."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-postgresql-"))
    port = free_port()
    programs = _programs()
    try:
        _own(folder)
        cluster = folder / "cluster"
        _call(
            [programs / "initdb", "-D", cluster, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control: list[Path | str] = [programs / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log"]
        postgresql = PostgreSQL(folder, port, control, options)
        postgresql.start()
        try:
            postgresql.make_shared()
            yield postgresql
        finally:
            postgresql.die()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Where the server's programs are: Debian keeps each version in a folder of its own, outside the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    assert on_path is not None, "PostgreSQL is not installed: `python3 scripts/test.py` does that"
    return Path(on_path).resolve().parent


def _own(folder: Path) -> None:
    """PostgreSQL refuses to run as root, so where the tests do, it runs as the user that its package made."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def _call(command: Sequence[Path | str], environment: Mapping[str, str] | None = None) -> None:
    other = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    done = subprocess.run(
        command,
        cwd="/",
        env=environment,
        user=other.pw_uid if other else None,
        group=other.pw_gid if other else None,
        extra_groups=[] if other else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if "initdb" in str(command[0]) else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}"
