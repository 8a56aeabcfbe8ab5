"""The short form of `scripts/endure.py closes`: fifty phones answer while fifty closers close the round."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scripts.endurance.closes import CLOSERS, ClosesTrial
from scripts.endurance.trial import Asked, Progress, run_slice

PHONES = 50
ROUNDS = 8


@pytest.mark.timeout(120)
@pytest.mark.parametrize("engine", ["eventlet", "threading"])
def test_acknowledged_is_stored_is_the_result(tmp_path: Path, engine: str) -> None:
    progress = Progress.anew(tmp_path / "closes", Asked(PHONES, ROUNDS, engine))
    asyncio.run(run_slice(ClosesTrial(progress), progress, minutes=2, tell=False))
    records = progress.records
    assert len(records) == ROUNDS
    assert progress.faults == []
    for record in records:
        assert record["counted"] == record["stored"] == record["in_result"]
        assert record["counted"] + record["too_late"] == PHONES
        assert record["closers_answered"] == CLOSERS
    assert any(0 < record["too_late"] < PHONES for record in records), "no close came amid the answers"
