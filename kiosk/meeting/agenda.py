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
    if stage.item is not None and stage.item.type == "question":
        act = _act_on_question(stage, stage.item)
        if act is not None:
            return act
    return _go_on(stage)


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


def _act_on_question(stage: Stage, item: AgendaItem) -> Act | None:
    round = stage.current_round()
    if round is None:
        return Act("open", item.id)
    if round.status == "open":
        return Act("close", item.id, round.id)
    if round.status == "closed":
        return Act("reveal", item.id, round.id)
    return None


def _go_on(stage: Stage) -> Act:
    following = next_item(stage, stage.item.id if stage.item else None)
    return Act("next", following.id) if following else Act("end")
