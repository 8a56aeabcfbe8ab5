"""Bars while a question is open: of whole blocks, late, in steps of five, and only where they may be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.statistics.disclosure import disclose_live
from kiosk.statistics.disclosure.live import (
    BLOCK,
    FIRST,
    ballots_shown_live,
    live_releases,
    percent_to_five,
)
from kiosk.statistics.thresholds import Thresholds

YES, NO = {"yes": 1, "no": 0}, {"yes": 0, "no": 1}


@given(st.integers(0, 400))
def test_between_two_pictures_there_is_a_whole_block(received: int) -> None:
    releases = live_releases(received)
    assert (releases == ()) == (received < FIRST)
    if releases:
        assert releases[0] >= FIRST
        assert releases[-1] == received
        assert all(later - one >= BLOCK for one, later in pairwise(releases))


@given(st.integers(0, 400))
def test_a_block_is_held_back_while_open(received: int) -> None:
    shown = ballots_shown_live(received)
    assert shown == 0 or FIRST <= shown <= received - BLOCK


@pytest.mark.parametrize(
    ("count", "base", "percent"), [(0, 20, 0), (20, 20, 100), (9, 20, 45), (1, 40, 5), (7, 30, 25)]
)
def test_live_bars_move_in_fives(count: int, base: int, percent: int) -> None:
    assert percent_to_five(count, base) == percent


@given(st.lists(st.booleans(), min_size=30, max_size=90), st.data())
def test_who_answered_in_the_last_block_changes_nothing(answers: list[bool], data: st.DataObject) -> None:
    """Whatever those say who are held back, and in whatever order a block came, the bars are the same."""
    ballots = [YES if yes else NO for yes in answers]
    shown = disclose_live("r", ballots, sensitive=False)
    assert shown is not None
    assert shown.ballots % BLOCK == 0
    assert all(share % 5 == 0 for share in shown.percents.values())
    first = ballots[: shown.ballots]
    shuffled = data.draw(st.permutations(first))
    others = [YES] * (len(ballots) - shown.ballots)
    assert disclose_live("r", [*shuffled, *others], sensitive=False) == shown


def test_nothing_of_a_sensitive_question_and_nothing_too_early() -> None:
    assert disclose_live("r", [YES, NO] * 14, sensitive=False) is None
    assert disclose_live("r", [YES, NO] * 15, sensitive=False) is not None
    assert disclose_live("r", [YES, NO] * 15, sensitive=True) is None
    assert disclose_live("r", [], sensitive=False) is None


def test_a_raised_threshold_makes_larger_blocks() -> None:
    raised = Thresholds(base=15)
    assert disclose_live("r", [YES] * 44, sensitive=False, thresholds=raised) is None
    shown = disclose_live("r", [YES] * 45, sensitive=False, thresholds=raised)
    assert shown is not None
    assert shown.ballots == 30


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="block"):
        live_releases(30, 10, 5)
    with pytest.raises(ValueError, match="block"):
        ballots_shown_live(-1)
    with pytest.raises(ValueError, match="base"):
        percent_to_five(1, 0)
