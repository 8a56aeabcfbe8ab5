"""What an installation remembers of its backups, beside its data: who it is, how many, in which folders."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from kiosk.backups.box import new_key
from kiosk.store.files import destroy, write_whole

OWN_FOLDER = "backups"
KEY_FILE = "backup-key"
LEDGER_FILE = "backups.json"


@dataclass(frozen=True)
class Ledger:
    """``chosen`` is the further folder that the facilitator has named, ``apart`` whether it lies on another
    disk than the data; ``used`` are all folders that may hold backups."""

    id: str
    generation: int = 0
    chosen: str | None = None
    apart: bool = False
    used: tuple[str, ...] = ()


def own_folder(data: Path) -> Path:
    """Where backups always go, whatever else is chosen."""
    return data / OWN_FOLDER


def read_ledger(data: Path) -> Ledger:
    """What is remembered; a new installation's where there is nothing yet."""
    try:
        known = json.loads((data / LEDGER_FILE).read_text("utf-8"))
        return Ledger(**{**known, "used": tuple(known["used"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Ledger(id=secrets.token_hex(8))


def write_ledger(data: Path, ledger: Ledger) -> None:
    write_whole(data / LEDGER_FILE, json.dumps(asdict(ledger), indent=1).encode())


def folders_of(data: Path, ledger: Ledger, further: Iterable[Path] = ()) -> list[Path]:
    """Every folder where backups may lie."""
    named = (own_folder(data), *map(Path, ledger.used), *further)
    return list(dict.fromkeys(folder.absolute() for folder in named))


def choose(data: Path, ledger: Ledger, folder: Path | None) -> Ledger:
    """The ledger with another folder chosen, or none. OSError where nothing can be written there."""
    if folder is None:
        return replace(ledger, chosen=None, apart=False)
    folder = folder.expanduser().absolute()
    trial = folder / f".kiosk-{secrets.token_hex(4)}"
    trial.write_bytes(b"")
    trial.unlink()
    used = tuple(dict.fromkeys((*ledger.used, str(folder))))
    return replace(ledger, chosen=str(folder), apart=_device(folder) != _device(data), used=used)


def chosen_folder(data: Path, ledger: Ledger) -> Path | None:
    """The chosen folder, if it is there. A stick's empty mount point is not the stick: FileNotFoundError."""
    if ledger.chosen is None:
        return None
    folder = Path(ledger.chosen)
    if not folder.is_dir() or (ledger.apart and _device(folder) == _device(data)):
        raise FileNotFoundError(folder)
    return folder


def read_key(data: Path) -> bytes:
    """The key that backups are made with; FileNotFoundError where there is none."""
    return (data / KEY_FILE).read_bytes()


def read_or_make_key(data: Path) -> bytes:
    try:
        return read_key(data)
    except FileNotFoundError:
        write_whole(data / KEY_FILE, new_key())
        return read_key(data)


def destroy_key(data: Path) -> None:
    """Make every backup so far unreadable, wherever it lies."""
    destroy(data / KEY_FILE)


def _device(path: Path) -> int:
    return path.stat().st_dev
