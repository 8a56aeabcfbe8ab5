"""The doorway: who is let near the application at all, and what every reply carries."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import pytest

from kiosk.doorway import host_name, same_origin
from tests.http.calls import refused, said
from tests.http.conftest import House
from tests.support.browsers import Browser

OURS = ("localhost", "127.0.0.1", "192.0.2.10", "192.0.2.10:8080", "LOCALHOST", "[::1]:8080")
FOREIGN = (
    "evil.example",
    "localhost.evil.example",
    "192.0.2.10.evil.example",
    "192.0.2.11",
    "evil@localhost",
    "localhost@evil.example",
    "localhost/evil",
    "localhost evil",
    "localhost,evil.example",
    "[::1",
    "2130706433",
    "0x7f.1",
    "",
)
FOREIGN_ORIGINS = (
    "null",
    "http://evil.example",
    "https://localhost",
    "http://localhost:81",
    "http://localhost.evil.example",
    "http://evil.example/localhost",
    "http://evil@localhost",
    "localhost",
    "file://",
    "",
)
DOORS = (
    "/",
    "/MEET",
    "/healthz",
    "/api/v1/state",
    "/api/v1/nothing",
    "/socket.io/?EIO=4&transport=polling",
    "/nothing",
)


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", DOORS)
def test_a_name_that_is_not_ours_is_refused_everywhere(house: House, host: str, path: str) -> None:
    reply = house.anyone().get(path, headers={"Host": host, "Origin": f"http://{host}"})
    refused(reply, 400, "foreign_host")


@pytest.mark.parametrize("host", OURS)
def test_our_own_names_are_answered_to(house: House, host: str) -> None:
    browser = house.anyone()
    assert browser.get("/healthz", headers={"Host": host, "Origin": None}).status_code == 200
    assert (
        browser.get("/healthz", headers={"Host": host, "Origin": f"http://{host.lower()}"}).status_code == 200
    )


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("path", DOORS)
def test_another_origin_is_refused_everywhere(house: House, origin: str, path: str) -> None:
    refused(house.anyone().get(path, headers={"Origin": origin}), 403, "foreign_origin")
    refused(house.anyone().post(path, headers={"Origin": origin}), 403, "foreign_origin")


def test_a_name_that_a_proxy_forwards_is_not_believed(house: House) -> None:
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "81",
        "Forwarded": "host=evil.example",
    }
    for path in ("/MEET", "/socket.io/?EIO=4&transport=polling"):
        reply = house.anyone().get(path, headers={**forwarded, "Origin": "http://evil.example"})
        refused(reply, 403, "foreign_origin")
    assert "evil.example" not in house.anyone().get("/MEET", headers=forwarded).text
    pairing = said(
        house.anyone().operator().post("/api/v1/pairings", json={"role": "wall"}, headers=forwarded), 201
    )
    assert pairing["url"].startswith("http://192.0.2.10:8080/")


def test_a_person_at_the_wrong_address_reads_a_page(house: House) -> None:
    reply = house.anyone().get("/", headers={"Host": "<b>.evil", "Accept": "text/html"}, base_url="http://x/")
    assert reply.status_code == 400
    assert reply.mimetype == "text/html"
    assert "Use the address on the wall" in reply.text
    assert "<b>" not in reply.text


@pytest.mark.parametrize("query", ["j=0", "j=x", "%6A=1", "sid=x&j=2"])
def test_jsonp_is_refused(house: House, query: str) -> None:
    reply = house.anyone().get(f"/socket.io/?EIO=4&transport=polling&{query}")
    refused(reply, 400, "bad_request")
    assert "___eio" not in reply.text


def test_a_socket_without_its_headers_is_refused(house: House) -> None:
    headers: list[dict[str, Any]] = [
        {"Upgrade": "websocket"},
        {"Upgrade": "WebSocket", "Sec-WebSocket-Key": "x"},
        {"Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "76"},
        {"Upgrade": "websocket", "Sec-WebSocket-Key1": "x", "Sec-WebSocket-Key2": "y"},
    ]
    for given in headers:
        reply = house.anyone().get("/socket.io/?EIO=4&transport=websocket", headers=given)
        refused(reply, 400, "bad_request")


def test_what_is_too_large_is_not_read(house: House) -> None:
    refused(house.anyone().post("/api/v1/join", data=b"x" * 1_000_001), 413, "too_large")
    refused(house.anyone().post("/socket.io/?EIO=4&sid=x", data=b"x" * 16_001), 413, "too_large")
    for length in ("-1", "abc", "²", "1e3", "0x10"):
        environ = {"CONTENT_LENGTH": length}
        reply = house.anyone().post("/socket.io/?EIO=4", environ_overrides=environ)
        refused(reply, 400, "bad_request")


def test_the_policy_lets_the_page_reach_its_own_socket_and_nothing_else(house: House) -> None:
    policy = (
        house.anyone()
        .get("/MEET", headers={"Host": "192.0.2.10:8080", "Origin": None})
        .headers["Content-Security-Policy"]
    )
    assert "connect-src 'self' ws://192.0.2.10:8080;" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_files_are_served_by_their_digest_and_nothing_beside_them(house: House) -> None:
    browser = house.anyone()
    page = browser.get("/MEET").text
    (css,) = {part for part in page.split('"') if part.startswith("/static/") and part.endswith("phone.css")}
    reply = browser.get(css)
    assert reply.status_code == 200
    assert "immutable" in reply.headers["Cache-Control"]
    for path in (
        "/static/../run.py",
        "/static/%2e%2e/run.py",
        css.replace("phone.css", "../../kiosk/app.py"),
        "/static/x/phone.css",
        "/static/",
    ):
        assert browser.get(path).status_code == 404, path


def test_replies_are_packed_as_the_browser_can_unpack_them(house: House) -> None:
    browser = house.anyone()
    plain = browser.get("/MEET").data
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
    for way, undo in unpack.items():
        reply = browser.get("/MEET", headers={"Accept-Encoding": way})
        assert reply.headers["Content-Encoding"] == way
        assert "Accept-Encoding" in reply.headers["Vary"]
        assert undo(reply.data) == plain
    for way in ("identity", "gzip;q=0, br;q=0", "zstd"):
        assert "Content-Encoding" not in browser.get("/MEET", headers={"Accept-Encoding": way}).headers


def test_nothing_tells_what_the_server_is_made_of(house: House) -> None:
    for path in DOORS:
        reply = house.anyone().get(path)
        assert "Server" not in reply.headers
        for word in ("Werkzeug", "Flask", "eventlet", "Python"):
            assert word not in reply.text, path


def test_a_fault_of_ours_is_confessed_without_a_word_of_code(
    client: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("secret of the house")

    for verb in ("join", "meeting_with_code"):
        monkeypatch.setattr(client.kiosk.room, verb, fail)
    client.kiosk.wsgi.faults_expected = True  # type: ignore[attr-defined]
    refused(client.post("/api/v1/join", json={"code": "MEET"}), 500, "trouble")
    page = client.get("/MEET", headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert "secret of the house" not in page.text
    assert "secret of the house" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:80", "localhost"),
        ("10.0.0.1:8080", "10.0.0.1"),
        ("[fe80::1]:80", "fe80::1"),
        ("a@b", ""),
        ("a/b", ""),
        ("a?b", ""),
        ("a#b", ""),
        ("[", ""),
        ("", ""),
    ],
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert host_name(host) == name


def test_same_origin_is_the_same_host_and_port() -> None:
    assert same_origin("http://Kiosk.local:8080", "kiosk.local:8080")
    assert not same_origin("http://kiosk.local", "kiosk.local:8080")
    assert not same_origin("https://kiosk.local", "kiosk.local")


@pytest.mark.parametrize(
    ("host", "heeded"), [("localhost", True), ("127.0.0.1:8081", True), ("192.0.2.10:8080", False)]
)
def test_a_window_of_its_own_where_browsers_heed_it(house: House, host: str, heeded: bool) -> None:
    """Over plain HTTP browsers take the header from this machine alone, and complain of it elsewhere."""
    headers = house.anyone().get("/healthz", headers={"Host": host, "Origin": None}).headers
    assert headers.get("Cross-Origin-Opener-Policy") == ("same-origin" if heeded else None)
