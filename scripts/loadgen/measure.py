"""One server, one hall, the whole way of a vote: join, hear, vote, be counted."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from scripts.loadgen.hall import Cast, Hall, News, Spread
from scripts.loadgen.machine import Cores, cpu_seconds, resident_bytes
from scripts.loadgen.servers import ANSWERS, Server

# Above this share of its core the generator may have been what was slow.
GENERATOR_LIMIT = 0.8
# Above this share of the two cores other programs have spoilt the figures.
OTHERS_LIMIT = 0.1
# People in a hall spread over seconds: 1,000 phones in four of them.
CALM_VOTES_PER_SECOND = 250
CALM_SECONDS = 4


@dataclass(frozen=True)
class Measurement:
    """What one server did with one number of phones. Times in seconds or milliseconds, as the name says."""

    server: str
    phones: int
    connected_seconds: float
    connect_cpu_ms: float
    fanout_ms: float
    fanout_first_ms: float
    news_bytes: int
    votes_per_second: float
    ack_ms: Spread
    cpu_us_per_vote: float
    generator_share: float
    others_share: float
    calm_ack_ms: Spread
    resident_bytes: int
    bytes_per_phone: float
    acknowledged: dict[str, int]
    faults: list[str]

    @property
    def void(self) -> bool:
        return self.generator_share > GENERATOR_LIMIT


class Disturbance:
    """What the two cores did for others than the server, the hall and this script."""

    def __init__(self, cores: Cores, server: Server, hall: Hall) -> None:
        self.cores = cores
        self.ours = (server.pid, hall.process.pid, os.getpid())
        self.begin = time.monotonic()
        self.before = self._others()

    def share(self) -> float:
        seconds = (time.monotonic() - self.begin) * (2 if self.cores.apart else 1)
        return max(0.0, self._others() - self.before) / seconds

    def _others(self) -> float:
        return self.cores.busy_seconds() - sum(cpu_seconds(pid) for pid in self.ours)


def measure(server: Server, hall: Hall, phones: int, cores: Cores) -> Measurement:
    disturbance = Disturbance(cores, server, hall)
    empty = resident_bytes(server.pid)
    cpu_before = cpu_seconds(server.pid)
    arrival = hall.connect(phones)
    connect_cpu = cpu_seconds(server.pid) - cpu_before

    hall.arm()
    opening = time.monotonic_ns()
    round_id = server.open_round()
    news = hall.expect(*server.news_of(round_id))

    cpu_before = cpu_seconds(server.pid)
    burst = hall.vote(round_id, ANSWERS)
    cpu = cpu_seconds(server.pid) - cpu_before
    full = resident_bytes(server.pid)
    again = hall.again()
    server.close_round(round_id)
    faults = _burst_faults(server.name, news, burst, again, server.tally(round_id))

    calm_round = server.open_round()
    calm = hall.pace(max(CALM_VOTES_PER_SECOND, phones / CALM_SECONDS), calm_round, ANSWERS)
    server.close_round(calm_round)
    faults += _cast_faults(server.name, "calm", calm, server.tally(calm_round))
    others_share = disturbance.share()
    hall.leave()

    return Measurement(
        server=server.name,
        phones=phones,
        connected_seconds=arrival.seconds,
        connect_cpu_ms=connect_cpu * 1e3 / phones,
        fanout_ms=(news.last_ns - opening) / 1e6,
        fanout_first_ms=(news.first_ns - opening) / 1e6,
        news_bytes=news.bytes,
        votes_per_second=burst.per_second,
        ack_ms=burst.ms,
        cpu_us_per_vote=cpu * 1e6 / max(1, burst.counted),
        generator_share=burst.generator_share,
        others_share=others_share,
        calm_ack_ms=calm.ms,
        resident_bytes=full,
        bytes_per_phone=(full - empty) / phones,
        acknowledged={round_id: burst.counted, calm_round: calm.counted},
        faults=faults,
    )


def _burst_faults(name: str, news: News, burst: Cast, again: Cast, tally: dict[str, Any]) -> list[str]:
    faults = _cast_faults(name, "burst", burst, tally)
    if news.missing or news.lost:
        faults.append(f"{name}: {news.missing + news.lost} phones did not hear of the opened round")
    if again.refused or again.lost:
        faults.append(
            f"{name}: of {again.sent} repeated ballots {again.refused} were refused, "
            f"{again.lost} not answered ({again.example})"
        )
    return faults


def _cast_faults(name: str, phase: str, cast: Cast, tally: dict[str, Any]) -> list[str]:
    """Lost, refused, or acknowledged but not in the tally: each is a fault, however fast it was."""
    faults = []
    if cast.counted != cast.sent:
        faults.append(
            f"{name}, {phase}: {cast.sent} sent, {cast.counted} counted, {cast.refused} refused, "
            f"{cast.lost} lost ({cast.example})"
        )
    counts = tally.get("counts") or {}
    in_tally = {"answered": tally["answered"], "counts": sum(counts.values())}
    for what, count in in_tally.items():
        if count != cast.counted and (counts or what == "answered"):
            faults.append(f"{name}, {phase}: {cast.counted} acknowledged, but {count} in the tally's {what}")
    return faults
