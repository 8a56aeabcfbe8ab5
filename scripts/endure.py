"""The long trials: `python3 scripts/endure.py crash --phones 1000 --times 200`.

Each trial takes many steps. It works in slices of at most ten minutes (--minutes); what has been done is kept
under --out, and `--resume` goes on from there. It ends with 0 when all steps are done and every promise held,
with 1 when one was broken, with 2 when it could not be carried out, with 3 when all went well so far and
steps are left.

crash     the server is killed amid a burst of answers, and started again; phones come back by themselves
closes    fifty phones answer while fifty closers close the round
consoles  two consoles act at random, each on what its screen shows; ten commands from each are a step
walls     a wall is loaded anew while the meeting goes on
hostile   one client floods, drips, joins thousands of times; what the others notice of it
hour      phones come and go while rounds are held; the server's memory is watched; a minute is a step
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure
from scripts.endurance.trial import Asked, CannotGoOn, Progress, Row, Trial, run_slice, share, table

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_OUT = ROOT / "data" / "var" / "endurance"
HELD, BROKEN, NOT_CARRIED_OUT, UNFINISHED = 0, 1, 2, 3
MOST_FAULTS_TOLD = 20


@dataclass(frozen=True)
class Kind:
    """A trial: how it is made, what it says, and what it is asked to do when nothing else is said."""

    make: Callable[[Progress], Trial]
    rows: Callable[[Progress], list[Row]]
    phones: int
    times: int


def kinds() -> dict[str, Kind]:
    # Imported late: the libraries are there once `ensure` has gone on in the room's environment.
    from scripts.endurance import closes, consoles, crash, hostile, hour, walls

    return {
        "crash": Kind(crash.CrashTrial, crash.rows, phones=1000, times=200),
        "closes": Kind(closes.ClosesTrial, closes.rows, phones=50, times=100),
        "consoles": Kind(consoles.ConsolesTrial, consoles.rows, phones=20, times=100),
        "walls": Kind(walls.WallsTrial, walls.rows, phones=100, times=100),
        "hostile": Kind(hostile.HostileTrial, hostile.rows, phones=50, times=len(hostile.ATTACKS)),
        "hour": Kind(hour.HourTrial, hour.rows, phones=1000, times=60),
    }


def main() -> int:
    arguments = parse_arguments()
    ensure(ROOT)
    from kiosk.listening import raise_file_limit

    raise_file_limit()
    signal.signal(signal.SIGTERM, stop_politely)
    try:
        kind = kinds()[arguments.trial]
        progress = begin(arguments, kind)
        asyncio.run(run_slice(kind.make(progress), progress, arguments.minutes))
    except CannotGoOn as refusal:
        print(refusal, file=sys.stderr)
        return NOT_CARRIED_OUT
    except KeyboardInterrupt:
        print("\nStopped. --resume goes on from the last step.", file=sys.stderr)
        return 130
    return conclude(arguments.trial, kind, progress)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trial", choices=("crash", "closes", "consoles", "walls", "hostile", "hour"))
    parser.add_argument("--phones", type=a_number, metavar="N", help="how many phones")
    parser.add_argument("--times", type=a_number, metavar="K", help="how many steps in all")
    parser.add_argument("--engine", choices=("eventlet", "threading"), help="passed on to run.py")
    parser.add_argument("--minutes", type=float, default=10, metavar="M", help="length of a slice (10)")
    parser.add_argument("--resume", action="store_true", help="go on where the last slice ended")
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="where the trial is kept (%(default)s)"
    )
    return parser.parse_args()


def a_number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def begin(arguments: argparse.Namespace, kind: Kind) -> Progress:
    name = "-".join(part for part in (arguments.trial, arguments.engine) if part)
    folder = arguments.out.expanduser().resolve() / name
    if arguments.resume:
        return Progress.read(folder)
    asked = Asked(arguments.phones or kind.phones, arguments.times or kind.times, arguments.engine)
    return Progress.anew(folder, asked)


def stop_politely(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def conclude(trial: str, kind: Kind, progress: Progress) -> int:
    """The table, the faults in words, and the exit code."""
    asked = progress.asked
    engine = f", {asked.engine}" if asked.engine else ""
    title = f"{trial}: {len(progress.records)} of {asked.times} steps, {asked.phones:,} phones{engine}"
    busy = sorted(record["machine_busy"] for record in progress.records)
    rows = kind.rows(progress) if busy else []
    rows += [Row("cores busy, with whatever", f"{share(busy, 0.5):.0%}")] if busy else []
    print("\n" + table(title, rows))
    for fault in progress.faults[:MOST_FAULTS_TOLD]:
        print(f"  {fault}")
    if len(progress.faults) > MOST_FAULTS_TOLD:
        print(f"  … and {len(progress.faults) - MOST_FAULTS_TOLD} more, in {progress.folder}")
    if progress.faults or any(row.held is False for row in rows):
        return BROKEN
    if progress.left:
        print(f"{progress.left} steps are left: --resume goes on.")
        return UNFINISHED
    return HELD


if __name__ == "__main__":
    sys.exit(main())
