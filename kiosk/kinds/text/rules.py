"""Text: a few words. Nothing is counted but the answers; each text waits for approval."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.kinds.kind import Form, Malformed, TopShare, only_keys
from kiosk.meeting.document import Option, Question
from kiosk.meeting.tally import Answer

DEFAULT_LENGTH = 280
LONGEST = 1000
MOST_MARKS_IN_A_ROW = 3
"""Combining marks on one letter; more than any living script needs, few enough to stay on its line."""


class FreeText:
    name = "text"

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
        if not text:
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


def tidy(text: str) -> str:
    """The text without what could disturb a screen: control and direction characters, piled-up marks.

    Joiners are kept: emoji and several scripts are written with them.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MOST_MARKS_IN_A_ROW:
            continue
        if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and character not in "\u200c\u200d"):
            kept.append(" " if character in "\n\r\t" else "")
        elif category in ("Zl", "Zp"):
            kept.append(" ")
        else:
            kept.append(character)
    return " ".join("".join(kept).split())


KIND = FreeText()
