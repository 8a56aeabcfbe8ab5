"""The page before joining, made once for everybody who asks alike: never an old one, never another's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from kiosk.app import Kiosk
from kiosk.guests import MOST_KEPT, GuestPages
from tests.support import meetings
from tests.support.browsers import Browser


class Counted:
    """An application that counts how often it is asked."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.asked = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        self.asked += 1
        return self.app(environ, start_response)


@pytest.fixture
def behind(kiosk: Kiosk) -> Counted:
    kiosk.room.import_document(meetings.meeting(meetings.single("q")))
    kiosk.room.import_document(meetings.meeting(meetings.single("tea"), id="m2", code="ELSE"))
    kiosk.room.start("m1")
    return Counted(kiosk.app.wsgi_app)


@pytest.fixture
def guests(kiosk: Kiosk, behind: Counted, tmp_path: Any) -> Kiosk:
    return replace(kiosk, wsgi=cast(Any, GuestPages(behind, kiosk.room.acts)))


def fresh(kiosk: Kiosk, tmp_path: Any) -> Browser:
    return Browser(kiosk, tmp_path)


def test_it_is_made_once_for_all_who_ask_alike(guests: Kiosk, behind: Counted, tmp_path: Any) -> None:
    first, second = (fresh(guests, tmp_path).get("/MEET") for _ in range(2))
    assert (first.status_code, behind.asked) == (200, 1)
    assert (first.data, first.headers) == (second.data, second.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Language": "sv"},
        {"Accept-Encoding": "br"},
        {"Host": "127.0.0.1"},
        {"Accept": "application/json"},
        {"Authorization": "Bearer nobody"},
    ],
)
def test_who_asks_otherwise_gets_another(
    guests: Kiosk, behind: Counted, tmp_path: Any, headers: dict[str, str]
) -> None:
    fresh(guests, tmp_path).get("/MEET")
    fresh(guests, tmp_path).get("/MEET", headers=headers)
    assert behind.asked == 2


def test_who_brings_a_cookie_gets_a_page_of_their_own(guests: Kiosk, behind: Counted, tmp_path: Any) -> None:
    for _ in range(2):
        browser = fresh(guests, tmp_path)
        browser.set_cookie("kiosk_lang", "fi")
        assert 'lang="fi"' in browser.get("/MEET").get_data(as_text=True)
    assert behind.asked == 2
    assert 'lang="en"' in fresh(guests, tmp_path).get("/MEET").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/ELSE", "/MEET?lang=fi", "/", "/healthz", "/privacy", "/NONE", "/api"])
def test_other_places_are_not_this_page(guests: Kiosk, behind: Counted, tmp_path: Any, path: str) -> None:
    fresh(guests, tmp_path).get("/MEET")
    before = behind.asked
    fresh(guests, tmp_path).get(path)
    assert behind.asked == before + 1


@pytest.mark.parametrize("path", ["/healthz", "/NONE", "/"])
def test_some_are_made_every_time(guests: Kiosk, behind: Counted, tmp_path: Any, path: str) -> None:
    for _ in range(2):
        fresh(guests, tmp_path).get(path)
    assert behind.asked == 2


def test_after_an_act_it_is_made_anew(guests: Kiosk, behind: Counted, tmp_path: Any) -> None:
    fresh(guests, tmp_path).get("/MEET")
    guests.room.end("m1")
    fresh(guests, tmp_path).get("/MEET")
    assert behind.asked == 2


def test_who_has_joined_sees_a_page_of_their_own(guests: Kiosk, tmp_path: Any) -> None:
    browser = fresh(guests, tmp_path)
    before = browser.get("/MEET").get_data(as_text=True)
    joined = browser.post("/api/v1/join", json={"code": "MEET"}, headers={"Origin": "http://localhost"})
    assert joined.status_code == 200
    after = browser.get("/MEET").get_data(as_text=True)
    assert 'data-joined="no"' in before
    assert 'data-joined="yes"' in after
    assert 'data-joined="no"' in fresh(guests, tmp_path).get("/MEET").get_data(as_text=True)


def test_no_more_are_kept_than_there_is_use_for(guests: Kiosk, behind: Counted, tmp_path: Any) -> None:
    for number in range(MOST_KEPT + 2):
        fresh(guests, tmp_path).get("/MEET", headers={"Accept-Language": f"en;q=0.{number:03}"})
    assert behind.asked == MOST_KEPT + 2
    kept = cast(GuestPages, guests.wsgi)._kept
    assert len(kept) <= MOST_KEPT
