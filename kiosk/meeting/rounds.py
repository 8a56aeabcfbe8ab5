"""Rounds: one opening of a question. Asking again makes a new round; the old one is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RoundStatus = Literal["open", "closed", "revealed"]
Verb = Literal["close", "reveal", "hide"]


@dataclass(frozen=True)
class Round:
    """One opening of a question.

    ``run`` counts the openings of the same question from 1. ``connected`` is frozen at close, in
    participants; until then it is None. ``opened_at`` is UTC, ISO 8601.
    """

    id: str
    meeting: str
    item: str | None
    question: str
    question_version: int
    run: int
    status: RoundStatus
    connected: int | None
    opened_at: str
    composition: bool = False
    rehearsal: bool = False


_STEPS: dict[tuple[Verb, RoundStatus], RoundStatus] = {
    ("close", "open"): "closed",
    ("reveal", "closed"): "revealed",
    ("hide", "revealed"): "closed",
}

_RESULT_OF: dict[Verb, RoundStatus] = {"close": "closed", "reveal": "revealed", "hide": "closed"}


class OutOfTurn(ValueError):
    """The verb does not fit the status of the round."""


def step(verb: Verb, status: RoundStatus) -> RoundStatus:
    """The status after the verb. Saying a verb again changes nothing; one out of turn raises OutOfTurn."""
    if (verb, status) in _STEPS:
        return _STEPS[verb, status]
    if _RESULT_OF[verb] == status or (verb == "close" and status == "revealed"):
        return status
    raise OutOfTurn(f"cannot {verb} a round that is {status}")
