"""Goals and themes: has a measure reached its goal, may a theme be called representative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Literal

Status = Literal["met", "close", "not_met", "to_follow_up"]
Operator = Literal[">=", ">", "<=", "<", "="]
Waiting = Literal["no_value", "not_due", "too_few"]
Number = int | float | Decimal | Fraction
"""A value of a measure. A float is read as the decimal number that it prints as, so that 0.65 is 65 %."""


@dataclass(frozen=True)
class Goal:
    """A goal as it was locked at the first meeting.

    ``share`` says that values are parts of 1. ``margin`` is how far off still counts as close, in the unit of
    the value: five points for shares and a tenth of the target for other measures unless it is given.
    ``required_n`` is the number of answers that the measure needs.
    """

    operator: Operator
    target: Number
    share: bool = False
    margin: Number | None = None
    required_n: int = 0

    def __post_init__(self) -> None:
        if self.operator not in (">=", ">", "<=", "<", "="):
            raise ValueError(f"no such operator: {self.operator}")
        _exact(self.target)
        if self.margin is not None and _exact(self.margin) < 0:
            raise ValueError("a margin is never below 0")
        if self.required_n < 0:
            raise ValueError("a number of answers is never below 0")

    @property
    def exact_margin(self) -> Fraction:
        """``margin``, or what stands for it where none is given."""
        if self.margin is not None:
            return _exact(self.margin)
        return Fraction(1, 20) if self.share else abs(_exact(self.target)) / 10


@dataclass(frozen=True)
class Assessment:
    """Where a measure stands; ``waiting_for`` says why it cannot be told yet."""

    status: Status
    waiting_for: Waiting | None = None


@dataclass(frozen=True)
class GoalSummary:
    """How many goals stand where, with both denominators: all goals, and those that could be assessed.

    The shares are parts of 1; None when there is nothing to divide by.
    """

    met: int
    close: int
    not_met: int
    to_follow_up: int

    @property
    def assessed(self) -> int:
        return self.met + self.close + self.not_met

    @property
    def total(self) -> int:
        return self.assessed + self.to_follow_up

    @property
    def met_share_of_total(self) -> Fraction | None:
        return Fraction(self.met, self.total) if self.total else None

    @property
    def met_share_of_assessed(self) -> Fraction | None:
        return Fraction(self.met, self.assessed) if self.assessed else None


def assess(goal: Goal, value: Number | None, *, n: int, due_reached: bool) -> Assessment:
    """Compare a measure with its goal, unrounded.

    ``value`` is None when nothing was measured; ``n`` is how many answers it rests on. Raises ValueError for
    a value that is not a finite number.
    """
    if value is None:
        return Assessment("to_follow_up", "no_value")
    if not due_reached:
        return Assessment("to_follow_up", "not_due")
    if n < goal.required_n:
        return Assessment("to_follow_up", "too_few")
    measured, target = _exact(value), _exact(goal.target)
    if _meets(goal.operator, measured, target):
        return Assessment("met")
    return Assessment("close" if abs(measured - target) <= goal.exact_margin else "not_met")


def summarise_goals(statuses: Iterable[Status]) -> GoalSummary:
    """Count the goals by status. Raises ValueError for a status that does not exist."""
    counted = Counter(statuses)
    summary = GoalSummary(
        counted.pop("met", 0),
        counted.pop("close", 0),
        counted.pop("not_met", 0),
        counted.pop("to_follow_up", 0),
    )
    if counted:
        raise ValueError(f"no such status: {', '.join(sorted(counted))}")
    return summary


def _meets(operator: Operator, value: Fraction, target: Fraction) -> bool:
    match operator:
        case ">=":
            return value >= target
        case ">":
            return value > target
        case "<=":
            return value <= target
        case "<":
            return value < target
        case "=":
            return value == target


def _exact(number: Number) -> Fraction:
    if isinstance(number, float | Decimal) and not isfinite(number):
        raise ValueError("a value must be a finite number")
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


# ── Themes ───────────────────────────────────────────────────────────────────────────────────────────

Failing = Literal["too_few_inputs", "role_missing", "too_few_methods"]


@dataclass(frozen=True)
class ThemeRule:
    """What a theme must have behind it: inputs (not people), roles, and ways of collecting. All adjustable.

    The numbers are those of Fredericia's 7000stemmer.
    """

    min_inputs: int = 300
    must_span: tuple[str, ...] = ("citizen", "employee")
    min_methods: int = 2


@dataclass(frozen=True)
class Theme:
    """What is behind a theme: how many inputs, from which roles, collected in how many ways."""

    inputs: int
    roles: frozenset[str]
    methods: int

    def __post_init__(self) -> None:
        if self.inputs < 0 or self.methods < 0:
            raise ValueError("inputs and methods are never below 0")


@dataclass(frozen=True)
class ThemeVerdict:
    """Whether a theme is representative; ``failing`` names what it lacks, ``missing_roles`` the roles."""

    failing: tuple[Failing, ...]
    missing_roles: tuple[str, ...]

    @property
    def passes(self) -> bool:
        return not self.failing


def judge_theme(theme: Theme, rule: ThemeRule | None = None) -> ThemeVerdict:
    """Whether a theme has enough behind it, by Fredericia's rule unless another is given."""
    rule = rule or ThemeRule()
    missing = tuple(role for role in rule.must_span if role not in theme.roles)
    conditions: Sequence[tuple[Failing, bool]] = (
        ("too_few_inputs", theme.inputs < rule.min_inputs),
        ("role_missing", bool(missing)),
        ("too_few_methods", theme.methods < rule.min_methods),
    )
    return ThemeVerdict(tuple(name for name, fails in conditions if fails), missing)
