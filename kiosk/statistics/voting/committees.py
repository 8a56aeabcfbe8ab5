"""Several winners from approvals: equal shares with seqPhragmén completion, and seqPhragmén alone.

Each seat costs one; the voters hold the seats' worth between them. Exact numbers throughout.
Source: Lackner & Skowron, *Multi-Winner Voting with Approval Preferences* (2023), sections 2.1 and 2.2.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from kiosk.statistics.voting.budgets import EqualShares, Project, share_equally
from kiosk.statistics.voting.ties import Draw, Fork, Tie, settle


@dataclass(frozen=True)
class SharedCommittee:
    """A committee by equal shares.

    ``first_phase`` is what the voters bought with their shares; ``elected`` the committee, in the order of
    election, with those that the completion added. Unfinished while ``open_tie`` waits.
    """

    first_phase: EqualShares
    elected: tuple[str, ...]
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]


@dataclass(frozen=True)
class Phragmen:
    """A committee by seqPhragmén, in the order of election.

    It is smaller than the seats when nobody approves of the rest, and unfinished while ``open_tie`` waits.
    ``loads`` are what each voter bears at the end, in the order of the ballots.
    """

    elected: tuple[str, ...]
    loads: tuple[Fraction, ...]
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]


def elect_by_equal_shares(
    candidates: Sequence[str],
    ballots: Sequence[Collection[str]],
    seats: int,
    draws: Sequence[Draw] = (),
) -> SharedCommittee:
    """Equal shares with a price of one a seat, completed by seqPhragmén from the money that is left.

    ``ballots`` are the candidates each voter approves of. A tie that matters stops the count, with act
    ``fund`` in the first phase and ``elect`` in the completion. Raises ValueError where ``elect_by_phragmen``
    does.
    """
    _check(candidates, ballots, seats)
    projects = [Project(name, Fraction(1)) for name in candidates]
    first = share_equally(projects, ballots, Fraction(seats), draws, utility="count", ties=())
    if first.open_tie:
        return SharedCommittee(first, first.funded, first.open_tie, first.drawn, first.harmless)
    # Money left over is a load below zero: who has some is the sooner ready to pay again.
    added = _bear(candidates, ballots, seats, draws, [-money for money in first.money], first.funded)
    return SharedCommittee(
        first,
        added.elected,
        added.open_tie,
        tuple(dict.fromkeys((*first.drawn, *added.drawn))),
        (*first.harmless, *added.harmless),
    )


def elect_by_phragmen(
    candidates: Sequence[str],
    ballots: Sequence[Collection[str]],
    seats: int,
    draws: Sequence[Draw] = (),
) -> Phragmen:
    """seqPhragmén: a seat is a load of one on those who approve of it; the highest load is kept lowest.

    ``ballots`` are the candidates each voter approves of. A tie that matters stops the count (act ``elect``).
    Raises ValueError for candidates given twice, an unknown one on a ballot, no ballots, or seats below 1 or
    above the number of candidates.
    """
    _check(candidates, ballots, seats)
    return _bear(candidates, ballots, seats, draws, [Fraction(0)] * len(ballots), ())


def _check(candidates: Sequence[str], ballots: Sequence[Collection[str]], seats: int) -> None:
    if len(set(candidates)) < len(candidates):
        raise ValueError("candidates are given once each")
    if not ballots or not all(set(candidates).issuperset(ballot) for ballot in ballots):
        raise ValueError("there is at least one ballot, and a ballot names candidates of the list")
    if not 1 <= seats <= len(candidates):
        raise ValueError("seats are at least 1 and at most as many as the candidates")


@dataclass(frozen=True)
class _Burden:
    """The load that each voter bears, and who has been elected, in order."""

    loads: tuple[Fraction, ...]
    chosen: frozenset[str]
    elected: tuple[str, ...] = field(compare=False)


def _bear(
    candidates: Sequence[str],
    ballots: Sequence[Collection[str]],
    seats: int,
    draws: Sequence[Draw],
    loads: Sequence[Fraction],
    elected: tuple[str, ...],
) -> Phragmen:
    supporters = {
        name: [voter for voter, ballot in enumerate(ballots) if name in ballot] for name in candidates
    }

    def elect(burden: _Burden) -> _Burden | Fork[_Burden] | None:
        if len(burden.chosen) == seats:
            return None
        load_of = {
            name: (1 + sum(burden.loads[voter] for voter in voters)) / Fraction(len(voters))
            for name, voters in supporters.items()
            if voters and name not in burden.chosen
        }
        if not load_of:
            return None
        lowest = min(load_of.values())
        ways = {
            name: _elected(burden, name, supporters[name], lowest)
            for name, load in load_of.items()
            if load == lowest
        }
        return Fork("elect", ways) if len(ways) > 1 else next(iter(ways.values()))

    start = _Burden(tuple(loads), frozenset(elected), elected)
    settled = settle(start, elect, lambda burden: burden.chosen, draws)
    end = settled.state
    return Phragmen(end.elected, end.loads, settled.open_tie, settled.drawn, settled.harmless)


def _elected(burden: _Burden, name: str, voters: Collection[int], load: Fraction) -> _Burden:
    paying = set(voters)
    return _Burden(
        tuple(load if voter in paying else borne for voter, borne in enumerate(burden.loads)),
        burden.chosen | {name},
        (*burden.elected, name),
    )
