"""The meeting document: what is read out of it, and the contradictions that are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kiosk.languages import wording
from kiosk.meeting.document import DocumentError, Meeting, canonical, read_document
from kiosk.problems import DOCUMENT_REASONS
from tests.support import meetings as m

AGE = m.about_you("age")
DISTRICT = m.about_you("district")


def refused_at(document: dict[str, Any]) -> str:
    with pytest.raises(DocumentError) as refused:
        read_document(document)
    assert refused.value.reason in DOCUMENT_REASONS
    return refused.value.path


def item(name: str, question: str) -> dict[str, Any]:
    return {"id": name, "type": "question", "question": question}


def test_what_a_document_says_is_read() -> None:
    meeting = read_document(
        m.meeting(
            AGE,
            m.multiple("fruit", breakdown=["age"], sensitive=True, version=3, help={"sv": "Välj tre."}),
            place="The hall",
            date="2026-11-24",
        )
    )
    assert (meeting.id, meeting.code, meeting.type, meeting.date) == ("m1", "MEET", "open", "2026-11-24")
    assert meeting.place == {"en": "The hall"}
    assert meeting.composition_questions == (meeting.questions["age"],)
    fruit = meeting.questions["fruit"]
    assert (fruit.version, fruit.sensitive, fruit.breakdown) == (3, True, ("age",))
    assert fruit.help == {"sv": "Välj tre."}
    assert fruit.settings == {"max": 3}
    assert [step.id for step in meeting.agenda] == ["door", "who", "ask-fruit"]


def test_what_a_document_leaves_out_has_a_sensible_value() -> None:
    meeting = read_document(m.meeting(m.words("idea"), code=None))
    question = meeting.questions["idea"]
    assert meeting.code == ""
    assert (question.version, question.composition, question.sensitive) == (1, False, False)
    assert (question.breakdown, question.pair_with) == ((), None)


def test_a_plain_text_is_in_the_first_language() -> None:
    document = m.meeting(m.single("q"), languages=["fi", "sv"], title="Kokous")
    assert read_document(document).title == {"fi": "Kokous"}
    assert read_document(document).questions["q"].text == {"fi": "Which q?"}


@pytest.mark.parametrize(
    ("text", "title", "languages"),
    [
        ({"nb": "Hva?", "se": "Mii?"}, "Møte", ("nb", "se")),
        ("What?", {"da": "Møde"}, ("da",)),
        ("What?", "Meeting", ("en",)),
    ],
)
def test_languages_that_are_not_listed_are_those_of_the_words(
    text: Any, title: Any, languages: tuple[str, ...]
) -> None:
    document = m.meeting({**m.words("q"), "text": text}, title=title)
    del document["meeting"]["languages"]
    assert read_document(document).languages == languages


CONTRADICTIONS = [
    ("two questions of one id", m.meeting(m.single("q"), m.words("q"), agenda=[]), "questions/1/id"),
    (
        "two options of one id",
        m.meeting(m.single("q", options=2) | {"options": m.steps(1) * 2}),
        "questions/q/options",
    ),
    (
        "an option counted with one that there is not",
        m.meeting(m.single("q") | {"options": [*m.steps(2), {"id": "x", "text": "X", "shown_with": "z"}]}),
        "questions/q/options",
    ),
    (
        "an option counted with itself",
        m.meeting(m.single("q") | {"options": [*m.steps(2), {"id": "x", "text": "X", "shown_with": "x"}]}),
        "questions/q/options",
    ),
    (
        "four breakdowns",
        m.meeting(*(m.about_you(name) for name in "ghij"), m.single("q", breakdown=list("ghij"))),
        "questions/q/breakdown",
    ),
    ("a breakdown by nothing", m.meeting(m.single("q", breakdown=["age"])), "questions/q/breakdown"),
    (
        "a breakdown by a question of the evening",
        m.meeting(m.single("p"), m.single("q", breakdown=["p"])),
        "questions/q/breakdown",
    ),
    (
        "composition broken down by composition",
        m.meeting(AGE, m.about_you("district", breakdown=["age"])),
        "questions/district/breakdown",
    ),
    ("a pair with nothing", m.meeting(m.single("q", pair_with="p")), "questions/q/pair_with"),
    (
        "a question asked twice in another pair",
        m.meeting(m.single("p", pair_with="p"), m.single("q", pair_with="p")),
        "questions/p/pair_with",
    ),
    (
        "a pair with a composition question",
        m.meeting(AGE, m.single("q", pair_with="age")),
        "questions/q/pair_with",
    ),
    (
        "a composition question in a pair",
        m.meeting(m.single("q"), m.about_you("age", pair_with="q")),
        "questions/age/pair_with",
    ),
    (
        "a question in two pairs",
        m.meeting(m.single("p"), m.single("q", pair_with="p"), m.single("r", pair_with="p")),
        "questions/q/pair_with",
    ),
    (
        "a chain of pairs",
        m.meeting(m.single("p"), m.single("q", pair_with="p"), m.single("r", pair_with="q")),
        "questions/q/pair_with",
    ),
    (
        "two items of one id",
        m.meeting(m.single("q"), agenda=[item("i", "q"), item("i", "q")]),
        "agenda/i",
    ),
    ("an item without its question", m.meeting(agenda=[item("i", "q")]), "agenda/i/question"),
    (
        "an item that asks about the participant",
        m.meeting(AGE, agenda=[item("i", "age")]),
        "agenda/i/question",
    ),
]


@pytest.mark.parametrize(
    ("document", "path"), [row[1:] for row in CONTRADICTIONS], ids=[row[0] for row in CONTRADICTIONS]
)
def test_a_contradiction_is_refused_where_it_is(document: dict[str, Any], path: str) -> None:
    assert refused_at(document) == path


def test_a_pair_may_be_declared_from_both_sides() -> None:
    meeting = read_document(m.meeting(m.single("p", pair_with="q"), m.single("q", pair_with="p")))
    assert meeting.questions["p"].pair_with == "q"


def test_three_breakdowns_are_allowed() -> None:
    names = ["age", "district", "first"]
    meeting = read_document(m.meeting(*map(m.about_you, names), m.single("q", breakdown=names)))
    assert meeting.questions["q"].breakdown == tuple(names)


def test_a_question_may_be_asked_twice_on_the_agenda() -> None:
    meeting = read_document(m.meeting(m.single("q"), agenda=[item("before", "q"), item("after", "q")]))
    assert [step.question for step in meeting.agenda] == ["q", "q"]


def test_a_meeting_may_be_empty() -> None:
    assert isinstance(read_document(m.meeting(agenda=[])), Meeting)


def test_the_canonical_spelling_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": [1, {"d": "å", "c": None}], "a": True}) == canonical(
        {"a": True, "b": [1, {"c": None, "d": "å"}]}
    )


def test_a_wording_that_a_reader_lacks_is_in_the_first_language_of_the_meeting() -> None:
    several = {"da": "Hej", "sv": "Hejsan", "ar": "مرحبا"}
    document = json.loads(canonical(m.meeting({**m.single("q"), "text": several}, languages=["sv", "da"])))
    question = read_document(document).questions["q"]
    assert wording(question.text, "fi") == ("Hejsan", "sv")
