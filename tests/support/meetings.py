"""Small meeting documents: say only what a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

LETTERS = "abcdefghijklmnopqrst"


def single(name: str, options: int = 3, **more: Any) -> Json:
    """A choice of one among ``a``, ``b``, ``c`` …"""
    return {"id": name, "kind": "choice", "text": f"Which {name}?", "options": steps(options), **more}


def multiple(name: str, options: int = 4, most: int = 3, **more: Any) -> Json:
    return single(name, options, max=most, **more)


def yes_no(name: str, **more: Any) -> Json:
    options = [
        {"id": "yes", "text": {"en": "Yes", "sv": "Ja"}},
        {"id": "no", "text": {"en": "No", "sv": "Nej"}},
    ]
    return {**single(name, layout="yes_no"), "options": options, **more}


def degree(name: str, options: int = 5, **more: Any) -> Json:
    """A scale in words: ``a`` is the lowest step, worth 1."""
    return {"id": name, "kind": "scale", "text": f"To what degree {name}?", "options": steps(options), **more}


def numbers(name: str, low: int = 0, high: int = 10, **more: Any) -> Json:
    labels = {"min": "Bad", "max": "Good"}
    return {
        "id": name,
        "kind": "scale",
        "text": f"How {name}?",
        "min": low,
        "max": high,
        "labels": labels,
        **more,
    }


def words(name: str, **more: Any) -> Json:
    """An open text."""
    return {"id": name, "kind": "text", "text": f"Say something about {name}.", **more}


def about_you(name: str, options: int = 3, **more: Any) -> Json:
    """A composition question."""
    return single(name, options, composition=True, **more)


def steps(count: int) -> list[Json]:
    return [{"id": letter, "text": f"Answer {letter.upper()}"} for letter in LETTERS[:count]]


def meeting(
    *questions: Json,
    id: str = "m1",  # noqa: A002 - the document's own word
    code: str | None = "MEET",
    agenda: Iterable[Json] | None = None,
    **head: Any,
) -> Json:
    """A meeting that asks the questions in turn; composition questions at the door."""
    heading = {"id": id, "title": "A small meeting", "type": "open", "languages": ["en", "sv"], **head}
    return {
        "format": 1,
        "dialogue": {"id": "tests"},
        "meeting": heading if code is None else {**heading, "code": code},
        "questions": list(questions),
        "agenda": list(agenda) if agenda is not None else _agenda(questions),
    }


def _agenda(questions: Iterable[Json]) -> list[Json]:
    """The join page, who is here, then an item ``ask-<question>`` for each question."""
    asked = [question["id"] for question in questions if not question.get("composition")]
    return [
        {"id": "door", "type": "join"},
        {"id": "who", "type": "composition"},
        *({"id": f"ask-{name}", "type": "question", "question": name} for name in asked),
    ]
