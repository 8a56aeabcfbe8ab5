"""Reference populations: tables as people save them, and which category belongs to which answer."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.statistics.population import (
    Population,
    ReferenceTable,
    RowFault,
    propose,
    read_tables,
    shares_of_options,
    unmatched,
)

HEAD = "variable;category;count;source;date;age_base"
ROWS = "age;0–14 år;1 540;SCB;2025-12-31;all\nage;15+ år;8460;SCB;2025-12-31;all\n"
BANDS = {
    "0-14": ["0-14", "0–14 år"],
    "15-79": ["15-79", "15–79 år"],
    "80-plus": ["80-plus", "80 år eller äldre", "80 or over"],
}


def a_table(**counts: int) -> ReferenceTable:
    return ReferenceTable("age", "office", "2025", "all", counts)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n{ROWS}",
        f"\ufeff{HEAD}\r\n{ROWS}".replace("\n", "\r\n"),
        f"{HEAD}\n{ROWS}".replace(";", "\t"),
        f"{HEAD}\n{ROWS}".replace(";", ","),
        f"{HEAD}\n\n{ROWS}\n\n".replace("age_base", "Age base").replace("variable", '"Variable"'),
        f"{HEAD}\n{ROWS}".replace("1 540", "1\u00a0540"),
    ],
)
def test_a_table_is_read_however_it_was_saved(text: str) -> None:
    (table,) = read_tables(text)
    assert table == ReferenceTable("age", "SCB", "2025-12-31", "all", {"0–14 år": 1540, "15+ år": 8460})
    assert table.total == 10_000


def test_a_file_may_hold_several_variables() -> None:
    tables = read_tables(f"{HEAD}\n{ROWS}sex;women;5;DST;2025;15+\nsex;men;6;DST;2025;15+\n")
    assert [(table.variable, table.age_base) for table in tables] == [("age", "all"), ("sex", "15+")]


FAULTS = [
    ("", 1, "empty"),
    (HEAD, 1, "empty"),
    ("variable;category;count;source;date", 1, "columns"),
    (f"{HEAD};count", 1, "columns"),
    (f"{HEAD}\nage;0-14;12;SCB;2025", 2, "cells"),
    (f"{HEAD}\n{ROWS}age;x;12.5;SCB;2025-12-31;all", 4, "count"),
    (f"{HEAD}\n{ROWS}age;x;-3;SCB;2025-12-31;all", 4, "count"),
    (f"{HEAD}\n{ROWS}age;x;٣;SCB;2025-12-31;all", 4, "count"),
    (f"{HEAD}\nage;x;3;SCB;December;all", 2, "date"),
    (f"{HEAD}\nage;x;3;SCB;2025;adults", 2, "age_base"),
    (f"{HEAD}\nage;;3;SCB;2025;all", 2, "category"),
    (f"{HEAD}\n;x;3;SCB;2025;all", 2, "variable"),
    (f"{HEAD}\nage;x;3;;2025;all", 2, "source"),
    (f"{HEAD}\n{ROWS}age;15+ år;3;SCB;2025-12-31;all", 4, "twice"),
    (f"{HEAD}\n{ROWS}age;x;3;SCB;2024-12-31;all", 4, "differs"),
    (f"{HEAD}\nage;x;3;SCB;2025;all", 2, "one_category"),
    (f"{HEAD}\nage;x;0;SCB;2025;all\nage;y;0;SCB;2025;all", 3, "one_category"),
    (f"{HEAD}\nage;{'x' * 201};3;SCB;2025;all", 2, "long"),
    (f"{HEAD}\nage;{'x' * 200_000};3;SCB;2025;all", 2, "long"),
]


@pytest.mark.parametrize(("text", "row", "reason"), FAULTS)
def test_what_is_wrong_is_named_with_its_row(text: str, row: int, reason: str) -> None:
    with pytest.raises(RowFault) as fault:
        read_tables(text)
    assert (fault.value.row, fault.value.reason) == (row, reason)


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.booleans())
def test_any_text_is_a_table_or_a_fault(text: str, has_head: bool) -> None:
    with contextlib.suppress(RowFault):
        tables = read_tables(f"{HEAD}\n{text}" if has_head else text)
        assert all(len(table.counts) > 1 for table in tables)


@pytest.mark.parametrize(
    ("category", "option"),
    [
        ("0-14", "0-14"),
        ("0 – 14 ÅR", "0-14"),
        ("7 år", "0-14"),
        ("5-9 years", "0-14"),
        ("79", "15-79"),
        ("80", "80-plus"),
        ("100+ år", "80-plus"),
        ("90 years and over", "80-plus"),
        ("80 eller äldre", "80-plus"),
        ("10-19", None),
        ("Total", None),
        ("15+", None),
    ],
)
def test_ages_belong_to_the_band_that_holds_them(category: str, option: str | None) -> None:
    assert propose(a_table(**{category: 1}), BANDS) == {category: option}


@pytest.mark.parametrize("words", ["Kvinnor", "kvinder", "Kvinner", "Naiset", "Females", "woman"])
def test_every_office_has_its_own_word_for_women(words: str) -> None:
    assert propose(a_table(**{words: 1}), {"w": ["w", "Kvinna"], "m": ["m", "Man"]}) == {words: "w"}


def test_people_are_counted_by_option_and_the_rest_is_told() -> None:
    table = a_table(a=1, b=2, c=4, d=8)
    mapping = {"a": "x", "b": "x", "c": "y", "d": None}
    assert shares_of_options(table, mapping, ["y", "x", "z"]) == {"y": 4, "x": 3}
    assert shares_of_options(table, mapping, iter(["y", "x"])) == {"y": 4, "x": 3}
    assert unmatched(table, mapping) == ("d",)


def test_a_question_is_compared_with_the_table_that_fits_it_best_until_somebody_decides() -> None:
    sex = ReferenceTable("sex", "office", "2025", "all", {"men": 1, "women": 2})
    ages = a_table(**{"0-14": 1, "15-79": 2, "80+": 3})
    options = {name: list(words) for name, words in BANDS.items()}
    proposed = Population("p", "d", {"": "here"}, False, True, (sex, ages), {}).mapped("age", options)
    assert proposed is not None
    assert (proposed.table, proposed.is_checked) == (ages, False)
    decided = Population("p", "d", {"": "here"}, False, True, (sex, ages), {"age": (None, {})})
    assert decided.mapped("age", options) is None
    assert Population("p", "d", {}, False, True, (sex,), {}).mapped("age", options) is None
