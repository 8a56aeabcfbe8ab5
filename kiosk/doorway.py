"""The doorway: what every request passes before Flask or Socket.IO sees it.

Flask's own guards do not cover ``/socket.io``; this layer covers everything. It refuses foreign hosts and
origins, answers static files, and puts the security headers on every reply, errors included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from kiosk.assets import Assets
from kiosk.languages import PHONES, SOURCE, choose, direction, speaking
from kiosk.problems import Problem

Headers = list[tuple[str, str]]

LARGEST_BODY = 1_000_000
LARGEST_SOCKET_BODY = 16_000
AGAIN_SECONDS = 20
"""After so many seconds a page that said "full" asks again by itself."""
_ALWAYS: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_ON_FILES: Headers = [*_ALWAYS, ("Content-Security-Policy", "default-src 'none'")]
"""A script or stylesheet needs no more, and a phone pays for every byte."""
_ON_PAGES: Headers = [
    *_ALWAYS,
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
]

_OF_OUR_OWN_WINDOWS: Headers = [("Cross-Origin-Opener-Policy", "same-origin")]
_TRUSTED_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where browsers heed that header without HTTPS. Elsewhere they would complain of it on every page."""


class Doorway:
    """A WSGI layer around the whole application. ``is_ours`` knows the names this machine answers to."""

    def __init__(self, app: WSGIApplication, assets: Assets, is_ours: Callable[[str], bool]) -> None:
        self._app = app
        self._assets = assets
        self._is_ours = is_ours

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # The names a proxy would forward are never believed: there is no proxy.
        for name in [name for name in environ if name.startswith("HTTP_X_FORWARDED")]:
            del environ[name]
        on_page = [
            *_ON_PAGES,
            *(_OF_OUR_OWN_WINDOWS if host_name(environ.get("HTTP_HOST", "")) in _TRUSTED_HOSTS else ()),
            ("Content-Security-Policy", _content_policy(environ.get("HTTP_HOST", ""))),
            ("Cache-Control", "no-store"),
        ]
        guarded = _with_headers(start_response, on_page)
        try:
            self._check(environ)
            _read_whole(environ)
        except Problem as problem:
            return _refuse(problem, environ, guarded)
        answered = self._assets.answer(environ, _with_headers(start_response, _ON_FILES))
        return answered if answered is not None else self._app(environ, guarded)

    def _check(self, environ: WSGIEnvironment) -> None:
        arrival = environ.get("kiosk.arrival")
        if arrival is not None and arrival.turned is not None:
            raise Problem(arrival.turned)
        host = environ.get("HTTP_HOST", "")
        if not self._is_ours(host_name(host)):
            raise Problem("foreign_host")
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and not same_origin(origin, host):
            raise Problem("foreign_origin")
        on_socket = environ.get("PATH_INFO", "").startswith("/socket.io")
        if on_socket:
            _check_socket(environ)
        most = LARGEST_SOCKET_BODY if on_socket else LARGEST_BODY
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise Problem("bad_request")
        if int(length) > most:
            raise Problem("too_large")


def _read_whole(environ: WSGIEnvironment) -> None:
    """Read what a request carries before anybody works on it. Who drips is cut meanwhile."""
    arrival = environ.get("kiosk.arrival")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if arrival is None or not length:
        return
    try:
        body = environ["wsgi.input"].read(length)
    except OSError:
        body = b""
    if len(body) < length:
        raise Problem("bad_request")
    environ["wsgi.input"] = BytesIO(body)
    arrival.has_come()


@lru_cache(maxsize=64)
def host_name(host: str) -> str:
    """The name in a Host header, without its port; empty when it is not of that form."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "").lower() if parts.netloc == host and "@" not in host else ""
    except ValueError:
        return ""


def same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header names the very host and port that was asked."""
    return origin.lower() == f"http://{host.lower()}"


def _check_socket(environ: WSGIEnvironment) -> None:
    query = parse_qs(environ.get("QUERY_STRING", ""))
    if "j" in query:  # JSONP would let any page read replies
        raise Problem("bad_request")
    # Compressing every frame would double the memory of a phone and halve the speed of a broadcast.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    if environ.get("HTTP_UPGRADE", "").lower() == "websocket" and not (
        environ.get("HTTP_SEC_WEBSOCKET_KEY") and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
    ):
        raise Problem("bad_request")


def _with_headers(start_response: StartResponse, ours: Headers) -> StartResponse:
    def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        present = {name.lower() for name, _ in headers}
        kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
        kept += [(name, value) for name, value in ours if name.lower() not in present]
        return start_response(status, kept, exc_info) if exc_info else start_response(status, kept)

    return start


@lru_cache(maxsize=64)
def _content_policy(host: str) -> str:
    # Some older phones do not take 'self' to cover the socket.
    socket = f" ws://{host}" if host and all(c.isalnum() or c in ".-:[]" for c in host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'{socket}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _refuse(problem: Problem, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The refusal as a problem, or as a page where a person has typed the address."""
    as_page = "text/html" in environ.get("HTTP_ACCEPT", "")
    with speaking(language := _language(environ)):
        told = problem.body()
    again = AGAIN_SECONDS if problem.status == 503 else None
    body = (_page(told, language, again) if as_page else json.dumps(told)).encode()
    kind = "text/html; charset=utf-8" if as_page else "application/problem+json"
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if problem.code in ("full", "too_many"):
        headers += [("Connection", "close"), ("Retry-After", str(AGAIN_SECONDS))]
    start_response(f"{problem.status} {problem.refusal.title}".encode("ascii", "ignore").decode(), headers)
    return [body]


def _language(environ: WSGIEnvironment) -> str:
    """The browser's language, as far as we speak it; pages further in also know what was chosen."""
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
    return choose([tag for tag, _ in accepted], PHONES) or SOURCE


def _page(told: dict[str, Any], language: str, again: int | None) -> str:
    # Without a stylesheet: one from here would be asked for at the address that has just been refused.
    title, detail = escape(told["title"]), escape(told["detail"])
    codes = f"{told['status']} · {told['code']}"
    refresh = f'<meta http-equiv="refresh" content="{again}">' if again else ""
    return (
        f'<!doctype html><html lang="{language}" dir="{direction(language)}">'
        f'<meta name="viewport" content="width=device-width">{refresh}'
        f"<title>{title}</title><h1>{title}</h1><p>{detail}</p><p>{codes}</p></html>"
    )
