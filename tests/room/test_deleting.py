"""Deleting a meeting from the laptop: with a receipt, or with a reason; and until when one is kept."""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.store import ROOM_FILE
from kiosk.sync import client
from tests.support import meetings as m
from tests.support.browsers import Browser
from tests.support.clock import StillClock
from tests.support.databases import migrated_file as migrated_file
from tests.support.offices import Office, an_office
from tests.support.people import hold_and_seal


@pytest.fixture
def sealed(room: Room) -> Room:
    hold_and_seal(room)
    return room


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


@pytest.fixture
def office(migrated_file: Path, tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    path = tmp_path / "central.sqlite"
    shutil.copyfile(migrated_file, path)
    with an_office(f"sqlite:///{path}", tmp_path / "central", clock) as found:
        yield found


def rows(data: Path) -> dict[str, int]:
    """How many rows of each table there are that belong to meetings."""
    tables = (
        "meeting",
        "question",
        "round",
        "release",
        "sealed_answer",
        "participant",
        "ballot",
        "retention",
    )
    with sqlite3.connect(data / ROOM_FILE) as database:
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def test_without_a_receipt_a_reason_is_needed_and_kept(sealed: Room, data: Path) -> None:
    assert refused(lambda: sealed.delete("m1")) == "no_receipt"
    assert refused(lambda: sealed.delete("m1", why="  ")) == "no_receipt"
    assert refused(lambda: sealed.delete("m1", why="x" * 1001)) == "malformed"
    sealed.keep_until("m1", "2027-01-01")
    sealed.delete("m1", why="A trial for the staff", reference="KS 2026/114")
    assert set(rows(data).values()) == {0}
    (act,) = sealed.deleted()
    assert (act.meeting, act.at) == ("m1", "2026-11-24T18:00:00Z")
    assert act.note["title"] == {"en": "A small meeting"}
    assert (act.note["why"], act.note["reference"]) == ("A trial for the staff", "KS 2026/114")
    assert (act.note["receipt"], act.note["date"]) == (None, "2026-11-22")


def test_with_a_receipt_nothing_needs_to_be_said(sealed: Room, data: Path, office: Office) -> None:
    office.laptop(data)
    client.send(data, "m1")
    receipt = sealed.verified_receipt("m1")
    assert receipt is not None
    sealed.delete("m1")
    (act,) = sealed.deleted()
    assert (act.note["receipt"], act.note["records"]) == (receipt.receipt.id, receipt.receipt.records)


def test_a_receipt_for_another_content_is_none(sealed: Room, data: Path, office: Office) -> None:
    office.laptop(data)
    client.send(data, "m1")
    with sqlite3.connect(data / ROOM_FILE) as database:
        database.execute("DELETE FROM sealed_answer WHERE respondent = 1")
    assert refused(lambda: sealed.delete("m1")) == "no_receipt"


def test_the_second_time_is_success_and_writes_no_second_note(sealed: Room) -> None:
    sealed.delete("m1", why="A trial")
    before = sealed.deleted()
    sealed.delete("m1")
    sealed.delete("m1", why="Another reason")
    assert sealed.deleted() == before
    assert refused(lambda: sealed.delete("m9", why="It never was")) == "no_such_meeting"


def test_another_meeting_stays_as_it_is(sealed: Room, data: Path) -> None:
    hold_and_seal(sealed, "m2", "ELSE")
    before = client.prepare(data, "m2").manifest.content
    sealed.delete("m1", why="A trial")
    assert [stage.meeting.id for stage in sealed.meetings()] == ["m2"]
    (data / "outbox").joinpath(next(iter((data / "outbox").glob("m2*.zip"))).name).unlink()
    assert client.prepare(data, "m2").manifest.content == before
    current = sealed.current_meeting()
    assert current is not None
    assert current.meeting.id == "m2"


def test_a_running_meeting_cannot_be_deleted(room: Room) -> None:
    room.import_document(m.meeting(m.single("drink")))
    room.start("m1")
    assert refused(lambda: room.delete("m1", why="A trial")) == "not_ended"
    room.end("m1")
    assert refused(lambda: room.delete("m1", why="A trial", version=1)) == "stale"
    room.delete("m1", why="A trial")
    assert room.meetings() == []


def test_a_meeting_that_was_deleted_can_be_brought_in_and_deleted_again(room: Room) -> None:
    for reason in ("First", "Second"):
        room.import_document(m.meeting(m.single("drink")))
        room.delete("m1", why=reason)
    assert [act.note["why"] for act in room.deleted()] == ["Second"]


def test_a_day_is_kept_and_reminded_of_but_nothing_goes_by_itself(sealed: Room, clock: StillClock) -> None:
    for wrong in ("soon", "2027-02-30", "20270101", ""):
        assert refused(lambda wrong=wrong: sealed.keep_until("m1", wrong)) == "not_a_date"  # type: ignore[misc]
    sealed.keep_until("m1", "2026-11-26")
    assert sealed.overdue() == []
    clock.step(3 * 86_400)
    assert [stage.meeting.id for stage in sealed.overdue()] == ["m1"]
    (kept,) = sealed.kept()
    assert (kept.keep_until, kept.is_overdue) == ("2026-11-26", True)
    assert sealed.stage("m1").status == "sealed"
    sealed.keep_until("m1", None)
    assert sealed.overdue() == []


def test_the_note_holds_no_answer(sealed: Room) -> None:
    sealed.delete("m1", why="A trial")
    (act,) = sealed.deleted()
    assert set(act.note) == {"title", "place", "date", "dialogue", "status", "why", "reference"} | {
        "receipt",
        "records",
    }
    assert "drink" not in json.dumps(dict(act.note))


def test_nothing_that_phones_were_shown_is_kept_of_a_deleted_meeting(client: Browser, room: Room) -> None:
    room.import_document(m.meeting(m.single("drink")))
    room.start("m1")
    phone = client.phone()
    stage = weakref.ref(room.stage("m1"))
    assert phone.get("/api/v1/state").status_code == 200
    room.end("m1")
    shown = weakref.ref(room.stage("m1"))
    assert phone.get("/api/v1/state").status_code == 200
    room.delete("m1", why="a rehearsal")
    gc.collect()
    assert (stage(), shown()) == (None, None)
