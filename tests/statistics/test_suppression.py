"""What is hidden, and that an attacker cannot work it out."""

from __future__ import annotations

from itertools import pairwise, product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.statistics.suppression import (
    LIVE_BLOCK,
    LIVE_FIRST,
    Cell,
    Known,
    Range,
    attack,
    ballots_shown_live,
    hide_groups,
    live_releases,
    percent_to_five,
    round_for_open_data,
    table_with_margins,
)

groups = st.lists(st.integers(0, 40), min_size=1, max_size=7).map(
    lambda counts: {f"group {place}": count for place, count in enumerate(counts)}
)


# ── One variable ─────────────────────────────────────────────────────────────────────────────────────


@given(groups, st.integers(2, 12))
def test_no_small_group_is_shown_and_the_hidden_protect_each_other(groups: dict[str, int], k: int) -> None:
    found = hide_groups(groups, k)
    shown = [count for name, count in groups.items() if name not in found.hidden]
    assert all(count == 0 or count >= k for count in shown)
    hidden = [groups[name] for name in found.hidden]
    if found.safe:
        assert not hidden or (len(hidden) >= 2 and sum(hidden) >= k)
    else:
        assert all(count == 0 for count in shown)


@given(groups)
def test_nothing_is_hidden_without_need(groups: dict[str, int]) -> None:
    found = hide_groups(groups)
    assert set(found.small) == {name for name, count in groups.items() if 0 < count < 10}
    if not found.small:
        assert found.hidden == frozenset()
    if found.protecting:
        last = max(found.protecting, key=lambda name: groups[name])
        others = [groups[name] for name in found.hidden if name != last]
        assert len(others) < 2 or sum(others) < 10


def test_a_single_group_cannot_be_protected() -> None:
    found = hide_groups({"a": 4, "b": 0})
    assert (found.hidden, found.safe) == (frozenset("a"), False)


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


# ── Lagged live results ──────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 400))
def test_between_two_pictures_there_is_a_whole_block(received: int) -> None:
    releases = live_releases(received)
    assert (releases == ()) == (received < LIVE_FIRST)
    if releases:
        assert releases[0] >= LIVE_FIRST
        assert releases[-1] == received
        assert all(later - one >= LIVE_BLOCK for one, later in pairwise(releases))


@given(st.integers(0, 400))
def test_a_block_is_held_back_while_open(received: int) -> None:
    shown = ballots_shown_live(received)
    assert shown == 0 or LIVE_FIRST <= shown <= received - LIVE_BLOCK


@pytest.mark.parametrize(
    ("count", "base", "percent"), [(0, 20, 0), (20, 20, 100), (9, 20, 45), (1, 40, 5), (7, 30, 25)]
)
def test_live_bars_move_in_fives(count: int, base: int, percent: int) -> None:
    assert percent_to_five(count, base) == percent


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        hide_groups({"a": 1}, 1)
    with pytest.raises(ValueError, match="counts"):
        hide_groups({"a": -1})
    with pytest.raises(ValueError, match="0 or more"):
        round_for_open_data(-1)
    with pytest.raises(ValueError, match="block"):
        live_releases(30, 10, 5)
    with pytest.raises(ValueError, match="block"):
        ballots_shown_live(-1)
    with pytest.raises(ValueError, match="base"):
        percent_to_five(1, 0)
