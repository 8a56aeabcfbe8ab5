"""Faults are told on a stream that may be out of room, and nobody stops at that."""

from __future__ import annotations

import io
import traceback

import pytest

from kiosk.complaints import Complaints


def test_a_log_on_a_full_disk_stops_nobody() -> None:
    full = io.TextIOWrapper(io.FileIO("/dev/full", "w"), write_through=True)
    with pytest.raises(OSError, match="No space left"):
        print("news", file=full)
    complaints = Complaints(full)
    print("news", file=complaints)
    traceback.print_exception(ValueError("a fault"), file=complaints)


def test_what_there_is_room_for_is_told() -> None:
    log = io.StringIO()
    print("news: a fault", file=Complaints(log))
    assert log.getvalue() == "news: a fault\n"
