"""The room as a process that may be killed at any moment and started again on the same data."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scripts.endurance.asking import Operator
from scripts.endurance.meetings import Json
from scripts.endurance.trial import CannotGoOn, Progress
from scripts.loadgen.machine import cpu_seconds
from scripts.loadgen.servers import free_port, is_healthy

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
STOP_SECONDS = 20
POLL_SECONDS = 0.01


class NotReady(CannotGoOn):
    """The server did not get ready; the text has the end of its log."""


@dataclass(frozen=True)
class Start:
    """From the start of the process to its first healthy answer: seconds on the wall, and of computing."""

    seconds: float
    cpu_seconds: float


class Server:
    """A room on a data folder, always at the same port, so that its phones find it again."""

    def __init__(self, data: Path, *, engine: str | None = None, port: int | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        self._flags = ["--engine", engine] if engine else []
        self._log = data.with_suffix(".log")
        self._child: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """The server of a trial: in every slice on the same data and at the same port."""
        server = cls(progress.folder / "data", engine=progress.asked.engine, port=progress.kept.get("port"))
        progress.kept["port"] = server.port
        return server

    @property
    def file(self) -> Path:
        return self.data / "room.sqlite"

    @property
    def pid(self) -> int:
        return int(json.loads((self.data / "running.json").read_text(encoding="utf-8"))["pid"])

    @property
    def operator(self) -> Operator:
        return Operator(self.port, (self.data / "operator-token").read_text(encoding="utf-8").strip())

    async def start(self) -> Start:
        """Start it, and wait until it says that it can take a vote. The loop goes on meanwhile."""
        self.data.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "run.py", "--no-browser", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [*command, "--data", str(self.data), *self._flags],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
                start_new_session=True,  # a Ctrl+C in the terminal is for the trial, which then stops it
            )
        return await asyncio.to_thread(self._wait_until_ready, time.monotonic())

    async def hold(self, document: Json) -> None:
        """Bring a meeting in and start it."""
        operator = self.operator
        await operator.post("/api/v1/meetings", document)
        await operator.post(f"/api/v1/meetings/{document['meeting']['id']}/start")

    def kill(self) -> None:
        """As a crash: no time to write anything."""
        if self._child is not None:
            self._child.send_signal(signal.SIGKILL)
            self._child.wait()

    async def stop(self) -> None:
        if self._child is None:
            if self.is_running():  # an earlier slice has started it
                os.kill(self.pid, signal.SIGTERM)
            return
        if self._child.poll() is not None:
            return
        self._child.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._child.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def leave_running(self) -> None:
        """Let it go on by itself, for a later slice."""
        self._child = None

    def is_running(self) -> bool:
        """Whether it answers, whoever started it."""
        return is_healthy(self.port, STOP_SECONDS)

    def words(self) -> str:
        """The end of what it has said in its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:].strip()

    def _wait_until_ready(self, began: float) -> Start:
        while time.monotonic() - began < READY_SECONDS:
            if self._child is None or self._child.poll() is not None:
                break
            if is_healthy(self.port, READY_SECONDS):
                return Start(time.monotonic() - began, cpu_seconds(self._child.pid))
            time.sleep(POLL_SECONDS)
        raise NotReady(f"The server did not get ready. The end of its log:\n{self.words()}")
