"""Set up whatever the tests need and run all of them: `python3 scripts/test.py`.

Every check runs, also after one has failed, so that one run shows everything there is to mend.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("The tests need Python 3.11 or newer, and this is Python " + sys.version.split()[0] + ".")

import argparse
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kiosk.bootstrap import environment, node  # noqa: E402
from kiosk.bootstrap.steps import SetUpFailed, step  # noqa: E402

CHROMIUM = os.environ.get("KIOSK_CHROMIUM") or "/usr/bin/chromium"
FONTS = Path("/usr/share/fonts/truetype")
POSTGRESQL = Path("/usr/lib/postgresql")
OLDEST_NODE = (20, 19)
PYTHON_SOURCES = ("run.py", "kiosk", "facilitator", "display", "scripts", "tests")
MEMORY = Path("/dev/shm")  # noqa: S108 (what is put there makes a folder of its own)
ENOUGH_MEMORY = 4_000_000_000
SIDE_BY_SIDE = {"unit": "3", "browser": "2"}
"""How many test processes share the machine: on two cores, since many a test waits for a server to start."""
PYTEST_FOUND_NOTHING = 5


@dataclass(frozen=True)
class Check:
    """One step of the run: a short name for --only, and the command."""

    name: str
    command: Sequence[str]
    nothing_is_fine: bool = False


def main(arguments: Sequence[str]) -> int:
    """Set up, run the checks that were asked for, and say how each went."""
    chosen, for_pytest = _read(arguments)
    try:
        set_up_system()
        environment.enter(ROOT, "requirements-dev.txt")
        node_command = set_up_node()
    except SetUpFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    checks = [check for check in all_checks(node_command, for_pytest) if check.name in chosen]
    return _report([(check.name, run(check)) for check in checks])


def set_up_system() -> None:
    """Install what only the system's package manager has: a browser, fonts, a C compiler, PostgreSQL."""
    missing = missing_packages()
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise SetUpFailed(
            f"Missing on this machine: {', '.join(missing)} (these are Debian's names). Install them; "
            "KIOSK_CHROMIUM tells where Chromium is."
        )
    if os.geteuid() != 0:
        raise SetUpFailed(
            f"Missing on this machine. Run this and start again: sudo apt install {' '.join(missing)}"
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    with step(f"Installing {', '.join(missing)}"):
        for command in (["apt-get", "update", "-qq"], install):
            tried = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
            if tried.returncode != 0:
                raise SetUpFailed(f"{tried.stderr.strip()}\nThis failed: {' '.join(command)}")


def missing_packages() -> list[str]:
    """The Debian packages whose things are not there."""
    there = {
        "chromium": shutil.which(CHROMIUM) is not None,
        "gcc": shutil.which("cc") is not None,
        "postgresql": shutil.which("initdb") is not None or any(POSTGRESQL.glob("*/bin/initdb")),
        "python3-venv": find_spec("ensurepip") is not None,
        "unzip": shutil.which("unzip") is not None,
    }
    if shutil.which("apt-get") is not None:
        there |= {
            "fonts-dejavu-core": (FONTS / "dejavu").exists(),
            "fonts-noto-core": (FONTS / "noto").exists(),
            "libc6-dev": Path("/usr/include/stdio.h").exists(),
        }
    return [package for package, found in there.items() if not found]


def set_up_node() -> list[str]:
    """Fetch the JavaScript tools when the lock names others than last time; gives the Node.js command."""
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    note = ROOT / "node_modules" / ".kiosk-lock"
    done = note.is_file() and note.read_text(encoding="utf-8") == lock
    with step("JavaScript tools") as alive:
        command = node.node(ROOT, OLDEST_NODE, alive)
        if not done:
            node.npm(ROOT, ["ci", "--ignore-scripts", "--include=dev"], alive)
            note.write_text(lock, encoding="utf-8")
    return command


def all_checks(node_command: Sequence[str], for_pytest: Sequence[str]) -> list[Check]:
    """Every check, quickest first."""
    python = [sys.executable, "-m"]
    chosen = bool(for_pytest)
    # A process that has nothing left takes over from one that has, so that none works alone in the end.
    shared = {name: ["--dist=worksteal", "-n", count, *for_pytest] for name, count in SIDE_BY_SIDE.items()}
    return [
        Check("ruff", [*python, "ruff", "check", "."]),
        Check("format", [*python, "ruff", "format", "--check", "."]),
        Check("mypy", [*python, "mypy", "--strict", *PYTHON_SOURCES]),
        Check("tsc", [*node_command, "node_modules/typescript/bin/tsc", "--project", "tsconfig.json"]),
        Check("eslint", [*node_command, "node_modules/eslint/bin/eslint.js", "."]),
        Check("unit", [*python, "pytest", "--ignore=tests/browser", *shared["unit"]], nothing_is_fine=chosen),
        Check("browser", [*python, "pytest", "tests/browser", *shared["browser"]], nothing_is_fine=chosen),
    ]


def run(check: Check) -> bool:
    """Run one check with its own words on the screen; says whether it passed."""
    print(f"\n== {check.name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(check.command, cwd=ROOT, env=surroundings()).returncode
    passed = code == 0 or (check.nothing_is_fine and code == PYTEST_FOUND_NOTHING)
    print(f"-- {check.name}: {'ok' if passed else 'FAILED'}, {time.monotonic() - began:.1f} s", flush=True)
    return passed


def surroundings() -> dict[str, str]:
    """What the checks find around them. What they write lies in memory: nobody there waits for a disk."""
    kept = {**os.environ, "KIOSK_CHROMIUM": CHROMIUM}
    # Hundreds of servers are started: each would compile all that it imports.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    if "TMPDIR" not in kept and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY:
        kept["TMPDIR"] = str(MEMORY)
    return kept


def _report(results: Sequence[tuple[str, bool]]) -> int:
    failed = [name for name, passed in results if not passed]
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
        return 1
    print(f"\nAll passed: {', '.join(name for name, _passed in results)}")
    return 0


def _read(arguments: Sequence[str]) -> tuple[set[str], list[str]]:
    """Which checks to run, and what comes after ``--``, for pytest."""
    names = [check.name for check in all_checks([], [])]
    parser = argparse.ArgumentParser(description=__doc__, epilog="What comes after -- goes to pytest.")
    parser.add_argument("--fast", action="store_true", help="leave the browser tests out")
    parser.add_argument(
        "--only",
        metavar="CHECK",
        action="append",
        choices=names,
        help=f"one of: {', '.join(names)}; may be given again",
    )
    own, _separator, for_pytest = _split(arguments)
    asked = parser.parse_args(own)
    chosen = set(asked.only or names)
    return (chosen - {"browser"} if asked.fast else chosen), for_pytest


def _split(arguments: Sequence[str]) -> tuple[list[str], str, list[str]]:
    words = list(arguments)
    if "--" not in words:
        return words, "", []
    at = words.index("--")
    return words[:at], "--", words[at + 1 :]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
