"""Populations, comparisons and what is taken home of them, over HTTP."""

from __future__ import annotations

import csv
import io
import secrets
from typing import Any

import pytest

from tests.http.calls import ask, begun, close, refused, said
from tests.support import meetings
from tests.support.browsers import Browser
from tests.support.people import chosen, people, vote_all

HEAD = "variable;category;count;source;date;age_base"
TABLE = f"{HEAD}\nage;a;500;Office;2025;all\nage;b;400;Office;2025;all\nage;c;100;Office;2025;all"
POPULATIONS = "/api/v1/dialogues/tests/populations"


@pytest.fixture
def operator(client: Browser) -> Browser:
    return begun(
        client,
        meetings.about_you("age", 3),
        meetings.yes_no("bridge", breakdown=["age"]),
        meetings.degree("trust", breakdown=["age"]),
        meetings.yes_no("again", pair_with="again"),
    )


def arrive(client: Browser) -> list[Any]:
    """Forty of an age, thirty-three of another, nobody of a third."""
    room = client.kiosk.room
    door = room.stage("m1").composition_rounds()[0].id
    everyone = people(room, 73)
    vote_all(room, everyone, door, [*[chosen("a")] * 40, *[chosen("b")] * 33])
    room.tell_news()
    return everyone


def answered(client: Browser, operator: Browser, question: str, yes: int) -> tuple[str, list[Any]]:
    """A closed and shown round in which the first so many say yes, and further on every third."""
    everyone = arrive(client)
    round_id = ask(operator, question)
    vote_all(client.kiosk.room, everyone, round_id, [says(n < yes or n % 3 == 0) for n in range(73)])
    close(operator, round_id)
    said(operator.post(f"/api/v1/rounds/{round_id}/reveal", json={}), 200)
    return round_id, everyone


def test_a_population_is_brought_in_mapped_chosen_and_removed(operator: Browser) -> None:
    first = said(operator.post(POPULATIONS, json={"name": "The town", "table": TABLE}), 201)
    assert first["chosen"] is True
    assert first["tables"][0]["categories"][0] == {"category": "a", "count": 500}
    second = said(operator.post(POPULATIONS, json={"name": {"en": "Village"}, "table": TABLE}), 201)
    mapping = {"question": "age", "variable": "age", "categories": {"a": "a", "b": None, "c": "b"}}
    mapped = said(operator.post(f"/api/v1/populations/{first['id']}/mapping", json=mapping), 200)
    assert mapped["mapping"] == {"age": {"variable": "age", "categories": mapping["categories"]}}
    choice = operator.post("/api/v1/dialogues/tests/population", json={"population": second["id"]})
    assert [one["chosen"] for one in said(choice, 200)["populations"]] == [False, True]
    said(operator.post(f"/api/v1/populations/{first['id']}/remove", json={}), 200)
    assert [one["id"] for one in said(operator.get(POPULATIONS), 200)["populations"]] == [second["id"]]
    refused(operator.post(f"/api/v1/populations/{first['id']}/remove", json={}), 404, "no_such_population")


def test_a_refused_table_names_its_row(operator: Browser) -> None:
    wrong = {"name": "The town", "table": TABLE.replace(";400;", ";about 400;")}
    problem = refused(operator.post(POPULATIONS, json=wrong), 422, "population_row")
    assert problem["details"]["row"] == 3
    assert problem["detail"].startswith("Row 3 of the table: ")


@pytest.mark.parametrize(
    "message", [{}, {"name": "x"}, {"name": "x", "table": 3}, {"name": "x", "table": None}]
)
def test_a_message_that_is_none_is_refused(operator: Browser, message: dict[str, Any]) -> None:
    refused(operator.post(POPULATIONS, json=message), 422, "malformed")


def test_the_page_of_populations_shows_what_is_proposed_and_what_is_left(operator: Browser) -> None:
    table = f"{TABLE}\nage;unknown;7;Office;2025;all"
    said(operator.post(POPULATIONS, json={"name": "The town", "table": table}), 201)
    page = operator.console().get("/facilitator/meetings/m1/populations")
    assert page.status_code == 200
    assert "The town" in page.text
    assert "proposed" in page.text
    assert "1 category without an answer" in page.text
    assert operator.anyone().get("/facilitator/meetings/m1/populations").status_code == 302


def test_a_console_looks_before_the_hall_does(client: Browser, operator: Browser) -> None:
    round_id, _ = answered(client, operator, "bridge", 40)
    console = client.console()
    page = "/facilitator/meetings/m1"
    assert "Compare groups" in console.get(page).text
    assert "groups-table" not in console.get(page).text
    said(operator.post(f"/api/v1/rounds/{round_id}/compare", json={"detail": "by:age"}), 200)
    assert "groups-table" in console.get(page).text
    wall = client.wall()
    assert "groups-table" not in wall.get("/display").text
    said(operator.post(f"/api/v1/rounds/{round_id}/show", json={"detail": "by:age"}), 200)
    assert "groups-table" in wall.get("/display").text
    assert "Show the result again" in console.get(page).text
    phone = client.phone("MEET")
    assert 'data-groups="age"' in phone.get("/MEET").text
    refused(operator.post(f"/api/v1/rounds/{round_id}/compare", json={"detail": "by:x"}), 409, "not_declared")
    refused(operator.post(f"/api/v1/rounds/{round_id}/compare", json={"detail": "x"}), 422, "malformed")
    refused(operator.post(f"/api/v1/rounds/{round_id}/compare", json={}), 422, "malformed")


def test_a_difference_is_told_among_those_present(client: Browser, operator: Browser) -> None:
    round_id, _ = answered(client, operator, "bridge", 40)
    url = f"/facilitator/rounds/{round_id}/difference/age"
    assert "no test" in said(operator.get(url), 200)["words"], "nobody has looked yet"
    said(operator.post(f"/api/v1/rounds/{round_id}/compare", json={"detail": "by:age"}), 200)
    words = said(operator.get(url), 200)["words"]
    assert words.startswith("Among those present: the difference is larger")
    assert "73 participants (permutation test, p < 0.001, Holm-adjusted for 1 comparison)" in words


def test_a_change_is_told_in_a_word(client: Browser, operator: Browser) -> None:
    _, everyone = answered(client, operator, "again", 40)
    after = ask(operator, "again")
    vote_all(client.kiosk.room, everyone, after, [says(n < 12 or n > 48) for n in range(73)])
    close(operator, after)
    said(operator.post(f"/api/v1/rounds/{after}/compare", json={"detail": "change"}), 200)
    words = said(operator.get(f"/facilitator/rounds/{after}/moved"), 200)["words"]
    assert words.startswith(("The change could be chance", "The change is larger than chance"))
    text = client.console().get("/facilitator/meetings/m1").text
    assert "Compare with before" in text
    assert "Of the about 45 who changed, about 30 moved to “No”." in text


def test_comparisons_are_taken_home(client: Browser, operator: Browser) -> None:
    said(operator.post(POPULATIONS, json={"name": "The town", "table": TABLE}), 201)
    round_id, _ = answered(client, operator, "bridge", 20)
    said(operator.post(f"/api/v1/rounds/{round_id}/compare", json={"detail": "by:age"}), 200)
    groups = read(operator.get("/facilitator/meetings/m1/groups.csv").text)
    assert {row["By"] for row in groups} == {"Which age?"}
    composition = read(operator.get("/facilitator/meetings/m1/composition.csv").text)
    measured = {row["Group"]: row["Measured by the population"] for row in composition}
    assert measured["Answer A"] == "about as many"
    assert measured["Answer C"] == "nobody"
    assert all("The town" in row["Compared with"] for row in composition)
    changes = read(operator.get("/facilitator/meetings/m1/changes.csv").text)
    assert changes == []
    assert operator.get("/facilitator/meetings/m1/results.xlsx").data[:2] == b"PK"


def test_one_comparison_is_taken_home_as_picture_and_table(client: Browser, operator: Browser) -> None:
    round_id, _ = answered(client, operator, "bridge", 40)
    file = f"/facilitator/rounds/{round_id}/groups/age"
    console = client.console()
    assert operator.get(f"{file}.svg").status_code == 409, "nobody has looked at it"
    assert f"{file}.svg" not in console.get("/facilitator/meetings/m1").text
    said(operator.post(f"/api/v1/rounds/{round_id}/compare", json={"detail": "by:age"}), 200)
    assert f"{file}.svg" in console.get("/facilitator/meetings/m1").text
    picture = operator.get(f"{file}.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "73 participants (permutation test, p &lt; 0.001" in picture.text, "L3"
    assert "Answers from the 73 who voted here" in picture.text, "L1"
    assert {row["By"] for row in read(operator.get(f"{file}.csv").text)} == {"Which age?"}
    assert operator.get(f"/facilitator/rounds/{round_id}/change.png").status_code == 409, "not one of a pair"
    room = "/facilitator/meetings/m1/composition/age"
    assert operator.get(f"{room}.png").data[:4] == b"\x89PNG"
    assert [row["The room"] for row in read(operator.get(f"{room}.csv").text)] == ["55%", "45%", "0%"]
    assert operator.get("/facilitator/meetings/m1/composition/bridge.csv").status_code == 404


def test_papers_wait_kindly(client: Browser, operator: Browser) -> None:
    round_id, _ = answered(client, operator, "bridge", 40)
    papers = [{"id": secrets.token_hex(8), "answer": {"options": ["yes"]}} for _ in range(6)]
    url = f"/api/v1/rounds/{round_id}/supplement"
    assert said(operator.post(url, json={"ballots": papers}), 200) == {"counted": 0, "waiting": 6}
    page = client.console().get("/facilitator/meetings/m1").text
    assert "6 paper ballots wait. They count when there are 10 and they differ" in page


def says(yes: bool) -> dict[str, Any]:
    return dict(chosen("yes" if yes else "no"))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
