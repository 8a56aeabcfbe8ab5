"""The two servers that are measured, each a process of ours on a core of its own."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol

from scripts.loadgen.hall import BenchError
from scripts.loadgen.machine import running_on

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
STOP_SECONDS = 10

MEETING: dict[str, Any] = {
    "format": 1,
    "dialogue": {"id": "bench", "title": {"sv": "Mätning"}},
    "meeting": {
        "id": "bench",
        "code": "MATN",
        "type": "open",
        "place": "Bygdegården",
        "date": "2026-11-24",
        "languages": ["sv"],
        "title": {"sv": "Mätning"},
    },
    "questions": [
        {
            "id": "bridge",
            "version": 1,
            "kind": "choice",
            "composition": False,
            "sensitive": False,
            "text": {"sv": "Ska den gamla bron rustas upp i stället för att ersättas?"},
            "options": [
                {"id": "yes", "text": {"sv": "Ja, rusta upp den"}},
                {"id": "no", "text": {"sv": "Nej, bygg en ny"}},
                {"id": "unsure", "text": {"sv": "Jag vet inte än"}},
            ],
            "breakdown": [],
        }
    ],
    "agenda": [{"id": "item-bridge", "type": "question", "question": "bridge"}],
}

ANSWERS = [json.dumps({"options": [option]}, separators=(",", ":")) for option in ("yes", "no", "unsure")]


class Server(Protocol):
    """What a measurement needs from a server, whichever it is."""

    name: str
    port: int
    code: str | None

    @property
    def pid(self) -> int: ...
    def news_of(self, round_id: str) -> tuple[str, ...]: ...
    def open_round(self) -> str: ...
    def close_round(self, round_id: str) -> None: ...
    def tally(self, round_id: str) -> dict[str, Any]: ...
    def stop(self) -> None: ...


class Process:
    """A child that logs to a file, is waited for until it answers, and is stopped whatever happens."""

    def __init__(self, command: list[str], log: Path, core: int) -> None:
        self.log = log
        with log.open("ab") as output, running_on(core):
            self.started = time.monotonic()
            self.child = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    def wait_until_ready(self, port: int) -> float:
        """Seconds from the start of the process to its first healthy answer."""
        while time.monotonic() - self.started < READY_SECONDS:
            if self.child.poll() is not None:
                break
            if is_healthy(port):
                return time.monotonic() - self.started
            time.sleep(0.01)
        raise BenchError(f"The server did not get ready. The end of its log:\n{self.last_words()}")

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Api:
    """JSON over one kept connection, opened anew when the server has closed it meanwhile."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Content-Type": "application/json"}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        text = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, text, self.headers)
            response = self.connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            self.connection.close()
            self.connection.request(method, path, text, self.headers)
            response = self.connection.getresponse()
        answer = response.read()
        if response.status // 100 != 2:
            said = answer.decode("utf-8", "replace")[:300]
            raise BenchError(f"{method} {path} was answered with {response.status}: {said}")
        return json.loads(answer) if answer else None

    def close(self) -> None:
        self.connection.close()


class Kiosk:
    """A room on a data folder of its own, with one meeting running."""

    name = "kiosk"

    def __init__(self, data: Path, *, core: int, engine: str | None, places: int | None = None) -> None:
        """``places`` is how many connections of phones it serves, if not as many as it can."""
        self.data = data
        self.port = free_port()
        command = [sys.executable, "run.py", "--no-browser", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--data", str(data)]
        if engine is not None:
            command += ["--engine", engine]
        if places is not None:
            command += ["--connections", str(places)]
        data.mkdir(parents=True, exist_ok=True)
        self.process = Process(command, data.with_suffix(".log"), core)
        try:
            self.ready_seconds = self.process.wait_until_ready(self.port)
        except BenchError:
            self.process.stop()
            raise
        self.api = Api(self.port, (data / "operator-token").read_text(encoding="utf-8").strip())
        self.code: str | None = None
        self.meeting = ""

    @property
    def pid(self) -> int:
        running = self.data / "running.json"
        return int(json.loads(running.read_text(encoding="utf-8"))["pid"])

    def start_meeting(self, document: dict[str, Any] = MEETING) -> None:
        """Start a meeting; one that is running ends."""
        if self.meeting:
            self.api.call("POST", f"/api/v1/meetings/{self.meeting}/end", {})
        made = self.api.call("POST", "/api/v1/meetings", document)
        self.meeting, self.code = made["id"], made["code"]
        self.api.call("POST", f"/api/v1/meetings/{self.meeting}/start", {})

    def news_of(self, round_id: str) -> tuple[str, ...]:
        """What the news of an opened round must hold: its id, and the question as it is shown, so that no
        phone has to ask for it."""
        return round_id, MEETING["questions"][0]["text"]["sv"], '\\"yes\\"'

    def open_round(self, question: str = "bridge") -> str:
        opened = self.api.call("POST", f"/api/v1/meetings/{self.meeting}/rounds", {"question": question})
        return str(opened["id"])

    def close_round(self, round_id: str) -> None:
        self.api.call("POST", f"/api/v1/rounds/{round_id}/close", {})

    def reveal(self, round_id: str) -> None:
        self.api.call("POST", f"/api/v1/rounds/{round_id}/reveal", {})

    def tally(self, round_id: str) -> dict[str, Any]:
        tally: dict[str, Any] = self.api.call("GET", f"/api/v1/rounds/{round_id}/tally")
        return tally

    def stop(self) -> None:
        self.api.close()
        self.process.stop()


class Reference:
    """The bare stock server of `scripts/bench_reference.py`."""

    name = "stock"
    code: str | None = None

    def __init__(self, log: Path, *, core: int) -> None:
        self.port = free_port()
        script = ROOT / "scripts" / "bench_reference.py"
        self.process = Process([sys.executable, str(script), "--port", str(self.port)], log, core)
        try:
            self.process.wait_until_ready(self.port)
        except BenchError:
            self.process.stop()
            raise
        self.api = Api(self.port)

    @property
    def pid(self) -> int:
        return self.process.child.pid

    def news_of(self, round_id: str) -> tuple[str, ...]:
        return (round_id,)

    def open_round(self) -> str:
        return str(self.api.call("POST", "/rounds")["id"])

    def close_round(self, round_id: str) -> None:
        self.api.call("POST", f"/rounds/{round_id}/close")

    def tally(self, round_id: str) -> dict[str, Any]:
        tally: dict[str, Any] = self.api.call("GET", f"/rounds/{round_id}/tally")
        return tally

    def stop(self) -> None:
        self.api.close()
        self.process.stop()


class Floor:
    """``floor.c``: a server that answers ballots and does nothing else, to see what the generator can do."""

    def __init__(self, program: Path, log: Path, *, core: int) -> None:
        self.port = free_port()
        self.process = Process([str(program), str(self.port)], log, core)
        try:
            self.process.wait_until_ready(self.port)
        except BenchError:
            self.process.stop()
            raise

    def stop(self) -> None:
        self.process.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_healthy(port: int, patience: float = 5) -> bool:
    """Whether a server on this machine could take a vote now; it has so many seconds to say so."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
