"""How much of one order shows in another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any


def kendall(values: Sequence[Any]) -> float:
    """Kendall's tau between the values and the order they stand in: 1 the same, -1 reversed, 0 unrelated."""
    pairs = list(combinations(values, 2))
    concordant = sum(1 if one < other else -1 if one > other else 0 for one, other in pairs)
    return concordant / len(pairs)
