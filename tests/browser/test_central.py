"""The central store in real Chromium: somebody logs in and reads, and axe finds nothing on any page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kiosk.central import accounts, populations
from kiosk.clock import SystemClock
from tests.browser.test_accessibility import check
from tests.support.databases import migrated_file as migrated_file
from tests.support.dialogues import DIALOGUE, bring, held
from tests.support.offices import Office, an_office

PASSWORD = "correct horse battery staple"
SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
PICTURES = os.environ.get("KIOSK_PICTURES")
TABLE = b"""variable;category;count;source;date;age_base
age;Answer A;600;Statistics Sweden;2025-12-31;all
age;Answer B;300;Statistics Sweden;2025-12-31;all
age;Answer C;100;Statistics Sweden;2025-12-31;all
"""


@pytest.fixture
def office(tmp_path: Path, migrated_file: Path) -> Iterator[Office]:
    """A central store with a dialogue of ten meetings, two of them small."""
    shutil.copyfile(migrated_file, tmp_path / "central.sqlite")
    clock = SystemClock()
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    with an_office(url, tmp_path / "central", clock) as found:
        for number in range(8):
            counts = "a" * (12 + 3 * number) + "b" * (24 - number) + "c" * 6
            ages = ("a" * 12 + "b" * 9 + "c" * 8)[: len(counts)]
            kind, day = ("open", "outreach")[number % 2], f"2026-{4 + number:02d}-12"
            hands = {"a": 20, "b": 11} if number == 2 else None
            texts = [f"A bench by the stop, idea {one}" for one in range(12)] if number == 1 else ()
            place = f"Village hall {number + 1}"
            bring(
                found,
                held(
                    f"m{number}",
                    counts,
                    ages=ages,
                    kind=kind,
                    date=day,
                    place=place,
                    texts=texts,
                    hands=hands,
                ),
            )
        bring(found, held("n1", "aabbbbb", kind="outreach", date="2026-10-02", place="The nursery"))
        bring(found, held("n2", "aaab", kind="outreach", date="2026-10-09", place="The library"))
        populations.bring(found.database, clock, DIALOGUE, "The municipality", TABLE, "cia")
        accounts.open_account(found.database, clock, "cia", PASSWORD, "administrator")
        yield found


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def opened(chromium: Browser, complaints: list[str]) -> Iterator[Callable[[str], Page]]:
    """A browser's page in a language; whatever it complains of is kept."""
    contexts: list[BrowserContext] = []

    def open_page(language: str) -> Page:
        context = chromium.new_context(locale=language, viewport=SIZES["laptop"])  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_somebody_logs_in_and_reads(
    office: Office, opened: Callable[[str], Page], complaints: list[str], language: str
) -> None:
    page = opened(language)
    page.goto(f"{office.url}/dialogues/{DIALOGUE}")
    look(page, "log-in")
    log_in(page)
    expect(page.locator("h1")).to_contain_text("2030")
    look(page, "dialogue")
    page.locator('.result a[href^="/questions/"]').first.click()
    expect(page.locator("#by-meeting")).to_be_visible()
    look(page, "question")
    page.locator(".central-who button").click()
    expect(page.locator("#password")).to_be_visible()
    assert complaints == []


def test_who_looks_after_the_store_finds_everything(
    office: Office, opened: Callable[[str], Page], complaints: list[str]
) -> None:
    page = opened("en")
    page.goto(office.url)
    log_in(page)
    for name in ("Dialogues", "From a stick", "Conflicts", "Quarantine", "Sites", "Accounts"):
        page.get_by_role("navigation", name="Central store").get_by_role(
            "link", name=name, exact=True
        ).click()
        expect(page.locator("h1")).to_have_text(name)
        look(page, name)
    page.goto(f"{office.url}/questions/9999")
    look(page, "nothing here")
    assert [one for one in complaints if "404" not in one] == []


def log_in(page: Page) -> None:
    page.locator("#name").fill("cia")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()


def look(page: Page, name: str) -> None:
    """axe finds nothing, and nothing is wider than the window, on a laptop and on a phone."""
    language = page.locator("html").get_attribute("lang")
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        check(page, f"{name}, {size}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}, {size}: {wide} pixels too wide"
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{size}.png", full_page=True)
    page.set_viewport_size(SIZES["laptop"])  # type: ignore[arg-type]
