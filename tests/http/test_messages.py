"""JSON on its way in: what is read, and what Python would read but we do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.messages import DEEPEST, read

_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@given(value=_values, escaped=st.booleans())
def test_what_is_json_is_read_as_it_is(value: Any, escaped: bool) -> None:
    assert read(json.dumps(value, ensure_ascii=escaped)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "[Infinity]",
        '{"a": -Infinity}',
        "1e999",
        "-1e999",
        "9" * 5_000,
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        '{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1),
        "[" * 200_000,
        "[" * 200_000 + "]" * 200_000,
        "\ufeff{}",
        "{} {}",
        "{'a': 1}",
        '{"a": 1,}',
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(text)


def test_as_deep_as_anybody_needs() -> None:
    assert read("[" * DEEPEST + "]" * DEEPEST)
    assert len(read("[" + ",".join(["[[]]"] * 1_000) + "]")) == 1_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"a\udc00b"', "a\ufffdb"),
        (r'{"\ud83d": ["\ud83d"]}', {"\ufffd": ["\ufffd"]}),
        (r'"\ud83d\udc4b"', "👋"),
        (r'"\ud83d\ud83d\udc4b"', "\ufffd👋"),
        (r'"\\ud83d"', r"\ud83d"),
        (r'"\u0000"', "\x00"),
    ],
)
def test_half_characters_are_made_whole(text: str, value: Any) -> None:
    assert read(text) == value
