"""The short form of `scripts/endure.py consoles`: two consoles, a hundred random commands from each.

How soon both screens are equal is for the long form to say: here other tests use the same cores.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scripts.endurance.consoles import COMMANDS, ConsolesTrial
from scripts.endurance.trial import Asked, Progress, run_slice

PHONES = 20
STEPS = 100 // COMMANDS


@pytest.mark.timeout(120)
def test_no_act_is_lost_or_double(tmp_path: Path) -> None:
    progress = Progress.anew(tmp_path / "consoles", Asked(PHONES, STEPS))
    asyncio.run(run_slice(ConsolesTrial(progress), progress, minutes=2, tell=False))
    records = progress.records
    assert sum(record["commands"] for record in records) == 200
    assert progress.faults == []
    assert sum(record["stale"] for record in records), "the consoles never met: the test shows nothing"
    assert sum(record["moved"] for record in records) > 20
