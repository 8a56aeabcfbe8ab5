"""The meeting document: its schema, the sample meeting, and what the schema refuses."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

DATA = Path(__file__).parents[2] / "data"
SCHEMA: dict[str, Any] = json.loads((DATA / "schemas" / "meeting.schema.json").read_text("utf-8"))
SAMPLE: dict[str, Any] = json.loads((DATA / "sample-meeting.json").read_text("utf-8"))

LANGUAGES = {"sv", "da", "nb", "fi", "en"}
QUESTIONS: dict[str, dict[str, Any]] = {question["id"]: question for question in SAMPLE["questions"]}

# A wording on a phone of 320 px and on a wall read from 25 m: longer ones need scrolling or small type.
LONGEST = {"text": 125, "option": 40, "title": 60, "body": 300}

REMOVE = object()
Place = tuple[str | int, ...]


def refused_at(document: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return sorted({"/".join(map(str, error.absolute_path)) for error in validator.iter_errors(document)})


# --- the schema itself


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_property_has_a_title_and_a_description() -> None:
    wanted = {"title", "description"}
    assert [where for where, node in described_nodes() if not wanted <= node.keys()] == []


def described_nodes() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema, its definitions, and each property of each of them; conditions describe nothing."""
    owners = {"schema": SCHEMA, **SCHEMA["$defs"]}
    yield from owners.items()
    for name, owner in owners.items():
        for key, node in properties_of(owner):
            referred = SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else {}
            yield f"{name}.{key}", referred | node


def properties_of(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, child in node.get("properties", {}).items():
        yield key, child
        yield from ((f"{key}.{name}", grandchild) for name, grandchild in properties_of(child))


def test_the_schema_refers_to_nothing_outside_itself() -> None:
    references = [ref for ref in references_in(SCHEMA) if not ref.startswith("#/$defs/")]
    assert references == []


def references_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for child in node.values():
            yield from references_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from references_in(child)


# --- the sample meeting


def test_the_sample_is_valid() -> None:
    assert refused_at(SAMPLE) == []


def test_the_sample_is_named_in_five_languages() -> None:
    assert set(SAMPLE["meeting"]["languages"]) == LANGUAGES
    assert SAMPLE["meeting"]["languages"][0] == "sv"


def texts() -> list[tuple[str, dict[str, str]]]:
    """Every text of the sample with its place: the owner's id and the key."""
    found: list[tuple[str, dict[str, str]]] = []
    for part in ("dialogue", "meeting"):
        found += texts_of(part, SAMPLE[part])
    for owner in (*SAMPLE["questions"], *SAMPLE["agenda"]):
        found += texts_of(owner["id"], owner)
    return found


def texts_of(where: str, owner: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for key in ("title", "welcome", "place", "text", "help", "body"):
        if key in owner:
            yield f"{where}.{key}", owner[key]
    for option in owner.get("options", []):
        yield f"{where}.option.{option['id']}", option["text"]
    for end, label in owner.get("labels", {}).items():
        yield f"{where}.label.{end}", label


@pytest.mark.parametrize(("where", "text"), texts(), ids=[where for where, _ in texts()])
def test_every_text_has_all_languages_and_fits(where: str, text: dict[str, str]) -> None:
    assert set(text) == LANGUAGES
    assert {lang: words for lang, words in text.items() if words != words.strip() or "  " in words} == {}
    key = where.split(".")[1]
    longest = LONGEST.get(key, LONGEST["text"])
    assert {lang: len(words) for lang, words in text.items() if len(words) > longest} == {}


@pytest.mark.parametrize("question", SAMPLE["questions"], ids=list(QUESTIONS))
def test_options_differ_in_every_language(question: dict[str, Any]) -> None:
    for lang in LANGUAGES:
        wordings = [option["text"][lang] for option in question.get("options", [])]
        assert len(set(wordings)) == len(wordings), lang


def test_ids_are_unique() -> None:
    options_of_each = [question.get("options", []) for question in SAMPLE["questions"]]
    for entries in (SAMPLE["questions"], SAMPLE["agenda"], *options_of_each):
        ids = [entry["id"] for entry in entries]
        assert len(set(ids)) == len(ids)


def test_the_agenda_asks_every_question_once_and_a_pair_with_itself_twice() -> None:
    asked = [item["question"] for item in SAMPLE["agenda"] if item["type"] == "question"]
    times = [1 + (question.get("pair_with") == question["id"]) for question in asked_in_the_room()]
    names = [question["id"] for question in asked_in_the_room()]
    assert sorted(asked) == sorted(
        name for name, count in zip(names, times, strict=True) for _ in range(count)
    )
    assert max(times) == 2, "a rehearsal shows before and after"


def asked_in_the_room() -> list[dict[str, Any]]:
    return [question for question in SAMPLE["questions"] if not question.get("composition")]


def test_the_agenda_begins_with_why_and_ends_with_thanks() -> None:
    types = [item["type"] for item in SAMPLE["agenda"]]
    assert types[:3] == ["slide", "join", "composition"]
    assert types[-4:] == ["question", "question", "question", "slide"]
    assert types.count("break") == 1


def test_breakdowns_are_composition_questions() -> None:
    declared = [key for question in SAMPLE["questions"] for key in question.get("breakdown", [])]
    assert declared
    assert [key for key in declared if not QUESTIONS[key]["composition"]] == []


def test_merged_options_are_options_of_the_same_question() -> None:
    for question in SAMPLE["questions"]:
        ids = {option["id"] for option in question.get("options", [])}
        partners = {option.get("shown_with") for option in question.get("options", [])} - {None}
        assert partners <= ids


def test_limits_can_be_kept() -> None:
    for question in SAMPLE["questions"]:
        if question["kind"] == "choice":
            assert question.get("min", 1) <= question.get("max", 1) <= len(question["options"])
        if question["kind"] == "scale" and "options" not in question:
            assert question["min"] < question["max"]


def test_no_help_repeats_what_phones_say_themselves() -> None:
    """How many may be chosen is told by the form."""
    several = [question for question in QUESTIONS.values() if "options" in question and "max" in question]
    assert several
    assert [question["id"] for question in several if "help" in question] == []


def test_every_composition_question_lets_one_decline() -> None:
    composition = [question for question in SAMPLE["questions"] if question.get("composition")]
    assert [question["id"] for question in composition] == [
        "age-bands",
        "gender-identity",
        "district-norrmyra",
        "first-time",
    ]
    for question in composition:
        assert [option["id"] for option in question["options"] if option.get("no_answer")] == ["prefer-not"]


def test_questions_of_every_kind_and_form() -> None:
    forms = {form_of(question) for question in asked_in_the_room()}
    assert forms == {"single", "multiple", "yes/no", "in words", "in words, don't know", "in numbers", "text"}


def form_of(question: dict[str, Any]) -> str:
    match question:
        case {"kind": "choice", "layout": "yes_no"}:
            return "yes/no"
        case {"kind": "choice"}:
            return "multiple" if question.get("max", 1) > 1 else "single"
        case {"kind": "scale", "options": _, "dont_know": True}:
            return "in words, don't know"
        case {"kind": "scale", "options": _}:
            return "in words"
        case {"kind": "scale"}:
            return "in numbers"
        case _:
            return str(question["kind"])


# --- what is refused, and where


SMALL: dict[str, Any] = {
    "format": 1,
    "dialogue": {"id": "d1", "title": {"sv": "Dialogen"}},
    "meeting": {
        "id": "m1",
        "code": "ABCD",
        "type": "open",
        "date": "2026-11-24",
        "languages": ["sv"],
        "title": "Möte",
    },
    "questions": [
        {
            "id": "age",
            "kind": "choice",
            "composition": True,
            "text": "Ålder?",
            "options": [{"id": "0-29", "text": "0–29"}, {"id": "30-", "text": "30–"}],
        },
        {
            "id": "colour",
            "version": 1,
            "kind": "choice",
            "text": {"sv": "Färg?", "en": "Colour?"},
            "options": [{"id": "red", "text": {"sv": "Röd"}}, {"id": "blue", "text": "Blå"}],
            "breakdown": ["age"],
        },
        {
            "id": "degree",
            "kind": "scale",
            "text": "I vilken grad?",
            "options": [{"id": "low", "text": "Låg"}, {"id": "high", "text": "Hög"}],
            "dont_know": True,
        },
        {"id": "mark", "kind": "scale", "text": "Hur bra?", "min": 0, "max": 10, "labels": {"min": "Dåligt"}},
        {"id": "idea", "kind": "text", "text": "En sak?", "max_length": 140},
    ],
    "agenda": [
        {"id": "a1", "type": "slide", "title": "Varför"},
        {"id": "a2", "type": "join"},
        {"id": "a3", "type": "composition"},
        {"id": "a4", "type": "question", "question": "colour"},
        {"id": "a5", "type": "break"},
    ],
}


def changed(place: Place, value: Any) -> dict[str, Any]:
    """SMALL with one thing else: the key at the end of the path set to the value, or removed."""
    document = copy.deepcopy(SMALL)
    owner: Any = document
    for step in place[:-1]:
        owner = owner[step]
    if value is REMOVE:
        del owner[place[-1]]
    else:
        owner[place[-1]] = value
    return document


def options(count: int) -> list[dict[str, str]]:
    return [{"id": f"o{n}", "text": f"Svar {n}"} for n in range(count)]


def test_the_small_document_is_accepted() -> None:
    assert refused_at(SMALL) == []


NUMBERS = {"id": "mark", "kind": "scale", "text": "Hur bra?"}

ACCEPTED: list[tuple[str, Place, Any]] = [
    ("no dialogue", ("dialogue",), REMOVE),
    ("no code", ("meeting", "code"), REMOVE),
    ("no date", ("meeting", "date"), REMOVE),
    ("no languages", ("meeting", "languages"), REMOVE),
    ("no version", ("questions", 1, "version"), REMOVE),
    ("no questions", ("questions",), []),
    ("no agenda", ("agenda",), []),
    ("a later key in the document", ("goals",), [{"anything": 1}]),
    ("a later key in the meeting", ("meeting", "series"), 4),
    ("a later key in a question", ("questions", 1, "purposes"), ["belonging"]),
    ("a later key in an option", ("questions", 1, "options", 0, "colour"), "#f00"),
    ("a later key in an item", ("agenda", 0, "minutes"), 5),
    ("a kind the schema does not know", ("questions", 1, "kind"), "ranking"),
    ("another kind's key", ("questions", 1, "max_length"), "long"),
    ("a type of meeting the schema does not know", ("meeting", "type"), "street"),
    ("a region in a language", ("meeting", "languages"), ["sv-FI", "zh-Hant", "se"]),
    ("right-to-left text", ("questions", 1, "text"), {"ar": "ما هو لونك المفضل؟\u200f"}),
    ("an emoji", ("meeting", "title"), "Vad tycker du? 🌲"),
    ("markup is only text", ("meeting", "title"), "<script>alert(1)</script>"),
    ("a scale in numbers without limits", ("questions", 3), NUMBERS),
    ("a scale below zero", ("questions", 3, "min"), -5),
    ("as many options as allowed", ("questions", 1, "options"), options(50)),
    ("the longest title", ("meeting", "title"), {"sv": "å" * 200}),
    ("the longest text", ("questions", 4, "text"), {"sv": "å" * 2000}),
    ("the longest id", ("meeting", "id"), "m" * 64),
]


@pytest.mark.parametrize(("what", "place", "value"), ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_accepted(what: str, place: Place, value: Any) -> None:
    assert refused_at(changed(place, value)) == []


BROKEN: list[tuple[str, Place, Any, str]] = [
    # the document
    ("no format", ("format",), REMOVE, ""),
    ("no meeting", ("meeting",), REMOVE, ""),
    ("no questions", ("questions",), REMOVE, ""),
    ("no agenda", ("agenda",), REMOVE, ""),
    ("a later format", ("format",), 2, "format"),
    ("a format in words", ("format",), "1", "format"),
    ("questions are no list", ("questions",), {"age": {}}, "questions"),
    ("too many questions", ("questions",), [SMALL["questions"][4]] * 201, "questions"),
    ("too many items", ("agenda",), [SMALL["agenda"][1]] * 301, "agenda"),
    ("a dialogue without id", ("dialogue", "id"), REMOVE, "dialogue"),
    # the meeting
    ("no id", ("meeting", "id"), REMOVE, "meeting"),
    ("no title", ("meeting", "title"), REMOVE, "meeting"),
    ("an id in numbers", ("meeting", "id"), 7, "meeting/id"),
    ("an empty id", ("meeting", "id"), "", "meeting/id"),
    ("an id with a path", ("meeting", "id"), "../etc", "meeting/id"),
    ("an id with a line break", ("meeting", "id"), "m1\n", "meeting/id"),
    ("an id with letters outside a–z", ("meeting", "id"), "möte", "meeting/id"),
    ("too long an id", ("meeting", "id"), "m" * 65, "meeting/id"),
    ("a short code", ("meeting", "code"), "ABC", "meeting/code"),
    ("a long code", ("meeting", "code"), "ABCDEFG", "meeting/code"),
    ("a code in small letters", ("meeting", "code"), "abcd", "meeting/code"),
    ("a code with a line break", ("meeting", "code"), "ABCD\n", "meeting/code"),
    ("a date in words", ("meeting", "date"), "24 november", "meeting/date"),
    ("a day that does not exist", ("meeting", "date"), "2026-02-30", "meeting/date"),
    ("a date without hyphens", ("meeting", "date"), "20261124", "meeting/date"),
    ("languages as words", ("meeting", "languages"), "sv", "meeting/languages"),
    ("no language at all", ("meeting", "languages"), [], "meeting/languages"),
    ("the same language twice", ("meeting", "languages"), ["sv", "sv"], "meeting/languages"),
    ("a language by its name", ("meeting", "languages"), ["Svenska"], "meeting/languages/0"),
    ("too long a title", ("meeting", "title"), "å" * 201, "meeting/title"),
    ("too long a title in a language", ("meeting", "title"), {"sv": "å" * 201}, "meeting/title/sv"),
    ("too long a welcome", ("meeting", "welcome"), {"sv": "å" * 2001}, "meeting/welcome/sv"),
    # texts
    ("no words", ("questions", 1, "text"), "", "questions/1/text"),
    ("only spaces", ("questions", 1, "text"), {"sv": " \n "}, "questions/1/text/sv"),
    ("a text that is a number", ("questions", 1, "text"), 4, "questions/1/text"),
    ("a text in no language", ("questions", 1, "text"), {}, "questions/1/text"),
    ("a text that is nothing", ("questions", 1, "text", "sv"), None, "questions/1/text/sv"),
    ("a language that is none", ("questions", 1, "text"), {"sv": "Färg?", "": "Colour?"}, "questions/1/text"),
    ("a control character", ("questions", 1, "text", "sv"), "Färg\u0000?", "questions/1/text/sv"),
    ("half a character", ("questions", 1, "text", "sv"), "Färg \ud83c?", "questions/1/text/sv"),
    ("too long a text", ("questions", 1, "text"), "å" * 2001, "questions/1/text"),
    ("too long a help", ("questions", 1, "help"), "å" * 2001, "questions/1/help"),
    # questions
    ("a question without id", ("questions", 1, "id"), REMOVE, "questions/1"),
    ("a question without kind", ("questions", 1, "kind"), REMOVE, "questions/1"),
    ("a question without text", ("questions", 1, "text"), REMOVE, "questions/1"),
    ("a question that is a text", ("questions", 1), "Färg?", "questions/1"),
    ("version nought", ("questions", 1, "version"), 0, "questions/1/version"),
    ("half a version", ("questions", 1, "version"), 1.5, "questions/1/version"),
    ("composition in words", ("questions", 0, "composition"), "yes", "questions/0/composition"),
    ("sensitive in words", ("questions", 0, "sensitive"), 1, "questions/0/sensitive"),
    ("four breakdowns", ("questions", 1, "breakdown"), ["a", "b", "c", "d"], "questions/1/breakdown"),
    ("a breakdown twice", ("questions", 1, "breakdown"), ["age", "age"], "questions/1/breakdown"),
    ("a breakdown that is no id", ("questions", 1, "breakdown"), [1], "questions/1/breakdown/0"),
    ("a pair that is no id", ("questions", 1, "pair_with"), "the first", "questions/1/pair_with"),
    ("an option without id", ("questions", 1, "options", 0, "id"), REMOVE, "questions/1/options/0"),
    ("an option without text", ("questions", 1, "options", 1, "text"), REMOVE, "questions/1/options/1"),
    ("too many options", ("questions", 1, "options"), options(51), "questions/1/options"),
    ("too many options of any kind", ("questions", 4, "options"), options(51), "questions/4/options"),
    # choice
    ("a choice without options", ("questions", 1, "options"), REMOVE, "questions/1"),
    ("a choice of one", ("questions", 1, "options"), options(1), "questions/1/options"),
    ("choose none", ("questions", 1, "min"), 0, "questions/1/min"),
    ("choose at most none", ("questions", 1, "max"), 0, "questions/1/max"),
    ("choose at most many", ("questions", 1, "max"), "many", "questions/1/max"),
    # scale
    ("a scale of one step", ("questions", 2, "options"), options(1), "questions/2/options"),
    ("a scale of twelve steps", ("questions", 2, "options"), options(12), "questions/2/options"),
    ("steps in words and in numbers", ("questions", 2, "max"), 10, "questions/2/max"),
    ("don't know in words", ("questions", 2, "dont_know"), "vet ej", "questions/2/dont_know"),
    ("half a step", ("questions", 3, "max"), 9.5, "questions/3/max"),
    ("too low a number", ("questions", 3, "min"), -101, "questions/3/min"),
    ("labels as a list", ("questions", 3, "labels"), ["Dåligt", "Bra"], "questions/3/labels"),
    ("a label that is a number", ("questions", 3, "labels", "max"), 10, "questions/3/labels/max"),
    # text
    ("no room for an answer", ("questions", 4, "max_length"), 0, "questions/4/max_length"),
    ("too much room", ("questions", 4, "max_length"), 1001, "questions/4/max_length"),
    ("composition by open text", ("questions", 4, "composition"), True, "questions/4/composition"),
    # agenda
    ("an item without id", ("agenda", 1, "id"), REMOVE, "agenda/1"),
    ("an item without type", ("agenda", 1, "type"), REMOVE, "agenda/1"),
    ("an unknown type", ("agenda", 1, "type"), "film", "agenda/1/type"),
    ("a question item without question", ("agenda", 3, "question"), REMOVE, "agenda/3"),
    ("a question item that asks nobody", ("agenda", 3, "question"), None, "agenda/3/question"),
    ("a slide without heading", ("agenda", 0, "title"), REMOVE, "agenda/0"),
    ("too long a heading", ("agenda", 0, "title"), "å" * 201, "agenda/0/title"),
    ("too long a body", ("agenda", 0, "body"), {"sv": "å" * 2001}, "agenda/0/body/sv"),
]


@pytest.mark.parametrize(("what", "place", "value", "where"), BROKEN, ids=[row[0] for row in BROKEN])
def test_refused_at_the_right_place(what: str, place: Place, value: Any, where: str) -> None:
    assert refused_at(changed(place, value)) == [where]


@pytest.mark.parametrize("answers", [2, 3])
def test_yes_or_no_has_two_answers(answers: int) -> None:
    question = {"id": "q", "kind": "choice", "layout": "yes_no", "text": "Ja?", "options": options(answers)}
    expected = [] if answers == 2 else ["questions/0/options"]
    assert refused_at(changed(("questions",), [question])) == expected


@pytest.mark.parametrize("document", [None, [], "meeting", 1, True])
def test_only_an_object_is_a_document(document: Any) -> None:
    assert refused_at(document) == [""]
