"""What a record of each table holds. Schema 2; ``docs/bundle.md`` says it in words.

A change that an older central store could not read makes a new schema number; what an older laptop wrote is
then brought up to date where records are read, table by table. Schema 1 had no populations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SCHEMA = 2
"""The schema of the records that are written here."""
OLDEST_SCHEMA = 1
"""The oldest that is read."""

MEETING_TABLES = ("meeting", "rounds", "tallies", "answers", "texts", "hands", "released")
"""What a sealed meeting consists of, in the order in which it stands in a bundle. As it was in schema 1."""
POPULATIONS = "populations"
"""Whom the office shall compare the meeting with. It travels beside the meeting and is no part of it."""
TABLES = (*MEETING_TABLES, POPULATIONS)

CHANNELS = ("phone", "tablet", "paper", "import")
LARGEST_NUMBER = 2**31 - 1

Record = Mapping[str, Any]
_Check = Callable[[Any], bool]


class Unfit(ValueError):
    """A record that is none of its table; the message says where, in English."""


def check_record(table: str, record: Any) -> None:
    """Raise Unfit unless the record has exactly the fields of its table, each of its form."""
    fields = _FIELDS[table]
    if not isinstance(record, dict) or set(record) != set(fields):
        raise Unfit(f"{table}: the fields are not those of the table")
    for name, fits in fields.items():
        if not fits(record[name]):
            raise Unfit(f"{table}: {name} has the wrong form")


def _text(value: Any) -> bool:
    # PostgreSQL keeps no NUL, and nobody has a use for one.
    return isinstance(value, str) and "\0" not in value


def _name(value: Any) -> bool:
    return _text(value) and 0 < len(value) <= 200


def _number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_NUMBER


def _object(value: Any) -> bool:
    return isinstance(value, dict) and _plain(value)


def _plain(value: Any) -> bool:
    """Whether no text inside holds what a database would not keep."""
    if isinstance(value, dict):
        return all(_text(name) and _plain(part) for name, part in value.items())
    if isinstance(value, list):
        return all(map(_plain, value))
    return not isinstance(value, str) or _text(value)


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and all(_text(name) and _number(count) for name, count in value.items())


def _composition(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _name(question) and (held is None or _text(held)) for question, held in value.items()
    )


def _wording(value: Any) -> bool:
    return isinstance(value, dict) and all(_text(tag) and _text(words) for tag, words in value.items())


def _mappings(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _name(question)
        and isinstance(held, dict)
        and set(held) == {"variable", "categories"}
        and (held["variable"] is None or _text(held["variable"]))
        and _composition(held["categories"])
        for question, held in value.items()
    )


def _maybe(fits: _Check) -> _Check:
    return lambda value: value is None or fits(value)


def _one_of(*words: str) -> _Check:
    return lambda value: isinstance(value, str) and value in words


_ANSWERED: dict[str, _Check] = {
    "round": _name,
    "respondent": _number,
    "composition": _composition,
    "channel": _maybe(_one_of(*CHANNELS)),
}

_FIELDS: Mapping[str, Mapping[str, _Check]] = {
    "meeting": {"document": _object, "heads": _maybe(_number)},
    "rounds": {
        "id": _name,
        "number": _number,
        "item": _maybe(_name),
        "question": _name,
        "question_version": _number,
        "run": _number,
        "status": _one_of("closed", "revealed"),
        "composition": lambda value: isinstance(value, bool),
        "connected": _number,
    },
    "tallies": {
        "round": _name,
        "answered": _number,
        "abstained": _number,
        "dont_know": _number,
        "counts": _counts,
    },
    "answers": {**_ANSWERED, "answer": _object},
    "texts": {**_ANSWERED, "text": _text},
    "hands": {"round": _name, "option": _name, "count": _number},
    "released": {"round": _name, "audience": _name, "number": _number, "body": _object},
    POPULATIONS: {
        "name": _wording,
        "example": lambda value: isinstance(value, bool),
        "table": _text,
        "mapping": _mappings,
    },
}
