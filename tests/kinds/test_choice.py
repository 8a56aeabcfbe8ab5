"""Choice: which options, how many, and what questions it can ask."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.kinds import KINDS, Malformed
from tests.support import meetings
from tests.support.questions import MULTIPLE, SINGLE, YES_NO, question

CHOICE = KINDS["choice"]

REFUSED = [
    ({"options": []}, "too_few_chosen"),
    ({"options": ["a"]}, "too_few_chosen"),
    ({"options": ["a", "b", "c", "d"]}, "too_many_chosen"),
    ({"options": ["a", "a"]}, "repeated_option"),
    ({"options": ["a", "z"]}, "unknown_option"),
    ({"options": ["a", "B"]}, "unknown_option"),
    ({"options": ["a", 1]}, "shape"),
    ({"options": "ab"}, "shape"),
    ({"options": {"a": 1, "b": 1}}, "shape"),
    ({"options": None}, "shape"),
    ({}, "shape"),
    ({"options": ["a", "b"], "other": "c"}, "unknown_field"),
]


@pytest.mark.parametrize(("answer", "reason"), REFUSED)
def test_refused(answer: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        CHOICE.check(MULTIPLE, answer)
    assert refused.value.reason == reason


@given(st.permutations(["a", "c", "e"]))
def test_the_order_of_choosing_does_not_matter(chosen: list[str]) -> None:
    assert CHOICE.check(MULTIPLE, {"options": chosen}) == {"options": ["a", "c", "e"]}


def test_each_chosen_option_is_counted_once() -> None:
    answers = [{"options": ["a", "b"]}, {"options": ["b", "c"]}, {"options": ["b", "e"]}]
    assert CHOICE.count(MULTIPLE, answers) == {"a": 1, "b": 3, "c": 1, "d": 0, "e": 1}


def test_only_a_choice_of_several_is_multiple() -> None:
    assert CHOICE.is_multiple(MULTIPLE)
    assert not CHOICE.is_multiple(SINGLE)
    assert not CHOICE.is_multiple(YES_NO)


def test_yes_and_no_and_bands_keep_their_order() -> None:
    assert CHOICE.is_ordered(YES_NO)
    assert CHOICE.is_ordered(question(meetings.about_you("age")))
    assert not CHOICE.is_ordered(SINGLE)


@pytest.mark.parametrize(
    "item",
    [
        meetings.single("q", options=1),
        meetings.single("q", options=0),
        meetings.single("q", max=0),
        meetings.single("q", max=4),
        meetings.single("q", min=2, max=1),
        meetings.single("q", min=0),
        meetings.single("q", max=True),
        meetings.single("q", max="2"),
        meetings.single("q", max=1.5),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        CHOICE.check_question(question(item))
