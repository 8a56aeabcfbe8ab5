"""Who is let in by the socket, as whom, and what a socket that is not let in is told."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.languages import INTERFACE, gettext, speaking
from kiosk.problems import REFUSALS
from tests.live.conftest import Listen
from tests.live.listeners import Refused, admit, operator_token
from tests.support.running import Running

Json = dict[str, Any]
TRANSPORTS = ("websocket", "polling")
WINDOWS = (("phone", "not_joined"), ("console", "operator_only"), ("wall", "wall_only"))

both_transports = pytest.mark.parametrize("transport", TRANSPORTS)


def code_of(listen: Listen, **given: Any) -> str:
    """The code with which a socket is refused."""
    with pytest.raises(Refused) as refused:
        listen(**given)
    code = refused.value.code
    assert isinstance(code, str)
    return code


@both_transports
def test_without_a_right_nobody_is_let_in(listen: Listen, transport: str) -> None:
    for window, code in WINDOWS:
        assert code_of(listen, token="nobody", window=window, transport=transport) == code
        assert code_of(listen, window=window, transport=transport) == code


def test_a_refusal_says_why_in_the_language_of_the_page(listen: Listen) -> None:
    for language in INTERFACE:
        with pytest.raises(Refused) as refused:
            listen(window="console", lang=language)
        with speaking(language):
            detail = gettext(REFUSALS["operator_only"].detail)
        assert refused.value.data["data"] == {"code": "operator_only", "detail": detail}


@both_transports
def test_a_phone_is_let_in_by_its_token_or_its_cookie(
    server: Running, listen: Listen, meeting: Json, transport: str
) -> None:
    (token,) = server.join(meeting["code"])
    for given in ({"token": token}, {"cookie": f"kiosk_device={token}"}, {"token": token, "origin": None}):
        state = listen(**given, transport=transport).wait_for("state")
        assert state["meeting"]["id"] == meeting["id"]
        assert state["mine"] == {}


@both_transports
def test_what_brings_no_origin_must_bring_a_token_and_no_cookie(
    server: Running, listen: Listen, meeting: Json, transport: str
) -> None:
    (token,) = server.join(meeting["code"])
    cookie = f"kiosk_device={token}"
    console, _ = admit(server, "console")
    assert code_of(listen, cookie=cookie, origin=None, transport=transport) == "foreign_origin"
    assert code_of(listen, cookie=cookie, token=token, origin=None, transport=transport) == "foreign_origin"
    assert code_of(listen, origin=None, transport=transport) == "foreign_origin"
    refused = code_of(listen, cookie=console, origin=None, window="console", transport=transport)
    assert refused == "foreign_origin"


@both_transports
def test_another_page_is_not_let_in(server: Running, listen: Listen, meeting: Json, transport: str) -> None:
    (token,) = server.join(meeting["code"])
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        with pytest.raises(Refused):
            listen(token=token, origin=origin, transport=transport)
        with pytest.raises(Refused):
            listen(cookie=f"kiosk_device={token}", origin=origin, transport=transport)


def test_the_server_decides_who_somebody_is(server: Running, listen: Listen, meeting: Json) -> None:
    """A key opens its own window and no other; the operator's token and a console open the wall, too."""
    (device,) = server.join(meeting["code"])
    console, _ = admit(server, "console")
    wall, _ = admit(server, "wall")
    operator = operator_token(server)
    keys: dict[str, dict[str, Any]] = {
        "phone": {"token": device},
        "wall": {"cookie": wall},
        "console": {"cookie": console},
        "operator": {"token": operator},
        "wall as token": {"token": wall.partition("=")[2]},
        "console as token": {"token": console.partition("=")[2]},
    }
    opens = {
        "phone": {"phone"},
        "wall": {"wall"},
        "console": {"console", "wall"},
        "operator": {"console", "wall"},
        "wall as token": {"wall"},
        "console as token": {"console", "wall"},
    }
    for name, key in keys.items():
        for window, code in WINDOWS:
            if window in opens[name]:
                assert listen(**key, window=window).wait_for("state"), (name, window)
            else:
                assert code_of(listen, **key, window=window) == code, (name, window)


def test_what_a_page_says_of_itself_may_be_nonsense(server: Running, listen: Listen, meeting: Json) -> None:
    (token,) = server.join(meeting["code"])
    odd: tuple[dict[str, Any], ...] = (
        {"window": 7},
        {"window": ["console"]},
        {"lang": ["sv"]},
        {"meeting": {}},
        {"x": None},
    )
    for said in odd:
        assert listen(token=token, **said).wait_for("state")["meeting"]["id"] == meeting["id"]
    operator = operator_token(server)
    for name in ("nobody", "\x00", "\ud83d", "x" * 3_000):
        assert code_of(listen, token=operator, window="console", meeting=name) == "no_such_meeting"
    assert listen(token=operator, window="console", meeting=7).wait_for("state")


def test_after_the_end_a_phone_still_hears_that_it_is_over(
    server: Running, listen: Listen, meeting: Json
) -> None:
    (token,) = server.join(meeting["code"])
    server.did("POST", f"/api/v1/meetings/{meeting['id']}/end", {})
    assert listen(token=token).wait_for("state")["meeting"]["status"] == "ended"
    server.did("POST", f"/api/v1/meetings/{meeting['id']}/seal", {})
    assert code_of(listen, token=token) == "not_joined"


# ── Leaving against one's will ───────────────────────────────────────────────────────────────────────


def test_a_revoked_session_is_cut_at_once(server: Running, listen: Listen, meeting: Json) -> None:
    console, console_id = admit(server, "console")
    wall, wall_id = admit(server, "wall")
    listeners = [
        listen(cookie=console, window="console", meeting=meeting["id"]),
        listen(cookie=console, window="wall"),
        listen(cookie=wall, window="wall"),
    ]
    for listener in listeners:
        listener.wait_for("state")
    for session in (console_id, wall_id):
        server.did("POST", f"/api/v1/sessions/{session}/revoke", {})
    for listener in listeners:
        listener.wait_for("disconnect")
    assert code_of(listen, cookie=console, window="console") == "operator_only"
    assert code_of(listen, cookie=wall, window="wall") == "wall_only"


def test_others_are_not_cut_with_it(server: Running, listen: Listen, meeting: Json) -> None:
    _, revoked = admit(server, "console")
    stays, _ = admit(server, "console")
    (token,) = server.join(meeting["code"])
    console, phone = listen(cookie=stays, window="console", meeting=meeting["id"]), listen(token=token)
    server.did("POST", f"/api/v1/sessions/{revoked}/revoke", {})
    went = server.did("POST", f"/api/v1/meetings/{meeting['id']}/stage", {"item": "ask-drink"})["version"]
    for listener in (console, phone):
        listener.wait_for("state", lambda state: state["version"] == went)
        assert "disconnect" not in listener.names()
