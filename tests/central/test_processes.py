"""Real processes: the central store killed at every step, disks that are full, and what people type."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk.central import tables as t
from kiosk.central.database import Database
from kiosk.sync import client, enrolling
from kiosk.sync.outbox import RECEIPT_SUFFIX, Outbox
from kiosk.sync.signing import site_of
from tests.support import meetings as m
from tests.support.central_process import Finished, RunningCentral, run, start
from tests.support.cutting import a_network
from tests.support.disks import faulty_disk
from tests.support.kiosks import a_kiosk
from tests.support.offices import waiting
from tests.support.people import chosen, people, vote


@pytest.fixture
def central(database_url: str, tmp_path: Path) -> Iterator[RunningCentral]:
    found = RunningCentral(database_url, tmp_path / "central")
    yield found
    found.stop()


@pytest.fixture
def on_sqlite(tmp_path: Path, migrated_file: Path) -> Iterator[RunningCentral]:
    path = tmp_path / "central.sqlite"
    shutil.copyfile(migrated_file, path)
    found = RunningCentral(f"sqlite:///{path}", tmp_path / "central")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a room with a sealed meeting."""
    data = tmp_path_factory.mktemp("evening") / "data"
    with a_kiosk(data) as kiosk:
        kiosk.room.import_document(m.meeting(m.single("q")))
        kiosk.room.start("m1")
        name = kiosk.room.open_round("m1", "q")
        for number, who in enumerate(people(kiosk.room, 12)):
            vote(kiosk.room, who, name, chosen("abc"[number % 3]))
        kiosk.room.close_round(name)
        kiosk.room.end("m1")
        kiosk.room.seal("m1")
    return data


@pytest.fixture
def laptop(evening: Path, data: Path) -> Path:
    shutil.copytree(evening, data)
    return data


def enrol(central: RunningCentral, data: Path, url: str | None = None) -> None:
    made = central.act("enrol", "The laptop of the library")
    assert made.returncode == 0, made.stderr
    enrolling.enrol(data, url or central.url, made.stdout.strip(), "")


def test_killed_at_every_step_between_commit_and_answer(
    central: RunningCentral, database_url: str, data: Path
) -> None:
    """The store has done what it was asked and dies before it can say so: manifest, a part, the seal."""
    with a_network(central.port) as network:
        enrol(central, data, network.url)
        bundle = waiting(data, voters=300)
        for step in (b"PUT /api/v1/bundles/%b " % bundle.signed.id.encode(), b"/parts/", b"/seal "):

            def kill_then(asked: bytes, step: bytes = step) -> bool:
                if step not in asked.split(b"\r\n", 1)[0]:
                    return True
                central.kill()
                return False

            network.before_answer = kill_then
            ended = client.send(data, "m1")
            assert ended.problem is not None
            assert ended.problem.code == "central_unreachable"
            assert ended.state == "waiting"
            network.before_answer = lambda _asked: True
            central.start()
        assert counted(database_url) == [1, 900, 300, 1]
        ended = client.send(data, "m1")
        assert ended.receipt is not None
        assert ended.state == "safe"
    assert counted(database_url) == [1, 900, 300, 1]


def counted(url: str) -> list[int]:
    database = Database(url)
    try:
        with database.reading() as tx:
            tables = (t.meeting, t.answer, t.text, t.receipt)
            return [tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    finally:
        database.close()


def test_the_laptop_killed_at_every_step(on_sqlite: RunningCentral, tmp_path: Path, data: Path) -> None:
    """It dies while the store answers: to the manifest, a part, the seal. Started again, it goes on."""
    with a_network(on_sqlite.port) as network:
        enrol(on_sqlite, data, network.url)
        waiting(data, voters=300)
        for step in (b"PUT /api/v1/bundles/", b"/parts/", b"/seal "):
            running: list[subprocess.Popen[bytes]] = []

            def kill_then(
                asked: bytes, step: bytes = step, running: list[subprocess.Popen[bytes]] = running
            ) -> bool:
                if step not in asked.split(b"\r\n", 1)[0]:
                    return True
                running[0].kill()
                return False

            network.before_answer = kill_then
            running.append(start("scripts/sync.py", "--data", str(data), "m1"))
            assert running[0].wait(timeout=60) == -signal.SIGKILL
        network.before_answer = lambda _asked: True
        assert client.progress(data, "m1").state == "waiting"
        assert sync(data, "m1").returncode == 0
        assert client.progress(data, "m1").state == "safe"
    assert counted(f"sqlite:///{tmp_path / 'central.sqlite'}") == [1, 900, 300, 1]


def test_a_full_disk_at_the_central_store_is_told_and_gets_better(
    tmp_path: Path, migrated_file: Path, data: Path
) -> None:
    """On SQLite; ``test_database_fails`` fills the disk of PostgreSQL."""
    folder = tmp_path / "full"
    folder.mkdir()
    url, disk = f"sqlite:///{folder / 'central.sqlite'}", faulty_disk(tmp_path, folder)
    shutil.copyfile(migrated_file, folder / "central.sqlite")
    central = RunningCentral(url, tmp_path / "central", disk)
    try:
        enrol(central, data)
        bundle = waiting(data, questions=6, voters=900)
        disk.be("full")
        ended = client.send(data, "m1")
        assert ended.problem is not None
        assert (ended.state, ended.problem.code) == ("waiting", "central_full")
        assert "must make room" in ended.problem.sentence()
        assert counted(url)[0] == 0
        disk.be("good")
        assert client.send(data, "m1").state == "safe"
        assert counted(url) == [1, bundle.manifest.tables["answers"], bundle.manifest.tables["texts"], 1]
    finally:
        central.stop()


def test_a_full_disk_at_the_laptop_is_told_and_gets_better(on_sqlite: RunningCentral, laptop: Path) -> None:
    enrol(on_sqlite, laptop)
    # Beside a running room, whose files are there already.
    room = sqlite3.connect(laptop / "room.sqlite")
    room.execute("SELECT count(*) FROM meeting").fetchone()
    full = sync(laptop, largest_file=500)
    assert full.returncode == 1
    assert "Make room on the disk" in full.stderr
    assert "Traceback" not in full.stderr
    room.close()
    assert not Outbox(laptop).bundle_path("m1").exists()
    assert sync(laptop).returncode == 0


def sync(data: Path, *words: str, largest_file: int | None = None) -> Finished:
    return run("scripts/sync.py", "--data", str(data), *words, largest_file=largest_file)


def test_what_a_person_types_at_the_laptop(on_sqlite: RunningCentral, laptop: Path, tmp_path: Path) -> None:
    unknown = sync(laptop)
    assert unknown.returncode == 1
    assert "does not know any central store" in unknown.stderr

    code = on_sqlite.act("enrol", "The library").stdout.strip()
    enrolled = sync(laptop, "--enrol", on_sqlite.url, code.lower(), "--name", "The library")
    assert enrolled.stdout.startswith("Enrolled at Central store"), enrolled.stderr
    assert sync(tmp_path / "other", "--enrol", on_sqlite.url, code).returncode == 3
    assert sync(laptop, "--status").returncode == 1

    sent = sync(laptop)
    assert sent.returncode == 0, sent.stderr
    assert "[##############################] 4 of 4 parts, " in sent.stdout
    assert "m1: safe. Receipt " in sent.stdout
    assert sync(laptop, "--status").stdout.startswith("m1: safe, 4 of 4 parts")

    refused = on_sqlite.act("revoke", site_of(laptop).key.public, "--why", "Sold")
    assert refused.returncode == 0
    Outbox(laptop).receipt_path("m1").unlink()
    assert sync(laptop).returncode == 3
    on_sqlite.stop()
    assert sync(laptop).returncode == 1
    assert sync(laptop, "--nonsense").returncode == 2


def test_what_people_type_when_only_a_stick_travels(
    on_sqlite: RunningCentral, laptop: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    site, key = (line.split()[1] for line in sync(laptop, "--identity").stdout.splitlines())
    by_hand = on_sqlite.act("enrol", "No network", "--site", site, "--key", key)
    pin = by_hand.stdout.split()[-1]
    assert sync(laptop, "--pin", pin).returncode == 0
    assert sync(laptop, "--export", str(stick)).returncode == 0
    (bundle,) = stick.glob("*.bundle.zip")
    imported = on_sqlite.act("import", str(bundle))
    assert imported.returncode == 0, imported.stderr
    (receipt,) = stick.glob(f"*{RECEIPT_SUFFIX}")
    assert sync(laptop, "--receipt", str(receipt)).stdout.startswith("m1: safe.")
    assert sync(laptop, "--status").returncode == 0

    bundle.write_bytes(bundle.read_bytes()[:-1])
    damaged = on_sqlite.act("import", str(bundle))
    assert damaged.returncode == 1
    assert "not as it was made" in damaged.stderr
    assert "a file  file: " in on_sqlite.act("quarantine").stdout


def test_what_an_administrator_types(on_sqlite: RunningCentral, tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / f"laptop{number}"
        enrol(on_sqlite, folder)
        waiting(folder, seed=number)
        client.send(folder, "m1")
    assert on_sqlite.act("sites").stdout.count("The laptop of the library") == 2
    listed = on_sqlite.act("conflicts").stdout
    assert "m1" in listed
    assert "beside" in listed
    settled = on_sqlite.act("settle", listed.split()[0], "--choose", "beside", "--note", "The hall called")
    assert settled.returncode == 0, settled.stderr
    assert on_sqlite.act("conflicts").stdout == ""
    assert client.send(tmp_path / "laptop2", "m1").state == "safe"

    opened = on_sqlite.act("open-account", "cia", "--role", "administrator", said="correct horse battery\n")
    assert opened.returncode == 0, opened.stderr
    short = on_sqlite.act("open-account", "bo", said="short\n")
    assert (short.returncode, "15 characters" in short.stderr) == (1, True)
    assert on_sqlite.act("close-account", "cia").returncode == 0

    assert on_sqlite.act("erase", "m1", "--why", "Decision KS 2026/1").returncode == 0
    again = on_sqlite.act("erase", "m1", "--why", "Again")
    assert (again.returncode, "was erased" in again.stderr) == (1, True)


def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    tried = run(
        "run.py", "central", "--data", str(tmp_path), "--database", "postgresql://kiosk@127.0.0.1:9/x"
    )
    assert tried.returncode == 1
    assert "Traceback" not in tried.stderr
    assert "The database does not answer" in tried.stderr
