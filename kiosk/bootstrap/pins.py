"""The pinned libraries: what a requirements file asks for, and whether this interpreter has it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([A-Za-z0-9.!+]+)$")
_INSTALLED = re.compile(r"(.+?)-([^-]+?)(?:-py[^-]*)?\.(?:dist|egg)-info$")


def pins(requirements: Path) -> dict[str, str]:
    """Every library of a requirements file and of those it includes, with its version."""
    found: dict[str, str] = {}
    for line in _lines(requirements):
        pin = _PIN.match(line)
        if pin is None:
            raise ValueError(f"{requirements.name}: every line is NAME==VERSION, and this is not: {line}")
        found[_plain(pin[1])] = pin[2]
    return found


def installed(folders: Iterable[str] | None = None) -> dict[str, str]:
    """What lies in the interpreter's folders, by the names of the metadata folders.

    importlib.metadata would say the same; importing it alone can take longer than all the rest of a start.
    """
    found: dict[str, str] = {}
    for folder in sys.path if folders is None else folders:
        for entry in _entries(folder):
            library = _INSTALLED.match(entry)
            if library is not None:
                found.setdefault(_plain(library[1]), library[2])
    return found


def satisfied(wanted: dict[str, str], present: dict[str, str]) -> bool:
    """Whether every library is there in just the version asked for."""
    return all(present.get(name) == version for name, version in wanted.items())


def _lines(requirements: Path) -> Iterator[str]:
    for line in requirements.read_text(encoding="utf-8").splitlines():
        text = line.split(" #")[0].strip()
        if text.startswith("-r "):
            yield from _lines(requirements.parent / text[3:].strip())
        elif text and not text.startswith("#"):
            yield text


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")  # noqa: PTH208
    except OSError:
        return []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
