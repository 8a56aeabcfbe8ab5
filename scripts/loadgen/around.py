"""What happens around the vote, measured of the kiosk alone: coming in, cross-tables, a busy desk."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from scripts.loadgen.desk import CrossTables, Desk, Operator, Windows
from scripts.loadgen.evening import hold_evening
from scripts.loadgen.hall import Arrival, Cast, Hall, Spread
from scripts.loadgen.machine import Cores
from scripts.loadgen.measure import CALM_SECONDS, CALM_VOTES_PER_SECOND, Disturbance
from scripts.loadgen.servers import ANSWERS, Kiosk

COMING_SECONDS = 10
"""A thousand phones come in within this time; more of them at the same pace."""
COMING_PER_SECOND = 100
REST_SECONDS = 3
"""Until the backup after the last of many rounds is made."""
TURNS = 3
"""How often votes are measured in quiet and beside cross-tables, in turn, then in quiet and beside a desk.
What counts is the turn in the middle: in a single one some other moment of the machine is among its slowest
votes."""


@dataclass(frozen=True)
class Around:
    """What was measured with one number of phones. ``quiet``, ``crossing`` and ``busy`` are the same votes:
    alone, while cross-tables are asked for, and beside a desk that never rests."""

    phones: int
    coming_within_seconds: float
    coming: Arrival
    quiet: Spread
    crossing: Spread
    busy: Spread
    closed_rounds: int
    tables_ms: list[float]
    desk_answers: int
    backups: int
    windows_slowest_ms: float
    windows_looks: int
    others_share: float
    faults: list[str]

    @property
    def crossing_ratio(self) -> float:
        return self.crossing.p99 / self.quiet.p99 if self.quiet.p99 else 0.0

    @property
    def busy_ratio(self) -> float:
        return self.busy.p99 / self.quiet.p99 if self.quiet.p99 else 0.0


def measure_around(server: Kiosk, hall: Hall, phones: int, paths: list[str], cores: Cores) -> Around:
    operator = Operator.of(server.data, cores.load)
    windows = Windows(operator, server.meeting)
    disturbance = Disturbance(cores, server, hall)
    within = max(COMING_SECONDS, phones / COMING_PER_SECOND)
    faults: list[str] = []

    def ask(question: str, answers: list[str]) -> str:
        return _round(server, "evening", question, lambda name: hall.vote(name, answers), faults)[0]

    def pace(phase: str) -> Spread:
        rate = max(CALM_VOTES_PER_SECOND, phones / CALM_SECONDS)
        return _round(server, phase, "bridge", lambda name: hall.pace(rate, name, ANSWERS), faults)[1].ms

    with windows.open():
        coming = hall.come(phones, within, paths)
        evening = hold_evening(server, hall, phones, ask)
    desk = Desk(operator, server.data, evening)
    desk.draw_one()
    time.sleep(REST_SECONDS)
    tables = CrossTables(operator, evening, TURNS, CALM_SECONDS)
    quiet, crossing, busy = [], [], []
    for _ in range(TURNS):  # all of them before the desk, which asks for the same tables
        quiet.append(pace("quiet"))
        with tables.asked():
            crossing.append(pace("cross-tables"))
    for _ in range(TURNS):
        quiet.append(pace("quiet"))
        with desk.busy():
            busy.append(pace("busy desk"))
    faults += [f"kiosk: {path} was refused" for path in sorted(tables.refused | desk.refused)]
    others_share = disturbance.share()
    hall.leave()

    return Around(
        phones=phones,
        coming_within_seconds=within,
        coming=coming,
        quiet=_middle(quiet),
        crossing=_middle(crossing),
        busy=_middle(busy),
        closed_rounds=len(evening.rounds),
        tables_ms=tables.ms,
        desk_answers=desk.answered,
        backups=desk.backups,
        windows_slowest_ms=windows.slowest_ms,
        windows_looks=len(windows.seconds),
        others_share=others_share,
        faults=faults,
    )


def _middle(turns: list[Spread]) -> Spread:
    return sorted(turns, key=lambda turn: turn.p99)[(len(turns) - 1) // 2]


def _round(
    server: Kiosk, phase: str, question: str, vote: Callable[[str], Cast], faults: list[str]
) -> tuple[str, Cast]:
    """One round from opening to closing; what was not counted is a fault."""
    name = server.open_round(question)
    cast = vote(name)
    server.close_round(name)
    answered = server.tally(name)["answered"]
    if not cast.sent == cast.counted == answered:
        faults.append(
            f"kiosk, {phase}: {cast.sent} sent, {cast.counted} counted, {answered} in the tally "
            f"({cast.example})"
        )
    return name, cast
