"""What happens around the vote, measured of the kiosk alone: coming in, a busy desk, windows that answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.loadgen.desk import Desk, Operator, Windows
from scripts.loadgen.hall import Arrival, Cast, Hall, Spread
from scripts.loadgen.machine import Cores
from scripts.loadgen.measure import CALM_SECONDS, CALM_VOTES_PER_SECOND, Disturbance
from scripts.loadgen.servers import ANSWERS, Kiosk

COMING_SECONDS = 10
"""A thousand phones come in within this time; more of them at the same pace."""
COMING_PER_SECOND = 100


@dataclass(frozen=True)
class Around:
    """What was measured with one number of phones. ``quiet`` and ``busy`` are the same votes, one after the
    other, without and with a desk that asks for results, figures and exports all the time."""

    phones: int
    coming_within_seconds: float
    coming: Arrival
    quiet: Spread
    busy: Spread
    desk_answers: int
    windows_slowest_ms: float
    windows_looks: int
    others_share: float
    faults: list[str]

    @property
    def busy_ratio(self) -> float:
        return self.busy.p99 / self.quiet.p99 if self.quiet.p99 else 0.0


def measure_around(server: Kiosk, hall: Hall, phones: int, paths: list[str], cores: Cores) -> Around:
    operator = Operator.of(server.data, cores.load)
    windows = Windows(operator, server.meeting)
    disturbance = Disturbance(cores, server, hall)
    within = max(COMING_SECONDS, phones / COMING_PER_SECOND)

    with windows.open():
        coming = hall.come(phones, within, paths)

    faults: list[str] = []
    with windows.open():
        closed = _round(server, "burst beside windows", lambda name: hall.vote(name, ANSWERS), faults)[0]
    server.reveal(closed)
    rate = max(CALM_VOTES_PER_SECOND, phones / CALM_SECONDS)
    _, quiet = _round(server, "quiet", lambda name: hall.pace(rate, name, ANSWERS), faults)
    desk = Desk(operator, server.meeting, closed)
    with desk.busy():
        _, busy = _round(server, "busy desk", lambda name: hall.pace(rate, name, ANSWERS), faults)
    faults += [f"kiosk, busy desk: {path} was refused" for path in sorted(desk.refused)]
    others_share = disturbance.share()
    hall.leave()

    return Around(
        phones=phones,
        coming_within_seconds=within,
        coming=coming,
        quiet=quiet.ms,
        busy=busy.ms,
        desk_answers=desk.answered,
        windows_slowest_ms=windows.slowest_ms,
        windows_looks=len(windows.seconds),
        others_share=others_share,
        faults=faults,
    )


def _round(server: Kiosk, phase: str, vote: Callable[[str], Cast], faults: list[str]) -> tuple[str, Cast]:
    """One round from opening to closing; what was not counted is a fault."""
    name = server.open_round()
    cast = vote(name)
    server.close_round(name)
    answered = server.tally(name)["answered"]
    if not cast.sent == cast.counted == answered:
        faults.append(
            f"kiosk, {phase}: {cast.sent} sent, {cast.counted} counted, {answered} in the tally "
            f"({cast.example})"
        )
    return name, cast
