"""The demonstration in short: three small meetings, from the phones to central's counts."""

from __future__ import annotations

from pathlib import Path

from tests.support.central_process import run


def test_three_meetings_come_home_and_the_counts_agree(tmp_path: Path) -> None:
    done = run(
        "scripts/demonstrate.py",
        "--into",
        str(tmp_path / "new"),
        "--phones-count",
        "--meetings",
        "3",
        "--small",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if " answers here, " in line]
    assert [line.split()[5] for line in lines] == ["network", "network", "stick"]
    assert all(", equal  (" in line for line in lines), done.stdout
    assert done.stdout.endswith("Central holds what the laptops hold.\n")


def test_it_is_never_mixed_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "room.sqlite").write_bytes(b"real answers")
    refused = run("scripts/demonstrate.py", "--into", str(tmp_path), "--phones-count")
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert run("scripts/demonstrate.py", "--into", str(tmp_path / "new")).returncode == 2
