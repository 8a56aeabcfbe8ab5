"""How often one may knock over HTTP: per token for ballots, and for the whole room for joining.

Never per address: a whole hall can stand behind one.
"""

from __future__ import annotations

from kiosk.clock import Clock
from kiosk.live.connections import Allowance
from kiosk.problems import Problem

BALLOTS_AT_ONCE = 40
BALLOTS_PER_SECOND = 5
JOINS_AT_ONCE = 6_000
JOINS_PER_SECOND = 300
"""More than the largest hall that is promised, all at the door together."""
MOST_REMEMBERED = 20_000


class Limits:
    """Refuses what no person does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._joins = Allowance(clock, JOINS_AT_ONCE, JOINS_PER_SECOND)
        self._ballots: dict[str, Allowance] = {}

    def ballot(self, participant: str) -> None:
        """Count one ballot of a participant; refuse one too many."""
        allowance = self._ballots.get(participant)
        if allowance is None:
            if len(self._ballots) >= MOST_REMEMBERED:
                self._ballots.clear()
            allowance = Allowance(self._clock, BALLOTS_AT_ONCE, BALLOTS_PER_SECOND)
            self._ballots[participant] = allowance
        if not allowance.take():
            raise Problem("too_fast")

    def join(self) -> None:
        """Count one device that wants to join; refuse a flood of them."""
        if not self._joins.take():
            raise Problem("too_fast")
