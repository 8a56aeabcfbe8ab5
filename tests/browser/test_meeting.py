"""A whole meeting in three windows at once: what one does, the others show."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, document
from tests.support.running import Running

OTHERS = 11


def press_on(console: Page) -> None:
    """The next sensible act, as a presenter's clicker asks for it."""
    version = console.locator("[data-version]").first.get_attribute("data-version")
    # It takes no press that may be a slip of the finger, and shows it.
    expect(console.locator('[data-focus="primary"]')).not_to_have_attribute("aria-disabled", "true")
    console.keyboard.press("PageDown")
    expect(console.locator("[data-version]").first).not_to_have_attribute("data-version", version or "")


def open_round(server: Running, token: str) -> str:
    """The round that phones can answer now."""
    state = server.did("GET", "/api/v1/state", token=token)
    return next(
        str(entry["id"])
        for entry in state["rounds"]
        if entry["status"] == "open" and not entry["composition"]
    )


def test_a_meeting_from_the_door_to_the_result(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document(), start=False)
    console, wall, phone = windows.console(meeting), windows.wall(), windows.phone()
    others = server.join("MEET", OTHERS)

    expect(phone.get_by_text("The meeting has not started yet")).to_be_visible()
    expect(wall.get_by_text("MEET").first).to_be_visible()
    expect(wall.locator("[data-presence]").first).to_have_text(str(OTHERS + 1))

    press_on(console)  # start
    expect(phone.get_by_role("heading", name="Which age?")).to_be_visible()
    phone.get_by_role("button", name="Answer B").first.click()
    expect(phone.get_by_text("Counted").first).to_be_visible()
    phone.get_by_role("link", name="Continue").click()

    press_on(console)  # the composition of the room
    press_on(console)  # the first question, which waits
    press_on(console)  # open
    expect(phone.get_by_role("heading", name="What should happen to the bridge?")).to_be_visible()
    round_id = open_round(server, others[0])
    server.vote(others, round_id, [{"options": ["a"]}] * 7 + [{"options": ["b"]}] * 3 + [{"abstain": True}])
    expect(wall.locator(f'[data-answered="{round_id}"]').first).to_have_text(str(OTHERS))
    expect(console.locator(f'[data-answered="{round_id}"]').first).to_have_text(str(OTHERS))
    expect(wall.locator(".bar-row")).to_have_count(0)

    phone.get_by_role("button", name="Answer B").click()
    expect(phone.locator('[data-rounds="stage"] [data-receipt="counted"]')).to_be_visible()
    phone.get_by_role("button", name="Answer A").click()
    expect(phone.get_by_role("button", name="Answer A")).to_have_attribute("aria-pressed", "true")
    expect(phone.locator('[data-rounds="stage"] [data-receipt="counted"]')).to_be_visible()
    expect(wall.locator(f'[data-answered="{round_id}"]').first).to_have_text(str(OTHERS + 1))

    press_on(console)  # close
    expect(phone.get_by_text("The question is closed.").first).to_be_visible()
    expect(console.locator(".bar-row")).to_have_count(3)
    expect(wall.locator(".bar-row")).to_have_count(0)
    expect(phone.locator(".bar-row")).to_have_count(0)

    press_on(console)  # reveal
    for window in (wall, phone, console):
        expect(window.locator('.bar-row[data-bar="a"] .bar-percent')).to_have_text("73%")
        expect(
            window.get_by_text("12 of 12 have answered, 1 abstained, percent of 11").first
        ).to_be_attached()


def test_two_consoles_stay_in_step_and_a_stale_act_is_refused(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    first, second = windows.console(meeting), windows.console(meeting)
    opened = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})
    for console in (first, second):
        expect(console.get_by_role("button", name="Close the question")).to_be_visible()

    first.get_by_role("button", name="Close the question").click()
    expect(second.get_by_role("button", name="Show the result")).to_be_visible()

    stale = server.call("POST", f"/api/v1/rounds/{opened['id']}/reveal", {"version": opened["version"]})
    assert (stale[0], stale[1]["code"]) == (409, "stale")


def test_nothing_unapproved_reaches_the_wall(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    tokens = server.join("MEET", 6)
    round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "wish"})["id"]
    server.vote(tokens, round_id, [{"text": f"Wish number {number}"} for number in range(6)])
    server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
    console, wall = windows.console(meeting), windows.wall()

    console.get_by_role("button", name="Approve", exact=True).first.click()
    expect(console.get_by_text("Approved").first).to_be_visible()
    server.did("POST", f"/api/v1/rounds/{round_id}/reveal", {})
    expect(wall.locator(".quote")).to_have_count(1)

    approved = next(
        entry["id"]
        for entry in server.did("GET", f"/api/v1/rounds/{round_id}/texts")["texts"]
        if entry["status"] == "approved"
    )
    server.did("POST", f"/api/v1/rounds/{round_id}/texts", {"hide": [approved]})
    expect(wall.locator(".quote")).to_have_count(0)


def test_the_wall_is_right_again_after_a_reload_and_a_crash(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    wall = windows.wall()
    server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})
    question = wall.get_by_role("heading", name="What should happen to the bridge?")
    expect(question).to_be_visible()

    wall.reload()
    expect(question).to_be_visible(timeout=2_000)

    server.kill()
    server.start()
    opened = server.did("GET", "/api/v1/meetings")[0]
    assert opened["status"] == "running"
    server.did("POST", f"/api/v1/meetings/{meeting}/stage", {"wall": "break"})
    expect(wall.get_by_role("heading", name="Break")).to_be_visible()
