"""What must come of the commands of two consoles: a plain model of one meeting.

Every command carries the version that its console's screen showed. One that moves the meeting takes it from
that version to the next, so at most one can be accepted at each. That puts all acts of both consoles in one
order, and the meeting must be what they make of it in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Verb = Literal["open", "close", "reveal", "hide", "go", "skip", "wall"]

VIEWS = ("join", "item", "composition", "blank", "break")
VIEW_OF_TYPE = {"join": "join", "break": "break", "composition": "composition"}
"""What the wall shows of an agenda item of such a type; any other shows itself."""
STATUS_AFTER = {"close": "closed", "reveal": "revealed", "hide": "closed"}


@dataclass(frozen=True)
class Line:
    """An item of the agenda."""

    id: str
    type: str
    question: str | None = None


@dataclass(frozen=True)
class Run:
    """A round: the item it was opened at, its question, and how far it has come."""

    item: str | None
    question: str
    status: str


@dataclass(frozen=True)
class Act:
    """A command with the version it was sent with, and what came of it: ok, or the code of a refusal.

    ``opened`` is the round that it opened; ``replied_at`` when its console heard, in seconds.
    """

    verb: Verb
    target: str
    version: int
    outcome: str
    opened: str = ""
    replied_at: float = 0.0

    def __str__(self) -> str:
        return f"{self.verb} {self.target} at {self.version}: {self.outcome}"


@dataclass(frozen=True)
class Evening:
    """The meeting at one version. ``walls`` are the views of which one is on the wall: a change of view alone
    moves no version, so two of them have no order between them."""

    agenda: tuple[Line, ...]
    version: int
    item: str | None
    walls: frozenset[str]
    skipped: frozenset[str] = frozenset()
    rounds: dict[str, Run] = field(default_factory=dict)

    def after(self, act: Act) -> Evening | str:
        """The meeting after an act that moves it; for any other, what it is answered."""
        match act.verb:
            case "open":
                return self._open(act.target, act.opened)
            case "go":
                return self._go(act.target)
            case "skip":
                return self._skip(act.target)
            case "wall":
                return "ok"
            case verb:
                return self._turn(verb, act.target)

    def _open(self, question: str, round_id: str) -> Evening | str:
        if any(run.question == question and run.status == "open" for run in self.rounds.values()):
            return "already_open"
        items = [line.id for line in self.agenda if line.question == question]
        item = self.item if self.item in items else items[0]
        opened = {**self.rounds, round_id: Run(item, question, "open")}
        return replace(self._at(item, "item"), skipped=self.skipped - {item}, rounds=opened)

    def _turn(self, verb: str, round_id: str) -> Evening | str:
        run = self.rounds.get(round_id)
        if run is None:
            return "no_such_round"
        if run.status == "open" and verb != "close":
            return "still_open"
        if run.status == STATUS_AFTER[verb] or (verb, run.status) == ("close", "revealed"):
            return "ok"
        turned = {**self.rounds, round_id: replace(run, status=STATUS_AFTER[verb])}
        moved = self._at(run.item, "item") if verb == "reveal" else replace(self, version=self.version + 1)
        return replace(moved, rounds=turned)

    def _go(self, item: str) -> Evening:
        line = next(line for line in self.agenda if line.id == item)
        return replace(self._at(item, VIEW_OF_TYPE.get(line.type, "item")), skipped=self.skipped - {item})

    def _skip(self, item: str) -> Evening | str:
        if any(run.item == item and run.status == "open" for run in self.rounds.values()):
            return "still_open"
        left_out = replace(self, version=self.version + 1, skipped=self.skipped | {item})
        ids = [line.id for line in self.agenda]
        rest = [line for line in self.agenda[ids.index(item) + 1 :] if line.id not in left_out.skipped]
        if self.item != item or not rest:
            return left_out
        return replace(self._at(rest[0].id, VIEW_OF_TYPE.get(rest[0].type, "item")), skipped=left_out.skipped)

    def _at(self, item: str | None, view: str) -> Evening:
        return replace(self, version=self.version + 1, item=item, walls=frozenset({view}))


@dataclass(frozen=True)
class Replay:
    """How the meeting stood at each version, with every view seen at it, and what has no explanation.

    ``moved`` are the acts that moved it, one for each version but the last.
    """

    last: Evening
    at: dict[int, Evening]
    moved: list[Act]
    faults: list[str]


def replay(evening: Evening, acts: Sequence[Act]) -> Replay:
    """Do the acts again, in their order, on the model."""
    at: dict[int, Evening] = {}
    moved: list[Act] = []
    faults: list[str] = []
    left = sorted(acts, key=lambda act: act.version)
    while True:
        here = [act for act in left if act.version == evening.version]
        left = left[len(here) :]
        views = frozenset(act.target for act in here if act.verb == "wall" and act.outcome == "ok")
        at[evening.version] = replace(evening, walls=evening.walls | views)
        evening = replace(evening, walls=views or evening.walls)
        movers = [act for act in here if act.outcome == "ok" and not isinstance(evening.after(act), str)]
        faults += _unexplained(evening, here, is_over=not movers)
        if not movers:
            break
        faults += [f"a double act: {act} beside {movers[0]}" for act in movers[1:]]
        moved.append(movers[0])
        following = evening.after(movers[0])
        assert isinstance(following, Evening)
        evening = following
    faults += [f"the meeting never was at that version: {act}" for act in left]
    return Replay(evening, at, moved, faults)


def _unexplained(evening: Evening, here: Sequence[Act], *, is_over: bool) -> list[str]:
    """Acts at one version that were answered otherwise than the model says."""
    found = []
    for act in here:
        wanted = evening.after(act)
        if act.outcome == "stale":
            if is_over:
                found.append(f"refused as stale, and nothing else was done: {act}")
        elif act.outcome != (wanted if isinstance(wanted, str) else "ok"):
            found.append(f"{act}, where the model says {wanted if isinstance(wanted, str) else 'ok'}")
    return found
