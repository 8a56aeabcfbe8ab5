"""The doors of a real server, knocked at by hand: pages, polling and WebSocket handshakes alike."""

from __future__ import annotations

import base64
import json
import os
import socket
from dataclasses import dataclass

import pytest

from tests.http.watched import check_headers
from tests.support.running import Running

PAGE = "GET / HTTP/1.1"
API = "GET /api/v1/meetings HTTP/1.1"
POLLING = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1"
WEBSOCKET = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"
FILE = "GET /static/x/phone.css HTTP/1.1"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers.get("content-type") == "application/problem+json", self
        return str(json.loads(self.body)["code"])


def knock(server: Running, *lines: str, body: bytes = b"") -> Reply:
    """Send a request as it stands; a WebSocket handshake is made whole. ``Host`` is ours unless given."""
    given = {line.partition(":")[0].lower() for line in lines[1:]}
    head = [*lines, *([] if "host" in given else [f"Host: 127.0.0.1:{server.port}"])]
    if lines[0] == WEBSOCKET:
        key = base64.b64encode(os.urandom(16)).decode()
        head += ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}"]
        head += ["Sec-WebSocket-Version: 13"]
    elif "connection" not in given:
        head += ["Connection: close"]
    return read(raw(server, "\r\n".join([*head, "", ""]).encode("latin-1") + body))


def raw(server: Running, request: bytes) -> bytes:
    """Send bytes; whatever comes back until the other side hangs up or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
        connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
                if is_whole(received):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def is_whole(received: bytes) -> bool:
    _head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    reply = read(received)
    if reply.status == 101:
        return True
    return "content-length" in reply.headers and len(body) >= int(reply.headers["content-length"])


def read(received: bytes) -> Reply:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert first.startswith("HTTP/1."), received[:200]
    headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
    return Reply(int(first.split()[1]), headers, body)


@pytest.mark.parametrize("request_line", [PAGE, API, POLLING, WEBSOCKET, FILE])
def test_hosts_and_origins(server: Running, request_line: str) -> None:
    ours = f"http://127.0.0.1:{server.port}"
    for host in (
        "evil.example",
        f"evil.example:{server.port}",
        "evil@127.0.0.1",
        "127.0.0.1.evil.example",
        "[::1",
    ):
        reply = knock(server, request_line, f"Host: {host}", f"Origin: http://{host}")
        assert (reply.status, reply.code) == (400, "foreign_host"), host
        check_headers(reply.headers, host)
    for origin in (
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        f"https://127.0.0.1:{server.port}",
        "x",
    ):
        reply = knock(server, request_line, f"Origin: {origin}")
        assert (reply.status, reply.code) == (403, "foreign_origin"), origin
        check_headers(reply.headers, origin)
        forged = knock(server, request_line, f"Origin: {origin}", "X-Forwarded-Host: evil.example")
        assert (forged.status, forged.code) == (403, "foreign_origin"), origin
    for origin in (ours, ours.upper()):
        assert knock(server, request_line, f"Origin: {origin}").status in (101, 200, 401, 404)


def test_both_listeners_guard_alike(server: Running) -> None:
    """The laptop's own is no way around the doorway: a page there is another origin."""
    facts = json.loads((server.data / "running.json").read_text())
    assert facts["local_port"] != facts["port"] == server.port
    reply = knock(server, API, f"Origin: http://127.0.0.1:{facts['local_port']}")
    assert (reply.status, reply.code) == (403, "foreign_origin")


def test_every_reply_of_the_sockets_carries_the_headers(server: Running) -> None:
    for request_line in (
        POLLING,
        "GET /socket.io/ HTTP/1.1",
        "GET /socket.io/?EIO=3&transport=polling HTTP/1.1",
        "GET /socket.io/?EIO=4&transport=pigeon HTTP/1.1",
        "GET /socket.io/?EIO=4&transport=polling&sid=nobody HTTP/1.1",
        "GET /socket.io/?transport=websocket&EIO=4 HTTP/1.1",
        "POST /socket.io/?EIO=4&transport=polling&sid=nobody HTTP/1.1",
        "PUT /socket.io/?EIO=4&transport=polling HTTP/1.1",
        "OPTIONS /socket.io/?EIO=4&transport=polling HTTP/1.1",
    ):
        reply = knock(server, request_line, "Content-Length: 0")
        assert reply.status in (200, 400, 405), request_line
        check_headers(reply.headers, request_line)
        assert b"Traceback" not in reply.body


@pytest.mark.parametrize("query", ["j=0", "%6a=0", "j=alert"])
def test_no_jsonp(server: Running, query: str) -> None:
    reply = knock(server, POLLING.replace(" HTTP", f"&{query} HTTP"))
    assert (reply.status, reply.code) == (400, "bad_request")


def test_a_handshake_without_its_headers(server: Running) -> None:
    line = WEBSOCKET.replace("&transport", "&t=1&transport")
    for headers in (
        [],
        ["Upgrade: websocket"],
        ["Upgrade: websocket", "Connection: Upgrade"],
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x"],
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 12"],
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key1: 1", "Sec-WebSocket-Key2: 2"],
        ["Upgrade: h2c", "Connection: Upgrade"],
    ):
        reply = knock(server, line, *headers)
        assert reply.status == 400, headers
        assert b"Traceback" not in reply.body


def test_compression_is_not_agreed_on(server: Running) -> None:
    reply = knock(server, WEBSOCKET, "Sec-WebSocket-Extensions: permessage-deflate")
    assert reply.status == 101
    assert "sec-websocket-extensions" not in reply.headers


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # a phone that tries HTTPS first
        b"\x00\xff\x00\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"POST /api/v1/join HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"POST /api/v1/join HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/join HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ],
)
def test_what_is_no_request(server: Running, request_: bytes) -> None:
    before = len(server.log)
    received = raw(server, request_)
    assert b"Traceback" not in received
    assert b'File "' not in received
    assert b" 500 " not in received[:40]
    assert knock(server, "GET /healthz HTTP/1.1").status == 200
    assert len(server.log) == before, "addresses of those who knock are not written down"


def test_a_body_in_pieces(server: Running) -> None:
    kind = "Content-Type: application/json"
    chunked = "Transfer-Encoding: chunked"
    pieces = (b"10000\r\n" + b"A" * 65_536 + b"\r\n") * 20 + b"0\r\n\r\n"
    for body in (b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", pieces):
        reply = knock(server, "POST /api/v1/join HTTP/1.1", kind, chunked, body=body)
        assert reply.status in (400, 413, 422)


def test_half_a_request_holds_nobody_up(server: Running) -> None:
    halves = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(60)]
    for half in halves:
        half.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    assert knock(server, "GET /healthz HTTP/1.1").status == 200
    for half in halves:
        half.close()
