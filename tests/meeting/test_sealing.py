"""Sealing: rare combinations are blanked, and a number means nothing outside its question."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kiosk.meeting.sealing import (
    LEAST_ALIKE,
    SealedAnswer,
    Unsealed,
    blank_rare,
    channels_told,
    seal_together,
)

Values = tuple[str | None, ...]


def combinations_of(width: int) -> st.SearchStrategy[list[Values]]:
    value = st.sampled_from(["a", "b", "c", None])
    return st.lists(st.tuples(*[value] * width), max_size=60)


@given(st.integers(0, 3).flatmap(combinations_of))
def test_no_combination_is_held_by_fewer_than_five(held: list[Values]) -> None:
    blanked = blank_rare({f"p{number}": values for number, values in enumerate(held)})
    for values, count in Counter(blanked.values()).items():
        assert count >= LEAST_ALIKE or not any(values)


@given(st.integers(0, 3).flatmap(combinations_of))
def test_values_are_blanked_and_never_changed(held: list[Values]) -> None:
    before = {f"p{number}": values for number, values in enumerate(held)}
    after = blank_rare(before)
    assert after.keys() == before.keys()
    for name, values in after.items():
        assert all(kept in (None, was) for kept, was in zip(values, before[name], strict=True))


@given(st.integers(1, 3).flatmap(combinations_of))
def test_combinations_of_five_or_more_that_nothing_threatens_stay(held: list[Values]) -> None:
    common = [values for values, count in Counter(held).items() if count >= LEAST_ALIKE]
    before = {f"p{number}": values for number, values in enumerate(held)}
    after = blank_rare(before)
    for values in common:
        assert all(after[name] == values for name, was in before.items() if was == values)


def test_the_last_declared_is_blanked_first() -> None:
    held: dict[str, Values] = {f"p{number}": ("young", "north") for number in range(4)}
    held |= {f"p{number}": ("young", "south") for number in range(4, 8)}
    assert set(blank_rare(held).values()) == {("young", None)}


def test_a_single_person_loses_everything() -> None:
    held: dict[str, Values] = {f"p{number}": ("young", "north") for number in range(9)}
    assert blank_rare({**held, "alone": ("old", "islands")})["alone"] == (None, None)


def sealed(
    *rounds: Unsealed, values: dict[str, dict[str, str]] | None = None
) -> dict[str, list[SealedAnswer]]:
    everyone = sorted({name for one in rounds for name in one.answers}, reverse=True)
    numbers = {name: number for number, name in enumerate(everyone, start=1)}
    return seal_together(rounds, values or {}, numbers)


def answers(count: int, start: int = 0) -> dict[str, dict[str, int]]:
    return {f"p{number}": {"value": number % 3} for number in range(start, start + count)}


def test_a_sealed_round_keeps_answers_and_declared_values() -> None:
    given_answers = answers(10)
    values = {"age": dict.fromkeys(given_answers, "young"), "district": dict.fromkeys(given_answers, "north")}
    rows = sealed(Unsealed("r", given_answers, ["age"]), values=values)["r"]
    assert [row.respondent for row in rows] == list(range(1, 11))
    assert Counter(str(row.answer) for row in rows) == Counter(map(str, given_answers.values()))
    assert all(row.composition == {"age": "young"} for row in rows)


def test_who_said_nothing_about_themselves_has_blanks() -> None:
    rows = sealed(Unsealed("r", answers(6), ["age"]))["r"]
    assert all(row.composition == {"age": None} for row in rows)


def test_only_those_who_answered_are_in_it() -> None:
    values = {"age": {f"p{number}": "young" for number in range(20)}}
    rows = sealed(Unsealed("r", answers(4), ["age"]), values=values)["r"]
    assert len(rows) == 4
    assert all(row.composition == {"age": None} for row in rows)


participants = st.lists(
    st.tuples(*[st.booleans()] * 2, *[st.sampled_from(["a", "b", None])] * 2), max_size=60
)


@given(participants, st.sampled_from([["age"], ["district"], ["age", "district"], []]))
def test_nobody_is_rare_in_the_rows_of_a_pair_together(
    people: list[tuple[bool, bool, str | None, str | None]], breakdown: list[str]
) -> None:
    """Put together by number, and told apart by which of the two they answered."""
    places = {f"p{number}": person for number, person in enumerate(people)}
    values = {
        "age": {name: person[2] for name, person in places.items() if person[2]},
        "district": {name: person[3] for name, person in places.items() if person[3]},
    }
    before = Unsealed("before", {name: {"value": 1} for name, person in places.items() if person[0]}, ["age"])
    after = Unsealed("after", {name: {"value": 2} for name, person in places.items() if person[1]}, breakdown)
    rows = sealed(before, after, values=values)
    together: dict[int, dict[str, Values]] = {}
    for name, sealed_rows in rows.items():
        for row in sealed_rows:
            together.setdefault(row.respondent, {})[name] = tuple(row.composition.values())
    held = Counter(tuple(sorted(seen.items())) for seen in together.values())
    for seen, count in held.items():
        assert count >= LEAST_ALIKE or not any(any(kept) for _, kept in seen)


# ── Channels ─────────────────────────────────────────────────────────────────────────────────────────

CHANNELS = ("phone", "tablet", "paper", "import")
ways: st.SearchStrategy[dict[str | None, int]] = st.dictionaries(
    st.sampled_from(CHANNELS), st.integers(0, 40)
)


@given(ways)
def test_channels_that_are_told_have_ten_people_and_so_have_the_others(people: dict[str | None, int]) -> None:
    told = channels_told(people)
    assert all(people[name] >= 10 for name in told)
    others = sum(people.values()) - sum(people[name] for name in told)
    assert others == 0 or others >= 10 or not told


@given(ways)
def test_no_channel_is_left_out_that_could_be_told(people: dict[str | None, int]) -> None:
    if all(count >= 10 or count == 0 for count in people.values()):
        assert channels_told(people) == {name for name, count in people.items() if count}


def sealed_with(channels: dict[str, str], values: dict[str, str] | None = None) -> list[SealedAnswer]:
    answers = {name: {"options": ["a"]} for name in channels}
    numbers = {name: number for number, name in enumerate(channels)}
    breakdown = ("age",) if values else ()
    one = Unsealed("r", answers, breakdown, channels)
    return seal_together([one], {"age": values or {}}, numbers)["r"]


def named(count: int, sort: str) -> list[str]:
    return [f"{sort}{number}" for number in range(count)]


def test_a_few_on_paper_hide_the_way_of_a_few_others_too() -> None:
    channels = dict.fromkeys(named(30, "p"), "phone")
    channels |= dict.fromkeys(named(12, "t"), "tablet") | dict.fromkeys(named(3, "f"), "paper")
    kept = Counter(row.channel for row in sealed_with(channels))
    assert kept == {"phone": 30, None: 15}


def test_one_way_for_all_is_told_from_ten_on_whatever_they_say_of_themselves() -> None:
    ages = {name: f'["{"abc"[number % 3]}"]' for number, name in enumerate(named(15, "p"))}
    everybody = sealed_with(dict.fromkeys(named(15, "p"), "phone"), ages)
    assert {row.channel for row in everybody} == {"phone"}
    assert {row.channel for row in sealed_with(dict.fromkeys(named(9, "p"), "phone"))} == {None}


@given(
    st.lists(
        st.tuples(st.sampled_from(("phone", "paper")), st.sampled_from("ab"), st.booleans()), max_size=90
    )
)
def test_nobody_is_one_of_few_among_those_whose_rows_look_like_theirs(
    people: list[tuple[str, str, bool]],
) -> None:
    """Two rounds of a pair; some answered the first alone. Put together by number, no row is rare."""
    everybody = {f"n{number}": person for number, person in enumerate(people)}
    channels = {name: person[0] for name, person in everybody.items()}
    ages = {name: person[1] for name, person in everybody.items()}
    before = Unsealed("before", {name: {} for name in everybody}, ("age",), channels)
    after = Unsealed("after", {name: {} for name, who in everybody.items() if who[2]}, (), channels)
    numbers = {name: number for number, name in enumerate(everybody)}
    sealed = seal_together([before, after], {"age": ages}, numbers)
    both = {row.respondent for row in sealed["after"]}
    if len(set(channels.values())) < 2:
        return
    alike = Counter((row.composition["age"], row.respondent in both, row.channel) for row in sealed["before"])
    assert all(count >= 10 for (_, _, channel), count in alike.items() if channel is not None)
    by_number = {row.respondent: row.channel for row in sealed["before"]}
    assert all(row.channel == by_number[row.respondent] for row in sealed["after"])
