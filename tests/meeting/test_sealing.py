"""Sealing: rare combinations are blanked, and a number means nothing outside its question."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kiosk.meeting.sealing import LEAST_ALIKE, blank_rare, seal_round

Values = tuple[str | None, ...]


def combinations_of(width: int) -> st.SearchStrategy[list[Values]]:
    value = st.sampled_from(["a", "b", "c", None])
    return st.lists(st.tuples(*[value] * width), max_size=60)


@given(st.integers(0, 3).flatmap(combinations_of))
def test_no_combination_is_held_by_fewer_than_five(held: list[Values]) -> None:
    blanked = blank_rare({f"p{number}": values for number, values in enumerate(held)})
    for values, count in Counter(blanked.values()).items():
        assert count >= LEAST_ALIKE or not any(values)


@given(st.integers(0, 3).flatmap(combinations_of))
def test_values_are_blanked_and_never_changed(held: list[Values]) -> None:
    before = {f"p{number}": values for number, values in enumerate(held)}
    after = blank_rare(before)
    assert after.keys() == before.keys()
    for name, values in after.items():
        assert all(kept in (None, was) for kept, was in zip(values, before[name], strict=True))


@given(st.integers(1, 3).flatmap(combinations_of))
def test_combinations_of_five_or_more_that_nothing_threatens_stay(held: list[Values]) -> None:
    common = [values for values, count in Counter(held).items() if count >= LEAST_ALIKE]
    before = {f"p{number}": values for number, values in enumerate(held)}
    after = blank_rare(before)
    for values in common:
        assert all(after[name] == values for name, was in before.items() if was == values)


def test_the_last_declared_is_blanked_first() -> None:
    held: dict[str, Values] = {f"p{number}": ("young", "north") for number in range(4)}
    held |= {f"p{number}": ("young", "south") for number in range(4, 8)}
    assert set(blank_rare(held).values()) == {("young", None)}


def test_a_single_person_loses_everything() -> None:
    held: dict[str, Values] = {f"p{number}": ("young", "north") for number in range(9)}
    assert blank_rare({**held, "alone": ("old", "islands")})["alone"] == (None, None)


def sealed(answers: dict[str, Any], breakdown: list[str], values: dict[str, dict[str, str]]) -> list[Any]:
    numbers = {name: place for place, name in enumerate(sorted(answers, reverse=True), start=1)}
    return seal_round(answers, breakdown, values, numbers)


def test_a_sealed_round_keeps_answers_and_declared_values() -> None:
    answers = {f"p{number}": {"options": ["a" if number % 2 else "b"]} for number in range(10)}
    values = {"age": dict.fromkeys(answers, "young"), "district": dict.fromkeys(answers, "north")}
    rows = sealed(answers, ["age"], values)
    assert [row.respondent for row in rows] == list(range(1, 11))
    assert Counter(str(row.answer) for row in rows) == Counter(map(str, answers.values()))
    assert all(row.composition == {"age": "young"} for row in rows)


def test_who_said_nothing_about_themselves_has_blanks() -> None:
    answers = {f"p{number}": {"value": 1} for number in range(6)}
    rows = sealed(answers, ["age"], {"age": {}})
    assert all(row.composition == {"age": None} for row in rows)


def test_only_those_who_answered_are_in_it() -> None:
    values = {"age": {f"p{number}": "young" for number in range(20)}}
    rows = sealed({f"p{number}": {"value": 1} for number in range(4)}, ["age"], values)
    assert len(rows) == 4
    assert all(row.composition == {"age": None} for row in rows)
