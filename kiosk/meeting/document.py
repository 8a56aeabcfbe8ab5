"""The meeting document: what a meeting consists of before anybody has answered.

A document is a JSON object (schema in ``data/schemas/meeting.schema.json``). Reading one gives the
frozen values below; the JSON itself is kept beside them, so that what is exported is what came in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Text = Mapping[str, str]
"""One wording per language code."""

Json = Mapping[str, Any]

MAX_BREAKDOWN = 3


class DocumentError(ValueError):
    """A meeting document that contradicts itself.

    ``path`` says where, ``reason`` why, in one of a few words the problems know; ``name`` is what it is
    about, where the place alone does not tell.
    """

    def __init__(self, path: str, reason: str, name: object = "") -> None:
        super().__init__(f"{path}: {reason} {name}".rstrip())
        self.path = path
        self.reason = reason
        self.name = name


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen. Its id never changes within a question id.

    ``shown_with`` names another option that this one is counted together with wherever it is shown,
    because too few choose it to stay anonymous alone. ``no_answer`` says that it means none: "prefer not to
    say" is a row of its own, and in no comparison.
    """

    id: str
    text: Text
    shown_with: str | None = None
    no_answer: bool = False


@dataclass(frozen=True)
class Question:
    """A wording per language, a kind, its options and rules. Never edited: a change is a new version."""

    id: str
    version: int
    kind: str
    text: Text
    help: Text = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    composition: bool = False
    sensitive: bool = False
    live: bool = False
    """Whether bars are shown while it is open, late and in blocks."""
    breakdown: tuple[str, ...] = ()
    pair_with: str | None = None
    settings: Json = field(default_factory=dict)
    """Everything else the document says of the question; its kind reads what it knows."""


@dataclass(frozen=True)
class AgendaItem:
    """One step of the meeting: a question, an information slide, the join page, a break …"""

    id: str
    type: str
    question: str | None = None
    title: Text = field(default_factory=dict)
    body: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Meeting:
    """One gathering and its agenda."""

    id: str
    code: str
    type: str
    place: Text
    date: str
    languages: tuple[str, ...]
    title: Text
    welcome: Text
    dialogue: Json
    questions: Mapping[str, Question]
    agenda: tuple[AgendaItem, ...]

    @property
    def dialogue_id(self) -> str:
        """The dialogue this meeting belongs to; one that belongs to none is a dialogue of its own."""
        return str(self.dialogue.get("id") or self.id)

    @property
    def age_base(self) -> str:
        """Whom the dialogue asks by age, as reference populations say it: ``all``, ``15+``, ``16-84``."""
        return str(self.dialogue.get("age_base", "all"))

    @property
    def composition_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions.values() if question.composition)


def read_document(document: Json) -> Meeting:
    """Read a document that already fits the schema; raise DocumentError where it contradicts itself."""
    head = document["meeting"]
    languages = tuple(head.get("languages") or _languages_in(document))
    questions = _read_questions(document["questions"], languages)
    agenda = tuple(_read_item(item, languages) for item in document["agenda"])
    _check_agenda(agenda, questions)
    return Meeting(
        id=head["id"],
        code=str(head.get("code", "")).upper(),
        type=head.get("type", "open"),
        place=as_text(head.get("place", ""), languages),
        date=head.get("date", ""),
        languages=languages,
        title=as_text(head["title"], languages),
        welcome=as_text(head.get("welcome", ""), languages),
        dialogue=document.get("dialogue", {}),
        questions=questions,
        agenda=agenda,
    )


def as_text(value: Any, languages: Sequence[str]) -> Text:
    """A wording per language, those of the meeting first and in its order; a plain string is in its first."""
    if isinstance(value, str):
        return {languages[0]: value} if value else {}
    known = {language: value[language] for language in languages if language in value}
    return {**known, **value}


_spell = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """The one spelling of a JSON value that is compared, stored and digested."""
    return _spell(value)


def _read_questions(items: Iterable[Json], languages: Sequence[str]) -> dict[str, Question]:
    questions: dict[str, Question] = {}
    for number, item in enumerate(items):
        question = read_question(item, languages)
        if question.id in questions:
            raise DocumentError(f"questions/{number}/id", "id_twice", question.id)
        questions[question.id] = question
    for question in questions.values():
        _check_references(question, questions)
    return questions


_READ_BY_NAME = {
    "id",
    "version",
    "kind",
    "text",
    "help",
    "options",
    "composition",
    "sensitive",
    "live",
    "breakdown",
    "pair_with",
}


def read_question(item: Json, languages: Sequence[str]) -> Question:
    """Read one question of a document; ``languages`` are the meeting's."""
    options = tuple(
        Option(
            option["id"],
            as_text(option["text"], languages),
            option.get("shown_with"),
            bool(option.get("no_answer", False)),
        )
        for option in item.get("options", ())
    )
    _check_options(f"questions/{item['id']}/options", options)
    return Question(
        id=item["id"],
        version=int(item.get("version", 1)),
        kind=item["kind"],
        text=as_text(item["text"], languages),
        help=as_text(item.get("help", ""), languages),
        options=options,
        composition=bool(item.get("composition", False)),
        sensitive=bool(item.get("sensitive", False)),
        live=bool(item.get("live", False)),
        breakdown=tuple(item.get("breakdown", ())),
        pair_with=item.get("pair_with"),
        settings=_settings(item, languages),
    )


def _check_options(path: str, options: Sequence[Option]) -> None:
    alone = {option.id for option in options if option.shown_with is None}
    known: set[str] = set()
    for option in options:
        if option.id in known:
            raise DocumentError(path, "id_twice", option.id)
        known.add(option.id)
        if option.shown_with is not None and option.shown_with not in alone:
            raise DocumentError(path, "shown_with", option.shown_with)


def _settings(item: Json, languages: Sequence[str]) -> Json:
    """What the document says besides. Words at the ends of a scale may be plain strings, as others may."""
    settings = {key: value for key, value in item.items() if key not in _READ_BY_NAME}
    labels = settings.get("labels")
    if isinstance(labels, Mapping):
        worded = {name: words for name, words in labels.items() if isinstance(words, (str, Mapping))}
        settings["labels"] = {name: as_text(words, languages) for name, words in worded.items()}
    return settings


def _check_references(question: Question, questions: Mapping[str, Question]) -> None:
    path = f"questions/{question.id}"
    if len(question.breakdown) > MAX_BREAKDOWN:
        raise DocumentError(f"{path}/breakdown", "many_breakdowns", MAX_BREAKDOWN)
    for name in question.breakdown:
        if name not in questions or not questions[name].composition:
            raise DocumentError(f"{path}/breakdown", "not_composition", name)
    if question.composition and question.breakdown:
        raise DocumentError(f"{path}/breakdown", "broken_down")
    if question.live and (question.sensitive or question.composition):
        raise DocumentError(f"{path}/live", "live")
    if question.pair_with is not None:
        _check_pair(question, questions)


def _check_pair(question: Question, questions: Mapping[str, Question]) -> None:
    """A pair shares respondent numbers, so it may tie two rounds of the meeting together and no more.

    A question paired with itself is asked twice: its last two runs are the pair.
    """
    path = f"questions/{question.id}/pair_with"
    partner = questions.get(question.pair_with or "")
    if partner is None:
        raise DocumentError(path, "no_question", question.pair_with)
    if question.composition or partner.composition:
        raise DocumentError(path, "composition_pair")
    pairs = {frozenset((one.id, one.pair_with)) for one in questions.values() if one.pair_with is not None}
    mine = {question.id, partner.id}
    if any(pair & mine and pair != mine for pair in pairs):
        raise DocumentError(path, "two_pairs")


def _read_item(item: Json, languages: Sequence[str]) -> AgendaItem:
    return AgendaItem(
        id=item["id"],
        type=item.get("type", "question"),
        question=item.get("question"),
        title=as_text(item.get("title", ""), languages),
        body=as_text(item.get("body", ""), languages),
    )


def _check_agenda(agenda: tuple[AgendaItem, ...], questions: Mapping[str, Question]) -> None:
    seen: set[str] = set()
    for item in agenda:
        if item.id in seen:
            raise DocumentError(f"agenda/{item.id}", "id_twice", item.id)
        seen.add(item.id)
        if item.type != "question":
            continue
        if item.question is None or item.question not in questions:
            raise DocumentError(f"agenda/{item.id}/question", "no_question", item.question)
        if questions[item.question].composition:
            raise DocumentError(f"agenda/{item.id}/question", "composition_item")


def _languages_in(document: Json) -> list[str]:
    """The languages of the first question's wording, when the document does not list them."""
    for question in document["questions"]:
        if isinstance(question["text"], Mapping) and question["text"]:
            return list(question["text"])
    title = document["meeting"]["title"]
    return list(title) if isinstance(title, Mapping) and title else ["en"]
