"""The tally: who answered, and what is in the base of every percentage."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kiosk.kinds import kind_of
from kiosk.meeting.tally import Tally, tally
from tests.support.people import ABSTAIN
from tests.support.questions import DEGREE_OR_NOT

DONT_KNOW = {"dont_know": True}

answers = st.lists(
    st.one_of(
        st.integers(1, 5).map(lambda value: {"value": value}),
        st.just(dict(ABSTAIN)),
        st.just(DONT_KNOW),
    )
)


def counted(given_answers: list[dict[str, Any]], connected: int = 0) -> Tally:
    return tally(
        "r", given_answers, connected, lambda valid: kind_of(DEGREE_OR_NOT).count(DEGREE_OR_NOT, valid)
    )


def test_the_bases() -> None:
    result = counted([{"value": 4}, {"value": 4}, dict(ABSTAIN), DONT_KNOW, DONT_KNOW], connected=9)
    assert (result.answered, result.valid) == (5, 2)
    assert (result.abstained, result.dont_know, result.connected) == (1, 2, 9)
    assert result.counts == {"a": 0, "b": 0, "c": 0, "d": 2, "e": 0}


@given(answers, st.integers(0, 100))
def test_the_parts_add_up(given_answers: list[dict[str, Any]], connected: int) -> None:
    result = counted(given_answers, connected)
    assert result.answered == result.valid + result.abstained + result.dont_know == len(given_answers)
    assert sum(result.counts.values()) == result.valid
    assert result.connected == max(connected, result.answered)


@given(st.data())
def test_the_order_of_answers_does_not_matter(data: st.DataObject) -> None:
    given_answers = data.draw(answers)
    assert counted(given_answers) == counted(data.draw(st.permutations(given_answers)))


def test_nobody_answered() -> None:
    result = counted([], connected=3)
    assert (result.answered, result.valid, result.connected) == (0, 0, 3)
    assert set(result.counts.values()) == {0}
