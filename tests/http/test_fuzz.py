"""The API against messages made from its own published description: such as fit it, and such as do not.

Every message is sent as a stranger, as a phone and as the operator. The watch before the kiosk holds each
reply to what is promised of all of them (no 500, no traceback, nothing accepted that is not described); here
it is seen besides that what was refused has stored nothing. ``tests/live/test_payloads.py`` does the same
with sockets; the two together send more than ten thousand messages.
"""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from kiosk import openapi
from tests.http.conftest import House
from tests.support.browsers import Browser

EACH_WAY = 15
OF_DOCUMENTS = 3
"""A whole meeting takes long to make up; ``test_wrong_input`` bends good ones instead."""
ROLES = ("stranger", "phone", "operator")
LAST = ("/end", "/seal", "/revoke", "/discard")
"""What would end the meeting or a session comes when all else has been tried."""

_described = schemathesis.openapi.from_dict(openapi.document())
OPERATIONS = sorted(
    (cast(Any, result).ok() for result in _described.get_all_operations()),
    key=lambda operation: operation.path.endswith(LAST),
)

WAYS = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.name}")
    for operation in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or operation.body or operation.path_parameters
]


@pytest.fixture(scope="module")
def knocking(house: House) -> dict[str, Browser]:
    anyone = house.anyone()
    return {"stranger": anyone, "phone": anyone.phone(), "operator": anyone.operator()}


def test_there_is_enough_to_try() -> None:
    assert len(OPERATIONS) > 35


@pytest.mark.parametrize(("operation", "mode"), WAYS)
def test_whatever_is_sent(
    house: House, knocking: dict[str, Browser], operation: Any, mode: GenerationMode
) -> None:
    takes_documents = "MeetingDocument" in json.dumps(operation.definition.raw.get("requestBody", {}))
    places = {"meeting_id": "m1", "round_id": house.rounds["drink"], "question_id": "age", "session_id": "x"}
    tried = 0

    @settings(
        max_examples=OF_DOCUMENTS if takes_documents else EACH_WAY,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        nonlocal tried
        tried += 1
        path = case.formatted_path
        if tried % 2:  # every other message about something that there is
            path = case.path.format(**{name: places.get(name, "x") for name in case.path_parameters or {}})
        for role in ROLES:
            before = house.unwritten.changes()
            reply = knocking[role].open(path, method=case.method, **_carried(case))
            if reply.status_code >= 400:
                assert house.unwritten.changes() == before, f"{role} {path} {reply.status_code}: stored"

    send()
    assert tried


def _carried(case: Any) -> dict[str, Any]:
    """The body and the headers of a case, as far as HTTP can say them."""
    headers = {
        name: str(value) for name, value in (case.headers or {}).items() if name.lower() != "authorization"
    }
    sendable = {name: value for name, value in headers.items() if _can_be_said(name, value)}
    if isinstance(case.body, bytes):
        return {"data": case.body, "content_type": case.media_type, "headers": sendable}
    if case.media_type is None or type(case.body).__name__ == "NotSet":
        return {"headers": sendable}
    body = json.dumps(case.body).encode("utf-8", "replace")
    return {"data": body, "content_type": case.media_type, "headers": sendable}


def _can_be_said(name: str, value: str) -> bool:
    return (name + value).isascii() and name.replace("-", "").isalnum() and value.isprintable()
