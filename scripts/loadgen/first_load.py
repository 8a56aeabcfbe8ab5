"""What a phone fetches when it opens the page for the first time, counted as it comes over the air.

Reads links as a browser does: style sheets, scripts, images, icons, module preloads; then what those name in
turn (`import` in a module, `url()` and `@import` in a style sheet). Each is asked for twice: compressed, to
be counted, headers included, and plain, to be read.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from scripts.loadgen.hall import BenchError

FETCHED_LINKS = {"stylesheet", "icon", "modulepreload", "preload", "manifest"}
IMPORTS = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']""")
CSS_LINKS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")
COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class FirstLoad:
    """Bytes over the air by path, the page first; how many of them are headers."""

    sizes: dict[str, int]
    headers: int

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.has_icon = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        kinds = set((values.get("rel") or "").split())
        self.has_icon = self.has_icon or (tag == "link" and "icon" in kinds)
        link = values.get("href") if tag == "link" and kinds & FETCHED_LINKS else None
        if tag in {"script", "img"}:
            link = values.get("src")
        if link and not link.startswith("data:"):
            self.found.append(link)


def first_load(port: int, page: str) -> FirstLoad:
    sizes: dict[str, int] = {}
    headers = 0
    waiting = [page]
    while waiting:
        path = waiting.pop(0)
        if path in sizes:
            continue
        head, sizes[path], kind, text = _fetch(port, path)
        headers += head
        waiting += [link for link in _links(path, kind, text) if link not in sizes]
    return FirstLoad(sizes, headers)


def _fetch(port: int, path: str) -> tuple[int, int, str, str]:
    head, size, _, _ = _get(port, path, "br, gzip")
    _, _, kind, text = _get(port, path, "identity")
    return head, size, kind, text


def _get(port: int, path: str, coding: str) -> tuple[int, int, str, str]:
    """The size of the head, of the whole response, its type, and its text when asked for plain."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": coding, "Accept-Language": "sv"})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise BenchError(f"GET {path} was answered with {response.status}.")
    head = sum(len(name) + len(value) + 4 for name, value in response.getheaders())
    status_line = len(f"HTTP/1.1 {response.status} {response.reason}\r\n\r\n")
    text = body.decode("utf-8", "replace") if coding == "identity" else ""
    head += status_line
    return head, head + len(body), response.getheader("Content-Type", ""), text


def _links(path: str, kind: str, text: str) -> Iterator[str]:
    """Absolute paths on the same server; anything elsewhere would be a fault that the tests look for."""
    for link in _named(kind, text):
        target = urlsplit(urljoin(path, link))
        if not target.netloc:
            yield target.path + (f"?{target.query}" if target.query else "")


def _named(kind: str, text: str) -> list[str]:
    if "html" in kind:
        links = _Links()
        links.feed(text)
        # A page that names no icon makes browsers ask for this one.
        return links.found if links.has_icon else [*links.found, "/favicon.ico"]
    if "javascript" in kind:
        return [link for link in IMPORTS.findall(COMMENTS.sub("", text)) if link.startswith((".", "/"))]
    if "css" in kind:
        return [link for link in CSS_LINKS.findall(COMMENTS.sub("", text)) if not link.startswith("data:")]
    return []
