"""The agenda: what the next sensible act is, and which item follows which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.meeting.document import AgendaItem
from kiosk.meeting.stage import Stage

ActVerb = Literal["start", "open", "close", "reveal", "next", "end", "none"]


@dataclass(frozen=True)
class Act:
    """What the primary button does, and to which item or round."""

    verb: ActVerb
    item: str | None = None
    round: str | None = None


def next_act(stage: Stage) -> Act:
    """The next sensible act: start, then for each question open → close → reveal → next, at last end."""
    if stage.status == "prepared":
        return Act("start")
    if stage.status != "running":
        return Act("none")
    forgotten = _open_elsewhere(stage)
    if forgotten is not None:
        return forgotten
    return _act_on_round(stage) or _go_on(stage)


def next_item(stage: Stage, after: str | None) -> AgendaItem | None:
    """The item after the given one that has not been skipped; the first when none is given."""
    ids = [item.id for item in stage.agenda]
    start = ids.index(after) + 1 if after in ids else 0
    return next((item for item in stage.agenda[start:] if item.id not in stage.skipped), None)


def _open_elsewhere(stage: Stage) -> Act | None:
    """An open round that is not the current item's must be closed before anything else happens."""
    for round in stage.open_rounds():
        if stage.item is None or round.item != stage.item.id:
            return Act("close", round.item, round.id)
    return None


def _act_on_round(stage: Stage) -> Act | None:
    """What the current question needs next; None when there is none, or nothing left to do with it."""
    item, round = stage.item, stage.current_round()
    if round is None:
        waits = item is not None and item.type == "question" and item.id not in stage.skipped
        return Act("open", item.id) if item is not None and waits else None
    if round.status == "open":
        return Act("close", round.item, round.id)
    if round.status == "closed" and round.item not in stage.skipped:
        return Act("reveal", round.item, round.id)
    return None


def _go_on(stage: Stage) -> Act:
    following = next_item(stage, stage.item.id if stage.item else None)
    return Act("next", following.id) if following else Act("end")
