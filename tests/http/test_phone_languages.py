"""Phones speak more languages than the facilitator, and show a meeting in each it has been written in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.http.calls import ask, begun, said
from tests.support import meetings as m
from tests.support.browsers import Browser

PAGES = {"Accept": "text/html"}
WORDS = {"sv": "Vad ska hända med bron?", "ar": "ماذا نفعل بالجسر؟", "se": "Mii dáhpáhuvvá šaldái?"}
OFFERED = ["sv", "ar", "se", "da", "nb", "fi", "en", "uk", "so"]


@pytest.fixture
def operator(client: Browser) -> Browser:
    operator = begun(client, {**m.single("bridge"), "text": WORDS}, languages=["sv", "ar", "se"])
    ask(operator, "bridge")
    return operator


def state(client: Browser, language: str) -> Any:
    return said(client.phone(language=language).get("/api/v1/state"), 200)


@pytest.mark.parametrize("language", ["sv", "ar", "se"])
def test_a_phone_reads_what_the_facilitator_has_written_in_its_language(
    client: Browser, operator: Browser, language: str
) -> None:
    told = state(client, language)
    assert told["lang"] == language
    assert WORDS[language] in told["rounds"][0]["html"]


@pytest.mark.parametrize("language", ["uk", "fi"])
def test_without_its_own_it_reads_the_first_of_the_meeting_marked_as_such(
    client: Browser, operator: Browser, language: str
) -> None:
    told = state(client, language)
    assert told["lang"] == language
    assert f'<span lang="sv" dir="ltr">{WORDS["sv"]}</span>' in told["rounds"][0]["html"]


def test_the_meetings_languages_are_offered_first(client: Browser, operator: Browser) -> None:
    page = client.anyone().get("/MEET?lang=ar", headers=PAGES)
    assert re.findall(r'name="lang" value="(\w+)"', page.text) == OFFERED
    assert '<html lang="ar" dir="rtl"' in page.text
    assert "kiosk_lang=ar" in page.headers["Set-Cookie"]


def test_a_console_and_a_wall_keep_to_theirs(client: Browser, operator: Browser) -> None:
    for page in (
        client.console(language="ar").get("/facilitator/meetings/m1", headers=PAGES),
        client.wall(language="ar").get("/display", headers=PAGES),
    ):
        assert re.search(r'<html lang="(en|sv)" dir="ltr"', page.text)
