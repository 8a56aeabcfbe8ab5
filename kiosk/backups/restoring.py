"""Bringing a backup back, and going on with a file as it is. Both while no room runs on the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kiosk.backups import ledger as ledgers
from kiosk.backups import places
from kiosk.backups.box import Header, NotABackup
from kiosk.backups.places import Backup
from kiosk.store.files import give_name, unnamed, write_flushed
from kiosk.store.health import broken_in, copy_aside, forget_checks, move_aside, parts_of
from kiosk.sync.signing import renew_generation

DAMAGED = "damaged"


def newest_good(backups: list[Backup], key: bytes) -> Backup:
    """The newest backup that opens and is whole; NotABackup when none is."""
    for backup in backups:
        try:
            places.prove(backup.path, key)
        except (OSError, NotABackup):
            continue
        return backup
    raise NotABackup("no backup opens with this key")


def restore(data: Path, path: Path, backup: Path, key: bytes) -> tuple[Header, Path | None]:
    """Put a backup in the place of the room's file ``path``; its header, and where the original is kept now.

    The backup is proved first; then the original and all beside it are moved away, never deleted.
    """
    header, plain = places.prove(backup, key)
    new = unnamed(path)
    write_flushed(new, [plain])
    kept = move_aside(path, data / DAMAGED) if parts_of(path) else None
    give_name(new, path)
    _go_on_from(data, header, backup)
    renew_generation(data)
    return header, kept


def accept(data: Path, path: Path) -> Path | None:
    """Go on with the room's file as it is; where a copy of it is kept.

    NotABackup where SQLite cannot read it. A file that is gone is forgotten: the next start makes a new one.
    """
    kept = copy_aside(path, data / DAMAGED) if parts_of(path) else None
    if path.exists():
        broken = broken_in(path)
        if broken:
            raise NotABackup("; ".join(broken))
        forget_checks(path)
    elif parts_of(path):
        move_aside(path, data / DAMAGED)
    renew_generation(data)
    return kept


def _go_on_from(data: Path, header: Header, backup: Path) -> None:
    """Number further backups after this one, so that none that lies anywhere is written over."""
    known = ledgers.read_ledger(data)
    generations = [found.header.generation for found in places.every([backup.parent]) if found.header]
    highest = max([known.generation, header.generation, *generations])
    ledgers.write_ledger(data, replace(known, generation=highest))
