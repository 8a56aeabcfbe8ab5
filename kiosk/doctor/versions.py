"""Which versions of what the room is built on have known holes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

Version = tuple[int, ...]

OLDEST: Mapping[str, tuple[str, str]] = {
    "python-socketio": ("5.16.2", "CVE-2026-48804"),
    "python-engineio": ("4.13.2", "CVE-2026-48802"),
    "eventlet": ("0.40.3", "CVE-2021-21419, CVE-2025-58068"),
    "Werkzeug": ("3.1.6", "device names in Windows paths"),
    "Flask": ("3.1.3", "the oldest version this was tested with"),
}
"""The oldest good version of each library, and what is wrong with those before."""

# https://sqlite.org/wal.html#the_wal_reset_bug
WAL_RESET_BUG_CAME: Version = (3, 7, 0)
WAL_RESET_BUG_WENT: Version = (3, 51, 3)
WAL_RESET_BUG_MENDED: tuple[Version, ...] = ((3, 44, 6), (3, 50, 7))
"""Older lines that were mended as well, from these versions on."""


def installed(name: str) -> str | None:
    """The version of a library here; None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def parsed(text: str) -> Version:
    """``5.18.1`` as numbers; what follows the numbers is left out."""
    return tuple(int(number) for number in re.findall(r"\d+", text.split("+")[0].split("rc")[0])[:4])


def too_old(versions: Mapping[str, str | None]) -> dict[str, str]:
    """The libraries that are missing or too old, each with what is wrong."""
    found = {}
    for name, (oldest, reason) in OLDEST.items():
        here = versions.get(name)
        if here is None:
            found[name] = "is not installed"
        elif parsed(here) < parsed(oldest):
            found[name] = f"{here} is older than {oldest} ({reason})"
    return found


def has_wal_reset_bug(sqlite: str) -> bool:
    """Whether this SQLite can lose commits when two connections write and fold the log at once."""
    here = parsed(sqlite)
    if not WAL_RESET_BUG_CAME <= here < WAL_RESET_BUG_WENT:
        return False
    return not any(here[:2] == mended[:2] and here >= mended for mended in WAL_RESET_BUG_MENDED)
