"""What every question kind can do. A kind knows its question and answers, and nothing of the web or SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kiosk.meeting.document import Option, Question
from kiosk.meeting.tally import Answer

Half = Literal["against", "neutral", "for"]
Form = Mapping[str, Sequence[str]]
"""The fields of a plain HTML form: each name with its values."""


class Malformed(ValueError):
    """An answer that does not fit its question. ``reason`` is one of a few words the problems know."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class TopShare:
    """The upper part of a scale, added together: which bars, from which to which label."""

    bars: tuple[str, ...]
    lowest: Option
    highest: Option


class Kind(Protocol):
    """One way of asking and counting.

    Every ``question`` given to it is of this kind, and one that ``check_question`` has let through.
    """

    name: str
    is_text: bool
    """Whether answers are people's own words, which nobody counts and which wait for approval."""

    answer_schema: Mapping[str, Any]
    """Its answers as JSON Schema, for those who send them."""

    def check_question(self, question: Question) -> None:
        """Raise Malformed when the document's question lacks what the kind needs: options, limits."""

    def check(self, question: Question, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The canonical answer: alike for all that mean the same, and the only form that is stored.

        ``answer`` is any JSON object from outside. Raises Malformed when it does not fit the question.
        Abstentions never come here.
        """

    def from_form(self, question: Question, form: Form) -> dict[str, Any]:
        """The answer that a plain form holds, for ``check``; Malformed where there is nothing to read."""

    def bars(self, question: Question) -> tuple[Option, ...]:
        """What is counted, in the question's order, with its wording; empty when nothing is."""

    def count(self, question: Question, answers: Iterable[Answer]) -> Mapping[str, int]:
        """How many answers fall on each bar: by its id, in the order of ``bars``, those with none as 0.

        ``answers`` are canonical and valid: without abstentions and "don't know".
        """

    def is_multiple(self, question: Question) -> bool:
        """Whether one answer may fall on several bars, so that shares may add to more than 100 %."""

    def is_ordered(self, question: Question) -> bool:
        """Whether the bars have an order of their own, which a result must keep."""

    def top(self, question: Question) -> TopShare | None:
        """The bars whose joint share is the headline; None where the kind has none, or too few bars."""

    def has_steps(self, question: Question) -> bool:
        """Whether the bars go from less to more, so that there is an answer in the middle."""

    def halves(self, question: Question) -> Mapping[str, Half]:
        """Which half each bar belongs to, by its id, for scales of words; empty where there are no halves."""

    def category(self, question: Question, value: object) -> str | None:
        """The id of the bar that what a composition question kept of somebody counts under; None for none,
        or several.

        ``value`` is the one value of an answer, also of one from outside: the options, the step, the text.
        """

    def marks(self, question: Question) -> tuple[tuple[Option, Answer], ...]:
        """What a paper ballot offers to mark, each with the answer that it alone is; empty for words."""


def fields(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of an answer with these fields, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def only_keys(answer: Mapping[str, Any], *allowed: str) -> None:
    """Refuse an answer that says more than its kind can hear."""
    if not set(answer) <= set(allowed):
        raise Malformed("unknown_field")
