"""A kiosk as a process of its own, started as people start it, and ended by its process id."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30
LINK = re.compile(r"http://127\.0\.0\.1:\d+/facilitator#\S+")


class Running:
    """A server on loopback with a data folder of its own."""

    program = "run.py"

    def __init__(self, data: Path, *flags: str) -> None:
        self.data = data
        self.port = free_port()
        self._flags = flags
        self._log = data.parent / f"{data.name}.log"
        self.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def local_base(self) -> str:
        return str(json.loads((self.data / "running.json").read_text())["url"])

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    @property
    def console_link(self) -> str:
        """The link of the latest start, good once."""
        return str(LINK.findall(self.log)[-1])

    def start(self) -> None:
        command = [
            sys.executable,
            self.program,
            "--no-browser",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data", str(self.data), *self._flags],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            )
        until(self._answers, f"the server did not start: {self._log}", READY_SECONDS)

    def kill(self) -> None:
        """As a crash: no time to write anything."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=20)

    def call(
        self, method: str, path: str, message: Any = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """A request with a token (the operator's if none is given); its status and JSON."""
        bearer = token if token is not None else (self.data / "operator-token").read_text().strip()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                method,
                path,
                None if message is None else json.dumps(message),
                {
                    "Content-Type": "application/json",
                    **({"Authorization": f"Bearer {bearer}"} if bearer else {}),
                },
            )
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return response.status, json.loads(body) if body.startswith((b"{", b"[")) else body.decode()

    def did(self, method: str, path: str, message: Any = None, *, token: str | None = None) -> Any:
        """As ``call``, where only success will do."""
        status, said = self.call(method, path, message, token=token)
        assert status < 300, (status, said)
        return said

    def bring_in(self, document: Mapping[str, Any], *, start: bool = True) -> str:
        """Import a meeting and start it; its id."""
        meeting = str(self.did("POST", "/api/v1/meetings", document)["id"])
        if start:
            self.did("POST", f"/api/v1/meetings/{meeting}/start", {})
        return meeting

    def join(self, code: str, count: int = 1) -> list[str]:
        """The device tokens of so many phones that have just joined."""
        return [
            str(self.did("POST", "/api/v1/join", {"code": code}, token="")["device"]) for _ in range(count)
        ]

    def vote(self, tokens: Iterable[str], round_id: str, answers: Iterable[Mapping[str, Any]]) -> None:
        """Each phone casts the answer in the same place."""
        for token, answer in zip(tokens, answers, strict=False):
            ballot = {"id": uuid.uuid4().hex, "round": round_id, "answer": dict(answer)}
            assert self.call("POST", "/api/v1/ballots", ballot, token=token)[0] == 201

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f"the server ended by itself:\n{self.log}")
        try:
            return (self.data / "running.json").exists() and self.call("GET", "/healthz", token="")[0] == 200
        except OSError:
            return False


def free_port() -> int:
    """A port with a free one after it, for the listener of the laptop's own browser."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def until(condition: Callable[[], object], otherwise: str, seconds: float = 10) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
