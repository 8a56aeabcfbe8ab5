"""Meetings of a made-up year: who came, what they said of themselves and what they answered. Seeded."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

from kiosk.meeting.document import canonical
from kiosk.sync.records import Record

DIALOGUES = 500
MEETINGS = 20_000
PARTICIPANTS = 1_000_000
QUESTIONS = 20
"""Every participant answers each, so that a whole year has twenty million ballots."""

AGES = ("0-14", "15-29", "30-44", "45-64", "65-79", "80-plus")
DISTRICTS = ("north", "south", "east", "west")
GENDERS = ("woman", "man", "another")
TYPES = ("open", "open", "open", "outreach", "outreach", "school", "focus_group")
FIRST_DAY = date(2026, 1, 2)
Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question: every answer that it can get, on which bars each falls, and how often it is given."""

    document: Json
    answers: tuple[str, ...]
    bars: tuple[tuple[str, ...], ...]
    leans: tuple[float, ...]

    @property
    def id(self) -> str:
        return str(self.document["id"])

    def counts(self, given: Counter[int]) -> dict[str, int]:
        found = {option["id"]: 0 for option in self.document["options"]}
        for answer, times in given.items():
            for bar in self.bars[answer]:
                found[bar] += times
        return found


@dataclass(frozen=True)
class Held:
    """A meeting that was held: of each participant what they said, and of each question what was answered."""

    id: str
    dialogue: str
    type: str
    date: str
    place: str
    questions: tuple[Asked, ...]
    said: tuple[tuple[str | None, str | None], ...]
    genders: Mapping[str, int]
    given: tuple[tuple[int, ...], ...]

    @cached_property
    def document(self) -> Json:
        return {
            "format": 1,
            "dialogue": {"id": self.dialogue, "title": {"sv": f"Dialog {self.dialogue}"}, "age_base": "all"},
            "meeting": {
                "id": self.id,
                "title": {"sv": f"Möte i {self.place}"},
                "type": self.type,
                "place": {"sv": self.place},
                "date": self.date,
                "languages": ["sv"],
            },
            "questions": [*composition(), *(one.document for one in self.questions)],
            "agenda": [
                {"id": "door", "type": "join"},
                {"id": "who", "type": "composition"},
                *({"id": f"ask-{one.id}", "type": "question", "question": one.id} for one in self.questions),
            ],
        }

    @property
    def participants(self) -> int:
        return len(self.said)

    def who(self) -> dict[str, dict[str, int]]:
        """People by option of each composition question; those without an answer are in none."""
        ages = Counter(age for age, _ in self.said if age is not None)
        districts = Counter(district for _, district in self.said if district is not None)
        return {
            "age": {name: ages[name] for name in AGES},
            "district": {name: districts[name] for name in DISTRICTS},
            "gender": dict(self.genders),
        }

    def records(self) -> Iterator[tuple[str, Record]]:
        """The meeting as the records of a bundle."""
        yield "meeting", {"document": self.document, "heads": None}
        number = 0
        for question, counts in self.who().items():
            number += 1
            yield "rounds", _round(number, question, self.participants, composition=True)
            declined = self.participants - sum(counts.values())
            yield "tallies", {**_tally(number, self.participants, counts), "abstained": declined}
        for asked, given in zip(self.questions, self.given, strict=True):
            number += 1
            yield "rounds", _round(number, asked.id, self.participants, composition=False)
            yield "tallies", _tally(number, len(given), asked.counts(Counter(given)))
            for respondent, (answer, said) in enumerate(zip(given, self.said, strict=True), start=1):
                yield (
                    "answers",
                    {
                        "round": f"r{number}",
                        "respondent": respondent,
                        "channel": None,
                        "answer": json.loads(asked.answers[answer]),
                        "composition": json.loads(spelt(said)),
                    },
                )


def year(share: float, seed: int) -> Iterator[Held]:
    """The meetings of a share of a national year, dialogue after dialogue, by their days."""
    chance = random.Random(seed)
    dialogues = max(2, round(DIALOGUES * share))
    meetings = max(dialogues, round(MEETINGS * share))
    people = PARTICIPANTS / MEETINGS
    for place, size in enumerate(_sizes(dialogues, meetings)):
        yield from dialogue(f"dialogue-{place:03d}", size, people, chance)


def dialogue(name: str, meetings: int, people: float, chance: random.Random) -> Iterator[Held]:
    """A dialogue of so many meetings with so many people in the mean."""
    questions = tuple(_question(number, chance) for number in range(1, QUESTIONS + 1))
    for number in range(meetings):
        day = FIRST_DAY + timedelta(days=number * 360 // meetings)
        kind = chance.choice(TYPES)
        # Many small meetings and some large ones, with the wanted mean.
        mean = people * {"open": 1.45, "outreach": 0.45, "school": 1.35, "focus_group": 0.4}[kind]
        size = max(3, round(chance.gammavariate(2.0, mean / 2.0)))
        yield _hold(f"{name}-{number:05d}", name, kind, day.isoformat(), size, questions, chance)


def _sizes(dialogues: int, meetings: int) -> list[int]:
    """Meetings by dialogue: a few are large, most are small."""
    weights = [1 / (place + 8) for place in range(dialogues)]
    whole = sum(weights)
    ends = [round(meetings * done / whole) for done in accumulate(weights)]
    return [max(1, end - start) for start, end in zip([0, *ends], ends, strict=False)]


def _hold(
    name: str,
    dialogue: str,
    kind: str,
    day: str,
    size: int,
    questions: Sequence[Asked],
    chance: random.Random,
) -> Held:
    ages = chance.choices((*AGES, None), (4, 14, 22, 34, 18, 3, 5), k=size)
    districts = chance.choices((*DISTRICTS, None), (40, 30, 15, 8, 7), k=size)
    genders = Counter(chance.choices(GENDERS, (52, 46, 2), k=size))
    given = tuple(
        tuple(chance.choices(range(len(one.answers)), _shifted(one.leans, chance), k=size))
        for one in questions
    )
    return Held(
        name,
        dialogue,
        kind,
        day,
        f"Ort {name[-3:]}",
        tuple(questions),
        tuple(zip(ages, districts, strict=True)),
        {gender: genders[gender] for gender in GENDERS},
        given,
    )


def _shifted(leans: Sequence[float], chance: random.Random) -> list[float]:
    """The people of one meeting are more like one another than those of two."""
    return [lean * chance.uniform(0.6, 1.4) for lean in leans]


def composition() -> list[Json]:
    """The questions about the participants."""
    return [
        _document("age", AGES, composition=True),
        _document("district", DISTRICTS, composition=True),
        _document("gender", GENDERS, composition=True, sensitive=True),
    ]


def _question(number: int, chance: random.Random) -> Asked:
    """Mostly one choice of four; some scales, and some of several answers."""
    name = f"q{number:02d}"
    if number % 5 == 0:
        steps = [f"s{step}" for step in range(1, 6)]
        document = {**_document(name, steps), "kind": "scale"}
        answers = [canonical({"value": step}) for step in range(1, 6)]
        bars: list[tuple[str, ...]] = [(step,) for step in steps]
    elif number % 7 == 0:
        options = list("abcde")
        document = {**_document(name, options), "max": 2}
        pairs = [(one, other) for place, one in enumerate(options) for other in options[place + 1 :]]
        bars = [*((one,) for one in options), *pairs]
        answers = [canonical({"options": list(chosen)}) for chosen in bars]
    else:
        document = _document(name, "abcd")
        bars = [(option,) for option in "abcd"]
        answers = [canonical({"options": [option]}) for option in "abcd"]
    document["breakdown"] = ["age", "district"]
    leans = tuple(0.05 + chance.random() for _ in answers)
    return Asked(document, tuple(answers), tuple(bars), leans)


def _document(name: str, options: Sequence[str], **more: Any) -> Json:
    named = [{"id": option, "text": {"sv": f"Svar {option}"}} for option in options]
    return {
        "id": name,
        "version": 1,
        "kind": "choice",
        "text": {"sv": f"Fråga {name}?"},
        "options": named,
        **more,
    }


def _round(number: int, question: str, connected: int, *, composition: bool) -> Record:
    return {
        "id": f"r{number}",
        "number": number,
        "item": None if composition else f"ask-{question}",
        "question": question,
        "question_version": 1,
        "run": 1,
        "status": "revealed",
        "composition": composition,
        "connected": connected,
    }


def _tally(number: int, answered: int, counts: Mapping[str, int]) -> Record:
    return {
        "round": f"r{number}",
        "answered": answered,
        "abstained": 0,
        "dont_know": 0,
        "counts": dict(counts),
    }


def spelt(said: tuple[str | None, str | None]) -> str:
    """What goes along with an answer: age and district, as the seal spells them."""
    age, district = (None if value is None else canonical([value]) for value in said)
    return canonical({"age": age, "district": district})
