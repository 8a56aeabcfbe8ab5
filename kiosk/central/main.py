"""`python3 run.py central`: serve the central store, or do one of an administrator's acts on it."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.central import accounts, conflicts, erasing, quarantine, sites
from kiosk.central.app import make_app, make_intake
from kiosk.central.database import Database, is_usable, sqlite_url
from kiosk.central.intake import Intake
from kiosk.central.pages import LARGEST_UPLOAD
from kiosk.clock import SystemClock
from kiosk.problems import Problem
from kiosk.sync.outbox import RECEIPT_SUFFIX, SUFFIX

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "data" / "var" / "central"
DEFAULT_PORT = 8090
THREADS = 8
CUT_OFF_SECONDS = 120

Act = Callable[[Intake, argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; the exit status."""
    asked = _parser().parse_args(arguments)
    data = Path(asked.data).expanduser().resolve()
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = Database(asked.database or sqlite_url(data))
        database.migrate()
        act: Act = asked.act
        return act(make_intake(database, data, SystemClock()), asked)
    except Problem as problem:
        print(problem.sentence(), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"This could not be done: {error}", file=sys.stderr)
        return 1


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────


def serve(intake: Intake, asked: argparse.Namespace) -> int:
    """Serve until stopped."""
    import waitress

    app = make_app(intake, asked.name)
    print(f"The central store listens on http://{asked.host}:{asked.port}. Its key: {intake.key.public}")
    print("Put it behind a proxy that speaks HTTPS (docs/central.md). Stop with Ctrl+C.", flush=True)
    waitress.serve(
        app,
        host=asked.host,
        port=asked.port,
        threads=THREADS,
        channel_timeout=CUT_OFF_SECONDS,
        max_request_body_size=LARGEST_UPLOAD,
        ident=None,
        _quiet=True,
    )
    return 0


def enrol(intake: Intake, asked: argparse.Namespace) -> int:
    """Print a code for a laptop, or enrol the key of one that is never on a network."""
    if asked.key is None:
        code = sites.make_code(
            intake.database, intake.key.public, intake.clock, asked.site_name, asked.site, asked.days
        )
        print(code)
        print(f"This code enrols one laptop, once, within {asked.days} days.", file=sys.stderr)
        return 0
    if asked.site is None:
        print("With --key also --site is needed; `scripts/sync.py --identity` prints both.", file=sys.stderr)
        return 2
    sites.enrol_by_hand(intake.database, intake.clock, site=asked.site, name=asked.site_name, key=asked.key)
    print("Enrolled. On the laptop: python3 scripts/sync.py --pin", intake.key.public)
    return 0


def revoke(intake: Intake, asked: argparse.Namespace) -> int:
    sites.revoke(intake.database, intake.clock, asked.key, asked.why)
    print("Revoked. Nothing that this key signs is taken from now on.")
    return 0


def list_sites(intake: Intake, _asked: argparse.Namespace) -> int:
    for key in sites.every_key(intake.database):
        state = f"revoked {key.revoked_at} ({key.revoked_why})" if key.revoked_at else "good"
        print(f"{key.site}  {key.name}  {key.public}  enrolled {key.enrolled_at}  {state}")
    return 0


def import_files(intake: Intake, asked: argparse.Namespace) -> int:
    """Import bundles from a stick; each receipt is laid beside its bundle. 0 only if all went well."""
    failed = 0
    for path in asked.file:
        try:
            receipt = intake.import_file(path.read_bytes())
            place = receipt_place(path)
            place.write_bytes(receipt.as_file())
            print(
                f"{path}: {receipt.receipt.records:,} records are here. The receipt for the laptop: {place}"
            )
        except Problem as problem:
            failed += 1
            print(f"{path}: {problem.sentence()}", file=sys.stderr)
    return 1 if failed else 0


def receipt_place(bundle: Path) -> Path:
    """Where the receipt of a bundle from a stick is laid."""
    return bundle.with_name(bundle.name.removesuffix(SUFFIX) + RECEIPT_SUFFIX)


def erase(intake: Intake, asked: argparse.Namespace) -> int:
    erasing.erase(intake.database, intake.clock, asked.meeting, getpass.getuser(), asked.why)
    print("Erased. A note of it stays; the meeting is not taken in again.")
    return 0


def open_account(intake: Intake, asked: argparse.Namespace) -> int:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    accounts.open_account(intake.database, intake.clock, asked.account, password, asked.role)
    print(f"{asked.account} may now log in as {asked.role}.")
    return 0


def close_account(intake: Intake, asked: argparse.Namespace) -> int:
    accounts.close_account(intake.database, intake.clock, asked.account)
    print(f"{asked.account} is let in no more.")
    return 0


def list_conflicts(intake: Intake, _asked: argparse.Namespace) -> int:
    for one in conflicts.open_conflicts(intake):
        print(f"{one.id}  {one.meeting}  since {one.opened_at}")
        for name, version in (("kept", one.kept), ("beside", one.beside)):
            site = f"site {version.named} ({version.site})"
            print(f"    {name:6}  {site}, {version.records:,} records, {version.arrived_at}")
    return 0


def settle(intake: Intake, asked: argparse.Namespace) -> int:
    conflicts.settle(intake, asked.conflict, asked.choose, getpass.getuser(), asked.note)
    print("Settled. The other version stays in the store and counts nowhere.")
    return 0


def list_quarantine(intake: Intake, _asked: argparse.Namespace) -> int:
    for one in quarantine.every(intake.database):
        print(f"{one.id}  {one.arrived_at}  {one.site or 'a file'}  {one.what}: {one.reason}")
    return 0


# ── The command line ─────────────────────────────────────────────────────────────────────────────────


def _database(text: str) -> str:
    if not is_usable(text):
        raise argparse.ArgumentTypeError("a database is postgresql://user@host/name or sqlite:///file")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py central",
        description="The central store: sealed meetings come in and are kept as dialogues.",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        type=_database,
        default=os.environ.get("KIOSK_CENTRAL_DATABASE"),
        help="postgresql://user@host/name, or sqlite:///file (default: an SQLite file in --data)",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=os.environ.get("KIOSK_CENTRAL_DATA", str(DEFAULT_DATA)),
        help="where the store's own key lies, and the SQLite file (default: %(default)s)",
    )
    parser.add_argument(
        "--host", metavar="H", default="127.0.0.1", help="(default: %(default)s, for a proxy)"
    )
    parser.add_argument("--port", metavar="P", type=int, default=DEFAULT_PORT, help="(default: %(default)s)")
    parser.add_argument("--name", metavar="NAME", default="Central store", help="what laptops call it")
    parser.set_defaults(act=serve)
    acts = parser.add_subparsers(title="acts", metavar="ACT", description="without one, the store is served")
    _add_site_acts(acts)
    _add_people_acts(acts)
    _add_intake_acts(acts)
    return parser


if TYPE_CHECKING:
    Acts = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


def _add_site_acts(acts: Acts) -> None:
    act = acts.add_parser("enrol", help="print a one-time code for a laptop")
    act.add_argument("site_name", metavar="NAME", help="what the laptop is called here")
    act.add_argument("--site", metavar="ID", help="the site that gets a further key")
    act.add_argument("--key", metavar="KEY", help="enrol this key by hand, for a laptop without a network")
    act.add_argument("--days", type=int, default=sites.CODE_DAYS, help="how long the code is good")
    act.set_defaults(act=enrol)
    act = acts.add_parser("revoke", help="take nothing more from a key")
    act.add_argument("key", metavar="KEY")
    act.add_argument("--why", required=True)
    act.set_defaults(act=revoke)
    acts.add_parser("sites", help="list sites and keys").set_defaults(act=list_sites)


def _add_people_acts(acts: Acts) -> None:
    act = acts.add_parser(
        "open-account", help="let a person in; the password is asked for, or read from stdin"
    )
    act.add_argument("account", metavar="NAME")
    act.add_argument("--role", choices=accounts.ROLES, default="reader")
    act.set_defaults(act=open_account)
    act = acts.add_parser("close-account", help="let a person in no more")
    act.add_argument("account", metavar="NAME")
    act.set_defaults(act=close_account)


def _add_intake_acts(acts: Acts) -> None:
    act = acts.add_parser("import", help="import bundles from a stick and lay the receipts beside them")
    act.add_argument("file", metavar="FILE", type=Path, nargs="+")
    act.set_defaults(act=import_files)
    acts.add_parser("conflicts", help="list conflicts").set_defaults(act=list_conflicts)
    act = acts.add_parser("settle", help="decide which version of a meeting counts")
    act.add_argument("conflict", metavar="ID", type=int)
    act.add_argument("--choose", choices=("kept", "beside"), required=True)
    act.add_argument("--note", required=True)
    act.set_defaults(act=settle)
    act = acts.add_parser("erase", help="erase a meeting for good; a note of the act stays")
    act.add_argument("meeting", metavar="MEETING")
    act.add_argument("--why", required=True)
    act.set_defaults(act=erase)
    acts.add_parser("quarantine", help="list what could not be taken").set_defaults(act=list_quarantine)
