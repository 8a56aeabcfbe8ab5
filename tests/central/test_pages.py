"""The central store's pages and read API: who may see and do what, what they show, and in which form."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from kiosk.central import accounts, conflicts, populations, reading, sites
from kiosk.central import tables as t
from kiosk.central.accounts import Role
from kiosk.central.app import make_app
from kiosk.central.pages.read_openapi import document
from kiosk.problems import Problem
from kiosk.spreadsheets import guarded
from kiosk.sync.bundle import pack
from kiosk.sync.receipts import receipt_from
from tests.support import meetings as m
from tests.support.bundles import a_site
from tests.support.clock import StillClock
from tests.support.databases import migrated_file as migrated_file
from tests.support.dialogues import DIALOGUE, bring, enrol, held, stepped
from tests.support.offices import Office

PASSWORD = "correct horse battery staple"
ORIGIN = {"Origin": "http://localhost"}
HALVES = b"variable;category;count;source;date;age_base\n" + b"".join(
    b"age;Answer %s;1;SCB;2025;all\n" % one for one in (b"A", b"B")
)
LogIn = Callable[[Role], FlaskClient]


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Any, migrated_file: Any) -> str:
    """Pages read through one module, which is tested on both databases; here one is enough."""
    path = tmp_path / "central.sqlite"
    path.write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def anyone(office: Office) -> FlaskClient:
    """A browser that nobody knows."""
    return make_app(office.intake, "The office").test_client()


@pytest.fixture
def log_in(office: Office, clock: StillClock) -> LogIn:
    def enter(role: Role) -> FlaskClient:
        client = make_app(office.intake, "The office").test_client()
        accounts.open_account(office.database, clock, role, PASSWORD, role)
        answer = client.post("/log-in", data={"name": role, "password": PASSWORD}, headers=ORIGIN)
        assert answer.status_code == 303
        return client

    return enter


def post(client: FlaskClient, path: str, fields: dict[str, Any], page: str = "/") -> TestResponse:
    """Send a form as its page would."""
    found = re.search(r'name="csrf" value="(\w+)"', client.get(page).text)
    assert found is not None
    return client.post(path, data={"csrf": found[1], **fields}, headers=ORIGIN)


def code_of(answer: TestResponse) -> str:
    """The code of a refusal."""
    return str((answer.json or {})["code"])


def series_of(client: FlaskClient) -> int:
    found = re.search(r'href="/questions/(\d+)"', client.get(f"/dialogues/{DIALOGUE}").text)
    assert found is not None
    return int(found[1])


# ── Who may see what ─────────────────────────────────────────────────────────────────────────────────

EVERYONES = ("/", f"/dialogues/{DIALOGUE}", "/questions/1", f"/exports/csv/{DIALOGUE}", "/receipts/m1")
EDITORS = ("/import", "/conflicts", "/quarantine")
ADMINISTRATORS = ("/sites", "/accounts", "/erased", "/erase/m1")
API = ("/api/v1/read/dialogues", f"/api/v1/read/questions?dialogue={DIALOGUE}", "/api/v1/read/questions/1")


@pytest.mark.parametrize("path", [*EVERYONES, *EDITORS, *ADMINISTRATORS])
def test_nobody_without_an_account_sees_anything(office: Office, anyone: FlaskClient, path: str) -> None:
    bring(office, held("m1", "ab" * 20))
    answer = anyone.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/log-in?next=/")


@pytest.mark.parametrize("path", API)
def test_nor_does_a_program(anyone: FlaskClient, path: str) -> None:
    answer = anyone.get(path)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert code_of(answer) == "account_needed"
    assert code_of(anyone.get(path, headers={"Authorization": "Bearer nothing"})) == "account_needed"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reader", EVERYONES),
        ("editor", EVERYONES + EDITORS),
        ("administrator", EVERYONES + EDITORS + ADMINISTRATORS),
    ],
)
def test_each_role_sees_what_is_for_it(
    office: Office, log_in: LogIn, role: Role, allowed: tuple[str, ...]
) -> None:
    bring(office, held("m1", "ab" * 20))
    client = log_in(role)
    series = series_of(client)
    for path in (*EVERYONES, *EDITORS, *ADMINISTRATORS):
        answer = client.get(path.replace("/questions/1", f"/questions/{series}"))
        assert answer.status_code == (200 if path in allowed else 403), path


def test_a_form_without_its_token_or_from_another_page_changes_nothing(office: Office, log_in: LogIn) -> None:
    client = log_in("administrator")
    fields = {"name": "A laptop"}
    assert client.post("/sites", data=fields, headers=ORIGIN).status_code == 403
    assert client.post("/sites", data={**fields, "csrf": "0" * 64}, headers=ORIGIN).status_code == 403
    token = re.search(r'name="csrf" value="(\w+)"', client.get("/sites").text)
    assert token is not None
    whole = {**fields, "csrf": token[1]}
    for headers in ({}, {"Origin": "http://elsewhere.example"}, {"Origin": "null"}):
        assert client.post("/sites", data=whole, headers=headers).status_code == 403
    assert client.post("/sites", data=whole, headers=ORIGIN).status_code == 200


def test_what_is_nowhere_is_told_as_whoever_asks_can_read_it(log_in: LogIn) -> None:
    client = log_in("reader")
    shown = client.get("/nowhere")
    assert (shown.status_code, shown.mimetype) == (404, "text/html")
    assert "There is nothing at this address" in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    said = client.get("/api/v1/nowhere")
    assert (said.status_code, said.mimetype, code_of(said)) == (404, "application/problem+json", "not_found")


def test_logging_out_ends_the_session(log_in: LogIn) -> None:
    client = log_in("reader")
    cookie = client.get_cookie("central_session")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Strict")
    assert post(client, "/log-out", {}).status_code == 303
    client.set_cookie("central_session", cookie.value)
    assert client.get("/").status_code == 303


def test_a_wrong_password_says_so(office: Office, anyone: FlaskClient, clock: StillClock) -> None:
    accounts.open_account(office.database, clock, "cia", PASSWORD, "reader")
    answer = anyone.post("/log-in", data={"name": "cia", "password": "wrong"}, headers=ORIGIN)
    assert answer.status_code == 401
    assert "do not go together" in answer.text
    right = {"name": "cia", "password": PASSWORD}
    assert anyone.post("/log-in", data=right, headers=ORIGIN).status_code == 303


@pytest.mark.parametrize("wanted", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "x"])
def test_logging_in_leads_to_no_other_site(
    office: Office, anyone: FlaskClient, clock: StillClock, wanted: str
) -> None:
    accounts.open_account(office.database, clock, "cia", PASSWORD, "reader")
    fields = {"name": "cia", "password": PASSWORD, "next": wanted}
    assert anyone.post("/log-in", data=fields, headers=ORIGIN).headers["Location"] == "/"


# ── What a page is ───────────────────────────────────────────────────────────────────────────────────


class Looked(HTMLParser):
    """What a test looks for in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.bad: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "style" or name.startswith("on"):
                self.bad.append(f"{tag} {name}")
            if (
                name in ("src", "href", "action")
                and value
                and "//" in value
                and not value.startswith("data:")
            ):
                self.bad.append(f"{tag} {value}")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_is_whole_and_asks_nothing_of_others(office: Office, log_in: LogIn, language: str) -> None:
    bring(office, held("m1", "ab" * 20, ages="abc" * 10, texts=["<script>alert(1)</script>"] * 12))
    client = log_in("administrator")
    series = series_of(client)
    for path in (*EVERYONES[:2], f"/questions/{series}", *EDITORS, *ADMINISTRATORS):
        answer = client.get(path, headers={"Accept-Language": language})
        looked = Looked(answer.text)
        assert looked.bad == [], path
        assert (looked.tags.count("h1"), looked.tags.count("main")) == (1, 1), path
        assert len(looked.ids) == len(set(looked.ids)), path
        assert "script" not in looked.tags
        assert f'<html lang="{language}"' in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_style_is_served_and_kept(anyone: FlaskClient) -> None:
    found = re.search(r'href="(/static/\w+/central\.css)"', anyone.get("/log-in").text)
    assert found is not None
    answer = anyone.get(found[1])
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "@layer pages" in answer.text


def test_a_language_once_chosen_stays(log_in: LogIn) -> None:
    client = log_in("reader")
    client.get("/?lang=sv")
    assert '<html lang="sv"' in client.get("/").text


# ── What the pages show ──────────────────────────────────────────────────────────────────────────────


def test_a_dialogue_shows_its_meetings_as_one(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "a" * 30 + "b" * 10, place="The hall"), held("m2", "aabb", place="The library"))
    client = log_in("reader")
    assert "The 2030 dialogue" in client.get("/").text
    page = client.get(f"/dialogues/{DIALOGUE}").text
    for said in (
        "The hall",
        "The library",
        "75%",
        "40 answers from 1 meeting.",
        "1 meeting is not in this figure yet",
    ):
        assert said in page, said
    figures, awaited = client.get(f"/questions/{series_of(client)}").text.split("Not in the figures yet")
    assert "The hall, 2026-09-01" in figures
    assert "The library" not in figures
    assert "The library, 2026-09-01" in awaited
    assert "at least 10 answers between them" in awaited


def test_a_share_is_the_same_wherever_it_stands(office: Office, log_in: LogIn) -> None:
    bring(office, *(held(f"m{number}", "abc" * 5) for number in range(2)))
    client = log_in("reader")
    page = client.get(f"/questions/{series_of(client)}").text
    bars = re.findall(r'class="bar-percent">(\d+)%', page)
    spread = re.findall(r'<td class="number">(\d+)%', page.split('id="spread"')[1].split("</table>")[0])
    assert bars == spread[::4] == ["34", "33", "33"]


def test_a_scale_leans_and_a_line_of_numbers_says_what_its_ends_mean(office: Office, log_in: LogIn) -> None:
    bring(office, stepped("m1", m.degree("nice"), [1] * 4 + [2] * 3 + [3] * 6 + [4] * 5 + [5] * 7))
    bring(office, stepped("m2", m.numbers("good"), [0, 5, 10] * 6))
    page = log_in("reader").get(f"/dialogues/{DIALOGUE}").text
    nice, good = (page.split(asked)[1].split("</article>")[0] for asked in ("degree nice?", "How good?"))
    assert re.findall(r'%">(\d+%)', nice.split("</svg>")[0]) == ["28%", "48%", "24%"]
    assert re.findall(r'data-bar="(\w+)" data-tone="([\w-]+)"', nice)[0] == ("a", "against-2")
    assert ("0 = Bad" in good, "10 = Good" in good) == (True, True)
    assert "diverging" not in good


def test_months_stand_as_far_apart_as_they_are(office: Office, log_in: LogIn) -> None:
    days = ("2026-01-20", "2026-02-01", "2026-07-30", "")
    bring(office, *(held(f"m{n}", "ab" * 20, date=day) for n, day in enumerate(days)))
    client = log_in("reader")
    picture = client.get(f"/questions/{series_of(client)}").text.split("<figure")[1].split("</figure>")[0]
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', picture)]
    assert len(places) == 3
    assert (places[2] - places[0]) == pytest.approx(6 * (places[1] - places[0]))


def test_who_came_is_compared_without_those_whom_the_population_does_not_count(
    office: Office, log_in: LogIn
) -> None:
    bring(office, held("m1", "ab" * 25, ages="a" * 30 + "b" * 10 + "c" * 10))
    populations.bring(office.database, office.intake.clock, DIALOGUE, "The municipality", HALVES, "cia")
    page = log_in("reader").get(f"/dialogues/{DIALOGUE}").text
    assert "n = 50, presences, 40 compared · beside SCB, 2025" in page
    assert re.findall(r'class="compared-share" role="cell">(\d+%)', page) == ["75%", "25%"]
    assert re.findall(r'class="compared-share-of-all" role="cell">(\d+%)', page) == ["50%", "50%"]
    assert re.search(r"Answer C</span> <strong>20%</strong> 10", page)


def test_nothing_is_compared_while_a_group_is_hidden(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "ab" * 25, ages="a" * 30 + "b" * 10 + "c" * 2))
    populations.bring(office.database, office.intake.clock, DIALOGUE, "The municipality", HALVES, "cia")
    page = log_in("reader").get(f"/dialogues/{DIALOGUE}").text
    assert "Not compared with the population as long as a group is not shown." in page
    assert "compared-share-of-all" not in page


def test_a_page_says_when_there_are_more_texts_than_it_shows(
    office: Office, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(office, held("m1", "ab" * 20, texts=[f"Idea {one:02}" for one in range(14)]))
    client = log_in("reader")
    found = re.search(r'href="/questions/(\d+)">Read the answers', client.get(f"/dialogues/{DIALOGUE}").text)
    assert found is not None
    page = f"/questions/{found[1]}"
    assert "Not more than" not in client.get(page).text
    monkeypatch.setattr(reading, "MOST_TEXTS", 12)
    fewer = client.get(page).text
    assert "Not more than 12 are shown." in fewer
    assert ("Idea 11" in fewer, "Idea 12" in fewer) == (True, False)


def test_a_receipt_is_the_one_that_the_laptop_takes(office: Office, log_in: LogIn) -> None:
    (receipt,) = bring(office, held("m1", "ab" * 20))
    answer = log_in("reader").get("/receipts/m1")
    assert receipt_from(json.loads(answer.text), office.intake.key.public) == receipt


def test_unknown_things_are_told_as_pages(log_in: LogIn) -> None:
    client = log_in("reader")
    for path in ("/dialogues/none", "/questions/77", "/questions/99999999999999999999", "/receipts/none"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html"), path


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bundle_from_a_stick_is_brought_in_by_an_editor(office: Office, log_in: LogIn) -> None:
    bundle = held("m1", "ab" * 20)
    enrol(office, bundle)
    client = log_in("editor")

    def bring_file(content: bytes) -> TestResponse:
        return post(client, "/import", {"bundle": (io.BytesIO(content), "m1.bundle.zip")}, "/import")

    for _again in range(2):
        answer = bring_file(pack(bundle))
        assert answer.status_code == 200
        assert 'href="/receipts/m1"' in answer.text
    damaged = bring_file(pack(bundle)[:-1])
    assert damaged.status_code == 422
    assert "not as it was made" in damaged.text
    quarantined = client.get("/quarantine").text
    assert "a file" in quarantined
    assert "Bundle not accepted" in quarantined


def test_a_reader_brings_nothing_in(office: Office, log_in: LogIn) -> None:
    answer = post(log_in("reader"), "/import", {"bundle": (io.BytesIO(b"x"), "x.zip")})
    assert answer.status_code == 403


def test_a_conflict_is_settled_with_a_name_and_a_reason(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "ab" * 20))
    with pytest.raises(Problem):
        bring(office, held("m1", "ab" * 30, site=a_site("5171e00000000002")))
    client = log_in("editor")
    assert "another version lies beside" in client.get(f"/dialogues/{DIALOGUE}").text
    (conflict,) = conflicts.open_conflicts(office.intake)
    said = client.get("/conflicts").text
    assert "Place m1, 2026-09-01" in said
    for version, answers in ((conflict.kept, 40), (conflict.beside, 60)):
        assert f'<td>{version.named}</td><td class="number">{answers}</td>' in said
    page = f"/conflicts/{conflict.id}"
    assert post(client, page, {"choose": "both", "note": "x"}, "/conflicts").status_code == 422
    assert post(client, page, {"choose": "beside", "note": ""}, "/conflicts").status_code == 422
    assert post(client, page, {"choose": "beside", "note": "Corrected"}, "/conflicts").status_code == 303
    assert "nothing to decide" in client.get("/conflicts").text
    assert "60 answers from 1 meeting" in client.get(f"/dialogues/{DIALOGUE}").text


def test_a_population_is_brought_and_removed(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "ab" * 20, ages="a" * 30 + "b" * 10))
    client = log_in("editor")
    page = f"/dialogues/{DIALOGUE}"
    row = "age;Answer %s;1;SCB;2025;all\n"
    table = "variable;category;count;source;date;age_base\n" + row % "A" + row % "B"

    def send(content: bytes) -> TestResponse:
        fields = {"name": "The municipality", "table": (io.BytesIO(content), "t.csv")}
        return post(client, f"/populations/{DIALOGUE}", fields, page)

    assert send(b"nonsense").status_code == 422
    assert send(table.encode("cp1252")).status_code == 303
    assert "beside SCB, 2025" in client.get(page).text
    assert post(client, f"/populations-removed/{DIALOGUE}", {}, page).status_code == 303
    assert "beside SCB" not in client.get(page).text


def test_sites_are_enrolled_and_revoked_by_an_administrator(office: Office, log_in: LogIn) -> None:
    client = log_in("administrator")
    page = post(client, "/sites", {"name": "The library"}, "/sites").text
    assert re.search(r'class="central-code" dir="ltr">[0-9A-Z-]+<', page)
    enrol(office, held("m1", "ab"))
    (key,) = sites.every_key(office.database)
    assert post(client, "/sites/revoked", {"key": key.public, "why": "Sold"}, "/sites").status_code == 303
    assert "Sold" in client.get("/sites").text


def test_accounts_are_opened_and_closed_but_not_ones_own(office: Office, log_in: LogIn) -> None:
    client = log_in("administrator")
    fields = {"name": "bosse", "password": PASSWORD, "role": "reader"}
    assert post(client, "/accounts", {**fields, "password": "short"}, "/accounts").status_code == 422
    assert post(client, "/accounts", {**fields, "role": "king"}, "/accounts").status_code == 422
    assert post(client, "/accounts", fields, "/accounts").status_code == 303
    assert post(client, "/accounts/closed", {"name": "administrator"}, "/accounts").status_code == 409
    assert post(client, "/accounts/closed", {"name": "bosse"}, "/accounts").status_code == 303
    listed = {one.name: one.closed_at is None for one in accounts.every(office.database)}
    assert listed == {"administrator": True, "bosse": False}


def test_a_meeting_is_erased_by_an_administrator_who_says_why(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "ab" * 20, place="The hall"), held("m2", "ab" * 20))
    client = log_in("administrator")
    assert 'href="/erase/m1"' in client.get(f"/dialogues/{DIALOGUE}").text
    page = client.get("/erase/m1").text
    assert "The hall" in page
    assert "40 answers" in page
    assert post(client, "/erase/m1", {"why": " "}, "/erase/m1").status_code == 422
    assert post(client, "/erase/m1", {"why": "Decision KS 14"}, "/erase/m1").headers["Location"] == "/erased"
    notes = client.get("/erased").text
    assert "The hall" in notes
    assert "Decision KS 14" in notes
    assert "The hall" not in client.get(f"/dialogues/{DIALOGUE}").text
    assert post(client, "/erase/m1", {"why": "Again"}, "/erase/m2").status_code == 410
    bundle = {"bundle": (io.BytesIO(pack(held("m1", "ab" * 20, place="The hall"))), "m1.zip")}
    again = post(client, "/import", bundle, "/import")
    assert again.status_code == 410
    assert "was erased at the central store" in again.text


def test_an_editor_erases_nothing(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "ab" * 20))
    client = log_in("editor")
    assert "/erase/" not in client.get(f"/dialogues/{DIALOGUE}").text
    assert post(client, "/erase/m1", {"why": "x"}).status_code == 403
    assert office.count(t.meeting) == 1


# ── Taking home ──────────────────────────────────────────────────────────────────────────────────────


def test_what_is_taken_home_is_what_the_page_shows(office: Office, log_in: LogIn) -> None:
    bring(
        office,
        held("m1", "a" * 30 + "b" * 10, place="=HYPERLINK(1)"),
        held("m2", "aabb", place="The library"),
    )
    client = log_in("reader")
    text = client.get(f"/exports/csv/{DIALOGUE}").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    first = next(row for row in rows if row[1] == "bus" and row[3] == "all meetings")
    assert first[3:9] == ["all meetings", "", "Answer A", "30", "75", "40"]
    assert "The library" not in text
    assert not any(cell.startswith("=") for row in rows for cell in row)
    book = load_workbook(io.BytesIO(client.get(f"/exports/xlsx/{DIALOGUE}").get_data()))
    sheet = book.worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [["" if cell is None else str(cell) for cell in row] for row in cells] == rows
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    said = json.loads(client.get(f"/exports/json/{DIALOGUE}").text)
    bus = next(one for one in said["questions"] if one["question"] == "bus")
    assert (bus["all"]["counts"], bus["meetings"]["waiting"]) == ({"a": 30, "b": 10, "c": 0}, 1)
    assert "aabb" not in json.dumps(said)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "＝1", "\r\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert guarded(text).startswith("'")
    assert guarded("a=1") == "a=1"


# ── The read API ─────────────────────────────────────────────────────────────────────────────────────


def test_the_description_is_valid_complete_and_published(office: Office, anyone: FlaskClient) -> None:
    validate(document())
    assert anyone.get("/api/v1/openapi.json").json == document()
    app = make_app(office.intake, "The office")
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/v1/read/", "/api/v1/erasures"))
    }
    assert {path for path in document()["paths"] if path.split("/")[3] in ("read", "erasures")} == routes


def test_a_program_erases_with_an_administrators_token(
    office: Office, anyone: FlaskClient, clock: StillClock
) -> None:
    bring(office, held("m1", "ab" * 20))
    path, wanted = "/api/v1/erasures", {"meeting": "m1", "why": "Decision KS 14"}

    def token(role: Role) -> dict[str, str]:
        accounts.open_account(office.database, clock, role, PASSWORD, role)
        said = anyone.post("/api/v1/read/sessions", json={"name": role, "password": PASSWORD}).json or {}
        return {"Authorization": f"Bearer {said['token']}"}

    assert code_of(anyone.post(path, json=wanted)) == "account_needed"
    assert code_of(anyone.post(path, json=wanted, headers=token("editor"))) == "role"
    headers = token("administrator")
    for wrong in ("x", {}, {"meeting": "m1"}, {"meeting": "m1", "why": " "}):
        assert code_of(anyone.post(path, json=wrong, headers=headers)) == "malformed"
    fits(path, "post", anyone.post(path, json=wanted, headers=headers))
    fits(path, "get", anyone.get(path, headers=headers))
    assert code_of(anyone.post(path, json=wanted, headers=headers)) == "meeting_erased"
    assert office.count(t.meeting) == 0


def test_a_cookie_alone_erases_nothing(office: Office, log_in: LogIn) -> None:
    bring(office, held("m1", "ab" * 20))
    wanted = {"meeting": "m1", "why": "x"}
    answer = log_in("administrator").post("/api/v1/erasures", json=wanted, headers=ORIGIN)
    assert (answer.status_code, office.count(t.meeting)) == (403, 1)


def test_a_program_reads_what_the_description_says(
    office: Office, anyone: FlaskClient, clock: StillClock
) -> None:
    bring(
        office,
        *(
            held(f"m{n}", "ab" * 20, ages="abc" * 10, hands={"a": 20, "b": 9}, texts=["x"] * 12)
            for n in range(8)
        ),
        held("small", "aab"),
    )
    accounts.open_account(office.database, clock, "cia", PASSWORD, "reader")
    logged_in = anyone.post("/api/v1/read/sessions", json={"name": "cia", "password": PASSWORD})
    fits("/api/v1/read/sessions", "post", logged_in)
    headers = {"Authorization": f"Bearer {(logged_in.json or {})['token']}"}

    def read(path: str, of: str) -> Any:
        answer = anyone.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        fits(of, "get", answer)
        return answer.json

    read("/api/v1/read/dialogues", "/api/v1/read/dialogues")
    found = read(f"/api/v1/read/meetings?dialogue={DIALOGUE}&size=5&page=2", "/api/v1/read/meetings")
    assert len(found["meetings"]) == 4
    found = read(f"/api/v1/read/questions?dialogue={DIALOGUE}", "/api/v1/read/questions")
    bus = next(one for one in found["questions"] if one["question"] == "bus")
    whole = read(f"/api/v1/read/questions/{bus['series']}", "/api/v1/read/questions/{series}")
    assert (whole["all"], whole["meetings"]["waiting"], len(whole["by_meeting"])) == (bus["all"], 1, 8)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/read/questions?dialogue=none", "no_such_dialogue"),
        ("/api/v1/read/meetings", "no_such_dialogue"),
        ("/api/v1/read/questions/99999999999999999999", "no_such_question"),
        (f"/api/v1/read/meetings?dialogue={DIALOGUE}&page=0", "malformed"),
        (f"/api/v1/read/meetings?dialogue={DIALOGUE}&size=x", "malformed"),
    ],
)
def test_what_a_program_asks_wrongly_is_refused(office: Office, log_in: LogIn, path: str, code: str) -> None:
    bring(office, held("m1", "ab" * 20))
    answer = log_in("reader").get(path)
    assert (answer.mimetype, code_of(answer)) == ("application/problem+json", code)


@pytest.mark.parametrize("message", [[], {}, {"name": "cia"}, {"name": 1, "password": "x"}])
def test_a_log_in_without_name_or_password_is_refused(anyone: FlaskClient, message: Any) -> None:
    assert code_of(anyone.post("/api/v1/read/sessions", json=message)) == "malformed"


def fits(path: str, method: str, answer: TestResponse) -> None:
    """Hold an answer against the description."""
    described = document()["paths"][path][method]["responses"][str(answer.status_code)]
    schema = described["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document()["components"]}).validate(answer.json)
