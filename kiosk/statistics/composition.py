"""Who is in the room: counts of composition answers, shown in steps while they still come in.

A count that moved with every arrival would tell who had just answered what. So a picture stands until at
least ten answers are new, and in the next one a category moves by six or more or waits. Small categories
are hidden, and never one alone, or the others would give it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.statistics.shares import percents_of_each, percents_to_100

FIRST_STEP = 10
"""Answers that must be new before the picture changes."""
LEAST_MOVE = 6
"""Answers by which one category's count moves, or else it waits."""
K_COUNT = 6
"""A category below this is hidden; an empty one may be shown as empty unless the question is sensitive."""


@dataclass(frozen=True)
class Picture:
    """One released picture of a composition question.

    ``answered`` is how many had answered when it was made. ``counts`` are the counts it rests on;
    ``shown`` is what may be drawn: None stands for "fewer than may be shown".
    """

    answered: int
    counts: Mapping[str, int]
    shown: Mapping[str, int | None]

    @property
    def base(self) -> int:
        """The base of the percentages: everybody who had answered, where some of them are hidden.

        What it leaves for the hidden is shared in such a way that it tells of none how many they are.
        """
        shown = self._shown
        return sum(shown.values()) if len(shown) == len(self.shown) else self.answered

    @property
    def percents(self) -> dict[str, int]:
        """Whole percentages of what is shown; they add to 100 when nothing is hidden."""
        shown = self._shown
        if len(shown) == len(self.shown):
            return percents_to_100(shown)
        return percents_of_each(shown, self.base)

    @property
    def _shown(self) -> dict[str, int]:
        return {name: count for name, count in self.shown.items() if count is not None}


def next_picture(last: Picture | None, counts: Mapping[str, int], *, sensitive: bool) -> Picture | None:
    """The picture to show now; ``last`` again when too little is new. None while there has been none.

    After the close too: the step between two pictures must never be one person.
    """
    answered = sum(counts.values())
    new = answered - (last.answered if last else 0)
    if new < FIRST_STEP:
        return last
    moved = {name: _move(last.counts[name] if last else 0, count) for name, count in counts.items()}
    # A category that waits at zero is not empty: the few who are in it must not be shown as nobody.
    here = {name: moved[name] or count for name, count in counts.items()}
    return Picture(answered, moved, hide_small(here, sensitive=sensitive))


def hide_small(counts: Mapping[str, int], *, sensitive: bool) -> dict[str, int | None]:
    """Hide categories below the threshold, and further ones until the sum of the hidden tells none."""
    hidden = {name for name, count in counts.items() if _is_small(count, sensitive)}
    while hidden and _give_themselves_away([counts[name] for name in hidden]):
        rest = [name for name in counts if name not in hidden and counts[name] > 0]
        if not rest:
            break
        hidden.add(min(rest, key=lambda name: counts[name]))
    return {name: None if name in hidden else count for name, count in counts.items()}


def _give_themselves_away(counts: Sequence[int]) -> bool:
    """Whether somebody who knows the sum of the hidden counts, and that none is 0, could tell one of them."""
    return len(counts) < 2 or sum(counts) < max(K_COUNT, len(counts) + 1)


def _move(last: int, now: int) -> int:
    return now if abs(now - last) >= LEAST_MOVE else last


def _is_small(count: int, sensitive: bool) -> bool:
    return count < K_COUNT and (count > 0 or sensitive)
