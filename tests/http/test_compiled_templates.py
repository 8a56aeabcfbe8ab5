"""Compiled templates are kept from one start to the next, and can be lost or damaged without harm."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from kiosk.app import CompiledTemplates


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the tests themselves were started."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def rendered(folder: Path, source: str = "{{ 6 * 7 }}") -> str:
    environment = Environment(
        loader=DictLoader({"page": source}), bytecode_cache=CompiledTemplates(folder), autoescape=True
    )
    return environment.get_template("page").render()


def test_a_template_is_compiled_once(tmp_path: Path) -> None:
    assert rendered(tmp_path) == "42"
    (kept,) = tmp_path.iterdir()
    written = kept.stat()
    assert rendered(tmp_path) == "42"
    (again,) = tmp_path.iterdir()
    assert (again.stat().st_ino, again.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_another_source_is_compiled_anew(tmp_path: Path) -> None:
    rendered(tmp_path)
    assert rendered(tmp_path, "{{ 6 + 7 }}") == "13"
    assert rendered(tmp_path) == "42"


def test_a_damaged_copy_is_made_anew(tmp_path: Path) -> None:
    rendered(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for damaged in (b"", b"\x00" * 64, whole[:-9]):
        kept.write_bytes(damaged)
        assert rendered(tmp_path) == "42"
        assert kept.read_bytes() == whole


def test_where_nothing_can_be_written_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rendered(tmp_path / "missing") == "42"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path) == "42"
    assert list(tmp_path.iterdir()) == []
