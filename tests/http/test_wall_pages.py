"""What the room reads on the wall beside its figures: whether latecomers get in, and what the break is."""

from __future__ import annotations

from tests.http.calls import begun, said
from tests.support import meetings
from tests.support.browsers import Browser

LOCKED = "No new phones are let in now"
BREAK = {"id": "coffee", "type": "break", "title": "Coffee", "body": "Back in a quarter of an hour"}


def test_a_locked_door_is_shown_and_no_longer_how_to_come_in(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"))
    wall = client.wall()
    for item in ("door", "ask-drink"):
        said(operator.post("/api/v1/meetings/m1/stage", json={"item": item}), 200)
        said(operator.post("/api/v1/meetings/m1/joining", json={"locked": True}), 200)
        shown = wall.get("/display").text
        assert LOCKED in shown
        assert "MEET</bdi>" not in shown
        said(operator.post("/api/v1/meetings/m1/joining", json={"locked": False}), 200)
        shown = wall.get("/display").text
        assert LOCKED not in shown
        assert "MEET</bdi>" in shown


def test_a_break_says_its_own_words_and_another_one_that_it_is_a_break(client: Browser) -> None:
    operator = begun(client, meetings.single("drink"), agenda=[BREAK, {"id": "door", "type": "join"}])
    wall = client.wall()
    for stage in ({"item": "coffee"}, {"wall": "break"}):
        said(operator.post("/api/v1/meetings/m1/stage", json=stage), 200)
        shown = wall.get("/display").text
        assert "Coffee" in shown
        assert "Back in a quarter of an hour" in shown
    said(operator.post("/api/v1/meetings/m1/stage", json={"item": "door"}), 200)
    said(operator.post("/api/v1/meetings/m1/stage", json={"wall": "break"}), 200)
    shown = wall.get("/display").text
    assert "Coffee" not in shown
    assert "We go on in a little while" in shown
