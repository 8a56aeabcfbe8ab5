"""The load figures: `python3 scripts/bench.py`.

Starts a room on one core and a hall of phones on another, all on this machine, and beside it, in the same
run, a bare stock Flask-SocketIO server with the same phones. Measures how long N phones take to get in, how
soon an opened round has reached the last of them, what happens when all vote in the same instant, and what
that costs. Quote the ratios: absolute figures change from machine to machine and from minute to minute.

In the same run it measures what the load generator reaches against a server that does nothing (the floor),
and of the room alone: a hall coming in, cross-tables that nobody has asked for before, a facilitator who
never stops asking for results, figures, exports and backups, a room that is full, and how everything grows
with the number of phones. `--page docs/measurements.md` writes it all down for a reader.

It ends with 1 when a vote was lost, counted twice or missing after a restart, whatever the speed.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure
from scripts.loadgen import evening, machine, report
from scripts.loadgen.around import Around, measure_around
from scripts.loadgen.first_load import FirstLoad, first_load
from scripts.loadgen.full import JOINING, FullRoom, measure_full, places_for
from scripts.loadgen.hall import Arrival, BenchError, Cast, Hall, compile_floor, compile_generator
from scripts.loadgen.measure import GENERATOR_LIMIT, OTHERS_LIMIT, Measurement, measure
from scripts.loadgen.page import page
from scripts.loadgen.servers import ANSWERS, ROOT, Floor, Kiosk, Reference

FLOOR_BURSTS = 3
FIRST_LOAD_BYTES = 40_000
SECOND_START_SECONDS = 2.0


@dataclass
class Bench:
    """The settings of this run and what it has found so far."""

    folder: Path
    program: Path
    floor_program: Path
    cores: machine.Cores
    engine: str | None
    in_flight: int
    pages: FirstLoad | None = None
    page_loads: dict[int, list[Arrival]] = field(default_factory=dict)
    floor: dict[int, list[Cast]] = field(default_factory=dict)
    around: dict[int, list[Around]] = field(default_factory=dict)
    full: FullRoom | None = None
    second_starts: list[float] = field(default_factory=list)
    kiosk: dict[int, list[Measurement]] = field(default_factory=dict)
    stock: dict[int, list[Measurement]] = field(default_factory=dict)
    started: int = 0

    def fresh_path(self, name: str) -> Path:
        self.started += 1
        return self.folder / f"{name}-{self.started}"

    def hall(self, port: int, code: str | None, in_flight: int | None = None) -> Hall:
        at_a_time = self.in_flight if in_flight is None else in_flight
        return Hall(self.program, port, core=self.cores.load, code=code, in_flight=at_a_time)


def main() -> int:
    arguments = parse_arguments()
    if sys.platform != "linux":
        print("The bench pins processes to cores and waits with epoll, so it needs Linux.", file=sys.stderr)
        return 2
    ensure(ROOT)
    signal.signal(signal.SIGTERM, stop_politely)
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        try:
            bench = Bench(
                folder=Path(folder),
                program=compile_generator(Path(folder)),
                floor_program=compile_floor(Path(folder)),
                cores=machine.cores(),
                engine=arguments.engine,
                in_flight=arguments.in_flight,
            )
            run(bench, arguments)
        except BenchError as error:
            print(f"\n{error}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("\nStopped; nothing is left running.", file=sys.stderr)
            return 130
    return conclude(bench, arguments)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measures the room under load, beside a stock Flask-SocketIO server."
    )
    parser.add_argument("--phones", type=numbers, default=[200, 1000], metavar="N,N", help="200,1000")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="repetitions, for medians (3)")
    parser.add_argument("--quick", action="store_true", help="200 phones, one repetition")
    parser.add_argument("--engine", choices=["eventlet", "threading"], help="passed on to run.py")
    parser.add_argument("--only", choices=["kiosk", "stock"], help="leave the other server out")
    parser.add_argument("--in-flight", type=int, default=64, metavar="N", help="join at a time (64)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write a page for readers to FILE")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.phones, arguments.repeat = [200], 1
    return arguments


def numbers(text: str) -> list[int]:
    found = [int(part) for part in text.split(",")]
    if not all(1 <= number <= 20_000 for number in found):
        raise argparse.ArgumentTypeError("each number of phones must be from 1 to 20,000")
    return found


def stop_politely(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(bench: Bench, arguments: argparse.Namespace) -> None:
    if not bench.cores.apart:
        say("Only one core: server and phones share it, so the figures say little.")
    for phones in arguments.phones:
        for repetition in range(arguments.repeat):
            say(f"{phones:,} phones, {repetition + 1} of {arguments.repeat} …")
            measure_floor(bench, phones)
            if arguments.only != "kiosk":
                bench.stock.setdefault(phones, []).append(counted(partial(measure_stock, bench, phones)))
            if arguments.only != "stock":
                bench.kiosk.setdefault(phones, []).append(counted(partial(measure_kiosk, bench, phones)))
    if arguments.only != "stock":
        bench.full = measure_full_room(bench, max(arguments.phones))


def counted(attempt: Callable[[], Measurement]) -> Measurement:
    """A run in which the generator was nearly as busy as the server is void, and is tried once more."""
    found = attempt()
    if not found.void:
        return found
    say(f"  void: the load generator used {found.generator_share:.0%} of its core. Once more …")
    found = attempt()
    if found.void:
        say(f"  void again ({found.generator_share:.0%}): these figures are left out of the table.")
    return found


def measure_floor(bench: Bench, phones: int) -> None:
    """What the generator reaches where the server does nothing: several bursts, for one is soon over."""
    server = Floor(bench.floor_program, bench.fresh_path("floor"), core=bench.cores.server)
    try:
        with bench.hall(server.port, None) as hall:
            hall.connect(phones)
            bursts = [hall.vote("floor", ANSWERS) for _ in range(FLOOR_BURSTS)]
    finally:
        server.stop()
    if any(burst.counted != phones for burst in bursts):
        raise BenchError("The floor did not answer every ballot: the load generator cannot be trusted.")
    bench.floor.setdefault(phones, []).append(max(bursts, key=lambda burst: burst.per_second))


def measure_stock(bench: Bench, phones: int) -> Measurement:
    server = Reference(bench.fresh_path("stock"), core=bench.cores.server)
    try:
        with bench.hall(server.port, None) as hall:
            return measure(server, hall, phones, bench.cores)
    finally:
        server.stop()


def measure_kiosk(bench: Bench, phones: int) -> Measurement:
    data = bench.fresh_path("room")
    server = Kiosk(data, core=bench.cores.server, engine=bench.engine)
    try:
        server.start_meeting()
        with bench.hall(server.port, server.code) as hall:
            found = measure(server, hall, phones, bench.cores)
        server.start_meeting(evening.document())
        measure_page(bench, server, phones)
        with bench.hall(server.port, server.code) as hall:
            paths = list(bench.pages.sizes) if bench.pages else []
            around = measure_around(server, hall, phones, paths, bench.cores)
    finally:
        server.stop()
    bench.around.setdefault(phones, []).append(around)
    found.faults.extend(around.faults)
    found.faults.extend(faults_after_restart(bench, data, found))
    if found.faults:
        say(f"  The end of the room's log:\n{server.process.last_words()}")
    return found


def measure_full_room(bench: Bench, phones: int) -> FullRoom:
    """More phones than places, once, with as many as this run has."""
    say(f"{phones:,} phones, and places for {places_for(phones):,} …")
    server = Kiosk(
        bench.fresh_path("full"), core=bench.cores.server, engine=bench.engine, places=places_for(phones)
    )
    try:
        server.start_meeting()
        with bench.hall(server.port, server.code, in_flight=JOINING) as hall:
            return measure_full(server, hall, phones, bench.cores)
    finally:
        server.stop()


def measure_page(bench: Bench, server: Kiosk, phones: int) -> None:
    """The weight of the first load, and all phones loading at once."""
    pages = bench.pages = first_load(server.port, f"/{server.code}")
    with bench.hall(server.port, None) as hall:
        loaded = hall.load_pages(phones, list(pages.sizes))
    bench.page_loads.setdefault(phones, []).append(loaded)


def faults_after_restart(bench: Bench, data: Path, before: Measurement) -> list[str]:
    """The second start is timed, and asked for what the first one had acknowledged."""
    server = Kiosk(data, core=bench.cores.server, engine=bench.engine)
    try:
        bench.second_starts.append(server.ready_seconds)
        stored = {key: server.tally(key)["answered"] for key in before.acknowledged}
    finally:
        server.stop()
    if stored == before.acknowledged:
        return []
    return [f"kiosk: acknowledged {before.acknowledged}, but after a restart there are {stored}"]


def conclude(bench: Bench, arguments: argparse.Namespace) -> int:
    """The tables, the files, and whether anything was lost."""
    found = document(bench)
    print(report.whole(found))
    if arguments.json is not None:
        arguments.json.write_text(f"{json.dumps(found, indent=2)}\n", encoding="utf-8")
    if arguments.page is not None:
        arguments.page.write_text(page(found), encoding="utf-8")
    return 1 if found["faults"] else 0


def document(bench: Bench) -> dict[str, Any]:
    """Everything that was found, as it goes into the JSON; tables and page are made of it."""
    runs = [run for found in (bench.stock, bench.kiosk) for each in found.values() for run in each]
    around = [run for found in bench.around.values() for run in found]
    others = [run.others_share for run in runs] + [run.others_share for run in around]
    return {
        "machine": machine.description(),
        "engine": bench.engine or "default",
        "pinned": bench.cores.apart,
        "generator_limit": GENERATOR_LIMIT,
        "others_limit": OTHERS_LIMIT,
        "others_share": max(others, default=0.0),
        "summary": [
            report.summary(phones, bench.kiosk.get(phones, []), bench.stock.get(phones, []))
            for phones in bench.floor
        ],
        "around": [report.around(found) for found in bench.around.values()],
        "full": asdict(bench.full) if bench.full is not None else None,
        "floor": [report.floor(phones, bursts) for phones, bursts in bench.floor.items()],
        "fits": report.fits(bench.kiosk, bench.stock),
        "page_load_seconds": {n: [load.seconds for load in loads] for n, loads in bench.page_loads.items()},
        "first_load": bench.pages.sizes if bench.pages else {},
        "first_load_bytes": bench.pages.total if bench.pages else 0,
        "first_load_limit": FIRST_LOAD_BYTES,
        "second_start_seconds": bench.second_starts,
        "second_start_limit": SECOND_START_SECONDS,
        "runs": {
            "kiosk": [report.as_json(run) for each in bench.kiosk.values() for run in each],
            "stock": [report.as_json(run) for each in bench.stock.values() for run in each],
            "around": [asdict(run) for run in around],
        },
        "faults": [fault for run in runs for fault in run.faults] + (bench.full.faults if bench.full else []),
    }


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout is the table alone."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
