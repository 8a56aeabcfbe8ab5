"""A whole kiosk on a data folder, put together as ``run.py`` does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import display
import facilitator
from kiosk.app import Kiosk, Window, make_kiosk
from kiosk.clock import Clock
from kiosk.engine import Engine, engine_named
from kiosk.settings import Settings
from kiosk.statistics.thresholds import DEFAULTS, Thresholds
from kiosk.whereabouts import Whereabouts
from tests.support.clock import StillClock

ADDRESS = "192.0.2.10"
"""Where phones find the kiosk of a test: an address that is nobody's."""


@contextmanager
def a_kiosk(
    data: Path,
    engine: Engine | None = None,
    clock: Clock | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> Iterator[Kiosk]:
    """A kiosk that is closed in the end; on a folder that was used before, it goes on from there."""
    engine = engine or engine_named("threading")
    clock = clock or StillClock()
    kiosk = make_kiosk(
        Settings(data, thresholds=thresholds),
        engine,
        Whereabouts(clock, port=8080, local_port=8081, host=ADDRESS),
        clock,
        console=Window(facilitator.blueprint, facilitator.render_state),
        wall=Window(display.blueprint, display.render_state),
    )
    try:
        yield kiosk
    finally:
        kiosk.store.close()
