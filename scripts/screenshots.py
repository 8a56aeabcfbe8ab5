"""Take the README's pictures: `python3 scripts/screenshots.py`.

Starts a kiosk on a data folder of its own, holds part of the sample meeting with some dozens of made-up
phones, and photographs the three windows in Chromium. `python3 scripts/test.py` sets up what it needs.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kiosk.bootstrap import ensure  # noqa: E402

ensure(ROOT, "requirements-dev.txt")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from scripts.loadgen.servers import Api, Kiosk  # noqa: E402

CHROMIUM = os.environ.get("KIOSK_CHROMIUM", "/usr/bin/chromium")
IMAGES = ROOT / "docs" / "images"
PHONES = 64
LANGUAGE = "en-GB"
SETTLE_MS = 1_200
"""Bars have grown and faces are in step by then."""


class Hall:
    """Made-up people in the sample meeting."""

    def __init__(self, kiosk: Kiosk) -> None:
        self.api = kiosk.api
        self.chance = random.Random(2030)
        (meeting,) = self.api.call("GET", "/api/v1/meetings")
        self.meeting, self.code = meeting["id"], meeting["code"]
        document = self.api.call("GET", f"/api/v1/meetings/{self.meeting}")
        self.questions = {question["id"]: question for question in document["questions"]}
        self.item_of = {item.get("question"): item["id"] for item in document["agenda"]}
        self.phones = [Api(kiosk.port) for _ in range(PHONES)]

    def enter(self) -> None:
        for phone in self.phones:
            joined = phone.call("POST", "/api/v1/join", {"code": self.code})
            phone.headers["Authorization"] = f"Bearer {joined['device']}"

    def tell_about_themselves(self) -> None:
        state = self.phones[0].call("GET", "/api/v1/state")
        for entry in state["rounds"]:
            self.answer(entry["id"], entry["question"], self.phones)

    def open(self, question: str) -> str:
        opened = self.api.call("POST", f"/api/v1/meetings/{self.meeting}/rounds", {"question": question})
        return str(opened["id"])

    def answer(self, round_id: str, question: str, phones: Iterable[Api]) -> None:
        for phone in phones:
            answer = self._answer(self.questions[question])
            ballot = {"id": uuid.uuid4().hex, "round": round_id, "answer": answer}
            phone.call("POST", "/api/v1/ballots", ballot)

    def turn(self, round_id: str, verb: str) -> None:
        self.api.call("POST", f"/api/v1/rounds/{round_id}/{verb}", {})

    def show(self, wall: str) -> None:
        self.api.call("POST", f"/api/v1/meetings/{self.meeting}/stage", {"wall": wall})

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        options = [option["id"] for option in question.get("options", ()) if not option.get("shown_with")]
        if self.chance.random() < 0.06:
            return {"abstain": True}
        if question["kind"] == "scale":
            middle = 0.62 * (len(options) or 10)
            value = round(self.chance.gauss(middle, 1.1)) + 1
            return {"value": max(1, min(len(options) or 10, value))}
        few = 0.9 if question.get("sensitive") else 0.0
        weights = [few if name == "prefer-not" else 3.0 for name in options]
        weights[self.chance.randrange(len(weights) - 1)] += 2
        return {"options": self.chance.choices(options, weights)}


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        kiosk = Kiosk(Path(folder) / "data", core=0, engine=None)
        try:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            _photograph(kiosk, browser)
        finally:
            kiosk.stop()
    return 0


def _photograph(kiosk: Kiosk, browser: Browser) -> None:
    hall = Hall(kiosk)
    console, wall = _laptop(kiosk, browser, hall.meeting)
    hall.enter()
    # All these phones have one address. That they are as many as the people counted keeps the console calm.
    hall.api.call("PUT", f"/api/v1/meetings/{hall.meeting}/heads", {"heads": len(hall.phones) + 1})
    hall.api.call("POST", f"/api/v1/meetings/{hall.meeting}/start", {})
    hall.tell_about_themselves()
    _take(wall, "wall-join")
    phone = browser.new_context(
        viewport={"width": 390, "height": 780}, device_scale_factor=2, locale=LANGUAGE
    ).new_page()
    phone.goto(f"http://127.0.0.1:{kiosk.port}/{hall.code}")
    phone.locator("[data-continue]").wait_for()
    _take(phone, "phone-welcome")
    phone.locator("[data-continue]").click()
    hall.show("composition")
    _take(wall, "wall-composition")

    round_id = hall.open("belonging")
    hall.answer(round_id, "belonging", hall.phones[:49])
    phone.locator(f'[data-round="{round_id}"] button[value="4"]').click()
    phone.locator('[data-receipt="counted"]').first.wait_for()
    _take(phone, "phone-counted")
    _take(wall, "wall-open")
    _take(console, "console-open")
    hall.answer(round_id, "belonging", hall.phones[49:61])
    hall.turn(round_id, "close")
    hall.turn(round_id, "reveal")
    _take(wall, "wall-result")
    _take(phone, "phone-result")


def _laptop(kiosk: Kiosk, browser: Browser, meeting: str) -> tuple[Page, Page]:
    """The console and the wall in the laptop's browser, let in by the terminal's link."""
    log = kiosk.process.log.read_text(encoding="utf-8")
    link = re.findall(r"http://127\.0\.0\.1:\d+/facilitator#\S+", log)[-1]
    context = browser.new_context(locale=LANGUAGE, device_scale_factor=1)
    console, wall = context.new_page(), context.new_page()
    console.set_viewport_size({"width": 1280, "height": 800})
    wall.set_viewport_size({"width": 1280, "height": 720})
    console.goto(link)
    console.wait_for_url("**/facilitator/meetings**")
    local = link.partition("/facilitator")[0]
    console.goto(f"{local}/facilitator/meetings/{meeting}")
    wall.goto(f"{local}/display")
    return console, wall


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png", time.strftime("%H:%M:%S"))


if __name__ == "__main__":
    raise SystemExit(main())
