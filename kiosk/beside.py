"""What consoles and walls ask to read is put together beside the loop, one thing at a time.

Drawing a console, crossing two rounds or writing a spreadsheet takes as long as hundreds of votes. On a
native thread of low priority the loop goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from kiosk.engine import Engine
from kiosk.whole_answer import whole_answer

READ_BESIDE = ("/facilitator", "/display", "/api/v1/rounds/", "/api/v1/meetings", "/api/v1/dialogues")


class Beside:
    """A WSGI layer around the application: it hears of the request and waits, and the loop goes on."""

    def __init__(self, app: WSGIApplication, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(READ_BESIDE):
            return self._app(environ, start_response)
        answer = self._engine.beside(whole_answer, self._app, environ)
        start_response(answer.status, answer.headers)
        return [answer.body]
