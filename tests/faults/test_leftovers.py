"""Phones come and go all evening: what their connections leave must not pile up until the collector comes.

The kiosk keeps Python's collector away while phones vote, and it hardly ever looks at what has lived for
minutes. So a connection that has ended must be let go of by its last holder.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.wire import Wire
from tests.support import meetings
from tests.support.running import Running, until

CONNECTIONS = 60
MOST_LEFT = CONNECTIONS
"""Objects; whatever else the server did meanwhile has left some too. One connection used to leave sixty."""
FAREWELL_SECONDS = 3
"""Longer than the library holds on to a socket that has ended; see PING_SECONDS in the program."""
FOUND = re.compile(r"^FOUND (\d+)$", re.MULTILINE)


class Uncollected(Running):
    """A kiosk that says what the collector would have found since it was last asked."""

    program = "tests/faults/kiosk_without_collector.py"

    def found(self) -> int:
        said = len(FOUND.findall(self.log))
        self._process.send_signal(signal.SIGUSR1)
        until(lambda: len(FOUND.findall(self.log)) > said, "the kiosk did not say what it found")
        return int(FOUND.findall(self.log)[-1])


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Uncollected]:
    running = Uncollected(tmp_path / "data", "--engine", "eventlet")
    yield running
    running.stop()


def test_a_connection_leaves_nothing_for_the_collector(kiosk: Uncollected) -> None:
    kiosk.bring_in(meetings.meeting(meetings.single("bridge")))
    (token,) = kiosk.join("MEET")
    wires = [Wire(kiosk.port) for _ in range(CONNECTIONS)]
    for wire in wires:
        wire.join(token)
    kiosk.found()

    for wire in wires:
        wire.close()
    time.sleep(FAREWELL_SECONDS)
    assert kiosk.found() < MOST_LEFT
