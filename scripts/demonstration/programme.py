"""Which meetings are held: places, days, how many come, and how the records travel. Knows no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample-meeting.json"
FIRST_DAY = date(2026, 9, 8)
DAYS_BETWEEN = 8
FEWEST = 10

Travels = Literal["network", "stick"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Evening:
    """One meeting: ``tablet`` of the people answer on a shared tablet, ``paper`` forms come in afterwards."""

    number: int
    type: str
    place: Mapping[str, str]
    people: int
    tablet: int = 0
    paper: int = 0
    travels: Travels = "network"

    @property
    def id(self) -> str:
        return f"norrmyra-2030-{self.number:02}"

    @property
    def day(self) -> str:
        return (FIRST_DAY + timedelta(days=DAYS_BETWEEN * (self.number - 1))).isoformat()

    def small(self) -> Evening:
        """The same with a fifth of the people, ten at least."""
        people = max(FEWEST, self.people // 5)
        return replace(self, people=people, tablet=min(self.tablet, people))

    def document(self) -> Json:
        """The sample meeting, held at this place and day."""
        document: Json = json.loads(SAMPLE.read_text("utf-8"))
        head = {**document["meeting"], "id": self.id, "type": self.type, "date": self.day}
        head["place"] = dict(self.place)
        del head["code"]
        return {**document, "meeting": head}


def _at(swedish: str, english: str) -> Mapping[str, str]:
    return {"sv": swedish, "en": english}


EVENINGS: tuple[Evening, ...] = (
    Evening(1, "open", _at("Bygdegården i Åsträsk", "Åsträsk village hall"), 120, paper=14),
    Evening(2, "outreach", _at("Familjecentralen", "The family centre"), 18, tablet=18),
    Evening(3, "open", _at("Norrmyra folkets hus", "Norrmyra community hall"), 84, travels="stick"),
    Evening(4, "outreach", _at("Biblioteket", "The library"), 31, tablet=15),
    Evening(5, "open", _at("Skolan i Långsele", "Långsele school"), 57),
    Evening(6, "outreach", _at("Äldreboendet Björken", "Björken care home"), 10, tablet=10),
    Evening(7, "open", _at("Idrottshallen", "The sports hall"), 103),
    Evening(8, "outreach", _at("Kvällskursen i svenska", "The evening course"), 26, travels="stick"),
    Evening(9, "open", _at("Församlingshemmet", "The parish hall"), 42, paper=11),
    Evening(10, "outreach", _at("Ungdomsgården", "The youth club"), 35),
)
