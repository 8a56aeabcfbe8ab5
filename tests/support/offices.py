"""A central store that answers on a port of this machine, and laptops that know it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Table, func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from kiosk.central import sites
from kiosk.central.app import make_app, make_intake
from kiosk.central.database import Database
from kiosk.central.intake import Intake
from kiosk.clock import Clock
from kiosk.sync import enrolling
from kiosk.sync.bundle import Bundle
from kiosk.sync.outbox import Outbox
from kiosk.sync.signing import Site, site_of
from tests.support import bundles


class Quiet(WSGIRequestHandler):
    """Keeps the connection open, as the server of an office does, and writes no log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - its word
        """Say nothing."""


@dataclass(frozen=True)
class Office:
    """A central store on a real database, and its address."""

    intake: Intake
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Database:
        return self.intake.database

    def code(self, site: str | None = None) -> str:
        """A code for one laptop."""
        return sites.make_code(self.database, self.intake.key.public, self.intake.clock, "A laptop", site)

    def laptop(self, data: Path) -> Site:
        """A data folder, enrolled."""
        enrolling.enrol(data, self.url, self.code(), "A laptop")
        return site_of(data)

    def enrolled(self, site: Site) -> Site:
        """A site whose key is known here, without a laptop."""
        sites.enrol_by_hand(
            self.database, self.intake.clock, site=site.id, name="By hand", key=site.key.public
        )
        return site

    def count(self, table: Table) -> int:
        with self.database.reading() as tx:
            return int(tx.scalar(select(func.count()).select_from(table)) or 0)


@contextmanager
def an_office(url: str, data: Path, clock: Clock) -> Iterator[Office]:
    """A central store on a migrated database that answers until the block ends."""
    database = Database(url)
    data.mkdir(parents=True, exist_ok=True)
    intake = make_intake(database, data, clock)
    server = make_server("127.0.0.1", 0, make_app(intake, "The office"), True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Office(intake, server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()


def waiting(data: Path, **of_bundle: object) -> Bundle:
    """A bundle that waits in the outbox of a data folder, made without a room."""
    made = bundles.a_bundle(site_of(data), **of_bundle)  # type: ignore[arg-type]
    Outbox(data).keep(made)
    return made
