"""Sealing: rare combinations are blanked, and a number means nothing outside its question."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kiosk.meeting.sealing import LEAST_ALIKE, SealedAnswer, Unsealed, blank_rare, seal_together

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
