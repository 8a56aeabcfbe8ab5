"""Questions as the rules see them, read from small documents."""

from __future__ import annotations

from typing import Any

from kiosk.meeting.document import Question, read_question
from tests.support import meetings

Json = dict[str, Any]


def question(item: Json) -> Question:
    return read_question(item, ["en"])


SINGLE = question(meetings.single("single"))
MULTIPLE = question(meetings.multiple("multiple", options=5, most=3, min=2))
YES_NO = question(meetings.yes_no("yes-no"))
DEGREE = question(meetings.degree("degree"))
DEGREE_OR_NOT = question(meetings.degree("degree-or-not", dont_know=True))
NUMBERS = question(meetings.numbers("numbers"))
BELOW_ZERO = question(meetings.numbers("below-zero", low=-5, high=5))
WORDS = question(meetings.words("words", max_length=50))

ALL = (SINGLE, MULTIPLE, YES_NO, DEGREE, DEGREE_OR_NOT, NUMBERS, BELOW_ZERO, WORDS)
