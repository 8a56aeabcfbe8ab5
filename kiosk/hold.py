"""The hold on a data folder: one kiosk at a time writes there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kiosk.languages import gettext as _
from kiosk.listening import CannotStart


@dataclass(frozen=True)
class Hold:
    """The data folder, held by this process for as long as the file is open."""

    file: IO[str]

    def release(self) -> None:
        self.file.close()


def hold(data: Path) -> Hold:
    """Take the data folder for this process alone. However the process ends, the system gives it back."""
    file = _lock_file(data)
    try:
        _lock(file)
    except BlockingIOError:
        holder = file.read().strip()
        file.close()
        raise CannotStart(_held_by(holder, data)) from None
    except OSError as error:
        file.close()
        raise CannotStart(
            _("Files in %(folder)s cannot be locked. Choose a folder on this computer with --data.")
            % {"folder": data}
        ) from error
    try:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
    except OSError as error:
        raise cannot_write(data, error) from error
    return Hold(file)


def _lock_file(data: Path) -> IO[str]:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (data / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise cannot_write(data, error) from error
    file.seek(0)
    return file


def cannot_write(data: Path, error: BaseException) -> CannotStart:
    reason = getattr(error, "strerror", None) or str(error)
    return CannotStart(
        _("The data folder %(folder)s cannot be written: %(reason)s.") % {"folder": data, "reason": reason}
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        """Lock one byte far behind the text, so that a second start can still read who holds the folder."""
        file.seek(1 << 30)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
        finally:
            file.seek(0)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _held_by(holder: str, data: Path) -> str:
    if holder:
        return _(
            "A kiosk is already running on the data in %(folder)s (process %(process)s). "
            "Stop it first, or choose another folder with --data."
        ) % {"folder": data, "process": holder}
    return _(
        "A kiosk is already running on the data in %(folder)s. "
        "Stop it first, or choose another folder with --data."
    ) % {"folder": data}
