"""Who hears what, and who must not: real sockets of every window through a whole meeting."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from tests.live.conftest import Listen
from tests.live.listeners import Listener, admit, operator_token, version_of
from tests.live.wire import Wire
from tests.support.running import Running

Json = dict[str, Any]
FIFTY = 50


def act(server: Running, path: str, message: Any = None) -> int:
    """An act of the operator; the meeting's version after it."""
    return int(server.did("POST", f"/api/v1/{path}", message or {})["version"])


def phones(server: Running, listen: Listen, meeting: Json, count: int, **more: Any) -> list[Listener]:
    return [listen(token=token, **more) for token in server.join(meeting["code"], count)]


def test_a_meeting_as_each_window_hears_it(
    server: Running, listen: Listen, other_meeting: Json, meeting: Json
) -> None:
    operator = operator_token(server)
    anna, *others = phones(server, listen, meeting, 6)
    console = listen(token=operator, window="console", meeting=meeting["id"])
    wall = listen(token=operator, window="wall")
    (cia,) = phones(server, listen, other_meeting, 1)
    other_console = listen(token=operator, window="console", meeting=other_meeting["id"])
    everybody = (anna, *others, console, wall, cia, other_console)
    for listener in everybody:
        listener.wait_for("state")

    # While the question is open: console and wall hear how many, phones hear nothing at all.
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    for listener in (anna, *others, console, wall):
        listener.wait_for("state", lambda state: version_of(state) == opened["version"])
    for phone in (anna, *others):
        assert phone.cast(opened["id"], {"options": ["a"]}) == {"status": "counted"}
    for listener in (console, wall):
        tally = listener.wait_for("tally", lambda tally: tally["answered"] == 6)
        assert tally == {"round": opened["id"], "answered": 6, "connected": 6, "seq": tally["seq"]}
    others += phones(server, listen, meeting, 1)
    for listener in (console, wall):
        assert listener.wait_for("presence", lambda presence: presence["connected"] == 7)

    closed = act(server, f"rounds/{opened['id']}/close")
    for phone in (anna, *others):
        phone.wait_for("state", lambda state: version_of(state) == closed)
        assert set(phone.names()) == {"state"}
        assert "data-result" not in phone.everything()
        assert "100" not in [entry["html"] for entry in phone.heard[-1][1]["rounds"]]
    assert "data-result" not in wall.everything()

    # The result reaches everybody once it is revealed, and not before.
    revealed = act(server, f"rounds/{opened['id']}/reveal")
    for listener in (anna, *others, wall):
        shown = listener.wait_for("state", lambda state: version_of(state) == revealed)
        assert "data-result" in str(shown)
    for phone in (anna, *others):
        assert set(phone.names()) == {"state"}

    # The other meeting: it hears its own news, so it would have heard ours.
    went = act(server, f"meetings/{other_meeting['id']}/stage", {"item": "ask-tea"})
    for listener in (cia, other_console):
        listener.wait_for("state", lambda state: version_of(state) == went)
        assert opened["id"] not in listener.everything()
        assert meeting["id"] not in listener.everything()
        assert "Which drink?" not in listener.everything()
    assert set(cia.names()) == {"state"}
    assert set(other_console.names()) <= {"state", "presence"}
    assert other_meeting["id"] not in "".join(one.everything() for one in (anna, *others, console))


def test_no_frame_of_fifty_phones_or_of_the_wall_tells_a_count_before_the_reveal(
    server: Running, listen: Listen, meeting: Json
) -> None:
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    wall = listen(token=operator_token(server), window="wall")
    with ExitStack() as stack:
        hall = [stack.enter_context(Wire(server.port)) for _ in range(FIFTY)]
        for number, (phone, token) in enumerate(zip(hall, server.join(meeting["code"], FIFTY), strict=True)):
            phone.join(token)
            ballot = {
                "id": f"ballot-{number}",
                "round": opened["id"],
                "answer": {"options": ["ab"[number % 2]]},
            }
            phone.say(f"421{json.dumps(['ballot', ballot])}")
        wall.wait_for("tally", lambda tally: tally["answered"] == FIFTY)
        closed = act(server, f"rounds/{opened['id']}/close")
        for phone in hall:
            acknowledged, state = heard_until(phone, closed)
            assert json.loads(acknowledged[3:]) == [{"status": "counted"}]
            assert "data-result" not in state
        wall.wait_for("state", lambda state: version_of(state) == closed)
    told = [set(news) for event, news in wall.heard if event == "tally"]
    assert all(keys == {"round", "answered", "connected", "seq"} for keys in told)
    assert "data-result" not in wall.everything()


def test_figures_are_told_once_more_after_a_state_that_may_be_older(
    server: Running, listen: Listen, meeting: Json
) -> None:
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    console = listen(token=operator_token(server), window="console", meeting=meeting["id"])
    (anna,) = phones(server, listen, meeting, 1)
    assert anna.cast(opened["id"], {"options": ["a"]}) == {"status": "counted"}
    console.wait_for("tally", lambda tally: tally["answered"] == 1)
    wall = listen(token=operator_token(server), window="wall")
    assert wall.wait_for("tally")["answered"] == 1
    assert wall.wait_for("presence")["connected"] == 1


def heard_until(phone: Wire, version: int) -> list[str]:
    """All that a phone hears, pings apart, up to the state of this version."""
    heard: list[str] = []
    while not (heard and heard[-1].startswith("42") and json.loads(heard[-1][2:])[1]["version"] == version):
        text = phone.text()
        if text == "2":
            phone.say("3")
        else:
            heard.append(text)
    return heard


def test_versions_have_no_gap(server: Running, listen: Listen, meeting: Json) -> None:
    (phone,) = phones(server, listen, meeting, 1)
    console = listen(token=operator_token(server), window="console", meeting=meeting["id"])
    first = version_of(phone.wait_for("state"))
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    act(server, f"rounds/{opened['id']}/close")
    act(server, f"rounds/{opened['id']}/reveal")
    hidden = act(server, f"rounds/{opened['id']}/hide")
    act(server, f"meetings/{meeting['id']}/stage", {"wall": "blank"})  # not for phones, and no new version
    last = act(server, f"meetings/{meeting['id']}/skip", {"item": "ask-drink"})
    for listener in (phone, console):
        listener.wait_for("state", lambda state: version_of(state) == last)
    heard = [version_of(news) for name, news in phone.heard if name == "state"]
    assert heard == list(range(first, last + 1))
    told = [version_of(news) for name, news in console.heard if name == "state"]
    assert set(told) == set(heard)
    # A machine that is busy tells consoles so, once more with the same version.
    assert told.count(hidden) >= 2, "the console hears of the wall as well"


def test_each_phone_hears_its_own_language(server: Running, listen: Listen, meeting: Json) -> None:
    in_swedish, in_english, in_none = (
        phones(server, listen, meeting, 1, lang=lang)[0] for lang in ("sv", "en", "tlh")
    )
    went = act(server, f"meetings/{meeting['id']}/stage", {"item": "ask-drink"})
    for listener, language in ((in_swedish, "sv"), (in_english, "en"), (in_none, "en")):
        listener.wait_for("state", lambda state: version_of(state) == went)
        assert {news["lang"] for _, news in listener.heard} == {language}


def test_mine_comes_on_connect_and_to_nobody_else(server: Running, listen: Listen, meeting: Json) -> None:
    token, other = server.join(meeting["code"], 2)
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "wish"})
    server.vote([token], opened["id"], [{"text": "a secret wish"}])
    anna, bo = listen(token=token), listen(token=other)
    mine = anna.wait_for("state")["mine"]
    assert mine == {opened["id"]: {"answer": {"text": "a secret wish"}, "status": "counted"}}
    assert bo.wait_for("state")["mine"] == {}
    closed = act(server, f"rounds/{opened['id']}/close")
    for phone in (anna, bo):
        assert "mine" not in phone.wait_for("state", lambda state: version_of(state) == closed)
    assert "a secret wish" not in bo.everything()


def test_an_unapproved_text_reaches_no_wall_and_no_phone(
    server: Running, listen: Listen, meeting: Json
) -> None:
    wall = listen(token=operator_token(server), window="wall")
    (phone,) = phones(server, listen, meeting, 1)
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "wish"})
    server.vote(
        server.join(meeting["code"], 5), opened["id"], [{"text": f"wanted: {number}"} for number in range(5)]
    )
    act(server, f"rounds/{opened['id']}/close")
    texts = server.did("GET", f"/api/v1/rounds/{opened['id']}/texts")["texts"]
    server.did(
        "POST",
        f"/api/v1/rounds/{opened['id']}/texts",
        {"approve": [texts[0]["id"]], "hide": [texts[1]["id"]]},
    )
    revealed = act(server, f"rounds/{opened['id']}/reveal")
    for listener in (wall, phone):
        shown = str(listener.wait_for("state", lambda state: version_of(state) == revealed))
        assert texts[0]["text"] in shown
        for hidden in texts[1:]:
            assert hidden["text"] not in listener.everything()


def test_walls_go_along_to_another_meeting_and_consoles_that_named_none(
    server: Running, listen: Listen, meeting: Json
) -> None:
    token = operator_token(server)
    wall, console, staying = (
        listen(token=token, window="wall"),
        listen(token=token),
        listen(token=token, window="console", meeting=meeting["id"]),
    )
    for window in (wall, console, staying):
        assert window.wait_for("state")["meeting"]["id"] == meeting["id"]
    again = server.did("POST", f"/api/v1/meetings/{meeting['id']}/duplicate", {})
    act(server, f"meetings/{again['id']}/start")
    opened = server.did("POST", f"/api/v1/meetings/{again['id']}/rounds", {"question": "drink"})
    for window in (wall, console):
        window.wait_for("state", lambda state: state["meeting"]["id"] == again["id"])
        window.wait_for("tally", lambda tally: tally["round"] == opened["id"])
        assert "disconnect" not in window.names()
    assert {news["meeting"]["id"] for name, news in staying.heard if name == "state"} == {meeting["id"]}


def test_a_phone_that_is_away_for_a_moment_still_counts(
    server: Running, listen: Listen, meeting: Json
) -> None:
    """Not at once: its request of joining keeps it present for a minute."""
    console = listen(token=operator_token(server), window="console", meeting=meeting["id"])
    first, second = phones(server, listen, meeting, 2)
    console.wait_for("presence", lambda presence: presence["connected"] == 2)
    for phone in (first, second):
        phone.leave()
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    tally = server.did("GET", f"/api/v1/rounds/{opened['id']}/tally")
    assert tally["connected"] == 2


def test_a_console_session_hears_as_the_token_does(server: Running, listen: Listen, meeting: Json) -> None:
    cookie, _ = admit(server, "console")
    console = listen(cookie=cookie)
    wall_cookie, _ = admit(server, "wall")
    walls = [listen(cookie=wall_cookie), listen(cookie=cookie, window="wall")]
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    for listener in (console, *walls):
        listener.wait_for("state", lambda state: version_of(state) == opened["version"])
