"""The room's backups: `python3 scripts/backup.py list | verify | restore | key | accept`.

`restore` brings the newest backup back that opens, or the one that is named. It refuses while a room runs on
the data, and keeps what it replaces. `accept` goes on with a damaged file as it is, if it can be read at all.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure

if TYPE_CHECKING:
    from kiosk.backups.places import Backup

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_DATA = ROOT / "data" / "var"


class Refused(Exception):
    """What cannot be done, in one line for the person at the keyboard."""


def main(arguments: Sequence[str] | None = None) -> int:
    given = parse_arguments(arguments)
    ensure(ROOT)
    from kiosk.listening import CannotStart

    acts = {"list": show, "verify": verify, "restore": restore, "key": tell_key, "accept": accept}
    try:
        return acts[given.act](given)
    except (Refused, CannotStart) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Look at the room's backups, or bring one back.")
    parser.add_argument(
        "act",
        choices=("list", "verify", "restore", "key", "accept"),
        help="list: what there is; verify: open each and check it; restore: bring one back; "
        "key: what to write down and keep safe; accept: go on with a damaged file as it is",
    )
    parser.add_argument(
        "backup", nargs="?", type=Path, help="one backup file (default: the newest that opens)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("KIOSK_DATA", DEFAULT_DATA)),
        help="the room's data folder (default data/var)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="look here as well; may be repeated",
    )
    parser.add_argument("--key", metavar="WORDS", help="the key as it was written down, on another computer")
    given = parser.parse_args(arguments)
    given.data = given.data.expanduser().resolve()
    return given


def show(given: argparse.Namespace) -> int:
    """What backups there are, the newest first."""
    backups = found(given)
    for backup in backups:
        if backup.header is None:
            print(f"{'?':>6}  {'unreadable':<20}  {backup.path}")
            continue
        header = backup.header
        about = f"{header.made_at}{'  sealed' if header.sealed else ''}"
        print(f"{header.generation:>6}  {about:<20}  {header.size // 1024:>7} kB  {backup.path}")
    if not backups:
        print("There are no backups.")
    return 0 if backups else 1


def verify(given: argparse.Namespace) -> int:
    """Open each backup and check all of it; 1 if one is not whole."""
    from kiosk.backups import places
    from kiosk.backups.box import NotABackup

    key = key_of(given)
    paths = [given.backup] if given.backup else [backup.path for backup in found(given)]
    broken = 0
    for path in paths:
        try:
            places.prove(path, key)
            print(f"whole    {path}")
        except (OSError, NotABackup) as error:
            broken += 1
            print(f"NOT GOOD {path}: {error}")
    if not paths:
        print("There are no backups.")
    return 1 if broken or not paths else 0


def restore(given: argparse.Namespace) -> int:
    """Bring a backup back in place of the room's file."""
    from kiosk.backups import restoring
    from kiosk.backups.box import NotABackup
    from kiosk.hold import hold

    key = key_of(given)
    held = hold(given.data)
    try:
        chosen = given.backup or restoring.newest_good(found(given), key).path
        header, kept = restoring.restore(given.data, room_file(given), chosen, key)
    except (OSError, NotABackup) as error:
        raise Refused(f"Nothing was restored: {error}.") from error
    finally:
        held.release()
    print(f"Restored: generation {header.generation}, made {header.made_at}, from {chosen}.")
    if kept is not None:
        print(f"What was there before is kept in {kept}.")
    print("Start the room as usual. Answers given after the backup are not in it.")
    return 0


def tell_key(given: argparse.Namespace) -> int:
    """The key in letters, for a sheet of paper in a safe place."""
    from kiosk.backups.box import fingerprint, spell

    key = key_of(given)
    print(f"Key {fingerprint(key)} of the backups of {given.data}:\n\n  {spell(key)}\n")
    print("Whoever has it can read every backup made with it, and through them who answered what.")
    print("Keep it apart from the stick. After a meeting is sealed it opens nothing more: destroy the paper.")
    return 0


def accept(given: argparse.Namespace) -> int:
    """Go on with a damaged file as it is."""
    from kiosk.backups import restoring
    from kiosk.backups.box import NotABackup
    from kiosk.hold import hold

    held = hold(given.data)
    try:
        kept = restoring.accept(given.data, room_file(given))
    except (OSError, NotABackup) as error:
        raise Refused(f"The file cannot be used as it is: {error}. Restore a backup.") from error
    finally:
        held.release()
    print("The next start takes the data as they are now." + (f" A copy is kept in {kept}." if kept else ""))
    return 0


def found(given: argparse.Namespace) -> list[Backup]:
    """The backups in the data folder, in every folder they were ever sent to, and in those that are named."""
    from kiosk.backups import ledger, places

    known = ledger.read_ledger(given.data)
    return places.every(ledger.folders_of(given.data, known, given.folder))


def key_of(given: argparse.Namespace) -> bytes:
    from kiosk.backups.box import read_spelt
    from kiosk.backups.ledger import read_key

    try:
        return read_spelt(given.key) if given.key else read_key(given.data)
    except FileNotFoundError:
        raise Refused(
            f"There is no backup key in {given.data}. Give it as it was written down: --key"
        ) from None
    except ValueError:
        raise Refused("This is not a backup key: 52 letters and digits, in groups of four.") from None


def room_file(given: argparse.Namespace) -> Path:
    path: Path = given.data / "room.sqlite"
    return path


if __name__ == "__main__":
    raise SystemExit(main())
