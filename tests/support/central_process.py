"""A central store as a process of its own, started as an office starts it, and ended by its process id."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from kiosk.central.main import main
from scripts.loadgen.servers import is_healthy
from tests.support.disks import FaultyDisk
from tests.support.running import READY_SECONDS, ROOT, free_port, until

Finished = subprocess.CompletedProcess[str]


class RunningCentral:
    """``python3 run.py central`` on a database and a folder, also on a disk that can go wrong."""

    def __init__(self, database: str, data: Path, disk: FaultyDisk | None = None) -> None:
        self.port = free_port()
        self._flags = ["--database", database, "--data", str(data)]
        self._log = data.parent / "central.log"
        self._environment = surroundings() | (disk.environment() if disk is not None else {})
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "run.py", "central", *self._flags, "--port", str(self.port)],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=self._environment,
            )
        until(self._answers, f"the central store did not start: {self._log}", READY_SECONDS)

    def act(self, *words: str, said: str = "") -> Finished:
        """One of an administrator's acts, beside the store that serves, in this process."""
        out, err, given = StringIO(), StringIO(), sys.stdin
        sys.stdin = StringIO(said)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                status = main([*self._flags, *words])
        finally:
            sys.stdin = given
        return subprocess.CompletedProcess([*words], status, out.getvalue(), err.getvalue())

    def kill(self) -> None:
        """As a crash: no time to write or to answer anything."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"the central store ended by itself:\n{self.log}"
        return is_healthy(self.port)


def run(*words: str, largest_file: int | None = None) -> Finished:
    """A command of ours, to its end."""

    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))

    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=surroundings(),
        preexec_fn=limit,
    )


def start(*words: str) -> subprocess.Popen[bytes]:
    """A command of ours that runs beside the test."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=surroundings(),
    )


def surroundings() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
