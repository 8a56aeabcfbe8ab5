"""Settings: what the command line and the environment decide, once, at start."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.engine import EngineName, TransportName

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT / "data" / "var"


@dataclass(frozen=True)
class Settings:
    """How this start of the room was asked for. ``port`` is None when the usual ones are to be tried."""

    data: Path = DEFAULT_DATA
    host: str = "0.0.0.0"
    port: int | None = None
    browser: bool = True
    engine: EngineName = "eventlet"
    transport: TransportName = "lean"
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
        names=tuple(given.name),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py", description="Start the room: phones vote, the wall shows, nothing needs the internet."
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
        choices=("eventlet", "threading"),
        default=os.environ.get("KIOSK_ENGINE", "eventlet"),
        help="what the server runs on (default: %(default)s)",
    )
    parser.add_argument(
        "--transport",
        choices=("lean", "stock"),
        default=os.environ.get("KIOSK_TRANSPORT", "lean"),
        help="how eventlet serves sockets; stock is the library's own, slower way (default: %(default)s)",
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        action="append",
        default=[],
        help="a host name the server answers to, besides its own addresses; may be given again",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port
