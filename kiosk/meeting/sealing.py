"""Sealing: what is kept of the answers once a meeting is over for good.

Each question gets respondent numbers of its own. Only what the question declared before its first round goes
along: the values of its breakdown questions, and a shared number with the question it is paired with.
Everything else becomes unlinkable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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


@dataclass(frozen=True)
class Unsealed:
    """A round as it was answered: answers by participant, and the composition questions it declared."""

    round: str
    answers: Mapping[str, Answer]
    breakdown: Sequence[str]


def seal_together(
    rounds: Sequence[Unsealed], values: Mapping[str, Mapping[str, str]], numbers: Mapping[str, int]
) -> dict[str, list[SealedAnswer]]:
    """Seal rounds that share respondent numbers: a declared pair, or one round alone.

    ``values`` are the composition values by question and participant, ``numbers`` the fresh respondent
    numbers. The rows of each round are sorted by number.
    """
    kept = _kept_values(rounds, values)
    return {one.round: _rows(one, kept, numbers) for one in rounds}


def _rows(
    one: Unsealed, kept: Mapping[str, Mapping[str, str | None]], numbers: Mapping[str, int]
) -> list[SealedAnswer]:
    rows = [
        SealedAnswer(numbers[name], answer, {question: kept[name][question] for question in one.breakdown})
        for name, answer in one.answers.items()
    ]
    return sorted(rows, key=lambda row: row.respondent)


def _kept_values(
    rounds: Sequence[Unsealed], values: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str | None]]:
    """What is kept of each participant's composition values.

    Whoever has the rows can put those of one number together, and sees which rounds it is in. So nobody may
    be rare in all that was declared for the rounds they answered, among those who answered the same ones.
    """
    kept: dict[str, dict[str, str | None]] = {}
    for answered, names in _by_rounds_answered(rounds).items():
        declared = list(dict.fromkeys(name for place in answered for name in rounds[place].breakdown))
        combinations = {
            name: tuple(values.get(question, {}).get(name) for question in declared) for name in names
        }
        for name, left in blank_rare(combinations).items():
            kept[name] = dict(zip(declared, left, strict=True))
    return kept


def _by_rounds_answered(rounds: Sequence[Unsealed]) -> dict[tuple[int, ...], list[str]]:
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name in dict.fromkeys(name for one in rounds for name in one.answers):
        groups[tuple(place for place, one in enumerate(rounds) if name in one.answers)].append(name)
    return groups


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
