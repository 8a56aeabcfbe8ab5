"""A watch before the kiosk: every exchange of every test here is held to what is promised of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from tests.http import described, pages

POLICY = re.compile(
    r"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    r"connect-src 'self'( ws://[\w.:\[\]-]+)?; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass
class Exchange:
    """One request and what came back."""

    method: str
    path: str
    sent: bytes
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class Watched:
    """The application, with an eye on every exchange."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.faults_expected = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        exchange = Exchange(environ["REQUEST_METHOD"], environ["PATH_INFO"], _body(environ))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            exchange.status = int(status.split()[0])
            exchange.headers = {name.lower(): value for name, value in headers}
            return start_response(status, headers, *more)

        exchange.body = b"".join(self._app(environ, start))
        self._judge(exchange)
        return [exchange.body]

    def _judge(self, exchange: Exchange) -> None:
        where = f"{exchange.method} {exchange.path} {exchange.status}"
        assert exchange.status < 500 or self.faults_expected, f"{where}: {exchange.body[:500]!r}"
        check_headers(exchange.headers, where)
        assert b"Traceback" not in exchange.body, where
        if exchange.method in ("HEAD", "OPTIONS") or "content-encoding" in exchange.headers:
            return
        if exchange.path.startswith("/api/") or exchange.path == "/healthz":
            described.check(
                exchange.method, exchange.path, exchange.sent, exchange.status, exchange.kind, exchange.body
            )
        elif exchange.kind == "text/html" and not 300 <= exchange.status < 400:
            pages.check(exchange.body.decode(), where)


def check_headers(headers: dict[str, str], where: str) -> None:
    """Fail unless the headers that every reply must have are there, and none that it must not have."""
    assert headers.get("x-content-type-options") == "nosniff", where
    assert headers.get("cross-origin-resource-policy") == "same-origin", where
    policy = headers.get("content-security-policy", "")
    is_file = headers.get("cache-control", "").endswith("immutable")
    assert POLICY.fullmatch(policy) or (is_file and policy == "default-src 'none'"), f"{where}: {policy}"
    if not is_file:
        assert headers.get("cache-control") == "no-store", where
        assert headers.get("referrer-policy") == "same-origin", where
        assert headers.get("x-frame-options") == "DENY", where
    assert not any(name.startswith("access-control-") for name in headers), where
    assert "x-powered-by" not in headers, where


def _body(environ: WSGIEnvironment) -> bytes:
    """What was sent, read and put back."""
    length = environ.get("CONTENT_LENGTH", "")
    sent: bytes = environ["wsgi.input"].read(int(length) if length.isascii() and length.isdigit() else 0)
    environ["wsgi.input"] = BytesIO(sent)
    return sent
