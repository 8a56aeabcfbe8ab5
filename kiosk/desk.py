"""The desk: what consoles and walls ask to read is put together beside the loop, one thing at a time.

Drawing a console, crossing two rounds or writing a spreadsheet takes as long as hundreds of votes. On a
native thread it takes turns with them instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from kiosk.engine import Engine

READ_AT_THE_DESK = ("/facilitator", "/display", "/api/v1/rounds/", "/api/v1/meetings", "/api/v1/dialogues")


class Desk:
    """A WSGI layer around the application: it hears of the request and waits, and the loop goes on."""

    def __init__(self, app: WSGIApplication, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(READ_AT_THE_DESK):
            return self._app(environ, start_response)
        status, headers, body = self._engine.beside(self._read, environ)
        start_response(status, headers)
        return [body]

    def _read(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], _fault: Any = None
        ) -> Callable[[bytes], object]:
            told.append((status, headers))
            return lambda _written: None

        answer = self._app(environ, start)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        return *told[-1], body
