"""One winner from rankings, beside pyrankvote and votelib."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations
from random import Random

import pyrankvote
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from votelib.evaluate.condorcet import CondorcetWinner

from kiosk.statistics.voting.ballots import Profile, gather
from kiosk.statistics.voting.ranked import compare_pairs, count_borda, count_first_choices, run_off
from kiosk.statistics.voting.ties import Draw
from tests.statistics.voting.transfers import ballots_with_these_transfers

OPTIONS = "abcd"
rankings = st.sampled_from(["".join(one) for size in range(5) for one in permutations(OPTIONS, size)])
profiles = (
    st.lists(st.tuples(rankings, st.integers(1, 30)), min_size=1, max_size=12)
    .filter(lambda ballots: any(ranking for ranking, _ in ballots))
    .map(lambda ballots: gather(OPTIONS, ballots))
)


@given(profiles)
def test_scores_do_not_depend_on_the_order_of_the_ballots(profile: Profile) -> None:
    turned = Profile(profile.options, profile.piles[::-1])
    assert count_borda(turned) == count_borda(profile)
    assert run_off(turned).winner == run_off(profile).winner


@given(profiles)
def test_every_ballot_that_ranks_somebody_gives_all_points_away(profile: Profile) -> None:
    ranked = sum(count for ranking, count in profile.piles if ranking)
    assert sum(count_borda(profile).scores.values()) == 6 * ranked
    assert sum(count_first_choices(profile).scores.values()) == ranked


def test_options_left_out_share_the_points_that_are_left() -> None:
    assert count_borda(gather("abcd", [("c", 1)])).scores == {
        "a": 1,
        "b": 1,
        "c": 3,
        "d": 1,
    }
    assert count_borda(gather("abc", [("a", 1)])).scores["b"] == Fraction(1, 2)


def test_a_shared_first_rank_is_told() -> None:
    found = count_first_choices(gather("abc", [("a", 2), ("b", 2), ("c", 1)]))
    assert (found.leaders, found.winner) == (("a", "b"), None)


@given(profiles)
def test_the_condorcet_winner_is_votelibs(profile: Profile) -> None:
    duels = compare_pairs(profile)
    theirs = CondorcetWinner().evaluate(dict(duels.preferred))
    assert ([duels.winner] if duels.winner else []) == theirs


def test_nobody_beating_all_others_is_an_answer() -> None:
    assert compare_pairs(gather("abc", [("abc", 1), ("bca", 1), ("cab", 1)])).winner is None


@given(profiles)
def test_a_run_off_without_ties_is_pyrankvotes(profile: Profile) -> None:
    """It breaks ties at random: counts with a tie are compared by nobody."""
    ours = run_off(profile)
    assume(not (ours.open_tie or ours.harmless))
    candidates = {name: pyrankvote.Candidate(name) for name in OPTIONS}
    ballots = [
        pyrankvote.Ballot([candidates[name] for name in ranking])
        for ranking, count in profile.piles
        for _ in range(count)
        if ranking
    ]
    theirs = pyrankvote.instant_runoff_voting(list(candidates.values()), ballots)
    assert [winner.name for winner in theirs.get_winners()] == [ours.winner]


@given(profiles)
def test_rounds_account_for_every_ballot(profile: Profile) -> None:
    found = run_off(profile)
    for one in found.rounds:
        assert sum(one.counts.values()) + one.exhausted == profile.ballots
    exhausted = [one.exhausted for one in found.rounds]
    assert exhausted == sorted(exhausted)
    if found.winner:
        last = found.rounds[-1].counts
        assert 2 * last[found.winner] > sum(last.values())


@given(profiles, st.randoms(use_true_random=False))
def test_recorded_draws_bring_every_count_to_an_end(profile: Profile, lots: Random) -> None:
    draws: list[Draw] = []
    while tie := run_off(profile, draws).open_tie:
        draws.append(Draw(frozenset(tie.tied), lots.choice(tie.tied)))
    found = run_off(profile, draws)
    assert found.winner in set(OPTIONS)
    assert Counter(found.drawn) == Counter(draws)


@pytest.mark.parametrize("blank", [0, 3])
def test_published_transfers_come_out_again(blank: int) -> None:
    rounds = [{"a": 5, "b": 4, "c": 3}, {"a": 6, "b": 5}]
    profile = gather("abc", ballots_with_these_transfers(rounds, 12 + blank))
    found = run_off(profile)
    assert [one.counts for one in found.rounds] == rounds
    assert [one.exhausted for one in found.rounds] == [blank, blank + 1]


@pytest.mark.parametrize(
    ("options", "ballots", "reason"),
    [
        ("", [], "options"),
        ("aa", [("a", 1)], "options"),
        ("ab", [("aa", 1)], "at most once"),
        ("ab", [("c", 1)], "of the list"),
        ("ab", [("a", -1)], "below 0"),
        ("ab", [], "no ballots"),
        ("ab", [("a", 0)], "no ballots"),
    ],
)
def test_wrong_ballots_are_refused(options: str, ballots: list[tuple[str, int]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        gather(options, ballots)


def test_blank_ballots_alone_elect_nobody() -> None:
    with pytest.raises(ValueError, match="blank"):
        run_off(gather("ab", [("", 3)]))
