"""A small meeting, held by a process that has left every network. Tells as JSON what was seen of it.

Where the system does not let it leave, the room and the browser are let through to nobody all the same, and
whom they try to call is told. ``python -m tests.browser.meeting_without_network DIR``
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, Windows, document
from tests.browser.test_meeting import press_on
from tests.support.no_network import CALLED, NOTED, leave_every_network
from tests.support.running import Running

HALL = "192.168.77.1"
"""What phones type: an address as a hall's router gives it, which no browser takes for this machine's own."""
NOWHERE = f"--host-resolver-rules=MAP {HALL} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
OTHERS = 9
PATIENCE_MILLISECONDS = 30_000


@dataclass(frozen=True)
class Seen:
    """What came of the meeting."""

    secure: bool
    """Whether the phone was given what browsers keep for HTTPS."""
    asked: list[str]
    """Whom pages asked for anything, the room apart."""
    called: list[str]
    """Whom the room itself called."""
    complaints: list[str]


class InTheHall(Running):
    program = "tests/browser/kiosk_that_calls_nobody.py"

    @property
    def base(self) -> str:
        return f"http://{HALL}:{self.port}"


class Asking(Windows):
    """Windows, and the hosts that their pages ask for anything."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.asked: set[str] = set()

    def _context(self, **options: object) -> BrowserContext:
        context = super()._context(**options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.on("request", lambda request: self._ask(request.url))
        context.on("page", lambda page: page.on("websocket", lambda opened: self._ask(opened.url)))
        return context

    def _ask(self, url: str) -> None:
        address = urlsplit(url)
        self.asked.add(f"{address.scheme}://{address.netloc}")

    def strangers(self) -> set[str]:
        ours = {self.server.base, self.server.local_base}
        return self.asked - ours - {base.replace("http", "ws") for base in ours}


def hold(server: Running, windows: Windows) -> Page:
    """From the door to the result and a figure of it; the phone."""
    meeting = server.bring_in(document())
    console, wall, phone = windows.console(meeting), windows.wall(), windows.joined()
    round_id = server.did("POST", f"/api/v1/meetings/{meeting}/rounds", {"question": "bridge"})["id"]
    phone.get_by_role("button", name="Answer A").click()
    expect(phone.locator('[data-rounds="stage"] [data-receipt="counted"]')).to_be_visible()
    server.vote(server.join("MEET", OTHERS), round_id, [{"options": ["b"]}] * OTHERS)
    expect(wall.locator(f'[data-answered="{round_id}"]').first).to_have_text(str(OTHERS + 1))
    press_on(console)  # close
    press_on(console)  # reveal
    for window in (wall, phone):
        expect(window.locator('.bar-row[data-bar="b"] .bar-percent')).to_have_text("90%")
    server.did("GET", f"/facilitator/rounds/{round_id}/result.svg")
    return phone


def main(data: Path) -> Seen:
    leave_every_network()
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    server = InTheHall(data, "--name", HALL)
    assert NOTED in server.log
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, NOWHERE])
            windows = Asking(server, browser)
            phone = hold(server, windows)
            seen = Seen(
                bool(phone.evaluate("window.isSecureContext")),
                sorted(windows.strangers()),
                [line for line in server.log.splitlines() if line.startswith(CALLED)],
                windows.complaints,
            )
            browser.close()
    finally:
        server.stop()
    return seen


if __name__ == "__main__":
    print(json.dumps(asdict(main(Path(sys.argv[1])))))
