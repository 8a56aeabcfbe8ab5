"""Participatory budgets: greedy with skipping, and the method of equal shares. Exact numbers throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

from kiosk.statistics.voting.ties import Draw, Fork, Tie, settle

TieRule = Literal["lower_cost", "more_votes"]
"""What goes first among equals, when the meeting has agreed on it beforehand."""
Utility = Literal["cost", "count"]
"""What a voter gains from a project that is funded: its cost, or one."""


@dataclass(frozen=True)
class Project:
    """One project; the cost in the currency of the pot, above 0."""

    id: str
    cost: Fraction

    def __post_init__(self) -> None:
        if self.cost <= 0:
            raise ValueError(f"a project costs something: {self.id}")
        object.__setattr__(self, "cost", Fraction(self.cost))  # a whole number divides into a float


@dataclass(frozen=True)
class GreedyStep:
    """One project in the order of votes: funded or skipped, and what is left of the pot after it."""

    project: str
    votes: int
    cost: Fraction
    funded: bool
    left: Fraction


@dataclass(frozen=True)
class GreedyCount:
    """A greedy count. Unfinished while ``open_tie`` waits for a drawing of lots."""

    steps: tuple[GreedyStep, ...]
    left: Fraction
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]

    @property
    def funded(self) -> tuple[str, ...]:
        """The funded projects, most votes first."""
        return tuple(step.project for step in self.steps if step.funded)

    @property
    def skipped(self) -> tuple[str, ...]:
        """The projects that no longer fitted when their turn came."""
        return tuple(step.project for step in self.steps if not step.funded)


@dataclass(frozen=True)
class Purchase:
    """One project that equal shares funds, and who paid.

    ``largest`` (ρ) is the most that a single voter pays; ``effective_votes`` is cost / ρ. ``paid`` is what
    each voter pays, in the order of the ballots. ``tied_with`` are the projects that stood equal with it when
    a tie rule, a draw, or the list where it makes no difference, put it first.
    """

    project: str
    cost: Fraction
    largest: Fraction
    effective_votes: Fraction
    paid: tuple[Fraction, ...]
    tied_with: tuple[str, ...]


@dataclass(frozen=True)
class EqualShares:
    """A count by equal shares. Unfinished while ``open_tie`` waits for a drawing of lots.

    ``share`` is what each voter held at the start, ``money`` what each has left, in the order of the ballots.
    ``completion`` names how the pot was used further; with ``add_one`` the share is a virtual one, above
    the pot divided by the voters. ``left`` is what remains of the pot itself.
    """

    purchases: tuple[Purchase, ...]
    share: Fraction
    money: tuple[Fraction, ...]
    left: Fraction
    completion: Literal["none", "add_one"]
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]

    @property
    def funded(self) -> tuple[str, ...]:
        """The funded projects, in the order they were bought."""
        return tuple(purchase.project for purchase in self.purchases)


# ── Greedy ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Pot:
    """What is left of the pot and which projects have not had their turn."""

    waiting: tuple[Project, ...]
    left: Fraction
    funded: frozenset[str]
    steps: tuple[GreedyStep, ...] = field(default=(), compare=False)


def count_greedily(
    projects: Sequence[Project],
    votes: Mapping[str, int],
    budget: Fraction,
    draws: Sequence[Draw] = (),
    *,
    ties: Sequence[TieRule] = (),
) -> GreedyCount:
    """Fund the most voted project that fits, skip what no longer fits, and go on.

    ``votes`` gives each project's votes; ``budget`` is the pot. Among equal votes the ``ties`` rules decide,
    if the meeting agreed on some beforehand. A tie that they leave, and that changes what is funded, stops
    the count (act ``fund``).

    Raises ValueError for a project given twice or without votes, votes below 0, or a pot that is not above 0.
    Source: Aarhus Kommune, deltagerbudget (sammenomaarhus.dk/Afstemning).
    """
    budget = _checked(projects, budget)
    if set(votes) != {project.id for project in projects} or min(votes.values()) < 0:
        raise ValueError("every project has its votes, 0 or more")
    settled = settle(
        _Pot(tuple(projects), budget, frozenset()),
        lambda pot: _next_project(pot, votes, ties),
        lambda pot: pot.funded,
        draws,
    )
    end = settled.state
    return GreedyCount(end.steps, end.left, settled.open_tie, settled.drawn, settled.harmless)


def _checked(projects: Sequence[Project], budget: Fraction) -> Fraction:
    if not projects or len({project.id for project in projects}) < len(projects):
        raise ValueError("projects must be given, each once")
    if budget <= 0:
        raise ValueError("the pot must hold something")
    return Fraction(budget)


def _next_project(pot: _Pot, votes: Mapping[str, int], ties: Sequence[TieRule]) -> _Pot | Fork[_Pot] | None:
    if not pot.waiting:
        return None
    first = _first_by(ties, pot.waiting, votes, most=max(votes[project.id] for project in pot.waiting))
    # What does not fit is skipped whoever comes first, and what fits together is funded in any order.
    fitting = [project for project in first if project.cost <= pot.left]
    if len(fitting) < 2 or sum(project.cost for project in fitting) <= pot.left:
        return _decide(pot, (fitting or first)[0], votes)
    return Fork("fund", {project.id: _decide(pot, project, votes) for project in fitting})


def _first_by(
    ties: Sequence[TieRule], projects: Sequence[Project], votes: Mapping[str, int], *, most: int
) -> list[Project]:
    return _by_rules(ties, [project for project in projects if votes[project.id] == most], votes)


def _by_rules(ties: Sequence[TieRule], equal: list[Project], votes: Mapping[str, int]) -> list[Project]:
    """Those among equals that the rules put first, one rule after the other."""
    for rule in ties:
        if rule == "lower_cost":
            least = min(project.cost for project in equal)
            equal = [project for project in equal if project.cost == least]
        else:
            most = max(votes[project.id] for project in equal)
            equal = [project for project in equal if votes[project.id] == most]
    return equal


def _decide(pot: _Pot, project: Project, votes: Mapping[str, int]) -> _Pot:
    funded = project.cost <= pot.left
    left = pot.left - project.cost if funded else pot.left
    return _Pot(
        tuple(other for other in pot.waiting if other != project),
        left,
        pot.funded | {project.id} if funded else pot.funded,
        (*pot.steps, GreedyStep(project.id, votes[project.id], project.cost, funded, left)),
    )


# ── Equal shares ─────────────────────────────────────────────────────────────────────────────────────


def share_equally(
    projects: Sequence[Project],
    ballots: Sequence[Collection[str]],
    budget: Fraction,
    draws: Sequence[Draw] = (),
    *,
    utility: Utility = "cost",
    ties: Sequence[TieRule] = ("lower_cost", "more_votes"),
    add_one: Fraction | None = None,
) -> EqualShares:
    """The method of equal shares: everybody holds the same part of the pot, and supporters pay for projects.

    A project can be bought when its supporters together hold its cost. Its payment ρ is the largest that any
    of them makes when the cost is split as evenly as their money allows. The project with the highest
    cost / ρ (its effective votes) is bought, each supporter pays min(money, ρ), and so on. With ``utility``
    "count" the one with the lowest ρ is.

    ``ballots`` are the projects each voter approves of, an empty one too: all hold budget / voters.
    Among equals the ``ties`` rules decide. A tie that they leave, and that changes what is bought, stops the
    count (act ``fund``). ``add_one`` completes the count: every share is raised by so much, in the currency,
    and the count made anew, for as long as the total fits the pot and something is left to buy. Its time
    grows with the number of raises.

    Raises ValueError for a project given twice, an unknown project on a ballot, no ballots, and a pot or a
    raise that is not above 0.
    Sources: Peters, Pierczyński & Skowron (2021); equalshares.net/explanation.
    """
    budget = _checked(projects, budget)
    known = {project.id for project in projects}
    if not ballots or not all(known.issuperset(ballot) for ballot in ballots):
        raise ValueError("there is at least one ballot, and a ballot names projects of the list")
    if add_one is not None and add_one <= 0:
        raise ValueError("the share is raised by more than nothing")
    market = _Market(
        tuple(projects), tuple(map(frozenset, ballots)), budget, utility, tuple(ties), tuple(draws)
    )
    count = market.count(budget / len(ballots))
    if add_one is not None:
        return _complete(market, count, Fraction(add_one))
    return count


@dataclass(frozen=True)
class _Market:
    """What stays the same however large the shares are."""

    projects: tuple[Project, ...]
    ballots: tuple[frozenset[str], ...]
    budget: Fraction
    utility: Utility
    ties: tuple[TieRule, ...]
    draws: tuple[Draw, ...]

    @cached_property
    def groups(self) -> Mapping[frozenset[str], int]:
        """Voters who approve of the same projects, and so always have the same money."""
        return Counter(self.ballots)

    @cached_property
    def supporters(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """For each project the groups that approve of it, as (place among the groups, voters)."""
        return {
            project.id: tuple(
                (place, voters)
                for place, (approved, voters) in enumerate(self.groups.items())
                if project.id in approved
            )
            for project in self.projects
        }

    @cached_property
    def votes(self) -> Mapping[str, int]:
        return {project: sum(voters for _, voters in groups) for project, groups in self.supporters.items()}

    @property
    def supported(self) -> tuple[Project, ...]:
        return tuple(project for project in self.projects if self.votes[project.id])

    def count(self, share: Fraction) -> EqualShares:
        start = _Wallets((share,) * len(self.groups), self.supported)
        settled = settle(start, self._next_purchase, lambda wallets: frozenset(wallets.waiting), self.draws)
        end = settled.state
        place_of = {approved: place for place, approved in enumerate(self.groups)}
        places = [place_of[ballot] for ballot in self.ballots]
        return EqualShares(
            tuple(_told(bought, places) for bought in end.bought),
            share,
            tuple(end.money[place] for place in places),
            self.budget - sum(bought.project.cost for bought in end.bought),
            "none",
            settled.open_tie,
            settled.drawn,
            settled.harmless,
        )

    def _next_purchase(self, wallets: _Wallets) -> _Wallets | Fork[_Wallets] | None:
        payments = {
            project: payment
            for project in wallets.waiting
            if (payment := _largest_payment(project.cost, self.supporters[project.id], wallets.money))
        }
        if not payments:
            return None
        worth = {project: self._worth(project, payment) for project, payment in payments.items()}
        best = max(worth.values())
        equal = [project for project in payments if worth[project] == best]
        first = _by_rules(self.ties, equal, self.votes)
        ways = {
            project.id: self._buy(wallets, project, payments[project], [one.id for one in equal])
            for project in first
        }
        return Fork("fund", ways) if len(ways) > 1 else next(iter(ways.values()))

    def _worth(self, project: Project, payment: Fraction) -> Fraction:
        return project.cost / payment if self.utility == "cost" else 1 / payment

    def _buy(self, wallets: _Wallets, project: Project, payment: Fraction, equal: Sequence[str]) -> _Wallets:
        paying = {place for place, _ in self.supporters[project.id]}
        paid = tuple(
            min(money, payment) if place in paying else Fraction(0)
            for place, money in enumerate(wallets.money)
        )
        others = tuple(other for other in equal if other != project.id)
        return _Wallets(
            tuple(money - gone for money, gone in zip(wallets.money, paid, strict=True)),
            tuple(other for other in wallets.waiting if other != project),
            (*wallets.bought, _Bought(project, payment, paid, others)),
        )


@dataclass(frozen=True)
class _Bought:
    """A purchase, with what each voter of a group pays."""

    project: Project
    largest: Fraction
    paid: tuple[Fraction, ...]
    tied_with: tuple[str, ...]


@dataclass(frozen=True)
class _Wallets:
    """What each voter of a group has left, and which projects nobody has bought."""

    money: tuple[Fraction, ...]
    waiting: tuple[Project, ...]
    bought: tuple[_Bought, ...] = field(default=(), compare=False)


def _largest_payment(
    cost: Fraction, supporters: Sequence[tuple[int, int]], money: Sequence[Fraction]
) -> Fraction | None:
    """ρ: those with least money give all of it, the others the same each. None when it is not enough."""
    paying = sum(voters for _, voters in supporters)
    for place, voters in sorted(supporters, key=lambda one: money[one[0]]):
        if money[place] * paying >= cost:
            return cost / paying
        cost -= money[place] * voters
        paying -= voters
    return None


def _told(bought: _Bought, places: Sequence[int]) -> Purchase:
    return Purchase(
        bought.project.id,
        bought.project.cost,
        bought.largest,
        bought.project.cost / bought.largest,
        tuple(bought.paid[place] for place in places),
        bought.tied_with,
    )


def _complete(market: _Market, count: EqualShares, add_one: Fraction) -> EqualShares:
    """Raise everybody's share for as long as what is bought fits the pot; the last count that fits stands."""
    used = dict.fromkeys(count.drawn)
    while not count.open_tie and len(count.funded) < len(market.supported):
        raised = market.count(count.share + add_one)
        used.update(dict.fromkeys(raised.drawn))
        if raised.left < 0:
            break
        count = raised
    return replace(count, completion="add_one", drawn=tuple(used))
