"""Nothing that a page needs comes from elsewhere, and no script leans on what browsers keep for HTTPS."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.http.conftest import House

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    file
    for folder in ("kiosk", "facilitator", "display")
    for kind in ("*.js", "*.css")
    for file in sorted((ROOT / folder / "static").rglob(kind))
]
ELSEWHERE = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}""")
NEEDS_HTTPS = re.compile(r"serviceWorker|crypto\.subtle|navigator\.(clipboard|wakeLock|mediaDevices|share)\b")
"""Plain HTTP on an address of the hall is no secure context; ``randomUUID`` has a stand-in in ``ids.js``."""
PAGES = ("/", "/MEET", "/privacy", "/facilitator", "/display")


def test_there_are_files() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_file_asks_elsewhere(file: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)
    assert ELSEWHERE.findall(text) == []
    needed = [found[0] for found in NEEDS_HTTPS.finditer(text) if f"{found[0]}?" not in text]
    assert needed == []
    if file.name != "ids.js":
        assert "randomUUID" not in text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_elsewhere(house: House, path: str) -> None:
    page = house.anyone().console().get(path, follow_redirects=True).text
    asked = re.findall(r"""(?:src|href|action)=["']([^"']*)""", page)
    assert asked
    assert [
        address for address in asked if "//" in address and not address.startswith("http://localhost")
    ] == []
