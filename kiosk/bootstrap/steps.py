"""What set-up tells the person who waits, and how it runs the tools that do the work."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OFFLINE = (
    "The first start needs the internet, once, to fetch what the kiosk is built on. "
    "Connect this computer to the internet and start again; after that it needs none."
)

_UNREACHABLE = re.compile(
    r"from versions: none"
    r"|NewConnectionError|NameResolutionError|ConnectTimeout|Max retries|Temporary failure in name"
    r"|getaddrinfo|Network is unreachable|Failed to establish a new connection|ENOTFOUND"
    r"|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ECONNRESET|ERR_SOCKET_TIMEOUT|Could not connect"
)


class SetUpFailed(Exception):
    """Why the kiosk cannot be set up and what to do, in one line for the person at the keyboard."""


@contextmanager
def step(title: str) -> Iterator[Callable[[], None]]:
    """Announce a step, let it show that it is alive with a dot now and then, and say when it is done."""
    print(f"  {title} ...", end="", flush=True)
    began = time.monotonic()
    yield lambda: print(".", end="", flush=True)
    print(f" done, {time.monotonic() - began:.0f} s", flush=True)


def run(command: Sequence[str], root: Path, alive: Callable[[], None], doing: str) -> None:
    """Run a tool quietly, one dot for every thing it fetches; a failure becomes one line."""
    said: list[str] = []
    with subprocess.Popen(
        command,
        cwd=root,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as tool:
        for line in tool.stdout or ():
            said.append(line)
            if line.startswith("Collecting "):
                alive()
    if tool.returncode != 0:
        raise SetUpFailed(_reason("".join(said), root, doing))


def _environment() -> dict[str, str]:
    """The person's own environment, without the habits that would lead pip astray in a .venv."""
    without = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return kept | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONIOENCODING": "utf-8"}


def _reason(said: str, root: Path, doing: str) -> str:
    log = _keep(said, root)
    if _UNREACHABLE.search(said):
        return OFFLINE
    errors = [line.strip() for line in said.splitlines() if re.search(r"error|err!", line, re.IGNORECASE)]
    last = (errors or [line.strip() for line in said.splitlines() if line.strip()] or ["no reason given"])[-1]
    return f"{doing} failed: {last[:200]}{log}"


def _keep(said: str, root: Path) -> str:
    """Keep what the tool said for whoever is asked to help."""
    log = root / "data" / "var" / "set-up.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(said, encoding="utf-8")
    except OSError:
        return ""
    return f" (all of it is in {log})"
