"""A whole answer of a WSGI application, for the layers that keep it or have it made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]


class WholeAnswer(NamedTuple):
    """What the application has said, with nothing left to come."""

    status: str
    headers: Headers
    body: bytes


def whole_answer(app: WSGIApplication, environ: WSGIEnvironment) -> WholeAnswer:
    """Ask the application and wait for the end of its answer."""
    told: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _fault: Any = None) -> Callable[[bytes], object]:
        told.append((status, headers))
        return lambda _written: None

    answer = app(environ, start)
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return WholeAnswer(*told[-1], body)
