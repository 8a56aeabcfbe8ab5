"""Starting: what is ready, what is written where, and what a second start is told."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.live.listeners import Listener
from tests.support.running import ROOT, Running, free_port


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A room that has just been started for the first time; for tests that leave it as it is."""
    started = Running(tmp_path_factory.mktemp("start") / "data")
    yield started
    started.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Running]:
    """A room of the test's own."""
    started = Running(tmp_path / "data")
    yield started
    started.stop()


def start_again(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Another start, which is expected to end by itself."""
    command = [sys.executable, "run.py", "--no-browser", "--host", "127.0.0.1"]
    return subprocess.run(
        [*command, "--port", str(port), "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_a_first_start_has_ready(running: Running) -> None:
    (sample,) = running.did("GET", "/api/v1/meetings")
    assert (sample["id"], sample["code"], sample["status"]) == ("sample-2030-dialogue", "MYRAN", "prepared")
    assert running.base in running.log
    assert running.console_link.startswith(running.local_base + "/facilitator#")
    assert str(running.data) in running.log
    assert "█" in running.log
    assert "eprecat" not in running.log


def test_what_it_writes_is_for_its_owner_alone(running: Running) -> None:
    facts = json.loads((running.data / "running.json").read_text())
    assert set(facts) == {"pid", "port", "local_port", "url"}
    assert facts["port"] == running.port
    assert mode(running.data) == 0o700
    running.call("GET", "/", token="")  # the first form needs the first key
    secrets = [running.data / "operator-token", running.data / "running.json", running.data / "room.sqlite"]
    keys = [path for path in (running.data / "keys").rglob("*") if path.is_file()]
    assert keys
    for path in (*secrets, *keys):
        assert mode(path) == 0o600, path
    assert len((running.data / "operator-token").read_text().strip()) >= 32


def test_the_laptop_has_a_listener_of_its_own(running: Running) -> None:
    facts = json.loads((running.data / "running.json").read_text())
    assert facts["url"] == f"http://127.0.0.1:{facts['local_port']}"
    for port in (facts["port"], facts["local_port"]):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()


def test_the_link_lets_one_browser_in(running: Running) -> None:
    ticket = running.console_link.partition("#")[2]
    status, said = running.call("POST", "/api/v1/sessions", {"ticket": ticket}, token="")
    assert (status, said) == (201, {"role": "console", "next": "/facilitator"})
    assert running.call("POST", "/api/v1/sessions", {"ticket": ticket}, token="")[0] == 401


def test_a_second_start_on_the_same_data_is_told_so(running: Running) -> None:
    second = start_again(running.data, free_port())
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert "already running" in line
    assert str(json.loads((running.data / "running.json").read_text())["pid"]) in line
    assert second.stdout == ""
    assert running.call("GET", "/healthz", token="")[0] == 200


def test_a_second_start_on_the_same_port_is_told_so(running: Running, tmp_path: Path) -> None:
    second = start_again(tmp_path / "other", running.port)
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert str(running.port) in line
    assert second.stdout == ""
    assert running.call("GET", "/healthz", token="")[0] == 200


def test_a_restart_goes_on_where_it_was(own: Running) -> None:
    own.did("POST", "/api/v1/meetings/sample-2030-dialogue/start", {})
    opened = own.did("POST", "/api/v1/meetings/sample-2030-dialogue/rounds", {"question": "influence"})
    (device,) = own.join("MYRAN")
    own.vote([device], opened["id"], [{"value": 3}])
    before = own.did("GET", "/api/v1/state", token=device)
    token = (own.data / "operator-token").read_text()
    old_ticket = own.console_link.partition("#")[2]
    own.stop()
    assert not (own.data / "running.json").exists()

    own.start()
    assert (own.data / "operator-token").read_text() == token
    after = own.did("GET", "/api/v1/state", token=device)
    assert after["version"] == before["version"] == opened["version"]
    assert after["mine"] == {opened["id"]: {"answer": {"value": 3}, "status": "counted"}}
    assert len(own.did("GET", "/api/v1/meetings")) == 1
    # A link of the start before opens nothing any more; the new one does.
    assert own.call("POST", "/api/v1/sessions", {"ticket": old_ticket}, token="")[0] == 401
    ticket = own.console_link.partition("#")[2]
    assert own.call("POST", "/api/v1/sessions", {"ticket": ticket}, token="")[0] == 201


def test_a_start_after_a_crash_needs_no_tidying(own: Running) -> None:
    own.kill()
    assert (own.data / "running.json").exists()
    own.start()
    assert own.call("GET", "/healthz", token="")[0] == 200


@pytest.mark.parametrize("engine", ["eventlet", "threading"])
def test_a_polite_kill_ends_it_at_once(tmp_path: Path, engine: str) -> None:
    """Also with phones connected, whose sockets would never end by themselves."""
    running = Running(tmp_path / "data", "--engine", engine)
    (device,) = running.join("MYRAN")
    phone = Listener(running.base, token=device)
    phone.wait_for("state")
    running._process.terminate()
    assert running._process.wait(timeout=5) == 0
    assert not (running.data / "running.json").exists()
    phone.leave()


def test_nothing_secret_is_printed_but_the_link(running: Running) -> None:
    assert (running.data / "operator-token").read_text().strip() not in running.log


def test_help_lists_the_switches() -> None:
    told = subprocess.run(
        [sys.executable, "run.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    for flag in ("--port", "--host", "--data", "--no-browser", "--engine", "--name"):
        assert flag in told.stdout
