"""Goals and themes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.statistics.goals import Theme, ThemeRule, judge_theme, summarise_goals
from tests.statistics.reference.registry import Inputs, computes


@computes("goal_matrix_summary")
def goals_with_both_denominators(inputs: Inputs) -> Mapping[str, Any]:
    found = summarise_goals(inputs["statuses"])
    return {
        "met": found.met,
        "close": found.close,
        "not_met": found.not_met,
        "to_follow_up": found.to_follow_up,
        "total": found.total,
        "assessed": found.assessed,
        "met_share_of_total": found.met_share_of_total,
        "met_share_of_assessed": found.met_share_of_assessed,
    }


@computes("theme_coverage_rule")
def representative_themes(inputs: Inputs) -> Mapping[str, Any]:
    """Methods are a number, or a list of their names."""
    rule = ThemeRule(inputs["min_inputs"], tuple(inputs["must_span"]), inputs["min_methods"])
    verdicts = [
        judge_theme(Theme(one["n"], frozenset(one["roles"]), _how_many(one["methods"])), rule)
        for one in inputs["themes"]
    ]
    return {
        "passes": [verdict.passes for verdict in verdicts],
        "failing": [list(verdict.failing) for verdict in verdicts],
    }


def _how_many(methods: int | list[str]) -> int:
    return methods if isinstance(methods, int) else len(set(methods))
