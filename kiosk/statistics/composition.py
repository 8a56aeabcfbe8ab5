"""Who is in the room: counts of composition answers, shown in steps while they still come in.

A count that moved with every arrival would tell who had just answered what. So a picture stands until at
least ten answers are new, and in the next one a category moves by six or more or waits. Small categories
are hidden, and never one alone, or the others would give it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.statistics.shares import percents_of_each, percents_to_100
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

DECLINED = ""
"""The category of those who declined to answer: as small as any, and hidden like any."""

FIRST_STEP = 10
"""Answers that must be new before the picture changes."""
LEAST_MOVE = 6
"""Answers by which one category's count moves, or else it waits."""


@dataclass(frozen=True)
class Picture:
    """One released picture of a composition question.

    ``answered`` is how many had answered or declined when it was made. ``counts`` are the counts it rests
    on; ``shown`` is what may be drawn: None stands for "fewer than may be shown". Both hold the options, and
    under ``DECLINED`` those who declined.
    """

    answered: int
    counts: Mapping[str, int]
    shown: Mapping[str, int | None]

    @property
    def of_options(self) -> dict[str, int]:
        """The counts that may be drawn, of those who chose an option."""
        return {name: count for name, count in self.shown.items() if count is not None and name != DECLINED}

    @property
    def hidden(self) -> frozenset[str]:
        """The categories that may not be drawn."""
        return frozenset(name for name, count in self.shown.items() if count is None)

    @property
    def base(self) -> int:
        """The base of the percentages: everybody who chose an option, and the hidden, if any are.

        What it leaves for the hidden is shared in such a way that it tells of none how many they are.
        """
        if not self.hidden:
            return sum(self.of_options.values())
        return self.answered - (self.shown.get(DECLINED) or 0)

    @property
    def percents(self) -> dict[str, int]:
        """Whole percentages of what is shown; they add to 100 when nothing is hidden."""
        if not self.hidden:
            return percents_to_100(self.of_options)
        return percents_of_each(self.of_options, self.base)


def next_picture(
    last: Picture | None, counts: Mapping[str, int], *, sensitive: bool, thresholds: Thresholds = DEFAULTS
) -> Picture | None:
    """The picture to show now; ``last`` again when too little is new. None while there has been none.

    ``counts`` are people by option, and under ``DECLINED`` those who declined.

    After the close too: the step between two pictures must never be one person.
    """
    answered = sum(counts.values())
    new = answered - (last.answered if last else 0)
    if new < FIRST_STEP:
        return last
    moved = {name: _move(last.counts.get(name, 0) if last else 0, count) for name, count in counts.items()}
    # A category that waits at zero is not empty: the few who are in it must not be shown as nobody.
    here = {name: moved[name] or count for name, count in counts.items()}
    return Picture(answered, moved, hide_small(here, sensitive=sensitive, thresholds=thresholds))


def hide_small(
    counts: Mapping[str, int], *, sensitive: bool, thresholds: Thresholds = DEFAULTS
) -> dict[str, int | None]:
    """The counts with None for those of ``hidden_categories``, at the threshold of composition."""
    hidden = hidden_categories(counts, thresholds.count, sensitive=sensitive)
    return {name: None if name in hidden else count for name, count in counts.items()}


def hidden_categories(counts: Mapping[str, int], least: int, *, sensitive: bool = False) -> frozenset[str]:
    """Categories below ``least``, and the smallest further ones until the sum of the hidden tells none.

    An empty category may be shown as empty, unless the question is sensitive.

    Source: primary and secondary suppression as of Statistics Sweden and ONS.
    """
    hidden = {name for name, count in counts.items() if count < least and (count > 0 or sensitive)}
    while hidden and _give_themselves_away([counts[name] for name in hidden], least):
        rest = [name for name in counts if name not in hidden and counts[name] > 0]
        if not rest:
            break
        hidden.add(min(rest, key=lambda name: counts[name]))
    return frozenset(hidden)


def _give_themselves_away(counts: Sequence[int], least: int) -> bool:
    """Whether somebody who knows the sum of the hidden counts, and that none is 0, could tell one of them."""
    return len(counts) < 2 or sum(counts) < max(least, len(counts) + 1)


def _move(last: int, now: int) -> int:
    return now if abs(now - last) >= LEAST_MOVE else last
