"""The browser's part: the Socket.IO client, which npm fetches and the room serves from ``node_modules``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kiosk.bootstrap import node
from kiosk.bootstrap.steps import SetUpFailed, step

LIBRARY = "socket.io-client"
BUNDLE = Path("node_modules", LIBRARY, "dist", "socket.io.esm.min.js")


def fetch(root: Path) -> bool:
    """Fetch the client, unless the version that package.json names is there. Says whether it had to."""
    if (root / BUNDLE).is_file() and _present(root) == _wanted(root):
        return False
    with step("Fetching the browser's part of the connection") as alive:
        node.npm(root, ["ci", "--omit=dev", "--ignore-scripts"], alive)
    if not (root / BUNDLE).is_file():
        raise SetUpFailed(f"npm reported success, but {root / BUNDLE} is not there.")
    return True


def _present(root: Path) -> str | None:
    version: str | None = _json(root / "node_modules" / LIBRARY / "package.json").get("version")
    return version


def _wanted(root: Path) -> str | None:
    version: str | None = _json(root / "package.json").get("dependencies", {}).get(LIBRARY)
    return version


def _json(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content
