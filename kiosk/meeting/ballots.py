"""Ballots: how a repeat, a change and a late answer are told apart.

The order of the questions matters. A known ballot id is looked for *before* the state of the round, so
that a phone whose acknowledgement was lost hears "repeated" even after the close.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from kiosk.meeting.rounds import RoundStatus

Verdict = Literal["counted", "repeated", "conflict", "closed"]

_BALLOT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")


class Ballot(NamedTuple):
    """One participant's answer in one round. ``id`` is minted by the phone; ``answer`` is canonical JSON."""

    id: str
    round: str
    participant: str
    answer: str


def is_ballot_id(value: Any) -> bool:
    """Whether a phone may name a ballot so: at most 64 letters, digits and any of ``._:-``.

    It should be random: who is given a name that another phone has used hears of a conflict.
    """
    return isinstance(value, str) and _BALLOT_ID.match(value) is not None


def judge(*, known: bool, same: bool, status: RoundStatus) -> Verdict:
    """What becomes of a ballot.

    ``known``: its id has been accepted before. ``same``: then it came from the same participant, for
    the same round, with the same answer.
    """
    if known:
        return "repeated" if same else "conflict"
    return "counted" if status == "open" else "closed"
