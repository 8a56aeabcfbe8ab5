"""Send home, in a real browser: from the seal to the receipt, and the meeting deleted here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.support import meetings as m
from tests.support.clock import StillClock
from tests.support.databases import migrated_file as migrated_file
from tests.support.offices import Office, an_office


@pytest.fixture
def office(migrated_file: Path, tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    path = tmp_path / "central.sqlite"
    shutil.copyfile(migrated_file, path)
    with an_office(f"sqlite:///{path}", tmp_path / "central", clock) as found:
        yield found


def check(page: Page, what: str) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"


def test_from_the_seal_to_the_deletion(windows: Windows, office: Office) -> None:
    server = windows.server
    meeting = server.bring_in(m.meeting(m.single("drink"), m.words("wish"), date="2026-11-22"), start=False)
    server.did("POST", f"/api/v1/meetings/{meeting}/start", {})
    phones = server.join("MEET", 12)
    for question, answer in (("drink", {"options": ["a"]}), ("wish", {"text": "A bench"})):
        round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": question})["id"]
        server.vote(phones, round_id, [answer] * 12)
        server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
    server.did("POST", f"/api/v1/meetings/{meeting}/end", {})

    console = windows.console(meeting)
    console.get_by_role("link", name="Read them first").click()
    expect(console.locator("#last-look")).to_be_in_viewport()
    console.get_by_role("button", name="Approve all that wait").click()
    console.get_by_role("button", name="Approve them").click()
    expect(console.get_by_text("You have read them all")).to_be_visible()
    check(console, "ended, with a last look")
    console.locator('[data-act="seal"]').click()
    dialog = console.get_by_role("dialog")
    expect(dialog.get_by_text("The 12 written answers that you have approved.")).to_be_visible()
    check(console, "before the seal")
    dialog.get_by_role("button", name="Seal it for good").click()
    console.get_by_role("link", name="Send home").click()

    card = console.locator(f'[data-meeting="{meeting}"]')
    expect(card.get_by_text("Waits to be sent")).to_be_visible()
    check(console, "not enrolled")
    console.get_by_label("Address").fill(office.url)
    console.get_by_label("Code", exact=True).fill("WRONG")
    console.get_by_role("button", name="Connect", exact=True).click()
    expect(console.get_by_text("This code is not known")).to_be_visible()
    console.get_by_label("Code", exact=True).fill(office.code())
    console.get_by_role("button", name="Connect", exact=True).click()
    # From here on the laptop acts by itself.
    expect(card.get_by_text("Safe at the central store")).to_be_visible(timeout=20_000)
    expect(card.locator("[data-sentence]")).to_have_text("5 of 5 parts, 29 of 29 records acknowledged")
    check(console, "safe")

    card.get_by_label("Keep until").fill("2020-01-31")
    card.get_by_role("button", name="Save").click()
    expect(console.get_by_text("Saved.")).to_be_visible()
    console.reload()
    expect(card.get_by_text("That day has passed")).to_be_visible()
    card.get_by_role("button", name="Delete here").click()
    dialog = console.get_by_role("dialog")
    expect(dialog.get_by_text("The central store has confirmed that it holds everything.")).to_be_visible()
    expect(dialog.get_by_label("Why")).to_be_hidden()
    check(console, "before the deletion")
    dialog.get_by_label("Reference of the decision").fill("KS 2026/114")
    dialog.get_by_role("button", name="Delete it here").click()
    expect(console.get_by_role("heading", name="Deleted here")).to_be_visible()
    expect(console.get_by_text("Decision: KS 2026/114")).to_be_visible()
    expect(card).to_have_count(0)
    check(console, "deleted")
