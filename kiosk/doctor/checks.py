"""What the doctor thinks of a machine. Pure: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Literal

from kiosk.doctor.versions import has_wal_reset_bug, too_old
from kiosk.timekeeping import is_plausible
from kiosk.troubles import LITTLE_SPACE, MB, NO_SPACE

Level = Literal["good", "warning", "bad"]
Port = Literal["free", "ours", "taken", "forbidden"]

NETWORK_FILESYSTEMS = frozenset((
    "9p", "afpfs", "cifs", "davfs", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone", "fuse.sshfs", "ncpfs",
    "nfs", "nfs3", "nfs4", "remote", "smb2", "smb3", "smbfs", "webdav",
))  # fmt: skip
CLOUD_FOLDERS = (
    "box", "box sync", "cloudstorage", "dropbox", "google drive", "googledrive", "icloud", "icloud drive",
    "icloud~", "mega", "mobile documents", "my drive", "nextcloud", "onedrive", "owncloud", "pcloud",
    "pclouddrive", "seafile", "sync", "syncthing",
)  # fmt: skip
FILES_FOR_A_HALL = 4096
LITTLE_BATTERY = 50
OLD_BACKUP_DAYS = 7


@dataclass(frozen=True)
class Folder:
    """The data folder. None is what the system does not tell."""

    path: str
    exists: bool = True
    writable: bool = True
    open_to_others: bool = False
    """Whether other users of this computer can read it."""
    filesystem: str | None = None
    free_bytes: int | None = None
    running: bool = False
    """Whether a room runs on it now."""
    damage: str | None = None


@dataclass(frozen=True)
class BackupFacts:
    """What there is of backups."""

    count: int = 0
    unreadable: int = 0
    newest: datetime | None = None
    chosen: str | None = None
    reachable: bool = True
    apart: bool = False
    """Whether the chosen folder lies on another disk than the data."""


@dataclass(frozen=True)
class Power:
    """Mains and sleep."""

    on_mains: bool | None = None
    battery: int | None = None
    """Per cent."""
    sleeps_after: int | None = None
    """Seconds without a key until the machine sleeps on mains; 0 for never."""


@dataclass(frozen=True)
class Facts:
    """All that was seen of a machine."""

    folder: Folder
    now: datetime
    last_used: datetime | None = None
    backups: BackupFacts = BackupFacts()
    ports: Mapping[int, Port] = field(default_factory=dict)
    addresses: tuple[tuple[str, str], ...] = ()
    """(address, adapter) that phones could reach, the likeliest first."""
    libraries: Mapping[str, str | None] = field(default_factory=dict)
    sqlite: str = ""
    power: Power = Power()
    files: int | None = None
    """How many files, sockets included, may be open at most."""


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it if it is not good."""

    about: str
    level: Level
    says: str
    do: str = ""


def examine(facts: Facts) -> list[Finding]:
    """Everything the doctor has to say, in the order people should read it."""
    folder = facts.folder
    return [
        *place(folder),
        *space(folder),
        *database(folder),
        *backups(facts.backups, facts.now),
        *ports(facts.ports),
        *network(facts.addresses),
        *clock(facts.now, facts.last_used),
        *power(facts.power),
        *files(facts.files),
        *libraries(facts.libraries),
        *sqlite(facts.sqlite),
    ]


def exit_code(findings: list[Finding]) -> int:
    """0 when all is good, 1 with warnings, 2 when something is bad."""
    levels: tuple[Level, ...] = ("good", "warning", "bad")
    return max((levels.index(finding.level) for finding in findings), default=0)


def place(folder: Folder) -> list[Finding]:
    """Where the data lies: there, writable, ours, and on a disk that keeps its word."""
    wrong = list(_wrong_with_place(folder))
    there = folder.path if folder.exists else f"{folder.path} (made at the first start)"
    return wrong or [Finding("data folder", "good", f"{there}, on this computer.")]


def _wrong_with_place(folder: Folder) -> Iterator[Finding]:
    if not folder.writable:
        yield Finding(
            "data folder",
            "bad",
            f"{folder.path} cannot be written.",
            "Make it writable for yourself, or choose another folder with --data.",
        )
    cloud = cloud_folder(folder.path)
    if cloud is not None:
        yield Finding(
            "data folder",
            "bad",
            f"{folder.path} lies in a folder that a cloud service copies away ({cloud}).",
            "Choose a folder outside it with --data: such services damage databases.",
        )
    if folder.filesystem in NETWORK_FILESYSTEMS or folder.path.startswith("\\\\"):
        yield Finding(
            "data folder",
            "bad",
            f"{folder.path} lies on a network drive.",
            "Choose a folder on this computer's own disk with --data: locks do not hold over a network.",
        )
    if folder.open_to_others:
        yield Finding(
            "data folder",
            "warning",
            f"Other users of this computer can read {folder.path}.",
            f'Close it to them: chmod 700 "{folder.path}"',
        )


def cloud_folder(path: str) -> str | None:
    """The part of a path that a cloud service copies away."""
    for part in PurePath(path.replace("\\", "/")).parts:
        name = part.lower()
        if name in CLOUD_FOLDERS or name.startswith(("onedrive - ", "dropbox (", "com~apple~clouddocs")):
            return part
    return None


def space(folder: Folder) -> Iterator[Finding]:
    """Whether there is room for an evening."""
    free = folder.free_bytes
    if free is None:
        return
    if free < NO_SPACE:
        yield Finding(
            "disk",
            "bad",
            f"Only {free // MB} MB are free.",
            "Free some space: without it nothing can be saved.",
        )
    elif free < LITTLE_SPACE:
        yield Finding(
            "disk", "warning", f"Only {free // MB} MB are free.", "Free some space before the meeting."
        )
    else:
        yield Finding("disk", "good", f"{free // MB} MB are free.")


def database(folder: Folder) -> Iterator[Finding]:
    """Whether the room's file is whole."""
    if folder.damage is not None:
        yield Finding(
            "data file",
            "bad",
            f"It is damaged: {folder.damage}.",
            "Bring the newest backup back: python3 scripts/backup.py restore",
        )
    elif folder.running:
        yield Finding("data file", "good", "A room is running on it; it was checked when that started.")
    else:
        yield Finding("data file", "good", "Every page is as it was written.")


def backups(found: BackupFacts, now: datetime) -> Iterator[Finding]:
    """Whether there are backups, and new ones."""
    if found.unreadable:
        yield Finding(
            "backups",
            "warning",
            f"{found.unreadable} of {found.count} cannot be opened.",
            "See which: python3 scripts/backup.py verify",
        )
    if found.chosen is None:
        yield Finding(
            "backups",
            "warning",
            "They go to this computer's own disk alone.",
            "Plug a stick in and start with --backup-folder, so that they outlive the laptop.",
        )
    elif not found.reachable:
        yield Finding("backups", "warning", f"{found.chosen} is not there.", "Plug the stick in.")
    elif not found.apart:
        yield Finding(
            "backups",
            "warning",
            f"{found.chosen} is on the same disk as the data.",
            "Choose a folder on a stick.",
        )
    if found.newest is not None and (now - found.newest).days >= OLD_BACKUP_DAYS:
        yield Finding(
            "backups", "good", f"The newest of {found.count} is from {found.newest.date().isoformat()}."
        )
    elif found.count:
        yield Finding("backups", "good", f"There are {found.count}.")


def ports(found: Mapping[int, Port]) -> Iterator[Finding]:
    """Which port phones will come to."""
    usable = [port for port, state in found.items() if state in ("free", "ours")]
    if 80 in usable:
        yield Finding("ports", "good", "Port 80 can be had: the address for phones is as short as can be.")
        return
    why = {"taken": "another program has port 80", "forbidden": "this user may not listen on port 80"}
    reason = why.get(found.get(80, ""), "port 80 cannot be had")
    if usable:
        yield Finding(
            "ports",
            "warning" if found.get(80) == "taken" else "good",
            f"Phones will use port {usable[0]}, since {reason}.",
            "Close the other program for a shorter address." if found.get(80) == "taken" else "",
        )
    elif found:
        yield Finding(
            "ports",
            "warning",
            "Neither port 80 nor 8080 can be had.",
            "Close the other program, or use --port.",
        )


def network(addresses: tuple[tuple[str, str], ...]) -> Iterator[Finding]:
    """Whether phones can reach this machine at all."""
    if not addresses:
        yield Finding(
            "network",
            "bad",
            "No phone can reach this computer.",
            "Connect it to the hall's network, best by cable.",
        )
        return
    (first, adapter), *others = addresses
    yield Finding("network", "good", f"Phones reach {first} ({adapter}).")
    if others:
        named = ", ".join(f"{address} ({name})" for address, name in others)
        yield Finding(
            "network",
            "warning",
            f"There are other addresses: {named}.",
            "If phones cannot open the first, switch off what the hall does not use, VPNs first.",
        )


def clock(now: datetime, last_used: datetime | None) -> Iterator[Finding]:
    """Whether the clock can be right."""
    if is_plausible(now, last_used):
        yield Finding("clock", "good", f"{now.isoformat(timespec='minutes')} (UTC) can be right.")
    else:
        yield Finding(
            "clock",
            "warning",
            f"{now.isoformat(timespec='minutes')} (UTC) cannot be right.",
            "Set date and time. Voting works all the same; dates in reports would be wrong.",
        )


def power(found: Power) -> Iterator[Finding]:
    """Whether the machine will last the evening."""
    if found.on_mains is False:
        level: Level = "bad" if found.battery is not None and found.battery < LITTLE_BATTERY else "warning"
        left = f" ({found.battery} % left)" if found.battery is not None else ""
        yield Finding("power", level, f"The laptop runs on its battery{left}.", "Plug it in.")
    elif found.on_mains:
        yield Finding("power", "good", "The laptop is plugged in.")
    if found.sleeps_after:
        yield Finding(
            "sleep",
            "warning",
            f"This computer falls asleep after {found.sleeps_after // 60} minutes without a key.",
            "Switch sleep off for the meeting, also for a closed lid.",
        )
    elif found.sleeps_after == 0:
        yield Finding("sleep", "good", "This computer does not fall asleep by itself.")


def files(limit: int | None) -> Iterator[Finding]:
    """Whether as many files may be open as a hall needs."""
    if limit is None:
        return
    if limit < FILES_FOR_A_HALL:
        yield Finding(
            "open files",
            "warning",
            f"At most {limit} may be open, so about {max(0, limit - 200)} phones can connect.",
            "Raise the limit (ulimit -n 65536), or on Windows start with --engine threading.",
        )
    else:
        yield Finding("open files", "good", f"{limit} may be open.")


def libraries(installed: Mapping[str, str | None]) -> Iterator[Finding]:
    """Whether the libraries are new enough."""
    wrong = too_old(installed) if installed else {}
    for name, what in wrong.items():
        yield Finding(
            "libraries",
            "bad",
            f"{name} {what}.",
            "With a network, delete .venv and start again: python3 run.py",
        )
    if installed and not wrong:
        yield Finding("libraries", "good", "None has a known hole.")


def sqlite(version: str) -> Iterator[Finding]:
    """Whether this SQLite is one that keeps what it acknowledged."""
    if not version:
        return
    if has_wal_reset_bug(version):
        yield Finding(
            "SQLite",
            "good",
            f"{version} has the WAL-reset bug, which cannot strike here: one connection alone "
            "writes and folds the log. Let no other program open the file.",
        )
    else:
        yield Finding("SQLite", "good", f"{version} has no known hole.")
