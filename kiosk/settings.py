"""Settings: what the command line and the environment decide, once, at start."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.engine import EngineName, TransportName
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT / "data" / "var"
ENGINES: tuple[EngineName, ...] = ("eventlet", "threading")
TRANSPORTS: tuple[TransportName, ...] = ("lean", "stock")


@dataclass(frozen=True)
class Settings:
    """How this start of the room was asked for. ``port`` is None when the usual ones are to be tried."""

    data: Path = DEFAULT_DATA
    host: str = "0.0.0.0"
    port: int | None = None
    browser: bool = True
    engine: EngineName = "eventlet"
    transport: TransportName = "lean"
    backup_folder: Path | None = None
    """Where backups go besides the data folder."""
    connections: int | None = None
    """How many connections of phones are served at once; None is as many as the system has room for."""
    per_address: int | None = None
    """The same for each address; None is no limit, since a whole hall can stand behind one."""
    thresholds: Thresholds = DEFAULTS
    """From how many people on anything is shown."""
    names: tuple[str, ...] = ()
    """Further host names that the server answers to, besides the machine's own addresses."""


def read_settings(arguments: Sequence[str]) -> Settings:
    """Settings from the command line; the environment gives the defaults."""
    given = _parser().parse_args(arguments)
    return Settings(
        data=Path(given.data).expanduser().resolve(),
        host=given.host,
        port=given.port,
        browser=given.browser,
        engine=given.engine,
        transport=given.transport,
        backup_folder=Path(given.backup_folder).expanduser().resolve() if given.backup_folder else None,
        connections=given.connections,
        per_address=given.per_address,
        thresholds=_thresholds(given),
        names=tuple(given.name),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Start the room: phones vote, the wall shows, nothing needs the internet.",
        epilog="The central store, where the office brings meetings together, is started by "
        "`run.py central`; `run.py central --help` tells of it.",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=os.environ.get("KIOSK_DATA", str(DEFAULT_DATA)),
        help="where everything is kept (default: %(default)s)",
    )
    parser.add_argument(
        "--host", metavar="H", default="0.0.0.0", help="the address to listen on (default: all, %(default)s)"
    )
    parser.add_argument(
        "--port",
        metavar="P",
        type=_port,
        help="the port to listen on (default: 80, else 8080, else the next free)",
    )
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="do not open the console in a browser"
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=_one_of("KIOSK_ENGINE", ENGINES),
        help="what the server runs on (default: %(default)s)",
    )
    parser.add_argument(
        "--transport",
        choices=TRANSPORTS,
        default=_one_of("KIOSK_TRANSPORT", TRANSPORTS),
        help="how eventlet serves sockets; stock is the library's own, slower way (default: %(default)s)",
    )
    parser.add_argument(
        "--backup-folder",
        metavar="DIR",
        default=os.environ.get("KIOSK_BACKUP_FOLDER"),
        help="where backups go besides the data folder: a USB stick, say",
    )
    parser.add_argument(
        "--connections",
        metavar="N",
        type=_count,
        help="phones' connections at once; whoever comes after is told that the room is full "
        "(default: 10,000, or what the system allows)",
    )
    parser.add_argument(
        "--per-address",
        metavar="N",
        type=_count,
        help="connections at once from one address; not where phones share one (default: no limit)",
    )
    for flag, least, what in _THRESHOLDS:
        parser.add_argument(
            flag,
            metavar="N",
            type=_count,
            default=least,
            help=f"{what} (default and least: %(default)s)",
        )
    parser.add_argument(
        "--name",
        metavar="NAME",
        action="append",
        default=[],
        help="a host name the server answers to, besides its own addresses; may be given again",
    )
    return parser


_THRESHOLDS = (
    ("--least-total", DEFAULTS.total, "valid answers from which a result is shown"),
    ("--least-sensitive", DEFAULTS.total_sensitive, "the same for a sensitive question"),
    ("--least-percent", DEFAULTS.percent, "valid answers from which percentages stand beside the counts"),
    ("--least-count", DEFAULTS.count, "people in a category of who is in the room"),
    ("--least-base", DEFAULTS.base, "people in a group whose answers are shown"),
)
"""What a data protection officer may raise, and nobody lower."""


def _thresholds(given: argparse.Namespace) -> Thresholds:
    """The thresholds as raised; one that would be lowered ends the start with a line that says so."""
    for flag, least, _ in _THRESHOLDS:
        if getattr(given, flag.removeprefix("--").replace("-", "_")) < least:
            raise SystemExit(f"{flag} can be raised above {least}, never lowered.")
    return Thresholds(
        total=given.least_total,
        total_sensitive=given.least_sensitive,
        percent=given.least_percent,
        count=given.least_count,
        base=given.least_base,
    )


def _one_of(variable: str, choices: Sequence[str]) -> str:
    """What the environment names, or else the first choice; another word ends the start with a line."""
    chosen = os.environ.get(variable, choices[0])
    if chosen not in choices:
        raise SystemExit(f"{variable} is {chosen}; it can be {' or '.join(choices)}.")
    return chosen


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError("a whole number, at least 1")
    return int(text)
