"""A meeting in progress to knock at, with somebody of every sort before its doors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from kiosk.app import Kiosk
from kiosk.engine import engine_named
from kiosk.room import Room
from tests.http.stored import Unwritten
from tests.http.watched import Watched
from tests.support import meetings
from tests.support.browsers import Browser
from tests.support.clock import FastClock
from tests.support.kiosks import a_kiosk

QUESTIONS = (
    meetings.about_you("age"),
    meetings.single("drink"),
    meetings.multiple("colours"),
    meetings.degree("trust", dont_know=True),
    meetings.numbers("mood"),
    meetings.words("wish"),
    meetings.single("cake"),
)
ASKED = ("drink", "colours", "trust", "mood", "wish", "cake")


@pytest.fixture
def kiosk(kiosk: Kiosk) -> Kiosk:
    """The kiosk of a test, watched."""
    return replace(kiosk, wsgi=cast(Any, Watched(kiosk.wsgi)))


@dataclass(frozen=True)
class House:
    """Two meetings that are running, and how to reach them. Cia is in the other one."""

    kiosk: Kiosk
    data: Path
    rounds: dict[str, str]
    """The open round of each question."""
    unwritten: Unwritten

    @property
    def room(self) -> Room:
        return self.kiosk.room

    def anyone(self) -> Browser:
        return Browser(self.kiosk, self.data)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house for a whole module: what its tests do there must not matter to one another."""
    data = tmp_path_factory.mktemp("house") / "data"
    with a_kiosk(data, engine_named("threading"), FastClock()) as kiosk:
        kiosk.room.import_document(meetings.meeting(*QUESTIONS))
        kiosk.room.import_document(meetings.meeting(meetings.single("tea"), id="m2", code="ELSE"))
        kiosk.room.start("m2")
        kiosk.room.start("m1")
        asked = {name: kiosk.room.open_round("m1", name) for name in ASKED}
        (age,) = kiosk.room.stage("m1").composition_rounds()
        watched = replace(kiosk, wsgi=cast(Any, Watched(kiosk.wsgi)))
        yield House(watched, data, {**asked, "age": age.id}, Unwritten(kiosk.store))
