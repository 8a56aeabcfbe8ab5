"""Text: what is kept of what people write, and what could disturb a screen."""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.kinds import KINDS, Malformed
from kiosk.kinds.text.rules import MOST_MARKS_IN_A_ROW, tidy
from tests.support import meetings
from tests.support.answers import RIGHT_TO_LEFT, ZALGO
from tests.support.questions import WORDS, question

TEXT = KINDS["text"]

JOINERS = "\u200c\u200d"
DISTURBING = (
    "\x00\x07\x0b\x1b\x85\u00ad\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\ue000\U000e0041"
)
SPACES = "\t\n\r\u00a0\u2028\u2029\u3000"
MARKS = "\u0300\u0301\u0323\u034f\u20dd\ufe0f\u0cc6\u0cc2"
# Letters, and all that makes them hard: pieces that join up, pile up, turn the line round or vanish.
written = st.text(
    st.sampled_from("aåéE\u1100\u1161ب1!👩🏽🌲" + JOINERS + DISTURBING + SPACES + MARKS + "\ud83d")
    | st.characters()
)


@given(written)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(written)
def test_nothing_is_left_that_could_disturb_a_screen(text: str) -> None:
    kept = tidy(text)
    for character in kept:
        assert character in JOINERS or unicodedata.category(character) not in (
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Cn",
            "Zl",
            "Zp",
        )
    assert kept == kept.strip()
    assert "  " not in kept
    kept.encode("utf-8")


@given(written)
def test_marks_never_pile_up(text: str) -> None:
    visible = [character for character in tidy(text) if character not in JOINERS]
    piles = groupby(visible, key=lambda character: unicodedata.category(character) in ("Mn", "Me"))
    assert all(len(list(pile)) <= MOST_MARKS_IN_A_ROW for is_mark, pile in piles if is_mark)


@pytest.mark.parametrize("between", ["", "\u200b", "\u200d", "\u202e", "\x00"])
def test_marks_cannot_be_piled_up_with_invisible_characters_between(between: str) -> None:
    piled = "a" + ("\u0323\u0327\u0331" + between) * 20
    assert sum(unicodedata.category(character) == "Mn" for character in tidy(piled)) <= MOST_MARKS_IN_A_ROW


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("A bench by the lake", "A bench by the lake"),
        ("  two\n\nlines\t", "two lines"),
        ("a\u2028b", "a b"),
        ("e\u0301", "é"),
        ("a\u202e\u030a", "å"),
        (RIGHT_TO_LEFT, "gnp.exe x"),
        ("مرحبا\u200f", "مرحبا"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩‍👩‍👧‍👦 1️⃣", "👩‍👩‍👧‍👦 1️⃣"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("half \ud83d one", "half one"),
    ],
)
def test_what_is_kept(given_text: str, kept: str) -> None:
    assert tidy(given_text) == kept


def test_a_text_is_stored_tidy() -> None:
    assert TEXT.check(WORDS, {"text": " A\u202e bench \n"}) == {"text": "A bench"}


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "\u200b\u200f", "\u200d", "\u200c\u200d \u200d", "\u0301", "\ud83d"]
)
def test_a_text_that_nobody_could_see_is_empty(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        TEXT.check(WORDS, {"text": text})
    assert refused.value.reason == "empty_text"


def test_the_longest_text_is_counted_after_tidying() -> None:
    assert TEXT.check(WORDS, {"text": "  " + "x" * 50 + "\u202e" * 100}) == {"text": "x" * 50}
    with pytest.raises(Malformed) as refused:
        TEXT.check(WORDS, {"text": "x" * 51})
    assert refused.value.reason == "text_too_long"


def test_without_a_limit_of_its_own_a_question_has_the_usual_one() -> None:
    usual = question(meetings.words("q"))
    assert TEXT.check(usual, {"text": "x" * 280})
    with pytest.raises(Malformed):
        TEXT.check(usual, {"text": "x" * 281})


@pytest.mark.parametrize("answer", [{"text": None}, {"text": 4}, {"text": ["a"]}, {"text": {}}, {}])
def test_only_a_text_is_a_text(answer: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        TEXT.check(WORDS, answer)
    assert refused.value.reason == "shape"


@pytest.mark.parametrize("length", [0, -1, 1001, True, "50", 1.5])
def test_a_question_with_an_impossible_limit_is_refused(length: Any) -> None:
    with pytest.raises(Malformed):
        TEXT.check_question(question(meetings.words("q", max_length=length)))


def test_zalgo_stays_on_its_line() -> None:
    assert len(tidy(ZALGO)) <= 2 + MOST_MARKS_IN_A_ROW
