"""The published description: valid, complete, and with nothing in it that is not there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from kiosk import openapi
from kiosk.app import Kiosk
from kiosk.kinds import KINDS
from kiosk.problems import REFUSALS
from tests.http import described
from tests.support.browsers import Browser

DESCRIBED = ("/api/v1/", "/healthz")


def test_it_is_valid_openapi() -> None:
    validate(openapi.document())


def test_it_is_published(client: Browser) -> None:
    assert client.get("/api/v1/openapi.json").json == openapi.document()


def test_every_route_is_described_and_no_other(kiosk: Kiosk) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in kiosk.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(DESCRIBED)
    }
    documented = {
        (method.upper(), path)
        for path, operations in openapi.document()["paths"].items()
        for method in operations
    }
    assert documented == routes


def test_each_place_in_a_path_is_a_parameter() -> None:
    for path, operations in openapi.document()["paths"].items():
        for operation in operations.values():
            named = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert named == re.findall(r"\{(\w+)\}", path), path


def test_every_kind_has_an_answer() -> None:
    answers = openapi.document()["components"]["schemas"]["Answer"]["oneOf"]
    names = {schema["$ref"].rsplit("/", 1)[1] for schema in answers}
    assert names == {f"{kind.capitalize()}Answer" for kind in KINDS} | {"Abstention"}


def test_codes_are_those_of_the_problems() -> None:
    schema = openapi.document()["components"]["schemas"]["Problem"]
    assert schema["properties"]["code"]["enum"] == list(REFUSALS)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (path, method)
        for path, operations in openapi.document()["paths"].items()
        for method, operation in operations.items()
        if "example" in operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    ],
)
def test_examples_are_what_they_are_examples_of(path: str, method: str) -> None:
    media = openapi.document()["paths"][path][method]["requestBody"]["content"]["application/json"]
    described.check_body(path, method, media["example"], "the example")


def test_example_meeting_is_taken(client: Browser) -> None:
    media: Any = openapi.document()["paths"]["/api/v1/meetings"]["post"]["requestBody"]["content"]
    reply = client.operator().post("/api/v1/meetings", json=media["application/json"]["example"])
    assert (reply.status_code, reply.json) == (201, {"id": "village-hall-1", "code": "HALL"})
