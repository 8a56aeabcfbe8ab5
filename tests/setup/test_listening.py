"""The port, our own sockets and the limit of open files, on real sockets."""

from __future__ import annotations

import errno
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from kiosk import listening
from kiosk.listening import CLOSED_TO_BROWSERS, CannotStart, listen, listen_locally, raise_file_limit

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


@contextmanager
def occupied(host: str = LOOPBACK, *, shared: bool = False) -> Iterator[int]:
    """A port on which somebody else listens, perhaps ready to share it."""
    with socket.socket() as other:
        if shared:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((host, 0))
        other.listen(5)
        yield other.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )


def test_the_port_that_was_asked_for_is_listened_on() -> None:
    port = free_port()
    listener = listen(LOOPBACK, port)
    with listener.socket, socket.create_connection((LOOPBACK, port), timeout=5):
        assert (listener.port, listener.note) == (port, None)


def test_port_zero_takes_any_and_says_which() -> None:
    listener = listen(LOOPBACK, 0)
    with listener.socket:
        assert listener.port == listener.socket.getsockname()[1] > 0


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("theirs", [LOOPBACK, "0.0.0.0"])
@pytest.mark.parametrize("ours", [LOOPBACK, "0.0.0.0"])
def test_a_taken_port_is_refused_also_when_its_holder_would_share_it(
    ours: str, theirs: str, shared: bool
) -> None:
    with occupied(theirs, shared=shared) as port, pytest.raises(CannotStart, match=rf"Port {port} is taken"):
        listen(ours, port)


def test_nobody_can_share_our_port() -> None:
    listener = listen("0.0.0.0", 0)
    with listener.socket, socket.socket() as intruder:
        intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            intruder.bind(("0.0.0.0", listener.port))


def test_another_process_of_ours_cannot_share_our_port() -> None:
    listener = listen("0.0.0.0", 0)
    with listener.socket:
        tried = python(f"from kiosk.listening import *; listen('0.0.0.0', {listener.port})")
    assert f"Port {listener.port} is taken" in tried.stderr


def test_a_restart_takes_the_port_over_from_fading_connections() -> None:
    listener = listen(LOOPBACK, 0)
    with socket.create_connection((LOOPBACK, listener.port), timeout=5) as phone:
        served, _address = listener.socket.accept()
        served.close()
        listener.socket.close()
        assert phone.recv(1) == b""
    again = listen(LOOPBACK, listener.port)
    again.socket.close()


def test_the_usual_ports_are_tried_in_turn_and_the_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    last = free_port()
    with occupied() as first, occupied() as second:
        monkeypatch.setattr(listening, "USUAL_PORTS", (first, last))
        listener = listen(LOOPBACK, None)
        listener.socket.close()
        assert listener.port == last
        assert listener.note == f"Port {first} was taken, so {last}."

        monkeypatch.setattr(listening, "USUAL_PORTS", (first, second))
        monkeypatch.setattr(listening, "FURTHER_PORTS", [last])
        listener = listen(LOOPBACK, None)
        listener.socket.close()
        assert listener.note == f"The usual ports could not be had, so {last}."

        monkeypatch.setattr(listening, "FURTHER_PORTS", [second])
        with pytest.raises(CannotStart, match="No port"):
            listen(LOOPBACK, None)


def test_the_first_usual_port_needs_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "USUAL_PORTS", (free_port(),))
    listener = listen(LOOPBACK, None)
    listener.socket.close()
    assert listener.note is None


def test_a_port_that_is_not_allowed_is_told_from_one_that_is_taken() -> None:
    """The child gives away what rights it has, and then wants a port below 1024."""
    tried = python(
        "import os, pathlib\n"
        "from kiosk import listening\n"
        "setting = pathlib.Path('/proc/sys/net/ipv4/ip_unprivileged_port_start')\n"
        "free = int(setting.read_text()) if setting.exists() else 1024\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "wanted = max(1, min(free, 1024) - 1)\n"
        "if wanted in listening.CLOSED_TO_BROWSERS: wanted -= 1\n"
        "print(free)\n"
        "listening.listen('127.0.0.1', wanted)\n"
    )
    if tried.stdout.strip() in ("0", "1"):
        assert tried.returncode == 0
    else:
        assert "is not allowed for this user" in tried.stderr


def test_why_the_address_has_a_port_in_it() -> None:
    forbidden = OSError(errno.EACCES, "")
    taken = OSError(errno.EADDRINUSE, "")
    assert listening._note({}, 80) is None
    assert listening._note({80: forbidden}, 8080) == "Port 80 was not allowed, so 8080."
    assert listening._note({80: taken}, 8080) == "Port 80 was taken, so 8080."
    assert listening._note({80: forbidden, 8080: taken}, 8081) == "The usual ports could not be had, so 8081."


@pytest.mark.parametrize("host", ["203.0.113.77", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(CannotStart, match=f"no address {host}"):
        listen(host, free_port())
    with pytest.raises(CannotStart, match=f"no address {host}"):
        listen(host, None)


def test_ports_that_browsers_never_open_are_refused() -> None:
    assert 6000 in CLOSED_TO_BROWSERS
    assert not CLOSED_TO_BROWSERS & {80, 443, 5000, 8000, 8080, *listening.FURTHER_PORTS}
    with pytest.raises(CannotStart, match="Browsers refuse to open port 6000"):
        listen(LOOPBACK, 6000)


def test_the_second_listener_is_on_loopback_right_after_the_first() -> None:
    phones = listen("0.0.0.0", 0)
    with phones.socket:
        local = listen_locally(after=phones.port)
        with local.socket:
            assert local.socket.getsockname() == (LOOPBACK, local.port)
            assert phones.port < local.port < phones.port + 100
            another = listen_locally(after=phones.port)
            another.socket.close()
            assert another.port > local.port


def test_fifteen_hundred_phones_may_knock_before_anybody_opens() -> None:
    """The system caps what we ask for; where it allows less, less can be tested."""
    allowed = int(Path("/proc/sys/net/core/somaxconn").read_text()) if sys.platform == "linux" else 128
    knocking = min(1500, allowed, raise_file_limit() // 2)
    listener = listen(LOOPBACK, 0)
    with listener.socket, ExitStack() as phones:
        for _phone in range(knocking):
            phones.enter_context(socket.create_connection((LOOPBACK, listener.port), timeout=2))


def test_the_limit_of_open_files_is_raised_as_far_as_it_goes() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = python(
        "import resource\n"
        "from kiosk.listening import raise_file_limit\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))\n"
        "print(raise_file_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    told, real = (int(word) for word in said.stdout.split())
    assert told == real == min(hard, listening.FILES_WANTED)


def test_a_low_ceiling_is_told_as_it_is() -> None:
    said = python(
        "import resource\n"
        "from kiosk.listening import raise_file_limit\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 900))\n"
        "print(raise_file_limit())\n"
    )
    assert said.stdout.strip() == "900"
