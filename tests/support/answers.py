"""Answers that no page of ours would send, but somebody might."""

from __future__ import annotations

from typing import Any

NAN = float("nan")
ZALGO = "H" + "\u0300\u0316\u034f" * 20 + "i"
RIGHT_TO_LEFT = "\u202egnp.exe\u202c \u200f\u2067x\u2069"

ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    10**400,
    -(10**400),
    0.5,
    NAN,
    float("inf"),
    -float("inf"),
    1e308,
    "",
    " ",
    "4",
    "a",
    "\x00",
    "\ud83d",
    "👩‍👩‍👧‍👦" * 50,
    "x" * 100_000,
    ZALGO,
    RIGHT_TO_LEFT,
    "<script>alert(1)</script>",
    "'; DROP TABLE ballot; --",
    [],
    [[]],
    [None],
    [True],
    [1],
    ["zzz"],
    ["a", "a"],
    ["A"],
    ["a "],
    ["\ud83d"],
    [ZALGO],
    ["a"] * 10_000,
    [{"id": "a"}],
    {},
    {"a": 1},
    {"options": ["a"]},
]

FIELDS = ("options", "value", "text", "dont_know", "abstain", "points", "order", "", "__class__", "\ud83d")

ODD_ANSWERS: list[Any] = [{field: value} for field in FIELDS for value in ODD_VALUES]
"""Every odd value under every field that some kind reads, and under some that none does."""
