"""Phones as people treat them: locked, reloaded, twice open, without network, without scripts."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Windows, document

CALM_MILLISECONDS = 3_000
"""For so long a phone says nothing of a lost link."""


def opened(windows: Windows, question: str = "bridge") -> str:
    """A meeting with a question open; the round."""
    meeting = windows.server.bring_in(document())
    return str(windows.server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": question})["id"])


def answered(windows: Windows, round_id: str) -> int:
    return int(windows.server.did("GET", f"/api/v1/rounds/{round_id}/tally")["answered"])


def test_an_answer_given_without_network_arrives_exactly_once(windows: Windows) -> None:
    round_id = opened(windows)
    phone = windows.joined()
    expect(phone.get_by_role("button", name="Answer A")).to_be_enabled()

    phone.context.set_offline(True)
    phone.get_by_role("button", name="Answer A").click()
    expect(phone.locator('[data-receipt="waiting"], [data-receipt="sending"]')).to_be_visible()
    assert answered(windows, round_id) == 0

    phone.context.set_offline(False)
    expect(phone.locator('[data-receipt="counted"]')).to_be_visible(timeout=30_000)
    assert answered(windows, round_id) == 1

    phone.reload()
    expect(phone.get_by_role("button", name="Answer A")).to_have_attribute("aria-pressed", "true")
    expect(phone.locator('[data-receipt="counted"]')).to_be_visible()
    assert answered(windows, round_id) == 1


def test_an_answer_that_comes_too_late_says_so(windows: Windows) -> None:
    round_id = opened(windows)
    phone = windows.joined()
    expect(phone.get_by_role("button", name="Answer A")).to_be_enabled()
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Answer A").click()
    windows.server.did("POST", f"/api/v1/rounds/{round_id}/close", {})

    phone.context.set_offline(False)
    expect(phone.get_by_text("Not counted").first).to_be_visible(timeout=30_000)
    assert answered(windows, round_id) == 0


def test_a_second_tab_is_the_same_participant(windows: Windows) -> None:
    round_id = opened(windows)
    first = windows.joined()
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_role("button", name="Answer A").click()
    expect(first.locator('[data-receipt="counted"]')).to_be_visible()

    second.get_by_role("button", name="Answer B").click()
    expect(second.locator('[data-receipt="counted"]')).to_be_visible()
    expect(first.get_by_role("button", name="Answer B")).to_have_attribute("aria-pressed", "true")
    assert answered(windows, round_id) == 1


def test_an_update_never_wipes_a_half_written_answer(windows: Windows) -> None:
    server = windows.server
    opened(windows, "wish")
    phone = windows.joined()
    phone.get_by_role("textbox").fill("Half a sen")
    server.did("POST", "/api/v1/meetings/m1/rounds", {"question": "bridge"})
    expect(phone.get_by_role("heading", name="What should happen to the bridge?")).to_be_visible()
    expect(phone.get_by_role("textbox")).to_have_value("Half a sen")


def test_phones_wait_calmly_and_go_on_by_themselves_after_a_crash(windows: Windows) -> None:
    round_id = opened(windows)
    phone = windows.joined()
    phone.get_by_role("button", name="Answer C").click()
    expect(phone.locator('[data-receipt="counted"]')).to_be_visible()

    phone.clock.install()
    windows.server.kill()
    calm = phone.locator("[data-strip]")
    expect(phone.locator("[data-refresh]")).to_be_visible()
    phone.clock.fast_forward(CALM_MILLISECONDS)
    expect(calm).to_be_visible(timeout=30_000)
    expect(calm).to_contain_text("You need to do nothing.")
    expect(phone.get_by_role("button", name="Answer C")).to_have_attribute("aria-pressed", "true")
    phone.clock.resume()

    windows.server.start()
    windows.server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
    expect(phone.get_by_text("The question is closed.").first).to_be_visible(timeout=30_000)
    expect(calm).to_be_hidden()
    assert answered(windows, round_id) == 1


def test_a_phone_that_was_in_a_pocket_for_ten_minutes_shows_what_is_asked_now(windows: Windows) -> None:
    """Nothing of the page runs meanwhile, and by then the server holds no socket of it any more."""
    server = windows.server
    meeting = server.bring_in(document())
    phone = windows.joined()
    expect(phone.locator('[data-screen-key="waiting"]')).to_be_visible()
    phone.clock.install()
    pocket = phone.context.new_cdp_session(phone)
    pocket.send("Page.setWebLifecycleState", {"state": "frozen"})
    server.kill()
    server.start()
    server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})

    pocket.send("Page.setWebLifecycleState", {"state": "active"})
    phone.clock.fast_forward("10:00")
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.get_by_role("button", name="Answer A").click()
    expect(phone.locator('[data-receipt="counted"]')).to_be_visible()


def test_the_language_is_the_browser_s_and_can_be_changed(windows: Windows) -> None:
    opened(windows)
    phone = windows.joined(language="sv-SE")
    expect(phone.get_by_role("heading", name="Vad ska hända med bron?")).to_be_visible()
    assert phone.locator("html").get_attribute("lang") == "sv"

    phone.locator(".languages summary").click()
    phone.locator('.languages button[value="en"]').click()
    expect(phone.get_by_role("heading", name="What should happen to the bridge?")).to_be_visible()
    assert phone.locator("html").get_attribute("lang") == "en"


def test_it_works_without_scripts(windows: Windows) -> None:
    round_id = opened(windows)
    phone = windows.phone(java_script_enabled=False)
    phone.get_by_role("button", name="Join").click()
    phone.get_by_role("button", name="Answer B").last.click()
    expect(phone.get_by_text("Counted").first).to_be_visible()
    assert answered(windows, round_id) == 1


def test_every_kind_can_be_answered_with_a_thumb(windows: Windows) -> None:
    server = windows.server
    meeting = server.bring_in(document())
    phone = windows.joined()
    for question in ("bus", "heard", "good", "wish"):
        round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": question})["id"]
        article = phone.locator(f'[data-round="{round_id}"]')
        expect(article).to_be_visible()
        if question == "bus":
            article.get_by_label("Answer A").check()
            article.get_by_label("Answer C").check()
            article.get_by_role("button", name="Send").click()
        elif question == "heard":
            article.get_by_role("button", name="Answer D").click()
        elif question == "good":
            article.get_by_role("button", name="7", exact=True).click()
        else:
            article.get_by_role("textbox").fill("A café 🎉")
            article.get_by_role("button", name="Send").click()
        expect(article.locator('[data-receipt="counted"]')).to_be_visible()
        server.did("POST", f"/api/v1/rounds/{round_id}/close", {})


def test_nothing_scrolls_sideways_on_a_small_phone(windows: Windows) -> None:
    opened(windows)
    phone = windows.phone(language="sv")
    phone.set_viewport_size({"width": 320, "height": 568})
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    phone.locator("[data-continue]").click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
