"""The short form of `scripts/endure.py walls`, by its own command and in two slices."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.endurance.walls import SAME_SECONDS

ROOT = Path(__file__).resolve().parents[2]
LOADS = 5


def endure(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/endure.py", "walls", "--out", str(out), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.timeout(120)
def test_five_loads_in_two_slices(tmp_path: Path) -> None:
    first = endure(tmp_path, "--phones", "20", "--times", str(LOADS), "--minutes", "0")
    assert (first.returncode, first.stderr) == (3, "")
    assert f"{LOADS} steps are left" in first.stdout

    second = endure(tmp_path, "--resume")
    records = json.loads((tmp_path / "walls" / "progress.json").read_text())["records"]
    assert len(records) == LOADS
    assert all(record["faults"] == [] for record in records)
    # Other tests use the same cores: the command may find it slow, and must then say so.
    is_soon = max(record["same_seconds"] for record in records) <= SAME_SECONDS
    assert (second.returncode, second.stderr) == (0 if is_soon else 1, ""), second.stdout
    assert ("BROKEN" in second.stdout) is not is_soon


def test_there_must_be_something_to_go_on_with(tmp_path: Path) -> None:
    told = endure(tmp_path, "--resume")
    assert told.returncode == 2
    assert "without --resume" in told.stderr


def test_what_is_no_trial_is_not_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "walls").mkdir()
    (tmp_path / "walls" / "letter.txt").write_text("Dear mother")
    told = endure(tmp_path)
    assert told.returncode == 2
    assert (tmp_path / "walls" / "letter.txt").exists()
