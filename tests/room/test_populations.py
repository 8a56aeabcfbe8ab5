"""Reference populations of a dialogue: brought in, named, mapped, chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk import documents
from kiosk.composition_views import CompositionView, composition_views
from kiosk.problems import Problem
from kiosk.room import Room
from tests.support import meetings as m
from tests.support.people import ABSTAIN, chosen, people, vote_all

HEAD = "variable;category;count;source;date;age_base"
TABLE = f"{HEAD}\nage;a;50;Office;2025;all\nage;b;40;Office;2025;all\nage;c;10;Office;2025;all"


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.about_you("age", 3), m.about_you("first", 2), m.yes_no("bridge")))
    room.start("m1")
    return room


def refused(code: str, act: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as problem:
        act()
    assert problem.value.code == code
    return problem.value


def view(room: Room, question: str = "age", language: str = "en") -> CompositionView:
    stage = room.stage("m1")
    views = composition_views(stage, room.pictures("m1"), language, room.compared_with(stage))
    return next(one for one in views if one.question == question)


def arrive(room: Room, **ages: int) -> None:
    door = next(round.id for round in room.stage("m1").composition_rounds() if round.question == "age")
    for age, count in ages.items():
        answer = ABSTAIN if age == "nobody" else chosen(age)
        vote_all(room, people(room, count), door, [answer] * count)
    room.tell_news()


def test_the_first_one_is_compared_with(running: Room) -> None:
    first = running.import_population("tests", "The town", TABLE)
    second = running.import_population("tests", {"sv": "Byn", "en": "The village"}, TABLE)
    assert [one.id for one in running.populations("tests")] == [first.id, second.id]
    assert [one.is_chosen for one in running.populations("tests")] == [True, False]
    assert running.compared_with(running.stage("m1")) == first
    running.choose_population("tests", second.id)
    assert running.compared_with(running.stage("m1")) == running.population(second.id)
    running.choose_population("tests", None)
    assert running.compared_with(running.stage("m1")) is None
    running.forget_population(second.id)
    assert len(running.populations("tests")) == 1
    refused("no_such_population", lambda: running.population(second.id))
    refused("no_such_population", lambda: running.choose_population("another", first.id))


def test_a_row_that_is_wrong_is_named(running: Room) -> None:
    problem = refused(
        "population_row",
        lambda: running.import_population("tests", "x", f"{TABLE}\nage;d;many;Office;2025;all"),
    )
    assert problem.details["row"] == 5
    assert "Row 5" in problem.sentence()
    assert "whole number" in problem.sentence()
    assert running.populations("tests") == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, None, 7, {}, {"en": ""}, ["x"], {"en": 3}, "a\x00b"])
def test_a_name_is_needed(running: Room, name: object) -> None:
    refused("population_name", lambda: running.import_population("tests", name, TABLE))


def test_a_name_is_used_once_in_a_dialogue(running: Room) -> None:
    running.import_population("tests", "The town", TABLE)
    refused("population_named", lambda: running.import_population("tests", {"en": "the TOWN"}, TABLE))
    running.import_population("elsewhere", "The town", TABLE)


def test_what_was_checked_holds(running: Room) -> None:
    one = running.import_population("tests", "The town", TABLE)
    running.map_categories(one.id, "age", "age", {"a": "b", "b": "b", "c": None})
    mapped = running.population(one.id).mapped("age", {})
    assert mapped is not None
    assert (dict(mapped.options), mapped.is_checked) == ({"a": "b", "b": "b", "c": None}, True)
    running.map_categories(one.id, "age", None, {})
    assert running.population(one.id).mapped("age", {"a": ["a"], "b": ["b"]}) is None
    refused("malformed", lambda: running.map_categories(one.id, "age", "sex", {}))
    refused("malformed", lambda: running.map_categories(one.id, "age", "age", {"z": "a"}))
    refused("malformed", lambda: running.map_categories(one.id, "age", "age", {"a": "z"}))
    refused("no_such_question", lambda: running.map_categories(one.id, "bridge", "age", {}))


def test_the_room_stands_beside_the_population_in_words(running: Room) -> None:
    running.import_population("tests", "The town", TABLE)
    assert view(running).compared is None, "nobody has answered"
    arrive(running, a=20, b=40, c=20, nobody=10)
    compared = view(running).compared
    assert compared is not None
    assert [(row.room_text, row.population_text, row.ratio) for row in compared.rows] == [
        ("25%", "50%", "half as many"),
        ("50%", "40%", "about as many"),
        ("25%", "10%", "twice as many"),
    ]
    assert [row.is_off for row in compared.rows] == [True, False, True]
    assert compared.missing == ""
    assert "exchanged" in compared.dissimilarity
    declined = view(running).declined
    assert declined is not None
    assert (declined.label, declined.percent_text) == ("Gave no answer", "11%")
    assert view(running, "first").compared is None, "nothing fits it"


def test_who_is_missing_is_said_in_a_sentence(running: Room) -> None:
    running.import_population("tests", "the town", TABLE)
    arrive(running, b=40, c=20)
    compared = view(running).compared
    assert compared is not None
    assert compared.missing == "Few or no participants: Answer A. They are 50% of the town."


def test_in_a_language_it_has_no_name_in_it_has_that_of_the_meetings_first(running: Room) -> None:
    """Not whichever stands first; and each name stays whole in a sentence of the other direction."""
    running.import_population("tests", {"da": "Byen", "en": "The town"}, TABLE)
    arrive(running, a=1, b=60, c=14)
    compared = view(running, language="ar").compared
    assert compared is not None
    assert compared.population == "The town"
    assert "\N{FIRST STRONG ISOLATE}Answer A\N{POP DIRECTIONAL ISOLATE}" in compared.missing


def test_other_ages_are_not_compared_and_the_reason_is_told(running: Room) -> None:
    running.import_population("tests", "The town", TABLE.replace("all", "15+"))
    arrive(running, a=20, b=40)
    compared = view(running).compared
    assert compared is not None
    assert compared.rows == ()
    assert compared.refused == (
        "Not compared: the dialogue asks people of any age, the population counts those aged 15+."
    )


def test_many_without_an_answer_are_not_compared(running: Room) -> None:
    running.import_population("tests", "The town", TABLE)
    arrive(running, a=20, b=40, nobody=30)
    compared = view(running).compared
    assert compared is not None
    assert compared.refused == "Not compared: more than 30% left the question out."


def test_the_samples_populations_are_marked_and_fit_its_questions(room: Room) -> None:
    meeting_id = room.import_document(documents.sample()).id
    stage = room.stage(meeting_id)
    for name, table in documents.sample_populations():
        assert set(name) == {"sv", "da", "nb", "fi", "en"}
        assert "exemp" in name["sv"].lower()
        population = room.import_population(stage.meeting.dialogue_id, name, table, is_example=True)
        assert population.is_example
        assert all(table.age_base == stage.meeting.age_base for table in population.tables)
    assert len(room.populations(stage.meeting.dialogue_id)) == 3
