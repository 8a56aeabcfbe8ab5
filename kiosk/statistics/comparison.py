"""The room beside a reference population, from what has been released of the room and nothing else.

Hidden categories stay hidden: whatever is said of them follows from the numbers that are on the wall.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from kiosk.statistics.composition import DECLINED, Picture
from kiosk.statistics.fit import Flag, chance_dissimilarity, dissimilarity, representation
from kiosk.statistics.shares import percent, percents_of_each, percents_to_100
from kiosk.statistics.thresholds import MOST_NOT_ANSWERING

Refused = Literal["age_base", "non_answer", "few_categories"]


@dataclass(frozen=True)
class ComparedGroup:
    """One group: its share of the room and of the population, in whole percent and as their ratio.

    A hidden group has neither share of the room nor ratio. ``ratio`` is None too where the population has
    nobody. ``flag`` says whether random attendance could have given as much.
    """

    id: str
    room_percent: int | None
    population_percent: int
    ratio: float | None
    flag: Flag | None
    band: tuple[float, float] | None


@dataclass(frozen=True)
class Comparison:
    """One question's answers beside the population. ``base`` are those in the room who are compared.

    ``missing`` are groups with less than half their share, also hidden ones for which what is shown leaves
    no other possibility; ``missing_percent`` is their share of the population. ``dissimilarity`` and what
    chance alone would give are in whole percent, of the groups that are shown; None for fewer than two.
    """

    base: int
    groups: tuple[ComparedGroup, ...]
    missing: tuple[str, ...]
    missing_percent: int
    dissimilarity: int | None
    chance_dissimilarity: int | None


def compare(
    picture: Picture, population: Mapping[str, int], *, no_answer: Collection[str] = ()
) -> Comparison | Refused:
    """Set a released picture beside a population; ``population`` are people by option, in their order.

    ``no_answer`` are options that mean none, such as "prefer not to say". Refused when more than 30 % left
    the question out, or when fewer than two options have people in the population.
    """
    if sum(count > 0 for count in population.values()) < 2:
        return "few_categories"
    if _left_out(picture, no_answer) * 100 > MOST_NOT_ANSWERING * picture.answered:
        return "non_answer"
    shown = {name: count for name in population if (count := picture.shown.get(name)) is not None}
    hidden = [name for name in population if name in picture.hidden]
    base = sum(shown.values()) + (_hidden_people(picture) if hidden else 0)
    if base == 0:
        return "few_categories"
    room = percents_of_each(shown, base) if hidden else percents_to_100(shown)
    of_all = percents_to_100(population)
    missing = tuple(name for name in population if _is_missing(name, picture, population, base))
    whole = sum(population.values())
    exchanged, by_chance = _dissimilarity(shown, population)
    return Comparison(
        base,
        tuple(_group(name, shown, room, of_all[name], base, population[name] / whole) for name in population),
        missing,
        percent(sum(population[name] for name in missing), whole),
        exchanged,
        by_chance,
    )


def _left_out(picture: Picture, no_answer: Collection[str]) -> int:
    """How many gave no answer, as far as it is shown; of a hidden row it is known that there is somebody."""
    rows = [count for name, count in picture.shown.items() if name == DECLINED or name in no_answer]
    return sum(1 if count is None else count for count in rows)


def _hidden_people(picture: Picture) -> int:
    return picture.answered - sum(count for count in picture.shown.values() if count is not None)


def _is_missing(name: str, picture: Picture, population: Mapping[str, int], base: int) -> bool:
    """Whether the group has less than half its share, whatever stands behind the dots."""
    count = picture.shown.get(name, 0)
    most = count if count is not None else _hidden_people(picture) - (len(picture.hidden) - 1)
    return 2 * most * sum(population.values()) < base * population[name]


def _group(
    name: str, shown: Mapping[str, int], room: Mapping[str, int], of_all: int, base: int, share: float
) -> ComparedGroup:
    if name not in shown or share == 0:
        return ComparedGroup(name, room.get(name), of_all, None, None, None)
    found = representation(shown[name], base, share)
    return ComparedGroup(name, room[name], of_all, found.ratio, found.flag, (found.band_low, found.band_high))


def _dissimilarity(
    shown: Mapping[str, int], population: Mapping[str, int]
) -> tuple[int, int] | tuple[None, None]:
    """Of the groups that are shown: the share to exchange, and what chance alone would give."""
    people, whole = sum(shown.values()), sum(population[name] for name in shown)
    if len(shown) < 2 or people == 0 or whole == 0:
        return None, None
    reference = [population[name] / whole for name in shown]
    exchanged = dissimilarity([count / people for count in shown.values()], reference)
    return round_half_up(exchanged), round_half_up(chance_dissimilarity(reference, people))


def round_half_up(share: float) -> int:
    """A share between 0 and 1 in whole percent."""
    return int(100 * share + 0.5)
