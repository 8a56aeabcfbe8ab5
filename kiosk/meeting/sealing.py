"""Sealing: what is kept of the answers once a meeting is over for good.

Each question gets respondent numbers of its own. Only what the question declared before its first round goes
along: the values of its breakdown questions, and a shared number with the question it is paired with.
Everything else becomes unlinkable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.meeting.tally import Answer

LEAST_ALIKE = 5
"""A combination of composition values held by fewer respondents than this is blanked."""

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class SealedAnswer:
    """One answer under a number that means nothing outside its question. Blanked values are None."""

    respondent: int
    answer: Answer
    composition: Mapping[str, str | None]


def seal_round(
    answers: Mapping[str, Answer],
    breakdown: Sequence[str],
    values: Mapping[str, Mapping[str, str]],
    numbers: Mapping[str, int],
) -> list[SealedAnswer]:
    """Seal one round.

    ``answers`` are by participant, ``values`` the composition values by question and participant,
    ``numbers`` the fresh respondent numbers. The result is sorted by number.
    """
    combinations = {
        participant: tuple(values.get(question, {}).get(participant) for question in breakdown)
        for participant in answers
    }
    blanked = blank_rare(combinations)
    sealed = [
        SealedAnswer(numbers[participant], answer, dict(zip(breakdown, blanked[participant], strict=True)))
        for participant, answer in answers.items()
    ]
    return sorted(sealed, key=lambda one: one.respondent)


def blank_rare(combinations: Mapping[str, Values]) -> dict[str, Values]:
    """Blank values, the last declared first, until no combination is held by fewer than five.

    Only the wholly blank combination may be rarer: it says nothing about anybody.
    """
    result = dict(combinations)
    while True:
        held = Counter(result.values())
        rare = [name for name, values in result.items() if held[values] < LEAST_ALIKE and any(values)]
        if not rare:
            return result
        for name in rare:
            result[name] = _blank_last(result[name])


def _blank_last(values: Values) -> Values:
    last = max(place for place, value in enumerate(values) if value is not None)
    return (*values[:last], None, *values[last + 1 :])
