"""What the console says of itself: who is let in, what the wall shows, what an act will do."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.http.calls import ask, begun, cast_by, close, said
from tests.support import meetings
from tests.support.browsers import Browser

LOGGED_OUT = "You were logged out from another console"


def two_meetings(client: Browser) -> Browser:
    """One that is running and on the wall, and one that is prepared; the operator."""
    operator = begun(client, meetings.single("drink"), title="The old mill")
    other = meetings.meeting(meetings.single("tea"), id="m2", code="ELSE", title="The new bridge")
    said(operator.post("/api/v1/meetings", json=other), 201)
    return operator


def state(console: Browser, meeting: str) -> str:
    """The console's picture of a meeting, as words and tags."""
    shown = said(console.get(f"/facilitator/meetings/{meeting}/state"), 200)["html"]
    return html.unescape(re.sub(r"\s+", " ", shown))


def on_wall(client: Browser) -> str:
    return str(re.findall(r'data-meeting="(\w+)"', client.wall().get("/display").text)[0])


def test_a_console_knows_that_the_wall_is_elsewhere(client: Browser) -> None:
    two_meetings(client)
    console = client.console()
    console.get("/facilitator/meetings/m2")
    assert on_wall(client) == "m1"
    assert "Another meeting: “The old mill”" in state(console, "m2")
    assert "Another meeting" not in state(console, "m1")


def test_starting_a_second_meeting_asks_before_the_wall_moves(client: Browser) -> None:
    operator = two_meetings(client)
    console = client.console()
    before = state(console, "m2")
    assert 'data-confirm="confirm-start"' in before
    assert "The wall shows “The old mill”, which is running. When “The new bridge” starts" in before

    said(operator.post("/api/v1/meetings/m2/start", json={}), 200)
    assert on_wall(client) == "m2"
    assert "Another meeting" not in state(console, "m2")
    assert "Another meeting: “The new bridge”" in state(console, "m1")

    said(operator.post("/api/v1/meetings/m2/end", json={}), 200)
    assert 'data-confirm="confirm-wall"' not in state(console, "m1"), "nobody looks there"


def test_opening_a_running_meeting_does_not_take_the_wall_from_another(client: Browser) -> None:
    operator = two_meetings(client)
    said(operator.post("/api/v1/meetings/m2/start", json={}), 200)
    console = client.console()
    console.get("/facilitator/meetings/m1")
    assert on_wall(client) == "m2"
    assert 'data-confirm="confirm-wall"' in state(console, "m1")

    said(operator.post("/api/v1/meetings/m1/stage", json={"wall": "join"}), 200)
    assert on_wall(client) == "m1"


def test_a_start_that_takes_the_wall_from_nobody_asks_nothing(client: Browser) -> None:
    operator = client.operator()
    said(operator.post("/api/v1/meetings", json=meetings.meeting(meetings.single("tea"))), 201)
    console = client.console()
    console.get("/facilitator/meetings/m1")
    assert "confirm-start" not in state(console, "m1")


def test_who_is_logged_out_from_elsewhere_is_told_so(client: Browser) -> None:
    tablet = client.console()
    laptop = client.console()
    (own,) = (one for one in said(tablet.get("/api/v1/sessions"), 200)["sessions"] if one["own"])
    said(laptop.post(f"/api/v1/sessions/{own['id']}/revoke", json={}), 200)
    assert LOGGED_OUT in tablet.get("/facilitator").text
    assert LOGGED_OUT not in client.anyone().get("/facilitator").text

    said(laptop.post("/api/v1/sessions/end", json={}), 200)
    assert LOGGED_OUT not in laptop.get("/facilitator").text, "it did so itself"


def test_a_browser_that_is_let_in_twice_has_one_session(client: Browser) -> None:
    console = client.console()
    first = said(console.get("/api/v1/sessions"), 200)["sessions"]
    ticket = said(console.post("/api/v1/pairings", json={"role": "console"}), 201)["url"].partition("#")[2]
    said(console.post("/api/v1/sessions", json={"ticket": ticket}), 201)
    second = said(console.get("/api/v1/sessions"), 200)["sessions"]
    assert len(first) == len(second) == 1
    assert first[0]["id"] != second[0]["id"]
    assert second[0]["own"]


def test_the_seal_says_what_it_will_do(client: Browser) -> None:
    operator = begun(client, meetings.about_you("age"), meetings.single("drink", breakdown=["age"]))
    rehearsing = client.rehearsing()
    said(operator.post("/api/v1/meetings/m1/end", json={}), 200)
    console = client.console()
    asked = state(console, "m1")
    for words in ("This is kept", "This is destroyed", "Combinations that fewer than five people share"):
        assert words in asked
    assert "One practice phone and all that it answered" in asked
    assert rehearsing.device


def test_who_is_in_the_room_is_told_with_its_base(client: Browser) -> None:
    operator = begun(client, meetings.about_you("age"), meetings.single("drink"))
    (age,) = client.kiosk.room.stage("m1").composition_rounds()
    cast_by(client, 12, age.id, {"options": ["a"]})
    console = client.console()
    said(operator.post("/api/v1/meetings/m1/stage", json={"item": "who"}), 200)
    client.kiosk.room.tell_news()
    told = 'Which age?</span> <span class="composition-base">12 answers<'
    assert told in state(console, "m1")
    said(operator.post("/api/v1/meetings/m1/end", json={}), 200)
    assert told in state(console, "m1")


def test_the_wall_says_how_many_may_be_chosen(client: Browser) -> None:
    operator = begun(client, meetings.multiple("bus", 4, 3), meetings.multiple("boat", 4, 4))
    ask(operator, "bus")
    assert "Choose up to 3" in client.wall().get("/display").text
    ask(operator, "boat")
    assert "Several answers possible" in client.wall().get("/display").text


def test_place_and_date_stand_in_one_line_on_the_wall(client: Browser) -> None:
    operator = client.operator()
    heads: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("both", {"place": "The school", "date": "2026-11-22"}, "The school · 22 November 2026"),
        ("place", {"place": "The school"}, "The school"),
        ("date", {"date": "2026-11-22"}, "22 November 2026"),
    )
    for name, head, told in heads:
        document = meetings.meeting(meetings.single("tea"), id=name, code=None, **head)
        said(operator.post("/api/v1/meetings", json=document), 201)
        said(operator.post(f"/api/v1/meetings/{name}/start", json={}), 200)
        shown = client.wall().get("/display").text
        kicker = shown.partition('<p class="kicker"><span>')[2].partition("</span></p>")[0]
        assert html.unescape(kicker) == told


def test_texts_that_say_the_same_are_one_and_nothing_is_approved_unasked(client: Browser) -> None:
    operator = begun(client, meetings.words("wish"))
    round_id = ask(operator, "wish")
    for written in ("A bus", "a  BUS", "A bus", "070-123 45 67", "me@example.org", "www.example.org"):
        cast_by(client, 1, round_id, {"text": written})
    close(operator, round_id)
    shown = state(client.console(), "m1")
    assert "3 people wrote this" in shown
    assert shown.count('class="entry"') == 4
    assert shown.count("Look closely: this holds") == 3
    assert f'data-confirm="confirm-approve-{round_id}"' in shown
    assert "Approve 3 answers unread?" in shown
    assert "3 answers are left out" in shown

    said(operator.post(f"/api/v1/rounds/{round_id}/texts", json={"approve": "all"}), 200)
    after = state(client.console(), "m1")
    assert "3 answers wait for you" in after
    assert "Approve the rest" not in after.partition('class="texts-list"')[0], "there is no rest"


def test_the_little_wall_says_what_the_wall_says_in_its_language(client: Browser) -> None:
    question = {**meetings.single("tea"), "text": {"sv": "Mer te?", "en": "More tea?"}}
    operator = begun(client, meetings.about_you("age"), question, languages=["sv", "en"])
    console = client.console()

    def little() -> str:
        return state(console, "m1").partition('<div class="mini"')[2].partition('<p class="wall-words">')[0]

    said(operator.post("/api/v1/meetings/m1/stage", json={"wall": "join"}), 200)
    assert 'class="qr"' in little()
    said(operator.post("/api/v1/meetings/m1/stage", json={"wall": "composition"}), 200)
    assert "<rect" not in little(), "nobody has answered"
    ask(operator, "tea")
    assert "Mer te?" in little()
    said(operator.post("/api/v1/meetings/m1/stage", json={"wall": "blank"}), 200)
    assert little().startswith(' data-view="blank"')
    assert "<p" not in little()


def test_a_result_of_too_few_has_nothing_to_compare_or_to_take_home(client: Browser) -> None:
    operator = begun(client, meetings.about_you("age"), meetings.single("drink", breakdown=["age"]))
    round_id = ask(operator, "drink")
    cast_by(client, 2, round_id, {"options": ["a"]})
    close(operator, round_id)
    said(operator.post(f"/api/v1/rounds/{round_id}/reveal", json={}), 200)
    shown = state(client.console(), "m1")
    assert "Too few answers to show a result" in shown
    assert "Compare groups" not in shown
    assert "Take home" not in shown
