"""What holds for every kind: odd answers are refused with a reason people can be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.kinds import KINDS, Malformed, kind_of
from kiosk.meeting.document import Question, canonical
from kiosk.problems import ANSWER_REASONS
from tests.support import questions
from tests.support.answers import ODD_ANSWERS, ODD_VALUES

every_question = pytest.mark.parametrize("question", questions.ALL, ids=lambda question: question.id)


def checked(question: Question, answer: Any) -> dict[str, Any] | str:
    """The canonical answer, or the reason it was refused for."""
    try:
        return kind_of(question).check(question, answer)
    except Malformed as error:
        return _told(error)


def _told(error: Malformed) -> str:
    """The reason, which must be one that people can be told."""
    assert error.reason in ANSWER_REASONS
    return error.reason


def answers_to(question: Question) -> st.SearchStrategy[dict[str, Any]]:
    """Answers that fit a question."""
    if question.kind == "text":
        return st.text("abcåäö1!🌲", min_size=1, max_size=10).map(lambda text: {"text": text})
    if question.kind == "scale":
        first = 1 if question.options else question.settings["min"]
        last = len(question.options) if question.options else question.settings["max"]
        return st.integers(first, last).map(lambda value: {"value": value})
    names = [option.id for option in question.options]
    least, most = question.settings.get("min", 1), question.settings.get("max", 1)
    chosen = st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True)
    return chosen.map(lambda options: {"options": options})


any_question = st.sampled_from(questions.ALL)
any_answer = any_question.flatmap(lambda question: st.tuples(st.just(question), answers_to(question)))


@every_question
def test_an_odd_answer_is_refused_or_becomes_one_that_fits(question: Question) -> None:
    for odd in ODD_ANSWERS:
        outcome = checked(question, odd)
        if isinstance(outcome, dict):
            assert checked(question, outcome) == outcome
            json.loads(canonical(outcome).encode("utf-8"))


@every_question
def test_an_empty_answer_is_refused(question: Question) -> None:
    assert isinstance(checked(question, {}), str)


@given(any_answer)
def test_what_fits_is_accepted_and_stays_as_it_is(asked: tuple[Question, dict[str, Any]]) -> None:
    question, answer = asked
    canonical_answer = checked(question, answer)
    assert isinstance(canonical_answer, dict)
    assert checked(question, canonical_answer) == canonical_answer


@given(any_answer, st.text(), st.sampled_from(ODD_VALUES))
def test_an_answer_with_a_part_too_many_is_refused(
    asked: tuple[Question, dict[str, Any]], name: str, value: Any
) -> None:
    question, answer = asked
    if name not in answer:
        assert isinstance(checked(question, {**answer, name: value}), str)


@given(any_question, st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
       lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6))  # fmt: skip
def test_anything_that_json_can_say_has_an_outcome(question: Question, said: Any) -> None:
    for field in ("options", "value", "text", "dont_know"):
        checked(question, {field: said})
    if isinstance(said, dict):
        checked(question, said)


@given(any_question.flatmap(lambda question: st.tuples(st.just(question), st.lists(answers_to(question)))))
def test_every_answer_is_counted_and_the_order_does_not_matter(
    asked: tuple[Question, list[dict[str, Any]]],
) -> None:
    question, answers = asked
    kind = kind_of(question)
    valid = [kind.check(question, answer) for answer in answers]
    counts = kind.count(question, valid)
    assert list(counts) == [bar.id for bar in kind.bars(question)]
    assert counts == kind.count(question, reversed(valid))
    if question.kind == "scale":
        assert sum(counts.values()) == len(answers)
    if question.kind == "choice":
        assert sum(counts.values()) == sum(len(answer["options"]) for answer in answers)


@every_question
@pytest.mark.parametrize(
    "fields", [{}, {"value": []}, {"value": ["x"]}, {"options": ["zzz"]}, {"text": [""]}]
)
def test_a_plain_form_without_an_answer_is_refused(question: Question, fields: dict[str, list[str]]) -> None:
    with pytest.raises(Malformed) as refused:
        kind_of(question).check(question, kind_of(question).from_form(question, fields))
    assert refused.value.reason in ANSWER_REASONS


FORMS = [
    (questions.SINGLE, {"options": ["b"]}, {"options": ["b"]}),
    (questions.MULTIPLE, {"options": ["c", "a"]}, {"options": ["a", "c"]}),
    (questions.DEGREE, {"value": ["4"]}, {"value": 4}),
    (questions.DEGREE_OR_NOT, {"dont_know": ["1"]}, {"dont_know": True}),
    (questions.BELOW_ZERO, {"value": ["-5"]}, {"value": -5}),
    (questions.WORDS, {"text": [" A bench\r\n by the lake "]}, {"text": "A bench by the lake"}),
]


@pytest.mark.parametrize(("question", "fields", "answer"), FORMS, ids=[form[0].id for form in FORMS])
def test_a_plain_form_says_the_same_as_json(
    question: Question, fields: dict[str, list[str]], answer: dict[str, Any]
) -> None:
    assert checked(question, kind_of(question).from_form(question, fields)) == answer


def test_the_registry_knows_the_kinds_by_their_names() -> None:
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in KINDS}
    assert {"choice", "scale", "text"} <= set(KINDS)
