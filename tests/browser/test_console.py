"""Presses on the console: none is lost without a sign, and none does what nobody meant."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Windows, document

WAITS = "aria-disabled"
HOLD_BACK = """(end) => {
    const send = window.fetch;
    window.held = [];
    window.fetch = (url, ...more) => !String(url).endsWith(end) ? send(url, ...more)
        : new Promise((done) => held.push(() => done(send(url, ...more))));
}"""
"""Keeps requests to addresses with this end in the page until each of ``held`` is called."""


def test_while_the_server_is_away_console_and_wall_say_so_and_come_back_by_themselves(
    windows: Windows,
) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    console = windows.console(meeting)
    server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})
    primary = console.locator('[data-focus="primary"]')
    expect(primary).to_contain_text("Close the question")
    expect(console.get_by_text("Console connected")).to_be_visible()
    wall = windows.wall()
    looking = wall.get_by_text("Looking for the room …")
    expect(looking).to_be_hidden()

    server.kill()
    expect(looking).to_be_visible()
    away = console.get_by_text("No contact with the computer that runs the meeting.").first
    expect(away).to_be_visible()
    expect(primary).to_have_attribute(WAITS, "true")
    expect(console.locator('[data-act="wall-blank"]')).to_have_attribute(WAITS, "true")
    expect(console.locator("[data-saving]")).to_contain_text("Not known")
    clock = console.locator("[data-since]")
    stood = clock.inner_text()
    console.get_by_role("button", name="Settings").click()
    console.get_by_role("button", name="New code").click()
    refusal = console.locator("[data-drawer-notices] .notice")
    expect(refusal).to_be_visible()
    console.keyboard.press("Escape")
    console.wait_for_timeout(1_100)  # longer than a second of the clock, which stands still
    assert clock.inner_text() == stood

    server.start()
    expect(away).to_be_hidden()
    expect(looking).to_be_hidden()
    expect(refusal).to_have_count(0)
    expect(primary).not_to_have_attribute(WAITS, "true")
    console.keyboard.press("PageDown")
    expect(primary).to_contain_text("Show the result")


def test_a_press_while_an_act_is_on_its_way_waits_or_is_carried_out_after_it(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    server.did("POST", f"/api/v1/meetings/{meeting}/stage", {"item": agenda_item(windows, meeting, "bridge")})
    console = windows.console(meeting)
    primary = console.locator('[data-focus="primary"]')
    expect(primary).to_contain_text("Open the question")
    expect(console.get_by_text("Console connected")).to_be_visible()
    console.evaluate(HOLD_BACK, "/rounds")

    console.keyboard.press("Space")
    expect(primary).to_have_attribute(WAITS, "true")
    expect(primary.get_by_text("Wait …")).to_be_visible()
    console.keyboard.press("Space")
    expect(console.locator("[data-announcer]")).to_contain_text("One moment")
    console.keyboard.press("j")
    join = console.locator('[data-act="wall-join"]')
    expect(join).to_have_attribute("aria-busy", "true")

    assert console.evaluate("held.length") == 1
    console.evaluate("held.forEach((letGo) => letGo())")
    expect(join).to_have_attribute("aria-pressed", "true")
    expect(join).not_to_have_attribute("aria-busy", "true")
    expect(primary).to_contain_text("Close the question")
    expect(primary).not_to_have_attribute(WAITS, "true")
    expect(primary.get_by_text("Wait …")).to_be_hidden()
    assert console.evaluate("held.length") == 1
    console.keyboard.press("Space")
    expect(primary).to_contain_text("Show the result")


def test_news_leaves_the_button_under_the_mouse(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    console = windows.console(meeting)
    expect(console.get_by_text("Console connected")).to_be_visible()
    line = console.locator(f'[data-look-at="{agenda_item(windows, meeting, "bus")}"]')
    press_down(line)
    server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})
    expect(console.locator('[data-focus="primary"]')).to_contain_text("Close the question")
    console.mouse.up()
    expect(console.get_by_text("Only you see this.")).to_be_visible()


def agenda_item(windows: Windows, meeting: str, question: str) -> str:
    """The id of the agenda item that asks a question."""
    agenda = windows.server.did("GET", f"/api/v1/meetings/{meeting}")["agenda"]
    return next(str(item["id"]) for item in agenda if item.get("question") == question)


def press_down(button: Locator) -> None:
    button.hover()
    button.page.mouse.down()
