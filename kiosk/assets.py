"""Static files, read once at start, compressed once, and answered before Flask is asked.

All of them lie under one folder whose name is a digest of their contents, so they may be kept for ever and
relative imports hold. Requests cost more than bytes when a hall joins at once: a window's stylesheets are put
together into one, and so are its scripts.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli

from kiosk import modules

ROOT = Path(__file__).resolve().parent.parent
FOLDERS: Mapping[str, Path] = {
    "kiosk": ROOT / "kiosk" / "static",
    "facilitator": ROOT / "facilitator" / "static",
    "display": ROOT / "display" / "static",
}
VENDOR: Mapping[str, Path] = {
    "vendor/socket.io.esm.min.js": ROOT
    / "node_modules"
    / "socket.io-client"
    / "dist"
    / "socket.io.esm.min.js",
}
BASE_STYLES = ("reset.css", "tokens.css", "base.css", "components.css", "figures.css")
STYLES: Mapping[str, Path] = {
    "phone.css": FOLDERS["kiosk"] / "css" / "phone",
    "console.css": FOLDERS["facilitator"],
    "wall.css": FOLDERS["display"],
}
PREFIX = "/static/"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it goes out, in each encoding a browser may ask for."""

    content: bytes
    type: str

    @cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)

    @cached_property
    def brotli(self) -> bytes:
        packed: bytes = brotli.compress(self.content)
        return packed

    def encoded_for(self, accepted: str) -> tuple[bytes, str | None]:
        if "br" in accepted:
            return self.brotli, "br"
        if "gzip" in accepted:
            return self.gzip, "gzip"
        return self.content, None


class Assets:
    """Every static file of the three windows."""

    def __init__(self) -> None:
        self._by_name = _read_all()
        digest = sha256()
        for name, asset in sorted(self._by_name.items()):
            digest.update(name.encode() + b"\0" + asset.content)
        self._folder = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file; KeyError when there is no such file."""
        if name not in self._by_name:
            raise KeyError(name)
        return f"{PREFIX}{self._folder}/{name}"

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes] | None:
        """Answer a request for a file; None when the request is for something else."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        folder, _, name = path[len(PREFIX) :].partition("/")
        asset = self._by_name.get(name) if folder == self._folder else None
        if asset is None:
            return None
        body, encoding = asset.encoded_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [
            ("Content-Type", asset.type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", FOR_EVER),
            ("Vary", "Accept-Encoding"),
        ]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [body] if environ["REQUEST_METHOD"] == "GET" else []


@cache
def _read_all() -> Mapping[str, Asset]:
    """All of them by name; once, however many rooms a process has."""
    return dict(_read())


def _read() -> Iterable[tuple[str, Asset]]:
    scripts: dict[str, str] = {}
    for window, folder in FOLDERS.items():
        for path in sorted(folder.rglob("*")):
            name = f"{window}/{path.relative_to(folder).as_posix()}"
            if path.suffix == ".js":
                scripts[name] = path.read_text("utf-8")
            elif path.suffix in (".svg", ".woff2"):
                yield name, _asset(path.read_bytes(), name)
    for name in modules.entries(scripts):
        yield name, _asset(modules.joined(name, scripts).encode(), name)
    for name, path in VENDOR.items():
        # The map the client's last line points to is not served.
        content = path.read_bytes().partition(b"\n//# sourceMappingURL=")[0]
        yield name, _asset(content, name)
    for name, folder in STYLES.items():
        yield name, _asset(_stylesheet(folder), name)


def _stylesheet(folder: Path) -> bytes:
    parts = [FOLDERS["kiosk"] / "css" / name for name in BASE_STYLES]
    text = "\n".join(path.read_text("utf-8") for path in (*parts, *sorted(folder.glob("*.css"))))
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL).encode()


def _asset(content: bytes, name: str) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith(".js"):
        kind = "text/javascript"
    return Asset(content, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
