"""Shares in whole percent, on exact integers. Never computed from a rounded number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def percent(count: int, base: int) -> int:
    """``count`` of ``base`` in whole percent, half rounded up; the base must be above 0."""
    return (200 * count + base) // (2 * base)


def percents_of_each(counts: Mapping[str, int], base: int) -> dict[str, int]:
    """Each count against a base of its own, for answers that may overlap."""
    return {name: percent(count, base) for name, count in counts.items()}


def percents_to_100(counts: Mapping[str, int]) -> dict[str, int]:
    """Whole percents that add to 100, by largest remainder; ties go to the earlier one.

    Floors each exact share and gives the missing points to the largest remainders (Hamilton's method).
    All zero stays all zero.
    """
    base = sum(counts.values())
    if base == 0:
        return dict.fromkeys(counts, 0)
    floors = {name: 100 * count // base for name, count in counts.items()}
    missing = 100 - sum(floors.values())
    by_remainder = sorted(counts, key=lambda name: -(100 * counts[name] % base))
    for name in by_remainder[:missing]:
        floors[name] += 1
    return floors


def joint_percent(counts: Mapping[str, int], names: Iterable[str], base: int) -> int:
    """The share of several bars together, from their counts and not from their rounded shares."""
    return percent(sum(counts[name] for name in names), base)
