"""What this machine tells: gathered for the doctor, judged elsewhere. Nothing here changes anything."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from kiosk.addresses import addresses
from kiosk.backups import ledger, places
from kiosk.clock import Clock
from kiosk.doctor.checks import BackupFacts, Facts, Folder, Port, Power
from kiosk.doctor.versions import OLDEST, installed
from kiosk.hold import hold
from kiosk.listening import USUAL_PORTS, CannotStart, raise_file_limit
from kiosk.store.health import find_damage
from kiosk.store.store import ROOM_FILE

POWER_SUPPLIES = Path("/sys/class/power_supply")
ANSWER_SECONDS = 5


def gather(data: Path, clock: Clock) -> Facts:
    """Look at everything. What cannot be found out is left out."""
    folder = look_at_folder(data)
    return Facts(
        folder=folder,
        now=clock.now(),
        last_used=last_used(data),
        backups=look_at_backups(data),
        ports={port: try_port(port, ours=folder.running) for port in USUAL_PORTS},
        addresses=tuple((address.ip, address.interface) for address in addresses()),
        libraries={name: installed(name) for name in OLDEST},
        sqlite=sqlite3.sqlite_version,
        power=look_at_power(),
        files=raise_file_limit(),
    )


def look_at_folder(data: Path) -> Folder:
    nearest = next(folder for folder in (data, *data.parents) if folder.exists())
    exists = data.exists()
    writable = os.access(nearest, os.W_OK | os.X_OK)
    running = exists and writable and is_running(data)
    return Folder(
        path=str(data),
        exists=exists,
        writable=writable,
        open_to_others=exists and os.name == "posix" and bool(data.stat().st_mode & 0o007),
        filesystem=filesystem_of(nearest),
        free_bytes=shutil.disk_usage(nearest).free,
        running=running,
        damage=damage_of(data) if exists and not running else None,
    )


def is_running(data: Path) -> bool:
    """Whether a room holds the data folder now."""
    try:
        hold(data).release()
    except CannotStart:
        return True
    return False


def damage_of(data: Path) -> str | None:
    damage = find_damage(data / ROOM_FILE)
    return f"{damage.fault}, {damage.detail}" if damage is not None else None


def last_used(data: Path) -> datetime | None:
    """When the room's file was last written, by the clock of that time."""
    try:
        return datetime.fromtimestamp((data / ROOM_FILE).stat().st_mtime, UTC)
    except OSError:
        return None


# ── File systems ─────────────────────────────────────────────────────────────────────────────────────


def filesystem_of(path: Path) -> str | None:
    """The kind of file system that a folder lies on; "remote" for a network drive of Windows."""
    if sys.platform == "win32":
        import ctypes

        remote = 4
        drive = ctypes.windll.kernel32.GetDriveTypeW(path.anchor)
        return "remote" if drive == remote else None
    if sys.platform == "darwin":
        return of_mount(path, parse_mac_mounts(said_by("mount")))
    with suppress(OSError):
        return of_mount(path, parse_mounts(Path("/proc/self/mounts").read_text("utf-8", "replace")))
    return None


def parse_mounts(table: str) -> dict[str, str]:
    """Mount points and their file systems, from Linux's table."""
    rows = (line.split() for line in table.splitlines())
    return {_unescaped(row[1]): row[2] for row in rows if len(row) > 2}


def parse_mac_mounts(table: str) -> dict[str, str]:
    """The same from what ``mount`` says on a Mac: ``//anna@nas/share on /Volumes/share (smbfs, nodev)``."""
    found = re.finditer(r"^.+? on (?P<place>/.*?) \((?P<kind>\w+)", table, re.MULTILINE)
    return {match["place"]: match["kind"] for match in found}


def of_mount(path: Path, mounts: dict[str, str]) -> str | None:
    """The file system of the innermost mount that a path lies in."""
    for folder in (path, *path.parents):
        if str(folder) in mounts:
            return mounts[str(folder)]
    return None


def _unescaped(place: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), place)


# ── Backups, ports, libraries ────────────────────────────────────────────────────────────────────────


def look_at_backups(data: Path) -> BackupFacts:
    known = ledger.read_ledger(data)
    found = places.every(ledger.folders_of(data, known))
    made = [datetime.fromisoformat(backup.header.made_at) for backup in found if backup.header is not None]
    try:
        ledger.chosen_folder(data, known)
        reachable = True
    except OSError:
        reachable = False
    return BackupFacts(
        count=len(found),
        unreadable=len(found) - len(made),
        newest=max(made, default=None),
        chosen=known.chosen,
        reachable=reachable,
        apart=known.apart,
    )


def try_port(port: int, *, ours: bool) -> Port:
    """Whether a server could listen on a port; it is let go of at once."""
    with socket.socket() as trial:
        if os.name == "posix":  # a port that was let go of a moment ago is free; Windows would steal one
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("0.0.0.0", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                return "forbidden"
            return "ours" if ours else "taken"
    return "free"


# ── Mains and sleep ──────────────────────────────────────────────────────────────────────────────────


def look_at_power() -> Power:
    if sys.platform == "win32":
        return _power_of_windows()
    if sys.platform == "darwin":
        return parse_mac_power(said_by("pmset", "-g", "batt"), said_by("pmset", "-g"))
    supplies = POWER_SUPPLIES.iterdir() if POWER_SUPPLIES.is_dir() else ()
    return read_supplies(supplies, sleep_of_desktop())


def read_supplies(supplies: Iterable[Path], sleeps_after: int | None = None) -> Power:
    """Mains and battery from the folders where Linux tells of them."""
    on_mains: bool | None = None
    battery: int | None = None
    for supply in supplies:
        kind = _line(supply / "type")
        if kind == "Mains":
            on_mains = bool(on_mains) or _line(supply / "online") == "1"
        elif kind == "Battery" and _line(supply / "scope") != "Device":
            battery = int(_line(supply / "capacity") or 0)
            if on_mains is None:
                on_mains = _line(supply / "status") != "Discharging"
    return Power(on_mains, battery, sleeps_after)


def sleep_of_desktop() -> int | None:
    """After how many seconds on mains a GNOME desktop suspends; 0 for never."""
    settings = "org.gnome.settings-daemon.plugins.power"
    kind = said_by("gsettings", "get", settings, "sleep-inactive-ac-type").strip().strip("'")
    if not kind:
        return None
    if kind == "nothing":
        return 0
    seconds = re.search(r"\d+", said_by("gsettings", "get", settings, "sleep-inactive-ac-timeout"))
    return int(seconds[0]) if seconds else None


def parse_mac_power(batteries: str, settings: str) -> Power:
    """From ``pmset -g batt`` and ``pmset -g``."""
    percent = re.search(r"(\d+)%", batteries)
    sleep = re.search(r"^\s*sleep\s+(\d+)", settings, re.MULTILINE)
    return Power(
        on_mains="AC Power" in batteries if batteries else None,
        battery=int(percent[1]) if percent else None,
        sleeps_after=int(sleep[1]) * 60 if sleep else None,
    )


def _power_of_windows() -> Power:
    import ctypes

    status = (ctypes.c_byte * 12)()
    if not ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status)):  # type: ignore[attr-defined]
        return Power()
    mains, percent = status[0], status[2] & 0xFF
    return Power({0: False, 1: True}.get(mains), percent if percent <= 100 else None)


def said_by(*command: str) -> str:
    """What a program of the system says; nothing where there is no such program."""
    if shutil.which(command[0]) is None:
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
        return answer.stdout
    return ""


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
