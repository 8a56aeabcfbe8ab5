"""The disclosure gate: what may be shown, and that nothing else can make it."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.meeting.tally import Tally
from kiosk.statistics.composition import next_picture
from kiosk.statistics.disclosure import Disclosed, disclose, disclose_picture


def tally(
    counts: dict[str, int], *, abstained: int = 0, dont_know: int = 0, connected: int | None = None
) -> Tally:
    answered = sum(counts.values()) + abstained + dont_know
    return Tally("r", answered, abstained, dont_know, connected or answered, counts)


def shown(counted: Tally, **how: Any) -> Disclosed:
    return disclose(counted, **{"status": "closed", "sensitive": False, "multiple": False, **how})


tallies = st.builds(
    tally,
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1),
    abstained=st.integers(0, 20),
    dont_know=st.integers(0, 20),
)


@given(tallies, st.booleans(), st.booleans())
def test_while_open_nobody_learns_more_than_how_many(counted: Tally, sensitive: bool, multiple: bool) -> None:
    open_still = shown(counted, status="open", sensitive=sensitive, multiple=multiple, texts=["a"])
    assert open_still.as_record() == {
        "round": "r",
        "answered": counted.answered,
        "connected": counted.connected,
        "withheld": "open",
        "valid": None,
        "abstained": None,
        "dont_know": None,
        "counts": None,
        "percents": None,
        "bounds": None,
        "texts": (),
        "as_of": None,
    }


LEVELS = [
    (0, False, "too_few", False),
    (4, False, "too_few", False),
    (5, False, None, False),
    (9, False, None, False),
    (10, False, None, True),
    (500, False, None, True),
    (5, True, "too_few", False),
    (9, True, "too_few", False),
    (10, True, None, True),
]


@pytest.mark.parametrize(("valid", "sensitive", "withheld", "has_percents"), LEVELS)
@pytest.mark.parametrize("status", ["closed", "revealed"])
def test_the_thresholds(
    valid: int, sensitive: bool, withheld: str | None, has_percents: bool, status: str
) -> None:
    result = shown(tally({"a": valid, "b": 0}), status=status, sensitive=sensitive)
    assert result.withheld == withheld
    assert result.counts == (None if withheld else {"a": valid, "b": 0})
    assert result.percents == ({"a": 100, "b": 0} if has_percents else None)


def test_abstentions_and_not_knowing_do_not_lift_a_result_over_the_threshold() -> None:
    result = shown(tally({"a": 4}, abstained=30, dont_know=30, connected=99), texts=["a", "b"])
    assert (result.withheld, result.counts, result.percents, result.texts) == ("too_few", None, None, ())
    assert (result.answered, result.valid, result.abstained) == (64, 4, 30)
    assert (result.dont_know, result.connected) == (30, 99)


@given(tallies, st.booleans(), st.booleans())
def test_what_is_withheld_is_withheld_whole(counted: Tally, sensitive: bool, multiple: bool) -> None:
    result = shown(counted, sensitive=sensitive, multiple=multiple, texts=["x"])
    if result.withheld is not None:
        assert (result.counts, result.percents, result.texts) == (None, None, ())
        assert counted.valid < (10 if sensitive else 5)
    else:
        assert result.counts == counted.counts
        assert (result.percents is not None) == (counted.valid >= 10)


@given(tallies)
def test_single_answers_add_to_100(counted: Tally) -> None:
    result = shown(counted)
    if result.percents is not None:
        assert sum(result.percents.values()) == 100


def test_multiple_answers_stand_against_those_who_answered() -> None:
    """Ten people with 16 marks: the shares may add to more than 100."""
    counted = Tally("r", 12, 2, 0, 12, {"a": 9, "b": 6, "c": 1})
    result = shown(counted, multiple=True)
    assert result.percents == {"a": 90, "b": 60, "c": 10}


def test_texts_are_sorted_so_that_they_say_nothing_of_when_they_came() -> None:
    result = shown(tally({"a": 6}), texts=["zebra", "Äpple", "apple", "Banana"])
    assert result.texts == ("apple", "Banana", "zebra", "Äpple")


def test_only_the_gate_makes_one() -> None:
    with pytest.raises(TypeError):
        Disclosed(round="r", answered=3, connected=3, counts={"a": 3})
    with pytest.raises(TypeError):
        Disclosed(round="r", answered=3, connected=3, counts={"a": 3}, _seal=object())


def test_one_cannot_be_altered_into_another() -> None:
    withheld = shown(tally({"a": 3}))
    with pytest.raises(TypeError):
        replace(withheld, counts={"a": 3}, withheld=None)
    with pytest.raises(FrozenInstanceError):
        withheld.counts = {"a": 3}  # type: ignore[misc]


def test_it_travels_to_a_worker_process_and_back() -> None:
    result = shown(tally({"a": 30, "b": 12}), texts=["x"])
    assert pickle.loads(pickle.dumps(result)) == result


def test_later_counting_does_not_reach_what_was_shown() -> None:
    counts = {"a": 6, "b": 5}
    result = shown(tally(counts))
    counts["a"] = 99
    assert result.counts == {"a": 6, "b": 5}


def test_a_composition_result_is_its_released_picture() -> None:
    counted = tally({"a": 30, "b": 12, "c": 2, "d": 7})
    picture = next_picture(None, counted.counts, sensitive=False)
    result = disclose_picture(counted, picture, status="closed")
    assert result.counts is not None
    assert dict(result.counts) == {"a": 30, "b": 12}
    assert result.percents == {"a": 59, "b": 24}
    assert result.withheld is None


def test_a_composition_result_without_a_picture_is_withheld() -> None:
    counted = tally({"a": 9})
    assert disclose_picture(counted, None, status="closed").withheld == "too_few"
    assert disclose_picture(counted, None, status="closed").counts is None


def test_an_open_composition_round_says_only_how_many() -> None:
    counted = tally({"a": 30})
    picture = next_picture(None, counted.counts, sensitive=False)
    result = disclose_picture(counted, picture, status="open")
    assert (result.withheld, result.counts, result.answered) == ("open", None, 30)
