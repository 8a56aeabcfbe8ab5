"""What every test may ask for: a clock that stands still, and a whole kiosk on real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import display
import facilitator
from kiosk.app import Kiosk, Window, make_kiosk
from kiosk.engine import Engine, engine_named
from kiosk.room import Room
from kiosk.whereabouts import Whereabouts
from tests.support.browsers import Browser
from tests.support.clock import StillClock

# How long an example takes says more of the machine than of the code.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")

ADDRESS = "192.0.2.10"
"""Where phones find the kiosk of a test: an address that is nobody's."""


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """The threading engine; ``@pytest.mark.parametrize("engine", [...], indirect=True)`` names another."""
    return engine_named(getattr(request, "param", "threading"))


@pytest.fixture
def whereabouts(clock: StillClock) -> Whereabouts:
    return Whereabouts(clock, port=8080, local_port=8081, host=ADDRESS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of the test's kiosk."""
    return tmp_path / "data"


@pytest.fixture
def kiosk(data: Path, engine: Engine, whereabouts: Whereabouts, clock: StillClock) -> Iterator[Kiosk]:
    """A room with its three windows, put together as ``run.py`` does, with no meeting in it."""
    whole = make_kiosk(
        data,
        engine,
        whereabouts,
        console=Window(facilitator.blueprint, facilitator.render_state),
        wall=Window(display.blueprint, display.render_state),
        clock=clock,
    )
    yield whole
    whole.store.close()


@pytest.fixture
def room(kiosk: Kiosk) -> Room:
    return kiosk.room


@pytest.fixture
def client(kiosk: Kiosk, data: Path) -> Browser:
    """A browser that nobody knows; ``operator()``, ``console()``, ``wall()`` and ``phone()`` give others."""
    return Browser(kiosk, data)
