"""Who is in the room: pictures in steps, and categories too small to be shown."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.statistics.composition import (
    FIRST_STEP,
    LEAST_MOVE,
    Picture,
    hide_small,
    next_picture,
)
from kiosk.statistics.thresholds import DEFAULTS

NAMES = "abcde"

room_counts = st.integers(2, 5).flatmap(
    lambda width: st.fixed_dictionaries({name: st.integers(0, 30) for name in NAMES[:width]})
)
small_counts = st.integers(2, 8).flatmap(
    lambda width: st.fixed_dictionaries({name: st.integers(0, 9) for name in "abcdefgh"[:width]})
)
# A room fills up: each step brings newcomers to some categories.
arrivals = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.fixed_dictionaries({name: st.integers(0, 9) for name in NAMES[:width]}), max_size=12
    )
)


def pictures_of(
    steps: list[dict[str, int]], *, sensitive: bool
) -> list[tuple[dict[str, int], Picture | None]]:
    """The counts after each step, and the picture that stood then."""
    now = dict.fromkeys(steps[0], 0) if steps else {}
    last: Picture | None = None
    seen = []
    for newcomers in steps:
        now = {name: count + newcomers[name] for name, count in now.items()}
        last = next_picture(last, now, sensitive=sensitive)
        seen.append((now, last))
    return seen


def hidden(shown: dict[str, int | None]) -> set[str]:
    return {name for name, count in shown.items() if count is None}


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────


@given(arrivals, st.booleans())
def test_between_two_pictures_there_are_at_least_ten_new_answers(
    steps: list[dict[str, int]], sensitive: bool
) -> None:
    last: Picture | None = None
    for _, picture in pictures_of(steps, sensitive=sensitive):
        if picture is not last:
            assert picture is not None
            assert picture.answered - (last.answered if last else 0) >= FIRST_STEP
        last = picture


@given(arrivals, st.booleans())
def test_a_count_that_is_shown_moves_by_six_or_waits(steps: list[dict[str, int]], sensitive: bool) -> None:
    last: Picture | None = None
    for _, picture in pictures_of(steps, sensitive=sensitive):
        if last is not None and picture is not None:
            for name, count in picture.shown.items():
                before = last.shown[name]
                if count is not None and before is not None:
                    assert count == before or abs(count - before) >= LEAST_MOVE
        last = picture


@given(arrivals, st.booleans())
def test_a_shown_count_is_never_far_from_the_truth(steps: list[dict[str, int]], sensitive: bool) -> None:
    last: Picture | None = None
    for now, picture in pictures_of(steps, sensitive=sensitive):
        if picture is not None and picture is not last:
            for name, count in picture.shown.items():
                if count is not None:
                    assert abs(count - now[name]) < LEAST_MOVE
        last = picture


@given(arrivals, st.booleans())
def test_nobody_who_is_here_is_shown_as_nobody(steps: list[dict[str, int]], sensitive: bool) -> None:
    """A category with one to five people is hidden; it does not say 0."""
    last: Picture | None = None
    for now, picture in pictures_of(steps, sensitive=sensitive):
        if picture is not None and picture is not last:
            for name, count in picture.shown.items():
                assert count is None or count >= DEFAULTS.count or (count == now[name] == 0 and not sensitive)
        last = picture


def test_a_picture_stands_until_ten_answers_are_new() -> None:
    first = next_picture(None, {"a": 10, "b": 8}, sensitive=False)
    assert first is not None
    assert first.shown == {"a": 10, "b": 8}
    assert next_picture(first, {"a": 19, "b": 8}, sensitive=False) is first
    later = next_picture(first, {"a": 20, "b": 8}, sensitive=False)
    assert later is not None
    assert later.shown == {"a": 20, "b": 8}


def test_a_category_that_moved_too_little_waits_for_the_next_step() -> None:
    first = next_picture(None, {"a": 10, "b": 8}, sensitive=False)
    second = next_picture(first, {"a": 17, "b": 13}, sensitive=False)
    assert second is not None
    assert second.shown == {"a": 17, "b": 8}
    third = next_picture(second, {"a": 26, "b": 14}, sensitive=False)
    assert third is not None
    assert third.shown == {"a": 26, "b": 14}


@pytest.mark.parametrize("answered", [0, 1, 9])
def test_there_is_no_picture_of_fewer_than_ten(answered: int) -> None:
    assert next_picture(None, {"a": answered, "b": 0}, sensitive=False) is None


def test_the_last_picture_waits_like_any_other() -> None:
    first = next_picture(None, {"a": 10, "b": 8}, sensitive=False)
    assert next_picture(first, {"a": 11, "b": 8}, sensitive=False) is first


# ── What is too small to be shown ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("counts", "too_small"),
    [
        ({"under 30": 3, "30-49": 27, "50-64": 34, "65+": 41}, {"under 30", "30-49"}),
        ({"under 30": 3, "30-49": 7, "50-64": 34, "65+": 41}, {"under 30", "30-49"}),
        ({"under 30": 0, "30-49": 27, "50-64": 34, "65+": 41}, set()),
        ({"under 30": 5, "30-49": 27, "50-64": 34, "65+": 41}, {"under 30", "30-49"}),
        ({"under 30": 6, "30-49": 27, "50-64": 34, "65+": 41}, set()),
        ({"a": 1, "b": 1, "c": 20, "d": 30}, {"a", "b", "c"}),
        ({"a": 3, "b": 3, "c": 20, "d": 30}, {"a", "b"}),
        ({"a": 2, "b": 30}, {"a", "b"}),
    ],
)
def test_a_small_category_never_hides_alone(counts: dict[str, int], too_small: set[str]) -> None:
    assert hidden(hide_small(counts, sensitive=False)) == too_small


def test_an_empty_category_is_shown_as_empty_unless_that_would_tell() -> None:
    counts = {"a": 0, "b": 20, "c": 30}
    assert hide_small(counts, sensitive=False) == counts
    assert hidden(hide_small(counts, sensitive=True)) == {"a", "b"}


@given(room_counts, st.booleans())
def test_what_is_shown_is_true_and_large_enough(counts: dict[str, int], sensitive: bool) -> None:
    for name, count in hide_small(counts, sensitive=sensitive).items():
        if count is not None:
            assert count == counts[name]
            assert count >= DEFAULTS.count or (count == 0 and not sensitive)


@given(room_counts, st.booleans())
def test_nothing_hides_alone_and_the_hidden_are_many(counts: dict[str, int], sensitive: bool) -> None:
    away = hidden(hide_small(counts, sensitive=sensitive))
    others_left = any(counts[name] for name in counts if name not in away)
    if away and others_left:
        assert len(away) >= 2
        assert sum(counts[name] for name in away) >= DEFAULTS.count


@given(small_counts, st.booleans())
@example(dict.fromkeys("abcdef", 1) | {"g": 20, "h": 30}, False)
def test_what_is_hidden_cannot_be_found_by_subtraction(counts: dict[str, int], sensitive: bool) -> None:
    """Who knows how many are in the room learns what the hidden hold together, and of each only a range."""
    shown = hide_small(counts, sensitive=sensitive)
    away = hidden(shown)
    if away and any(count for count in shown.values()):
        together = sum(counts.values()) - sum(count for count in shown.values() if count)
        least = 0 if sensitive else 1
        most = together - least * (len(away) - 1)
        assert len(away) > 1
        assert most > least


@given(arrivals, st.booleans())
def test_the_base_is_what_is_shown_or_everybody_who_answered(
    steps: list[dict[str, int]], sensitive: bool
) -> None:
    for _, picture in pictures_of(steps, sensitive=sensitive):
        if picture is None:
            continue
        some_hidden = None in picture.shown.values()
        together = sum(count for count in picture.shown.values() if count)
        assert picture.base == (picture.answered if some_hidden else together)
        assert some_hidden or sum(picture.percents.values()) in (0, 100)


def test_a_share_is_not_inflated_by_what_is_hidden() -> None:
    picture = next_picture(None, {"woman": 75, "man": 60, "other": 3}, sensitive=True)
    assert picture is not None
    assert picture.percents == {"woman": 54}


def test_two_small_groups_that_are_enough_together_need_no_third() -> None:
    counts = {"a": 2, "b": 4, "c": 12, "d": 9}
    assert hide_small(counts, sensitive=False) == {"a": None, "b": None, "c": 12, "d": 9}
