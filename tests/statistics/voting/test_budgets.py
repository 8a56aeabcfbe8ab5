"""Participatory budgets and committees by approvals."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.statistics.voting.budgets import EqualShares, Project, count_greedily, share_equally
from kiosk.statistics.voting.committees import elect_by_equal_shares, elect_by_phragmen
from kiosk.statistics.voting.ties import Draw, Tie

NAMES = "abcde"
costs = st.fixed_dictionaries({name: st.integers(1, 60).map(Fraction) for name in NAMES})
ballots = st.lists(st.sets(st.sampled_from(NAMES)), min_size=1, max_size=9)
pots = st.integers(1, 120).map(Fraction)


def projects_of(costs: Mapping[str, Fraction]) -> list[Project]:
    return [Project(name, cost) for name, cost in costs.items()]


# ── Greedy ───────────────────────────────────────────────────────────────────────────────────────────


@given(costs, st.fixed_dictionaries({name: st.integers(0, 9) for name in NAMES}), pots)
def test_what_is_skipped_did_not_fit(
    costs: Mapping[str, Fraction], votes: Mapping[str, int], pot: Fraction
) -> None:
    found = count_greedily(projects_of(costs), votes, pot)
    left = pot
    for step in found.steps:
        assert step.funded == (step.cost <= left)
        left -= step.cost if step.funded else 0
        assert step.left == left >= 0
    assert left == found.left
    assert [step.votes for step in found.steps] == sorted((step.votes for step in found.steps), reverse=True)
    if found.open_tie is None:
        assert {*found.funded, *found.skipped} == set(costs)


def test_equal_votes_wait_for_a_draw_when_only_one_fits() -> None:
    projects = projects_of({"a": Fraction(70), "b": Fraction(60), "c": Fraction(30)})
    votes = {"a": 5, "b": 5, "c": 1}
    assert count_greedily(projects, votes, Fraction(100)).open_tie == Tie("fund", ("a", "b"))
    drawn = count_greedily(projects, votes, Fraction(100), [Draw(frozenset("ab"), "a")])
    assert (drawn.funded, drawn.left) == (("a", "c"), Fraction(0))
    agreed = count_greedily(projects, votes, Fraction(100), ties=("lower_cost",))
    assert (agreed.funded, agreed.open_tie) == (("b", "c"), None)


def test_equal_votes_need_no_draw_when_both_fit_or_one_cannot() -> None:
    votes = {"a": 5, "b": 5}
    both = count_greedily(projects_of({"a": Fraction(4), "b": Fraction(6)}), votes, Fraction(10))
    assert (both.funded, both.open_tie) == (("a", "b"), None)
    one = count_greedily(projects_of({"a": Fraction(40), "b": Fraction(6)}), votes, Fraction(10))
    assert (one.funded, one.skipped, one.open_tie) == (("b",), ("a",), None)


# ── Equal shares ─────────────────────────────────────────────────────────────────────────────────────


def check_the_money(found: EqualShares, costs: Mapping[str, Fraction], ballots: list[set[str]]) -> None:
    money = [found.share] * len(ballots)
    for bought in found.purchases:
        assert sum(bought.paid) == costs[bought.project]
        assert max(bought.paid) == bought.largest
        for voter, paid in enumerate(bought.paid):
            assert paid == (min(money[voter], bought.largest) if bought.project in ballots[voter] else 0)
            money[voter] -= paid
    assert money == list(found.money)
    assert min(money) >= 0


@settings(deadline=None)
@given(costs, ballots, pots)
def test_supporters_pay_from_their_share_for_as_long_as_they_can(
    costs: Mapping[str, Fraction], ballots: list[set[str]], pot: Fraction
) -> None:
    found = share_equally(projects_of(costs), ballots, pot)
    check_the_money(found, costs, ballots)
    assert found.left == pot - sum(costs[name] for name in found.funded) >= 0
    if found.open_tie is None:
        for name in set(costs) - set(found.funded):
            together = sum(
                money for money, ballot in zip(found.money, ballots, strict=True) if name in ballot
            )
            assert together < costs[name] or not any(name in ballot for ballot in ballots)


@settings(deadline=None)
@given(costs, ballots, pots)
def test_completion_stays_within_the_pot(
    costs: Mapping[str, Fraction], ballots: list[set[str]], pot: Fraction
) -> None:
    found = share_equally(projects_of(costs), ballots, pot, add_one=Fraction(1))
    check_the_money(found, costs, ballots)
    assert found.completion == "add_one"
    assert found.left == pot - sum(costs[name] for name in found.funded) >= 0
    assert found.share >= pot / len(ballots)


def test_completion_buys_what_the_shares_alone_do_not() -> None:
    projects = projects_of({"a": Fraction(60), "b": Fraction(40)})
    voters = [{"a"}, {"a"}, {"b"}, set[str]()]
    assert share_equally(projects, voters, Fraction(100)).funded == ()
    completed = share_equally(projects, voters, Fraction(100), add_one=Fraction(5))
    assert (completed.funded, completed.share, completed.left) == (("a", "b"), Fraction(40), Fraction(0))


def test_equal_effective_votes_go_by_the_agreed_rules_and_then_wait() -> None:
    cheap_and_dear = projects_of({"a": Fraction(8), "b": Fraction(6)})
    one_voter = [{"a", "b"}]
    by_cost = share_equally(cheap_and_dear, one_voter, Fraction(10))
    assert (by_cost.funded, by_cost.purchases[0].tied_with) == (("b",), ("a",))
    waiting = share_equally(cheap_and_dear, one_voter, Fraction(10), ties=())
    assert waiting.open_tie == Tie("fund", ("a", "b"))
    draw = Draw(frozenset("ab"), "a")
    assert share_equally(cheap_and_dear, one_voter, Fraction(10), [draw], ties=()).funded == ("a",)


def test_one_a_project_prefers_what_many_pay_little_for() -> None:
    projects = projects_of({"dear": Fraction(50), "cheap": Fraction(6)})
    voters = [{"dear", "cheap"}, {"dear", "cheap"}, {"dear"}, {"dear"}, {"dear"}]
    assert share_equally(projects, voters, Fraction(55)).funded[0] == "dear"
    assert share_equally(projects, voters, Fraction(55), utility="count").funded[0] == "cheap"


@pytest.mark.parametrize(
    ("costs", "ballots", "pot", "reason"),
    [
        ([("a", 0)], [{"a"}], 1, "costs something"),
        ([], [{"a"}], 1, "each once"),
        ([("a", 1), ("a", 2)], [{"a"}], 1, "each once"),
        ([("a", 1)], [{"b"}], 1, "of the list"),
        ([("a", 1)], [], 1, "at least one ballot"),
        ([("a", 1)], [{"a"}], 0, "pot"),
    ],
)
def test_wrong_budgets_are_refused(
    costs: list[tuple[str, int]], ballots: list[set[str]], pot: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        share_equally([Project(name, Fraction(cost)) for name, cost in costs], ballots, Fraction(pot))


def test_every_project_needs_its_votes() -> None:
    with pytest.raises(ValueError, match="its votes"):
        count_greedily([Project("a", Fraction(1))], {}, Fraction(1))


def test_a_raise_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        share_equally([Project("a", Fraction(2))], [{"a"}], Fraction(1), add_one=Fraction(0))


# ── Committees ───────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(ballots, st.integers(1, 5))
def test_a_committee_is_as_large_as_there_is_support(ballots: list[set[str]], seats: int) -> None:
    supported = set[str]().union(*ballots)
    shared, phragmen = elect_by_equal_shares(NAMES, ballots, seats), elect_by_phragmen(NAMES, ballots, seats)
    for elected, tie in ((shared.elected, shared.open_tie), (phragmen.elected, phragmen.open_tie)):
        assert len(set(elected)) == len(elected)
        assert set(elected) <= supported
        if tie is None:
            assert len(elected) == min(seats, len(supported))


@settings(deadline=None)
@given(ballots, st.integers(1, 5))
def test_each_seat_is_a_load_of_one(ballots: list[set[str]], seats: int) -> None:
    found = elect_by_phragmen(NAMES, ballots, seats)
    assert sum(found.loads) == len(found.elected)


def test_half_of_the_voters_get_half_of_the_seats() -> None:
    halves = [{"a", "b"}] * 2 + [{"c", "d"}] * 2
    draws = [Draw(frozenset("abcd"), "a"), Draw(frozenset("bcd"), "c"), Draw(frozenset("cd"), "c")]
    found = elect_by_equal_shares("abcd", halves, 2, draws)
    assert sorted(found.elected) == ["a", "c"]


@pytest.mark.parametrize(
    ("candidates", "ballots", "seats", "reason"),
    [
        ("aa", [{"a"}], 1, "once"),
        ("ab", [{"c"}], 1, "of the list"),
        ("ab", [], 1, "at least one ballot"),
        ("ab", [{"a"}], 3, "seats"),
    ],
)
def test_wrong_committees_are_refused(
    candidates: str, ballots: list[set[str]], seats: int, reason: str
) -> None:
    for elect in (elect_by_equal_shares, elect_by_phragmen):
        with pytest.raises(ValueError, match=reason):
            elect(candidates, ballots, seats)
