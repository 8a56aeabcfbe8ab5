"""What lies behind a hall late in the evening: who is in the room, and thirty rounds that are closed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scripts.loadgen.hall import Hall
from scripts.loadgen.servers import ANSWERS, MEETING, Api, Kiosk

ABOUT = {"age": 5, "district": 4, "gender": 3}
"""The composition questions, and how many answers each has."""
QUESTIONS = 10
RUNS = 3
FEWER_RUNS = 2
ASK_EVERY_SECONDS = 0.25
"""No phone may answer more than five times a second for long."""
MOST_FOR_ALL_RUNS = 1000
"""Up to so many phones each question has been asked three times; with more of them twice."""


def document() -> dict[str, Any]:
    """The meeting: questions that may be broken down, each one a pair with itself when it is asked again."""
    about = [_choice(name, f"Om dig: {name}?", answers, composition=True) for name, answers in ABOUT.items()]
    asked = [
        _choice(f"question-{n}", f"Fråga nummer {n}?", 4, breakdown=list(ABOUT), pair_with=f"question-{n}")
        for n in range(1, QUESTIONS + 1)
    ]
    bridge = MEETING["questions"][0]
    agenda = [
        {"id": item_of(one["id"]), "type": "question", "question": one["id"]} for one in (*asked, bridge)
    ]
    meeting = {**MEETING["meeting"], "id": "evening", "code": "KVLL", "title": {"sv": "Kväll"}}
    return {**MEETING, "meeting": meeting, "questions": [*about, *asked, bridge], "agenda": agenda}


def item_of(question: str) -> str:
    return f"ask-{question}"


def _choice(name: str, text: str, answers: int, **more: Any) -> dict[str, Any]:
    options = [{"id": f"{name}-{n}", "text": {"sv": f"Svar {n}"}} for n in range(1, answers + 1)]
    return {"id": name, "version": 1, "kind": "choice", "text": {"sv": text}, "options": options, **more}


@dataclass(frozen=True)
class Evening:
    """A running meeting and its closed rounds with their questions, in the order they were asked; ``last`` is
    one more that is not shown yet. Each of the ``latest`` has one before it to be compared with."""

    meeting: str
    rounds: dict[str, str]
    last: str

    @property
    def earlier(self) -> list[str]:
        return list(self.rounds)[:-QUESTIONS]

    @property
    def latest(self) -> list[str]:
        return list(self.rounds)[-QUESTIONS:]


Ask = Callable[[str, list[str]], str]
"""Opens a round of a question, has everybody answer, and closes it; its id."""


def hold_evening(server: Kiosk, hall: Hall, phones: int, ask: Ask) -> Evening:
    """Everybody says who they are and answers question after question; each result is shown but the last."""
    for name, round_id in _rounds_about_people(server).items():
        hall.vote(round_id, _answers(name, ABOUT[name]))
    rounds: dict[str, str] = {}
    for run in range(RUNS if phones <= MOST_FOR_ALL_RUNS else FEWER_RUNS):
        for n in range(1, QUESTIONS + 1):
            name = f"question-{n}"
            time.sleep(ASK_EVERY_SECONDS)
            asked = ask(name, _turned(_answers(name, 4), run + n))
            server.reveal(asked)
            rounds[asked] = name
    return Evening(server.meeting, rounds, ask("bridge", ANSWERS))


def _turned(answers: list[str], by: int) -> list[str]:
    """Seven answers in turn, so that each group gives all of them; ``by`` moves people to another."""
    seven = (answers * 2)[:7]
    return seven[by % 7 :] + seven[: by % 7]


def _answers(name: str, count: int) -> list[str]:
    return [json.dumps({"options": [f"{name}-{n}"]}, separators=(",", ":")) for n in range(1, count + 1)]


def _rounds_about_people(server: Kiosk) -> dict[str, str]:
    """The rounds that the server opened at the start, as a phone hears of them."""
    api = Api(server.port)
    try:
        state = api.call("POST", "/api/v1/join", {"code": server.code})["state"]
    finally:
        api.close()
    return {entry["question"]: entry["id"] for entry in state["rounds"] if entry["question"] in ABOUT}
