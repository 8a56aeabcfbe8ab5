"""axe-core finds nothing, on every page and state of the three windows, in Swedish and in English."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, document

QUESTIONS = ("bridge", "bus", "heard", "good", "wish")
STILL = """Promise.all(document.getAnimations()
  .filter((one) => one.effect.getTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => 0)))"""
LANGUAGES = pytest.mark.parametrize("language", ["sv", "en"])
ANSWERS: dict[str, dict[str, Any]] = {
    "bridge": {"options": ["a"]},
    "bus": {"options": ["a", "b"]},
    "heard": {"value": 4},
    "good": {"value": 7},
    "wish": {"text": "A bench in the shade"},
}


def check(page: Page, what: str) -> None:
    """Look at a page once nothing on it moves any more."""
    page.evaluate(STILL)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"


@LANGUAGES
def test_phones(windows: Windows, language: str) -> None:
    server = windows.server
    meeting = server.bring_in(document(language), start=False)
    check(windows.phone("/", language=language), "start page")
    check(windows.phone("/NOPE", language=language), "unknown code")
    check(windows.phone("/privacy", language=language), "privacy")
    phone = windows.phone(language=language)
    expect(phone.locator('[data-screen-key="prepared"]')).to_be_visible()
    check(phone, "prepared")
    server.did("POST", f"/api/v1/meetings/{meeting}/start", {})
    expect(phone.locator("[data-composition]")).to_be_visible()
    check(phone, "composition")
    phone.locator("[data-continue]").click()
    expect(phone.locator('[data-screen-key="waiting"]')).to_be_visible()
    check(phone, "waiting")

    others = server.join("MEET", 11)
    for question in QUESTIONS:
        round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": question})["id"]
        article = phone.locator(f'[data-round="{round_id}"]')
        expect(article).to_be_visible()
        check(phone, f"{question} open")
        article.locator(".abstain").last.click()
        expect(article.locator('[data-receipt="counted"]')).to_be_visible()
        check(phone, f"{question} answered")
        server.vote(others, round_id, [ANSWERS[question]] * 11)
        server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
        expect(article).to_have_attribute("data-status", "closed")
        check(phone, f"{question} closed")
        if question == "wish":
            server.did("POST", f"/api/v1/rounds/{round_id}/texts", {"approve": "all"})
        server.did("POST", f"/api/v1/rounds/{round_id}/reveal", {})
        expect(phone.locator(".result")).to_be_visible()
        check(phone, f"{question} revealed")
    server.did("POST", f"/api/v1/meetings/{meeting}/end", {})
    expect(phone.locator('[data-screen-key="ended"]')).to_be_visible()
    check(phone, "ended")


@LANGUAGES
def test_console_and_wall(windows: Windows, language: str) -> None:
    server = windows.server
    meeting = server.bring_in(document(language), start=False)
    stranger = windows.phone("/facilitator", language=language)
    check(stranger, "console without a session")
    stranger.goto(f"{server.base}/display")
    check(stranger, "wall without a session")
    console, wall = windows.console(meeting, language=language), windows.wall(language=language)

    def both(what: str) -> None:
        version = server.did("GET", f"/api/v1/meetings/{meeting}") and next(
            one["version"] for one in server.did("GET", "/api/v1/meetings") if one["id"] == meeting
        )
        for window in (console, wall):
            expect(window.locator(f'[data-version="{version}"]').first).to_be_attached()
        check(console, f"console, {what}")
        check(wall, f"wall, {what}")

    check(console, "console, prepared")
    check(wall, "wall, prepared")
    tokens = server.join("MEET", 12)
    server.did("POST", f"/api/v1/meetings/{meeting}/start", {})
    both("started")
    for question in QUESTIONS:
        server.did("POST", f"/api/v1/meetings/{meeting}/stage", {"item": f"ask-{question}"})
        both(f"{question} ready")
        round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": question})["id"]
        both(f"{question} open")
        server.vote(tokens, round_id, [ANSWERS[question]] * 12)
        server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
        both(f"{question} closed")
        if question == "wish":
            server.did("POST", f"/api/v1/rounds/{round_id}/texts", {"approve": "all"})
        server.did("POST", f"/api/v1/rounds/{round_id}/reveal", {})
        both(f"{question} revealed")
    for view in ("join", "composition", "blank", "break"):
        server.did("POST", f"/api/v1/meetings/{meeting}/stage", {"wall": view})
        expect(wall.locator(f'[data-view="{view}"]')).to_be_attached()
        check(wall, f"wall, {view}")
        check(console, f"console, wall shows {view}")
    server.did("POST", f"/api/v1/meetings/{meeting}/end", {})
    both("ended")
    console.goto(f"{server.local_base}/facilitator/meetings")
    check(console, "list of meetings")
