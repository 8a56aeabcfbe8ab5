"""run.py with Python's collector switched off. On SIGUSR1 it says how many objects the collector would find.

python kiosk_without_collector.py --no-browser --data DIR --port P …
"""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import display
import facilitator
from kiosk.app import Window
from kiosk.live import sockets
from kiosk.main import main

PING_SECONDS = 1
"""The library lets go of a socket that has ended when it would next have sent a ping."""


def say(*_: object) -> None:
    print(f"FOUND {gc.collect()}", flush=True)


if __name__ == "__main__":
    gc.disable()
    gc.freeze = lambda: None  # what is frozen is not found
    signal.signal(signal.SIGUSR1, say)
    sockets.PING_SECONDS = PING_SECONDS
    console = Window(facilitator.blueprint, facilitator.render_state)
    wall = Window(display.blueprint, display.render_state)
    raise SystemExit(main(console=console, wall=wall))
