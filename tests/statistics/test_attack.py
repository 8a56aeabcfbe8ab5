"""Nobody who keeps everything that was ever shown can work out what was not."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping

import pytest

import kiosk.statistics.composition as composition
import kiosk.statistics.disclosure.flows as flows
import kiosk.statistics.disclosure.groups as groups
from kiosk.meeting.tally import Tally
from kiosk.statistics.disclosure import Transitions, disclose, disclose_flows
from tests.support.attacker import Cell
from tests.support.hall import Hall, Shown, interrogate

MEETINGS = int(os.environ.get("KIOSK_ATTACKED_MEETINGS", "1000"))
SLICES = 8


def attack(seed: int) -> dict[Cell, int]:
    hall = Hall(seed)
    attacker, guarded = interrogate(hall, hall.hold())
    return attacker.find_out(guarded, random.Random(seed)) if guarded else {}


@pytest.mark.parametrize("part", range(SLICES))
def test_nothing_hidden_can_be_worked_out(part: int) -> None:
    for seed in range(part, MEETINGS, SLICES):
        assert attack(seed) == {}, f"meeting {seed}"


CARELESS = 40
"""Meetings of which a careless gate gives something away in some."""


def found_in_careless_meetings() -> int:
    return sum(bool(attack(seed)) for seed in range(CARELESS))


def test_without_further_rows_hidden_groups_are_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_covers", lambda rows, hidden, thresholds: True)
    assert found_in_careless_meetings() > 0


def test_without_further_categories_hidden_a_picture_tells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_give_themselves_away", lambda counts, least: False)
    assert found_in_careless_meetings() > 0


def two_rounds_of(moved: Mapping[str, Mapping[str, int]]) -> Shown:
    """Two rounds that the same people answered, with their flows."""
    nobody = dict.fromkeys(moved, 0)
    transitions = Transitions("r0", "r1", moved, nobody, nobody)
    before = {start: sum(row.values()) for start, row in moved.items()}
    after = {end: sum(row[end] for row in moved.values()) for end in moved}
    everybody = transitions.pairs
    totals = {
        name: disclose(
            Tally(name, everybody, 0, 0, everybody, counts),
            status="revealed",
            sensitive=False,
            multiple=False,
        )
        for name, counts in (("r0", before), ("r1", after))
    }
    flows = [(disclose_flows(transitions, totals["r0"], totals["r1"]), transitions)]
    return Shown(totals=totals, flows=flows)


def test_flows_that_are_not_weighed_give_single_steps_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 14 who said yes about 10 stayed, and of 12 who say no about 10 had: so two went from yes to no."""
    moved = {"yes": {"yes": 12, "no": 2}, "no": {"yes": 4, "no": 10}}
    assert two_rounds_of(moved).flows[0][0].withheld == "too_few"
    monkeypatch.setattr(flows, "_can_differ", lambda arc, arcs: True)
    attacker, guarded = interrogate(Hall(0), two_rounds_of(moved))
    assert attacker.find_out(guarded, random.Random(0)) == {
        ("flow", "yes", "no"): 2,
        ("flow", "no", "yes"): 4,
    }
