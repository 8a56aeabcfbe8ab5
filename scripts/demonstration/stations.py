"""The laptops of the demonstration and its central store: processes as anybody starts them."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any

from scripts.loadgen.servers import is_healthy
from scripts.rehearsal.venue import NoRoom, Venue

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90
STOP_SECONDS = 20
SAFE_SECONDS = 120
LOOK_SECONDS = 0.2


class Station:
    """A process of ours on a folder, until the block ends."""

    def __init__(self, name: str, folder: Path, *flags: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._name = name
        self._flags = flags
        self._log = folder.with_suffix(".log")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Station:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "run.py",
                    *self._flags,
                    "--data",
                    str(self.folder),
                    "--port",
                    str(self.port),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            )
        try:
            wait_for(self._answers, f"{self._name} did not get ready; see {self._log}", READY_SECONDS)
        except NoRoom:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _answers(self) -> bool:
        if self._child is None or self._child.poll() is not None:
            raise NoRoom(f"{self._name} ended by itself; see {self._log}")
        return is_healthy(self.port)


def a_laptop(folder: Path) -> Station:
    """A room on a data folder of its own."""
    return Station("The laptop", folder, "--no-browser", "--host", "127.0.0.1")


def venue_of(laptop: Station) -> Venue:
    """A running laptop as its facilitator has it."""
    return Venue(laptop.url, (laptop.folder / "operator-token").read_text("utf-8").strip())


class Office:
    """The central store, and its administrator's acts."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        self.station = Station("The central store", folder, "central", "--database", database)

    def code(self, name: str) -> str:
        """A code for one laptop."""
        return self.act("enrol", name).split()[0]

    def act(self, *words: str) -> str:
        """One of the administrator's acts; what it said."""
        from kiosk.central.main import main

        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(["--database", self.database, "--data", str(self.folder), *words])
        if status != 0:
            raise NoRoom(f"The central store refused: {err.getvalue().strip() or out.getvalue().strip()}")
        return out.getvalue()


def wait_for(is_so: Callable[[], bool], otherwise: str, seconds: float = SAFE_SECONDS) -> None:
    """Wait until something is so; NoRoom with the words ``otherwise`` when it takes too long."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise NoRoom(otherwise)
        time.sleep(LOOK_SECONDS)


def way_of(venue: Venue, meeting: str) -> dict[str, Any]:
    """Where a meeting is on its way home, as its console shows it."""
    found = venue.get("/api/v1/homecoming")["meetings"]
    return next(dict(one) for one in found if one["id"] == meeting)


def is_safe(venue: Venue, meeting: str) -> bool:
    """Whether it has arrived; NoRoom when it waits for a person."""
    progress = way_of(venue, meeting)["progress"]
    if progress is not None and progress["state"] == "refused":
        raise NoRoom(f"{meeting}: {progress['problem']['detail']}")
    return bool(progress is not None and progress["state"] == "safe")


def download(venue: Venue, path: str) -> bytes:
    """A file from the console."""
    connection = http.client.HTTPConnection(venue.url.removeprefix("http://"), timeout=SAFE_SECONDS)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {venue.token}"})
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise NoRoom(json.loads(content).get("detail", f"HTTP {response.status}"))
    return content


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
