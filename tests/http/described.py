"""The published description, asked whether what was said over HTTP is as it says."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from kiosk import messages, openapi
from kiosk.documents import without_nulls

HOME = "urn:kiosk:openapi"
MEETINGS = "/api/v1/meetings"
ANY_REFUSAL = ("not_found", "method_not_allowed")
"""What an address or a method that is not described gets."""


def check(method: str, path: str, sent: bytes, status: int, kind: str, body: bytes) -> None:
    """Fail unless this exchange is one that the description knows."""
    found = operation(method, path)
    where = f"{method} {path} → {status} {body[:300]!r}"
    if found is None:
        assert kind == "application/problem+json", where
        assert json.loads(body)["code"] in ANY_REFUSAL or status < 404, where
        return
    template, described = found
    assert str(status) in described["responses"], f"undescribed status: {where}"
    _check_reply(template, method, status, kind, body, where)
    if status < 300 and "requestBody" in described:
        given = messages.read(sent.decode()) if sent else {}
        if template == MEETINGS:  # what says nothing with null is read as if it were not there
            given = without_nulls(given)
        check_body(template, method, given, f"accepted though not described: {where}")


def check_body(template: str, method: str, value: Any, where: str) -> None:
    """Hold what a request says against the description of its call."""
    pointer = _pointer("paths", template, method.lower(), "requestBody", "content", "application/json")
    _check_value(value, f"{pointer}/schema", where)


def operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The described path that this one is an instance of, with what it does for the method."""
    for template, pattern in _patterns():
        if pattern.fullmatch(path) and method.lower() in openapi.document()["paths"][template]:
            return template, openapi.document()["paths"][template][method.lower()]
    return None


def _check_reply(template: str, method: str, status: int, kind: str, body: bytes, where: str) -> None:
    pointer = _pointer("paths", template, method.lower(), "responses", str(status))
    reply = openapi.document()["paths"][template][method.lower()]["responses"][str(status)]
    if "$ref" in reply:
        name = reply["$ref"].rsplit("/", 1)[1]
        pointer = _pointer("components", "responses", name)
        reply = openapi.document()["components"]["responses"][name]
    if "content" not in reply:
        assert not body, where
        return
    assert kind in reply["content"], where
    value = json.loads(body) if kind.endswith("json") else body.decode(errors="replace")
    _check_value(value, f"{pointer}/content/{_escaped(kind)}/schema", where)


def _check_value(value: Any, pointer: str, where: str) -> None:
    error = next(iter(_validator(pointer).iter_errors(value)), None)
    assert error is None, f"{where}: {error}"


@cache
def _validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{HOME}{pointer}"}, registry=_registry())


@cache
def _registry() -> Any:
    return Registry().with_resource(HOME, DRAFT202012.create_resource(openapi.document()))


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    # A path without a place in it wins: /sessions/end is no session.
    templates = sorted(openapi.document()["paths"], key=lambda template: template.count("{"))
    return [(template, re.compile(re.sub(r"\{\w+\}", "[^/]+", template))) for template in templates]


def _pointer(*names: str) -> str:
    return "#/" + "/".join(_escaped(name) for name in names)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
