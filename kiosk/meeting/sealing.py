"""Sealing: what is kept of the answers once a meeting is over for good.

Each question gets respondent numbers of its own. Only what the question declared before its first round goes
along: the values of its breakdown questions, and a shared number with the question it is paired with.
Everything else becomes unlinkable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kiosk.meeting.tally import Answer

LEAST_ALIKE = 5
"""A combination of composition values held by fewer respondents than this is blanked."""
LEAST_IN_CHANNEL = 10
"""A channel is kept where at least so many of those who are otherwise alike answered through it."""

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class SealedAnswer:
    """One answer under a number that means nothing outside its question. Blanked values are None."""

    respondent: int
    answer: Answer
    composition: Mapping[str, str | None]
    channel: str | None = None


@dataclass(frozen=True)
class Unsealed:
    """A round as it was answered: answers by participant, and the composition questions it declared.

    ``channels`` says how each participant answered; it is empty where that is not to be kept at all.
    """

    round: str
    answers: Mapping[str, Answer]
    breakdown: Sequence[str]
    channels: Mapping[str, str] = field(default_factory=dict)


def seal_together(
    rounds: Sequence[Unsealed], values: Mapping[str, Mapping[str, str]], numbers: Mapping[str, int]
) -> dict[str, list[SealedAnswer]]:
    """Seal rounds that share respondent numbers: a declared pair, or one round alone.

    ``values`` are the composition values by question and participant, ``numbers`` the fresh respondent
    numbers. The rows of each round are sorted by number.
    """
    kept = _kept_values(rounds, values)
    channels = _kept_channels(rounds, kept)
    return {one.round: _rows(one, kept, channels, numbers) for one in rounds}


def _rows(
    one: Unsealed,
    kept: Mapping[str, Mapping[str, str | None]],
    channels: Mapping[str, str | None],
    numbers: Mapping[str, int],
) -> list[SealedAnswer]:
    is_kept = sum(channels[name] is not None for name in one.answers) >= LEAST_IN_CHANNEL
    rows = [
        SealedAnswer(
            numbers[name],
            answer,
            {question: kept[name][question] for question in one.breakdown},
            channels[name] if is_kept else None,
        )
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


def _kept_channels(
    rounds: Sequence[Unsealed], kept: Mapping[str, Mapping[str, str | None]]
) -> dict[str, str | None]:
    """What is kept of how each participant answered.

    Where everybody answered in one way it says nothing of anybody. Else nobody may be one of few among those
    whose rows look like theirs: the same rounds answered, the same composition values left.
    """
    held = {name: one.channels.get(name) for one in rounds for name in one.answers}
    if len(set(held.values())) <= 1:
        return held
    alike: dict[object, list[str]] = defaultdict(list)
    for answered, names in _by_rounds_answered(rounds).items():
        for name in names:
            alike[answered, tuple(kept[name].items())].append(name)
    found: dict[str, str | None] = {}
    for names in alike.values():
        told = channels_told(Counter(held[name] for name in names))
        found.update({name: held[name] if held[name] in told else None for name in names})
    return found


def channels_told(people: Mapping[str | None, int]) -> frozenset[str]:
    """Of the channels through which so many people answered, those that single nobody out.

    Those that are left out are at least ten people together, or nobody: else they were known by elimination.
    """
    told = {name: count for name, count in people.items() if name is not None and count >= LEAST_IN_CHANNEL}
    while told and 0 < sum(people.values()) - sum(told.values()) < LEAST_IN_CHANNEL:
        del told[min(told, key=lambda name: (told[name], name))]
    return frozenset(told)


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
