"""Ballots that rank options, gathered into piles of equal ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Ranking = tuple[str, ...]
"""Options from the most to the least wanted. Shorter than the list of options where some were not ranked."""


@dataclass(frozen=True)
class Profile:
    """All ballots of a count: ``piles`` holds each ranking once, with how many gave it."""

    options: tuple[str, ...]
    piles: tuple[tuple[Ranking, int], ...]

    @property
    def ballots(self) -> int:
        """How many ballots there are, blank ones included."""
        return sum(count for _, count in self.piles)


def gather(options: Sequence[str], ballots: Iterable[tuple[Sequence[str], int]]) -> Profile:
    """Piles of equal rankings, from (ranking, number of ballots); an empty ranking is a blank ballot.

    Raises ValueError for an option named twice in the list or in a ranking, a ranked option that is not in
    the list, a number below 0, and when there is no ballot at all.
    """
    if len(set(options)) < len(options) or not options:
        raise ValueError("options must be given, each once")
    piles: Counter[Ranking] = Counter()
    for ranking, count in ballots:
        if len(set(ranking)) < len(ranking) or not set(ranking) <= set(options):
            raise ValueError(f"a ballot ranks options of the list, each at most once: {list(ranking)}")
        if count < 0:
            raise ValueError("a number of ballots is never below 0")
        piles[tuple(ranking)] += count
    profile = Profile(tuple(options), tuple((ranking, count) for ranking, count in piles.items() if count))
    if not profile.piles:
        raise ValueError("there are no ballots")
    return profile
