"""What the description is put together from: one ``Call`` per route, written out as OpenAPI wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

from kiosk.problems import REFUSALS

Json = dict[str, Any]
Who = Literal["anyone", "device", "operator"]

SECURITY: Json = {
    "deviceToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The `device` that joining gave.",
    },
    "deviceCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "kiosk_device",
        "description": "The same, as browsers keep it. Changes need our own `Origin` beside it.",
    },
    "operatorToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The content of `operator-token` in the data folder, which only its owner can read.",
    },
    "consoleCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "kiosk_console",
        "description": "A console let in by a single-use link. Changes need our own `Origin` beside it.",
    },
}

_KEYS: Mapping[Who, list[Json]] = {
    "anyone": [{}],
    "device": [{"deviceToken": []}, {"deviceCookie": []}],
    "operator": [{"operatorToken": []}, {"consoleCookie": []}],
}

_ALWAYS = ("bad_request", "foreign_host", "foreign_origin", "full", "too_many", "trouble")
_WITH_BODY = ("bad_json", "unsupported_type", "too_large", "malformed")
_OF_PLACE: Mapping[str, str] = {
    "meeting_id": "no_such_meeting",
    "round_id": "no_such_round",
    "population_id": "no_such_population",
}
_PLACES: Mapping[str, str] = {
    "meeting_id": "The id of a meeting",
    "round_id": "The id of a round",
    "question_id": "The id of a composition question",
    "dialogue_id": "The id of a dialogue, as its meetings' documents have it",
    "population_id": "The id of a reference population",
    "session_id": "The id of a session, as the list of sessions gives it",
}

VERSION: Json = {
    "type": ["integer", "null"],
    "description": "The meeting's version that the operator saw. Another one is refused as `stale`.",
}
RUNNING = ("stale", "not_started", "not_running")
"""How an act is refused that a running meeting alone can have."""


@dataclass(frozen=True)
class Call:
    """One call of the API. ``body`` and ``gives`` are schemas; ``gives`` by status."""

    method: Literal["get", "post", "put"]
    path: str
    name: str
    _: KW_ONLY
    says: str
    who: Who
    gives: Mapping[int, Json]
    body: Json | None = None
    example: Json | None = None
    more: str = ""
    codes: tuple[str, ...] = ()
    """Codes of refusals that this call has besides those of its kind of call."""
    media: str = "application/json"
    headers: Json = field(default_factory=dict)

    def all_codes(self) -> list[str]:
        """Every code with which this call can be refused."""
        codes = [*_ALWAYS, *self.codes]
        codes += _WITH_BODY if self.body is not None else ()
        codes += {"operator": ["operator_only"], "device": ["not_joined"], "anyone": []}[self.who]
        codes += [code for place, code in _OF_PLACE.items() if f"{{{place}}}" in self.path]
        codes += ["not_saving"] if self.method != "get" else []
        return sorted(set(codes), key=lambda code: (REFUSALS[code].status, code))


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def record(optional: Iterable[str] = (), /, *, open_ended: bool = False, **properties: Json) -> Json:
    """An object with these properties and, unless it is open-ended, no others."""
    required = [name for name in properties if name not in set(optional)]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        **({} if open_ended else {"additionalProperties": False}),
    }


def act(**properties: Json) -> Json:
    """The body of an operator's act: whatever it needs, and perhaps the version that the operator saw."""
    return record(("version",), open_ended=True, **properties, version=VERSION)


def text(description: str = "", **more: Any) -> Json:
    return {"type": "string", **({"description": description} if description else {}), **more}


def whole(description: str = "", **more: Any) -> Json:
    return {"type": "integer", **({"description": description} if description else {}), **more}


def maybe(schema: Json) -> Json:
    """The schema, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def listed(schema: Json, **more: Any) -> Json:
    return {"type": "array", "items": schema, **more}


def paths(calls: Mapping[str, Iterable[Call]]) -> Json:
    """The calls of each tag as OpenAPI lists them: by path, then by method."""
    found: Json = {}
    for tag, tagged in calls.items():
        for call in tagged:
            found.setdefault(call.path, {})[call.method] = _operation(call, tag)
    return found


def refusals(calls: Mapping[str, Iterable[Call]]) -> Json:
    """Every set of refusals that the calls share, by the name they refer to it with."""
    sets = [
        found
        for tagged in calls.values()
        for call in tagged
        for found in _by_status(call.all_codes()).items()
    ]
    return {_name(status, codes): _refusal(codes) for status, codes in sets}


def _operation(call: Call, tag: str) -> Json:
    places = [name for name in _PLACES if f"{{{name}}}" in call.path]
    return {
        "operationId": call.name,
        "tags": [tag],
        "summary": call.says,
        **({"description": call.more} if call.more else {}),
        "security": _KEYS[call.who],
        **({"parameters": [_place(name) for name in places]} if places else {}),
        **({"requestBody": _body(call)} if call.body is not None else {}),
        "responses": {**_successes(call), **_refusals(call.all_codes())},
    }


def _place(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": _PLACES[name], "schema": text()}


def _body(call: Call) -> Json:
    content: Json = {"schema": call.body}
    if call.example is not None:
        content["example"] = call.example
    required = bool(call.body and call.body.get("required")) or "$ref" in (call.body or {})
    return {"required": required, "content": {"application/json": content}}


def _successes(call: Call) -> Json:
    return {str(status): _success(call, status, schema) for status, schema in call.gives.items()}


def _success(call: Call, status: int, schema: Json) -> Json:
    content = {"content": {call.media: {"schema": schema}}} if schema else {}
    headers = {"headers": call.headers} if call.headers else {}
    return {"description": _MEANINGS[status], **headers, **content}


_MEANINGS: Mapping[int, str] = {
    200: "Done, or nothing was left to do",
    201: "Made",
    304: "Nothing has changed since the given `ETag`",
    503: "Not now",
}


def _by_status(codes: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(REFUSALS[code].status, []).append(code)
    return found


def _refusals(codes: Iterable[str]) -> Json:
    return {
        str(status): {"$ref": f"#/components/responses/{_name(status, found)}"}
        for status, found in _by_status(codes).items()
    }


def _name(status: int, codes: list[str]) -> str:
    return ".".join([str(status), *codes])


def _refusal(codes: list[str]) -> Json:
    reasons = "\n".join(f"- `{code}`: {REFUSALS[code].title}" for code in codes)
    schema = {"allOf": [ref("Problem"), {"properties": {"code": {"enum": codes}}}]}
    return {"description": reasons, "content": {"application/problem+json": {"schema": schema}}}
