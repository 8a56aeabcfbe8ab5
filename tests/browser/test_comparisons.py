"""Who is in the room, by age, before and after: one rehearsal of sixty on the wall, the console and a phone.

Nothing may be cut off on the wall, and axe finds nothing in any window, in Swedish and in English.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from kiosk import documents
from tests.browser.conftest import Windows
from tests.browser.test_accessibility import LANGUAGES, STILL, check
from tests.support.running import Running

PEOPLE = 60
AGES = {"30-44": 18, "45-64": 26, "65-79": 16}
CUT_OFF = """() => [
  ...[...document.querySelectorAll(".beside, .groups-frame, .change-picture, .outcome .bars")]
    .filter((part) => part.scrollHeight > part.clientHeight + 2 || part.scrollWidth > part.clientWidth + 2),
  ...[...document.querySelectorAll(".composition-column")].filter((part) => part.getClientRects().length > 1),
].map((part) => `${part.className} ${part.scrollHeight} of ${part.clientHeight}`)"""
OVERLAPS = """() => {
  const foot = document.querySelector(".beside .result-foot")?.getBoundingClientRect();
  const drawn = document.querySelector(".beside .groups-table, .beside .change-picture");
  const last = drawn?.getBoundingClientRect();
  return foot && last ? last.bottom > foot.top + 2 : false;
}"""


class Rehearsal:
    """Sixty made-up people in the sample meeting, in a language."""

    def __init__(self, server: Running, language: str) -> None:
        sample = documents.sample()
        head = {**sample["meeting"], "id": f"rehearsal-{language}", "code": "TRIAL"}
        languages = [language, *(tag for tag in head["languages"] if tag != language)]
        self.server = server
        self.meeting = server.bring_in({**sample, "meeting": {**head, "languages": languages}})
        join = {"code": "TRIAL", "rehearsal": True}
        self.tokens = [str(server.did("POST", "/api/v1/join", join)["device"]) for _ in range(PEOPLE)]
        ages = [age for age, count in AGES.items() for _ in range(count)]
        state = server.did("GET", "/api/v1/state", token=self.tokens[0])
        door = next(entry["id"] for entry in state["rounds"] if entry["question"] == "age-bands")
        server.vote(self.tokens, door, [{"options": [age]} for age in ages])

    def go_to(self, item: str) -> None:
        self.server.did("POST", f"/api/v1/meetings/{self.meeting}/stage", {"item": item})

    def ask(self, question: str, answers: list[dict[str, Any]]) -> str:
        """A round that is closed and shown."""
        opened = self.server.did("POST", f"/api/v1/meetings/{self.meeting}/rounds", {"question": question})
        self.server.vote(self.tokens, opened["id"], answers)
        for verb in ("close", "reveal"):
            self.server.did("POST", f"/api/v1/rounds/{opened['id']}/{verb}", {})
        return str(opened["id"])


@pytest.fixture
def chance() -> random.Random:
    return random.Random(60)


@LANGUAGES
def test_a_rehearsal_of_sixty(windows: Windows, language: str, chance: random.Random) -> None:
    held = Rehearsal(windows.server, language)
    console, wall = windows.console(held.meeting, language=language), windows.wall(language=language)
    phone = windows.phone("/TRIAL", language=language)
    phone.locator("[data-continue]").click()

    held.go_to("who")
    compared = wall.locator('.picture[data-question="age-bands"] .compared')
    expect(compared).to_be_visible()
    expect(compared.locator('[data-bar="0-14"] .compared-share')).to_have_text(
        "0 %" if language == "sv" else "0%"
    )
    expect(phone.locator(".who-is-here .compared").first).to_be_visible()
    expect(console.locator(".compared.detailed").first).to_be_visible()
    everything_fits(wall, "composition")
    everywhere(windows, console, wall, phone, "composition")

    held.go_to("ask-matters-most")
    options = ["care", "school", "work", "nature"]
    by_age = [{"options": [chance.choices(options, (6, 3, 2, 2))[0]]} for _ in held.tokens]
    held.ask("matters-most-2030", by_age)
    press(console, ".comparing-ask button")
    expect(console.locator(".groups-table")).to_be_visible()
    expect(wall.locator(".groups-table")).to_have_count(0)
    # The process that works these out goes last on a busy machine, and loads its libraries first.
    expect(console.locator("[data-words-from]").first).to_contain_text("60", timeout=60_000)
    press(console, '[data-act="show-by:age-bands"]')
    expect(wall.locator(".groups-table thead th")).to_have_count(4)
    expect(phone.locator(".groups-one")).to_have_count(3)
    everything_fits(wall, "groups")
    everywhere(windows, console, wall, phone, "groups")
    press(console, '[data-act="show-result"]')
    expect(wall.locator(".outcome")).to_be_attached()

    first = ["yes"] * 25 + ["no"] * 35
    held.go_to("ask-meeting-place")
    held.ask("meeting-place", [{"options": [one]} for one in first])
    held.go_to("ask-meeting-place-again")
    second = ["yes"] * 14 + ["no"] * 11 + ["yes"] * 16 + ["no"] * 19
    held.ask("meeting-place", [{"options": [one]} for one in second])
    press(console, '[data-focus^="compare-change"]')
    expect(console.locator(".change-ribbons")).to_be_visible()
    press(console, '[data-act="show-change"]')
    expect(wall.locator(".ribbon.moved")).to_have_count(2)
    expect(wall.locator(".change-sentence")).to_contain_text("25")
    expect(phone.locator(".change-moves li")).to_have_count(2)
    everything_fits(wall, "change")
    everywhere(windows, console, wall, phone, "change")

    held.go_to("ask-influence")
    held.ask("influence", [{"value": 1 + n % 5} for n in range(PEOPLE)])
    expect(wall.locator(".diverging")).to_be_visible()
    everything_fits(wall, "scale")
    everywhere(windows, console, wall, phone, "scale")

    console.goto(f"{windows.server.local_base}/facilitator/meetings/{held.meeting}/populations")
    check(console, "populations")


def press(console: Page, button: str) -> None:
    """Press once the console takes a press again: so soon after news it might be meant for something else."""
    expect(console.locator('[data-focus="primary"]')).not_to_have_attribute("aria-disabled", "true")
    console.locator(button).first.click()


def everything_fits(wall: Page, what: str) -> None:
    wall.evaluate(STILL)
    assert wall.evaluate(CUT_OFF) == [], what
    assert wall.evaluate(OVERLAPS) is False, what


def everywhere(windows: Windows, console: Page, wall: Page, phone: Page, what: str) -> None:
    for name, page in (("console", console), ("wall", wall), ("phone", phone)):
        check(page, f"{name}, {what}")
    assert windows.complaints == []


def test_a_refused_table_keeps_what_was_entered(windows: Windows) -> None:
    console = windows.console("sample-2030-dialogue")
    console.goto(f"{windows.server.local_base}/facilitator/meetings/sample-2030-dialogue/populations")
    console.locator("#population-name").fill("The county")
    table = (
        "variable;category;count;source;date;age_base\nage;0-14;12;SCB;2025;all\nage;15+;many;SCB;2025;all"
    )
    console.locator("[data-table]").fill(table)
    console.locator("[data-bring] .primary").click()
    expect(console.locator("[data-bring-notices]")).to_contain_text("Row 3")
    expect(console.locator("[data-table]")).to_have_value(table)
    expect(console.locator("#population-name")).to_have_value("The county")
    console.locator("[data-table]").fill(table.replace("many", "88"))
    console.locator("[data-bring] .primary").click()
    expect(console.get_by_role("heading", name="The county")).to_be_visible()


def test_papers_are_added_once_from_the_console(windows: Windows) -> None:
    held = Rehearsal(windows.server, "en")
    console = windows.console(held.meeting)
    held.go_to("ask-meeting-place")
    held.ask("meeting-place", [{"options": ["yes" if n % 2 else "no"]} for n in range(PEOPLE)])
    console.locator(".paper > summary").click()
    fields = console.locator(".paper input")
    fields.nth(0).fill("4")
    fields.nth(1).fill("1")
    console.route("**/supplement", lose_the_answer)
    console.locator(".paper form button").click()
    expect(console.locator("[data-paper-notices] .notice")).to_be_visible()
    console.unroute("**/supplement")
    fields.nth(1).fill("2")
    console.get_by_role("button", name="Add these papers").click()
    expect(console.locator(".paper .notice.caution")).to_contain_text("6 paper ballots wait")
    fields.nth(0).fill("3")
    fields.nth(1).fill("3")
    console.locator(".paper form button").click()
    expect(console.locator(".run .result-base")).to_contain_text("72 of 72")
    expect(console.locator(".paper .notice.caution")).to_have_count(0)


def test_papers_with_several_marks_are_added_by_how_they_are_marked(windows: Windows) -> None:
    held = Rehearsal(windows.server, "en")
    console = windows.console(held.meeting)
    held.go_to("ask-everyday")
    options = [option["id"] for option in question(documents.sample(), "easier-everyday")["options"]]
    held.ask("easier-everyday", [{"options": [options[n % 8], options[(n + 3) % 8]]} for n in range(PEOPLE)])
    console.locator(".paper > summary").click()
    boxes, alike = console.locator(".paper-marks input"), console.locator(".paper-row input").first
    boxes.nth(0).check()
    boxes.nth(2).check()
    alike.fill("6")
    console.locator(".paper form button").click()
    expect(console.locator(".paper .notice.caution")).to_contain_text("6 paper ballots wait")
    expect(console.locator(".paper-marks input:checked")).to_have_count(0)
    check(console, "papers with several marks")
    boxes.nth(1).check()
    alike.fill("4")
    console.locator(".paper form button").click()
    expect(console.locator(".run .result-base")).to_contain_text("70 of 70")


def lose_the_answer(route: Route) -> None:
    """The server takes it in; the window never hears of it."""
    route.fetch()
    route.abort()


def question(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["questions"] if one["id"] == name)
