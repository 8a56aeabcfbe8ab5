"""Backups of a running room: when they are made, where they go, and what becomes of them at a seal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.backups import ledger, places
from kiosk.backups.box import NotABackup
from kiosk.backups.keeper import Backups
from kiosk.engine import engine_named
from kiosk.problems import Problem
from kiosk.store import meetings as stored
from kiosk.store.store import ROOM_FILE
from tests.support import meetings
from tests.support.clock import StillClock
from tests.support.kiosks import a_kiosk
from tests.support.people import chosen, people, vote, vote_all
from tests.support.running import until


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def backups(kiosk: Kiosk) -> Backups:
    return kiosk.backups


def own(data: Path) -> Path:
    return ledger.own_folder(data)


def generations(folder: Path) -> list[int]:
    return [backup.header.generation for backup in places.every([folder]) if backup.header is not None]


def opened_file(data: Path, folder: Path, tmp_path: Path) -> sqlite3.Connection:
    """The newest backup of a folder, opened as a file of its own."""
    _, plain = places.prove(places.every([folder])[0].path, ledger.read_key(data))
    target = tmp_path / "opened.sqlite"
    target.write_bytes(plain)
    return sqlite3.connect(target)


def hold_a_round(kiosk: Kiosk, name: str = "m1", code: str = "MEET") -> str:
    kiosk.room.import_document(meetings.meeting(meetings.single("bridge"), id=name, code=code))
    kiosk.room.start(name)
    round_id = kiosk.room.open_round(name, "bridge")
    vote_all(kiosk.room, people(kiosk.room, 7, code), round_id, [chosen("a")] * 7)
    return round_id


# ── One backup ───────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_holds_everything_that_was_acknowledged(kiosk: Kiosk, data: Path, tmp_path: Path) -> None:
    hold_a_round(kiosk)
    report = kiosk.backups.make()
    assert report.made_at is not None
    assert report.faults == {}
    with closing(opened_file(data, own(data), tmp_path)) as file:
        assert file.execute("SELECT count(*) FROM ballot").fetchone() == (7,)


def test_nothing_of_it_lies_there_unlocked(kiosk: Kiosk, data: Path) -> None:
    round_id = hold_a_round(kiosk)
    kiosk.backups.make()
    (backup,) = own(data).iterdir()
    content = backup.read_bytes()
    assert round_id.encode() not in content
    assert b"SQLite format" not in content
    assert ledger.read_key(data) not in content
    assert (data / "backup-key").stat().st_mode & 0o777 == 0o600
    assert backup.stat().st_mode & 0o777 == 0o600


def test_the_last_five_generations_are_kept(backups: Backups, data: Path) -> None:
    for _ in range(8):
        backups.make()
    assert generations(own(data)) == [8, 7, 6, 5, 4]


def openness_of(folder: Path) -> list[int]:
    return [backup.header.openness for backup in places.every([folder]) if backup.header is not None]


def test_copies_of_an_open_round_go_with_its_close(kiosk: Kiosk, data: Path) -> None:
    """Two of them tell who answered between them; nothing that is kept may, once a round is closed."""
    document = meetings.meeting(meetings.single("bridge"), meetings.about_you("age"))
    kiosk.backups.make()
    kiosk.room.import_document(document)
    kiosk.room.start("m1")
    for _ in range(2):
        round_id = kiosk.room.open_round("m1", "bridge")
        for who in people(kiosk.room, 6):
            vote(kiosk.room, who, round_id, chosen("a"))
            kiosk.backups.make()
        assert openness_of(own(data))[:5] == [2] * 5
        kiosk.room.close_round(round_id)
        kiosk.backups.make()
        assert 2 not in openness_of(own(data))
    assert openness_of(own(data)) == [1, 1, 0]
    kiosk.room.end("m1")
    kiosk.backups.make()
    assert openness_of(own(data)) == [0, 0]


def test_they_are_numbered_on_after_a_restart(data: Path) -> None:
    for _ in range(2):
        with a_kiosk(data) as kiosk:
            kiosk.backups.make()
    assert generations(own(data)) == [2, 1]


def test_two_laptops_may_share_a_stick(stick: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        with a_kiosk(tmp_path / name) as kiosk:
            kiosk.backups.choose_folder(str(stick))
            for _ in range(6):
                kiosk.backups.make()
    assert len(generations(stick)) == 10


def test_voting_goes_on_while_a_backup_is_made(kiosk: Kiosk, data: Path) -> None:
    """The copy is made from a reader: the writer commits meanwhile, however long it takes."""
    round_id = hold_a_round(kiosk)
    everyone = people(kiosk.room, 20)
    with closing(sqlite3.connect(data / ROOM_FILE, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ballot").fetchone()
        vote_all(kiosk.room, everyone, round_id, [chosen("b")] * 20)
        assert reader.execute("SELECT count(*) FROM ballot").fetchone() == (7,)
    assert kiosk.room.progress(round_id).answered == 27


# ── A second place ───────────────────────────────────────────────────────────────────────────────────


def test_the_chosen_folder_gets_each_as_well(backups: Backups, data: Path, stick: Path) -> None:
    backups.choose_folder(str(stick))
    backups.make()
    assert generations(stick) == generations(own(data)) == [1]


def test_the_choice_outlives_a_restart(data: Path, stick: Path) -> None:
    with a_kiosk(data) as kiosk:
        kiosk.room.choose_backup_folder(str(stick))
    with a_kiosk(data) as kiosk:
        assert kiosk.room.backup_folder() == str(stick)
        kiosk.backups.make()
    assert generations(stick) == [1]


def test_a_folder_that_takes_nothing_is_refused_in_words(backups: Backups, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        backups.choose_folder(str(tmp_path / "not there"))
    assert refused.value.code == "backup_folder"
    assert "No such file" in refused.value.sentence()
    assert backups.chosen() is None


def test_without_the_stick_the_laptop_keeps_them_and_says_so(
    backups: Backups, data: Path, stick: Path
) -> None:
    backups.choose_folder(str(stick))
    backups.make()
    stick.rename(stick.with_name("pulled"))
    report = backups.make()
    assert list(report.faults) == [str(stick)]
    assert report.made_at is not None
    assert not stick.exists(), "a folder was made where the stick should have been"
    assert generations(own(data)) == [2, 1]
    stick.with_name("pulled").rename(stick)
    assert backups.make().faults == {}
    assert generations(stick) == [3, 1]


def test_an_empty_mount_point_is_not_the_stick(data: Path, stick: Path) -> None:
    data.mkdir()
    known = ledger.choose(data, ledger.read_ledger(data), stick)
    on_another_disk = ledger.Ledger(id=known.id, chosen=str(stick), apart=True)
    assert ledger.chosen_folder(data, known) == stick
    with pytest.raises(FileNotFoundError):
        ledger.chosen_folder(data, on_another_disk)


# ── By itself ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def by_itself(kiosk: Kiosk) -> Iterator[Backups]:
    kiosk.backups.start()
    yield kiosk.backups
    kiosk.backups.stop()


def test_a_closed_round_is_in_a_backup_soon(kiosk: Kiosk, by_itself: Backups, data: Path) -> None:
    kiosk.room.close_round(hold_a_round(kiosk))
    until(lambda: generations(own(data)), "no backup was made")
    until(lambda: by_itself.report.made_at is not None, "it was not counted")


def test_what_changes_is_noticed_and_a_trial_of_the_disk_is_no_change(
    kiosk: Kiosk, backups: Backups, clock: StillClock
) -> None:
    backups.make()
    assert kiosk.room.can_save()
    assert backups.note_changes().waiting_since is None
    hold_a_round(kiosk)
    since = backups.note_changes().waiting_since
    clock.step(30)
    assert backups.note_changes().waiting_since == since == clock.seconds() - 30
    backups.make()
    assert backups.note_changes().waiting_since is None


def test_a_disk_that_takes_no_backup_is_told_and_the_vote_still_counts(
    kiosk: Kiosk, backups: Backups, data: Path
) -> None:
    own(data).write_text("in the way of the folder")
    hold_a_round(kiosk)
    report = backups.make()
    assert list(report.faults) == [str(own(data))]
    assert report.made_at is None
    own(data).unlink()
    assert backups.make().faults == {}


# ── The seal ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ["threading", "eventlet"], indirect=True)
def test_a_seal_destroys_the_key_and_every_backup_then_makes_one(
    kiosk: Kiosk, data: Path, stick: Path, tmp_path: Path
) -> None:
    kiosk.backups.choose_folder(str(stick))
    hold_a_round(kiosk)
    kiosk.backups.make()
    unreachable = (tmp_path / "in a drawer").with_suffix(".backup")
    unreachable.write_bytes(places.every([stick])[0].path.read_bytes())
    key = ledger.read_key(data)
    places.prove(unreachable, key)
    (data / "damaged" / "copy").mkdir(parents=True)
    kiosk.room.end("m1")
    kiosk.room.seal("m1")
    new_key = ledger.read_key(data)
    assert new_key != key
    assert generations(own(data)) == generations(stick) == [2]
    (backup,) = places.every([own(data)])
    assert backup.header is not None
    assert backup.header.sealed
    with closing(opened_file(data, stick, tmp_path)) as file:
        assert file.execute("SELECT count(*) FROM ballot").fetchone() == (0,)
        assert file.execute("SELECT count(*) FROM sealed_answer").fetchone() == (7,)
    with pytest.raises(NotABackup):
        places.prove(unreachable, new_key)
    assert not (data / "damaged").exists()


def test_a_stick_that_was_used_once_is_emptied_too(kiosk: Kiosk, data: Path, stick: Path) -> None:
    kiosk.backups.choose_folder(str(stick))
    hold_a_round(kiosk)
    kiosk.backups.make()
    kiosk.backups.choose_folder("")
    kiosk.room.end("m1")
    kiosk.room.seal("m1")
    assert generations(stick) == []
    assert generations(own(data)) == [2]


def test_the_first_close_after_a_seal_makes_a_usual_one(kiosk: Kiosk, data: Path) -> None:
    hold_a_round(kiosk)
    kiosk.room.end("m1")
    kiosk.room.seal("m1")
    kiosk.store.write(lambda tx: stored.set_setting(tx, "more", 1))
    kiosk.backups.make()
    newest = places.every([own(data)])[0].header
    assert newest is not None
    assert not newest.sealed


def test_both_engines_make_them(tmp_path: Path) -> None:
    for name in ("eventlet", "threading"):
        with a_kiosk(tmp_path / name, engine_named(name)) as kiosk:
            assert kiosk.backups.make().faults == {}
        assert (tmp_path / name / ROOM_FILE).exists()
