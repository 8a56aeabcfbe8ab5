"""Bundles made without a room: a meeting of so many answers that agrees with itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from kiosk.meeting.document import canonical
from kiosk.sync.bundle import Bundle, SignedManifest, make_bundle, per_table
from kiosk.sync.records import Record
from kiosk.sync.signing import BUNDLE, Key, Site
from tests.support import meetings as m

Records = list[tuple[str, Record]]
OPTIONS = "abc"
POPULATION: Record = {
    "name": {"sv": "Kommunen", "en": "The municipality"},
    "example": False,
    "table": "variable;category;count;source;date;age_base\nage;A;600;SCB;2025;16+\nage;B;300;SCB;2025;16+\n",
    "mapping": {"age": {"variable": "age", "categories": {"A": "a", "B": "b"}}},
}


def a_site(name: str = "5171e00000000001") -> Site:
    """A site whose key is always the same."""
    return Site(name, "9e000000000000", Key(name.encode().ljust(32, b".")[:32]))


def a_bundle(
    site: Site | None = None,
    *,
    meeting: str = "m1",
    questions: int = 3,
    voters: int = 20,
    seed: int = 1,
    change: Callable[[Records], Records] = lambda records: records,
) -> Bundle:
    """A bundle of a meeting; another ``seed`` gives the same meeting other answers."""
    records = change(some_records(meeting, questions, voters, seed))
    return make_bundle(site or a_site(), "tests", meeting, records)


def of_first_schema(site: Site, **of_bundle: Any) -> Bundle:
    """The same as a laptop has made it that knows schema 1 alone: without a population."""
    bundle = a_bundle(site, **of_bundle)
    own = bundle.manifest.of_meeting
    manifest = replace(bundle.manifest, schema=1, parts=own, tables=per_table(own))
    written = canonical(asdict(manifest)).encode()
    signed = SignedManifest(written, site.key.sign(BUNDLE, written), manifest)
    return Bundle(signed, {part.sha256: bundle.parts[part.sha256] for part in own})


def some_records(meeting: str, questions: int, voters: int, seed: int) -> Records:
    chance = random.Random(f"{meeting}-{seed}")
    asked = [m.single(f"q{number}", breakdown=["age"]) for number in range(questions)]
    document = m.meeting(
        m.about_you("age"),
        *asked,
        m.words("idea"),
        id=meeting,
        place={"sv": "Byns bygdegård"},
        date="2026-11-22",
    )
    records: Records = [("meeting", {"document": document, "heads": 25})]
    records += _round(1, "age", voters, composition=True)
    records.append(("tallies", _tally("round-1", Counter(a=voters - 1, b=1, c=0), voters)))
    for number in range(questions):
        records += _answered(number + 2, f"q{number}", voters, chance)
    return [*records, *_texts(questions + 2, voters), ("populations", POPULATION)]


def _answered(number: int, question: str, voters: int, chance: random.Random) -> Records:
    chosen = [chance.choice(OPTIONS) for _ in range(voters)]
    records = _round(number, question, voters, composition=False)
    records.append(
        ("tallies", _tally(f"round-{number}", Counter(dict.fromkeys(OPTIONS, 0)) + _all(chosen), voters))
    )
    for respondent, option in enumerate(chosen, start=1):
        answer = {"answer": {"options": [option]}, "composition": {"age": '["a"]'}}
        records.append(("answers", {**_by(number, respondent), **answer}))
    body = {"answered": voters, "counts": dict(_all(chosen))}
    records.append(("released", {"round": f"round-{number}", "audience": "room", "number": 1, "body": body}))
    return records


def _all(chosen: list[str]) -> Counter[str]:
    counts = Counter(chosen)
    for option in OPTIONS:
        counts[option] += 0
    return counts


def _texts(number: int, voters: int) -> Records:
    records = _round(number, "idea", voters, composition=False)
    records.append(("tallies", _tally(f"round-{number}", Counter(), voters)))
    for respondent in range(1, voters + 1):
        written = f"Idé {respondent} åäö" if respondent % 2 else ""
        records.append(("texts", {**_by(number, respondent), "text": written, "composition": {}}))
    return records


def _by(number: int, respondent: int) -> dict[str, Any]:
    return {"round": f"round-{number}", "respondent": respondent, "channel": None}


def _round(number: int, question: str, voters: int, *, composition: bool) -> Records:
    record = {
        "id": f"round-{number}",
        "number": number,
        "item": None if composition else f"ask-{question}",
        "question": question,
        "question_version": 1,
        "run": 1,
        "status": "revealed",
        "composition": composition,
        "connected": voters + 2,
    }
    return [("rounds", record)]


def _tally(round_id: str, counts: Counter[str], answered: int) -> Record:
    return {
        "round": round_id,
        "answered": answered,
        "abstained": 0,
        "dont_know": 0,
        "counts": dict(counts),
    }
