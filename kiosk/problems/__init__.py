"""Every refusal once: its code, its HTTP status, and the sentence people read, by who may hear it.

A code is for machines and never changes its meaning. The sentence says what happened and what to do, and
is translated when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.languages import gettext
from kiosk.problems import central, consoles, phones
from kiosk.problems.consoles import DOCUMENT_REASONS, POPULATION_REASONS, QUESTION_REASONS
from kiosk.problems.phones import ANSWER_REASONS
from kiosk.problems.refusal import Refusal

__all__ = [
    "ANSWER_REASONS",
    "DOCUMENT_REASONS",
    "POPULATION_REASONS",
    "QUESTION_REASONS",
    "REFUSALS",
    "Problem",
    "Refusal",
]

REFUSALS: Mapping[str, Refusal] = {
    refusal.code: refusal for refusal in (*phones.REFUSALS, *consoles.REFUSALS, *central.REFUSALS)
}


class Problem(Exception):
    """A refusal with its details; every door turns it into words for the person behind it."""

    def __init__(self, code: str, /, **details: Any) -> None:
        super().__init__(code)
        self.refusal = REFUSALS[code]
        self.details = details

    @property
    def code(self) -> str:
        return self.refusal.code

    @property
    def status(self) -> int:
        return self.refusal.status

    def body(self) -> dict[str, Any]:
        """The problem as RFC 9457 wants it, in the language of the request."""
        return {
            "type": f"urn:kiosk:problem:{self.code}",
            "title": gettext(self.refusal.title),
            "status": self.status,
            "code": self.code,
            "detail": self.sentence(),
            **({"details": self.details} if self.details else {}),
        }

    def sentence(self) -> str:
        """What happened and what to do, in the language of the request."""
        return gettext(self.refusal.detail) % _spoken(self.details)


def _spoken(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details that are sentences of their own are translated too."""
    return {name: gettext(value) if isinstance(value, str) else value for name, value in details.items()}
