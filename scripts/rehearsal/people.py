"""How people answer: not at once, not all of them, not evenly, and not always for good.

Knows nothing of networks: it is asked for a plan and gives one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from scripts.rehearsal.wishes import WISHES

Question = Mapping[str, Any]
Answer = dict[str, Any]
Manner = Literal["answers", "changes", "abstains", "silent"]

SILENT_SHARE = 0.08
ABSTAIN_SHARE = 0.06
CHANGE_SHARE = 0.10
DONT_KNOW_SHARE = 0.07
SAME_OPINION_SHARE = 0.85
SAME_AFTER_TALK_SHARE = 0.62
"""Of a question that is asked before and after: people have talked in between, and some were won over."""

FASTEST_SECONDS, SLOWEST_SECONDS = 2.0, 12.0
MEDIAN_LOG_SECONDS, SPREAD_LOG_SECONDS = 1.5, 0.45  # exp(1.5) = 4.5 s
WRITING_FACTOR = 2.5
NEXT_ON_PAGE_SECONDS = 2.5

# Who comes to such meetings, for the questions that most of them ask. Others get a shape of their own.
COMPOSITION_SHAPES: dict[str, tuple[float, ...]] = {
    "age-bands": (2, 4, 8, 18, 34, 27, 6, 1),
    "gender-identity": (53, 44, 1.5, 1.5),
    "first-time": (42, 55, 3),
}


@dataclass(frozen=True)
class Plan:
    """What one person is going to do in one round: which answers, so many seconds after it opened."""

    manner: Manner
    steps: tuple[tuple[float, Answer], ...]

    @property
    def first_manner(self) -> Manner:
        """What the first step is; who changes their mind has answered before."""
        return "answers" if self.manner == "changes" else self.manner


class Person:
    """Somebody with a leaning of their own, who thinks the same when asked the same again."""

    def __init__(self, seed: str, language: str) -> None:
        self.dice = Random(seed)
        self.language = language
        self.leaning = self.dice.gauss(0, 0.5)
        self.opinions: dict[str, Answer] = {}

    def plan(self, question: Question, *, place_on_page: int = 0) -> Plan:
        """``place_on_page``: how many other questions on the same page come first."""
        manner = self._manner(question)
        if manner == "silent":
            return Plan(manner, ())
        first = self._hesitation(question) + place_on_page * NEXT_ON_PAGE_SECONDS
        if manner == "abstains":
            return Plan(manner, ((first, {"abstain": True}),))
        answer = self._opinion(question)
        if manner == "answers":
            return Plan(manner, ((first, answer),))
        other = self._other_answer(question, answer)
        return Plan(manner, ((first, answer), (first + self.dice.uniform(1.5, 6), other)))

    def _manner(self, question: Question) -> Manner:
        if question.get("kind") not in ANSWERS:
            return "abstains"
        draw = self.dice.random()
        if draw < SILENT_SHARE:
            return "silent"
        if draw < SILENT_SHARE + ABSTAIN_SHARE:
            return "abstains"
        changeable = not question.get("composition") and question["kind"] != "text"
        if changeable and draw < SILENT_SHARE + ABSTAIN_SHARE + CHANGE_SHARE:
            return "changes"
        return "answers"

    def _hesitation(self, question: Question) -> float:
        seconds = 0.0
        while not FASTEST_SECONDS <= seconds <= SLOWEST_SECONDS:
            seconds = self.dice.lognormvariate(MEDIAN_LOG_SECONDS, SPREAD_LOG_SECONDS)
        return seconds * (WRITING_FACTOR if question["kind"] == "text" else 1)

    def _opinion(self, question: Question) -> Answer:
        known = self.opinions.get(question["id"])
        if known is not None and question.get("pair_with") and question["kind"] == "choice":
            return self._after_talk(question, known)
        keeps = question.get("composition") or self.dice.random() < SAME_OPINION_SHARE
        if known is None or not keeps:
            known = self.opinions[question["id"]] = ANSWERS[question["kind"]](self, question)
        return known

    def _after_talk(self, question: Question, before: Answer) -> Answer:
        """The same answer, or another: more are won over to the first option than from it."""
        first = question["options"][0]["id"]
        keeps = SAME_AFTER_TALK_SHARE if before["options"] != [first] else (1 + SAME_AFTER_TALK_SHARE) / 2
        if self.dice.random() < keeps:
            return before
        return self._other_answer(question, before)

    def _other_answer(self, question: Question, answer: Answer) -> Answer:
        for _ in range(20):
            other = ANSWERS[question["kind"]](self, question)
            if other != answer:
                self.opinions[question["id"]] = other
                return other
        return answer


def answer_choice(person: Person, question: Question) -> Answer:
    ids = [option["id"] for option in question["options"]]
    weights = _popularity(question, len(ids))
    least, most = max(1, int(question.get("min", 1))), int(question.get("max", 1))
    most = min(most, len(ids))
    wanted = most if most == least else min(most, max(least, round(person.dice.gauss(most - 0.6, 0.9))))
    chosen: list[str] = []
    while len(chosen) < wanted:
        pick = person.dice.choices(ids, weights)[0]
        if pick not in chosen:
            chosen.append(pick)
    return {"options": sorted(chosen, key=ids.index)}


def answer_scale(person: Person, question: Question) -> Answer:
    if question.get("dont_know") and person.dice.random() < DONT_KNOW_SHARE:
        return {"dont_know": True}
    options = question.get("options") or []
    lowest = 1 if options else int(question.get("min", 0))
    highest = len(options) if options else int(question.get("max", 10))
    # Each question has a mood of its own, in which everybody answers by their leaning.
    mood = Random(f"mood of {question['id']}").uniform(0.42, 0.72)
    place = mood + 0.12 * person.leaning + person.dice.gauss(0, 0.18)
    value = round(lowest + place * (highest - lowest))
    return {"value": min(highest, max(lowest, value))}


def answer_text(person: Person, question: Question) -> Answer:
    wishes = WISHES.get(person.language) or WISHES["en"]
    longest = int(question.get("max_length", 280))
    fitting = [wish for wish in wishes if len(wish) <= longest] or [wishes[0][:longest]]
    return {"text": person.dice.choice(fitting)}


# What a person can answer. In a round of any other kind the rehearsal abstains.
ANSWERS: dict[str, Callable[[Person, Question], Answer]] = {
    "choice": answer_choice,
    "scale": answer_scale,
    "text": answer_text,
}


def _popularity(question: Question, count: int) -> list[float]:
    """Some options are liked by many, most by some; the same ones each time the question is asked."""
    shape = COMPOSITION_SHAPES.get(question["id"], ())
    if len(shape) == count:
        return list(shape)
    dice = Random(f"popularity of {question['id']}")
    weights = [10 / (rank + 1) ** 0.8 for rank in range(count)]
    dice.shuffle(weights)
    if question.get("composition") and count > 2:
        weights[-1] = 0.03 * sum(weights)  # by custom the last is "prefer not to say"
    return weights
