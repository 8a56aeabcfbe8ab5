"""Ballots made up so that an instant run-off goes from round to round as published totals say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

Ballots = list[tuple[tuple[str, ...], int]]


def ballots_with_these_transfers(rounds: Sequence[Mapping[str, int]], ballots: int) -> Ballots:
    """Rankings whose run-off has these rounds; the ballots that no first round counts are blank.

    Whoever is missing from a round has left after the one before. What each of the others gains comes from
    that pile, and what nobody gains names nobody further.
    """
    held: dict[str, Ballots] = {option: [((option,), count)] for option, count in rounds[0].items()}
    done: Ballots = [((), ballots - sum(rounds[0].values()))]
    for before, after in pairwise(rounds):
        (gone,) = set(before) - set(after)
        pile = held.pop(gone)
        for option, count in after.items():
            taken, pile = _take(pile, count - before[option])
            held[option] += [((*ranking, option), number) for ranking, number in taken]
        done += pile
    return [*done, *(one for pile in held.values() for one in pile)]


def _take(pile: Ballots, wanted: int) -> tuple[Ballots, Ballots]:
    """So many ballots from a pile, and what is left of it."""
    taken: Ballots = []
    left: Ballots = []
    for ranking, count in pile:
        number = min(count, wanted)
        wanted -= number
        taken.append((ranking, number))
        left.append((ranking, count - number))
    return [one for one in taken if one[1]], [one for one in left if one[1]]
