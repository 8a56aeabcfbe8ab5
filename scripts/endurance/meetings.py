"""The meetings that the trials hold."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

OPTIONS = ("yes", "no", "unsure")


def choice(name: str) -> Json:
    """A question with one answer of three."""
    words = {"yes": "Yes", "no": "No", "unsure": "I do not know yet"}
    return {
        "id": name,
        "kind": "choice",
        "text": {"en": f"Shall we do as {name} says?"},
        "options": [{"id": option, "text": {"en": words[option]}} for option in OPTIONS],
    }


def meeting(name: str, code: str, *questions: Json, others: tuple[Json, ...] = ()) -> Json:
    """The join page, each question in turn, and then whatever else."""
    asked = [{"id": f"ask-{one['id']}", "type": "question", "question": one["id"]} for one in questions]
    return {
        "format": 1,
        "dialogue": {"id": "endurance"},
        "meeting": {"id": name, "code": code, "title": "A long evening", "type": "open", "languages": ["en"]},
        "questions": list(questions),
        "agenda": [{"id": "door", "type": "join"}, *asked, *others],
    }
