"""Bits flip and files are cut off: it is noticed, nothing is made worse, and the way back is told.

`KIOSK_MUTATIONS=500 python3 scripts/test.py --only unit -- tests/faults/test_damage.py` is the long form.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.app import Kiosk
from kiosk.backups import ledger, places
from kiosk.backups.box import NotABackup
from kiosk.damage import refuse_damage
from kiosk.engine import engine_named
from kiosk.listening import CannotStart
from kiosk.store.health import find_damage, forget_checks, parts_of
from kiosk.store.pages import load_sums, log_of, read_log, sum_file
from kiosk.store.store import ROOM_FILE, Store
from tests.support import meetings
from tests.support.disks import flip
from tests.support.kiosks import a_kiosk
from tests.support.people import chosen, people, vote

MUTATIONS = int(os.environ.get("KIOSK_MUTATIONS", "60"))
VOTERS = 40
MOST_FLIPPED = 8

State = Path
"""A data folder as a crash has left it."""


@dataclass(frozen=True)
class Mutation:
    """What happened to one file."""

    part: str
    told: str


# ── What is damaged ──────────────────────────────────────────────────────────────────────────────────


def hold_rounds(kiosk: Kiosk, count: int) -> None:
    """Rounds in which everybody answers, and a last one that is still open."""
    room = kiosk.room
    if not room.meetings():
        room.import_document(
            meetings.meeting(meetings.multiple("roads"), meetings.words("life"), meetings.about_you("age"))
        )
        room.start("m1")
    everyone = people(room, VOTERS)
    for number in range(count):
        roads = room.open_round("m1", "roads")
        for place, who in enumerate(everyone):
            vote(room, who, roads, chosen(*"abcd"[: 1 + (place + number) % 3]))
        if number < count - 1:
            room.close_round(roads)
            room.reveal(roads)
    life = room.open_round("m1", "life")
    for place, who in enumerate(everyone):
        vote(room, who, life, {"text": f"Thought number {place} about life in the village"})


@pytest.fixture(scope="module", params=["folded", "in the log", "half folded"])
def crashed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> State:
    """All of it in the file; the last of it in the log alone; and a log that was folded in and not emptied,
    because somebody was reading."""
    data = tmp_path_factory.mktemp("crashed") / "data"
    left = data.with_name("left")
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 3)
        path = data / ROOM_FILE
        if request.param == "half folded":
            with closing(sqlite3.connect(path, isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM ballot").fetchone()
                kiosk.room.close_round(kiosk.room.stage("m1").open_rounds()[-1].id)
                kiosk.store.write(lambda tx: None)
                shutil.copytree(data, left)
            assert log_of(left / ROOM_FILE).stat().st_size > 0
        elif request.param == "in the log":
            shutil.copytree(data, left)
            assert len(read_log(left / ROOM_FILE).pages) > 5
    if request.param == "folded":
        shutil.copytree(data, left)
        assert not read_log(left / ROOM_FILE).pages
    assert find_damage(left / ROOM_FILE) is None
    return left


def mutate(chance: random.Random, path: Path) -> Mutation:
    """Flip a few bits of a file, or cut it off."""
    content = bytearray(path.read_bytes())
    if chance.random() < 0.25:
        length = chance.randrange(len(content))
        path.write_bytes(content[:length])
        return Mutation(path.name, f"cut off at {length} of {len(content)}")
    places_hit = [chance.randrange(len(content)) for _ in range(chance.randint(1, MOST_FLIPPED))]
    for place in places_hit:
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return Mutation(path.name, f"flipped at {places_hit} of {len(content)}")


def everything_in(path: Path) -> list[str]:
    """All that can be read of a file and its log."""
    with closing(sqlite3.connect(path)) as file:
        return list(file.iterdump())


def read_by_the_room(data: Path) -> list[str]:
    """What a room reads that starts on the folder."""
    store = Store(data / ROOM_FILE, engine_named("threading"))
    try:
        with closing(sqlite3.connect(data / ROOM_FILE)) as file:
            return list(file.iterdump())
    finally:
        store.close()


# ── The trial ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.timeout(1800)
def test_damage_of_the_live_file_is_noticed_or_changes_nothing(crashed: State, tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    shutil.copytree(crashed, reference)
    as_written = read_by_the_room(reference)
    chance = random.Random(20)
    outcomes: Counter[str] = Counter()
    for _ in range(MUTATIONS):
        data = tmp_path / "data"
        shutil.copytree(crashed, data)
        parts = [part for part in (data / ROOM_FILE, log_of(data / ROOM_FILE)) if part.exists()]
        mutation = mutate(chance, chance.choice([part for part in parts if part.stat().st_size]))
        damaged = {part.name: part.read_bytes() for part in parts}
        if find_damage(data / ROOM_FILE) is not None:
            outcomes["noticed"] += 1
            assert {part.name: part.read_bytes() for part in parts} == damaged, mutation
        else:
            outcomes["changes nothing"] += 1
            assert without_count(read_by_the_room(data)) == without_count(as_written), mutation
        shutil.rmtree(data)
    assert outcomes["noticed"] > MUTATIONS // 3, outcomes


def without_count(dump: list[str]) -> list[str]:
    return [line for line in dump if "user_version" not in line]


@pytest.mark.timeout(1800)
def test_every_damage_of_a_backup_is_noticed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 2)
        kiosk.backups.make()
    key = ledger.read_key(data)
    (backup,) = places.every([ledger.own_folder(data)])
    places.prove(backup.path, key)
    chance = random.Random(21)
    victim = tmp_path / backup.path.name
    for _ in range(MUTATIONS):
        shutil.copy(backup.path, victim)
        mutation = mutate(chance, victim)
        if victim.read_bytes() == backup.path.read_bytes():
            continue  # two flips of one bit
        with pytest.raises(NotABackup):
            pytest.fail(f"{mutation} was not noticed: {places.prove(victim, key)[0]}")


# ── What a start does ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few rounds in it and a backup of them."""
    folder = tmp_path_factory.mktemp("well") / "data"
    with a_kiosk(folder) as kiosk:
        hold_rounds(kiosk, 2)
        kiosk.backups.make()
    return folder


@pytest.fixture
def data(well: Path, tmp_path: Path) -> Path:
    """The same for a test of its own, to be damaged."""
    folder = tmp_path / "data"
    shutil.copytree(well, folder)
    return folder


def an_answer(path: Path) -> int:
    """The place of a letter in somebody's answer, which SQLite's own check does not look at."""
    return path.read_bytes().index(b"Thought number 7 ") + 15


def refused(data: Path) -> str:
    with pytest.raises(CannotStart) as refusal:
        refuse_damage(data)
    return str(refusal.value)


def test_one_changed_letter_is_noticed_that_sqlite_does_not_notice(data: Path) -> None:
    path = data / ROOM_FILE
    flip(path, an_answer(path))
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert "has changed since it was written" in refused(data)


def test_a_refusal_copies_the_file_aside_and_tells_the_way_back(data: Path) -> None:
    path = data / ROOM_FILE
    flip(path, an_answer(path))
    damaged = path.read_bytes()
    said = refused(data)
    assert "scripts/backup.py restore" in said
    assert "newest backup is number 1" in said
    assert path.read_bytes() == damaged
    (copy,) = (data / "damaged").iterdir()
    assert str(copy) in said
    assert (copy / ROOM_FILE).read_bytes() == damaged
    assert refused(data) == said  # and makes no second copy
    assert len(list((data / "damaged").iterdir())) == 1


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 1000)


@pytest.mark.parametrize("happens", [empty, cut, remove, replace])
def test_nothing_is_ever_made_anew_in_silence(data: Path, happens: Callable[[Path], Any]) -> None:
    happens(data / ROOM_FILE)
    before = {part.name: part.read_bytes() for part in parts_of(data / ROOM_FILE)}
    assert "restore" in refused(data)
    assert {part.name: part.read_bytes() for part in parts_of(data / ROOM_FILE)} == before


@pytest.mark.parametrize("happens", [empty, cut, replace])
def test_without_checksums_sqlites_own_check_still_stands(data: Path, happens: Callable[[Path], Any]) -> None:
    (data / f"{ROOM_FILE}-sums").unlink()
    happens(data / ROOM_FILE)
    assert "restore" in refused(data)


def test_a_folder_that_was_never_used_is_no_damage(tmp_path: Path) -> None:
    refuse_damage(tmp_path)


def test_files_of_an_earlier_version_are_taken_as_they_are(data: Path) -> None:
    forget_checks(data / ROOM_FILE)
    refuse_damage(data)
    with a_kiosk(data) as kiosk:
        assert kiosk.room.stage("m1").status == "running"
    with (data / ROOM_FILE).open("rb") as file:
        assert load_sums(data / ROOM_FILE) == sum_file(file, load_sums_commits(data))


def load_sums_commits(data: Path) -> int:
    sums = load_sums(data / ROOM_FILE)
    assert sums is not None
    return sums.commits


def test_a_log_that_another_program_folded_in_is_no_damage(tmp_path: Path) -> None:
    data, left = tmp_path / "data", tmp_path / "left"
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 2)
        shutil.copytree(data, left)
    before = everything_in(left / ROOM_FILE)  # as sqlite3 on the command line: the last one out folds it in
    assert log_of(left / ROOM_FILE).exists() is False
    refuse_damage(left)
    with a_kiosk(left):
        pass
    refuse_damage(left)
    assert without_count(everything_in(left / ROOM_FILE)) == without_count(before)


# ── Damage while the room runs ───────────────────────────────────────────────────────────────────────


def test_damage_while_the_room_runs_stops_the_backups_and_keeps_the_good_ones(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 2)
        kiosk.room.close_round(kiosk.room.stage("m1").open_rounds()[-1].id)
        kiosk.store.write(lambda tx: None)
        assert kiosk.backups.make().damage == ""
        flip(data / ROOM_FILE, an_answer(data / ROOM_FILE))
        assert "have changed by themselves" in kiosk.backups.make().damage
        assert len(places.every([ledger.own_folder(data)])) == 1


def test_damage_in_the_log_while_the_room_runs_is_noticed_by_the_next_backup(tmp_path: Path) -> None:
    """SQLite itself trusts the log once it has opened it, and would fold the damage into the file."""
    data = tmp_path / "data"
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 1)
        assert kiosk.backups.make().damage == ""
        flip(log_of(data / ROOM_FILE), an_answer(log_of(data / ROOM_FILE)))
        assert "have changed by themselves" in kiosk.backups.make().damage
        assert len(places.every([ledger.own_folder(data)])) == 1


def test_damage_in_the_log_is_not_taken_for_right_when_the_room_stops(tmp_path: Path) -> None:
    data, left = tmp_path / "data", tmp_path / "left"
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 1)
        flip(log_of(data / ROOM_FILE), an_answer(log_of(data / ROOM_FILE)))
    shutil.copytree(data, left, ignore=shutil.ignore_patterns("*-shm"))
    assert find_damage(left / ROOM_FILE) is not None
    with closing(sqlite3.connect(data / ROOM_FILE)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage = find_damage(data / ROOM_FILE)
    assert damage is not None
    assert damage.fault == "changed"


def test_a_page_that_cannot_be_read_is_refused_by_a_code(tmp_path: Path) -> None:
    from tests.support.browsers import Browser

    data = tmp_path / "data"
    with a_kiosk(data) as kiosk:
        hold_rounds(kiosk, 2)
        client = Browser(kiosk, data)
        kiosk.store.write(lambda tx: None, forget_order=True)
        kiosk.store.write(lambda tx: None)
        content = bytearray((data / ROOM_FILE).read_bytes())
        for page in range(4096, len(content), 4096):
            content[page : page + 16] = os.urandom(16)
        (data / ROOM_FILE).write_bytes(content)
        kiosk.store.write(lambda tx: None)
        response = client.operator().get("/api/v1/meetings/m2")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["code"] == "damaged"
