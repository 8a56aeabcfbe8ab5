"""The way to the central store: one HTTP connection on which every request and every answer is signed.

What is not signed by the central store that this laptop knows is never believed, whatever its status says:
a café's log-in page, a proxy's error, somebody else's server.
"""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kiosk.languages import gettext_noop as N_  # noqa: N812 - the usual mark for translators
from kiosk.problems import REFUSALS, Problem
from kiosk.sync import exchange
from kiosk.sync.exchange import Answer, Request
from kiosk.sync.records import SCHEMA
from kiosk.sync.signing import Key

PATIENCE_SECONDS = 30
LARGEST_ANSWER = 2_000_000
ON_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
LOST = ("nonce_unknown", "repeated_request")
"""The central store has forgotten the conversation, or has heard a request whose answer was lost: begin a new
one.
"""
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, N_("no answer in time")),
    (ssl.SSLError, N_("its certificate is not accepted")),
    (socket.gaierror, N_("its name is not known here")),
    (ConnectionRefusedError, N_("nobody answers there")),
)
_BROKE_OFF = N_("the connection broke off")


class Link:
    """A conversation with one central store, known by its key, in the name of a site's key.

    Raises Problem: ``central_unreachable`` and ``not_central`` when nothing that counts was said, else what
    the central store has refused, in its own code.
    """

    def __init__(self, url: str, central: str, key: Key) -> None:
        self._url = url.rstrip("/")
        self._parts = _checked_address(self._url)
        self._central = central
        self._key = key
        self._nonce = ""
        self._counter = 0
        self._connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> Link:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """A signed request; status and JSON of the signed answer. A lost conversation is begun anew."""
        if self._nonce:
            try:
                return self._signed(method, path, body, headers or {})
            except Problem as problem:
                if problem.code not in LOST:
                    raise
        self.hello()
        return self._signed(method, path, body, headers or {})

    def hello(self) -> dict[str, Any]:
        """Begin a conversation; what the central store says of itself."""
        said = say_hello(self._connection_now(), self._parts, self._url, self._central, self._key.public)
        self._nonce, self._counter = str(said["nonce"]), 0
        return said

    def _signed(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        self._counter += 1
        request = Request(method, path, self._nonce, self._counter, body)
        signed = {
            exchange.KEY: self._key.public,
            exchange.NONCE: self._nonce,
            exchange.COUNTER: str(self._counter),
            exchange.SIGNATURE: request.sign(self._key),
            "Content-Type": "application/octet-stream",
            **headers,
        }
        connection = self._connection_now()
        status, said = _exchange(
            connection, self._parts, self._url, method, path, body, signed, self._central
        )
        return status, _refused_or(status, said)

    def _connection_now(self) -> http.client.HTTPConnection:
        """The connection, which may have been closed; http.client opens it again by itself."""
        if self._connection is None:
            self._connection = _connection(self._parts)
        return self._connection


def meet(url: str) -> tuple[str, str]:
    """Whose central store answers at an address: its key and its name. For enrolling alone: nobody is known
    yet.
    """
    parts = _checked_address(url.rstrip("/"))
    connection = _connection(parts)
    try:
        said = say_hello(connection, parts, url, None, None)
        return str(said["central"]), str(said["name"])
    finally:
        connection.close()


def enrol(url: str, central: str, message: Mapping[str, Any]) -> Any:
    """Ask to be enrolled; only an answer that this central store has signed counts."""
    parts = _checked_address(url.rstrip("/"))
    connection = _connection(parts)
    nonce = secrets.token_hex(exchange.NONCE_DIGITS // 2)
    headers = {exchange.NONCE: nonce, exchange.COUNTER: "0", "Content-Type": "application/json"}
    try:
        body = json.dumps(message).encode()
        status, said = _exchange(connection, parts, url, "POST", exchange.ENROL, body, headers, central)
        return _refused_or(status, said)
    finally:
        connection.close()


def say_hello(
    connection: http.client.HTTPConnection, parts: SplitResult, url: str, central: str | None, key: str | None
) -> dict[str, Any]:
    """Ask who is there. With ``central`` None whoever signs with the key it names is believed."""
    nonce = secrets.token_hex(exchange.NONCE_DIGITS // 2)
    message = {"key": key, "schemas": [SCHEMA]}
    headers = {exchange.NONCE: nonce, exchange.COUNTER: "0", "Content-Type": "application/json"}
    body = json.dumps(message).encode()
    status, said = _exchange(connection, parts, url, "POST", exchange.HELLO, body, headers, central)
    answered: dict[str, Any] = _refused_or(status, said)
    return answered


def _checked_address(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.scheme not in ("http", "https"):
        raise Problem("central_address")
    if parts.scheme == "http" and parts.hostname not in ON_THIS_MACHINE:
        raise Problem("central_address")
    return parts


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        # The machine's own authorities decide; with a certificate that is not theirs nothing is sent.
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=PATIENCE_SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=PATIENCE_SECONDS)


def _exchange(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    url: str,
    method: str,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    central: str | None,
) -> tuple[int, Any]:
    """Send a request; the status and JSON of an answer that the central store has signed for this request."""
    try:
        connection.request(method, parts.path.rstrip("/") + path, body, dict(headers))
        response = connection.getresponse()
        content = response.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise Problem("central_unreachable", url=url, reason=_reason(error)) from error
    said = _json(content)
    if central is None:
        central = str(said.get("central", "")) if isinstance(said, dict) else ""
    answer = Answer(headers[exchange.NONCE], headers[exchange.COUNTER], response.status, content)
    if not answer.is_signed_by(central, response.getheader(exchange.SIGNATURE, "")):
        # What is left of it may be long, and is nobody we know.
        connection.close()
        raise Problem("not_central", url=url)
    return response.status, said


def _reason(error: Exception) -> str:
    """Why there was no answer; the system's own words for it are English alone."""
    return next((words for sort, words in _REASONS if isinstance(error, sort)), _BROKE_OFF)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _refused_or(status: int, said: Any) -> Any:
    if status < 300:
        return said
    code = said.get("code") if isinstance(said, dict) else None
    details = said.get("details") if isinstance(said, dict) else None
    if not isinstance(code, str) or code not in REFUSALS:
        # A newer central store may refuse in words that are not known here yet; it is still its answer.
        raise Problem("bad_request")
    raise Problem(code, **(details if isinstance(details, dict) else {}))
