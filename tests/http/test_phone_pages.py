"""What a participant finds at an address: the meeting that is on, one that is over, or none."""

from __future__ import annotations

import pytest

from tests.http.calls import ask, begun, cast_by, close, refused, said
from tests.http.pages import Page
from tests.support import meetings
from tests.support.browsers import Browser

PAGES = {"Accept": "text/html"}
OVER = "The meeting is over"


def finish(operator: Browser, *acts: str, meeting: str = "m1") -> None:
    for act in acts:
        said(operator.post(f"/api/v1/meetings/{meeting}/{act}", json={}), 200)


def bring_in(operator: Browser, name: str, code: str) -> None:
    document = meetings.meeting(meetings.single("tea"), id=name, code=code, title=f"Meeting {name}")
    said(operator.post("/api/v1/meetings", json=document), 201)


def page(browser: Browser, path: str) -> str:
    reply = browser.get(path, headers=PAGES)
    assert reply.status_code == 200
    return reply.text


@pytest.mark.parametrize("acts", [("end",), ("end", "seal")])
def test_a_meeting_that_is_over_says_so_at_once_to_everybody(client: Browser, acts: tuple[str, ...]) -> None:
    operator = begun(client, meetings.single("drink"))
    took_part = client.phone()
    finish(operator, *acts)
    for visitor in (client.anyone(), took_part):
        shown = page(visitor, "/meet")
        assert OVER in shown
        assert "Thank you" in shown
        assert 'name="code"' not in shown, "nobody is asked to join what is over"
        assert 'role="alert"' not in shown
        refused(visitor.anyone().post("/api/v1/join", json={"code": "MEET"}), 410, "meeting_over")


def test_whoever_types_the_code_of_a_meeting_that_is_over_is_led_there(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"))
    finish(operator, "end", "seal")
    bring_in(operator, "next", "NEXT")
    visitor = client.anyone()
    token = page(visitor, "/NEXT").partition('name="csrf" value="')[2].partition('"')[0]
    reply = visitor.post("/join", data={"csrf": token, "code": "meet"}, headers=PAGES)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/MEET")


@pytest.mark.parametrize("acts", [("end",), ("end", "seal")])
def test_the_bare_address_after_the_end(client: Browser, acts: tuple[str, ...]) -> None:
    operator = begun(client, meetings.single("drink"))
    took_part = client.phone()
    bring_in(operator, "later", "LATE")
    finish(operator, *acts)
    for visitor in (client.anyone(), took_part):
        shown = page(visitor, "/")
        assert OVER in shown
        assert 'id="code"' in shown, "the next meeting can be entered"


def test_the_bare_address_follows_the_meeting_that_was_opened(client: Browser) -> None:
    operator = client.operator()
    for name, code in (("one", "ONE1"), ("two", "TWO2"), ("six", "SIX6")):
        bring_in(operator, name, code)
    console = client.console()
    for name in ("two", "one"):
        assert console.get(f"/facilitator/meetings/{name}").status_code == 200
        assert f"Meeting {name}" in page(client.anyone(), "/")


def test_a_participant_of_an_earlier_meeting_is_a_guest_at_the_next(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"))
    took_part = client.phone()
    finish(operator, "end")
    bring_in(operator, "next", "NEXT")
    client.console().get("/facilitator/meetings/next")
    shown = page(took_part, "/")
    assert "Meeting next" in shown
    assert OVER not in shown


def test_an_unknown_code_can_be_typed_again_and_leads_whoever_is_in_back(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"))
    took_part = client.phone()
    for visitor, is_in in ((client.anyone(), False), (took_part, True)):
        shown = unknown(visitor, "/NOPE")
        assert ("Back to the meeting" in shown) == is_in
    finish(operator, "end")
    for visitor in (client.anyone(), took_part):
        assert "Back to the meeting" not in unknown(visitor, "/NOPE")


def unknown(browser: Browser, path: str) -> str:
    """The page for an unknown code: it has a field for another, and no word for machines that people see."""
    reply = browser.get(path, headers=PAGES)
    assert reply.status_code == 404
    assert 'id="code"' in reply.text
    assert "no_such_code" not in "".join(Page(reply.text).text)
    return reply.text


@pytest.mark.parametrize("is_by_hand", [True, False])
def test_the_bare_address_asks_for_a_code_that_changes(client: Browser, is_by_hand: bool) -> None:
    operator = begun(client, meetings.single("drink"))
    inside = client.phone()
    assert 'data-code="MEET"' in page(client.anyone(), "/")
    if is_by_hand:
        said(operator.post("/api/v1/meetings/m1/code", json={}), 200)
    else:
        said(operator.put("/api/v1/meetings/m1/rotation", json={"minutes": 5}), 200)
    [now] = [one["code"] for one in said(operator.get("/api/v1/meetings"), 200)]
    asked = page(client.anyone(), "/")
    assert "A small meeting" in asked
    assert 'id="code"' in asked
    assert now not in asked
    assert f'data-code="{now}"' in page(inside, "/")
    assert f'data-code="{now}"' in page(client.anyone(), f"/{now}")


def test_a_line_of_numbers_says_its_headline_once(client: Browser) -> None:
    operator = begun(client, meetings.numbers("mood"))
    round_id = ask(operator, "mood")
    phones = cast_by(client, 6, round_id, {"value": 9}) + cast_by(client, 6, round_id, {"value": 2})
    close(operator, round_id)
    said(operator.post(f"/api/v1/rounds/{round_id}/reveal", json={}), 200)
    assert page(phones[0], "/MEET").count("50% answered 9 or 10") == 1
