"""The one command that runs every check."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import test as checks
from scripts.test import Check

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, *, nothing_is_fine: bool = False) -> Check:
    return Check("a check", [sys.executable, "-c", code], nothing_is_fine)


def test_the_build_server_runs_what_a_person_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == 'exec python3 scripts/test.py "$@"'


def test_all_checks_run_unless_fewer_are_asked_for() -> None:
    everything = {"ruff", "format", "mypy", "tsc", "eslint", "unit", "browser"}
    assert checks._read([]) == (everything, [])
    assert checks._read(["--fast"]) == (everything - {"browser"}, [])
    assert checks._read(["--only", "unit", "--only", "ruff"]) == ({"unit", "ruff"}, [])
    assert checks._read(["--only", "unit", "--", "-k", "qr"]) == ({"unit"}, ["-k", "qr"])


def test_pytest_runs_last_so_that_its_closing_line_is_seen() -> None:
    assert [check.name for check in checks.all_checks(["node"], [])][-2:] == ["unit", "browser"]


def test_what_comes_after_the_dashes_goes_to_pytest_alone() -> None:
    for check in checks.all_checks(["node"], ["-k", "qr"]):
        assert (list(check.command[-2:]) == ["-k", "qr"]) is (check.name in ("unit", "browser"))


def test_a_check_says_whether_it_passed(capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.run(python("print('its own words')"))
    assert not checks.run(python("raise SystemExit(1)"))
    said = capfd.readouterr().out
    assert "its own words" in said
    assert "a check: ok," in said
    assert "a check: FAILED," in said


def test_no_tests_at_all_is_a_failure_unless_some_were_picked() -> None:
    assert not checks.run(python("raise SystemExit(5)"))
    assert checks.run(python("raise SystemExit(5)", nothing_is_fine=True))


def test_one_failure_fails_the_run() -> None:
    assert checks._report([("ruff", True), ("mypy", True)]) == 0
    assert checks._report([("ruff", False), ("mypy", True)]) == 1


def test_tests_are_told_where_chromium_is() -> None:
    assert checks.run(python("import os; assert os.environ['KIOSK_CHROMIUM']"))


def test_what_tests_write_lies_in_memory_where_there_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(checks, "MEMORY", tmp_path)
    monkeypatch.setattr(checks, "ENOUGH_MEMORY", 0)
    assert checks.surroundings()["TMPDIR"] == str(tmp_path)
    monkeypatch.setattr(checks, "ENOUGH_MEMORY", 2**80)
    assert "TMPDIR" not in checks.surroundings()
    monkeypatch.setenv("TMPDIR", "/somewhere")
    assert checks.surroundings()["TMPDIR"] == "/somewhere"
