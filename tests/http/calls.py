"""Short ways to say what tests of the API say all the time."""

from __future__ import annotations

import secrets
from typing import Any, cast

from werkzeug.test import TestResponse

from tests.support import meetings
from tests.support.browsers import Browser

Json = dict[str, Any]


def said(reply: TestResponse, status: int) -> Any:
    """The JSON of a reply that has this status."""
    assert reply.status_code == status, f"{reply.status_code}, not {status}: {reply.text[:500]}"
    return reply.json


def refused(reply: TestResponse, status: int, code: str) -> Json:
    """The problem of a reply that was refused so."""
    problem = cast(Json, said(reply, status))
    assert reply.mimetype == "application/problem+json"
    assert problem["code"] == code, problem
    assert problem["type"] == f"urn:kiosk:problem:{code}"
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["title"]
    return problem


def begun(client: Browser, *questions: Json, **more: Any) -> Browser:
    """An operator who has imported and started a meeting with these questions."""
    operator = client.operator()
    document = meetings.meeting(*questions, **more)
    said(operator.post("/api/v1/meetings", json=document), 201)
    said(operator.post(f"/api/v1/meetings/{document['meeting']['id']}/start", json={}), 200)
    return operator


def ask(operator: Browser, question: str, meeting: str = "m1") -> str:
    """Open a round; its id."""
    reply = operator.post(f"/api/v1/meetings/{meeting}/rounds", json={"question": question})
    return str(said(reply, 201)["id"])


def close(operator: Browser, round_id: str) -> None:
    said(operator.post(f"/api/v1/rounds/{round_id}/close", json={}), 200)


def ballot(round_id: str, answer: Any, ballot_id: str | None = None) -> Json:
    return {"id": ballot_id or secrets.token_hex(8), "round": round_id, "answer": answer}


def cast_(phone: Browser, round_id: str, answer: Any) -> None:
    """Answer, and be counted."""
    said(phone.post("/api/v1/ballots", json=ballot(round_id, answer)), 201)


def cast_by(client: Browser, count: int, round_id: str, answer: Any, code: str = "MEET") -> list[Browser]:
    """So many new phones answer the same."""
    phones = [client.phone(code) for _ in range(count)]
    for phone in phones:
        cast_(phone, round_id, answer)
    return phones


def tally(operator: Browser, round_id: str) -> Json:
    return cast(Json, said(operator.get(f"/api/v1/rounds/{round_id}/tally"), 200))
