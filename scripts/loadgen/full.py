"""More phones than the room has places for: the rest are told so, and for everybody else it goes on."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from scripts.loadgen.desk import Operator, Windows
from scripts.loadgen.hall import Hall
from scripts.loadgen.machine import Cores, running_on
from scripts.loadgen.servers import ANSWERS, Kiosk

PLACES_IN_TEN = 8
JOINING = 8
"""So many join at a time, each over a connection of its own that ends when its socket is there. Twice as many
places are left for that, and those who come too late may find them."""
LONGEST_WAIT_SECONDS = 30.0
SAYS_FULL = ("HTTP/1.1 503 ", "<h1>", "full</p>")
"""What the page holds in every language: its status, a heading for people, and the code of the refusal."""


@dataclass(frozen=True)
class FullRoom:
    """``told`` of those who came too late got the page that says so; the last of them had its answer after
    ``slowest_seconds``. Of those who were ``inside`` so many were ``counted`` when they voted then."""

    phones: int
    places: int
    inside: int
    told: int
    slowest_seconds: float
    counted: int
    windows_slowest_ms: float
    faults: list[str]


def places_for(phones: int) -> int:
    return phones * PLACES_IN_TEN // 10


def measure_full(server: Kiosk, hall: Hall, phones: int, cores: Cores) -> FullRoom:
    """Fill the places, have the rest come in the same instant, then have all who are in vote at once."""
    places = places_for(phones)
    inside = places - 2 * JOINING
    hall.connect(inside)
    windows = Windows(Operator.of(server.data, cores.load), server.meeting)
    with windows.open():
        with running_on(cores.load):
            late = asyncio.run(_come(server.port, f"/{server.code}", phones - inside))
        round_id = server.open_round()
        votes = hall.vote(round_id, ANSWERS)
    server.close_round(round_id)
    answers = [answer for answer in late if answer is not None]
    told = sum(all(part in said for part in SAYS_FULL) for _, said in answers)
    hall.leave()
    return FullRoom(
        phones=phones,
        places=places,
        inside=inside,
        told=told,
        slowest_seconds=max((seconds for seconds, _ in answers), default=0.0),
        counted=votes.counted,
        windows_slowest_ms=windows.slowest_ms,
        faults=[
            *_short("who came too late were answered", len(answers), phones - inside),
            *_short("without a place were told that it is full", told, phones - places),
            *_short("who were inside were counted", votes.counted, inside),
        ],
    )


def _short(what: str, found: int, expected: int) -> list[str]:
    return [f"kiosk, full room: only {found} of {expected} {what}"] if found < expected else []


async def _come(port: int, path: str, phones: int) -> list[tuple[float, str] | None]:
    return await asyncio.gather(*(_ask(port, path) for _ in range(phones)))


async def _ask(port: int, path: str) -> tuple[float, str] | None:
    """After how many seconds a phone has read which page; None if there was no answer."""
    begin = time.monotonic()
    try:
        said = await asyncio.wait_for(_page(port, path), LONGEST_WAIT_SECONDS)
    except (OSError, TimeoutError):
        return None
    return time.monotonic() - begin, said


async def _page(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode())
        return (await reader.read()).decode("utf-8", "replace")
    finally:
        writer.close()
