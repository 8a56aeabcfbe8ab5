"""One backup: what goes in comes out, with the right key alone, and with every bit as it was."""

from __future__ import annotations

import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.backups.box import (
    PIECE,
    Header,
    NotABackup,
    describe,
    fingerprint,
    locked,
    new_key,
    opened,
    read_header,
    read_spelt,
    spell,
)

KEY = bytes(range(32))


def header_of(plain: bytes, key: bytes = KEY) -> Header:
    return describe(
        plain, key, id="ab" * 8, generation=3, made_at="2026-11-24T18:00:00Z", sealed=False, openness=0
    )


def backup_of(plain: bytes, key: bytes = KEY) -> bytes:
    return b"".join(locked(plain, header_of(plain, key), key))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_goes_in_comes_out(size: int) -> None:
    plain = os.urandom(size)
    header, out = opened(BytesIO(backup_of(plain)), KEY)
    assert out == plain
    assert (header.generation, header.size, header.sealed) == (3, size, False)


def test_the_header_is_read_without_a_key_and_tells_no_content() -> None:
    plain = b"who answered what" * 10_000
    backup = backup_of(plain)
    assert read_header(BytesIO(backup)).made_at == "2026-11-24T18:00:00Z"
    assert b"answered" not in backup
    assert KEY not in backup


def test_another_key_opens_nothing_and_says_so() -> None:
    with pytest.raises(NotABackup, match="another key"):
        opened(BytesIO(backup_of(b"plain")), new_key())


def test_the_same_file_twice_looks_different() -> None:
    assert backup_of(b"same" * 100)[300:] != backup_of(b"same" * 100)[300:]


def pieces_of(backup: bytes) -> tuple[bytes, list[bytes]]:
    """The head of a backup and its locked pieces, each with its length."""
    at = 12 + int.from_bytes(backup[8:12], "big")
    head, pieces = backup[:at], []
    while at < len(backup):
        length = 4 + int.from_bytes(backup[at : at + 4], "big")
        pieces.append(backup[at : at + length])
        at += length
    return head, pieces


def test_pieces_can_be_neither_swapped_nor_left_out_nor_doubled() -> None:
    head, (first, second, third) = pieces_of(backup_of(os.urandom(3 * PIECE)))
    for pieces in (
        [second, first, third],
        [first, third],
        [first, second],
        [first, first, second, third],
        [],
    ):
        with pytest.raises(NotABackup):
            opened(BytesIO(head + b"".join(pieces)), KEY)


def test_the_pieces_of_one_backup_do_not_fit_another_one() -> None:
    plain = os.urandom(PIECE)
    head, _ = pieces_of(backup_of(plain))
    _, pieces = pieces_of(backup_of(plain))
    with pytest.raises(NotABackup):
        opened(BytesIO(head + pieces[0]), KEY)


@given(st.data())
def test_every_flipped_bit_is_noticed(data: st.DataObject) -> None:
    backup = bytearray(backup_of(b"0123456789" * 20))
    place = data.draw(st.integers(0, len(backup) - 1))
    backup[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotABackup):
        opened(BytesIO(bytes(backup)), KEY)


def test_a_key_can_be_written_down_and_typed_again() -> None:
    key = new_key()
    assert read_spelt(spell(key)) == key
    assert read_spelt(spell(key).lower().replace(" ", "-") + "\n") == key
    assert len(fingerprint(key)) == 8


@pytest.mark.parametrize("typed", ["", "AAAA", "not a key at all!", "A" * 60])
def test_what_is_no_key_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a backup key"):
        read_spelt(typed)
