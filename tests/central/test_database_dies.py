"""PostgreSQL dies in the middle of intake, at every step and at any moment: nothing lost, nothing double."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk.central import tables as t
from kiosk.central.database import Database
from kiosk.sync import client, enrolling
from kiosk.sync.bundle import Bundle
from tests.support.central_process import RunningCentral
from tests.support.cutting import a_network
from tests.support.offices import waiting
from tests.support.postgres import SHARED, PostgreSQL, running_postgresql

DELAYS = (0.02, 0.06, 0.12, 0.2, 0.3)
"""Seconds after the first request at which it dies: sooner than a whole intake is done, or just then."""


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgreSQL]:
    """A cluster for this module alone, since it is not always there."""
    with running_postgresql() as cluster:
        yield cluster


@pytest.fixture
def central(mortal: PostgreSQL, tmp_path: Path) -> Iterator[RunningCentral]:
    found = RunningCentral(mortal.emptied(), tmp_path / "central")
    yield found
    found.stop()


@pytest.fixture
def bundle(central: RunningCentral, data: Path) -> Bundle:
    made = central.act("enrol", "The laptop of the library")
    enrolling.enrol(data, central.url, made.stdout.strip(), "")
    return waiting(data, questions=6, voters=600)


def counted(mortal: PostgreSQL) -> list[int]:
    """Meetings, answers, texts, receipts and summaries that are visible."""
    database = Database(mortal.url(SHARED))
    try:
        with database.reading() as tx:
            tables = (t.meeting, t.answer, t.text, t.receipt)
            return [tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    finally:
        database.close()


def whole(bundle: Bundle) -> list[int]:
    return [1, bundle.manifest.tables["answers"], bundle.manifest.tables["texts"], 1]


def test_it_dies_after_each_step(
    mortal: PostgreSQL, central: RunningCentral, bundle: Bundle, data: Path
) -> None:
    """After the manifest, after a part: what follows is refused in words, and goes on once it is back."""
    known = enrolling.central_of(data)
    assert known is not None
    with a_network(central.port) as network:
        (data / "central.json").write_text(
            (data / "central.json").read_text("utf-8").replace(central.url, network.url)
        )
        for step in (b"PUT /api/v1/bundles/%b " % bundle.signed.id.encode(), b"/parts/"):
            died = threading.Event()

            def die_after(asked: bytes, step: bytes = step, died: threading.Event = died) -> bool:
                if step in asked.split(b"\r\n", 1)[0] and not died.is_set():
                    died.set()
                    mortal.die()
                return True

            network.before_answer = die_after
            ended = client.send(data, "m1")
            assert died.is_set()
            assert ended.problem is not None
            assert (ended.state, ended.problem.code) == ("waiting", "central_not_saving")
            assert "Nothing is lost" in ended.problem.sentence()
            mortal.start()
            assert counted(mortal) == [0, 0, 0, 0]
        network.before_answer = lambda _asked: True
        assert client.send(data, "m1").state == "safe"
    assert counted(mortal) == whole(bundle)


def test_it_dies_at_any_moment(
    mortal: PostgreSQL, central: RunningCentral, bundle: Bundle, data: Path
) -> None:
    """The whole meeting is visible with its receipt, or nothing of it."""
    for delay in DELAYS:
        death = threading.Timer(delay, mortal.die)
        death.start()
        ended = client.send(data, "m1")
        death.join()
        mortal.start()
        found = counted(mortal)
        if ended.state == "safe":
            assert found == whole(bundle)
        else:
            assert ended.problem is not None
            assert ended.problem.code == "central_not_saving", ended.problem.details
            assert found in ([0, 0, 0, 0], whole(bundle)) or found == [*whole(bundle)[:3], 0]
    ended = client.send(data, "m1")
    assert ended.state == "safe"
    assert counted(mortal) == whole(bundle)
