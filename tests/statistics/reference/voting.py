"""Voting rules. Ballots come as lists with how many gave them, or as names in one string.

Some cases point to a public file of ballots, which is not here; what its totals allow is computed from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from kiosk.statistics.voting.ballots import Profile, gather
from kiosk.statistics.voting.budgets import Project, Utility, count_greedily, share_equally
from kiosk.statistics.voting.committees import elect_by_equal_shares, elect_by_phragmen
from kiosk.statistics.voting.ranked import compare_pairs, count_borda, count_first_choices, run_off
from kiosk.statistics.voting.stv import count_transferable
from kiosk.statistics.voting.ties import Draw, Tie
from tests.statistics.reference.registry import Inputs, computes
from tests.statistics.voting.transfers import ballots_with_these_transfers

BURLINGTON_2009 = "0405e990828047f79742ad44813eb09c1c70cf197c5176d036a021fa2a150246"
PUBLISHED_ROUNDS: Mapping[str, Sequence[Mapping[str, int]]] = {
    BURLINGTON_2009: (
        {
            "Andy Montroll": 2063,
            "Bob Kiss": 2585,
            "Dan Smith": 1306,
            "James Simpson": 35,
            "Kurt Wright": 2951,
            "Write-in": 36,
        },
        {"Andy Montroll": 2067, "Bob Kiss": 2599, "Dan Smith": 1315, "Kurt Wright": 2955, "Write-in": 37},
        {"Andy Montroll": 2080, "Bob Kiss": 2605, "Dan Smith": 1317, "Kurt Wright": 2960},
        {"Andy Montroll": 2554, "Bob Kiss": 2981, "Kurt Wright": 3294},
        {"Bob Kiss": 4313, "Kurt Wright": 4060},
    )
}
"""The rounds of a file of ballots, by its digest."""

RECORDED_DRAWS = {frozenset({"308", "615"}): "615"}
"""Warsaw 2018, Niskie Okęcie: which of two projects with 88 votes each the city put first."""


class Counted(Protocol):
    """A count that may have stopped at a tie."""

    @property
    def open_tie(self) -> Tie | None: ...


Count = TypeVar("Count", bound=Counted)


def with_draws(count: Callable[[Sequence[Draw]], Count]) -> Count:
    """Go on past every tie: as it was recorded, else in the order of the options, as the libraries do."""
    draws: list[Draw] = []
    while tie := (found := count(draws)).open_tie:
        tied = frozenset(tie.tied)
        draws.append(Draw(tied, RECORDED_DRAWS.get(tied, tie.tied[0])))
    return found


# ── Rankings ─────────────────────────────────────────────────────────────────────────────────────────


def profile_of(inputs: Inputs) -> Profile:
    ballots = inputs["ballots"]
    rankings: list[tuple[list[str], int]]
    if isinstance(ballots, Mapping):
        rankings = [(names.split(), count) for names, count in ballots.items()]
    else:
        rankings = [(list(ranking), count) for ranking, count in ballots]
    named = [name for ranking, _ in rankings for name in ranking]
    return gather(inputs.get("candidates", list(dict.fromkeys(named))), rankings)


@computes("ranked_single_winner")
def one_winner_by_four_rules(inputs: Inputs) -> Mapping[str, Any]:
    profile = profile_of(inputs)
    first, borda, duels = count_first_choices(profile), count_borda(profile), compare_pairs(profile)
    runoff = with_draws(lambda draws: run_off(profile, draws))
    return {
        "plurality": first.winner,
        "irv": runoff.winner,
        "irv_first_round": runoff.rounds[0].counts,
        "irv_last_round": runoff.rounds[-1].counts,
        "rounds": [one.counts for one in runoff.rounds],
        "exhausted": runoff.rounds[-1].exhausted,
        "borda": borda.scores,
        "borda_winner": borda.winner,
        "condorcet": duels.winner,
        "pairwise": {f"{one}>{other}": count for (one, other), count in duels.preferred.items()},
    }


@computes("ranked_single_winner_real")
def a_real_election(inputs: Inputs) -> Mapping[str, Any]:
    """Without its ballots, from other ballots that move between the options as the published rounds do."""
    if "ballots" in inputs:
        profile = profile_of(inputs)
    else:
        rounds = PUBLISHED_ROUNDS[inputs["sha256"]]
        profile = gather(list(rounds[0]), ballots_with_these_transfers(rounds, inputs["n_ballots"]))
    runoff = with_draws(lambda draws: run_off(profile, draws))
    return {
        "winner": runoff.winner,
        "last_round": runoff.rounds[-1].counts,
        "exhausted": runoff.rounds[-1].exhausted,
        "rounds": [dict(one.counts) | {"_exhausted": one.exhausted} for one in runoff.rounds],
    }


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@computes("stv")
def several_winners(inputs: Inputs) -> Mapping[str, Any]:
    profile = profile_of(inputs)
    found = with_draws(lambda draws: count_transferable(profile, inputs["seats"], draws))
    whole = {ordinal: stage.whole_votes for ordinal, stage in zip(ORDINALS, found.stages, strict=False)}
    return {
        "total": found.ballots,
        "quota": found.quota,
        "elected": list(found.elected),
        **{f"{ordinal}_count": votes for ordinal, votes in whole.items()},
        **{f"{ordinal}_count_int": votes for ordinal, votes in whole.items()},
    }


# ── Budgets ──────────────────────────────────────────────────────────────────────────────────────────


@computes("pb_greedy")
def greedy_in_the_order_of_votes(inputs: Inputs) -> Mapping[str, Any]:
    """The projects come in the order of their votes, without the votes."""
    ordered = inputs["projects_in_vote_order"]
    projects = [Project(name, Fraction(cost)) for name, cost in ordered]
    votes = {name: len(ordered) - place for place, (name, _) in enumerate(ordered)}
    found = count_greedily(projects, votes, Fraction(inputs["budget"]))
    return {"funded": list(found.funded), "skipped": list(found.skipped), "left": found.left}


@computes("pb_greedy_official")
def a_real_budget(inputs: Inputs) -> Mapping[str, Any]:
    """From the totals. Equal shares needs the ballots."""
    projects = [Project(name, Fraction(cost)) for name, cost in inputs["costs"].items()]
    votes, budget = inputs["approvals"], Fraction(inputs["budget"])
    tie = count_greedily(projects, votes, budget).open_tie
    found = with_draws(lambda draws: count_greedily(projects, votes, budget, draws))
    return {
        "greedy_selected_official": sorted(found.funded),
        "tied_projects": sorted(tie.tied) if tie else [],
        "money_left_greedy": found.left,
    }


@computes("pb_equal_shares")
def equal_shares_of_a_budget(inputs: Inputs) -> Mapping[str, Any]:
    projects = [Project(name, Fraction(cost)) for name, cost in inputs["cost"].items()]
    ballots = [
        [name for name, voters in inputs["approvals_by_voter_number"].items() if voter in voters]
        for voter in range(1, inputs["n_voters"] + 1)
    ]
    budget = Fraction(inputs["budget"])
    utility: Utility = "count" if str(inputs.get("utility", "cost")).startswith("count") else "cost"
    found = with_draws(lambda draws: share_equally(projects, ballots, budget, draws, utility=utility))
    return {
        "selected_in_order": list(found.funded),
        "selected": sorted(found.funded),
        "remaining_budget_rounded": found.money,
        "left": found.left,
    }


@computes("committee_equal_shares")
def equal_shares_of_seats(inputs: Inputs) -> Mapping[str, Any]:
    """Exact numbers are written as fractions; committees in the order of the alphabet."""
    candidates, ballots, seats = inputs["candidates"], inputs["approvals"], inputs["seats"]
    shared = with_draws(lambda draws: elect_by_equal_shares(candidates, ballots, seats, draws))
    phragmen = with_draws(lambda draws: elect_by_phragmen(candidates, ballots, seats, draws))
    first = shared.first_phase
    return {
        "phase1_elected": list(first.funded),
        "phase1_rho": [str(one.largest) for one in first.purchases],
        "phase1_left": [str(money) for money in first.money],
        "with_phragmen_completion": sorted(shared.elected),
        "seq_phragmen": sorted(phragmen.elected),
    }
