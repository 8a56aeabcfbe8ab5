"""From a room's sealed meeting to its bundle, and back on a stick: what goes along, and what does not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kiosk.central import reading
from kiosk.central import tables as t
from kiosk.problems import Problem
from kiosk.store.participants import Participant
from kiosk.sync import client, enrolling
from kiosk.sync.bundle import Bundle, read_part
from kiosk.sync.outbox import Outbox
from kiosk.sync.signing import renew_generation, renew_key, site_of
from tests.support import meetings as m
from tests.support.kiosks import a_kiosk
from tests.support.offices import Office
from tests.support.people import chosen, people, text, value, vote

QUESTIONS = (
    m.about_you("age"),
    m.single("crossed", breakdown=["age"]),
    m.degree("degree"),
    m.words("idea"),
)
VOTERS = 30
TABLE = """variable;category;count;source;date;age_base
age;Answer A;600;"SCB; preliminary";2025;16+
age;Answer B;300;"SCB; preliminary";2025;16+
"""
SECRET_TEXT = "Call Britta on 070-1234567"


def hold(data: Path) -> list[Participant]:
    """A meeting from its start to its seal; who was there."""
    with a_kiosk(data) as kiosk:
        room = kiosk.room
        room.import_document(m.meeting(*QUESTIONS, date="2026-11-22"))
        room.import_population("tests", {"sv": "Byn"}, TABLE, is_example=True)
        room.import_population("tests", "Not compared with", TABLE)
        room.start("m1")
        voters = people(room, VOTERS)
        (age,) = room.stage("m1").composition_rounds()
        for number, who in enumerate(voters):
            vote(room, who, age.id, chosen("ab"[number % 2]))
        for question in ("crossed", "degree", "idea"):
            name = room.open_round("m1", question)
            for number, who in enumerate(voters):
                vote(room, who, name, _said(question, number))
            room.close_round(name)
            if question == "idea":
                kept = [one.id for one in room.texts(name) if one.text != SECRET_TEXT]
                room.review(name, approve=kept)
            room.reveal(name)
        room.end("m1")
        room.seal("m1")
    return voters


def _said(question: str, number: int) -> dict[str, Any]:
    match question:
        case "crossed":
            return dict(chosen("abc"[number % 3]))
        case "degree":
            return dict(value(1 + number % 5))
        case _:
            return dict(text(SECRET_TEXT if number == 0 else f"Idé {number}"))


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Participant]]:
    data = tmp_path_factory.mktemp("evening") / "data"
    return data, hold(data)


@pytest.fixture
def sealed(evening: tuple[Path, list[Participant]], data: Path) -> Path:
    """A data folder with the sealed meeting, for this test alone."""
    shutil.copytree(evening[0], data)
    return data


def records(bundle: Bundle, table: str) -> list[Any]:
    return [
        record
        for part in bundle.manifest.parts
        if part.table == table
        for record in read_part(part, bundle.parts[part.sha256])
    ]


def test_every_sealed_answer_goes_along_and_is_counted(sealed: Path) -> None:
    bundle = client.prepare(sealed, "m1")
    assert client.sealed_meetings(sealed) == ["m1"]
    assert dict(bundle.manifest.tables) | {"released": 0} == {
        "meeting": 1,
        "rounds": 4,
        "tallies": 4,
        "answers": 2 * VOTERS,
        "texts": VOTERS,
        "released": 0,
        "populations": 1,
    }
    asked = {round["id"]: round["question"] for round in records(bundle, "rounds")}
    tallies = {asked[one["round"]]: one for one in records(bundle, "tallies")}
    assert tallies["age"]["counts"] == {"a": 15, "b": 15, "c": 0}
    assert tallies["crossed"]["counts"] == {"a": 10, "b": 10, "c": 10}
    assert tallies["degree"]["answered"] == VOTERS
    counted = Counter(
        record["answer"]["options"][0]
        for record in records(bundle, "answers")
        if asked[record["round"]] == "crossed"
    )
    assert counted == {"a": 10, "b": 10, "c": 10}
    assert {record["text"] for record in records(bundle, "texts")} == {
        f"Idé {n}" for n in range(1, VOTERS)
    } | {""}


def test_the_population_that_the_room_was_compared_with_goes_along(office: Office, sealed: Path) -> None:
    (record,) = records(client.prepare(sealed, "m1"), "populations")
    assert record == {"name": {"sv": "Byn"}, "example": True, "table": TABLE, "mapping": {}}
    office.laptop(sealed)
    assert client.send(sealed, "m1").state == "safe"
    found = reading.population(office.database, "tests")
    assert found is not None
    assert [(table.source, dict(table.counts)) for table in found.tables] == [
        ("SCB; preliminary", {"Answer A": 600, "Answer B": 300})
    ]


def test_another_population_makes_no_other_meeting(sealed: Path, office: Office) -> None:
    """The receipt is for the meeting; whom it is compared with may change on the laptop afterwards."""
    office.laptop(sealed)
    client.send(sealed, "m1")
    with sqlite3.connect(sealed / "room.sqlite") as database:
        database.execute("DELETE FROM population")
    assert client.verified_receipt(sealed, "m1") is not None


def test_of_people_nothing_goes_along(sealed: Path, evening: tuple[Path, list[Participant]]) -> None:
    client.prepare(sealed, "m1")
    file = Outbox(sealed).bundle_path("m1").read_bytes()
    for who in evening[1]:
        assert who.id.encode() not in file
    assert SECRET_TEXT.encode() not in file
    assert b"opened_at" not in file
    with sqlite3.connect(sealed / "room.sqlite") as database:
        times = [row[0] for row in database.execute("SELECT opened_at FROM round")]
    assert times
    assert all(time.encode() not in file for time in times)
    ages = [
        record
        for record in records(client.prepare(sealed, "m1"), "answers")
        if "age" in record["composition"]
    ]
    assert {json.loads(record["composition"]["age"])[0] for record in ages} <= {"a", "b"}


def test_the_same_meeting_is_the_same_file_and_lies_there_for_its_owner_alone(sealed: Path) -> None:
    client.prepare(sealed, "m1")
    path = Outbox(sealed).bundle_path("m1")
    written = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert (sealed / "site-key").stat().st_mode & 0o777 == 0o600
    path.unlink()
    client.prepare(sealed, "m1")
    assert path.read_bytes() == written


@pytest.mark.parametrize("renew", [renew_key, renew_generation])
def test_a_new_key_or_copy_makes_another_bundle_of_the_same_content(sealed: Path, renew: Any) -> None:
    before = client.prepare(sealed, "m1").manifest
    renew(sealed)
    after = client.prepare(sealed, "m1").manifest
    assert after.content == before.content
    assert after.site == before.site
    assert (after.key, after.generation) != (before.key, before.generation)


def test_a_damaged_file_in_the_outbox_is_made_again(sealed: Path) -> None:
    whole = client.prepare(sealed, "m1")
    path = Outbox(sealed).bundle_path("m1")
    path.write_bytes(path.read_bytes()[:-100])
    assert client.prepare(sealed, "m1") == whole


def test_a_meeting_that_is_not_sealed_has_no_bundle(data: Path) -> None:
    with a_kiosk(data) as kiosk:
        kiosk.room.import_document(m.meeting(*QUESTIONS))
        for act in (client.prepare, client.send):
            with pytest.raises(Problem) as refused:
                act(data, "m1")
            assert refused.value.code == "not_sealed"
        assert client.sealed_meetings(data) == []


def test_over_the_network_it_is_safe_and_that_can_be_shown_from_the_rows(
    office: Office, sealed: Path
) -> None:
    office.laptop(sealed)
    assert client.verified_receipt(sealed, "m1") is None
    assert client.send(sealed, "m1").state == "safe"
    assert client.verified_receipt(sealed, "m1") is not None
    assert office.count(t.answer) == 2 * VOTERS
    with sqlite3.connect(sealed / "room.sqlite") as database:
        database.execute("DELETE FROM sealed_answer WHERE respondent = 1")
    assert client.verified_receipt(sealed, "m1") is None


def test_by_stick_it_is_the_same_with_the_receipt_back_the_same_way(office: Office, sealed: Path) -> None:
    site = site_of(sealed)
    office.enrolled(site)
    enrolling.pin(sealed, office.intake.key.public)
    client.prepare(sealed, "m1")
    stick = Outbox(sealed).bundle_path("m1").read_bytes()
    receipt = office.intake.import_file(stick)
    assert client.progress(sealed, "m1").state == "waiting"
    assert client.take_receipt(sealed, receipt.as_file()) == receipt
    assert client.progress(sealed, "m1").state == "safe"
    assert client.verified_receipt(sealed, "m1") == receipt
    assert office.intake.import_file(stick) == receipt
