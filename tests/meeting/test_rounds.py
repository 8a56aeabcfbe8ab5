"""Rounds: open, closed, revealed, and what cannot follow what."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.meeting.rounds import OutOfTurn, RoundStatus, Verb, step

STEPS: list[tuple[Verb, RoundStatus, RoundStatus | None]] = [
    ("close", "open", "closed"),
    ("close", "closed", "closed"),
    ("close", "revealed", "revealed"),
    ("reveal", "open", None),
    ("reveal", "closed", "revealed"),
    ("reveal", "revealed", "revealed"),
    ("hide", "open", None),
    ("hide", "closed", "closed"),
    ("hide", "revealed", "closed"),
]


@pytest.mark.parametrize(("verb", "status", "after"), STEPS)
def test_a_step(verb: Verb, status: RoundStatus, after: RoundStatus | None) -> None:
    if after is None:
        with pytest.raises(OutOfTurn):
            step(verb, status)
    else:
        assert step(verb, status) == after


def test_every_step_has_been_thought_of() -> None:
    assert {(verb, status) for verb, status, _ in STEPS} == set(
        product(("close", "reveal", "hide"), ("open", "closed", "revealed"))
    )


@given(st.lists(st.sampled_from(["close", "reveal", "hide"])))
def test_no_way_leads_back_to_open(verbs: list[Verb]) -> None:
    status: RoundStatus = step("close", "open")
    for verb in verbs:
        status = step(verb, status)
        assert status != "open"
