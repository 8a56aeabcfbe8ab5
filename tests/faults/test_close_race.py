"""Two hundred voters press while the round is being closed: acknowledged is what is counted, every time."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from scripts.loadgen.hall import Hall, compile_generator
from scripts.loadgen.servers import ANSWERS, Kiosk

PHONES = 200
HALLS = 5
CLOSES = 10
"""In each hall; nobody presses so often that the kiosk takes them for a script."""
LONGEST_WAIT = 0.06
"""Seconds between the instant all press and the close: from before the first ballot to after the last."""


@pytest.mark.timeout(240)
def test_fifty_closes_against_two_hundred_voters(tmp_path: Path) -> None:
    chance = random.Random(50)
    program = compile_generator(tmp_path)
    kiosk = Kiosk(tmp_path / "data", core=0, engine=None)
    cut = 0
    try:
        kiosk.start_meeting()
        for _ in range(HALLS):
            with Hall(program, kiosk.port, core=1, code=kiosk.code, in_flight=64) as hall:
                assert hall.connect(PHONES).phones == PHONES
                cut += sum(_close_in_the_middle(kiosk, hall, chance) for _ in range(CLOSES))
                hall.leave()
    finally:
        kiosk.stop()
    assert cut, "no close came in the middle of a burst: the test shows nothing"


def _close_in_the_middle(kiosk: Kiosk, hall: Hall, chance: random.Random) -> bool:
    """One round, closed at some moment of its burst; whether it cut the burst in two."""
    hall.arm()
    round_id = kiosk.open_round()
    hall.expect(round_id)
    closing = threading.Timer(chance.uniform(0, LONGEST_WAIT), kiosk.close_round, [round_id])
    closing.start()
    burst = hall.vote(round_id, ANSWERS)
    closing.join()
    assert burst.counted + burst.refused == burst.sent == PHONES
    assert kiosk.tally(round_id)["answered"] == burst.counted
    return 0 < burst.refused < PHONES
