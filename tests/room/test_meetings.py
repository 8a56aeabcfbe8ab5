"""Meetings: brought in, copied, started, led through their agenda, ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk import documents
from kiosk.app import Kiosk
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.room.meetings import Imported
from tests.support import meetings as m
from tests.support.clock import StillClock
from tests.support.kiosks import a_kiosk
from tests.support.people import chosen, people, vote_all

AGENDA = [
    {"id": "why", "type": "slide", "title": "Why we are here"},
    {"id": "ask-p", "type": "question", "question": "p"},
    {"id": "pause", "type": "break"},
    {"id": "who", "type": "composition"},
    {"id": "ask-q", "type": "question", "question": "q"},
]
QUESTIONS = (m.about_you("age"), m.single("p"), m.single("q"))


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(*QUESTIONS, agenda=AGENDA))
    room.start("m1")
    return room


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def version(room: Room, meeting_id: str = "m1") -> int:
    return room.stage(meeting_id).version


# ── Bringing one in ──────────────────────────────────────────────────────────────────────────────────


def test_a_document_becomes_a_prepared_meeting(room: Room) -> None:
    assert room.import_document(m.meeting(*QUESTIONS)) == Imported("m1", "MEET", is_new=True)
    stage = room.stage("m1")
    assert (stage.status, stage.item, stage.wall, stage.rounds) == ("prepared", None, "join", ())
    assert [question.id for question in stage.questions.values()] == ["age", "p", "q"]


def test_the_same_document_again_changes_nothing(running: Room) -> None:
    before = running.stage("m1")
    assert running.import_document(m.meeting(*QUESTIONS, agenda=AGENDA)) == Imported(
        "m1", "MEET", is_new=False
    )
    assert running.stage("m1") == before
    assert len(running.meetings()) == 1


def test_a_document_that_says_nothing_with_null_is_the_same(room: Room) -> None:
    question = {**m.single("q"), "pair_with": None, "sensitive": None}
    item = {"id": "i", "type": "join", "question": None}
    room.import_document(m.meeting(question, agenda=[item], code=None))
    again = room.import_document(m.meeting(m.single("q"), agenda=[{"id": "i", "type": "join"}], code=None))
    assert again == Imported("m1", room.stage("m1").meeting.code, is_new=False)


def test_a_document_goes_out_with_the_code_of_today_and_may_come_in_again(running: Room) -> None:
    running.change_code("m1", "HALL7")
    document = running.document("m1")
    assert (document["code"], document["meeting"]["code"]) == ("HALL7", "HALL7")
    assert running.import_document(document) == Imported("m1", "HALL7", is_new=False)
    assert running.import_document(m.meeting(*QUESTIONS, agenda=AGENDA)) == Imported(
        "m1", "HALL7", is_new=False
    )


def test_other_content_under_a_known_id_is_refused(room: Room) -> None:
    room.import_document(m.meeting(*QUESTIONS))
    changed = m.meeting(*QUESTIONS, title="Another title")
    assert refused(lambda: room.import_document(changed)) == "meeting_differs"
    assert room.stage("m1").meeting.title == {"en": "A small meeting"}


def test_a_document_without_a_code_is_given_one(room: Room) -> None:
    document = m.meeting(*QUESTIONS, code=None)
    imported = room.import_document(document)
    code = imported.code
    assert imported.is_new
    assert len(code) == 5
    assert set(code) <= set(documents.CODE_ALPHABET)
    assert room.meeting_with_code(code.lower()).meeting.id == "m1"
    assert room.import_document(document) == Imported("m1", code, is_new=False)


def test_what_is_exported_can_be_brought_in_elsewhere_and_is_the_same(room: Room, tmp_path: Path) -> None:
    room.import_document(documents.sample())
    exported = room.document("sample-2030-dialogue")
    assert (exported["id"], exported["code"]) == ("sample-2030-dialogue", "MYRAN")
    assert {name: exported[name] for name in documents.sample()} == documents.sample()
    assert room.import_document(exported).is_new is False
    with a_kiosk(tmp_path / "elsewhere") as elsewhere:
        assert elsewhere.room.import_document(exported) == Imported(
            "sample-2030-dialogue", "MYRAN", is_new=True
        )
        assert elsewhere.room.document("sample-2030-dialogue") == exported


def test_unknown_keys_are_kept(room: Room) -> None:
    document = {**m.meeting(m.single("p", later=[1, {"two": 2}]), series=3), "goals": ["g"]}
    room.import_document(document)
    kept = room.document("m1")
    assert kept["goals"] == ["g"]
    assert kept["meeting"]["series"] == 3
    assert kept["questions"][0]["later"] == [1, {"two": 2}]


def test_a_code_is_given_once(room: Room) -> None:
    room.import_document(m.meeting(*QUESTIONS))
    again = m.meeting(*QUESTIONS, id="m2")
    assert refused(lambda: room.import_document(again)) == "code_taken"
    assert [stage.meeting.id for stage in room.meetings()] == ["m1"]


@pytest.mark.parametrize("code", sorted(code for code in documents.RESERVED if 4 <= len(code) <= 6))
def test_words_that_are_addresses_are_no_codes(room: Room, code: str) -> None:
    assert refused(lambda: room.import_document(m.meeting(code=code, agenda=[]))) == "code_invalid"


BROKEN: list[Any] = [
    None,
    [],
    "meeting",
    7,
    {},
    m.meeting() | {"format": 2},
    m.meeting(m.single("q", options=1)),
    m.meeting({**m.single("q"), "kind": "guessing"}),
    m.meeting(m.single("q", max=9)),
    m.meeting(m.numbers("q", low=5, high=5)),
    m.meeting(m.single("q"), m.single("q"), agenda=[]),
    m.meeting(m.single("q", breakdown=["nothing"])),
    m.meeting(agenda=[{"id": "i", "type": "question", "question": "nothing"}]),
    m.meeting(title=""),
    m.meeting(title="\ud83d"),
    m.meeting(id="../etc"),
    m.meeting(date="2026-02-30"),
]


@pytest.mark.parametrize("document", BROKEN)
def test_a_broken_document_is_refused_and_nothing_is_kept(room: Room, document: Any) -> None:
    with pytest.raises(Problem) as problem:
        room.import_document(document)
    assert problem.value.code == "document"
    assert problem.value.details["path"]
    assert " " in problem.value.details["reason"], "people are told in words"
    assert problem.value.sentence()
    assert room.meetings() == []


def test_the_newest_meeting_comes_first(room: Room, clock: StillClock) -> None:
    for number in range(3):
        room.import_document(m.meeting(id=f"m{number}", code=f"CODE{number + 2}", agenda=[]))
        clock.step(60)
    assert [stage.meeting.id for stage in room.meetings()] == ["m2", "m1", "m0"]


@pytest.mark.parametrize("name", ["nothing", "", "m1\x00", "m" * 10_000])
def test_a_meeting_that_there_is_not(room: Room, name: str) -> None:
    for act in (room.stage, room.document, room.start, room.end, room.seal):
        assert refused(lambda act=act: act(name)) == "no_such_meeting"  # type: ignore[misc]


# ── Copying one ──────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_has_an_id_and_a_code_of_its_own_and_the_same_questions(running: Room) -> None:
    made = running.duplicate("m1", {})
    copy = running.stage(made.id)
    assert made.id != "m1"
    assert made.code != "MEET"
    assert copy.status == "prepared"
    assert copy.questions == running.stage("m1").questions
    assert copy.agenda == running.stage("m1").agenda


def test_what_is_changed_in_a_copy(running: Room) -> None:
    changes = {"title": {"sv": "Igen"}, "place": "Byske", "date": "2026-12-01", "code": "byske"}
    made = running.duplicate("m1", changes)
    copy = running.stage(made.id).meeting
    assert made.code == "BYSKE"
    assert (copy.title, copy.place, copy.date) == ({"sv": "Igen"}, {"en": "Byske"}, "2026-12-01")
    assert running.stage("m1").meeting.title == {"en": "A small meeting"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "MEET"}, "code_taken"),
        ({"code": "meet"}, "code_taken"),
        ({"code": "join"}, "code_invalid"),
        ({"code": "AB"}, "code_invalid"),
        ({"code": "ÅÄÖÅ"}, "code_invalid"),
        ({"code": 1234}, "document"),
        ({"title": 4}, "document"),
        ({"title": ["a"]}, "document"),
        ({"date": "tomorrow"}, "document"),
        ({"place": {"sv": 4}}, "document"),
    ],
)
def test_a_change_that_is_not_possible(running: Room, changes: dict[str, Any], code: str) -> None:
    assert refused(lambda: running.duplicate("m1", changes)) == code
    assert len(running.meetings()) == 1


# ── Starting and ending ──────────────────────────────────────────────────────────────────────────────


def test_the_start_opens_the_questions_about_the_participants(running: Room) -> None:
    stage = running.stage("m1")
    assert stage.status == "running"
    assert [(round.question, round.status) for round in stage.composition_rounds()] == [("age", "open")]
    assert stage.open_rounds() == ()
    assert running.current_meeting() == stage


def test_an_agenda_that_begins_at_the_door_is_at_the_door(room: Room) -> None:
    room.import_document(m.meeting(*QUESTIONS))
    room.start("m1")
    item = room.stage("m1").item
    assert item is not None
    assert item.id == "door"


def test_starting_twice_changes_nothing(running: Room) -> None:
    before = running.stage("m1")
    running.start("m1")
    assert running.stage("m1") == before


def test_the_end_closes_everything(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 6), round_id, [chosen("a")] * 6)
    running.end("m1")
    stage = running.stage("m1")
    assert stage.status == "ended"
    assert {round.status for round in stage.rounds} == {"closed"}
    assert running.disclosed(round_id).counts == {"a": 6, "b": 0, "c": 0}
    running.end("m1")
    assert running.stage("m1") == stage


def test_what_was_counted_can_still_be_shown_after_the_end(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    running.end("m1")
    running.reveal(round_id)
    assert running.round(round_id).status == "revealed"


def test_acts_out_of_their_time(room: Room) -> None:
    room.import_document(m.meeting(*QUESTIONS, agenda=AGENDA))
    assert refused(lambda: room.end("m1")) == "not_started"
    assert refused(lambda: room.open_round("m1", "p")) == "not_started"
    assert refused(lambda: room.go_to("m1", "why", None)) == "not_started"
    assert refused(lambda: room.skip("m1", "why")) == "not_started"
    assert refused(lambda: room.seal("m1")) == "not_ended"
    room.start("m1")
    assert refused(lambda: room.seal("m1")) == "not_ended"
    room.end("m1")
    for act in (
        lambda: room.start("m1"),
        lambda: room.open_round("m1", "p"),
        lambda: room.go_to("m1", "why", None),
        lambda: room.skip("m1", "why"),
    ):
        assert refused(act) == "not_running"


# ── The agenda ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("item", "wall"), [("why", "item"), ("ask-p", "item"), ("pause", "break"), ("who", "composition")]
)
def test_going_to_an_item_shows_it(running: Room, item: str, wall: str) -> None:
    before = version(running)
    running.go_to("m1", item, None)
    stage = running.stage("m1")
    assert stage.item is not None
    assert (stage.item.id, stage.wall, stage.version) == (item, wall, before + 1)


def test_the_wall_can_show_something_else_than_the_item(running: Room) -> None:
    running.go_to("m1", "ask-p", "blank")
    assert running.stage("m1").wall == "blank"
    before = version(running)
    running.go_to("m1", None, "join")
    stage = running.stage("m1")
    assert stage.item is not None
    assert (stage.item.id, stage.wall) == ("ask-p", "join")
    assert stage.version == before  # phones hear nothing of it


@pytest.mark.parametrize("wall", ["film", "", 4, ["join"], {"a": 1}])
def test_a_view_that_there_is_not(running: Room, wall: Any) -> None:
    assert refused(lambda: running.go_to("m1", None, wall)) == "malformed"


@pytest.mark.parametrize("item", ["nothing", "", 4, ["why"], {"a": 1}])
def test_an_item_that_there_is_not(running: Room, item: Any) -> None:
    assert refused(lambda: running.go_to("m1", item, None)) == "no_such_item"
    assert refused(lambda: running.skip("m1", item)) == "no_such_item"


def test_skipping_goes_on_to_the_next(running: Room) -> None:
    running.go_to("m1", "ask-p", None)
    running.skip("m1", "ask-p")
    stage = running.stage("m1")
    assert stage.item is not None
    assert (stage.item.id, stage.wall, stage.skipped) == ("pause", "break", frozenset({"ask-p"}))


def test_skipping_something_later_does_not_move_the_room(running: Room) -> None:
    running.go_to("m1", "why", None)
    running.skip("m1", "pause")
    stage = running.stage("m1")
    assert stage.item is not None
    assert (stage.item.id, stage.skipped) == ("why", frozenset({"pause"}))


def test_going_back_to_what_was_skipped_takes_it_in_again(running: Room) -> None:
    running.skip("m1", "ask-p")
    running.go_to("m1", "ask-p", None)
    assert running.stage("m1").skipped == frozenset()
    running.skip("m1", "ask-q")
    running.open_round("m1", "q")
    assert running.stage("m1").skipped == frozenset()


def test_an_open_question_cannot_be_skipped(running: Room) -> None:
    running.open_round("m1", "p")
    assert refused(lambda: running.skip("m1", "ask-p")) == "still_open"


# ── Two consoles ─────────────────────────────────────────────────────────────────────────────────────


def test_an_act_on_what_was_is_refused(running: Room) -> None:
    running.go_to("m1", "ask-p", None)
    round_id = running.open_round("m1", "p")
    old = version(running) - 1
    for act in (
        lambda: running.end("m1", old),
        lambda: running.go_to("m1", "why", None, old),
        lambda: running.skip("m1", "why", old),
        lambda: running.open_round("m1", "q", old),
        lambda: running.close_round(round_id, old),
        lambda: running.discard_rehearsal("m1", old),
    ):
        assert refused(act) == "stale"
    assert running.stage("m1").version == old + 1
    running.close_round(round_id, old + 1)
    assert refused(lambda: running.reveal(round_id, old + 1)) == "stale"
    running.reveal(round_id, old + 2)
    assert refused(lambda: running.hide(round_id, old + 2)) == "stale"
    running.end("m1", old + 3)
    assert refused(lambda: running.seal("m1", old + 3)) == "stale"


def test_of_two_consoles_that_press_at_once_one_is_refused(running: Room) -> None:
    now = version(running)
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def press() -> None:
        together.wait()
        try:
            running.open_round("m1", "p", now)
            outcomes.append("opened")
        except Problem as problem:
            outcomes.append(problem.code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["opened"] + ["stale"] * 7
    assert len(running.stage("m1").open_rounds()) == 1


def test_the_stage_is_never_older_than_the_last_act(room: Room) -> None:
    """Pages ask for the stage from many threads while two consoles act."""
    room.import_document(m.meeting(*(m.single(f"q{number}") for number in range(60))))
    room.start("m1")
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            room.stage("m1")

    def act() -> None:
        for _ in range(5):
            room.go_to("m1", "who", None)

    looking = [threading.Thread(target=look) for _ in range(4)]
    for thread in looking:
        thread.start()
    try:
        for turn in range(1, 16):
            acting = [threading.Thread(target=act) for _ in range(2)]
            for thread in acting:
                thread.start()
            for thread in acting:
                thread.join()
            assert room.stage("m1").version == 2 + 10 * turn
    finally:
        done.set()
        for thread in looking:
            thread.join()


# ── After a restart ──────────────────────────────────────────────────────────────────────────────────


def test_everything_is_there_after_a_restart(kiosk: Kiosk, running: Room, data: Path) -> None:
    running.go_to("m1", "ask-p", None)
    closed = running.open_round("m1", "p")
    everyone = people(running, 12)
    vote_all(running, everyone, closed, [chosen("a")] * 7 + [chosen("b")] * 5)
    running.close_round(closed)
    running.reveal(closed)
    opened = running.open_round("m1", "q")
    vote_all(running, everyone, opened, [chosen("c")] * 3)
    running.skip("m1", "why")
    running.set_wifi("Bygdegarden", "")
    before, shown = running.stage("m1"), running.disclosed(closed)
    kiosk.store.close()
    with a_kiosk(data) as again:
        assert again.room.stage("m1") == before
        assert again.room.current_meeting() == before
        assert again.room.disclosed(closed) == shown
        assert again.room.progress(opened).answered == 3
        assert again.room.wifi() == running.wifi()
