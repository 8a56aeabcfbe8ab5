"""Scale: one step of a worded scale (lowest first) or one whole number from ``min`` to ``max``.

A worded scale has options; its values are their places from 1. A numeric one has none, and labels for its
ends. With ``dont_know`` the participant may say so; that answer counts as answered but is in no base.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.kinds.kind import Form, Half, Malformed, TopShare, fields, only_keys
from kiosk.meeting.document import Option, Question
from kiosk.meeting.tally import Answer

MOST_STEPS = 21
TOP_STEPS = 2


class Scale:
    """Answers are ``{"value": step}``, a whole number, or ``{"dont_know": true}``."""

    name = "scale"
    is_text = False
    answer_schema: Mapping[str, Any] = {
        "oneOf": [
            fields(value={"type": "integer", "description": "In words the step's place, counted from 1."}),
            fields(dont_know={"const": True, "description": "Where the question offers it."}),
        ]
    }

    def check_question(self, question: Question) -> None:
        low, high = ends(question)
        if type(low) is not int or type(high) is not int or not low < high < low + MOST_STEPS:
            raise Malformed("limits")

    def check(self, question: Question, answer: Mapping[str, Any]) -> dict[str, Any]:
        only_keys(answer, "value", "dont_know")
        if "dont_know" in answer:
            offered = question.settings.get("dont_know")
            if len(answer) > 1 or answer["dont_know"] is not True or not offered:
                raise Malformed("shape")
            return {"dont_know": True}
        value = answer.get("value")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise Malformed("shape")
        low, high = ends(question)
        if not low <= value <= high:
            raise Malformed("out_of_range")
        return {"value": value}

    def from_form(self, question: Question, form: Form) -> dict[str, Any]:
        if form.get("dont_know"):
            return {"dont_know": True}
        values = form.get("value", ())
        try:
            return {"value": int(values[0])}
        except (IndexError, ValueError):
            raise Malformed("shape") from None

    def bars(self, question: Question) -> tuple[Option, ...]:
        if question.options:
            return question.options
        low, high = ends(question)
        return tuple(Option(str(value), {"": str(value)}) for value in range(low, high + 1))

    def count(self, question: Question, answers: Iterable[Answer]) -> Mapping[str, int]:
        low, _ = ends(question)
        marks = Counter(answer["value"] for answer in answers)
        return {bar.id: marks[low + place] for place, bar in enumerate(self.bars(question))}

    def is_multiple(self, question: Question) -> bool:
        return False

    def is_ordered(self, question: Question) -> bool:
        return True

    def top(self, question: Question) -> TopShare | None:
        """The two highest steps, where there are at least four."""
        bars = self.bars(question)
        if len(bars) < 2 * TOP_STEPS:
            return None
        highest = bars[-TOP_STEPS:]
        return TopShare(tuple(bar.id for bar in highest), highest[0], highest[-1])

    def has_steps(self, question: Question) -> bool:
        return True

    def halves(self, question: Question) -> Mapping[str, Half]:
        steps = [option.id for option in question.options]
        low, high = len(steps) // 2, len(steps) - len(steps) // 2
        return {
            step: "against" if place < low else "neutral" if place < high else "for"
            for place, step in enumerate(steps)
        }

    def category(self, question: Question, value: object) -> str | None:
        low, high = ends(question)
        if type(value) is not int or not low <= value <= high:
            return None
        return self.bars(question)[value - low].id

    def marks(self, question: Question) -> tuple[tuple[Option, Answer], ...]:
        low, _ = ends(question)
        return tuple((bar, {"value": low + place}) for place, bar in enumerate(self.bars(question)))


def ends(question: Question) -> tuple[int, int]:
    """The lowest and the highest value, both included."""
    if question.options:
        return 1, len(question.options)
    return question.settings.get("min", 0), question.settings.get("max", 10)


KIND = Scale()
