"""Answers by what participants said of themselves, as far as the question declared it. For weights alone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kiosk.central.recount import UNRECORDED, Recount
from kiosk.kinds import kind_of
from kiosk.meeting.document import Question
from kiosk.meeting.tally import Answer, is_abstention, is_dont_know

Values = tuple[str | None, ...]
Cells = Sequence[Any]
"""``[values, valid answers, answers by option]`` for each combination of values that somebody has."""


def cells_by_channel(counted: Recount, rounds: Mapping[str, str]) -> dict[str, dict[str, Cells]]:
    """The cells of each question by channel; ``rounds`` names the round of each that counts."""
    question_of = {round: question for question, round in rounds.items()}
    answers: dict[tuple[str, str], dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    for record in counted.records["answers"]:
        question = question_of.get(record["round"])
        if question is None or not record["composition"]:
            continue
        answer = record["answer"]
        if not is_abstention(answer) and not is_dont_know(answer):
            said = json.dumps(record["composition"], sort_keys=True)
            answers[question, record["channel"] or UNRECORDED][said].append(answer)
    found: dict[str, dict[str, Cells]] = defaultdict(dict)
    for (name, channel), by_said in answers.items():
        found[name][channel] = _counted(counted, counted.meeting.questions[name], by_said)
    return found


def add_cells(several: Iterable[Cells]) -> Cells:
    """The cells of several parts together."""
    base: dict[Values, int] = defaultdict(int)
    counts: dict[Values, dict[str, int]] = defaultdict(dict)
    for cells in several:
        for values, valid, by_option in cells:
            cell = tuple(values)
            base[cell] += valid
            for option, count in by_option.items():
                counts[cell][option] = counts[cell].get(option, 0) + count
    return [[list(cell), valid, counts[cell]] for cell, valid in base.items()]


def _counted(counted: Recount, question: Question, by_said: Mapping[str, list[Answer]]) -> Cells:
    questions = counted.meeting.questions
    found = [
        [
            [_category(questions[name], json.loads(said)[name]) for name in question.breakdown],
            len(answers),
            {name: n for name, n in kind_of(question).count(question, answers).items() if n},
        ]
        for said, answers in by_said.items()
    ]
    return add_cells([found])


def _category(question: Question, held: str | None) -> str | None:
    """What somebody is counted under; None for no answer, one that means none, or several."""
    return kind_of(question).category(question, json.loads(held)) if held else None
