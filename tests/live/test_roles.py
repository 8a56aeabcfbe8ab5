"""Every socket event for every role, by the same table as the routes: `tests/http/classes.py`."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.http.classes import ROLES, UP, WINDOWS, Role
from tests.live.conftest import Listen
from tests.live.listeners import Refused, admit, operator_token
from tests.support.running import Running

Json = dict[str, Any]
REFUSED_AS = {"phone": "not_joined", "console": "operator_only", "wall": "wall_only"}
SOON = 1.0


@pytest.fixture
def keys(server: Running, meeting: Json) -> dict[Role, Json]:
    """What somebody of each role shows at the door."""
    console, _ = admit(server, "console")
    wall, _ = admit(server, "wall")
    revoked, revoked_id = admit(server, "console")
    server.did("POST", f"/api/v1/sessions/{revoked_id}/revoke", {})
    return {
        "nobody": {},
        "phone": {"token": server.join(meeting["code"])[0]},
        "wall": {"cookie": wall},
        "console": {"cookie": console},
        "operator": {"token": operator_token(server)},
        "revoked": {"cookie": revoked},
    }


def test_every_window_for_every_role(listen: Listen, keys: dict[Role, Json]) -> None:
    for role in ROLES:
        for window, who in WINDOWS.items():
            if role in who:
                assert listen(**keys[role], window=window).wait_for("state"), (role, window)
                continue
            with pytest.raises(Refused) as refused:
                listen(**keys[role], window=window)
            assert refused.value.code == REFUSED_AS[window], (role, window)


def test_every_event_for_every_role(
    server: Running, listen: Listen, meeting: Json, keys: dict[Role, Json]
) -> None:
    opened = server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": "drink"})
    for role in ROLES:
        for window, who in WINDOWS.items():
            if role not in who:
                continue
            listener = listen(**keys[role], window=window)
            said = listener.cast(opened["id"], {"options": ["a"]})
            if role in UP["ballot"] and window == "phone":
                assert said == {"status": "counted"}
            else:
                assert (said["status"], said["code"]) == ("refused", "not_joined"), (role, window)
    assert server.did("GET", f"/api/v1/rounds/{opened['id']}/tally")["answered"] == 1


def test_who_logs_out_hears_nothing_more_within_a_second(
    server: Running, listen: Listen, meeting: Json
) -> None:
    cookie, session = admit(server, "console")
    console = listen(cookie=cookie, window="console", meeting=meeting["id"])
    console.wait_for("state")
    began = time.monotonic()
    server.did("POST", f"/api/v1/sessions/{session}/revoke", {})
    console.wait_for("disconnect")
    assert time.monotonic() - began < SOON
    heard = len(console.heard)
    server.did("POST", f"/api/v1/meetings/{meeting['id']}/stage", {"item": "ask-drink"})
    assert len(console.heard) == heard
