"""The room beside a population: from what is released, and nothing that follows from more."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.statistics.comparison import Comparison, compare
from kiosk.statistics.composition import DECLINED, Picture, hide_small
from kiosk.statistics.fit import Flag

POPULATION = {"young": 300, "middle": 400, "old": 300}


def picture(declined: int = 0, sensitive: bool = False, **counts: int) -> Picture:
    everybody = {**counts, DECLINED: declined}
    return Picture(sum(everybody.values()), everybody, hide_small(everybody, sensitive=sensitive))


def compared(shown: Picture, no_answer: tuple[str, ...] = ()) -> Comparison:
    found = compare(shown, POPULATION, no_answer=no_answer)
    assert isinstance(found, Comparison), found
    return found


def test_shares_ratios_and_flags() -> None:
    found = compared(picture(young=10, middle=40, old=50))
    young, middle, old = found.groups
    assert found.base == 100
    assert (young.room_percent, young.population_percent) == (10, 30)
    assert young.ratio is not None
    assert round(young.ratio, 2) == 0.33
    assert (young.flag, middle.flag, old.flag) == (Flag.UNDER, Flag.NEITHER, Flag.OVER)
    assert found.missing == ("young",)
    assert found.missing_percent == 30
    assert (found.dissimilarity, found.chance_dissimilarity) == (20, 6)


def test_outside_the_population_and_no_answer_are_outside_the_base() -> None:
    shown = picture(declined=7, young=20, middle=20, old=20, elsewhere=10, silent=8)
    assert compared(shown, ("silent",)).base == 60


def test_a_hidden_group_has_neither_share_nor_ratio() -> None:
    found = compared(picture(young=3, middle=40, old=7))
    young, middle, old = found.groups
    assert (young.room_percent, young.ratio, old.ratio) == (None, None, None)
    assert middle.room_percent == 80
    assert found.base == 50


def test_a_hidden_group_is_missing_only_where_what_is_shown_leaves_no_doubt() -> None:
    # Ten are hidden among two groups: either may be nine of fifty, and so no group is surely below 15 %.
    assert compared(picture(young=3, middle=40, old=7)).missing == ()
    # Of a hundred more it may be nine at most of 110, below half of 30 %: surely few, whichever is which.
    assert compared(picture(young=3, middle=100, old=7)).missing == ("young", "old")


def test_nobody_is_shown_as_nobody_unless_it_is_sensitive() -> None:
    found = compared(picture(young=0, middle=40, old=20))
    assert (found.groups[0].room_percent, found.groups[0].ratio) == (0, 0)
    assert found.missing == ("young",)
    assert compared(picture(sensitive=True, young=0, middle=40, old=20)).groups[0].ratio is None


def test_more_than_thirty_percent_without_an_answer_is_no_comparison() -> None:
    assert compare(picture(declined=31, middle=50, old=19), POPULATION) == "non_answer"
    assert isinstance(compare(picture(declined=30, middle=50, old=20), POPULATION), Comparison)
    silent = picture(declined=20, middle=50, old=19, silent=11)
    assert compare(silent, POPULATION, no_answer=["silent"]) == "non_answer"


def test_two_categories_are_the_least() -> None:
    assert compare(picture(young=30, middle=30), {"young": 5}) == "few_categories"
    assert compare(picture(young=30, middle=30), {"young": 5, "middle": 0}) == "few_categories"


@given(
    st.lists(st.integers(0, 60), min_size=4, max_size=4),
    st.lists(st.integers(0, 60), min_size=4, max_size=4),
    st.booleans(),
)
def test_nothing_but_what_is_released_decides(counts: list[int], others: list[int], sensitive: bool) -> None:
    shown = picture(declined=counts[3], sensitive=sensitive, young=counts[0], middle=counts[1], old=counts[2])
    names = ("young", "middle", "old", DECLINED)
    other_truth = replace(shown, counts=dict(zip(names, others, strict=True)))
    assert compare(shown, POPULATION) == compare(other_truth, POPULATION)
