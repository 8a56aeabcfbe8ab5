"""Without a script: the plain forms of a phone, filled in well and filled in badly."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from kiosk.problems import REFUSALS
from tests.http.conftest import House
from tests.http.pages import Page
from tests.support.answers import RIGHT_TO_LEFT, ZALGO
from tests.support.browsers import Browser

PAGES = {"Accept": "text/html"}


def csrf(browser: Browser, path: str = "/MEET") -> str:
    """The token of the forms on this browser's page."""
    return Page(browser.get(path, headers=PAGES).text).fields["csrf"]


def joined(house: House, code: str = "MEET") -> Browser:
    """A phone that has joined by the form."""
    phone = house.anyone()
    reply = phone.post("/join", data={"csrf": csrf(phone, f"/{code}"), "code": code}, headers=PAGES)
    assert (reply.status_code, reply.location) == (303, f"/{code}")
    return phone


def told(reply: TestResponse, status: int, code: str) -> None:
    """The reply is a page that says kindly why not."""
    assert reply.status_code == status, reply.text[:300]
    assert reply.mimetype == "text/html"
    assert code in reply.text
    assert "<h1" in reply.text


def test_a_meeting_with_forms_alone(house: House) -> None:
    phone = joined(house)
    page = phone.get("/MEET", headers=PAGES).text
    assert house.rounds["drink"] in page
    answer = {"csrf": csrf(phone), "round": house.rounds["drink"], "ballot": secrets.token_hex(16)}
    reply = phone.post("/answer", data={**answer, "options": "b"}, headers=PAGES)
    assert (reply.status_code, reply.location) == (303, "/MEET#now")
    again = phone.post("/answer", data={**answer, "options": "b"}, headers=PAGES)
    assert again.status_code == 303
    mine: Any = phone.get("/api/v1/state").json
    assert mine["mine"][house.rounds["drink"]]["answer"] == {"options": ["b"]}
    assert 'data-receipt="counted"' in phone.get("/MEET", headers=PAGES).text


@pytest.mark.parametrize(
    ("question", "filled_in", "answer"),
    [
        ("drink", {"options": "a"}, {"options": ["a"]}),
        ("colours", {"options": ["c", "a"]}, {"options": ["a", "c"]}),
        ("trust", {"value": "4"}, {"value": 4}),
        ("trust", {"dont_know": "1"}, {"dont_know": True}),
        ("mood", {"value": "0"}, {"value": 0}),
        ("wish", {"text": "  More\tbuses  "}, {"text": "More buses"}),
        ("wish", {"text": RIGHT_TO_LEFT + "👋"}, {"text": "gnp.exe x👋"}),
        ("age", {"abstain": "1"}, {"abstain": True}),
    ],
)
def test_every_kind_can_be_answered(house: House, question: str, filled_in: Any, answer: Any) -> None:
    phone = joined(house)
    form = {"csrf": csrf(phone), "round": house.rounds[question], "ballot": secrets.token_hex(16)}
    assert phone.post("/answer", data={**form, **filled_in}).status_code == 303
    state: Any = phone.get("/api/v1/state").json
    assert state["mine"][house.rounds[question]]["answer"] == answer


BAD_CODES = (
    "",
    " ",
    "NOPE",
    "MEETING",
    "ME ET",
    "M\x00ET",
    "<script>alert(1)</script>",
    "👋👋",
    RIGHT_TO_LEFT,
    ZALGO,
)


@pytest.mark.parametrize("code", BAD_CODES)
def test_a_code_that_no_meeting_has(house: House, code: str) -> None:
    phone = house.anyone()
    token = csrf(phone)
    with house.unwritten:
        reply = phone.post("/join", data={"csrf": token, "code": code}, headers=PAGES)
    assert reply.status_code == 404
    assert 'role="alert"' in reply.text
    assert "<script>alert" not in reply.text
    assert phone.cookie("phone") is None


FILLED_IN_BADLY: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing chosen": ({}, 422, "answer"),
    "an unknown option": ({"options": "zzz"}, 422, "answer"),
    "too many": ({"options": ["a", "b"]}, 422, "answer"),
    "the same twice": ({"options": ["a", "a"]}, 422, "answer"),
    "markup": ({"options": "<b>"}, 422, "answer"),
    "null bytes": ({"options": "\x00"}, 422, "answer"),
    "ten thousand": ({"options": ["a"] * 400}, 422, "answer"),
    "no ballot": ({"options": "a", "ballot": ""}, 422, "malformed"),
    "a bad ballot": ({"options": "a", "ballot": "<script>"}, 422, "malformed"),
    "a right-to-left ballot": ({"options": "a", "ballot": RIGHT_TO_LEFT}, 422, "malformed"),
    "no round": ({"options": "a", "round": ""}, 404, "no_such_round"),
    "no such round": ({"options": "a", "round": "nope"}, 404, "no_such_round"),
    "a round of null bytes": ({"options": "a", "round": "\x00"}, 404, "no_such_round"),
    "an emoji": ({"options": "a", "round": "👋"}, 404, "no_such_round"),
    "abstaining from nothing": ({"abstain": "1", "round": "nope"}, 404, "no_such_round"),
}


@pytest.mark.parametrize("name", FILLED_IN_BADLY)
def test_an_answer_filled_in_badly(house: House, name: str) -> None:
    filled_in, status, code = FILLED_IN_BADLY[name]
    phone = joined(house)
    form = {"csrf": csrf(phone), "round": house.rounds["drink"], "ballot": secrets.token_hex(16), **filled_in}
    with house.unwritten:
        told(phone.post("/answer", data=form, headers=PAGES), status, code)


@pytest.mark.parametrize("value", ["", "x", "4.5", "NaN", "inf", "-1", "11", "9" * 5_000, "٤٤", "0x1", "1e3"])
def test_a_number_that_is_none(house: House, value: str) -> None:
    phone = joined(house)
    form = {"csrf": csrf(phone), "round": house.rounds["mood"], "ballot": secrets.token_hex(16)}
    with house.unwritten:
        told(phone.post("/answer", data={**form, "value": value}, headers=PAGES), 422, "answer")


def test_a_known_ballot_with_another_answer(house: House) -> None:
    phone = joined(house)
    form = {"csrf": csrf(phone), "round": house.rounds["drink"], "ballot": secrets.token_hex(16)}
    assert phone.post("/answer", data={**form, "options": "a"}).status_code == 303
    with house.unwritten:
        told(phone.post("/answer", data={**form, "options": "b"}, headers=PAGES), 409, "ballot_conflict")


def test_cia_cannot_answer_here(house: House) -> None:
    cia = joined(house, "ELSE")
    form = {"csrf": csrf(cia, "/ELSE"), "round": house.rounds["drink"], "ballot": secrets.token_hex(16)}
    with house.unwritten:
        told(cia.post("/answer", data={**form, "options": "a"}, headers=PAGES), 404, "no_such_round")


def test_answering_without_having_joined(house: House) -> None:
    nobody = house.anyone()
    form = {"csrf": csrf(nobody), "round": house.rounds["drink"], "ballot": secrets.token_hex(16)}
    with house.unwritten:
        told(nobody.post("/answer", data={**form, "options": "a"}, headers=PAGES), 401, "not_joined")


@pytest.mark.parametrize("path", ["/join", "/answer"])
def test_a_form_needs_the_token_of_this_very_browser(house: House, path: str) -> None:
    phone, other = joined(house), joined(house)
    form = {"code": "MEET", "round": house.rounds["drink"], "ballot": secrets.token_hex(16), "options": "a"}
    for token in (None, "", "x", "é", "\x00", csrf(other), csrf(house.anyone()), [csrf(other), csrf(phone)]):
        filled_in = form if token is None else {**form, "csrf": token}
        with house.unwritten:
            told(phone.post(path, data=filled_in, headers=PAGES), 403, "form_expired")


@pytest.mark.parametrize("path", ["/join", "/answer"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=\xff&csrf=\xff", "application/x-www-form-urlencoded"),
        (b"csrf=%ff%fe&code=%ff", "application/x-www-form-urlencoded"),
        (b"&" * 100_000, "application/x-www-form-urlencoded"),
        (b'{"csrf": "x", "code": "MEET"}', "application/json"),
        (b"csrf=x&code=MEET", "text/plain"),
        (b"--x\r\nnot a part", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (b"[" * 60_000, "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form(house: House, path: str, body: bytes, kind: str) -> None:
    phone = joined(house)
    with house.unwritten:
        reply = phone.post(path, data=body, content_type=kind, headers=PAGES)
    assert reply.status_code in (400, 403, 413), reply.status_code
    assert any(code in reply.text for code in REFUSALS)


def test_forms_that_are_too_large(house: House) -> None:
    phone = joined(house)
    token = csrf(phone)
    form = {"csrf": token, "round": house.rounds["wish"], "ballot": secrets.token_hex(16)}
    with house.unwritten:
        told(phone.post("/answer", data={**form, "text": "x" * 70_000}, headers=PAGES), 422, "answer")
        in_parts = {"data": {**form, "text": "x" * 70_000}, "content_type": "multipart/form-data"}
        told(phone.post("/answer", **in_parts, headers=PAGES), 413, "too_large")
        told(phone.post("/answer", data=b"x" * 1_000_001, headers=PAGES), 413, "too_large")
        parts = {f"field{number}": (BytesIO(b"x"), f"{number}.txt") for number in range(600)}
        told(phone.post("/answer", data={**form, **parts}, headers=PAGES), 413, "too_large")
        told(phone.post("/answer", data={**form, "text": "x" * 1_000}, headers=PAGES), 422, "answer")


def test_the_language_of_a_page_is_remembered(house: House) -> None:
    phone = house.anyone()
    assert '<html lang="fi"' in phone.get("/MEET?lang=fi", headers=PAGES).text
    assert '<html lang="fi"' in phone.get("/MEET", headers=PAGES).text
    assert '<html lang="en"' in house.anyone().get("/MEET?lang=xx", headers=PAGES).text


def test_codes_in_addresses_are_read_in_any_case(house: House) -> None:
    for path in ("/MEET", "/meet", "/Meet"):
        assert house.anyone().get(path, headers=PAGES).status_code == 200
    told(house.anyone().get("/NOPE", headers=PAGES), 404, "no_such_code")
    told(house.anyone().get("/a/b/c", headers=PAGES), 404, "not_found")
