"""Bars while a question is still open, for the one that declared it: of whole blocks of ballots, and late.

Bars that grow with every ballot tell who has just answered what. So they rest on the first ballots alone, a
whole block is always held back, and shares move in steps of five. What is left: a block in which everybody
answered alike shows as much. Therefore nothing is shown unless the organiser wants it.

Source: the project's own rule, lagged blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.statistics.disclosure.values import SEAL, DisclosedLive
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

BLOCK = DEFAULTS.base
FIRST = 2 * BLOCK


def disclose_live(
    round_id: str,
    ballots: Sequence[Mapping[str, int]],
    *,
    sensitive: bool,
    thresholds: Thresholds = DEFAULTS,
) -> DisclosedLive | None:
    """Let through the bars of an open round, or None while there are none.

    ``ballots`` are the first valid answer of each participant in the order they came, each as the options it
    is for. A changed answer is not among them: it counts at the close. A block is as large as a group whose
    answers are shown, so it is raised with that threshold.
    """
    shown = ballots_shown_live(len(ballots), thresholds.base, 2 * thresholds.base)
    if sensitive or not shown:
        return None
    counts = {option: sum(ballot[option] for ballot in ballots[:shown]) for option in ballots[0]}
    percents = {option: percent_to_five(count, shown) for option, count in counts.items()}
    return DisclosedLive(round=round_id, ballots=shown, percents=percents, _seal=SEAL)


def ballots_shown_live(received: int, block: int = BLOCK, first: int = FIRST) -> int:
    """How many of the first ballots may be shown while a question is open; 0 for none.

    block · (⌊received / block⌋ − 1), and nothing below ``first``: one whole block is always held back, so
    that the last step, at close, has at least a block too.

    Raises ValueError for numbers below 0, a block below 1, or a first picture smaller than a block.
    """
    if received < 0 or block < 1 or first < block:
        raise ValueError("a block is at least 1, and the first picture at least a block")
    shown = block * (received // block - 1)
    return shown if shown >= first else 0


def live_releases(received: int, block: int = BLOCK, first: int = FIRST) -> tuple[int, ...]:
    """How many ballots each picture rests on, until the last at close, which has all of them.

    Empty when all together are fewer than ``first``: the rule for small meetings applies then. Errors as
    ``ballots_shown_live``.
    """
    while_open = (ballots_shown_live(so_far, block, first) for so_far in range(received + 1))
    releases = dict.fromkeys(shown for shown in while_open if shown)
    return (*releases, received) if received >= first else ()


def percent_to_five(count: int, base: int) -> int:
    """A live bar: ``count`` of ``base`` in percent, to the nearest five (half upward)."""
    if not 0 <= count <= base or not base:
        raise ValueError("a count is from 0 to its base, and the base above 0")
    return (40 * count + base) // (2 * base) * 5
