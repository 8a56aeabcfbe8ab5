"""Where the room is and what is going on in it: the data folder, and the operator's side of the HTTP API."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 20


class NoRoom(Exception):
    """The rehearsal cannot begin or go on; the text says why, to a facilitator."""


@dataclass(frozen=True)
class Venue:
    """A running room and the key to it."""

    url: str
    token: str

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", path, json.dumps(body).encode())

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PUT", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310
            self.url + path,
            data=body,
            method=method,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise NoRoom(_refusal(self.url, error)) from None
        except (OSError, ValueError) as error:
            raise NoRoom(f"The room at {self.url} does not answer ({_reason(error)}).") from None


def find_venue(data: Path, server: str | None) -> Venue:
    """The room that runs on a data folder, or the one at an address whose data folder this is."""
    url = server.rstrip("/") if server is not None else _running_url(data)
    if not url.startswith(("http://", "https://")):
        raise NoRoom(f"{url} is not an address: it should begin with http://")
    try:
        token = (data / "operator-token").read_text(encoding="utf-8").strip()
    except OSError:
        raise NoRoom(f"No operator's token in {data}. Name the room's data folder with --data.") from None
    return Venue(url, token)


def _running_url(data: Path) -> str:
    hint = "Start one with `python3 run.py`, or name its data folder with --data."
    try:
        running = json.loads((data / "running.json").read_text(encoding="utf-8"))
        pid, port = int(running["pid"]), int(running["port"])
    except (OSError, ValueError, KeyError):
        raise NoRoom(f"No room is running on {data}. {hint}") from None
    if not _alive(pid):
        raise NoRoom(f"The room on {data} has stopped. {hint}")
    return f"http://127.0.0.1:{port}"


def _alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # there, asking a process whether it lives would end it; the room just may not answer
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refusal(url: str, error: urllib.error.HTTPError) -> str:
    try:
        detail = json.loads(error.read())["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"HTTP {error.code}"
    return f"The room at {url} refused: {detail}"


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return getattr(reason, "strerror", None) or str(reason)
