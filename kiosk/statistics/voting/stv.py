"""Several winners from rankings: the single transferable vote.

Droop quota, weighted inclusive Gregory method, exact fractions. The rules follow the Scottish local elections
(Scottish Local Government Elections Order 2007), without their rounding to five decimals and with a recorded
draw at every tie that matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from kiosk.statistics.voting.ballots import Profile, Ranking
from kiosk.statistics.voting.ties import Act, Draw, Fork, Tie, settle


@dataclass(frozen=True)
class Stage:
    """One count.

    ``votes`` are those of every option that was still in the running when the count was made, exact;
    ``elected`` are those it elects, most votes first. ``passed_on`` is whose surplus (``act`` transfer) or
    whose ballots (``eliminate``) were passed on before it; both None for the first count.
    ``not_transferable`` are the votes that have left so far, because their ballots name nobody further.
    """

    votes: Mapping[str, Fraction]
    elected: tuple[str, ...]
    act: Act | None
    passed_on: str | None
    not_transferable: Fraction

    @property
    def whole_votes(self) -> dict[str, int]:
        """The whole part of the votes, for the screen."""
        return {option: int(votes) for option, votes in self.votes.items()}


@dataclass(frozen=True)
class Transferred:
    """A count of several seats. ``elected`` in the order they were elected; fewer while ``open_tie`` waits.

    ``quota`` is what elects. Those who are left alone with the last seats are elected without it.
    """

    ballots: int
    quota: int
    stages: tuple[Stage, ...]
    elected: tuple[str, ...]
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]


Pile = tuple[Ranking, Fraction]
"""Ballots that lie together: their ranking from the option that holds them on, and what each is worth."""


@dataclass(frozen=True)
class _Election:
    """Where the ballots lie. ``waiting`` are the elected whose surplus has not yet been passed on.

    What has been counted so far is told, and says nothing of how it goes on.
    """

    running: tuple[str, ...]
    waiting: tuple[str, ...]
    elected: tuple[str, ...]
    lying: frozenset[tuple[Pile, int]]
    stages: tuple[Stage, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class _Rules:
    seats: int
    quota: int


def count_transferable(profile: Profile, seats: int, draws: Sequence[Draw] = ()) -> Transferred:
    """Elect ``seats`` options by single transferable vote.

    quota = ⌊V / (seats + 1)⌋ + 1, V the ballots that rank somebody. Whoever reaches it is elected. Surpluses
    are passed on, the largest first, one a count: every ballot of the elected goes to its next option still
    in the running, worth its value × surplus / votes held. With no surplus left the lowest leaves and its
    ballots go on at their value. When no more options are left than seats, they are elected.

    Equal surpluses (act ``transfer``) and equal lowest votes (``eliminate``) stop the count when it makes a
    difference to who is elected. The order in which one count elects several with equal votes is that of
    the options.

    Raises ValueError when seats is below 1 or above the number of options, or every ballot is blank.
    """
    ballots = sum(count for ranking, count in profile.piles if ranking)
    if not 1 <= seats <= len(profile.options):
        raise ValueError("seats are at least 1 and at most as many as the options")
    if not ballots:
        raise ValueError("every ballot is blank")
    rules = _Rules(seats, ballots // (seats + 1) + 1)
    lying = frozenset(((ranking, Fraction(1)), count) for ranking, count in profile.piles if ranking)
    start = _counted(_Election(profile.options, (), (), lying), rules, None, None, Fraction(0))
    settled = settle(
        start,
        lambda election: _next_count(election, rules),
        lambda election: frozenset(election.elected),
        draws,
    )
    end = settled.state
    return Transferred(
        ballots, rules.quota, end.stages, end.elected, settled.open_tie, settled.drawn, settled.harmless
    )


def _next_count(election: _Election, rules: _Rules) -> _Election | Fork[_Election] | None:
    if len(election.elected) == rules.seats:
        return None
    votes = _votes(election)
    if election.waiting:
        act: Act = "transfer"
        most = max(votes[option] for option in election.waiting)
        first = [option for option in election.waiting if votes[option] == most]
    else:
        act = "eliminate"
        fewest = min(votes[option] for option in election.running)
        first = [option for option in election.running if votes[option] == fewest]
    ways = {option: _pass_on(election, rules, act, option, votes[option]) for option in first}
    return Fork(act, ways) if len(ways) > 1 else ways[first[0]]


def _votes(election: _Election) -> dict[str, Fraction]:
    """What everybody holds whose ballots lie with them: those in the running, and the elected."""
    votes = dict.fromkeys((*election.running, *election.elected), Fraction(0))
    for (ranking, value), count in election.lying:
        votes[ranking[0]] += value * count
    return votes


def _pass_on(election: _Election, rules: _Rules, act: Act, giver: str, held: Fraction) -> _Election:
    """Pass on all ballots of one option, each worth less when only a surplus is passed on; and count."""
    share = (held - rules.quota) / held if act == "transfer" else Fraction(1)
    running = tuple(option for option in election.running if option != giver)
    lying: Counter[Pile] = Counter()
    lost = Fraction(0)
    for (ranking, value), count in election.lying:
        if ranking[0] != giver:
            lying[ranking, value] += count
            continue
        further = tuple(option for option in ranking if option in running)
        if further:
            lying[further, value * share] += count
        else:
            lost += value * share * count
    waiting = tuple(option for option in election.waiting if option != giver)
    moved = _Election(running, waiting, election.elected, frozenset(lying.items()), election.stages)
    return _counted(moved, rules, act, giver, election.stages[-1].not_transferable + lost)


def _counted(
    election: _Election, rules: _Rules, act: Act | None, giver: str | None, lost: Fraction
) -> _Election:
    """Count, and elect those who reach the quota, or all when no more are left than seats."""
    votes = _votes(election)
    by_votes = sorted(election.running, key=lambda option: -votes[option])
    elected = [option for option in by_votes if votes[option] >= rules.quota]
    waiting = [option for option in elected if votes[option] > rules.quota]
    rest = [option for option in by_votes if option not in elected]
    if len(rest) <= rules.seats - len(election.elected) - len(elected):
        elected = [*elected, *rest]
    shown = {option: votes[option] for option in election.running}
    return _Election(
        running=tuple(option for option in election.running if option not in elected),
        waiting=(*election.waiting, *waiting),
        elected=(*election.elected, *elected),
        lying=election.lying,
        stages=(*election.stages, Stage(shown, tuple(elected), act, giver, lost)),
    )
