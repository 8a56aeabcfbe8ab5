"""run.py, which says whom it calls and is let through to nobody. Takes the same switches."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.no_network import note_calls

if __name__ == "__main__":
    note_calls()
    from run import start_room

    raise SystemExit(start_room())
