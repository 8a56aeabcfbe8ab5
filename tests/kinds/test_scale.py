"""Scale: steps in words, numbers with ends, and saying that one does not know."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.kinds import KINDS, Malformed
from kiosk.meeting.document import Question
from kiosk.meeting.tally import tally
from kiosk.statistics.shares import joint_percent
from tests.support import meetings
from tests.support.answers import NAN
from tests.support.questions import BELOW_ZERO, DEGREE, DEGREE_OR_NOT, NUMBERS, question

SCALE = KINDS["scale"]

REFUSED = [
    (DEGREE, {"value": 0}, "out_of_range"),
    (DEGREE, {"value": 6}, "out_of_range"),
    (DEGREE, {"value": 10**400}, "out_of_range"),
    (DEGREE, {"value": 1e308}, "out_of_range"),
    (NUMBERS, {"value": -1}, "out_of_range"),
    (NUMBERS, {"value": 11}, "out_of_range"),
    (BELOW_ZERO, {"value": -6}, "out_of_range"),
    (DEGREE, {"value": True}, "shape"),
    (DEGREE, {"value": "4"}, "shape"),
    (DEGREE, {"value": 3.5}, "shape"),
    (DEGREE, {"value": NAN}, "shape"),
    (DEGREE, {"value": float("inf")}, "shape"),
    (DEGREE, {"value": None}, "shape"),
    (DEGREE, {"value": [4]}, "shape"),
    (DEGREE, {}, "shape"),
    (DEGREE, {"dont_know": True}, "shape"),
    (DEGREE_OR_NOT, {"dont_know": False}, "shape"),
    (DEGREE_OR_NOT, {"dont_know": 1}, "shape"),
    (DEGREE_OR_NOT, {"dont_know": 1.0}, "shape"),
    (DEGREE_OR_NOT, {"dont_know": True, "value": 4}, "shape"),
    (DEGREE, {"value": 4, "comment": ""}, "unknown_field"),
]


@pytest.mark.parametrize(("asked", "answer", "reason"), REFUSED)
def test_refused(asked: Question, answer: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        SCALE.check(asked, answer)
    assert refused.value.reason == reason


@given(st.integers(1, 5))
def test_a_whole_number_may_come_as_a_float(value: int) -> None:
    canonical = SCALE.check(DEGREE, {"value": float(value)})
    assert canonical == {"value": value}
    assert type(canonical["value"]) is int


def test_the_values_of_a_scale_in_words_are_the_places_of_its_steps() -> None:
    assert SCALE.count(DEGREE, [{"value": 1}, {"value": 5}, {"value": 5}]) == {
        "a": 1,
        "b": 0,
        "c": 0,
        "d": 0,
        "e": 2,
    }


def test_the_values_of_a_scale_in_numbers_are_its_numbers() -> None:
    counts = SCALE.count(BELOW_ZERO, [{"value": -5}, {"value": 0}, {"value": 0}])
    assert counts["-5"] == 1
    assert counts["0"] == 2
    assert list(counts) == [str(number) for number in range(-5, 6)]


def test_the_headline_is_the_two_highest_steps() -> None:
    top = SCALE.top(DEGREE)
    assert top is not None
    assert top.bars == ("d", "e")
    assert (top.lowest.id, top.highest.id) == ("d", "e")


def test_a_line_of_numbers_has_its_two_highest_too() -> None:
    top = SCALE.top(NUMBERS)
    assert top is not None
    assert top.bars == tuple(bar.id for bar in SCALE.bars(NUMBERS)[-2:])


def test_a_short_scale_has_no_headline() -> None:
    assert SCALE.top(question(meetings.degree("q", options=3))) is None


def test_who_does_not_know_is_in_no_base() -> None:
    """Of 110 answers 10 do not know: 54 of 100 are 54 percent, not 49."""
    degrees = [1] * 4 + [2] * 12 + [3] * 30 + [4] * 38 + [5] * 16
    answers: list[dict[str, Any]] = [{"value": degree} for degree in degrees]
    answers += [{"dont_know": True}] * 10
    counted = tally("r", answers, 120, lambda valid: SCALE.count(DEGREE_OR_NOT, valid))
    top = SCALE.top(DEGREE_OR_NOT)
    assert top is not None
    assert (counted.answered, counted.valid, counted.dont_know) == (110, 100, 10)
    assert joint_percent(counted.counts, top.bars, counted.valid) == 54
    assert joint_percent(counted.counts, top.bars, counted.answered) == 49


@pytest.mark.parametrize(
    "item",
    [
        meetings.degree("q", options=1),
        meetings.numbers("q", low=3, high=3),
        meetings.numbers("q", low=5, high=1),
        meetings.numbers("q", low=0, high=21),
        meetings.numbers("q", min="0"),
        meetings.numbers("q", max=9.5),
        meetings.numbers("q", max=True),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        SCALE.check_question(question(item))
