"""The laptop dies at every step of the seal, the bundle, the sending, the receipt and the deletion.

Started again it has either done what was asked, or not begun, and the same again brings it to its end.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.backups import ledger, places
from kiosk.central import tables as t
from kiosk.problems import Problem
from kiosk.store.store import ROOM_FILE
from kiosk.sync import client
from kiosk.sync.outbox import Outbox
from tests.support import meetings as m
from tests.support.clock import StillClock
from tests.support.databases import migrated_file as migrated_file
from tests.support.kiosks import a_kiosk
from tests.support.offices import Office, an_office
from tests.support.people import chosen, people, vote
from tests.support.sudden_death import killed_at_every_step

SECRET = "Ring Britta Marklund om detta"
VOTERS = 12


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a meeting that has ended, with backups and a text that nobody has approved."""
    data = tmp_path_factory.mktemp("ended") / "data"
    with a_kiosk(data) as kiosk:
        room = kiosk.room
        room.import_document(m.meeting(m.single("drink"), m.words("wish"), date="2026-11-22"))
        room.start("m1")
        voters = people(room, VOTERS)
        for question in ("drink", "wish"):
            name = room.open_round("m1", question)
            for number, who in enumerate(voters):
                vote(room, who, name, chosen("abc"[number % 3]) if question == "drink" else {"text": SECRET})
            room.close_round(name)
        kiosk.backups.make()
        room.end("m1")
    return data


@pytest.fixture(scope="module")
def sealed(ended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("sealed") / "data"
    shutil.copytree(ended, data)
    with a_kiosk(data) as kiosk:
        kiosk.room.seal("m1")
    return data


@pytest.fixture
def office(migrated_file: Path, tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    path = tmp_path / "central.sqlite"
    shutil.copyfile(migrated_file, path)
    with an_office(f"sqlite:///{path}", tmp_path / "central", clock) as found:
        yield found


def seal(data: Path) -> None:
    with a_kiosk(data) as kiosk:
        kiosk.room.seal("m1")


def delete(data: Path) -> None:
    with a_kiosk(data) as kiosk:
        kiosk.room.delete("m1", why="A trial")


def leaves_nothing_secret(data: Path) -> bool:
    """Whether what a seal destroys is gone: from the file, its log, the keys, the backups within reach."""
    key = ledger.read_key(data)
    backups = [
        places.prove(found.path, key)[1] for found in places.every([ledger.own_folder(data)]) if found.header
    ]
    files = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    meeting_keys = [path for path in (data / "keys").iterdir() if path.name.startswith("meeting-")]
    return not meeting_keys and not any(SECRET.encode() in content for content in (*files, *backups))


def test_killed_at_every_step_of_the_seal(ended: Path, data: Path) -> None:
    seen = set()
    for _step in killed_at_every_step(ended, data, seal):
        with a_kiosk(data) as kiosk:
            room = kiosk.room
            status = room.stage("m1").status
            seen.add(status)
            assert status == "ended" or leaves_nothing_secret(data)
            room.seal("m1")
            assert leaves_nothing_secret(data)
            for round in room.stage("m1").rounds:
                assert room.disclosed(round.id).answered == VOTERS
    assert seen == {"ended", "sealed"}


def test_killed_at_every_step_of_bundling(sealed: Path, data: Path) -> None:
    whole = None
    for _step in killed_at_every_step(sealed, data, lambda folder: client.prepare(folder, "m1")):
        bundle = client.prepare(data, "m1")
        whole = whole or bundle.manifest.content
        assert bundle.manifest.content == whole


def test_killed_at_every_step_of_sending(sealed: Path, data: Path, tmp_path: Path, office: Office) -> None:
    enrolled = tmp_path / "enrolled"
    shutil.copytree(sealed, enrolled)
    office.laptop(enrolled)
    for _step in killed_at_every_step(enrolled, data, lambda folder: client.send(folder, "m1")):
        assert client.progress(data, "m1").state in ("waiting", "safe")
        assert client.send(data, "m1").state == "safe"
    assert office.count(t.meeting) == 1
    assert office.count(t.answer) == VOTERS
    assert office.count(t.receipt) == 1


def test_killed_at_every_step_of_taking_a_receipt(
    sealed: Path, data: Path, tmp_path: Path, office: Office
) -> None:
    enrolled = tmp_path / "enrolled"
    shutil.copytree(sealed, enrolled)
    office.laptop(enrolled)
    client.prepare(enrolled, "m1")
    receipt = office.intake.import_file(Outbox(enrolled).bundle_path("m1").read_bytes()).as_file()
    for _step in killed_at_every_step(enrolled, data, lambda folder: client.take_receipt(folder, receipt)):
        assert client.progress(data, "m1").state in ("waiting", "safe")
        client.take_receipt(data, receipt)
        assert client.verified_receipt(data, "m1") is not None


def test_killed_at_every_step_of_the_deletion(sealed: Path, data: Path, tmp_path: Path) -> None:
    bundled = tmp_path / "bundled"
    shutil.copytree(sealed, bundled)
    client.prepare(bundled, "m1")
    seen = set()
    for _step in killed_at_every_step(bundled, data, delete):
        with a_kiosk(data) as kiosk:
            is_there = [stage.meeting.id for stage in kiosk.room.meetings()] == ["m1"]
            seen.add(is_there)
            if is_there:
                assert client.prepare(data, "m1").manifest.records > VOTERS
                with pytest.raises(Problem):
                    kiosk.room.delete("m1")
                kiosk.room.delete("m1", why="A trial")
            kiosk.room.delete("m1")
            (act,) = kiosk.room.deleted()
            assert act.note["why"] == "A trial"
        assert not any((data / "outbox").iterdir())
        files = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
        assert b"Which drink" not in files
        assert (data / ROOM_FILE).exists()
    assert seen == {True, False}
