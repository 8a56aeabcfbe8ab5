"""Before and after: how many moved from which answer to which, told so that no single step shows.

The totals of both rounds are on the wall. So the flows are told to the nearest five, the small ones not at
all, and none of it where the totals would still give a small one away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.statistics.disclosure.values import SEAL, Disclosed, DisclosedFlows, Withheld
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

NEAREST = 5
GONE, COME = "gone", "come"

Node = tuple[str, str]


@dataclass(frozen=True)
class Transitions:
    """How the participants who answered both rounds moved. Not for showing.

    ``moved`` counts people by answer before and answer after; ``gone`` counts by answer before those who did
    not answer again, ``come`` by answer after those who had not answered before.
    """

    before: str
    after: str
    moved: Mapping[str, Mapping[str, int]]
    gone: Mapping[str, int]
    come: Mapping[str, int]

    @property
    def pairs(self) -> int:
        """How many people answered both."""
        return sum(sum(row.values()) for row in self.moved.values())


@dataclass(frozen=True)
class _Arc:
    """People who went one way, and between which numbers an onlooker knows them to be."""

    start: Node
    end: Node
    people: int
    least: int
    most: int
    guarded: bool


def disclose_flows(
    transitions: Transitions, before: Disclosed, after: Disclosed, *, thresholds: Thresholds = DEFAULTS
) -> DisclosedFlows:
    """Let the flows through, or withhold them all; ``before`` and ``after`` are the totals shown."""
    if "open" in (before.withheld, after.withheld):
        return _withheld(transitions, "open")
    unshown = before.told_counts is None or after.told_counts is None
    if unshown or transitions.pairs < 2 * thresholds.base:
        return _withheld(transitions, "too_few")
    arcs = _arcs(transitions, thresholds)
    if any(arc.guarded and not _can_differ(arc, arcs) for arc in arcs):
        return _withheld(transitions, "too_few")
    flows = {
        start: {end: _told(people, thresholds) for end, people in row.items()}
        for start, row in transitions.moved.items()
    }
    return DisclosedFlows(before=transitions.before, after=transitions.after, flows=flows, _seal=SEAL)


def _told(people: int, thresholds: Thresholds) -> int | None:
    """People to the nearest five; None below the threshold."""
    return None if people < thresholds.base else (people + NEAREST // 2) // NEAREST * NEAREST


def _arcs(transitions: Transitions, thresholds: Thresholds) -> list[_Arc]:
    """Everybody as people on arcs, from an answer before, or none, to an answer after, or none."""
    everybody = transitions.pairs + sum(transitions.gone.values()) + sum(transitions.come.values())
    arcs = [
        _moved_arc(start, end, people, thresholds)
        for start, row in transitions.moved.items()
        for end, people in row.items()
    ]
    some_gone, some_came = any(transitions.gone.values()), any(transitions.come.values())
    for start, people in transitions.gone.items():
        arcs.append(_Arc((start, "before"), (GONE, ""), people, 0, everybody * some_gone, some_gone))
    for end, people in transitions.come.items():
        arcs.append(_Arc((COME, ""), (end, "after"), people, 0, everybody * some_came, some_came))
    return arcs


def _moved_arc(start: str, end: str, people: int, thresholds: Thresholds) -> _Arc:
    told = _told(people, thresholds)
    if told is None:
        return _Arc((start, "before"), (end, "after"), people, 0, thresholds.base - 1, guarded=True)
    least = max(told - NEAREST // 2, thresholds.base)
    return _Arc((start, "before"), (end, "after"), people, least, told + NEAREST // 2, guarded=False)


def _can_differ(arc: _Arc, arcs: list[_Arc]) -> bool:
    """Whether one more or one fewer on this arc would agree with everything told.

    One more on an arc has to be taken back along a way round from its end to its start: over arcs that can
    take one more, or against arcs that can spare one (the residual graph of a flow, Ford and Fulkerson 1956).
    Arcs whose answer nobody gave are fixed by the totals alone and hide nothing.
    """
    others = [other for other in arcs if other is not arc]
    more = arc.people < arc.most and _leads(arc.end, arc.start, others)
    fewer = arc.people > arc.least and _leads(arc.start, arc.end, others)
    return more or fewer or _is_fixed_by_totals(arc, arcs)


def _leads(origin: Node, goal: Node, arcs: list[_Arc]) -> bool:
    seen, waiting = {origin}, [origin]
    while waiting:
        here = waiting.pop()
        steps = [arc.end for arc in arcs if arc.start == here and arc.people < arc.most]
        steps += [arc.start for arc in arcs if arc.end == here and arc.people > arc.least]
        for node in steps:
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return False


def _is_fixed_by_totals(arc: _Arc, arcs: list[_Arc]) -> bool:
    """Whether nobody gave the answer at either end, which the totals say already."""
    leaving = sum(other.people for other in arcs if other.start == arc.start)
    arriving = sum(other.people for other in arcs if other.end == arc.end)
    return leaving == 0 or arriving == 0


def _withheld(transitions: Transitions, why: Withheld) -> DisclosedFlows:
    return DisclosedFlows(
        before=transitions.before, after=transitions.after, withheld=why, flows={}, _seal=SEAL
    )
