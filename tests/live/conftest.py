"""A real server for every way there is to serve, and people with real sockets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.live.listeners import Listener
from tests.support import meetings
from tests.support.running import Running

WAYS = {
    "eventlet": ("--engine", "eventlet"),
    "eventlet-stock": ("--engine", "eventlet", "--transport", "stock"),
    "threading": ("--engine", "threading"),
}
Listen = Callable[..., Listener]

_codes = (f"T{number:03}" for number in itertools.count(100))


@pytest.fixture(scope="session", params=WAYS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that all tests share; whatever they send it, it must not be at a loss."""
    running = Running(tmp_path_factory.mktemp("live") / "data", *WAYS[request.param])
    yield running
    running.stop()
    assert running.log.rstrip().endswith("Ctrl+C"), "something was said after the greeting:\n" + running.log


@pytest.fixture
def listen(server: Running) -> Iterator[Listen]:
    """Makes listeners that are gone after the test."""
    made: list[Listener] = []

    def make(*, token: str | None = None, cookie: str | None = None, **more: Any) -> Listener:
        listener = Listener(server.base, token=token, cookie=cookie, **more)
        made.append(listener)
        return listener

    yield make
    # Side by side: the official client waits up to three seconds for a farewell.
    with ThreadPoolExecutor(max_workers=20) as leaving:
        list(leaving.map(Listener.leave, made))


@pytest.fixture
def meeting(server: Running) -> dict[str, Any]:
    """A new meeting that has been started: a choice, a text, a composition question."""
    code = next(_codes)
    document = meetings.meeting(
        meetings.about_you("age"),
        meetings.single("drink"),
        meetings.words("wish"),
        id=f"live-{code}",
        code=code,
    )
    server.bring_in(document)
    return {"id": f"live-{code}", "code": code}


@pytest.fixture
def other_meeting(server: Running) -> dict[str, Any]:
    """Cia's meeting."""
    code = next(_codes)
    server.bring_in(meetings.meeting(meetings.single("tea"), id=f"live-{code}", code=code))
    return {"id": f"live-{code}", "code": code}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the server said stands beside a test that failed."""
    report = yield
    running = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(running, Running):
        report.sections.append(("the server", running.log[-4_000:]))
    return report
