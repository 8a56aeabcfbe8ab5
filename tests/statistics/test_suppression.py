"""What is hidden, and that an attacker cannot work it out."""

from __future__ import annotations

from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.statistics.suppression import (
    Cell,
    Known,
    Range,
    attack,
    round_for_open_data,
    table_with_margins,
)

# ── The attacker ─────────────────────────────────────────────────────────────────────────────────────


def everything_possible(table: dict[Cell, int], hidden: list[Cell]) -> dict[Cell, Range]:
    """By trying all tables."""
    known = table_with_margins(table, hidden)
    most = sum(table.values())
    fitting = []
    for values in product(range(most + 1), repeat=len(hidden)):
        tried = table | dict(zip(hidden, values, strict=True))
        if all(sum(tried[cell] for cell in one.cells) == one.total for one in known):
            fitting.append(values)
    return {
        cell: Range(min(one[place] for one in fitting), max(one[place] for one in fitting))
        for place, cell in enumerate(hidden)
    }


PLACES: list[Cell] = list(product("xy", "abc"))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.lists(st.sampled_from(PLACES), min_size=1, max_size=4, unique=True),
)
def test_the_attacker_finds_exactly_what_is_possible(counts: list[int], hidden: list[Cell]) -> None:
    table = dict(zip(PLACES, counts, strict=True))
    found = attack(hidden, table_with_margins(table, hidden))
    assert found.ranges == everything_possible(table, hidden)


def test_a_line_with_one_gap_is_recovered() -> None:
    table = dict(zip(PLACES, [3, 12, 20, 15, 14, 11], strict=True))
    found = attack([("x", "a")], table_with_margins(table, [("x", "a")]))
    assert found.recovered == (("x", "a"),)
    assert found.ranges["x", "a"] == Range(3, 3)


def test_a_narrow_range_is_told() -> None:
    table = dict(zip(PLACES, [3, 4, 20, 15, 14, 11], strict=True))
    hidden: list[Cell] = [("x", "a"), ("x", "b"), ("y", "a"), ("y", "b")]
    found = attack(hidden, table_with_margins(table, hidden))
    assert found.recovered == ()
    assert found.ranges["x", "a"] == Range(0, 7)
    assert found.too_narrow() == ()
    assert found.too_narrow(8) == tuple(hidden)


def test_an_earlier_release_is_one_more_sum() -> None:
    hidden: list[Cell] = [("a",), ("b",), ("c",)]
    total = Known(frozenset(hidden), 20)
    assert attack(hidden, [total]).ranges["a",] == Range(0, 20)
    earlier = Known(frozenset(hidden[:2]), 4)
    assert attack(hidden, [total, earlier]).recovered == (("c",),)


def test_a_cell_that_no_sum_names_is_free() -> None:
    assert attack([("a",)], []).ranges == {("a",): Range(0, inf)}


def test_sums_that_contradict_each_other_are_refused() -> None:
    cell: Cell = ("a",)
    with pytest.raises(ValueError, match="contradicts"):
        attack([cell], [Known(frozenset({cell}), 1), Known(frozenset({cell}), 2)])
    with pytest.raises(ValueError, match="of the table"):
        table_with_margins({("x", "a"): 1}, [("x", "b")])


# ── Open data ────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 3000))
def test_open_counts_are_hidden_or_multiples_of_five(count: int) -> None:
    shown = round_for_open_data(count)
    assert (shown is None) == (count < 10)
    if shown is not None:
        assert shown % 5 == 0
        assert abs(shown - count) <= 2


def test_a_count_below_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        round_for_open_data(-1)
