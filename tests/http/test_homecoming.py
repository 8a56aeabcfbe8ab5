"""The API and the page of what comes after a meeting: the seal looked at, the way home, deleting."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.calls import ask, begun, cast_, cast_by, close, refused, said
from tests.support import meetings as m
from tests.support.browsers import Browser
from tests.support.clock import StillClock
from tests.support.databases import migrated_file as migrated_file
from tests.support.offices import Office, an_office


@pytest.fixture
def office(migrated_file: Path, tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    path = tmp_path / "central.sqlite"
    shutil.copyfile(migrated_file, path)
    with an_office(f"sqlite:///{path}", tmp_path / "central", clock) as found:
        yield found


@pytest.fixture
def ended(client: Browser) -> Browser:
    """The operator of a meeting that has ended."""
    operator = begun(
        client,
        m.about_you("age"),
        m.single("drink", breakdown=["age"]),
        m.single("again", pair_with="drink"),
        m.words("wish"),
        date="2026-11-22",
    )
    drink = ask(operator, "drink")
    phones = cast_by(client, 12, drink, {"options": ["a"]})
    cast_(client.rehearsing(), drink, {"options": ["b"]})
    close(operator, drink)
    papers = [{"id": f"paper-{number:04}", "answer": {"options": ["a"]}} for number in range(3)]
    said(operator.post(f"/api/v1/rounds/{drink}/supplement", json={"ballots": papers}), 200)
    wish = ask(operator, "wish")
    for number, phone in enumerate(phones):
        cast_(phone, wish, {"text": f"Wish {number}"})
    close(operator, wish)
    texts = {
        one["text"]: one["id"] for one in said(operator.get(f"/api/v1/rounds/{wish}/texts"), 200)["texts"]
    }
    review = {"approve": [texts["Wish 1"], texts["Wish 2"]], "hide": [texts["Wish 3"]]}
    said(operator.post(f"/api/v1/rounds/{wish}/texts", json=review), 200)
    said(operator.post("/api/v1/meetings/m1/end", json={}), 200)
    return operator


@pytest.fixture
def sealed(ended: Browser) -> Browser:
    said(ended.post("/api/v1/meetings/m1/seal", json={}), 200)
    return ended


def way(operator: Browser) -> dict[str, object]:
    (found,) = said(operator.get("/api/v1/homecoming"), 200)["meetings"]
    return dict(found)


def test_the_seal_can_be_looked_at_before(ended: Browser) -> None:
    preview = said(ended.get("/api/v1/meetings/m1/seal"), 200)
    drink, wish = preview["questions"]
    assert (drink["answers"], drink["papers"], drink["breakdown"]) == (12, 3, ["age"])
    assert {name: wish[name] for name in ("answers", "approved", "unread", "hidden", "unreadable")} == {
        "answers": 12,
        "approved": 2,
        "unread": 9,
        "hidden": 1,
        "unreadable": 0,
    }
    assert (preview["answers"], preview["rehearsing"], preview["about_people"]) == (24, 1, 0)
    said(ended.post("/api/v1/meetings/m1/seal", json={}), 200)
    refused(ended.get("/api/v1/meetings/m1/seal"), 409, "sealed")


def test_texts_that_nobody_may_read_are_told_without_a_word_of_them(client: Browser) -> None:
    operator = begun(client, m.words("wish"))
    wish = ask(operator, "wish")
    cast_by(client, 3, wish, {"text": "Three of us"})
    close(operator, wish)
    refused(operator.get("/api/v1/meetings/m1/seal"), 409, "not_ended")
    said(operator.post("/api/v1/meetings/m1/end", json={}), 200)
    (question,) = said(operator.get("/api/v1/meetings/m1/seal"), 200)["questions"]
    assert (question["unreadable"], question["unread"], question["approved"]) == (3, 0, 0)


def test_the_console_shows_these_numbers_and_the_texts_for_a_last_look(
    ended: Browser, client: Browser
) -> None:
    page = client.console().get("/facilitator/meetings/m1").text
    for words in (
        "24 answers, each under a random number",
        "The 2 written answers that you have approved.",
        "10 written answers that you have not approved",
        "Nobody has looked at 9 of them yet.",
        "3 paper ballots that wait for more",
        "One practice phone",
        'href="#last-look"',
        "A last look at the written answers",
        "Wish 7",
    ):
        assert words in page, words


def test_the_way_home_over_the_network(sealed: Browser, client: Browser, office: Office) -> None:
    before = said(sealed.get("/api/v1/homecoming"), 200)
    assert before["central"] is None
    assert before["meetings"][0]["progress"]["state"] == "waiting"
    refused(sealed.post("/api/v1/meetings/m1/send", json={}), 409, "not_enrolled")
    wrong = {"url": office.url, "code": "ABCD"}
    refused(sealed.post("/api/v1/central", json=wrong), 403, "enrolment_code")
    refused(
        sealed.post("/api/v1/central", json={"url": "ftp://x", "code": office.code()}), 422, "central_address"
    )
    known = said(
        sealed.post("/api/v1/central", json={"url": office.url, "code": office.code(), "name": "Hall"}), 200
    )
    assert (known["name"], known["url"]) == ("The office", office.url)
    said(sealed.post("/api/v1/meetings/m1/send", json={}), 200)
    assert way(sealed)["sending"]
    client.kiosk.courier.send_what_is_due()
    progress = way(sealed)["progress"]
    assert isinstance(progress, dict)
    assert progress["state"] == "safe"
    parts, records = progress["parts"], progress["records"]
    assert progress["sentence"] == f"{parts} of {parts} parts, {records} of {records} records acknowledged"
    assert progress["receipt"]["received_at"] == "2026-11-24T18:00:00Z"
    page = client.console().get("/facilitator/home").text
    assert progress["sentence"] in page
    assert progress["receipt"]["id"] in page


def test_the_way_home_on_a_stick(sealed: Browser, office: Office) -> None:
    mine = said(sealed.get("/api/v1/homecoming"), 200)
    office.enrolled(_Site(mine["site"], mine["key"]))  # type: ignore[arg-type]
    said(sealed.post("/api/v1/central", json={"key": office.intake.key.public}), 200)
    reply = sealed.get("/api/v1/meetings/m1/bundle")
    assert reply.mimetype == "application/zip"
    assert '.bundle.zip"' in reply.headers["Content-Disposition"]
    receipt = json.loads(office.intake.import_file(reply.data).as_file())
    tampered = {**receipt, "receipt": receipt["receipt"].replace("m1", "m2")}
    refused(sealed.post("/api/v1/receipts", json=tampered), 422, "receipt")
    refused(sealed.post("/api/v1/receipts", json={}), 422, "receipt")
    assert said(sealed.post("/api/v1/receipts", json=receipt), 200)["meeting"] == "m1"
    said(sealed.post("/api/v1/meetings/m1/delete", json={"reference": "KS 2026/114"}), 200)
    (note,) = said(sealed.get("/api/v1/homecoming"), 200)["deleted"]
    assert (note["meeting"], note["reference"], note["why"]) == ("m1", "KS 2026/114", "")
    assert note["receipt"]


class _Site:
    """What an administrator knows of a laptop."""

    def __init__(self, name: str, public: str) -> None:
        self.id = name
        self.key = self
        self.public = public


def test_what_is_not_sealed_does_not_travel(ended: Browser) -> None:
    refused(ended.get("/api/v1/meetings/m1/bundle"), 409, "not_sealed")
    refused(ended.post("/api/v1/meetings/m1/send", json={}), 409, "not_sealed")
    assert way(ended)["progress"] is None


def test_deleting_needs_a_receipt_or_a_reason(sealed: Browser, client: Browser) -> None:
    refused(sealed.post("/api/v1/meetings/m1/delete", json={}), 409, "no_receipt")
    refused(sealed.post("/api/v1/meetings/m1/delete", json={"why": 3}), 422, "malformed")
    for _again in range(2):
        said(sealed.post("/api/v1/meetings/m1/delete", json={"why": "A trial <b>"}), 200)
    assert said(sealed.get("/api/v1/meetings"), 200) == []
    refused(sealed.get("/api/v1/meetings/m1"), 404, "no_such_meeting")
    assert "A trial &lt;b&gt;" in client.console().get("/facilitator/home").text


def test_a_day_that_has_passed_is_reminded_of(sealed: Browser, client: Browser, clock: StillClock) -> None:
    refused(sealed.put("/api/v1/meetings/m1/retention", json={}), 422, "malformed")
    refused(sealed.put("/api/v1/meetings/m1/retention", json={"keep_until": "x"}), 422, "not_a_date")
    said(sealed.put("/api/v1/meetings/m1/retention", json={"keep_until": "2026-11-25"}), 200)
    reminder = "was to be kept until"
    assert reminder not in client.console().get("/facilitator/meetings").text
    clock.step(3 * 86_400)
    assert way(sealed)["overdue"] is True
    assert reminder in client.console().get("/facilitator/meetings").text
    assert reminder in client.console().get("/facilitator/home").text
    said(sealed.put("/api/v1/meetings/m1/retention", json={"keep_until": None}), 200)
    assert reminder not in client.console().get("/facilitator/meetings").text
