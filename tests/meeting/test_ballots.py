"""Ballots: a repeat, a conflict, a late one, and the ids a phone may give them."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.meeting.ballots import is_ballot_id, judge


@pytest.mark.parametrize("status", ["open", "closed", "revealed"])
def test_a_known_ballot_is_judged_before_the_state_of_its_round(status: Any) -> None:
    assert judge(known=True, same=True, status=status) == "repeated"
    assert judge(known=True, same=False, status=status) == "conflict"


def test_a_new_ballot_counts_only_while_its_round_is_open() -> None:
    assert judge(known=False, same=False, status="open") == "counted"
    assert judge(known=False, same=False, status="closed") == "closed"
    assert judge(known=False, same=False, status="revealed") == "closed"


@pytest.mark.parametrize(
    "name", ["a", "Z" * 64, "0123-_ab", "voter:7.2", "a3f0c9d2-1b1e-4c5d-9f00-0123456789ab"]
)
def test_ids_that_phones_may_give(name: str) -> None:
    assert is_ballot_id(name)


@pytest.mark.parametrize(
    "name",
    ["", "a/b", "a" * 65, "with space", "abcdefgh\n", "åäöåäöåäö", "../../etc/passwd", None, 12345678, [],
     {}, True, b"abcdefgh", "abcdefg\x00", "\ud83dabcdefgh", "１２３４５６７８"],
)  # fmt: skip
def test_ids_that_are_refused(name: Any) -> None:
    assert not is_ballot_id(name)
