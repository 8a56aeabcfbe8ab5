"""What every test may ask for: a clock that stands still, and a whole kiosk on real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kiosk.app import Kiosk
from kiosk.engine import Engine, engine_named
from kiosk.languages import speaking
from kiosk.room import Room
from tests.support.browsers import Browser
from tests.support.clock import StillClock
from tests.support.kiosks import ADDRESS as ADDRESS
from tests.support.kiosks import a_kiosk
from tests.support.rules import share_compiled_rules

# How long an example takes says more of the machine than of the code.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")

share_compiled_rules()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """The threading engine; ``@pytest.mark.parametrize("engine", [...], indirect=True)`` names another."""
    return engine_named(getattr(request, "param", "threading"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of the test's kiosk."""
    return tmp_path / "data"


@pytest.fixture
def kiosk(data: Path, engine: Engine, clock: StillClock) -> Iterator[Kiosk]:
    """A room with its three windows, put together as ``run.py`` does, with no meeting in it."""
    with a_kiosk(data, engine, clock) as whole:
        yield whole


@pytest.fixture
def room(kiosk: Kiosk) -> Room:
    return kiosk.room


@pytest.fixture
def client(kiosk: Kiosk, data: Path) -> Browser:
    """A browser that nobody knows; ``operator()``, ``console()``, ``wall()`` and ``phone()`` give others."""
    return Browser(kiosk, data)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Every test begins in English, whatever language the one before it has left behind."""
    with speaking("en"):
        yield
