"""The Python environment: this interpreter when it has the libraries, else the kiosk's own ``.venv``."""

from __future__ import annotations

import importlib
import os
import site
import sys
import sysconfig
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from kiosk.bootstrap.pins import installed, pins, satisfied
from kiosk.bootstrap.steps import SetUpFailed, run, step

FOLDER = ".venv"
NOTE = Path(FOLDER, "fetched-libraries.txt")
NO_VENV = (
    "This Python cannot make an environment of its own. "
    "Install what it lacks, for example with `sudo apt install python3-venv`, and start again."
)
_ENTERED = "KIOSK_ENTERED_VENV"


def enter(root: Path, requirements: str) -> bool:
    """Go on in an interpreter that has the libraries; elsewhere this call does not return.

    Says whether anything had to be fetched.
    """
    entered = os.environ.pop(_ENTERED, None)
    if _inside(root):
        return _install(root, requirements)
    if satisfied(pins(root / requirements), installed()):
        return False
    if entered:
        raise SetUpFailed(f"The folder {root / FOLDER} is damaged. Delete it and start again.")
    make(root)
    _go_on_in(root)


def make(root: Path) -> None:
    """Make the .venv when there is none."""
    if python(root).exists():
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise SetUpFailed(NO_VENV)
    print("Setting up the kiosk. This happens once, needs the internet and takes a few minutes.")
    with step("Making a place of its own for the kiosk (.venv)") as alive:
        run([sys.executable, "-m", "venv", "--clear", str(root / FOLDER)], root, alive, "Making .venv")


def python(root: Path) -> Path:
    """The interpreter of the .venv."""
    return root / FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def add(root: Path, requirements: str, alive: Callable[[], None]) -> None:
    """Fetch further libraries into the .venv, unless that was done before."""
    if not satisfied(pins(root / requirements), _noted(root)):
        _fetch(root, requirements, alive)


def _inside(root: Path) -> bool:
    return Path(sys.prefix).resolve() == (root / FOLDER).resolve()


def _install(root: Path, requirements: str) -> bool:
    """Fetch what this process, which runs in the .venv, lacks."""
    wanted = pins(root / requirements)
    if satisfied(wanted, _noted(root)) and satisfied(wanted, installed()):
        return False
    with step(f"Fetching the {len(wanted)} libraries and what they need") as alive:
        _mend_pip(root, alive)
        _fetch(root, requirements, alive)
    # The folder of the libraries may be newer than this process.
    site.addsitedir(sysconfig.get_path("purelib"))
    importlib.invalidate_caches()
    return True


def _fetch(root: Path, requirements: str, alive: Callable[[], None]) -> None:
    """What was fetched is noted last, so an installation that was interrupted is taken up again."""
    command = [str(python(root)), "-m", "pip", "install", "--prefer-binary", "-r", str(root / requirements)]
    run(command, root, alive, f"Fetching the libraries of {requirements}")
    noted = _noted(root) | pins(root / requirements)
    lines = (f"{name}=={version}\n" for name, version in sorted(noted.items()))
    (root / NOTE).write_text("".join(lines), encoding="utf-8")


def _noted(root: Path) -> dict[str, str]:
    note = root / NOTE
    return pins(note) if note.exists() else {}


def _mend_pip(root: Path, alive: Callable[[], None]) -> None:
    """A .venv outlives the Python it was made with, but its libraries do not: start over with a new pip."""
    if find_spec("pip") is not None:
        return
    if find_spec("ensurepip") is None:
        raise SetUpFailed(NO_VENV)
    run([str(python(root)), "-m", "ensurepip", "--default-pip"], root, alive, "Renewing .venv")


def _go_on_in(root: Path) -> NoReturn:
    """Run the same command again in the .venv, in place of this process where the system can do that."""
    command = [str(python(root)), *sys.orig_argv[1:]]
    os.environ[_ENTERED] = "1"
    sys.stdout.flush()
    if os.name == "nt":
        _accompany(command)
    os.execv(command[0], command)  # noqa: S606


def _accompany(command: Sequence[str]) -> NoReturn:
    """On Windows: wait for the child, which hears Ctrl+C itself, and end as it ends."""
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(command))
