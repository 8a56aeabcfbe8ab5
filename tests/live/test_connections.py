"""Who is connected, counted right also when many threads come and go at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.live.connections import Connection, Connections
from tests.support.clock import StillClock


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads that take turns as often as the interpreter lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried")
def test_threads_that_come_and_go_leave_no_trace() -> None:
    connections = Connections(StillClock())
    stays = Connection("stays", "phone", "m1", "en", "anna")
    connections.add(stays)

    def come_and_go(thread: int) -> None:
        for number in range(400):
            sid = f"{thread}/{number}"
            connections.add(Connection(sid, "phone", "m1", "en", "anna" if number % 2 else sid))
            connections.heard_of("m1", sid)
            connections.languages("phone", "m1")
            connections.present("m1")
            connections.remove(sid)

    with ThreadPoolExecutor(max_workers=8) as threads:
        list(threads.map(come_and_go, range(8)))
    assert connections.languages("phone", "m1") == ["en"]
    assert "anna" in connections.present("m1")
    connections.remove(stays.sid)
    assert connections.languages("phone", "m1") == []
    assert "anna" not in connections.present("m1")
    assert connections.of_person("anna") == []
