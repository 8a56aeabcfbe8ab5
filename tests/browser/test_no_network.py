"""A small meeting without any network: nothing that the room or its pages need is elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import ROOT

PROGRAM = "tests.browser.meeting_without_network"


@pytest.mark.timeout(240)
def test_a_meeting_is_held_where_there_is_no_network(tmp_path: Path) -> None:
    """In a process of its own, which leaves every network first. Where the kernel does not let it, as in many
    containers, what is called is still told: neither the room nor a page asks anybody else for anything."""
    held = subprocess.run(
        [sys.executable, "-m", PROGRAM, str(tmp_path / "data")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert held.returncode == 0, held.stderr
    assert json.loads(held.stdout) == {"secure": False, "asked": [], "called": [], "complaints": []}
