"""Take sealed meetings home: `python3 scripts/sync.py`, beside a running room or without one.

Without flags it sends every sealed meeting that has no receipt yet. Exit status: 0 all are safe, 1 something
could not be sent now and may be tried again, 2 the command was not understood, 3 a person must decide.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure

if TYPE_CHECKING:
    from kiosk.sync.client import Progress

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_DATA = ROOT / "data" / "var"
BAR_WIDTH = 30
ALL_SAFE, TRY_AGAIN, NEEDS_A_PERSON = 0, 1, 3


def main() -> int:
    asked = _parse()
    ensure(ROOT, browser=False)

    from kiosk.problems import Problem
    from kiosk.sync.client import TEMPORARY

    data = asked.data.expanduser().resolve()
    try:
        return _act(asked)(data, asked)
    except Problem as problem:
        print(problem.sentence(), file=sys.stderr)
        return TRY_AGAIN if problem.code in TEMPORARY else NEEDS_A_PERSON
    except OSError as error:
        print(f"This could not be done: {error}", file=sys.stderr)
        return TRY_AGAIN


def _act(asked: argparse.Namespace) -> Callable[[Path, argparse.Namespace], int]:
    for given, act in (
        (asked.enrol, enrol),
        (asked.pin, pin),
        (asked.identity, identity),
        (asked.new_key, new_key),
        (asked.status, status),
        (asked.export, export),
        (asked.receipt, take_receipts),
    ):
        if given:
            return act
    return send


def send(data: Path, asked: argparse.Namespace) -> int:
    """Send meetings, one after the other; with --wait again and again until all are safe or a person is
    needed.
    """
    from kiosk.sync import client

    waiting = _meetings(data, asked)
    refused = False
    while waiting:
        ended = [_send_one(data, meeting) for meeting in waiting]
        refused |= any(one.state == "refused" for one in ended)
        waiting = [one.meeting for one in ended if one.state == "waiting"]
        if not waiting or not asked.wait:
            break
        seconds = client.wait_seconds(max(one.attempts for one in ended))
        print(f"Trying again in {seconds:.0f} seconds.", flush=True)
        time.sleep(seconds)
    if refused:
        return NEEDS_A_PERSON
    return TRY_AGAIN if waiting else ALL_SAFE


def _send_one(data: Path, meeting: str) -> Progress:
    from kiosk.sync import client

    bar = Bar(meeting)
    ended = client.send(data, meeting, bar.show)
    bar.end()
    if ended.problem is not None:
        print(f"{meeting}: {ended.problem.sentence()}", file=sys.stderr)
    elif ended.receipt is not None:
        receipt = ended.receipt.receipt
        print(f"{meeting}: safe. Receipt {receipt.id} of {receipt.received_at}.")
    return ended


def status(data: Path, asked: argparse.Namespace) -> int:
    """Say of each sealed meeting where it is, without asking anybody."""
    from kiosk.sync import client

    states = [client.progress(data, meeting) for meeting in _meetings(data, asked)]
    for one in states:
        trouble = f" {one.problem.sentence()}" if one.problem is not None else ""
        print(f"{one.meeting}: {one.state}, {one.sentence()}.{trouble}")
    if any(one.state == "refused" for one in states):
        return NEEDS_A_PERSON
    return ALL_SAFE if all(one.state == "safe" for one in states) else TRY_AGAIN


def export(data: Path, asked: argparse.Namespace) -> int:
    """Copy bundles to a folder, a stick for example."""
    from kiosk.sync import client
    from kiosk.sync.outbox import Outbox

    for meeting in _meetings(data, asked):
        client.prepare(data, meeting)
        source = Outbox(data).bundle_path(meeting)
        target = asked.export / source.name
        shutil.copyfile(source, target)
        if target.read_bytes() != source.read_bytes():
            raise OSError(f"{target} is not what was written to it")
        print(f"{meeting}: {target}")
    return ALL_SAFE


def take_receipts(data: Path, asked: argparse.Namespace) -> int:
    """Take receipts that came back on a stick."""
    from kiosk.sync import client

    for path in asked.receipt:
        receipt = client.take_receipt(data, path.read_bytes()).receipt
        print(f"{receipt.meeting}: safe. Receipt {receipt.id} of {receipt.received_at}.")
    return ALL_SAFE


def enrol(data: Path, asked: argparse.Namespace) -> int:
    from kiosk.sync import enrolling

    url, code = asked.enrol
    central = enrolling.enrol(data, url, code, asked.name)
    print(f"Enrolled at {central.name} ({central.url}).")
    return ALL_SAFE


def pin(data: Path, asked: argparse.Namespace) -> int:
    from kiosk.sync import enrolling

    enrolling.pin(data, asked.pin)
    print("Receipts of the central store with this key are accepted from now on.")
    return ALL_SAFE


def identity(data: Path, _asked: argparse.Namespace) -> int:
    from kiosk.sync.signing import site_of

    site = site_of(data)
    print(f"site {site.id}\nkey  {site.key.public}")
    return ALL_SAFE


def new_key(data: Path, asked: argparse.Namespace) -> int:
    from kiosk.sync.signing import renew_key

    renew_key(data)
    return identity(data, asked)


def _meetings(data: Path, asked: argparse.Namespace) -> Sequence[str]:
    from kiosk.sync import client

    found: Sequence[str] = asked.meeting or client.sealed_meetings(data)
    if not found:
        print("No meeting is sealed here.")
    return found


class Bar:
    """A progress bar in plain text: redrawn in a terminal, a line only when it ends elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._last = ""

    def show(self, progress: Progress) -> None:
        share = progress.parts_acknowledged / progress.parts if progress.parts else 0
        drawn = "#" * round(share * BAR_WIDTH)
        self._last = f"{self._title} [{drawn:.<{BAR_WIDTH}}] {progress.sentence()}"
        if sys.stdout.isatty():
            print(f"\r{self._last}", end="", flush=True)

    def end(self) -> None:
        if self._last:
            print("" if sys.stdout.isatty() else self._last, flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("meeting", nargs="*", metavar="MEETING", help="only these (default: all sealed ones)")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the room's data folder (default data/var)",
        default=Path(os.environ.get("KIOSK_DATA", DEFAULT_DATA)),
    )
    parser.add_argument("--wait", action="store_true", help="try again until all are safe")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--status", action="store_true", help="only say where the meetings are")
    act.add_argument("--export", type=Path, metavar="DIR", help="write the bundles to a folder or stick")
    act.add_argument("--receipt", type=Path, nargs="+", metavar="FILE", help="take receipts from a stick")
    act.add_argument("--enrol", nargs=2, metavar=("URL", "CODE"), help="enrol at a central store")
    act.add_argument("--pin", metavar="KEY", help="know a central store by its key, without a network")
    act.add_argument("--identity", action="store_true", help="print this site's id and public key")
    act.add_argument("--new-key", action="store_true", help="take another key, after the old one was revoked")
    parser.add_argument("--name", default="", help="with --enrol: what this laptop is called there")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
