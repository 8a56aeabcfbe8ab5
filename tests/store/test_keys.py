"""Keys: one for each meeting, the owner's alone, and gone when they are destroyed."""

from __future__ import annotations

import threading
from pathlib import Path

from kiosk.store.keys import Keys


def test_a_key_stays_the_same_and_is_found_again(tmp_path: Path) -> None:
    key = Keys(tmp_path / "keys").of_meeting("m1")
    assert len(key) == 32
    assert Keys(tmp_path / "keys").of_meeting("m1") == key


def test_every_meeting_and_the_installation_have_keys_of_their_own(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    assert len({keys.of_meeting("m1"), keys.of_meeting("m2"), keys.of_installation()}) == 3


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    Keys(tmp_path / "keys").of_meeting("../../etc/passwd")
    (file,) = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_destroyed_key_is_gone(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    key = keys.of_meeting("m1")
    other = keys.of_meeting("m2")
    keys.destroy("m1")
    assert all(key not in file.read_bytes() for file in (tmp_path / "keys").iterdir())
    assert keys.of_meeting("m2") == other
    assert keys.of_meeting("m1") != key


def test_destroying_twice_is_no_mistake(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    keys.of_meeting("m1")
    keys.destroy("m1")
    keys.destroy("m1")
    keys.destroy("never-held")


def test_who_asks_first_at_the_same_time_gets_the_same_key(tmp_path: Path) -> None:
    for attempt in range(20):
        keys = Keys(tmp_path / str(attempt))
        together = threading.Barrier(8)
        got: list[bytes] = []

        def ask(keys: Keys = keys, together: threading.Barrier = together, got: list[bytes] = got) -> None:
            together.wait()
            got.append(keys.of_meeting("m1"))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [Keys(tmp_path / str(attempt)).of_meeting("m1")] * 8
