"""Meeting documents on their way in: against the schema, against themselves, against the kinds there are."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.kinds import KINDS, Malformed
from kiosk.languages import gettext, wording
from kiosk.meeting.document import DocumentError, Json, Meeting, Question, read_document
from kiosk.problems import DOCUMENT_REASONS, QUESTION_REASONS, Problem

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE = DATA / "sample-meeting.json"
SCHEMA = DATA / "schemas" / "meeting.schema.json"
POPULATIONS = DATA / "populations"

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 5
"""With 32 signs 33 million codes: a phone that guesses gets nowhere in an evening."""
_CODE = re.compile(r"[A-Z0-9]{4,6}\Z")
RESERVED = frozenset(
    {"API", "JOIN", "STATIC", "ANSWER", "DISPLAY", "HEALTH", "PRIVACY", "STATE", "LOGIN", "ADMIN"}
)
"""Words that are never a code, because an address starts with them or soon may."""


def sample() -> dict[str, Any]:
    """The meeting that a first start has ready."""
    document: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))
    return document


def sample_populations() -> list[tuple[dict[str, str], str]]:
    """The made-up populations that the sample's dialogue is compared with: their names and their tables."""
    listed = json.loads((POPULATIONS / "examples.json").read_text("utf-8"))
    return [(one["name"], (POPULATIONS / one["file"]).read_text("utf-8")) for one in listed]


def read(document: Any) -> Meeting:
    """The meeting a document describes; a Problem that says where it is at fault."""
    _check_schema(document)
    try:
        meeting = read_document(document)
        for question in meeting.questions.values():
            _check_kind(question)
    except DocumentError as error:
        reason = gettext(DOCUMENT_REASONS[error.reason]) % {"name": error.name}
        raise Problem("document", path=error.path, reason=reason) from None
    return meeting


def without_nulls(value: Any) -> Any:
    """The same document, with each key left out that says nothing: null is how some programs write that."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def check_code(code: str) -> str:
    """A code as it is kept, in capitals; refuse one that cannot be typed or would hide an address."""
    code = code.strip().upper()
    if not _CODE.match(code) or code in RESERVED:
        raise Problem("code_invalid")
    return code


def draw_code() -> str:
    """A code drawn by lot, of letters and digits that nobody takes for others."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        if code not in RESERVED:
            return code


def with_changes(
    document: Json, meeting_id: str, changes: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """The document of a new meeting: the old one with another id and some words changed.

    A wording that is what it was in ``language`` keeps its translations; a new one has none yet.
    """
    copy: dict[str, Any] = json.loads(json.dumps(document))
    head = copy["meeting"]
    for name, value in changes.items():
        before = head.get(name)
        if isinstance(value, str) and isinstance(before, Mapping):
            known = wording(before, language, head.get("languages", ()))[0]
            head[name] = before if value == known else {language: value}
        else:
            head[name] = value
    head["id"] = meeting_id
    if "code" not in changes:
        copy["meeting"].pop("code", None)
    return copy


def _check_kind(question: Question) -> None:
    path = f"questions/{question.id}"
    if question.kind not in KINDS:
        raise DocumentError(f"{path}/kind", "unknown_kind", question.kind)
    try:
        KINDS[question.kind].check_question(question)
    except Malformed as error:
        raise Problem("document", path=path, reason=QUESTION_REASONS[error.reason]) from None


@cache
def _validator() -> Any:
    # Imported at the first import of a document: it would cost every start a tenth of a second.
    from jsonschema import Draft202012Validator

    schema = json.loads(SCHEMA.read_text("utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _check_schema(document: Any) -> None:
    # The first fault and no more: a file that is something else entirely may have a hundred thousand.
    error = next(iter(_validator().iter_errors(document)), None)
    if error is not None:
        path = "/".join(str(part) for part in error.path) or gettext("the top of the file")
        raise Problem("document", path=path, reason=_reason(error)[:300])


def _reason(error: Any) -> str:
    """What is wrong, for people: the schema's own description where the message would be a pattern."""
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return gettext("“%(name)s” is missing") % {"name": missing}
    description = error.schema.get("description") if isinstance(error.schema, dict) else None
    return str(description if error.validator == "pattern" and description else error.message)
