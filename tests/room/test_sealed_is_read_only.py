"""A sealed meeting can be read, and nothing about it changes: every verb is tried."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from kiosk.sync import client
from tests.support import meetings as m
from tests.support.kiosks import a_kiosk
from tests.support.people import chosen, people, text, value, vote_all

ABOUT_ALL = frozenset(
    {
        "import_document", "choose_meeting", "set_wifi", "turn_codes", "import_population",
        "choose_population", "forget_population", "map_categories", "look_after", "tell_news",
        "choose_backup_folder", "enrol", "pin_central", "finish_acts", "duplicate", "when_deleted",
    }
)  # fmt: skip
"""Verbs that change no meeting that is here: others, the machine, the dialogue, or a new meeting."""
LOOKS = frozenset(
    {
        "stage", "meetings", "meeting_with_code", "acts", "current_meeting", "round", "document", "join_url",
        "join_text", "wifi", "participant", "mine", "devices", "progress", "disclosed", "texts", "pictures",
        "waiting", "compared", "populations", "population", "compared_with", "now", "presence", "saving",
        "can_save", "troubles", "slept", "backup_folder", "backup_report", "thresholds", "seal_preview",
        "kept", "overdue", "central", "site", "bundle_file", "verified_receipt", "deleted", "live",
    }
)  # fmt: skip
NOT_CONTENT = frozenset({"send_home", "take_receipt", "keep_until", "delete"})
"""What is done with a sealed meeting as a whole."""


Evening = tuple[dict[str, str], list[Participant]]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Evening]:
    """The data folder of a sealed meeting, its rounds, and who was there."""
    data = tmp_path_factory.mktemp("evening") / "data"
    with a_kiosk(data) as kiosk:
        return data, hold(kiosk.room)


@pytest.fixture
def data(evening: tuple[Path, Evening], tmp_path: Path) -> Path:
    shutil.copytree(evening[0], tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def sealed(room: Room, evening: tuple[Path, Evening]) -> tuple[Room, dict[str, str], list[Participant]]:
    return room, *evening[1]


def hold(room: Room) -> Evening:
    """A meeting from its start to its seal."""
    room.import_document(
        m.meeting(
            m.about_you("age"),
            m.single("drink", breakdown=["age"]),
            m.degree("before"),
            m.degree("after", pair_with="before"),
            m.words("wish"),
            m.single("never"),
        )
    )
    room.start("m1")
    voters = people(room, 12)
    rounds = {}
    said = {"drink": chosen("a"), "before": value(2), "after": value(3), "wish": text("A bench")}
    for question, answer in said.items():
        rounds[question] = room.open_round("m1", question)
        vote_all(room, voters, rounds[question], [answer] * 12)
        room.close_round(rounds[question])
    room.review(rounds["wish"], approve=None)
    room.reveal(rounds["wish"])
    room.end("m1")
    room.seal("m1")
    return rounds, voters


Verb = Callable[[Room, dict[str, str], list[Participant]], object]

REFUSED: dict[str, Verb] = {
    "start": lambda room, rounds, who: room.start("m1"),
    "go_to": lambda room, rounds, who: room.go_to("m1", "ask-drink", None),
    "skip": lambda room, rounds, who: room.skip("m1", "ask-never"),
    "lock": lambda room, rounds, who: room.lock("m1", True),
    "count_heads": lambda room, rounds, who: room.count_heads("m1", 99),
    "change_code": lambda room, rounds, who: room.change_code("m1"),
    "turn_code_every": lambda room, rounds, who: room.turn_code_every("m1", 5),
    "discard_rehearsal": lambda room, rounds, who: room.discard_rehearsal("m1"),
    "join": lambda room, rounds, who: room.join("MEET"),
    "next_respondent": lambda room, rounds, who: room.next_respondent("no token is known any more"),
    "open_round": lambda room, rounds, who: room.open_round("m1", "never"),
    "cast": lambda room, rounds, who: room.cast(who[0], "ballot-0001", rounds["drink"], {"options": ["b"]}),
    "reveal": lambda room, rounds, who: room.reveal(rounds["drink"]),
    "hide": lambda room, rounds, who: room.hide(rounds["wish"]),
    "show": lambda room, rounds, who: room.show(rounds["wish"], None),
    "groups": lambda room, rounds, who: room.groups(rounds["drink"], "age"),
    "flows": lambda room, rounds, who: room.flows(rounds["after"]),
    "compare": lambda room, rounds, who: room.compare(rounds["drink"], "by:age"),
    "review": lambda room, rounds, who: room.review(rounds["wish"], approve=None),
    "supplement": lambda room, rounds, who: room.supplement(
        rounds["drink"], [(f"paper-{number:04}", {"options": ["a"]}) for number in range(20)], "paper"
    ),
}
CHANGES_NOTHING: dict[str, Verb] = {
    "end": lambda room, rounds, who: room.end("m1"),
    "seal": lambda room, rounds, who: room.seal("m1"),
    "close_round": lambda room, rounds, who: room.close_round(rounds["drink"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_verb_is_refused(
    sealed: tuple[Room, dict[str, str], list[Participant]], data: Path, name: str
) -> None:
    room, rounds, who = sealed
    before = room.stage("m1"), client.prepare(data, "m1")
    with pytest.raises(Problem):
        REFUSED[name](room, rounds, who)
    assert (room.stage("m1"), made_again(data)) == before


@pytest.mark.parametrize("name", CHANGES_NOTHING)
def test_what_is_done_already_changes_nothing(
    sealed: tuple[Room, dict[str, str], list[Participant]], data: Path, name: str
) -> None:
    room, rounds, who = sealed
    before = room.stage("m1"), client.prepare(data, "m1")
    CHANGES_NOTHING[name](room, rounds, who)
    assert (room.stage("m1"), made_again(data)) == before


def made_again(data: Path) -> object:
    """The bundle as the file gives it now."""
    for path in (data / "outbox").iterdir():
        path.unlink()
    return client.prepare(data, "m1")


def test_every_verb_of_the_room_has_been_thought_of(room: Room) -> None:
    verbs = {name for name in dir(room) if not name.startswith("_")}
    others = {"cast_later", "cast_spelt_later", "make_comparison"}  # other ways into "cast" and "compare"
    assert verbs == {*ABOUT_ALL, *LOOKS, *NOT_CONTENT, *REFUSED, *CHANGES_NOTHING, *others}
