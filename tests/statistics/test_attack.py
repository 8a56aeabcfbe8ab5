"""Nobody who keeps everything that was ever shown can work out what was not."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping

import pytest

import kiosk.statistics.composition as composition
import kiosk.statistics.disclosure.flows as flows
import kiosk.statistics.disclosure.groups as groups
import kiosk.statistics.disclosure.live as live
from kiosk.meeting.tally import Tally
from kiosk.statistics.disclosure import Transitions, disclose, disclose_flows, disclose_live
from tests.support.attacker import Attacker, Cell
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


def found_out_by_neighbours(answers: list[str], block: int, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Whose answers follow from bars alone, for one who saw in which order everybody pressed."""
    monkeypatch.setattr(live, "ballots_shown_live", lambda received, *_: received // block * block)
    attacker = Attacker()
    people = [
        {option: attacker.wonder((place, option), int(option == given)) for option in OPTIONS}
        for place, given in enumerate(answers)
    ]
    for person in people:
        attacker.learn_sum(person.values(), 1, 1)
    ballots = [{option: int(option == given) for option in OPTIONS} for given in answers]
    for received in range(block, len(ballots) + 1, block):
        bars = disclose_live("r", ballots[:received], sensitive=False)
        assert bars is not None
        for option, share in bars.percents.items():
            least, most = ((share + side) * received / 100 for side in (-2.5, 2.5))
            attacker.learn_sum([person[option] for person in people[:received]], least, most)
    found = attacker.find_out(attacker.truth, random.Random(0))
    return {place for place in range(len(answers)) if (place, "yes") in found}


OPTIONS = ("yes", "no")


def test_bars_of_whole_blocks_tell_an_answer_only_where_all_of_a_block_agree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixed = ["yes", "no", "yes", "yes", "no", "no", "yes", "no", "yes", "no"] * 4
    assert found_out_by_neighbours(mixed, 10, monkeypatch) == set()
    assert found_out_by_neighbours(["yes"] * 20, 10, monkeypatch) == set(range(20)), "what is left, and told"
    assert found_out_by_neighbours(mixed[:18], 1, monkeypatch) == set(range(18)), "as bars that move at once"
