"""What a phone says to those who listen, and what it shows first when the room goes on."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, document

LISTEN = """() => {
  window.heard = [];
  const place = document.querySelector("[data-announcer]");
  new MutationObserver(() => heard.push(place.textContent)).observe(place, { childList: true });
}"""
QUIET_MILLISECONDS = 5_000
"""For so long a phone keeps news of the room back after it has spoken."""


def hear(phone: Page, words: str) -> str:
    """Wait until the words are spoken; all that was said with them. What was said before is forgotten."""
    said = phone.wait_for_function("(words) => heard.find((said) => said.includes(words))", arg=words)
    phone.evaluate("heard.length = 0")
    return str(said.json_value())


def test_an_answer_its_change_the_close_and_the_result_are_heard(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    phone = windows.joined()
    expect(phone.locator('[data-screen-key="waiting"]')).to_be_visible()
    phone.clock.install()
    phone.evaluate(LISTEN)
    round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})["id"]
    assert "Answer now" in hear(phone, "What should happen to the bridge?")

    phone.get_by_role("button", name="Answer A").click()
    hear(phone, "Counted: Answer A.")
    phone.get_by_role("button", name="Answer C").click()
    hear(phone, "Changed and counted: Answer C.")
    phone.get_by_role("button", name="Abstain").click()
    hear(phone, "You abstain. Counted.")

    server.vote(server.join("MEET", 6), round_id, [{"options": ["b"]}] * 6)
    server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
    expect(phone.get_by_text("The question is closed.")).to_be_visible()
    phone.clock.fast_forward(QUIET_MILLISECONDS)
    assert "abstained" not in hear(phone, "The question is closed.")

    phone.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    server.did("POST", f"/api/v1/rounds/{round_id}/reveal", {})
    sentence = phone.locator(".result [data-announce]")
    expect(sentence).to_be_attached()
    phone.clock.fast_forward(QUIET_MILLISECONDS)
    assert "abstained" not in hear(phone, " ".join((sentence.text_content() or "").split()))
    assert phone.evaluate("scrollY") == 0, "the result is seen from its beginning"


def test_what_is_asked_for_is_said_when_too_little_or_enough_is_chosen(windows: Windows) -> None:
    meeting = windows.server.bring_in(document())
    windows.server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bus"})
    phone = windows.joined()
    phone.evaluate(LISTEN)
    phone.get_by_role("button", name="Send").click()
    hear(phone, "Choose at least 1")
    for answer in ("Answer A", "Answer B", "Answer C"):
        phone.get_by_label(answer).check()
    hear(phone, "no more can be chosen")

    windows.server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "wish"})
    expect(phone.get_by_role("textbox")).to_be_visible()
    phone.get_by_role("button", name="Send").last.click()
    hear(phone, "Write something first")


def test_a_changed_code_keeps_strangers_out_and_nobody_who_is_in(windows: Windows) -> None:
    server = windows.server
    server.bring_in(document())
    inside = windows.joined()
    code = str(server.did("POST", "/api/v1/meetings/m1/code", {})["code"])
    expect(inside.locator("[data-code-now]")).to_have_text(code)
    expect(inside).to_have_url(f"{server.base}/{code}")

    stranger = windows.phone("/MEET")
    expect(stranger.get_by_role("heading", name="Unknown code")).to_be_visible()
    stranger.goto(server.base)
    stranger.get_by_role("textbox").fill(code.lower())
    stranger.get_by_role("button", name="Join").click()
    expect(stranger.locator("[data-composition]")).to_be_visible()

    inside.goto(f"{server.base}/WRONG")
    expect(inside.get_by_role("heading", name="Unknown code")).to_be_visible()
    expect(inside.get_by_role("textbox")).to_be_visible()
    inside.get_by_role("link", name="Back to the meeting").click()
    expect(inside.locator('[data-screen-key="waiting"]')).to_be_visible()
