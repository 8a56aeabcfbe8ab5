"""Every number on every page of a meeting comes from a value of the gate, and so does every length drawn.

A meeting is held with numbers of people that are no round ones. Each page and each state that a window gets
is read as an outsider would; what no released value explains is a leak.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from kiosk.room import Room
from kiosk.statistics.comparison import compare
from kiosk.statistics.shares import percent
from tests.http.calls import begun, said
from tests.support import meetings
from tests.support.browsers import Browser
from tests.support.people import ABSTAIN, chosen, people, value, vote_all

HEAD = "variable;category;count;source;date;age_base"
TABLE = f"{HEAD}\nage;a;517;Office;2025;all\nage;b;389;Office;2025;all\nage;c;94;Office;2025;all"
SAID = {0, 1, 5, 10, 90, 100, 2025, 2, 3, 4, 30}
"""What labels say of themselves: thresholds, bounds, the date of the population; and rounds and items."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")
HIDDEN_FROM_READERS = re.compile(
    r"<(script|style|template|dialog)\b.*?</\1>|<svg class=\"(?:qr|icon|mini)[^>]*>.*?</svg>", re.DOTALL
)
LENGTH = re.compile(r'<rect[^>]*\bclass="(?:bar-fill|compared-room)"[^>]*\bwidth="([\d.]+)%')


@pytest.mark.parametrize("seed", range(4))
def test_every_number_comes_from_the_gate(client: Browser, seed: int) -> None:
    chance = random.Random(seed)
    operator = begun(
        client,
        meetings.about_you("age", 3),
        meetings.yes_no("again", breakdown=["age"], pair_with="again"),
        meetings.degree("trust", breakdown=["age"], dont_know=True),
        meetings.multiple("colours", breakdown=["age"]),
    )
    room = client.kiosk.room
    said(operator.post("/api/v1/dialogues/tests/populations", json={"name": "Town", "table": TABLE}), 201)
    count = chance.randrange(43, 98)
    everyone = people(room, count)
    door = room.stage("m1").composition_rounds()[0].id
    vote_all(room, everyone, door, [chosen(chance.choice("aaabbbbc")) for _ in everyone[3:]] + [ABSTAIN] * 3)
    room.tell_news()
    windows = Windows(client)
    windows.look()
    for question in ("again", "trust", "colours", "again"):
        round_id = room.open_round("m1", question)
        vote_all(room, everyone, round_id, [answer(question, chance) for _ in everyone])
        room.tell_news()
        windows.look()
        room.close_round(round_id)
        for detail in details(room, round_id):
            room.compare(round_id, detail)
        windows.look()
        room.reveal(round_id)
        windows.look()
        for detail in details(room, round_id):
            room.show(round_id, detail)
            windows.look()
    room.go_to("m1", None, "composition")
    windows.look()
    room.end("m1")
    windows.look()
    explained = set(SAID) | set(range(len(room.stage("m1").agenda) + 1)) | released(room)
    assert windows.numbers - explained == set()
    assert windows.lengths <= lengths(room)
    assert len(windows.numbers) > 20, "there was something to read"
    assert len(windows.lengths) > 10


class Windows:
    """Everything that the windows of a meeting have got so far."""

    def __init__(self, client: Browser) -> None:
        self._phone, self._wall, self._console = client.phone("MEET"), client.wall(), client.console()
        self.numbers: set[int] = set()
        self.lengths: set[float] = set()

    def look(self) -> None:
        state = self._phone.get("/api/v1/state").json
        assert state is not None
        pages = [self._wall.get("/display").text, self._console.get("/facilitator/meetings/m1").text]
        pages += [entry["html"] for entry in state["rounds"]] + [state["screen"]["html"]]
        for page in pages:
            shown = HIDDEN_FROM_READERS.sub("", page)
            self.lengths |= {float(length) for length in LENGTH.findall(shown)}
            text = re.sub(r"<[^>]*>", " ", shown.partition("<body")[2] or shown)
            # Addresses are no counts, nor are ratios: they follow from the two shares beside them.
            text = re.sub(r"192\.0\.2\.10(:\d+)?|× [\d.]+ \(random attendance: [\d.]+ to [\d.]+\)", " ", text)
            text = re.sub(r"p\s*(&lt;|<|=)\s*[\d.]+", " ", text)
            self.numbers |= {
                int(found) for found in NUMBER.findall(text.replace(",", "")) if "." not in found
            }


def details(room: Room, round_id: str) -> list[str]:
    round = room.round(round_id)
    stage = room.stage("m1")
    found = [f"by:{by}" for by in stage.question_of(round).breakdown]
    return [*found, "change"] if stage.before(round) is not None else found


def answer(question: str, chance: random.Random) -> Mapping[str, Any]:
    if chance.random() < 0.07:
        return ABSTAIN
    if question == "trust":
        return value(chance.choice([1, 2, 3, 4, 4, 5]))
    if question == "colours":
        return chosen(*chance.sample("abcd", chance.randrange(1, 4)))
    return chosen(chance.choice(["yes", "yes", "no"]))


def released(room: Room) -> set[int]:
    """Every whole number that follows from what was let through."""
    asked = [room.disclosed(round.id) for round in room.stage("m1").rounds if not round.composition]
    found: set[int] = {room.presence("m1"), sum(one.answered for one in asked)}
    for round in room.stage("m1").rounds:
        disclosed = room.disclosed(round.id).as_record()
        found |= set(whole_numbers(disclosed))
        counts, valid = disclosed.get("counts") or {}, disclosed.get("valid") or 0
        found |= {percent(a + b, valid) for a in counts.values() for b in counts.values() if valid}
        tables, flows = room.compared(round.id) if not round.composition else ((), None)
        for table in tables:
            found |= set(whole_numbers(table.as_record()))
            for row in table.rows.values():
                if row is not None and row.base:
                    cells = row.counts.values()
                    found |= {percent(a + b, row.base) for a in cells for b in cells}
        if flows is not None:
            moves = [people or 0 for row in flows.flows.values() for people in row.values()]
            found |= {*moves, *(a + b for a in moves for b in moves)}
    for picture in room.pictures("m1").values():
        assert picture is not None
        found |= {picture.answered, picture.base, *picture.percents.values(), *picture.of_options.values()}
        declined = picture.shown.get("")
        if declined is not None:
            found |= {declined, percent(declined, picture.answered)}
        beside = compare(picture, {"a": 517, "b": 389, "c": 94})
        assert not isinstance(beside, str)
        found |= {beside.base, beside.missing_percent}
        found |= {beside.dissimilarity or 0, beside.chance_dissimilarity or 0}
        for group in beside.groups:
            found |= {group.population_percent, group.room_percent or 0}
    return found


def whole_numbers(record: Any) -> Iterable[int]:
    if isinstance(record, bool) or record is None or isinstance(record, str):
        return
    if isinstance(record, int):
        yield record
    for inner in (
        record.values() if isinstance(record, Mapping) else record if isinstance(record, list | tuple) else ()
    ):
        yield from whole_numbers(inner)


def lengths(room: Room) -> set[float]:
    """Every length a bar may have: a released count of a released base, or a share by the longest one."""
    found: set[float] = {0.0}
    for round in room.stage("m1").rounds:
        disclosed = room.disclosed(round.id)
        found |= {round_(a, disclosed.valid) for a in (disclosed.counts or {}).values()}
        for table in room.compared(round.id)[0] if not round.composition else ():
            for row in table.rows.values():
                if row is not None:
                    cells = list(row.counts.values())
                    found |= {round_(a, row.base) for a in cells}
                    found |= {round_(a + b, row.base) for a in cells for b in cells}
    for picture in room.pictures("m1").values():
        assert picture is not None
        found |= {round_(count, picture.base) for count in picture.of_options.values()}
        beside = compare(picture, {"a": 517, "b": 389, "c": 94})
        assert not isinstance(beside, str)
        longest = max(max(one.room_percent or 0, one.population_percent) for one in beside.groups)
        found |= {round_(one.room_percent or 0, longest) for one in beside.groups}
    return found


def round_(part: int, whole: int | None) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
