"""What guests see: the page of a meeting before joining, made once for everybody who asks in the same words.

A hall scans the same code within a minute. Until somebody acts, the page differs only by what is named in the
key below; making it takes a hundred times as long as handing it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from kiosk import documents
from kiosk.whole_answer import WholeAnswer, whole_answer

MOST_KEPT = 200
_PLACE = re.compile(r"/[A-Za-z0-9]{4,6}")
_ASKED_WITH = ("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")


@dataclass(frozen=True)
class _Page:
    acts: int
    answer: WholeAnswer


class GuestPages:
    """A WSGI layer around the application. ``acts`` goes up with whatever may change a page."""

    def __init__(self, app: WSGIApplication, acts: Callable[[], int]) -> None:
        self._app = app
        self._acts = acts
        self._kept: dict[tuple[str, ...], _Page] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _asks_as_guest(environ):
            return self._app(environ, start_response)
        key = (environ["PATH_INFO"], *(environ.get(name, "") for name in _ASKED_WITH))
        page = self._kept.get(key)
        if page is None or page.acts != self._acts():
            page = self._make(environ)
            if page.answer.status.startswith("200"):
                self._keep(key, page)
        start_response(page.answer.status, list(page.answer.headers))
        return [page.answer.body]

    def _make(self, environ: WSGIEnvironment) -> _Page:
        acts = self._acts()  # before the page is read: whoever acts meanwhile makes it an old one
        return _Page(acts, whole_answer(self._app, environ))

    def _keep(self, key: tuple[str, ...], page: _Page) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = page


def _asks_as_guest(environ: WSGIEnvironment) -> bool:
    """Whether this asks for ``/CODE`` and nothing tells who asks, or in which other way than all do."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and _PLACE.fullmatch(path := environ.get("PATH_INFO", "")) is not None
        and path[1:].upper() not in documents.RESERVED
        and not environ.get("QUERY_STRING")
        and "HTTP_COOKIE" not in environ
        and "HTTP_AUTHORIZATION" not in environ
    )
