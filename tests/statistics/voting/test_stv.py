"""Several winners from rankings, beside votelib."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from votelib.evaluate.sequential import TransferableVoteSelector

from kiosk.statistics.voting.ballots import Profile, gather
from kiosk.statistics.voting.ranked import run_off
from kiosk.statistics.voting.stv import count_transferable
from kiosk.statistics.voting.ties import Draw, Tie

OPTIONS = "abcde"
rankings = st.sampled_from(["".join(one) for size in (1, 2, 3, 5) for one in permutations(OPTIONS, size)])
profiles = st.lists(st.tuples(rankings, st.integers(1, 40)), min_size=3, max_size=12).map(
    lambda ballots: gather(OPTIONS, ballots)
)
seats = st.integers(1, 5)


def filled(profile: Profile) -> Profile:
    """The same with every ranking completed, in the order of the options."""
    return gather(
        OPTIONS,
        [
            ((*ranking, *(option for option in OPTIONS if option not in ranking)), count)
            for ranking, count in profile.piles
        ],
    )


@settings(deadline=None)
@given(profiles, seats)
def test_every_vote_is_somewhere(profile: Profile, places: int) -> None:
    found = count_transferable(profile, places)
    kept = Fraction(0)
    waiting: dict[str, Fraction] = {}
    for stage in found.stages:
        if stage.act == "transfer" and stage.passed_on:
            kept += found.quota
            del waiting[stage.passed_on]
        total = sum(stage.votes.values(), kept) + sum(waiting.values()) + stage.not_transferable
        assert total == found.ballots
        waiting |= {option: stage.votes[option] for option in stage.elected}


@settings(deadline=None)
@given(profiles, seats)
def test_a_count_without_ties_fills_every_seat_once(profile: Profile, places: int) -> None:
    found = count_transferable(profile, places)
    assert len(set(found.elected)) == len(found.elected)
    assert (len(found.elected) == places) == (found.open_tie is None)


@settings(deadline=None)
@given(profiles)
def test_one_seat_is_an_instant_run_off(profile: Profile) -> None:
    """Where no ballots run out: the quota is of all ballots, half is of those that still count."""
    full = filled(profile)
    one, runoff = count_transferable(full, 1), run_off(full)
    if not one.open_tie and not runoff.open_tie:
        assert one.elected == (runoff.winner,)


def test_a_surplus_whose_ballots_run_out_is_worth_as_much_less() -> None:
    """By hand: e passes on 11/16 of each ballot; of a's 11.625 then 6.625 go on, most of them nowhere."""
    found = count_transferable(gather(OPTIONS, [("ea", 12), ("eacdb", 2), ("adc", 2), ("eba", 2)]), 3)
    assert [stage.votes for stage in found.stages[:3]] == [
        {"a": 2, "b": 0, "c": 0, "d": 0, "e": 16},
        {"a": Fraction(93, 8), "b": Fraction(11, 8), "c": 0, "d": 0},
        {"b": Fraction(11, 8), "c": Fraction(11, 8) * Fraction(53, 93), "d": 2 * Fraction(53, 93)},
    ]
    assert found.stages[2].not_transferable == Fraction(33, 4) * Fraction(53, 93)
    assert found.elected == ("e", "a", "d")


@settings(deadline=None)
@given(profiles, st.integers(1, 3))
def test_a_count_without_ties_is_votelibs(profile: Profile, places: int) -> None:
    """With full rankings, one surplus at a time, and no ties: in the rest its rules are others."""
    profile = filled(profile)
    ours = count_transferable(profile, places)
    several = any(len(stage.elected) > 1 for stage in ours.stages[:-1])
    assume(not (ours.open_tie or ours.harmless or several))
    selector = TransferableVoteSelector(transferer="Gregory", quota_function="droop")
    assert set(selector.evaluate(dict(profile.piles), places)) == set(ours.elected)


def test_a_tie_for_leaving_waits_for_a_draw() -> None:
    profile = gather("abc", [("a", 4), ("b", 3), ("c", 3)])
    assert count_transferable(profile, 2).open_tie == Tie("eliminate", ("b", "c"))
    assert count_transferable(profile, 2, [Draw(frozenset("bc"), "b")]).elected == ("a", "c")


def test_as_many_seats_as_options_elect_all() -> None:
    found = count_transferable(gather("abc", [("a", 1), ("bc", 5), ("", 9)]), 3)
    assert set(found.elected) == set("abc")
    assert (found.ballots, found.quota) == (6, 2)


@pytest.mark.parametrize("places", [0, 3])
def test_seats_must_fit_the_options(places: int) -> None:
    with pytest.raises(ValueError, match="seats"):
        count_transferable(gather("ab", [("a", 1)]), places)


def test_blank_ballots_alone_elect_nobody() -> None:
    with pytest.raises(ValueError, match="blank"):
        count_transferable(gather("ab", [("", 3)]), 1)
