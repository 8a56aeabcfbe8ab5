"""Phones from the questions about their owners to the end: nothing moves, and it ends calmly."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, document
from tests.support import meetings

RECTS = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return [x, y + scrollY, width, height].map(Math.round);
})"""

LONG = {
    "en": "Is this your first citizens' meeting?",
    "fi": "Osallistutko asukastilaisuuteen ensimmäistä kertaa?",
}


def rects(page: Page, selector: str) -> Any:
    return page.evaluate(RECTS, selector)


def is_calm(phone: Page) -> None:
    expect(phone.get_by_role("heading", name="The meeting is over")).to_be_visible()
    expect(phone.locator("[data-strip]")).to_be_hidden()
    expect(phone.locator("[data-while-on]:visible")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["en", "fi"])
def test_nothing_moves_when_a_question_about_oneself_is_answered(
    windows: Windows, language: str, width: int
) -> None:
    windows.server.bring_in(
        meetings.meeting(
            meetings.about_you("age", 7),
            {**meetings.about_you("first", 3), "text": LONG},
            meetings.about_you("district", 5),
            languages=["en", "fi"],
        )
    )
    phone = windows.phone(language=language)
    phone.set_viewport_size({"width": width, "height": 740})
    expect(phone.locator(".composition.round")).to_have_count(3)
    phone.evaluate("document.fonts.ready")
    expect(phone.locator("[data-refresh]")).to_be_hidden()  # goes when the socket is up
    what = ".composition.round, .composition .question, .composition .choice, .action-bar, .bottom"
    before = rects(phone, what)

    for number, answer in ((0, 1), (1, 0), (1, -1), (2, 0)):  # -1 takes an answer back
        article = phone.locator(".composition.round").nth(number)
        choice = article.locator(".choice").nth(answer)
        choice.click()
        expect(choice).to_have_attribute("aria-pressed", "true")
        expect(article.locator('[data-receipt="counted"]')).to_be_visible()
        phone.evaluate("scrollTo(0, 0)")
        assert rects(phone, what) == before
    assert phone.evaluate("document.documentElement.scrollWidth") <= width

    counted = rects(phone, '[data-receipt="counted"]')
    chosen = rects(phone, '.composition .choice[aria-pressed="true"]')
    for x, y, wide, high in counted:
        for left, top, across, down in chosen:
            assert x >= left + across or left >= x + wide or y >= top + down or top >= y + high


def test_a_phone_that_is_left_open_rests_after_the_end(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    phone = windows.phone("/privacy")
    phone.clock.install()
    phone.goto(f"{server.base}/MEET")
    phone.locator("[data-continue]").click()
    expect(phone.locator('[data-screen-key="waiting"]')).to_be_visible()
    server.did("POST", f"/api/v1/meetings/{meeting}/end", {})
    is_calm(phone)

    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("websocket", lambda socket: asked.append(socket.url))
    server.did("POST", f"/api/v1/meetings/{meeting}/seal", {})
    for _ in range(4):
        phone.clock.run_for(30_000)
    is_calm(phone)
    assert asked == []

    phone.reload()
    is_calm(phone)


def test_a_phone_that_was_away_when_it_ended_hears_it_on_its_return(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    phone = windows.joined()
    expect(phone.locator('[data-screen-key="waiting"]')).to_be_visible()
    phone.context.set_offline(True)
    server.did("POST", f"/api/v1/meetings/{meeting}/end", {})
    server.did("POST", f"/api/v1/meetings/{meeting}/seal", {})
    phone.context.set_offline(False)
    is_calm(phone)


def test_a_phone_goes_on_when_the_end_was_a_rehearsal_s(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    server.did("POST", "/api/v1/join", {"code": "MEET", "rehearsal": True})
    phone = windows.joined()
    server.did("POST", f"/api/v1/meetings/{meeting}/end", {})
    is_calm(phone)
    server.did("POST", f"/api/v1/meetings/{meeting}/rehearsal/discard", {})
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.locator('[data-screen-key="prepared"]')).to_be_visible()
    server.did("POST", f"/api/v1/meetings/{meeting}/start", {})
    server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})
    expect(phone.get_by_role("heading", name="What should happen to the bridge?")).to_be_attached()
