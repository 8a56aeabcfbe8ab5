"""The read API described as OpenAPI 3.1, published at the central store's ``/api/v1/openapi.json``."""

from __future__ import annotations

from functools import cache
from typing import Any

from kiosk.openapi.parts import listed, maybe, record, ref, text, whole

Json = dict[str, Any]

ABOUT = """
What the central store's pages show, for programs. Everything has passed the disclosure rules: a meeting with
fewer than ten answers is only shown together with others, and what waits is in no figure. Figures count
answers, not persons.

Laptops speak with the same store by signed requests (`docs/central.md`, `docs/bundle.md`); those calls are
for `scripts/sync.py` and not described here.
""".strip()

WORDING: Json = {"type": "object", "additionalProperties": text()}
COUNTS: Json = {"type": "object", "additionalProperties": whole(minimum=0)}
SHARE: Json = {"type": "number"}
OPTIONS: Json = listed(record(id=text(), text=WORDING))
DIALOGUE: Json = {
    "name": "dialogue",
    "in": "query",
    "required": True,
    "description": "The id of a dialogue",
    "schema": text(),
}


@cache
def document() -> Json:
    """The whole description, as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Central store: reading", "version": "1.0.0", "description": ABOUT},
        "servers": [{"url": "/", "description": "This store"}],
        "security": [{"token": []}, {"cookie": []}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "From `POST /read/sessions`."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "central_session"},
            },
        },
    }


def _paths() -> Json:
    erasure = record(meeting=text("Its id."), why=text("And by which decision."))
    login = record(name=text(), password=text())
    return {
        "/api/v1/openapi.json": {
            "get": {**_call("openapi", "This description", {"type": "object"}), "security": []}
        },
        "/api/v1/read/sessions": {
            "post": {
                **_call(
                    "log_in",
                    "A token by name and password; it is good for some hours",
                    record(token=text(), role=text(), hours=whole()),
                    status="201",
                    refused=(400, 401, 415, 422, 429),
                ),
                "security": [],
                "requestBody": {"required": True, "content": {"application/json": {"schema": login}}},
            }
        },
        "/api/v1/read/dialogues": {
            "get": _call("dialogues", "All dialogues", record(dialogues=listed(ref("Dialogue"))))
        },
        "/api/v1/read/meetings": {
            "get": {
                **_call(
                    "meetings",
                    "The meetings of a dialogue, the latest first",
                    record(meetings=listed(ref("Meeting"))),
                    refused=(401, 404, 422),
                ),
                "parameters": [DIALOGUE, _page("page", 1_000_000), _page("size", 200)],
            }
        },
        "/api/v1/read/questions": {
            "get": {
                **_call(
                    "questions",
                    "The questions of a dialogue with the figures of all meetings, and who came",
                    record(questions=listed(ref("Question")), people=listed(ref("People"))),
                    refused=(401, 404),
                ),
                "parameters": [DIALOGUE],
            }
        },
        "/api/v1/read/questions/{series}": {
            "get": {
                **_call(
                    "question",
                    "One question with its figures by meeting, type, channel and month",
                    ref("QuestionInFull"),
                    refused=(401, 404),
                ),
                "parameters": [
                    {"name": "series", "in": "path", "required": True, "schema": whole(minimum=0)}
                ],
            }
        },
        "/api/v1/erasures": {
            "get": _call(
                "erasures",
                "The notes of all erased meetings; for administrators",
                record(erasures=listed(ref("Erased"))),
                refused=(401, 403),
            ),
            "post": {
                **_call(
                    "erase",
                    "Erase a meeting for good; for administrators, with a token",
                    ref("Erased"),
                    status="201",
                    refused=(400, 401, 403, 404, 410, 415, 422),
                ),
                "requestBody": {"required": True, "content": {"application/json": {"schema": erasure}}},
            },
        },
    }


def _call(
    name: str, says: str, gives: Json, *, status: str = "200", refused: tuple[int, ...] = (401,)
) -> Json:
    problem = {"application/problem+json": {"schema": ref("Problem")}}
    answers: Json = {status: {"description": says, "content": {"application/json": {"schema": gives}}}}
    refusals = {str(code): {"description": "Refused, and why", "content": problem} for code in refused}
    return {"operationId": name, "summary": says, "responses": {**answers, **refusals}}


def _page(name: str, most: int) -> Json:
    return {"name": name, "in": "query", "schema": whole(minimum=1, maximum=most)}


def _schemas() -> Json:
    question: dict[str, Any] = {
        "series": whole(),
        "question": text(),
        "version": whole(),
        "kind": text(),
        "sensitive": {"type": "boolean"},
        "text": WORDING,
        "options": OPTIONS,
        "meetings": record(asked=whole(), waiting=whole(), correction_waiting=whole()),
        "several_answers": {"type": "boolean"},
        "all": maybe(ref("Figure")),
        "hands": maybe(ref("Figure")),
        "label": maybe(text("Stands beside the figure wherever it is shown.")),
    }
    lines = listed(record(of=listed(text()), figure=ref("Figure")))
    spread = record(
        pooled=SHARE,
        mean_of_meetings=SHARE,
        lowest=SHARE,
        highest=SHARE,
        low=maybe(SHARE),
        high=maybe(SHARE),
    )
    return {
        "Problem": record(
            ("field",), open_ended=True, type=text(), title=text(), status=whole(), code=text(), detail=text()
        ),
        "Dialogue": record(
            id=text(),
            title=WORDING,
            meetings=whole(),
            participants=whole("Presences: who came twice is counted twice."),
            answers=whole(),
            first=text(),
            last=text(),
        ),
        "Erased": record(
            meeting=text(),
            dialogue=text(),
            place=maybe(WORDING),
            date=maybe(text()),
            why=text(),
            erased_by=text(),
            erased_at=text(),
        ),
        "Meeting": record(
            id=text(),
            dialogue=text(),
            title=WORDING,
            place=WORDING,
            date=text(),
            type=text(),
            participants=whole(),
            answers=whole(),
            questions=whole(),
            asked=whole(),
            not_asked=whole(),
            site=text(),
            way=text(),
            received_at=text(),
            has_receipt={"type": "boolean"},
            has_conflict={"type": "boolean"},
        ),
        "Figure": record(
            meetings=whole(),
            answered=whole(),
            valid=whole("The base of the percentages."),
            abstained=whole(),
            dont_know=whole(),
            counts=COUNTS,
            percents=COUNTS,
            mean_of_meetings={"type": "object", "additionalProperties": SHARE},
            both_means_needed=listed(text()),
        ),
        "Question": record(**question),
        "QuestionInFull": record(
            **question,
            by_meeting=lines,
            by_type=lines,
            by_channel=lines,
            by_month=lines,
            variation={"type": "object", "additionalProperties": spread},
            texts=listed(text()),
        ),
        "People": record(
            series=whole(),
            question=text(),
            text=WORDING,
            options=OPTIONS,
            base=whole(),
            counts={"type": "object", "additionalProperties": maybe(whole())},
            declined=maybe(whole()),
            waiting={"type": "boolean"},
        ),
    }
