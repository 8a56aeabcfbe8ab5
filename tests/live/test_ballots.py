"""Ballots over the socket: what is acknowledged, what is refused, and that nonsense stores nothing."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.live.conftest import Listen
from tests.live.listeners import Refused, operator_token
from tests.support.answers import RIGHT_TO_LEFT, ZALGO
from tests.support.running import Running

Json = dict[str, Any]


def open_round(server: Running, meeting: Json, question: str = "drink") -> str:
    return str(server.did("POST", f"/api/v1/meetings/{meeting['id']}/rounds", {"question": question})["id"])


def answered(server: Running, round_id: str) -> int:
    return int(server.did("GET", f"/api/v1/rounds/{round_id}/tally")["answered"])


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_counted_repeated_refused(server: Running, listen: Listen, meeting: Json, transport: str) -> None:
    round_id = open_round(server, meeting)
    phone = listen(token=server.join(meeting["code"])[0], transport=transport)
    ballot_id = secrets.token_hex(8)
    assert phone.cast(round_id, {"options": ["a"]}, ballot_id) == {"status": "counted"}
    assert phone.cast(round_id, {"options": ["a"]}, ballot_id) == {"status": "repeated"}
    assert phone.cast(round_id, {"options": ["b"]}, ballot_id)["code"] == "ballot_conflict"
    assert phone.cast(round_id, {"options": ["b"]}) == {"status": "counted"}
    assert phone.cast(round_id, {"options": ["a"]}, ballot_id) == {"status": "repeated"}
    server.did("POST", f"/api/v1/rounds/{round_id}/close", {})
    assert phone.cast(round_id, {"options": ["a"]}, ballot_id) == {"status": "repeated"}
    late = phone.cast(round_id, {"options": ["c"]})
    assert (late["status"], late["code"]) == ("refused", "not_open")
    assert late["detail"]
    assert answered(server, round_id) == 1


def test_a_ballot_by_one_door_is_known_at_the_other(server: Running, listen: Listen, meeting: Json) -> None:
    round_id = open_round(server, meeting)
    (token,) = server.join(meeting["code"])
    ballot = {"id": secrets.token_hex(8), "round": round_id, "answer": {"options": ["a"]}}
    assert server.call("POST", "/api/v1/ballots", ballot, token=token)[0] == 201
    phone = listen(token=token)
    assert phone.say(ballot) == {"status": "repeated"}
    assert phone.wait_for("state")["mine"][round_id]["answer"] == {"options": ["a"]}


def test_cia_and_those_who_only_look_are_refused(
    server: Running, listen: Listen, other_meeting: Json, meeting: Json
) -> None:
    round_id = open_round(server, meeting)
    cia = listen(token=server.join(other_meeting["code"])[0])
    operator = operator_token(server)
    assert cia.cast(round_id, {"options": ["a"]})["code"] == "no_such_round"
    for window in ("console", "wall"):
        looking = listen(token=operator, window=window, meeting=meeting["id"])
        assert looking.cast(round_id, {"options": ["a"]})["code"] == "not_joined"
    assert answered(server, round_id) == 0


def test_nonsense_is_refused_and_not_stored(server: Running, listen: Listen, meeting: Json) -> None:
    round_id = open_round(server, meeting)
    good = {"id": "x" * 10, "round": round_id, "answer": {"options": ["a"]}}
    messages: list[tuple[Any, ...]] = [
        (),
        (None,),
        ("text",),
        (7,),
        ([good],),
        ({},),
        ({**good, "id": None},),
        ({**good, "id": "in two"},),
        ({**good, "id": "<script>alert(1)"},),
        ({**good, "id": RIGHT_TO_LEFT},),
        ({**good, "id": "x" * 65},),
        ({**good, "round": None},),
        ({**good, "round": "nobody"},),
        ({**good, "round": "\x00"},),
        ({**good, "round": "\ud83d"},),
        ({**good, "round": ["x"]},),
        ({**good, "answer": None},),
        ({**good, "answer": {}},),
        ({**good, "answer": {"options": ["👋"]}},),
        ({**good, "answer": {"options": [ZALGO]}},),
        ({**good, "answer": {"options": "a"}},),
        ({**good, "answer": {"value": 10**50}},),
        ({**good, "answer": {"text": "<b>"}},),
        ({**good, "answer": {"abstain": "yes"}},),
        ({**good, "answer": {"options": ["a"], "more": [[[[]]]]}},),
    ]
    tokens = server.join(meeting["code"], 2)
    phones = [listen(token=token) for token in tokens]
    for number, message in enumerate(messages):
        ack = phones[number % 2].say(*message)
        assert ack["status"] == "refused", message
        assert ack["code"] in ("malformed", "answer", "no_such_round"), message
    assert answered(server, round_id) == 0
    assert phones[0].cast(round_id, {"options": ["a"]}) == {"status": "counted"}


def test_texts_arrive_without_what_could_disturb_a_screen(
    server: Running, listen: Listen, meeting: Json
) -> None:
    round_id = open_round(server, meeting, "wish")
    (token,) = server.join(meeting["code"])
    phone = listen(token=token)
    for written, kept in (
        ("a\x00b\x07", "ab"),
        (f"{RIGHT_TO_LEFT}", "gnp.exe x"),
        ("👩‍👩‍👧 <b>", "👩‍👩‍👧 <b>"),
    ):
        assert phone.cast(round_id, {"text": written}) == {"status": "counted"}
        state = server.did("GET", "/api/v1/state", token=token)
        assert state["mine"][round_id]["answer"] == {"text": kept}
    assert phone.cast(round_id, {"text": "\u202e\x00"})["code"] == "answer"


def test_a_tablet_answers_for_whom_it_is_handed_to(server: Running, listen: Listen, meeting: Json) -> None:
    message = {"code": meeting["code"], "channel": "tablet"}
    token = server.did("POST", "/api/v1/join", message)["device"]
    round_id = open_round(server, meeting)
    first = listen(token=token)
    assert first.cast(round_id, {"options": ["a"]}) == {"status": "counted"}
    assert server.call("POST", "/api/v1/respondents", {}, token=token)[0] == 201
    first.wait_for("disconnect")
    second = listen(token=token)
    assert second.wait_for("state")["mine"] == {}
    assert second.cast(round_id, {"options": ["b"]}) == {"status": "counted"}
    assert answered(server, round_id) == 2


def test_discarded_participants_are_cut_and_not_let_in_again(
    server: Running, listen: Listen, meeting: Json
) -> None:
    message = {"code": meeting["code"], "rehearsal": True}
    token = server.did("POST", "/api/v1/join", message)["device"]
    actor = listen(token=token)
    round_id = open_round(server, meeting)
    assert actor.cast(round_id, {"options": ["a"]}) == {"status": "counted"}
    server.did("POST", f"/api/v1/meetings/{meeting['id']}/rehearsal/discard", {})
    actor.wait_for("disconnect")
    with pytest.raises(Refused) as refused:
        listen(token=token)
    assert refused.value.code == "not_joined"
