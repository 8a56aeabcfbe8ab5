"""Comparisons as a console asks for them: let through if they were not yet, and read."""

from __future__ import annotations

from kiosk.room import Room
from kiosk.statistics.disclosure import DisclosedFlows, DisclosedGroups


def groups_by(room: Room, round_id: str, by: str) -> DisclosedGroups:
    """A closed round by the groups of a composition question."""
    room.compare(round_id, f"by:{by}")
    return room.groups(round_id, by)


def flows_to(room: Room, round_id: str) -> DisclosedFlows:
    """Who moved since the round that this one is a pair with."""
    room.compare(round_id, "change")
    return room.flows(round_id)
