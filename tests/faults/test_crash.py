"""The short form of `scripts/endure.py crash`: 200 phones on sockets, and three kills amid their answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scripts.endurance.crash import BACK_SHARE, READY_SECONDS, CrashTrial
from scripts.endurance.trial import Asked, Progress, run_slice

PHONES = 200
KILLS = 3


@pytest.mark.timeout(240)
def test_three_kills_amid_a_burst(tmp_path: Path) -> None:
    progress = Progress.anew(tmp_path / "crash", Asked(PHONES, KILLS))
    asyncio.run(run_slice(CrashTrial(progress), progress, minutes=4, tell=False))
    records = progress.records
    assert len(records) == KILLS
    assert progress.faults == []
    assert all(record["stored"] == PHONES for record in records)
    assert all(record["back_in_time"] >= BACK_SHARE * PHONES for record in records)
    # Not by the clock on the wall: other tests use the same cores.
    assert all(record["ready_cpu"] <= READY_SECONDS for record in records)
    assert any(record["told_before"] < PHONES for record in records), "no kill came amid a burst"
