"""What a degree scale says: its top, middle and bottom, and its median in words.

Counts go from the lowest step to the highest. "Don't know" is no step: it is left out of the base, and how
much was left out stands beside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from kiosk.statistics.checks import NotComputable, counts_of

BOX = 2
"""Steps in the top box and in the bottom one, on scales that have room for both."""
MEAN_FROM = 4
"""A mean of fewer steps says nothing that their shares do not."""


@dataclass(frozen=True)
class ScaleSummary:
    """A scale's answers in three boxes, as counts; ``base`` excludes "don't know", and is never 0.

    The shares are exact parts of 1: of the base, or of the base with "don't know" where the name says so.
    ``median`` names one step, or the two that meet where exactly half have answered lower.
    ``mean`` is on 1 to the number of steps, and None for a scale of fewer than four.
    """

    top: int
    middle: int
    bottom: int
    dont_know: int
    median: tuple[str, ...]
    mean: float | None

    @property
    def base(self) -> int:
        return self.top + self.middle + self.bottom

    @property
    def base_with_dont_know(self) -> int:
        return self.base + self.dont_know

    @property
    def top_share(self) -> Fraction:
        return Fraction(self.top, self.base)

    @property
    def middle_share(self) -> Fraction:
        return Fraction(self.middle, self.base)

    @property
    def bottom_share(self) -> Fraction:
        return Fraction(self.bottom, self.base)

    @property
    def top_share_with_dont_know(self) -> Fraction:
        return Fraction(self.top, self.base_with_dont_know)

    @property
    def dont_know_share(self) -> Fraction:
        """What the base leaves out."""
        return Fraction(self.dont_know, self.base_with_dont_know)


def summarise(
    counts: Mapping[str, int],
    *,
    dont_know: int = 0,
    top: Collection[str] | None = None,
    bottom: Collection[str] | None = None,
) -> ScaleSummary:
    """Sum up a scale: ``counts`` by step from the lowest to the highest, without "don't know".

    ``top`` and ``bottom`` name the steps of those boxes: unless told, the two highest and the two lowest, or
    one each on a scale of three or two. Top-box is opinion research's; the rule for short scales is ours.

    ValueError for unknown steps, ones in both boxes or a count that is none; NotComputable when nobody chose
    a step.
    """
    steps = list(counts)
    size = min(BOX, len(steps) // 2)
    highest = set(steps[len(steps) - size :] if top is None else top)
    lowest = set(steps[:size] if bottom is None else bottom)
    if highest & lowest or not highest | lowest <= set(steps):
        raise ValueError("top and bottom are different steps of the scale")
    counts_of([*counts.values(), dont_know])
    in_top = sum(counts[step] for step in highest)
    in_bottom = sum(counts[step] for step in lowest)
    return ScaleSummary(
        top=in_top,
        middle=sum(counts.values()) - in_top - in_bottom,
        bottom=in_bottom,
        dont_know=dont_know,
        median=median_category(counts),
        mean=mean(dict(enumerate(counts.values(), start=1))) if len(steps) >= MEAN_FROM else None,
    )


def median_category(counts: Mapping[str, int]) -> tuple[str, ...]:
    """The first step at which half of all answers are reached, from the lowest; on exact counts.

    When exactly half lie at or below it, the next step that anybody chose is named too.
    NotComputable without answers.
    """
    steps = list(counts)
    low, high = _middle_places(list(counts.values()))
    return (steps[low],) if low == high else (steps[low], steps[high])


def interpolated_median(counts: Mapping[int, int]) -> float:
    """The median as if the answers of each step were spread evenly over it, in steps of 1.

    m − ½ + (n/2 − below)/at, where m is the median, ``below`` the answers under it and ``at`` those equal to
    it; when the two middle answers differ, the middle between them (as in R's psych, ``interp.median``).
    ``counts`` by the number of the step, in any order. NotComputable without answers.
    """
    steps = sorted(counts)
    in_order = [counts[step] for step in steps]
    low, high = _middle_places(in_order)
    if low != high:
        return (steps[low] + steps[high]) / 2
    return steps[low] - 0.5 + (sum(in_order) / 2 - sum(in_order[:low])) / in_order[low]


def mean(counts: Mapping[int, int]) -> float:
    """The mean of the steps' numbers. NotComputable without answers."""
    n = _answers(counts.values())
    return sum(step * count for step, count in counts.items()) / n


def _answers(counts: Collection[int]) -> int:
    n = sum(counts_of(counts))
    if n == 0:
        raise NotComputable("nobody chose a step of the scale")
    return n


def _middle_places(counts: Sequence[int]) -> tuple[int, int]:
    """The steps of the two answers in the middle: the same one twice, unless half have answered lower."""
    n = _answers(counts)
    reached = list(accumulate(counts))
    return bisect_right(reached, (n - 1) // 2), bisect_right(reached, n // 2)
