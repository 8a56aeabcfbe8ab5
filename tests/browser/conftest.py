"""Real Chromium against a real server: three windows, as people have them open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support import meetings
from tests.support.running import Running

CHROMIUM = os.environ.get("KIOSK_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

PHONE = {"width": 360, "height": 640}
LAPTOP = {"width": 1280, "height": 800}
PROJECTOR = {"width": 1920, "height": 1080}

BRIDGE = {
    **meetings.single("bridge", 3),
    "text": {"en": "What should happen to the bridge?", "sv": "Vad ska hända med bron?"},
}


def document(language: str = "en") -> dict[str, Any]:
    """A short meeting with one question of each kind and one about the participant; its own language."""
    return meetings.meeting(
        meetings.about_you("age", 3),
        BRIDGE,
        meetings.multiple("bus"),
        meetings.degree("heard", dont_know=True),
        meetings.numbers("good"),
        meetings.words("wish"),
        languages=[language, "sv" if language == "en" else "en"],
    )


class Windows:
    """One server and the windows that are open on it. Whatever a page complains of fails the test."""

    def __init__(self, server: Running, browser: Browser) -> None:
        self.server = server
        self.browser = browser
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._laptop: BrowserContext | None = None

    def phone(self, path: str = "/MEET", *, language: str = "en", **options: Any) -> Page:
        """A phone of its own, at an address."""
        context = self._context(locale=language, viewport=PHONE, **options)
        page = self._page(context)
        page.goto(self.server.base + path)
        return page

    def joined(self, *, language: str = "en", **options: Any) -> Page:
        """A phone that is in the meeting and past the questions about its owner."""
        page = self.phone(language=language, **options)
        page.locator("[data-continue]").click()
        return page

    def console(self, meeting: str, *, language: str = "en") -> Page:
        page = self._page(self._on_laptop(language))
        page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
        page.goto(f"{self.server.local_base}/facilitator/meetings/{meeting}")
        return page

    def wall(self, path: str = "/display", *, language: str = "en") -> Page:
        page = self._page(self._on_laptop(language))
        page.set_viewport_size(PROJECTOR)  # type: ignore[arg-type]
        page.goto(self.server.local_base + path)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _on_laptop(self, language: str) -> BrowserContext:
        """The laptop's browser, let in by the link of the terminal."""
        if self._laptop is None:
            self._laptop = self._context(locale=language)
            page = self._page(self._laptop)
            page.goto(self.server.console_link)
            page.wait_for_url("**/facilitator/meetings**")
            page.close()
        return self._laptop

    def _context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(**options)
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        return context

    def _page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._note(said.type, said.text))
        return page

    def _note(self, kind: str, text: str) -> None:
        # A lost network is what some tests are about; Chromium reports it as an error of the page.
        if kind == "error" and "ERR_" not in text and "WebSocket" not in text and "status of 4" not in text:
            self.complaints.append(text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def windows(server: Running, chromium: Browser) -> Iterator[Windows]:
    opened = Windows(server, chromium)
    yield opened
    opened.close()
    assert opened.complaints == []
    assert "Traceback" not in server.log, server.log
