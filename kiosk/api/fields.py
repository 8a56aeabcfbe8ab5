"""Reading what a request says, field by field; what does not fit is refused as ``malformed``."""

from __future__ import annotations

from typing import Any

from flask import request

from kiosk.problems import Problem

LONGEST_ID = 80


def body() -> dict[str, Any]:
    """The JSON object of the request; an empty body is an empty object."""
    if not request.get_data(cache=True):
        return {}
    if not request.is_json:
        raise Problem("unsupported_type")
    message = request.get_json()
    if not isinstance(message, dict):
        raise Problem("malformed", field="body")
    return message


def text(message: dict[str, Any], field: str, otherwise: str | None = None) -> str:
    """A text; a field that is left out counts as the other value, where there is one."""
    value = message.get(field, otherwise)
    if not isinstance(value, str):
        raise Problem("malformed", field=field)
    return value


def text_or_none(message: dict[str, Any], field: str) -> str | None:
    """A text, or none where it is null or left out."""
    return None if message.get(field) is None else text(message, field)


def flag(message: dict[str, Any], field: str) -> bool:
    """Yes or no; no where it is left out."""
    value = message.get(field, False)
    if not isinstance(value, bool):
        raise Problem("malformed", field=field)
    return value


def count(message: dict[str, Any], field: str) -> int | None:
    """A number, or null where there is none; it has to be said either way."""
    value = message.get(field, "")
    if value is not None and type(value) is not int:
        raise Problem("malformed", field=field)
    return value


def names(message: dict[str, Any], field: str) -> list[str]:
    """A list of ids; empty where it is left out."""
    value = message.get(field, [])
    if not isinstance(value, list) or not all(
        isinstance(name, str) and len(name) <= LONGEST_ID for name in value
    ):
        raise Problem("malformed", field=field)
    return value


def version() -> int | None:
    """The version of the meeting that the operator saw, where the request says it."""
    value = body().get("version")
    if value is not None and type(value) is not int:
        raise Problem("malformed", field="version")
    return value
