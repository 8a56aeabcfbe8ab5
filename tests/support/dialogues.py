"""Meetings of one dialogue, said in a few letters and brought into a central store as bundles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from kiosk.central import sites
from kiosk.sync.bundle import Bundle, make_bundle, pack
from kiosk.sync.receipts import SignedReceipt
from kiosk.sync.records import Record
from kiosk.sync.signing import Site
from tests.support import meetings as m
from tests.support.bundles import a_site
from tests.support.offices import Office

DIALOGUE = "2030"
Json = dict[str, Any]


def held(
    name: str,
    bus: str,
    *,
    ages: str = "",
    kind: str = "open",
    date: str = "2026-09-01",
    place: str = "",
    texts: Sequence[str] = (),
    paper: int = 0,
    hands: dict[str, int] | None = None,
    site: Site | None = None,
    dialogue: str = DIALOGUE,
    population: Record | None = None,
    **of_question: Any,
) -> Bundle:
    """A meeting that was asked which bus: a letter for each answer, ``-`` for an abstention.

    ``ages`` are letters too, the first that of the first who answered; ``paper`` says how many of the last
    answers came on paper, the others by phone.
    """
    question = m.single("bus", 3, breakdown=["age"], **of_question)
    asked = [m.about_you("age"), question, *([m.words("idea")] if texts else []), m.single("late")]
    document = m.meeting(*asked, id=name, type=kind, date=date, place=place or f"Place {name}")
    document["dialogue"] = {"id": dialogue, "title": {"en": "The 2030 dialogue", "sv": "2030-dialogen"}}
    records: list[tuple[str, Record]] = [("meeting", {"document": document, "heads": None})]
    records += _round(1, "age", len(bus), composition=True)
    records.append(_tally(1, ages))
    records += _round(2, "bus", len(bus), composition=False, version=of_question.get("version", 1))
    records.append(_tally(2, bus))
    for place_of, letter in enumerate(bus):
        answer = {"abstain": True} if letter == "-" else {"options": [letter]}
        said = f'["{ages[place_of]}"]' if place_of < len(ages) else None
        channel = "paper" if place_of >= len(bus) - paper else "phone"
        by = {"round": "r2", "respondent": place_of + 1, "channel": channel if paper else None}
        records.append(("answers", {**by, "answer": answer, "composition": {"age": said}}))
    for option, count in (hands or {}).items():
        records.append(("hands", {"round": "r2", "option": option, "count": count}))
    if texts:
        records += _round(3, "idea", max(len(bus), len(texts)), composition=False)
        counted = {"round": "r3", "answered": len(texts), "abstained": 0, "dont_know": 0, "counts": {}}
        records.append(("tallies", counted))
        for number, text in enumerate(texts, start=1):
            by = {"round": "r3", "respondent": number, "channel": None}
            records.append(("texts", {**by, "text": text, "composition": {}}))
    if population is not None:
        records.append(("populations", population))
    return make_bundle(site or a_site(), dialogue, name, records)


def stepped(name: str, question: Json, marks: Sequence[int]) -> Bundle:
    """A meeting that was asked a scale, in words or in numbers, by phone: a step for each answer."""
    document = m.meeting(question, id=name, date="2026-09-01", place=f"Place {name}")
    document["dialogue"] = {"id": DIALOGUE, "title": {"en": "The 2030 dialogue"}}
    given = Counter(marks)
    options = question.get("options") or [{"id": str(n)} for n in range(question["min"], question["max"] + 1)]
    first = question.get("min", 1)
    counts = {option["id"]: given[first + place] for place, option in enumerate(options)}
    tally = {"round": "r1", "answered": len(marks), "abstained": 0, "dont_know": 0, "counts": counts}
    records: list[tuple[str, Record]] = [("meeting", {"document": document, "heads": None})]
    records += [*_round(1, question["id"], len(marks), composition=False), ("tallies", tally)]
    for number, mark in enumerate(marks, start=1):
        by = {"round": "r1", "respondent": number, "channel": None}
        records.append(("answers", {**by, "answer": {"value": mark}, "composition": {}}))
    return make_bundle(a_site(), DIALOGUE, name, records)


def bring(office: Office, *bundles: Bundle) -> list[SignedReceipt]:
    """Bring meetings into a store, whose sites it learns to know first."""
    receipts = []
    for bundle in bundles:
        enrol(office, bundle)
        receipts.append(office.intake.import_file(pack(bundle)))
    return receipts


def enrol(office: Office, bundle: Bundle) -> None:
    """Let a store know the site of a bundle."""
    if all(key.public != bundle.manifest.key for key in sites.every_key(office.database)):
        office.enrolled(a_site(bundle.manifest.site))


def _round(
    number: int, question: str, connected: int, *, composition: bool, version: int = 1
) -> list[tuple[str, Record]]:
    record = {
        "id": f"r{number}",
        "number": number,
        "item": None if composition else f"ask-{question}",
        "question": question,
        "question_version": version,
        "run": 1,
        "status": "revealed",
        "composition": composition,
        "connected": connected,
    }
    return [("rounds", record)]


def _tally(number: int, letters: str) -> tuple[str, Record]:
    given = Counter(letters)
    counts = {letter: given[letter] for letter in "abc"}
    said = {"round": f"r{number}", "answered": len(letters), "abstained": given["-"], "dont_know": 0}
    return "tallies", {**said, "counts": counts}
