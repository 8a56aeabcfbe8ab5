"""The phones of the trials wait as ours do: read from the page's scripts, drawn as socket.io-client draws."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from scripts.endurance.phone import (
    RECONNECT_MAX_SECONDS,
    RECONNECT_SECONDS,
    RECONNECT_SPREAD,
    Backoff,
    constant,
)

LIBRARY = Path(__file__).with_name("waits_of_the_library.mjs")
DRAWS = (0.04, 0.17, 0.51, 0.999, 0.25, 0.33, 0.88)


class Drawn(Random):
    """Chance that gives what it was told to."""

    def __init__(self, draws: tuple[float, ...]) -> None:
        super().__init__()
        self._draws = iter(draws)

    def random(self) -> float:
        return next(self._draws)


def test_the_waits_are_those_of_the_library() -> None:
    numbers = (RECONNECT_SECONDS * 1000, RECONNECT_MAX_SECONDS * 1000, RECONNECT_SPREAD, *DRAWS)
    command = ["node", str(LIBRARY), *map(str, numbers)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    backoff = Backoff(Drawn(DRAWS))
    ours = [1000 * backoff.next() for _ in DRAWS]
    assert ours == pytest.approx(json.loads(told.stdout), abs=1)


def test_after_a_success_it_begins_anew() -> None:
    backoff = Backoff(Drawn((0.0, 0.0, 0.0)))
    assert (backoff.next(), backoff.next()) == (RECONNECT_SECONDS, 2 * RECONNECT_SECONDS)
    backoff.reset()
    assert backoff.next() == RECONNECT_SECONDS


def test_a_constant_that_is_gone_is_missed() -> None:
    with pytest.raises(LookupError, match="SOMETHING_ELSE"):
        constant("live.js", "SOMETHING_ELSE")
