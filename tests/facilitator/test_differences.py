"""Tests of differences: made in the helper process, for all that was looked at, and told in words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from facilitator import differences
from facilitator.figures.client import FigureDesk, FigureRefused, change_request, differences_request
from facilitator.figures.differences import DifferenceTable, adjusted, from_json, of_change, to_json
from kiosk.room import Room
from kiosk.statistics.change import mcnemar
from kiosk.statistics.crosstabs import compare_groups, holm
from tests.support import meetings as m
from tests.support.people import chosen, people, value, vote_all

DIFFERENT = DifferenceTable(((30, 5), (8, 27)), seed=3)
ALIKE = DifferenceTable(((10, 11, 9), (11, 10, 10)), seed=4)
NOTHING = DifferenceTable(((10, 0), (12, 0)), seed=5)


@pytest.fixture(scope="module")
def desk() -> Iterator[FigureDesk]:
    opened = FigureDesk()
    yield opened
    opened.close()


def test_p_is_adjusted_for_all_that_have_a_test() -> None:
    found = adjusted((DIFFERENT, ALIKE, NOTHING))
    raw = [compare_groups(one.rows, seed=one.seed).p for one in (DIFFERENT, ALIKE)]
    assert found == [*holm(raw), None]
    assert adjusted((DIFFERENT,)) == [raw[0]]


def test_a_change_has_the_p_of_its_pairs() -> None:
    assert of_change(DIFFERENT) == mcnemar(DIFFERENT.rows).mid_p
    assert of_change(DifferenceTable(((9, 3, 1), (2, 9, 4), (0, 2, 9)), seed=0)) is not None
    assert of_change(DifferenceTable(((0, 0), (0, 0)), seed=0)) is None


def test_the_helper_process_gives_what_the_functions_give(desk: FigureDesk) -> None:
    tables = (DIFFERENT, ALIKE, NOTHING)
    assert json.loads(desk.ask(differences_request(tables))) == adjusted(tables)
    assert json.loads(desk.ask(change_request(DIFFERENT))) == of_change(DIFFERENT)


def test_tables_come_back_from_json_as_they_were() -> None:
    tables = (DIFFERENT, DifferenceTable(((1, 2), (3, 4)), 7, ordered=True))
    assert from_json(json.loads(json.dumps(to_json(tables)))) == tables


def test_what_is_no_table_is_refused(desk: FigureDesk) -> None:
    with pytest.raises(FigureRefused):
        desk.ask(change_request(DifferenceTable(((1, 2, 3), (3, 4, 5)), 7)))


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(
        m.meeting(
            m.about_you("age"),
            m.about_you("place"),
            m.yes_no("bridge", breakdown=["age", "place"]),
            m.multiple("colours", breakdown=["age"]),
            m.degree("trust", breakdown=["age"]),
        )
    )
    room.start("m1")
    ages, places = (round.id for round in room.stage("m1").composition_rounds())
    everyone = people(room, 60)
    vote_all(room, everyone, ages, [*[chosen("a")] * 30, *[chosen("b")] * 30])
    vote_all(room, everyone, places, [chosen("ab"[n % 2]) for n in range(60)])
    room.tell_news()
    for question, answers in (
        ("bridge", [chosen("yes" if n < 35 and n % 5 else "no") for n in range(60)]),
        ("colours", [chosen("a" if n % 3 else "b") for n in range(60)]),
        ("trust", [value(1 + n % 5) for n in range(60)]),
    ):
        round_id = room.open_round("m1", question)
        vote_all(room, everyone, round_id, answers)
        room.close_round(round_id)
    return room


def test_the_family_is_what_was_looked_at(running: Room) -> None:
    bridge, colours, trust = (
        next(round.id for round in running.stage("m1").rounds if round.question == name)
        for name in ("bridge", "colours", "trust")
    )
    assert differences.family(running, running.stage("m1")).names == ()
    running.compare(bridge, "by:age")
    running.compare(trust, "by:age")
    running.compare(colours, "by:age")
    family = differences.family(running, running.stage("m1"))
    assert family.names == ((bridge, "age"), (colours, "age"), (trust, "age"))
    assert [test.option for test in family.tests] == ["", *(f"Answer {name}" for name in "ABCD"), ""]
    assert [table.ordered for table in family.tables] == [False] * 5 + [True]
    assert {test.people for test in family.tests} == {60}, "of several colours each is one test of everybody"
    words = differences.group_words(family, adjusted(family.tables), bridge, "age")
    assert words.startswith("Among those present: the difference is larger")
    assert "60 participants (permutation test, p < 0.001, Holm-adjusted for 4 comparisons)" in words
    assert "It says nothing about the whole population." in words
    chance = differences.group_words(family, adjusted(family.tables), trust, "age")
    assert chance.startswith("The difference could be chance")
    assert "no test" in differences.group_words(family, adjusted(family.tables), bridge, "place")


def test_where_several_may_be_chosen_each_option_is_told_apart(running: Room) -> None:
    colours = next(round.id for round in running.stage("m1").rounds if round.question == "colours")
    running.compare(colours, "by:age")
    family = differences.family(running, running.stage("m1"))
    assert family.tables[2].rows == ((0, 30), (0, 30)), "nobody chose the third: no test"
    assert adjusted(family.tables)[2] is None
    words = differences.group_words(family, [0.0005, 0.02, None, None], colours, "age")
    assert words == (
        "Among those present: the groups differ more than if they had been mixed at random among the 60 "
        "participants in how many chose “Answer A” (p < 0.001) and “Answer B” (p < 0.05) (permutation test, "
        "Holm-adjusted for 2 comparisons). It says nothing about the whole population."
    )
    chance = differences.group_words(family, [0.6, 0.3, None, None], colours, "age")
    assert chance.startswith("The difference could be chance")
    assert "no difference to test" in differences.group_words(family, [None] * 4, colours, "age")
