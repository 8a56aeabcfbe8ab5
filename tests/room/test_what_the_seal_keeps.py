"""What the seal keeps of the ways in which people answered, and that a rehearsal leaves no trace in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from kiosk.room import Room
from kiosk.store.participants import Participant
from kiosk.sync import client
from kiosk.sync.bundle import read_part
from tests.support import meetings as m
from tests.support.people import chosen, people, vote_all


def channels(data: Path, meeting: str = "m1") -> Counter[str | None]:
    """The channels of the answers as they go along in the bundle."""
    bundle = client.prepare(data, meeting)
    return Counter(
        record["channel"]
        for part in bundle.manifest.parts
        if part.table == "answers"
        for record in read_part(part, bundle.parts[part.sha256])
    )


def on_tablets(room: Room, count: int) -> list[Participant]:
    return [room.join("MEET", channel="tablet").participant for _ in range(count)]


def asked(room: Room, *voters: Participant) -> str:
    """A started meeting whose one question has been answered by these, and closed."""
    round_id = room.open_round("m1", "drink")
    vote_all(room, voters, round_id, [chosen("abc"[number % 3]) for number in range(len(voters))])
    room.close_round(round_id)
    return round_id


def begun(room: Room) -> None:
    room.import_document(m.meeting(m.about_you("age"), m.single("drink"), date="2026-11-22"))
    room.start("m1")


def sealed(room: Room) -> None:
    room.end("m1")
    room.seal("m1")


def test_ways_that_ten_people_took_go_along(room: Room, data: Path) -> None:
    begun(room)
    asked(room, *people(room, 14), *on_tablets(room, 11))
    sealed(room)
    assert channels(data) == {"phone": 14, "tablet": 11}


def test_a_few_who_came_another_way_are_not_pointed_out(room: Room, data: Path) -> None:
    begun(room)
    asked(room, *people(room, 14), *on_tablets(room, 3))
    sealed(room)
    assert channels(data) == {None: 17}


def test_paper_that_came_late_counts_as_paper(room: Room, data: Path) -> None:
    begun(room)
    round_id = asked(room, *people(room, 20))
    papers = [(f"paper-{number:04}", dict(chosen("abc"[number % 3]))) for number in range(12)]
    assert room.supplement(round_id, papers, "paper").counted == 12
    sealed(room)
    assert channels(data) == {"phone": 20, "paper": 12}


def test_a_rehearsal_that_ran_beside_people_is_discarded(room: Room, data: Path) -> None:
    """The console refuses to discard it by then; the seal keeps nobody who was not there."""
    begun(room)
    practice = people(room, 30, rehearsal=True)
    somebody = people(room, 12)
    age = room.stage("m1").composition_rounds()[0].id
    vote_all(room, [*practice, *somebody], age, [chosen("a")] * 30 + [chosen("b")] * 12)
    round_id = asked(room, *practice, *somebody)
    assert room.progress(round_id).answered == 42
    room.end("m1")
    preview = room.seal_preview("m1")
    assert (preview.rehearsing, preview.answers, preview.about_people) == (30, 12, 12)
    room.seal("m1")
    shown = room.disclosed(round_id)
    assert (shown.answered, room.stage("m1").rehearsal) == (12, 0)
    assert shown.connected == 12
    assert channels(data) == {"phone": 12}
    counted = [record for record in _tallies(data) if record["round"] == age]
    assert [record["counts"] for record in counted] == [{"a": 0, "b": 12, "c": 0}]
    picture = room.pictures("m1")[age]
    assert picture is not None
    assert picture.shown["a"] in (0, None)


def test_a_round_that_only_the_rehearsal_answered_is_not_kept(room: Room, data: Path) -> None:
    begun(room)
    asked(room, *people(room, 12))
    asked(room, *people(room, 30, rehearsal=True))
    sealed(room)
    assert len(room.stage("m1").rounds) == 2  # the question at the door, and the one people answered
    assert channels(data) == {"phone": 12}


def _tallies(data: Path) -> list[dict[str, object]]:
    bundle = client.prepare(data, "m1")
    return [
        dict(record)
        for part in bundle.manifest.parts
        if part.table == "tallies"
        for record in read_part(part, bundle.parts[part.sha256])
    ]
