"""Who may use which route: every route against every role. And no cookie alone ever changes anything."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from kiosk.live.events import CATALOGUE
from tests.http.calls import refused
from tests.http.classes import DOWN, OF_THE_LIBRARY, READS, ROLES, UP, Role, Route, routes
from tests.http.conftest import House
from tests.support.browsers import HOST, Browser

MESSAGES: dict[str, dict[str, Any]] = {
    "/api/v1/join": {"code": "MEET"},
    "/api/v1/meetings/<meeting_id>/rounds": {"question": "drink"},
    "/api/v1/meetings/<meeting_id>/stage": {"wall": "join"},
    "/api/v1/meetings/<meeting_id>/skip": {"item": "nope"},
    "/api/v1/wifi": {"ssid": ""},
    "/api/v1/pairings": {"role": "wall"},
    "/api/v1/sessions": {"ticket": "nope"},
}
LASTING = ("/code", "/end", "/seal", "/discard", "/close", "/reveal", "/hide", "/duplicate")
"""Acts that would change the house for other tests are sent with a version that is long gone."""


@pytest.fixture
def people(house: House) -> dict[str, Browser]:
    """One browser of each role."""
    anyone = house.anyone()
    revoked = anyone.console()
    (own,) = [one["id"] for one in _json(revoked.get("/api/v1/sessions"))["sessions"] if one["own"]]
    revoked.post(f"/api/v1/sessions/{own}/revoke", json={})
    return {
        "nobody": anyone,
        "phone": anyone.phone(),
        "wall": anyone.wall(),
        "console": anyone.console(),
        "operator": anyone.operator(),
        "revoked": revoked,
    }


@pytest.mark.parametrize("role", ROLES)
def test_every_route_for_every_role(house: House, people: dict[str, Browser], role: Role) -> None:
    # Joining comes last: it would make a phone of everybody.
    for route in sorted(routes(house.kiosk), key=lambda route: route.kind.guard == "none taken"):
        if route.rule == "/api/v1/sessions/end" and role in route.kind.who:
            continue  # it would log the role out; the contract has a test of its own for it
        if role in route.kind.who:
            _is_let_in(_try(people[role], route, house), route)
        else:
            with house.unwritten:
                _is_kept_out(_try(people[role], route, house), route)


def test_every_event_is_in_the_table(house: House) -> None:
    handled = house.kiosk.app.extensions["socketio"].server.handlers["/"]
    assert set(handled) == set(UP) | OF_THE_LIBRARY
    assert {event.name: frozenset(event.audiences) for event in CATALOGUE} == DOWN


def test_a_revoked_session_is_nobody_at_once(house: House) -> None:
    console = house.anyone().console()
    assert console.get("/api/v1/meetings").status_code == 200
    (own,) = [one["id"] for one in _json(console.get("/api/v1/sessions"))["sessions"] if one["own"]]
    house.anyone().operator().post(f"/api/v1/sessions/{own}/revoke", json={})
    refused(console.get("/api/v1/meetings"), 401, "operator_only")


def test_a_wall_is_no_console_and_a_device_is_no_operator(house: House) -> None:
    """A key opens the door it was made for, whatever it is called by."""
    anyone = house.anyone()
    keys = {
        "wall": anyone.wall().cookie("wall"),
        "phone": anyone.phone().device,
        "console": anyone.console().cookie("console"),
    }
    for name, key in keys.items():
        bearer = {"Authorization": f"Bearer {key}"}
        refused(house.anyone().get("/api/v1/meetings", headers=bearer), 401, "operator_only")
        for cookie in ("kiosk_console", "kiosk_wall", "kiosk_device"):
            browser = house.anyone()
            browser.set_cookie(cookie, key or "", domain=HOST)
            reply = browser.get("/api/v1/meetings")
            assert reply.status_code == (200 if (name, cookie) == ("console", "kiosk_console") else 401), (
                cookie
            )


# ── Other pages' hands ───────────────────────────────────────────────────────────────────────────────


def changing(house: House) -> list[Route]:
    return [route for route in routes(house.kiosk) if route.method not in READS]


def both(house: House) -> Browser:
    """A browser that is a phone and a console at once: every cookie there is."""
    browser = house.anyone().console()
    browser.post("/api/v1/join", json={"code": "MEET"})
    assert browser.cookie("console")
    assert browser.cookie("phone")
    return browser


def test_there_are_routes_that_change_something(house: House) -> None:
    assert len(changing(house)) > 20


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:8081"])
def test_no_other_page_changes_anything(house: House, origin: str) -> None:
    browser = both(house)
    for route in changing(house):
        with house.unwritten:
            reply = _try(browser, route, house, headers={"Origin": origin})
        assert _json(reply)["code"] == "foreign_origin", route
        assert reply.status_code == 403, route


def test_a_cookie_without_an_origin_changes_nothing(house: House) -> None:
    browser = both(house)
    for route in changing(house):
        if route.kind.guard == "none taken":
            continue
        with house.unwritten:
            reply = _try(browser, route, house, headers={"Origin": None})
        if route.kind.guard == "origin":
            refused(reply, 403, "foreign_origin")
        elif route.kind.guard == "form":
            assert reply.status_code == 403, route
        else:
            refused(reply, 401, "ticket_used")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_foreign_form_could_send_changes_nothing(house: House, kind: str) -> None:
    """Browsers let any page send these kinds; with an Origin that we would even allow."""
    browser = both(house)
    for route in changing(house):
        if "/api/" not in route.rule or route.rule.endswith(("/respondents", "/sessions/end", "/revoke")):
            continue  # these take no message at all: the Origin is their guard
        with house.unwritten:
            reply = browser.open(
                route.path(house.rounds), method=route.method, data=b'{"code":"MEET"}', content_type=kind
            )
        refused(reply, 415, "unsupported_type")


def test_joining_without_an_origin_gives_what_anybody_gets(house: House) -> None:
    phone = house.anyone().phone()
    again = phone.post("/api/v1/join", json={"code": "MEET"}, headers={"Origin": None})
    assert _json(again)["device"] == phone.device
    refused(
        both(house).post("/api/v1/join", json={"code": "MEET", "rehearsal": True}, headers={"Origin": None}),
        403,
        "foreign_origin",
    )


def test_a_token_beside_a_cookie_does_not_stand_for_an_origin(house: House) -> None:
    browser = both(house)
    headers = {"Authorization": "Bearer x", "Origin": None}
    with house.unwritten:
        reply = browser.post("/api/v1/meetings/m1/stage", json={"wall": "join"}, headers=headers)
    refused(reply, 403, "foreign_origin")


def test_a_token_needs_no_origin(house: House) -> None:
    operator = house.anyone().operator()
    reply = operator.post("/api/v1/meetings/m1/stage", json={"wall": "join"}, headers={"Origin": None})
    assert reply.status_code == 200


def test_looking_changes_nothing_that_anybody_would_miss(house: House) -> None:
    """A GET may choose the meeting that the walls follow, and note that saving works; no more."""
    console = both(house)
    tables = (
        "meeting",
        "round",
        "participant",
        "device",
        "ballot",
        "session",
        "ticket",
        "text_review",
        "release",
    )
    before = {table: house.unwritten.rows(table) for table in tables}
    for route in routes(house.kiosk):
        if route.method == "GET":
            console.get(route.path(house.rounds))
            console.head(route.path(house.rounds))
            console.options(route.path(house.rounds))
    assert {table: house.unwritten.rows(table) for table in tables} == before


# ── Trying a route ───────────────────────────────────────────────────────────────────────────────────


def _try(browser: Browser, route: Route, house: House, headers: dict[str, Any] | None = None) -> TestResponse:
    path = route.path(house.rounds)
    if route.method == "GET":
        return browser.get(path, headers=headers)
    if route.kind.guard == "form":
        return browser.post(path, data={"code": "MEET", "round": house.rounds["drink"]}, headers=headers)
    message = MESSAGES.get(route.rule, {})
    if route.rule.endswith(LASTING):
        message = {"version": 999_999, "code": "###"}
    return browser.open(path, method=route.method, json=message, headers=headers)


def _is_let_in(reply: TestResponse, route: Route) -> None:
    """Whatever comes of it, it is not for want of a right."""
    if route.kind.guard == "ticket":
        refused(reply, 401, "ticket_used")
    elif route.kind.guard == "form":
        assert reply.status_code == 403, route  # without the form's token, which tests of forms have
    elif route.rule == "/api/v1/respondents":
        refused(reply, 403, "not_a_tablet")
    else:
        assert reply.status_code not in (401, 403), f"{route}: {reply.text[:200]}"


def _is_kept_out(reply: TestResponse, route: Route) -> None:
    if route.rule.startswith("/facilitator") and reply.status_code == 302:
        assert reply.location == "/facilitator", route
        return
    if route.kind.guard == "form":
        assert reply.status_code == 403, route
        return
    assert reply.status_code == 401, f"{route}: {reply.status_code} {reply.text[:200]}"
    assert b"Which drink?" not in reply.data, route


def _json(reply: TestResponse) -> Any:
    return reply.get_json(force=True) if "json" in (reply.mimetype or "") else {}
