"""Text: a few words. Nothing is counted but the answers; each text waits for approval."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kiosk.kinds.kind import Form, Half, Malformed, TopShare, fields, only_keys
from kiosk.meeting.document import Option, Question
from kiosk.meeting.tally import Answer

DEFAULT_LENGTH = 280
LONGEST = 1000
JOINERS = "\u200c\u200d"
MOST_MARKS_IN_A_ROW = 3
"""Combining marks on one letter; more than any living script needs, few enough to stay on its line."""


class FreeText:
    """Answers are ``{"text": words}``, as ``tidy`` leaves them."""

    name = "text"
    is_text = True
    answer_schema = fields(
        text={"type": "string", "description": "Kept without control and direction characters."}
    )

    def check_question(self, question: Question) -> None:
        length = question.settings.get("max_length", DEFAULT_LENGTH)
        if type(length) is not int or not 1 <= length <= LONGEST:
            raise Malformed("limits")

    def check(self, question: Question, answer: Mapping[str, Any]) -> dict[str, Any]:
        only_keys(answer, "text")
        text = answer.get("text")
        if not isinstance(text, str):
            raise Malformed("shape")
        text = tidy(text)
        if not _can_be_seen(text):
            raise Malformed("empty_text")
        if len(text) > question.settings.get("max_length", DEFAULT_LENGTH):
            raise Malformed("text_too_long")
        return {"text": text}

    def from_form(self, question: Question, form: Form) -> dict[str, Any]:
        return {"text": "".join(form.get("text", ())[:1])}

    def bars(self, question: Question) -> tuple[Option, ...]:
        return ()

    def count(self, question: Question, answers: Iterable[Answer]) -> Mapping[str, int]:
        return {}

    def is_multiple(self, question: Question) -> bool:
        return False

    def is_ordered(self, question: Question) -> bool:
        return True

    def top(self, question: Question) -> TopShare | None:
        return None

    def has_steps(self, question: Question) -> bool:
        return False

    def halves(self, question: Question) -> Mapping[str, Half]:
        return {}

    def category(self, question: Question, value: object) -> str | None:
        return None

    def marks(self, question: Question) -> tuple[tuple[Option, Answer], ...]:
        return ()


def tidy(text: str) -> str:
    """The text without what could disturb a screen: control and direction characters, piled-up marks.

    Joiners are kept: emoji and several scripts are written with them.
    """
    # What is left out goes first: between two marks it would keep them from being counted together.
    joined = unicodedata.normalize("NFC", "".join(map(_shown, text)))
    return " ".join(unicodedata.normalize("NFC", "".join(_without_piles(joined))).split())


def _shown(character: str) -> str:
    """A character as a screen may show it: itself, a space, or nothing."""
    category = unicodedata.category(character)
    if character in "\n\r\t" or category in ("Zl", "Zp"):
        return " "
    return "" if category in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in JOINERS else character


def _without_piles(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        if character not in JOINERS:
            marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS_IN_A_ROW:
            yield character


def _can_be_seen(text: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


KIND = FreeText()
