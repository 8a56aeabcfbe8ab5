"""Wrong input of every kind at every door of the API: a clear refusal, and nothing of it stored.

The watch before the kiosk sees to the rest: no 500, no traceback, every refusal a described problem, and
nothing accepted that the description would not accept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.http.calls import refused
from tests.http.conftest import QUESTIONS, House
from tests.support import meetings
from tests.support.answers import ODD_ANSWERS, ODD_VALUES
from tests.support.browsers import Browser

NOT_JSON = {
    "nothing closed": b"{",
    "text": b"hello",
    "a form": b"code=MEET",
    "markup": b"<!doctype html><script>alert(1)</script>",
    "not a number": b'{"id": NaN}',
    "no end": b'{"id": Infinity}',
    "no end, spelt out": b'{"id": 1e999}',
    "bad UTF-8": b'{"id": "\xff\xfe"}',
    "UTF-16": '{"id": "x"}'.encode("utf-16"),
    "null bytes": b"\x00\x00\x00",
    "200,000 brackets": b"[" * 200_000,
    "100,000 brackets closed": b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "as deep as Python reads": b'{"id": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5_000 + b"}",
    "two documents": b"{}{}",
}

NOT_A_MESSAGE: dict[str, Any] = {
    "null": None,
    "a list": [],
    "a list of messages": [{"id": "x"}],
    "a string": "MEET",
    "a number": 7,
    "true": True,
}


@dataclass(frozen=True)
class Door:
    """A call that takes a message: who may make it, and a message it would take."""

    method: str
    path: str
    who: str
    message: dict[str, Any]
    """Fields of ``<round>`` and ``<fresh>`` stand for the open round and for a new id."""


DOORS = (
    Door("POST", "/api/v1/join", "anyone", {"code": "MEET", "channel": "phone", "rehearsal": False}),
    Door(
        "POST",
        "/api/v1/ballots",
        "phone",
        {"id": "<fresh>", "round": "<drink>", "answer": {"abstain": True}},
    ),
    Door("POST", "/api/v1/meetings", "operator", meetings.meeting(*QUESTIONS, code=None, id="<fresh>")),
    Door(
        "POST",
        "/api/v1/meetings/m1/duplicate",
        "operator",
        {"title": "x", "place": "y", "code": "XXXX"},
    ),
    Door("POST", "/api/v1/meetings/m1/start", "operator", {"version": 1}),
    Door("POST", "/api/v1/meetings/m1/stage", "operator", {"item": "door", "wall": "blank", "version": 1}),
    Door("POST", "/api/v1/meetings/m1/skip", "operator", {"item": "door", "version": 1}),
    Door("POST", "/api/v1/meetings/m1/rounds", "operator", {"question": "drink", "version": 1}),
    Door("POST", "/api/v1/rounds/<cake>/close", "operator", {"version": 1}),
    Door("POST", "/api/v1/rounds/<cake>/reveal", "operator", {"version": 1}),
    Door("POST", "/api/v1/rounds/<cake>/hide", "operator", {"version": 1}),
    Door("POST", "/api/v1/rounds/<wish>/texts", "operator", {"approve": [], "hide": []}),
    Door("PUT", "/api/v1/wifi", "operator", {"ssid": "hall", "password": "long-enough"}),
    Door("POST", "/api/v1/pairings", "operator", {"role": "wall"}),
    Door("POST", "/api/v1/sessions", "anyone", {"ticket": "t"}),
)

Knock = Callable[..., TestResponse]

every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")


@pytest.fixture
def knock(house: House) -> Knock:
    """Send something to a door, as somebody who may go through it, and see that a refusal stores nothing."""
    anyone = house.anyone()
    browsers = {"anyone": anyone, "operator": anyone.operator(), "phone": anyone.phone()}

    def send(door: Door, body: bytes, kind: str = "application/json") -> TestResponse:
        before = house.unwritten.changes()
        browser: Browser = browsers[door.who]
        reply = browser.open(_named(door.path, house), method=door.method, data=body, content_type=kind)
        if reply.status_code >= 400:
            assert house.unwritten.changes() == before, f"{reply.status_code}, yet written: {body[:200]!r}"
        return reply

    return send


@every_door
def test_what_is_not_json(house: House, knock: Knock, door: Door) -> None:
    for body in NOT_JSON.values():
        refused(knock(door, body), 400, "bad_json")


@every_door
def test_what_is_no_message(knock: Knock, door: Door) -> None:
    for value in NOT_A_MESSAGE.values():
        refused(knock(door, json.dumps(value).encode()), 422, "malformed")


@every_door
def test_what_does_not_say_that_it_is_json(house: House, knock: Knock, door: Door) -> None:
    body = json.dumps(_named(door.message, house)).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        refused(knock(door, body, kind), 415, "unsupported_type")


@every_door
def test_a_megabyte(knock: Knock, door: Door) -> None:
    refused(knock(door, b'{"code": "' + b"A" * 1_000_000 + b'"}'), 413, "too_large")


@every_door
def test_each_field_with_every_odd_value(house: House, knock: Knock, door: Door) -> None:
    for field in door.message:
        for value in ODD_VALUES:
            message = _named(door.message, house) | {field: value}
            knock(door, json.dumps(message).encode())


@every_door
def test_each_field_left_out(house: House, knock: Knock, door: Door) -> None:
    for field in door.message:
        message = {name: value for name, value in _named(door.message, house).items() if name != field}
        knock(door, json.dumps(message).encode())


def test_odd_answers_to_every_kind(house: House) -> None:
    phone = house.anyone().phone()
    for place, round_id in enumerate(house.rounds.values()):
        for answer in ODD_ANSWERS[place % 3 :: 3]:  # the kinds' own tests go through all of them
            before = house.unwritten.changes()
            message = {"id": secrets.token_hex(8), "round": round_id, "answer": answer}
            reply = phone.post("/api/v1/ballots", data=json.dumps(message), content_type="application/json")
            if reply.status_code >= 400:
                assert house.unwritten.changes() == before, answer


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
_anything = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["options", "value", "text", "abstain", "x", ""]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "round", "answer"), _anything)))
def test_any_ballot_at_all(house: House, knock: Knock, message: dict[str, Any]) -> None:
    named = {"id": secrets.token_hex(8), "round": house.rounds["drink"], **message}
    reply = knock(DOORS[1], json.dumps(named).encode())
    assert reply.status_code < 500


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_any_bytes_at_all(knock: Knock, body: bytes) -> None:
    assert knock(DOORS[1], body or b"{").status_code in (400, 422)


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────


def _bent(path: list[str | int], value: Any) -> dict[str, Any]:
    """A good document with one thing in it replaced."""
    new = meetings.meeting(*QUESTIONS, code=None, id=f"m{secrets.token_hex(6)}")
    document: dict[str, Any] = json.loads(json.dumps(new))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to everything in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in inner:
        yield (*path, name)
        yield from _places(child, (*path, name))


def test_a_document_with_an_odd_value_anywhere(house: House, knock: Knock) -> None:
    odd = [None, True, -1, 10**30, 1e300, "", "\x00", "\ud83d", "x" * 3_000, "<b>", [], [None], {}, {"a": 1}]
    places = sorted(set(_places(meetings.meeting(*QUESTIONS, code=None))), key=str)
    for number, path in enumerate(places):
        for value in odd[number % 5 :: 5]:  # a fifth of them: all would take long and tell no more
            knock(DOORS[2], json.dumps(_bent(list(path), value)).encode())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], 2),
        (["meeting", "id"], "../etc/passwd"),
        (["meeting", "id"], "a\x00b"),
        (["meeting", "title"], {"en": "a\x07b"}),
        (["meeting", "title"], "x" * 201),
        (["meeting", "date"], "2026-02-30"),
        (["meeting", "languages"], ["english"]),
        (["questions", 1, "kind"], "telepathy"),
        (["questions", 1, "options"], [{"id": "a", "text": "A"}]),
        (["questions", 1, "options", 1, "id"], "a"),
        (["questions", 1, "options", 0, "text"], ""),
        (["questions", 1, "version"], 10**30),
        (["questions", 1, "version"], 0),
        (["questions", 1, "breakdown"], ["drink"]),
        (["questions", 1, "breakdown"], ["nobody"]),
        (["questions", 2, "max"], 9),
        (["questions", 2, "min"], 4),
        (["questions", 4, "max"], -5),
        (["questions", 5, "max_length"], 10**6),
        (["questions"], [meetings.single("drink"), meetings.single("drink")]),
        (["agenda", 2, "question"], "nobody"),
        (["agenda", 2, "question"], "age"),
        (["agenda", 2, "id"], "door"),
        (["agenda", 2, "type"], "quiz"),
    ],
)
def test_a_document_at_fault_is_told_where(knock: Knock, path: list[str | int], value: Any) -> None:
    problem = refused(knock(DOORS[2], json.dumps(_bent(path, value)).encode()), 422, "document")
    assert problem["details"]["path"]
    assert problem["details"]["reason"]


def test_what_is_stored_can_always_be_sent_again(house: House, knock: Knock) -> None:
    """A half character in a place that nobody reads is made whole, not kept to break something later."""
    document = _bent(["note"], ["\ud83d", {"\udc00": "x"}])
    assert knock(DOORS[2], json.dumps(document).encode()).status_code == 201
    operator = house.anyone().operator()
    exported: Any = operator.get(f"/api/v1/meetings/{document['meeting']['id']}").json
    assert exported["note"] == ["\ufffd", {"\ufffd": "x"}]


# ── Names in addresses ───────────────────────────────────────────────────────────────────────────────

ODD_NAMES = (
    "nobody",
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "..%2f..%2fetc%2fpasswd",
    "%F0%9F%98%80",
    "%E2%80%AEgnp",
    "<script>alert(1)</script>",
    "'; DROP TABLE ballot; --",
    "a" * 1_500,
    "%25s%7B%7B7*7%7D%7D",
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/meetings/{}"),
        ("POST", "/api/v1/meetings/{}/start"),
        ("POST", "/api/v1/meetings/{}/duplicate"),
        ("GET", "/api/v1/rounds/{}/tally"),
        ("GET", "/api/v1/rounds/{}/texts"),
        ("POST", "/api/v1/rounds/{}/close"),
        ("POST", "/api/v1/rounds/{}/texts"),
        ("GET", "/facilitator/meetings/{}"),
        ("GET", "/facilitator/meetings/{}/state"),
        ("GET", "/facilitator/meetings/{}/export.json"),
        ("GET", "/facilitator/meetings/m1/items/{}"),
        ("GET", "/{}"),
        ("GET", "/static/{}/kiosk/phone.css"),
    ],
)
def test_names_that_nothing_has(house: House, method: str, path: str) -> None:
    console = house.anyone().console()
    for name in ODD_NAMES:
        with house.unwritten:
            reply = console.open(path.format(name), method=method, json={} if method == "POST" else None)
        assert reply.status_code == 404, name
        assert "<script>alert" not in reply.text


ODD_TOKENS = (
    "",
    "x",
    "x" * 5_000,
    "\xff\xfe",
    "a b",
    "😀".encode().decode("latin-1"),
    "null",
    "'--",
    "a;b=c",
    '"',
)


@pytest.mark.parametrize("token", ODD_TOKENS)
def test_tokens_that_nobody_has(house: House, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    refused(house.anyone().get("/api/v1/state", headers=headers), 401, "not_joined")
    refused(house.anyone().get("/api/v1/meetings", headers=headers), 401, "operator_only")


@pytest.mark.parametrize("token", ODD_TOKENS)
def test_cookies_that_nobody_has(house: House, token: str) -> None:
    browser = house.anyone()
    browser._cookies = None  # not the client's own: these are sent as they are
    names = ("kiosk_device", "kiosk_console", "kiosk_wall", "kiosk_lang")
    sent = {"HTTP_COOKIE": "; ".join(f"{name}={token}" for name in names)}
    refused(browser.get("/api/v1/state", environ_overrides=sent), 401, "not_joined")
    refused(browser.get("/api/v1/meetings", environ_overrides=sent), 401, "operator_only")
    assert browser.get("/display", environ_overrides=sent).status_code == 401
    assert browser.get("/MEET", environ_overrides=sent).status_code == 200


def test_languages_that_nobody_speaks(house: House) -> None:
    phone = house.anyone().phone()
    for language in ("", "xx", "*", "sv;q=abc", ",,,;", "../../etc", "\x7f", "x" * 3_000, "en-" + "a" * 50):
        assert phone.get("/api/v1/state", headers={"Accept-Language": language}).status_code == 200
        assert phone.get("/api/v1/state", query_string={"lang": language}).status_code == 200
        assert phone.get("/MEET", query_string={"lang": language}).status_code == 200


def _named(thing: Any, house: House) -> Any:
    """A message or a path, with the placeholders in it filled."""
    spelled = thing if isinstance(thing, str) else json.dumps(thing)
    for name, round_id in house.rounds.items():
        spelled = spelled.replace(f"<{name}>", round_id)
    spelled = spelled.replace("<fresh>", f"m{secrets.token_hex(6)}")
    return spelled if isinstance(thing, str) else json.loads(spelled)
