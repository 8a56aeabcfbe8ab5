"""Choice: ``min`` to ``max`` of the options (one of them when the question says nothing)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.kinds.kind import Form, Half, Malformed, TopShare, fields, only_keys
from kiosk.meeting.document import Option, Question
from kiosk.meeting.tally import Answer


class Choice:
    """Answers are ``{"options": [ids]}``, in the question's order."""

    name = "choice"
    is_text = False
    answer_schema = fields(
        options={
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "description": "Option ids, none twice, in any order.",
        }
    )

    def check_question(self, question: Question) -> None:
        if len(question.options) < 2:
            raise Malformed("too_few_options")
        least, most = limits(question)
        if not 1 <= least <= most <= len(question.options):
            raise Malformed("limits")

    def check(self, question: Question, answer: Mapping[str, Any]) -> dict[str, Any]:
        only_keys(answer, "options")
        chosen = answer.get("options")
        if not isinstance(chosen, list) or not all(isinstance(option, str) for option in chosen):
            raise Malformed("shape")
        known = [option.id for option in question.options]
        if len(set(chosen)) != len(chosen):
            raise Malformed("repeated_option")
        if not set(chosen) <= set(known):
            raise Malformed("unknown_option")
        least, most = limits(question)
        if len(chosen) < least:
            raise Malformed("too_few_chosen")
        if len(chosen) > most:
            raise Malformed("too_many_chosen")
        return {"options": [option for option in known if option in chosen]}

    def from_form(self, question: Question, form: Form) -> dict[str, Any]:
        return {"options": list(form.get("options", ()))}

    def bars(self, question: Question) -> tuple[Option, ...]:
        return tuple(_joint(question, option) for option in question.options if option.shown_with is None)

    def count(self, question: Question, answers: Iterable[Answer]) -> Mapping[str, int]:
        shown_as = {option.id: option.shown_with or option.id for option in question.options}
        marks = Counter(
            bar for answer in answers for bar in {shown_as[option] for option in answer["options"]}
        )
        return {bar.id: marks[bar.id] for bar in self.bars(question)}

    def is_multiple(self, question: Question) -> bool:
        return limits(question)[1] > 1

    def is_ordered(self, question: Question) -> bool:
        return question.composition or "layout" in question.settings

    def top(self, question: Question) -> TopShare | None:
        return None

    def has_steps(self, question: Question) -> bool:
        return False

    def halves(self, question: Question) -> Mapping[str, Half]:
        return {}

    def category(self, question: Question, value: object) -> str | None:
        """None also for an option that means no answer."""
        if not isinstance(value, list) or len(value) != 1:
            return None
        option = next((option for option in question.options if option.id == value[0]), None)
        if option is None or option.no_answer:
            return None
        return option.shown_with or option.id

    def marks(self, question: Question) -> tuple[tuple[Option, Answer], ...]:
        return tuple((option, {"options": [option.id]}) for option in question.options)


def limits(question: Question) -> tuple[int, int]:
    """The fewest and the most options that one answer may hold; Malformed where they are no whole numbers."""
    most = question.settings.get("max", 1)
    least = question.settings.get("min", 1)
    if type(least) is not int or type(most) is not int:
        raise Malformed("limits")
    return least, most


def _joint(question: Question, option: Option) -> Option:
    """An option as it is shown: with the wordings of those that are counted together with it."""
    together = [other for other in question.options if other.shown_with == option.id] + [option]
    if len(together) == 1:
        return option
    text = {
        language: " / ".join(one.text[language] for one in together if one.text.get(language))
        for language in option.text
    }
    return Option(option.id, text, no_answer=option.no_answer)


KIND = Choice()
