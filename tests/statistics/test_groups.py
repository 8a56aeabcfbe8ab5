"""Answers by group: which rows are shown, and what is left of the total for those that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.meeting.tally import Tally
from kiosk.statistics.disclosure import (
    AnswersByGroup,
    Disclosed,
    DisclosedGroups,
    Row,
    disclose,
    disclose_groups,
    disclose_open,
    may_follow,
)
from kiosk.statistics.disclosure.groups import ALIKE_BELOW
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

OPTIONS = "xyz"

rows = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(*(st.integers(0, 15) for _ in OPTIONS)).map(
        lambda counts: Row(sum(counts), dict(zip(OPTIONS, counts, strict=True)))
    ),
    min_size=2,
)


def total_of(groups: dict[str, Row], *, sensitive: bool = False) -> Disclosed:
    counts = {option: sum(row.counts[option] for row in groups.values()) for option in OPTIONS}
    everybody = sum(counts.values())
    tally = Tally("r", everybody, 0, 0, everybody, counts)
    return disclose(tally, status="closed", sensitive=sensitive, multiple=False)


def shown(groups: dict[str, Row], **how: object) -> DisclosedGroups:
    return disclose_groups(AnswersByGroup("r", "age", groups), total_of(groups), **how)  # type: ignore[arg-type]


@given(rows)
def test_a_row_is_shown_whole_from_ten_people_on_or_empty_or_not_at_all(groups: dict[str, Row]) -> None:
    for name, row in shown(groups).rows.items():
        if row is not None:
            assert row.base == groups[name].base
            assert row.counts == groups[name].counts
            assert row.base == 0 or row.base >= DEFAULTS.base


@given(rows)
def test_nobody_shown_in_a_small_row_answered_alike(groups: dict[str, Row]) -> None:
    for row in shown(groups).rows.values():
        if row is not None and 0 < row.base < ALIKE_BELOW:
            assert max(row.counts.values()) < row.base


@given(rows)
def test_the_hidden_rows_are_two_and_hold_ten_people_who_did_not_all_answer_alike(
    groups: dict[str, Row],
) -> None:
    table = shown(groups)
    hidden = [groups[name] for name in table.hidden if groups[name].base]
    if not hidden:
        return
    base = sum(row.base for row in hidden)
    assert len(hidden) >= 2
    assert base >= DEFAULTS.base
    total = total_of(groups)
    assert total.counts is not None
    for option, count in total.counts.items():
        if 0 < count < (total.valid or 0):
            assert 0 < sum(row.counts[option] for row in hidden) < base


@given(rows)
def test_no_fewer_people_could_be_hidden(groups: dict[str, Row]) -> None:
    """Showing the smallest of the rows that only cover would leave too little before the others."""
    table = shown(groups)
    covering = [name for name in table.hidden if groups[name].base >= DEFAULTS.base]
    for name in covering:
        if max(groups[name].counts.values()) == groups[name].base < ALIKE_BELOW:
            continue
        rest = [groups[other] for other in table.hidden if other != name and groups[other].base]
        base = sum(row.base for row in rest)
        total = total_of(groups)
        told = any(
            0 < count < (total.valid or 0) and sum(row.counts[option] for row in rest) in (0, base)
            for option, count in (total.counts or {}).items()
        )
        assert len(rest) < 2 or base < DEFAULTS.base or told


@given(rows)
def test_a_category_that_the_picture_hides_is_hidden_here(groups: dict[str, Row]) -> None:
    table = shown(groups, hidden_in_room=["a"])
    assert table.rows.get("a") is None


@given(rows, st.integers(10, 40))
def test_thresholds_can_be_raised(groups: dict[str, Row], base: int) -> None:
    for row in shown(groups, thresholds=Thresholds(base=base)).rows.values():
        assert row is None or row.base == 0 or row.base >= base


@pytest.mark.parametrize("name", ["total", "total_sensitive", "percent", "count", "base"])
def test_thresholds_are_never_lowered(name: str) -> None:
    default = getattr(DEFAULTS, name)
    with pytest.raises(ValueError, match=name):
        Thresholds(**{name: default - 1})


def test_an_open_round_and_one_that_few_answered_have_no_groups() -> None:
    table = AnswersByGroup("r", "age", {"a": Row(4, {"x": 4}), "b": Row(0, {"x": 0})})
    assert disclose_groups(table, disclose_open("r", 4, 9)).withheld == "open"
    few = disclose(Tally("r", 4, 0, 0, 9, {"x": 4}), status="closed", sensitive=False, multiple=False)
    assert disclose_groups(table, few).withheld == "too_few"


def test_only_the_gate_makes_a_table() -> None:
    with pytest.raises(TypeError):
        DisclosedGroups(round="r", by="age", rows={}, hidden=())


def test_a_sensitive_question_that_all_answered_alike_says_so_roughly() -> None:
    tally = Tally("r", 30, 0, 0, 30, {"x": 30, "y": 0})
    told = disclose(tally, status="closed", sensitive=True, multiple=False)
    assert told.bounds == {"x": "at_least_90", "y": "at_most_10"}
    assert told.told_counts is None
    assert told.told_percents is None
    assert told.withheld is None
    assert disclose(tally, status="closed", sensitive=False, multiple=False).counts == {"x": 30, "y": 0}


# ── Supplements ──────────────────────────────────────────────────────────────────────────────────────


def tally_of(**counts: int) -> Tally:
    return Tally("r", sum(counts.values()), 0, 0, sum(counts.values()), counts)


@pytest.mark.parametrize(
    ("added", "may"),
    [
        (tally_of(x=9, y=0), False),
        (tally_of(x=5, y=4), False),
        (tally_of(x=5, y=5), True),
        (tally_of(x=19, y=0), False),
        (tally_of(x=20, y=0), True),
    ],
)
def test_a_result_follows_ten_ballots_that_differ(added: Tally, *, may: bool) -> None:
    assert may_follow(tally_of(x=30, y=20), added, sensitive=False) is may


def test_where_nothing_was_shown_a_single_ballot_may_follow() -> None:
    assert may_follow(tally_of(x=2, y=2), tally_of(x=1, y=0), sensitive=False)
