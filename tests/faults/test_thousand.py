"""A thousand phones on sockets answer in the same instant: none lost, none double, and the tally says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.loadgen.hall import Hall, compile_generator
from scripts.loadgen.servers import ANSWERS, Kiosk

PHONES = 1_000


@pytest.mark.timeout(240)
def test_a_thousand_phones_answer_at_once(tmp_path: Path) -> None:
    program = compile_generator(tmp_path)
    kiosk = Kiosk(tmp_path / "data", core=0, engine=None)
    try:
        kiosk.start_meeting()
        with Hall(program, kiosk.port, core=1, code=kiosk.code, in_flight=64) as hall:
            arrival = hall.connect(PHONES)
            assert (arrival.phones, arrival.failed) == (PHONES, 0)
            hall.arm()
            round_id = kiosk.open_round()
            news = hall.expect(round_id)
            assert (news.missing, news.lost) == (0, 0)
            burst = hall.vote(round_id, ANSWERS)
            again = hall.again()
            hall.leave()
        kiosk.close_round(round_id)
        tally = kiosk.tally(round_id)
    finally:
        kiosk.stop()
    assert (burst.sent, burst.counted, burst.lost, burst.refused) == (PHONES, PHONES, 0, 0)
    assert (again.repeated, again.counted) == (PHONES, 0)
    assert tally["answered"] == PHONES
    assert sum(tally["counts"].values()) == PHONES
