"""The contract, call by call: who may rely on what."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk import documents
from kiosk.app import Kiosk
from kiosk.languages import INTERFACE, gettext, speaking
from kiosk.limits import BALLOTS_AT_ONCE, BALLOTS_PER_SECOND
from kiosk.problems import REFUSALS
from tests.http.calls import ask, ballot, begun, cast_, cast_by, close, refused, said, tally
from tests.support import meetings
from tests.support.browsers import Browser
from tests.support.clock import StillClock

DRINK = meetings.single("drink")
TRUST = meetings.degree("trust", dont_know=True)
WISH = meetings.words("wish")
AGE = meetings.about_you("age")


# ── Joining ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["MEET", "meet", " mEEt "])
def test_join_takes_the_code_in_any_case(client: Browser, code: str) -> None:
    begun(client, DRINK)
    reply = client.post("/api/v1/join", json={"code": code})
    joined = said(reply, 200)
    assert joined["state"]["meeting"]["code"] == "MEET"
    assert client.cookie("phone") == joined["device"]


def test_the_device_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Browser) -> None:
    begun(client, DRINK)
    (cookie,) = client.post("/api/v1/join", json={"code": "MEET"}).headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_device_that_joins_again_stays_who_it_is(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    phone = client.phone()
    cast_(phone, round_id, {"options": ["a"]})
    again = said(phone.post("/api/v1/join", json={"code": "MEET"}), 200)
    assert again["device"] == phone.device
    assert again["state"]["mine"] == {round_id: {"answer": {"options": ["a"]}, "status": "counted"}}


def test_the_token_of_joining_is_as_good_as_the_cookie(client: Browser) -> None:
    begun(client, DRINK)
    token = client.phone().device
    assert said(Browser(client.kiosk, client.data, token=token).get("/api/v1/state"), 200)["mine"] == {}


def test_join_refuses_unknown_codes_and_meetings_that_are_over(client: Browser) -> None:
    operator = begun(client, DRINK)
    refused(client.post("/api/v1/join", json={"code": "NOPE"}), 404, "no_such_code")
    said(operator.post("/api/v1/meetings/m1/end", json={}), 200)
    refused(client.post("/api/v1/join", json={"code": "MEET"}), 410, "meeting_over")


def test_only_an_operator_makes_tablets_and_rehearsals(client: Browser) -> None:
    begun(client, DRINK)
    phone = client.phone()
    for more in ({"rehearsal": True}, {"channel": "tablet"}):
        refused(client.post("/api/v1/join", json={"code": "MEET", **more}), 401, "operator_only")
        refused(phone.post("/api/v1/join", json={"code": "MEET", **more}), 401, "operator_only")
        said(client.operator().post("/api/v1/join", json={"code": "MEET", **more}), 200)


def test_each_operator_join_is_somebody_else(client: Browser) -> None:
    operator = begun(client, DRINK)
    message = {"code": "MEET", "rehearsal": True}
    devices = {said(operator.post("/api/v1/join", json=message), 200)["device"] for _ in range(3)}
    assert len(devices) == 3


def test_a_tablet_answers_for_one_after_the_other(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    tablet = client.tablet()
    cast_(tablet, round_id, {"options": ["a"]})
    assert said(tablet.post("/api/v1/respondents"), 201)["state"]["mine"] == {}
    cast_(tablet, round_id, {"options": ["b"]})
    assert tally(operator, round_id)["answered"] == 2
    refused(client.phone().post("/api/v1/respondents"), 403, "not_a_tablet")
    refused(client.post("/api/v1/respondents"), 401, "not_joined")


# ── The state ────────────────────────────────────────────────────────────────────────────────────────


def test_state_has_everything_and_what_is_mine(client: Browser) -> None:
    operator = begun(client, DRINK, AGE)
    round_id = ask(operator, "drink")
    phone = client.phone()
    cast_(phone, round_id, {"options": ["b"]})
    state = said(phone.get("/api/v1/state"), 200)
    assert state["version"] == said(operator.get("/api/v1/meetings"), 200)[0]["version"]
    assert state["meeting"] == {"id": "m1", "code": "MEET", "title": "A small meeting", "status": "running"}
    assert [(entry["question"], entry["composition"]) for entry in state["rounds"]] == [
        ("age", True),
        ("drink", False),
    ]
    assert state["mine"] == {round_id: {"answer": {"options": ["b"]}, "status": "counted"}}


def test_state_is_in_the_language_that_is_asked_for(client: Browser) -> None:
    begun(client, meetings.yes_no("bus"))
    assert said(client.phone(language="sv-FI,sv;q=0.9").get("/api/v1/state"), 200)["lang"] == "sv"
    assert said(client.phone(language="sv").get("/api/v1/state?lang=fi"), 200)["lang"] == "fi"
    assert said(client.phone(language="xx").get("/api/v1/state"), 200)["lang"] == "en"


def test_state_that_has_not_changed_is_not_sent_again(client: Browser) -> None:
    operator = begun(client, DRINK)
    phone = client.phone()
    etag = phone.get("/api/v1/state").headers["ETag"]
    unchanged = phone.get("/api/v1/state", headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    ask(operator, "drink")
    assert phone.get("/api/v1/state", headers={"If-None-Match": etag}).status_code == 200


def test_switching_the_wall_alone_changes_nothing_on_phones(client: Browser) -> None:
    operator = begun(client, DRINK, AGE)
    phone = client.phone()
    before = said(phone.get("/api/v1/state"), 200)
    for wall in ("composition", "blank"):
        said(operator.post("/api/v1/meetings/m1/stage", json={"wall": wall}), 200)
        assert said(phone.get("/api/v1/state"), 200) == before


def test_state_needs_a_device(client: Browser) -> None:
    refused(client.get("/api/v1/state"), 401, "not_joined")
    refused(client.get("/api/v1/state", headers={"Authorization": "Bearer nobody"}), 401, "not_joined")


def test_each_act_that_all_hear_moves_the_version_by_one(client: Browser) -> None:
    operator = begun(client, DRINK, meetings.single("cake"))
    phone = client.phone()

    def version() -> int:
        return int(said(phone.get("/api/v1/state"), 200)["version"])

    round_id = ask(operator, "drink")
    acts: list[tuple[str, Any]] = [
        (f"/api/v1/rounds/{round_id}/close", {}),
        (f"/api/v1/rounds/{round_id}/reveal", {}),
        (f"/api/v1/rounds/{round_id}/hide", {}),
        ("/api/v1/meetings/m1/stage", {"item": "ask-drink"}),
        ("/api/v1/meetings/m1/skip", {"item": "ask-cake"}),
        ("/api/v1/meetings/m1/end", {}),
    ]
    for path, message in acts:
        before = version()
        standing = said(operator.post(path, json=message), 200)
        assert version() == standing["version"] == before + 1, path


def test_switching_the_wall_alone_is_not_news_for_phones(client: Browser) -> None:
    operator = begun(client, DRINK)
    before = said(operator.get("/api/v1/meetings"), 200)[0]["version"]
    standing = said(operator.post("/api/v1/meetings/m1/stage", json={"wall": "blank"}), 200)
    assert standing["version"] == before


# ── Ballots ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_ballot_is_counted_once_and_repeated_ever_after(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    phone = client.phone()
    first = ballot(round_id, {"options": ["a"]})
    assert said(phone.post("/api/v1/ballots", json=first), 201) == {"status": "counted"}
    assert said(phone.post("/api/v1/ballots", json=first), 200) == {"status": "repeated"}
    cast_(phone, round_id, {"options": ["b"]})
    assert said(phone.post("/api/v1/ballots", json=first), 200) == {"status": "repeated"}
    close(operator, round_id)
    assert said(phone.post("/api/v1/ballots", json=first), 200) == {"status": "repeated"}
    assert said(phone.get("/api/v1/state"), 200)["mine"][round_id]["answer"] == {"options": ["b"]}


def test_a_known_ballot_with_other_content_is_a_conflict(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    phone, other = client.phone(), client.phone()
    first = ballot(round_id, {"options": ["a"]})
    said(phone.post("/api/v1/ballots", json=first), 201)
    changed = {**first, "answer": {"options": ["b"]}}
    refused(phone.post("/api/v1/ballots", json=changed), 409, "ballot_conflict")
    refused(other.post("/api/v1/ballots", json=first), 409, "ballot_conflict")
    assert tally(operator, round_id)["answered"] == 1


def test_a_late_ballot_is_told_so(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    phone = client.phone()
    close(operator, round_id)
    refused(phone.post("/api/v1/ballots", json=ballot(round_id, {"options": ["a"]})), 409, "not_open")


def test_cia_from_another_meeting_is_refused(client: Browser) -> None:
    operator = begun(client, DRINK)
    begun(client, meetings.single("tea"), id="m2", code="ELSE")
    round_id = ask(operator, "drink")
    cia = client.phone("ELSE")
    refused(cia.post("/api/v1/ballots", json=ballot(round_id, {"options": ["a"]})), 404, "no_such_round")
    assert "drink" not in cia.get("/api/v1/state").text
    assert tally(operator, round_id)["answered"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"options": ["zzz"]},
        {"options": ["a", "b"]},
        {"options": []},
        {"value": 1},
        {"abstain": False},
        {"abstain": True, "options": ["a"]},
        {},
        None,
        "a",
    ],
)
def test_an_answer_that_does_not_fit_is_told_why(client: Browser, answer: Any) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    problem = refused(client.phone().post("/api/v1/ballots", json=ballot(round_id, answer)), 422, "answer")
    assert problem["details"]["reason"]
    assert tally(operator, round_id)["answered"] == 0


def test_abstaining_and_not_knowing_are_answers(client: Browser) -> None:
    operator = begun(client, TRUST)
    round_id = ask(operator, "trust")
    cast_(client.phone(), round_id, {"abstain": True})
    cast_(client.phone(), round_id, {"dont_know": True})
    cast_by(client, 5, round_id, {"value": 5})
    close(operator, round_id)
    shown = tally(operator, round_id)
    assert (shown["answered"], shown["valid"], shown["abstained"], shown["dont_know"]) == (7, 5, 1, 1)


def test_who_answers_too_fast_waits_and_nobody_else_does(client: Browser, clock: StillClock) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    phone, other = client.phone(), client.phone()
    for _ in range(BALLOTS_AT_ONCE):
        cast_(phone, round_id, {"options": ["a"]})
    refused(phone.post("/api/v1/ballots", json=ballot(round_id, {"options": ["b"]})), 429, "too_fast")
    cast_(other, round_id, {"options": ["b"]})
    clock.step(1)
    for _ in range(BALLOTS_PER_SECOND):
        cast_(phone, round_id, {"options": ["c"]})
    refused(phone.post("/api/v1/ballots", json=ballot(round_id, {"options": ["b"]})), 429, "too_fast")
    assert tally(operator, round_id)["answered"] == 2


# ── Meetings ─────────────────────────────────────────────────────────────────────────────────────────


def test_import_is_new_then_known_then_refused(client: Browser) -> None:
    operator = client.operator()
    document = meetings.meeting(DRINK)
    assert said(operator.post("/api/v1/meetings", json=document), 201) == {"id": "m1", "code": "MEET"}
    assert said(operator.post("/api/v1/meetings", json=document), 200) == {"id": "m1", "code": "MEET"}
    other = meetings.meeting(meetings.single("cake"))
    refused(operator.post("/api/v1/meetings", json=other), 409, "meeting_differs")
    elsewhere = meetings.meeting(DRINK, id="m2")
    refused(operator.post("/api/v1/meetings", json=elsewhere), 409, "code_taken")
    assert [entry["id"] for entry in said(operator.get("/api/v1/meetings"), 200)] == ["m1"]


def test_what_is_exported_can_be_imported(client: Browser) -> None:
    operator = client.operator()
    said(operator.post("/api/v1/meetings", json=documents.sample()), 201)
    exported = said(operator.get("/api/v1/meetings/sample-2030-dialogue"), 200)
    assert (exported.pop("id"), exported.pop("code")) == ("sample-2030-dialogue", "MYRAN")
    assert exported == documents.sample()
    said(operator.post("/api/v1/meetings", json=exported), 200)
    said(operator.post("/api/v1/meetings", json={"id": "x", "code": "y", **exported}), 200)


def test_a_document_without_a_code_is_given_one(client: Browser) -> None:
    code = said(client.operator().post("/api/v1/meetings", json=meetings.meeting(DRINK, code=None)), 201)[
        "code"
    ]
    assert len(code) == documents.CODE_LENGTH
    assert set(code) <= set(documents.CODE_ALPHABET)
    assert said(client.operator().post("/api/v1/meetings", json=meetings.meeting(DRINK, code=None)), 200)


def test_unknown_keys_of_a_document_are_kept(client: Browser) -> None:
    document = meetings.meeting({**DRINK, "note": {"by": "us"}}, colour="green")
    document["later"] = [1, 2.5, None, "ÅÄÖ 👋"]
    said(client.operator().post("/api/v1/meetings", json=document), 201)
    exported = said(client.operator().get("/api/v1/meetings/m1"), 200)
    assert {name: exported[name] for name in document} == document


@pytest.mark.parametrize("code", sorted(documents.RESERVED - {"DISPLAY", "PRIVACY", "API"}))
def test_words_that_addresses_begin_with_are_no_codes(client: Browser, code: str) -> None:
    document = meetings.meeting(DRINK, code=code)
    refused(client.operator().post("/api/v1/meetings", json=document), 422, "code_invalid")


def test_no_address_hides_behind_a_code(kiosk: Kiosk) -> None:
    """Whatever is four to six letters long at the start of an address is reserved."""
    first_words = {rule.rule.split("/")[1].upper() for rule in kiosk.app.url_map.iter_rules()}
    like_codes = {word for word in first_words | {"STATIC"} if word.isalnum() and 4 <= len(word) <= 6}
    assert like_codes
    assert like_codes <= documents.RESERVED


def test_duplicate_makes_a_new_meeting_with_the_same_questions(client: Browser) -> None:
    operator = begun(client, DRINK)
    copy = said(operator.post("/api/v1/meetings/m1/duplicate", json={"title": "Again", "code": "next"}), 201)
    assert copy["code"] == "NEXT"
    document = said(operator.get(f"/api/v1/meetings/{copy['id']}"), 200)
    assert document["meeting"]["title"] == "Again"
    assert document["questions"] == [DRINK]
    other = said(operator.post("/api/v1/meetings/m1/duplicate", json={}), 201)
    assert other["id"] != copy["id"]
    assert other["code"] not in ("MEET", "NEXT")
    refused(operator.post("/api/v1/meetings/m1/duplicate", json={"code": "next"}), 409, "code_taken")
    refused(operator.post("/api/v1/meetings/m1/duplicate", json={"code": "static"}), 422, "code_invalid")
    refused(operator.post("/api/v1/meetings/m1/duplicate", json={"code": "no good"}), 422, "code_invalid")
    refused(operator.post("/api/v1/meetings/m1/duplicate", json={"date": "soon"}), 422, "document")
    refused(operator.post("/api/v1/meetings/none/duplicate", json={}), 404, "no_such_meeting")


def test_a_meeting_goes_one_way(client: Browser) -> None:
    operator = client.operator()
    said(operator.post("/api/v1/meetings", json=meetings.meeting(DRINK)), 201)
    refused(operator.post("/api/v1/meetings/m1/end", json={}), 409, "not_started")
    refused(operator.post("/api/v1/meetings/m1/rounds", json={"question": "drink"}), 409, "not_started")
    refused(operator.post("/api/v1/meetings/m1/seal", json={}), 409, "not_ended")
    for verb, status in (("start", "running"), ("end", "ended"), ("seal", "sealed")):
        standing = said(operator.post(f"/api/v1/meetings/m1/{verb}", json={}), 200)
        assert standing["status"] == status
        assert said(operator.post(f"/api/v1/meetings/m1/{verb}", json={}), 200) == standing
    refused(operator.post("/api/v1/meetings/m1/start", json={}), 409, "not_running")
    refused(operator.post("/api/v1/meetings/m1/rounds", json={"question": "drink"}), 409, "not_running")


def test_a_stale_act_is_refused(client: Browser) -> None:
    operator = begun(client, DRINK)
    seen = said(operator.get("/api/v1/meetings"), 200)[0]["version"]
    said(operator.post("/api/v1/meetings/m1/rounds", json={"question": "drink", "version": seen}), 201)
    again = operator.post("/api/v1/meetings/m1/stage", json={"item": "ask-drink", "version": seen})
    refused(again, 409, "stale")


# ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_round_is_opened_closed_revealed_hidden(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    refused(operator.post("/api/v1/meetings/m1/rounds", json={"question": "drink"}), 409, "already_open")
    refused(operator.post(f"/api/v1/rounds/{round_id}/reveal", json={}), 409, "still_open")
    for verb, status in (
        ("close", "closed"),
        ("reveal", "revealed"),
        ("hide", "closed"),
        ("reveal", "revealed"),
    ):
        standing = said(operator.post(f"/api/v1/rounds/{round_id}/{verb}", json={}), 200)
        assert standing["status"] == status
        assert said(operator.post(f"/api/v1/rounds/{round_id}/{verb}", json={}), 200) == standing
    assert ask(operator, "drink") != round_id


def test_composition_rounds_are_the_servers_own(client: Browser) -> None:
    operator = begun(client, AGE, DRINK)
    phone = client.phone()
    (age,) = said(phone.get("/api/v1/state"), 200)["rounds"]
    refused(operator.post("/api/v1/meetings/m1/rounds", json={"question": "age"}), 409, "asked_by_server")
    for verb in ("close", "reveal", "hide"):
        refused(operator.post(f"/api/v1/rounds/{age['id']}/{verb}", json={}), 409, "asked_by_server")
    cast_(phone, age["id"], {"options": ["a"]})
    said(operator.post("/api/v1/meetings/m1/end", json={}), 200)
    late = client.kiosk.room.round(age["id"])
    assert late.status == "closed"


def test_an_open_tally_says_how_many_and_no_more(client: Browser) -> None:
    operator = begun(client, DRINK)
    round_id = ask(operator, "drink")
    cast_by(client, 12, round_id, {"options": ["a"]})
    assert tally(operator, round_id) == {
        "round": round_id,
        "answered": 12,
        "connected": 12,
        "counts": None,
        "withheld": "open",
    }


@pytest.mark.parametrize(
    ("votes", "sensitive", "withheld", "counts", "percents"),
    [
        (4, False, "too_few", None, None),
        (5, False, None, {"a": 5, "b": 0, "c": 0}, None),
        (9, True, "too_few", None, None),
        (10, True, None, {"a": 10, "b": 0, "c": 0}, {"a": 100, "b": 0, "c": 0}),
        (10, False, None, {"a": 10, "b": 0, "c": 0}, {"a": 100, "b": 0, "c": 0}),
    ],
)
def test_a_closed_tally_shows_what_may_be_shown(
    client: Browser, votes: int, sensitive: bool, withheld: str | None, counts: Any, percents: Any
) -> None:
    operator = begun(client, meetings.single("drink", sensitive=sensitive))
    round_id = ask(operator, "drink")
    cast_by(client, votes, round_id, {"options": ["a"]})
    cast_(client.phone(), round_id, {"abstain": True})
    close(operator, round_id)
    shown = tally(operator, round_id)
    assert (shown["answered"], shown["valid"], shown["abstained"]) == (votes + 1, votes, 1)
    assert shown["connected"] == votes + 1
    assert (shown["withheld"], shown["counts"], shown["percents"]) == (withheld, counts, percents)


def test_texts_are_read_before_they_are_shown(client: Browser) -> None:
    operator = begun(client, WISH)
    round_id = ask(operator, "wish")
    url = f"/api/v1/rounds/{round_id}/texts"
    for number in range(5):
        cast_(client.phone(), round_id, {"text": f"wish {number}"})
    refused(operator.get(url), 409, "still_open")
    close(operator, round_id)
    waiting = said(operator.get(url), 200)["texts"]
    assert sorted(entry["text"] for entry in waiting) == [f"wish {number}" for number in range(5)]
    assert tally(operator, round_id)["texts"] == []
    first, second = waiting[0], waiting[1]
    reviewed = said(operator.post(url, json={"approve": [first["id"]], "hide": [second["id"]]}), 200)["texts"]
    assert {entry["id"]: entry["status"] for entry in reviewed}[second["id"]] == "hidden"
    assert tally(operator, round_id)["texts"] == [first["text"]]
    said(operator.post(url, json={"approve": "all"}), 200)
    assert second["text"] not in tally(operator, round_id)["texts"]
    assert len(tally(operator, round_id)["texts"]) == 4
    refused(operator.post(url, json={"approve": ["nope"]}), 404, "no_such_text")


def test_four_texts_are_too_few_even_to_read(client: Browser) -> None:
    operator = begun(client, WISH)
    round_id = ask(operator, "wish")
    cast_by(client, 4, round_id, {"text": "the same"})
    close(operator, round_id)
    assert said(operator.get(f"/api/v1/rounds/{round_id}/texts"), 200) == {"texts": []}


def test_going_skipping_and_the_wall(client: Browser) -> None:
    operator = begun(client, DRINK, meetings.single("cake"))
    said(operator.post("/api/v1/meetings/m1/stage", json={"item": "ask-drink"}), 200)
    refused(operator.post("/api/v1/meetings/m1/stage", json={"item": "nope"}), 404, "no_such_item")
    refused(operator.post("/api/v1/meetings/m1/stage", json={}), 422, "malformed")
    refused(operator.post("/api/v1/meetings/m1/stage", json={"wall": "party"}), 422, "malformed")
    round_id = ask(operator, "drink")
    refused(operator.post("/api/v1/meetings/m1/skip", json={"item": "ask-drink"}), 409, "still_open")
    close(operator, round_id)
    said(operator.post("/api/v1/meetings/m1/skip", json={"item": "ask-drink"}), 200)
    stage = client.kiosk.room.stage("m1")
    assert stage.skipped == {"ask-drink"}
    assert stage.item is not None
    assert stage.item.id == "ask-cake"


def test_discarding_the_rehearsal(client: Browser) -> None:
    operator = begun(client, DRINK)
    actor = client.rehearsing()
    round_id = ask(operator, "drink")
    cast_(actor, round_id, {"options": ["a"]})
    said(operator.post("/api/v1/meetings/m1/rehearsal/discard", json={}), 200)
    refused(actor.get("/api/v1/state"), 401, "not_joined")
    refused(operator.get(f"/api/v1/rounds/{round_id}/tally"), 404, "no_such_round")
    said(operator.post("/api/v1/meetings/m1/start", json={}), 200)
    actor = client.rehearsing()
    round_id = ask(operator, "drink")
    cast_(actor, round_id, {"options": ["a"]})
    cast_by(client, 5, round_id, {"options": ["b"]})
    close(operator, round_id)
    discard = operator.post("/api/v1/meetings/m1/rehearsal/discard", json={})
    refused(discard, 409, "rehearsal_counted")


# ── Getting in ───────────────────────────────────────────────────────────────────────────────────────


def test_a_pairing_lets_one_browser_in_once(client: Browser) -> None:
    operator = client.operator()
    for role, page in (("console", "/facilitator"), ("wall", "/display")):
        pairing = said(operator.post("/api/v1/pairings", json={"role": role}), 201)
        address, _, ticket = pairing["url"].partition("#")
        assert address == f"http://192.0.2.10:8080{page}"
        assert pairing["local_url"] == f"{page}#{ticket}"
        assert pairing["qr"].startswith("<svg")
        browser = client.anyone()
        assert said(browser.post("/api/v1/sessions", json={"ticket": ticket}), 201) == {
            "role": role,
            "next": page,
        }
        assert browser.cookie(role)
        refused(client.anyone().post("/api/v1/sessions", json={"ticket": ticket}), 401, "ticket_used")


def test_a_pairing_is_worth_ten_minutes(client: Browser, clock: StillClock) -> None:
    pairing = said(client.operator().post("/api/v1/pairings", json={"role": "wall"}), 201)
    clock.step(601)
    ticket = pairing["url"].partition("#")[2]
    refused(client.post("/api/v1/sessions", json={"ticket": ticket}), 401, "ticket_used")


def test_sessions_are_listed_revoked_and_ended(client: Browser) -> None:
    console, wall = client.console(), client.wall()
    sessions = said(console.get("/api/v1/sessions"), 200)["sessions"]
    assert sorted((entry["role"], entry["own"]) for entry in sessions) == [("console", True), ("wall", False)]
    (of_wall,) = [entry["id"] for entry in sessions if entry["role"] == "wall"]
    said(console.post(f"/api/v1/sessions/{of_wall}/revoke", json={}), 200)
    assert wall.get("/display").status_code == 401
    said(console.post("/api/v1/sessions/end", json={}), 200)
    refused(console.get("/api/v1/sessions"), 401, "operator_only")


def test_wifi_is_set_and_removed(client: Browser) -> None:
    operator = client.operator()
    said(operator.put("/api/v1/wifi", json={"ssid": "village-hall", "password": "welcome-in"}), 200)
    wifi = client.kiosk.room.wifi()
    assert wifi is not None
    assert wifi.ssid == "village-hall"
    refused(operator.put("/api/v1/wifi", json={"ssid": "a" * 33, "password": ""}), 422, "wifi_invalid")
    refused(operator.put("/api/v1/wifi", json={"ssid": "hall", "password": "short"}), 422, "wifi_invalid")
    said(operator.put("/api/v1/wifi", json={"ssid": ""}), 200)
    assert client.kiosk.room.wifi() is None


def test_health(client: Browser) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")


def test_refusals_speak_the_language_of_the_request(client: Browser) -> None:
    for language in INTERFACE:
        problem = refused(
            client.get("/api/v1/state", headers={"Accept-Language": language}), 401, "not_joined"
        )
        with speaking(language):
            assert problem["detail"] == gettext(REFUSALS["not_joined"].detail)


def test_unknown_addresses_and_methods(client: Browser) -> None:
    refused(client.get("/api/v1/nothing"), 404, "not_found")
    reply = client.delete("/api/v1/meetings")
    refused(reply, 405, "method_not_allowed")
    assert "POST" in reply.headers["Allow"]
