"""One kiosk for each data folder, with real locks and real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.hold import hold
from kiosk.listening import CannotStart

ROOT = Path(__file__).resolve().parents[2]


def holder(data: Path) -> subprocess.Popen[str]:
    """Another process that holds the folder until it is ended."""
    code = (
        "import sys, pathlib; from kiosk.hold import hold\n"
        f"held = hold(pathlib.Path({str(data)!r}))\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_folder_is_made_and_held(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "var"
    held = hold(data)
    assert (data / "lock").read_text() == str(os.getpid())
    held.release()


def test_a_second_start_is_refused_in_one_line_that_names_the_first(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(CannotStart) as refused:
            hold(tmp_path)
        other.kill()
    sentence = str(refused.value)
    assert str(tmp_path) in sentence
    assert f"process {other.pid}" in sentence
    assert "\n" not in sentence


def test_a_second_hold_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    held = hold(tmp_path)
    with pytest.raises(CannotStart):
        hold(tmp_path)
    held.release()
    hold(tmp_path).release()


def test_a_killed_kiosk_leaves_nothing_behind(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait(10)
    hold(tmp_path).release()


def test_two_folders_do_not_disturb_each_other(tmp_path: Path) -> None:
    first, second = hold(tmp_path / "a"), hold(tmp_path / "b")
    first.release()
    second.release()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(CannotStart, match="cannot be written"):
        hold(in_the_way / "data")
