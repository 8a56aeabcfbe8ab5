"""`scripts/backup.py`, as people run it: what there is, whether it is whole, and bringing one back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.backups import ledger, places
from kiosk.backups.box import spell
from kiosk.damage import refuse_damage
from kiosk.hold import hold
from kiosk.listening import CannotStart
from kiosk.store.store import ROOM_FILE
from kiosk.sync.signing import site_of
from tests.support import meetings
from tests.support.kiosks import a_kiosk
from tests.support.people import chosen, people, vote_all
from tests.support.running import Running, until

ROOT = Path(__file__).resolve().parents[2]
VOTERS = 9


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with closed rounds, in three generations of backups; the last has all the votes."""
    folder = tmp_path / "data"
    with a_kiosk(folder) as kiosk:
        kiosk.backups.make()
        kiosk.room.import_document(meetings.meeting(meetings.single("bridge")))
        kiosk.room.start("m1")
        kiosk.room.close_round(kiosk.room.open_round("m1", "bridge"))
        kiosk.backups.make()
        round_id = kiosk.room.open_round("m1", "bridge")
        vote_all(kiosk.room, people(kiosk.room, VOTERS), round_id, [chosen("a")] * VOTERS)
        kiosk.room.close_round(round_id)
        kiosk.backups.make()
    return folder


def backup(*arguments: object) -> tuple[int, str]:
    """Run the command; its exit status and all it says."""
    done = subprocess.run(
        [sys.executable, "scripts/backup.py", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, done.stdout + done.stderr


def answered(data: Path) -> int:
    with a_kiosk(data) as kiosk:
        return sum(kiosk.room.progress(round.id).answered for round in kiosk.room.stage("m1").rounds)


def wreck(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    content[5000:9000] = os.urandom(4000)
    path.write_bytes(content)
    return bytes(content)


def votes_in_newest(data: Path, folder: Path) -> int:
    """How many votes are in the newest backup that was made with no round open."""
    for found in places.every([folder]):
        if found.header is not None and found.header.openness == 0:
            plain = places.prove(found.path, ledger.read_key(data))[1]
            with closing(sqlite3.connect(":memory:")) as memory:
                memory.deserialize(plain[:18] + b"\x01\x01" + plain[20:])
                return int(memory.execute("SELECT count(*) FROM ballot").fetchone()[0])
    return 0


def test_list_and_verify(data: Path) -> None:
    status, said = backup("list", "--data", data)
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == ["3", "2", "1"]
    assert backup("verify", "--data", data)[0] == 0
    victim = places.every([ledger.own_folder(data)])[1].path
    wreck(victim)
    status, said = backup("verify", "--data", data)
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith("NOT GOOD")] == [
        f"NOT GOOD {victim}: it is damaged or cut off"
    ]


def test_from_damage_to_a_room_that_has_every_vote(data: Path) -> None:
    damaged = wreck(data / ROOM_FILE)
    generation = site_of(data).generation
    with pytest.raises(CannotStart):
        refuse_damage(data)
    status, said = backup("restore", "--data", data)
    assert status == 0, said
    assert "generation 3" in said
    refuse_damage(data)
    assert answered(data) == VOTERS
    (kept,) = (data / "damaged").iterdir()
    assert (kept / ROOM_FILE).read_bytes() == damaged
    assert site_of(data).generation != generation  # to the central store this is another copy of the data


def test_the_newest_one_that_opens_is_taken(data: Path) -> None:
    wreck(places.every([ledger.own_folder(data)])[0].path)
    status, said = backup("restore", "--data", data)
    assert status == 0
    assert "generation 2" in said
    assert answered(data) == 0


def test_one_that_is_damaged_is_not_restored(data: Path) -> None:
    before = (data / ROOM_FILE).read_bytes()
    victim = places.every([ledger.own_folder(data)])[0].path
    wreck(victim)
    status, said = backup("restore", victim, "--data", data)
    assert status == 1
    assert "Nothing was restored" in said
    assert (data / ROOM_FILE).read_bytes() == before


def test_on_another_laptop_with_the_key_on_paper(data: Path, tmp_path: Path) -> None:
    status, said = backup("key", "--data", data)
    assert status == 0
    written = spell(ledger.read_key(data))
    assert written in said
    other = tmp_path / "other"
    stick = ledger.own_folder(data)
    assert backup("restore", "--data", other, "--folder", stick)[0] == 1
    assert backup("restore", "--data", other, "--folder", stick, "--key", "A" * 52)[0] == 1
    status, said = backup("restore", "--data", other, "--folder", stick, "--key", written)
    assert status == 0, said
    assert answered(other) == VOTERS


def test_a_running_room_is_left_alone(data: Path) -> None:
    held = hold(data)
    try:
        for act in ("restore", "accept"):
            status, said = backup(act, "--data", data)
            assert status == 1
            assert "already running" in said
    finally:
        held.release()


def test_going_on_with_what_is_there(data: Path) -> None:
    path = data / ROOM_FILE
    content = bytearray(path.read_bytes())
    place = content.index(b'{"options":["a"]}')
    content[place + 13] = ord("b")
    path.write_bytes(content)
    with pytest.raises(CannotStart, match="accept"):
        refuse_damage(data)
    assert backup("accept", "--data", data)[0] == 0
    refuse_damage(data)
    assert answered(data) == VOTERS


def test_what_sqlite_cannot_read_is_not_accepted(data: Path) -> None:
    wreck(data / ROOM_FILE)
    status, said = backup("accept", "--data", data)
    assert status == 1
    assert "Restore a backup" in said


def test_without_backups_it_says_so(tmp_path: Path) -> None:
    assert backup("list", "--data", tmp_path) == (1, "There are no backups.\n")
    assert backup("key", "--data", tmp_path)[0] == 1


def test_a_room_that_is_started_makes_them_and_refuses_what_is_damaged(tmp_path: Path) -> None:
    """The whole way, with the server as people start it."""
    stick = tmp_path / "stick"
    stick.mkdir()
    server = Running(tmp_path / "data", "--backup-folder", str(stick))
    try:
        meeting = server.bring_in(meetings.meeting(meetings.single("bridge")))
        round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})["id"]
        phones = server.join("MEET", VOTERS)
        server.vote(phones, round_id, [{"options": ["a"]}] * VOTERS)
        server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
        until(lambda: votes_in_newest(server.data, stick) == VOTERS, "no backup after the close", 20)
        server.kill()
        wreck(server.data / ROOM_FILE)
        with pytest.raises(AssertionError, match="ended by itself"):
            server.start()
        assert "scripts/backup.py restore" in server.log
        assert backup("restore", "--data", server.data)[0] == 0
        server.start()
        tally = server.did("GET", f"/api/v1/rounds/{round_id}/tally")
        assert tally["counts"]["a"] == VOTERS
    finally:
        server.stop()
