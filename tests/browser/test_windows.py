"""The console and the wall in small things: nothing covers anything, codes go when they are used."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, document
from tests.support import meetings
from tests.support.running import until

OVERLAPS = """(selectors) => {
  const boxes = selectors.flatMap((selector) => [...document.querySelectorAll(selector)]).map((part) => {
    const words = document.createRange();
    words.selectNodeContents(part);
    const { left, right, top, bottom, height } = words.getBoundingClientRect();
    const leading = height / 8; // the room of accents and descenders is no ink
    return { left, right, top: top + leading, bottom: bottom - leading };
  });
  const meet = (from, to, otherFrom, otherTo) => from < otherTo - 1 && otherFrom < to - 1;
  const isOn = (one, other) =>
    meet(one.left, one.right, other.left, other.right) && meet(one.top, one.bottom, other.top, other.bottom);
  return boxes.flatMap((one, place) => boxes.slice(place + 1).filter((other) => isOn(one, other))).length;
}"""
PROJECTORS = ((1920, 1080), (1280, 720), (1024, 768))


def overlaps(page: Page, *selectors: str) -> Any:
    """How many pairs of these parts stand on one another, by their words."""
    return page.evaluate(OVERLAPS, list(selectors))


def next_picture(page: Page) -> None:
    """Wait until the page is drawn again: it hears of a new size no sooner."""
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def test_a_line_of_numbers_has_its_headline_above_its_ends(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(meetings.meeting(meetings.numbers("good")))
    tokens = server.join("MEET", 12)
    wall = windows.wall()
    round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "good"})["id"]
    ring = wall.locator("[data-ring]")
    expect(ring).to_be_attached()
    server.vote(tokens, round_id, [{"value": 9}] * 3 + [{"value": 4}] * 9)
    expect(wall.locator("[data-answered]").first).to_have_text("12")
    expect(ring).to_have_attribute("stroke-dasharray", "none")

    server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
    expect(ring).to_have_attribute("stroke-dasharray", "none")
    server.did("POST", f"/api/v1/rounds/{round_id}/reveal", {})
    expect(wall.locator(".result-headline")).to_have_text("The answer in the middle: “4”.")
    expect(wall.locator(".result-aside")).to_have_text("25% answered 9 or 10")
    expect(wall.locator(".result-end")).to_have_count(2)
    parts = (
        ".wall-head h1",
        ".result-headline",
        ".result-aside",
        ".result-end",
        ".corner-words",
        ".result-base",
    )
    ends = (".bar-row:first-child", ".bar-row:last-child")
    for rehearsal in (False, True):
        if rehearsal:
            server.did("POST", "/api/v1/join", {"code": "MEET", "rehearsal": True})
            expect(wall.locator(".rehearsal")).to_be_visible()
        for width, height in PROJECTORS:
            wall.set_viewport_size({"width": width, "height": height})
            next_picture(wall)
            assert overlaps(wall, *parts, *ends) == 0, (width, height, rehearsal)


def test_the_rehearsal_band_covers_nothing_in_the_little_wall(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    server.did("POST", "/api/v1/join", {"code": "MEET", "rehearsal": True})
    server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})
    console = windows.console(meeting)
    expect(console.locator(".mini-rehearsal")).to_be_visible()
    assert overlaps(console, ".mini-title", ".mini-line", ".mini-rehearsal") == 0


def test_a_pairing_code_goes_when_it_is_used_and_with_the_drawer(windows: Windows) -> None:
    server = windows.server
    console = windows.console(server.bring_in(document()))
    code = console.locator('[data-pairing="console"]')

    def show_code() -> str:
        console.locator('[data-pair="console"]').click()
        expect(code.locator("img")).to_be_visible()
        return str(code.locator("[data-pairing-link]").inner_text()).partition("#")[2]

    console.get_by_role("button", name="Settings").click()
    ticket = show_code()
    windows.phone(f"/facilitator#{ticket}").wait_for_url("**/facilitator/meetings/**")
    expect(console.get_by_text("The other console is in.")).to_be_visible()
    expect(code).to_be_hidden()
    expect(console.locator(".session")).to_have_count(2)

    show_code()
    console.keyboard.press("Escape")
    console.get_by_role("button", name="Settings").click()
    expect(code).to_be_hidden()


def test_a_link_that_was_opened_where_one_is_in_already_is_used_up(windows: Windows) -> None:
    server = windows.server
    console = windows.console(server.bring_in(document()))
    pairings = [server.did("POST", "/api/v1/pairings", {"role": role}) for role in ("console", "wall")]
    console.goto(f"{server.local_base}{pairings[0]['local_url']}")
    console.wait_for_url("**/facilitator/meetings/m1")
    expect(console.locator('[data-link-words="live"]')).to_be_visible()
    wall = windows.wall(pairings[1]["local_url"])
    wall.wait_for_url("**/display")

    def roles() -> list[str]:
        return sorted(one["role"] for one in server.did("GET", "/api/v1/sessions")["sessions"])

    until(lambda: roles() == ["console", "wall"], "the links let nobody in")
    for pairing in pairings:
        ticket = pairing["url"].partition("#")[2]
        again = server.call("POST", "/api/v1/sessions", {"ticket": ticket}, token="")[1]
        assert again["code"] == "ticket_used"


def test_the_console_before_its_scripts(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document(), start=False)
    let_in = windows.console(meeting).context.storage_state()
    slow = windows.phone("/privacy", storage_state=let_in, java_script_enabled=False)
    slow.goto(f"{server.local_base}/facilitator/meetings/{meeting}")
    expect(slow.get_by_text("Connecting …", exact=True)).to_be_visible()
    expect(slow.get_by_text("Console connected")).to_be_hidden()
    with slow.context.expect_page() as opened:
        slow.get_by_role("button", name="Open the wall").first.click()
    expect(opened.value.locator("main.wall")).to_be_visible()


def test_a_console_that_is_logged_out_from_another_says_why(windows: Windows) -> None:
    server = windows.server
    console = windows.console(server.bring_in(document()))
    expect(console.locator('[data-link-words="live"]')).to_be_visible()
    (session,) = server.did("GET", "/api/v1/sessions")["sessions"]
    server.did("POST", f"/api/v1/sessions/{session['id']}/revoke", {})
    expect(console.get_by_text("You were logged out from another console.")).to_be_visible()


def test_starting_a_second_meeting_moves_the_wall_only_after_a_yes(windows: Windows) -> None:
    server = windows.server
    server.bring_in(meetings.meeting(meetings.single("tea"), title="The old mill"))
    second = meetings.meeting(meetings.single("tea"), id="m2", code="ELSE", title="The new bridge")
    console = windows.console(server.bring_in(second, start=False))
    wall = windows.wall()
    expect(wall.get_by_role("heading", name="The old mill")).to_be_visible()
    expect(console.locator(".wall-now").get_by_text("Another meeting: “The old mill”")).to_be_visible()

    console.get_by_role("button", name="Start the meeting").click()
    expect(console.get_by_text("The wall shows “The old mill”, which is running.")).to_be_visible()
    expect(wall.get_by_role("heading", name="The old mill")).to_be_visible()
    console.get_by_role("button", name="Start and move the wall").click()
    expect(wall.get_by_role("heading", name="The new bridge")).to_be_visible()
    expect(console.locator(".wall-now").get_by_text("Another meeting")).to_have_count(0)
