"""What is hidden, and what an attacker can work out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.statistics.composition import hidden_categories
from kiosk.statistics.disclosure.live import live_releases
from kiosk.statistics.suppression import (
    Attack,
    Cell,
    attack,
    round_for_open_data,
    table_with_margins,
)
from tests.statistics.reference.registry import Inputs, computes


@computes("complementary_suppression_one_way")
def hidden_groups(inputs: Inputs) -> Mapping[str, Any]:
    """Names in the order of the alphabet."""
    return {"hidden": [sorted(hidden_categories(groups, inputs["k"])) for groups in inputs["groups"]]}


@computes("complementary_suppression_attack")
def attacked_table(inputs: Inputs) -> Mapping[str, Any]:
    """``interval_w_b_before`` is the range of the cell in row w, column b, before more is hidden."""
    table: dict[Cell, int] = {
        (row, column): count for row, cells in inputs["table"].items() for column, count in cells.items()
    }
    before = [(row, column) for row, column in inputs["suppressed"]]
    after = [*before, *_cells(inputs.get("extra_suppressed", []))]
    return _told(_attacked(table, before), "before") | _told(_attacked(table, after), "after")


def _cells(extra: Sequence[Any]) -> list[Cell]:
    """One cell, or a list of them."""
    if extra and isinstance(extra[0], str):
        return [tuple(extra)]
    return [tuple(cell) for cell in extra]


def _attacked(table: Mapping[Cell, int], hidden: Sequence[Cell]) -> Attack:
    return attack(hidden, table_with_margins(table, hidden))


def _told(found: Attack, when: str) -> dict[str, Any]:
    ranges = {cell: [one.low, one.high] for cell, one in found.ranges.items()}
    return {
        f"exactly_recoverable_{when}": bool(found.recovered),
        f"intervals_{when}": {",".join(cell): bounds for cell, bounds in ranges.items()},
        **{f"interval_{row}_{column}_{when}": bounds for (row, column), bounds in ranges.items()},
    }


@computes("threshold_and_rounding")
def rounded_counts(inputs: Inputs) -> Mapping[str, Any]:
    threshold, base = inputs.get("threshold", 10), inputs.get("base", 5)
    rounded = [round_for_open_data(count, threshold, base) for count in inputs["counts"]]
    return {"shown": [f"<{threshold}" if count is None else count for count in rounded]}


@computes("live_release_schedule")
def released_pictures(inputs: Inputs) -> Mapping[str, Any]:
    """Cases are written as ``N=36,m=5,first=10``."""
    return {"released_N": {case: _released(case) for case in inputs["cases"]}}


def _released(case: str) -> list[int]:
    numbers = {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", case)}
    return list(live_releases(numbers["N"], numbers["m"], numbers["first"]))
