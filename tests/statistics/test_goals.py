"""Goals and themes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.statistics.goals import (
    Assessment,
    Goal,
    Number,
    Operator,
    Status,
    Theme,
    ThemeRule,
    assess,
    judge_theme,
    summarise_goals,
)


@pytest.mark.parametrize(
    ("goal", "value", "status"),
    [
        (Goal(">=", 0.6, share=True), Fraction(299, 500), "close"),
        (Goal(">=", 0.6, share=True), 0.6, "met"),
        (Goal(">=", 0.6, share=True), 0.55, "close"),
        (Goal(">=", 0.6, share=True), 0.5499, "not_met"),
        (Goal("<=", 0.1, share=True), 0.15, "close"),
        (Goal("<=", 0.1, share=True), 0.1501, "not_met"),
        (Goal(">=", 3.5), 3.15, "close"),
        (Goal(">=", 3.5), 3.14, "not_met"),
        (Goal(">=", 100), 90, "close"),
        (Goal("<", 5), 5, "close"),
        (Goal("<", 5, margin=0), 6, "not_met"),
        (Goal(">", 5), Decimal("5.1"), "met"),
        (Goal("=", 4), 4, "met"),
        (Goal("=", 4), 4.4, "close"),
        (Goal(">=", 0.5, share=True, margin=0.1), 0.4, "close"),
    ],
)
def test_a_measure_is_compared_unrounded(goal: Goal, value: Number, status: Status) -> None:
    assert assess(goal, value, n=50, due_reached=True) == Assessment(status)


@pytest.mark.parametrize(
    ("value", "n", "due_reached", "waiting_for"),
    [(None, 50, True, "no_value"), (0.9, 50, False, "not_due"), (0.9, 29, True, "too_few")],
)
def test_what_cannot_be_told_yet_is_followed_up(
    value: Number | None, n: int, due_reached: bool, waiting_for: str
) -> None:
    found = assess(Goal(">=", 0.6, share=True, required_n=30), value, n=n, due_reached=due_reached)
    assert (found.status, found.waiting_for) == ("to_follow_up", waiting_for)


@given(st.sampled_from([">=", ">", "<=", "<", "="]), st.integers(-20, 20), st.integers(-20, 20))
def test_every_measure_has_one_status(operator: Operator, target: int, value: int) -> None:
    status = assess(Goal(operator, target, margin=2), value, n=1, due_reached=True).status
    meets = {
        ">=": value >= target,
        ">": value > target,
        "<=": value <= target,
        "<": value < target,
        "=": value == target,
    }[operator]
    assert (status == "met") == meets
    assert (status == "not_met") == (not meets and abs(value - target) > 2)


def test_both_denominators_are_given() -> None:
    found = summarise_goals(["met", "close", "to_follow_up", "met"])
    assert (found.total, found.assessed) == (4, 3)
    assert (found.met_share_of_total, found.met_share_of_assessed) == (Fraction(1, 2), Fraction(2, 3))
    nothing = summarise_goals([])
    assert nothing.met_share_of_total is nothing.met_share_of_assessed is None
    assert summarise_goals(["to_follow_up"]).met_share_of_assessed is None


def test_wrong_goals_are_refused() -> None:
    with pytest.raises(ValueError, match="no such status"):
        summarise_goals(["met", "almost"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="no such operator"):
        Goal("~", 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="margin"):
        Goal(">", 1, margin=-1)
    with pytest.raises(ValueError, match="number of answers"):
        Goal(">", 1, required_n=-1)
    with pytest.raises(ValueError, match="finite"):
        assess(Goal(">", 1), float("nan"), n=1, due_reached=True)


def test_a_theme_names_what_it_lacks() -> None:
    everything = Theme(300, frozenset({"citizen", "employee", "politician"}), 2)
    assert judge_theme(everything).passes
    nothing = judge_theme(Theme(299, frozenset({"employee"}), 1))
    assert nothing.failing == ("too_few_inputs", "role_missing", "too_few_methods")
    assert nothing.missing_roles == ("citizen",)


def test_the_rule_can_be_adjusted() -> None:
    rule = ThemeRule(min_inputs=10, must_span=(), min_methods=1)
    assert judge_theme(Theme(10, frozenset(), 1), rule).passes
    with pytest.raises(ValueError, match="below 0"):
        Theme(-1, frozenset(), 1)
