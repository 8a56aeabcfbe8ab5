"""PostgreSQL dies in the middle of intake, or has no room: nothing lost, nothing double, told in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from kiosk.central import accounts
from kiosk.central import tables as t
from kiosk.central.app import make_app
from kiosk.clock import stamp
from kiosk.problems import Problem
from kiosk.sync import client, enrolling
from kiosk.sync.bundle import Bundle, pack
from tests.support.clock import StillClock
from tests.support.cutting import Network, a_network
from tests.support.disks import FaultyDisk, faulty_disk
from tests.support.offices import Office, an_office, waiting
from tests.support.postgres import SHARED, PostgreSQL, running_postgresql

DELAYS = (0.02, 0.06, 0.12, 0.2, 0.3)
"""Seconds after the first request at which it dies: sooner than a whole intake is done, or just then."""
COUNTED = (t.meeting, t.answer, t.text, t.receipt)


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgreSQL]:
    """A cluster for this module alone, since it is not always there."""
    with running_postgresql() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def disk(mortal: PostgreSQL) -> FaultyDisk:
    """The cluster's disk, good at first."""
    made = faulty_disk(mortal.folder, mortal.folder / "cluster")
    mortal.restart_on(made)
    return made


@pytest.fixture
def office(mortal: PostgreSQL, tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    with an_office(mortal.emptied(), tmp_path / "central", clock) as found:
        yield found


@pytest.fixture
def network(office: Office) -> Iterator[Network]:
    with a_network(office.port) as found:
        yield found


@pytest.fixture
def bundle(office: Office, network: Network, data: Path) -> Bundle:
    enrolling.enrol(data, network.url, office.code(), "The laptop of the library")
    return waiting(data, questions=6, voters=600)


def counted(office: Office) -> list[int]:
    """Meetings, answers, texts and receipts that are visible."""
    return [office.count(table) for table in COUNTED]


def whole(bundle: Bundle) -> list[int]:
    return [1, bundle.manifest.tables["answers"], bundle.manifest.tables["texts"], 1]


def at(step: bytes, act: Callable[[], None]) -> tuple[Callable[[bytes], bool], threading.Event]:
    """Do something once, just before the answer to a step; and whether it has been done."""
    done = threading.Event()

    def watch(asked: bytes) -> bool:
        if step in asked.split(b"\r\n", 1)[0] and not done.is_set():
            done.set()
            act()
        return True

    return watch, done


def steps(bundle: Bundle) -> tuple[bytes, bytes, bytes]:
    """The manifest, a part, and the last part, after which only the seal is left."""
    last = bundle.manifest.parts[-1].sha256.encode()
    return b"PUT /api/v1/bundles/%b " % bundle.signed.id.encode(), b"/parts/", b"/parts/" + last


def test_it_dies_after_each_step(
    mortal: PostgreSQL, office: Office, network: Network, bundle: Bundle, data: Path
) -> None:
    """After the manifest, after a part: what follows is refused in words, and goes on once it is back."""
    for step in steps(bundle):
        network.before_answer, died = at(step, mortal.die)
        ended = client.send(data, "m1")
        assert died.is_set()
        assert ended.problem is not None
        assert (ended.state, ended.problem.code) == ("waiting", "central_not_saving")
        assert "Nothing is lost" in ended.problem.sentence()
        mortal.start()
        assert counted(office) == [0, 0, 0, 0]
    assert client.send(data, "m1").state == "safe"
    assert counted(office) == whole(bundle)


def test_it_dies_at_any_moment(mortal: PostgreSQL, office: Office, bundle: Bundle, data: Path) -> None:
    """The whole meeting is visible with its receipt, or nothing of it."""
    for delay in DELAYS:
        death = threading.Timer(delay, mortal.die)
        death.start()
        ended = client.send(data, "m1")
        death.join()
        mortal.start()
        found = counted(office)
        if ended.state == "safe":
            assert found == whole(bundle)
        else:
            assert ended.problem is not None
            assert ended.problem.code == "central_not_saving", ended.problem.details
            assert found in ([0, 0, 0, 0], whole(bundle))
    ended = client.send(data, "m1")
    assert ended.state == "safe"
    assert counted(office) == whole(bundle)


def test_its_disk_is_full_after_each_step(
    disk: FaultyDisk, office: Office, network: Network, bundle: Bundle, data: Path
) -> None:
    """From the manifest on, from a part on, before the seal: the same bundle goes in once there is room."""
    for step in steps(bundle):
        network.before_answer, filled = at(step, lambda: disk.be("full"))
        ended = client.send(data, "m1")
        assert filled.is_set()
        assert ended.problem is not None
        assert (ended.state, ended.problem.code, ended.problem.status) == ("waiting", "central_full", 507)
        assert "must make room" in ended.problem.sentence()
        disk.be("good")
        assert counted(office) == [0, 0, 0, 0]
    for _again in range(2):
        assert client.send(data, "m1").state == "safe"
    assert counted(office) == whole(bundle)


def fill(office: Office) -> None:
    """Note attempts to log in until there is no room for one more."""
    now = stamp(office.intake.clock.now())
    for number in count():
        with office.database.writing() as tx:
            tx.execute(t.attempt.insert().values(name_digest=f"{number:064}", at=now))


def test_whoever_reads_or_logs_in_meanwhile_is_told(
    mortal: PostgreSQL, disk: FaultyDisk, office: Office
) -> None:
    browser = make_app(office.intake, "The office").test_client()
    origin = {"Origin": "http://localhost"}
    password = "correct horse battery staple"
    accounts.open_account(office.database, office.intake.clock, "cia", password, "reader")
    disk.be("full")
    with pytest.raises(Problem):
        fill(office)
    right = {"name": "cia", "password": password}
    told = browser.post("/log-in", data=right, headers=origin)
    assert told.status_code == 507
    assert "must make room" in told.text
    disk.be("good")
    assert browser.post("/log-in", data=right, headers=origin).status_code == 303
    mortal.die()
    page = browser.get("/")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "Nothing is lost" in page.text
    mortal.restart_on(disk)
    assert browser.get("/").status_code == 200


def test_its_disk_is_full_when_a_stick_comes(disk: FaultyDisk, office: Office, bundle: Bundle) -> None:
    disk.be("full")
    for _again in range(2):
        with pytest.raises(Problem) as refused:
            office.intake.import_file(pack(bundle))
        assert refused.value.code == "central_full"
    disk.be("good")
    assert counted(office) == [0, 0, 0, 0]
    receipts = {office.intake.import_file(pack(bundle)).written for _again in range(2)}
    assert len(receipts) == 1
    assert counted(office) == whole(bundle)


def fill_log(mortal: PostgreSQL) -> None:
    """Write until the log wants a new file: it has some ready beforehand."""
    with psycopg.connect(mortal.url(SHARED), autocommit=True) as connection:
        while True:
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("SELECT pg_logical_emit_message(true, 'kiosk', 'one more')")


def test_there_is_no_room_for_its_log(mortal: PostgreSQL, office: Office, bundle: Bundle, data: Path) -> None:
    """It can then do nothing but stop."""
    disk = faulty_disk(mortal.folder, mortal.folder / "cluster" / "pg_wal")
    mortal.restart_on(disk)
    disk.be("full")
    with pytest.raises(psycopg.Error):
        fill_log(mortal)
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert ended.state == "waiting"
    assert ended.problem.code in ("central_full", "central_not_saving")
    disk.be("good")
    mortal.restart_on(disk)
    assert counted(office) == [0, 0, 0, 0]
    assert client.send(data, "m1").state == "safe"
    assert counted(office) == whole(bundle)
