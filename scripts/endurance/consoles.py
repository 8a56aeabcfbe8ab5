"""Two consoles act at random, each on what its screen shows: no act is lost or double, both see the same.

One step is a handful of commands from each, at the same time. Then both screens must show the same within a
second, and the file, the screens and the model of `evening.py` must agree.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass, field, replace
from typing import get_args

from scripts.endurance import stored
from scripts.endurance.evening import VIEWS, Act, Evening, Line, Replay, Run, Verb, replay
from scripts.endurance.hall import Hall
from scripts.endurance.meetings import Json, choice, meeting
from scripts.endurance.phone import Phone
from scripts.endurance.trial import Progress, Record, Row, spread
from scripts.endurance.window import Picture, Window, same

COMMANDS = 10
"""From each console in one step."""
EQUAL_SECONDS = 1.0
PATIENCE_SECONDS = 10.0
THINKING_SECONDS = 0.03
ANSWERING_SHARE, ANSWERING_SECONDS = 0.5, 0.3
QUESTIONS = tuple(f"proposal-{number}" for number in range(1, 6))
AGENDA = (
    Line("door", "join"),
    *(Line(f"ask-{name}", "question", name) for name in QUESTIONS),
    Line("slide", "slide"),
    Line("break", "break"),
)
WEIGHTS: dict[Verb, int] = {"open": 25, "close": 25, "reveal": 15, "hide": 8, "go": 12, "skip": 7, "wall": 8}
RECENT = 5
"""Rounds opened last, at which a console is most likely to look."""
RECENT_SHARE = 0.8
NO_ROUND = "no-round"
MEETING, CODE = "consoles", "TWO2"
OTHERS = (
    {"id": "slide", "type": "slide", "title": {"en": "What we know"}, "body": {"en": "Not much."}},
    {"id": "break", "type": "break"},
)


@dataclass(frozen=True)
class Stretch:
    """One step. ``equal_seconds``: from the last reply until both screens showed the same, and the newest."""

    commands: int
    moved: int
    stale: int
    refused: int
    equal_seconds: float
    seen_seconds: float
    answers_so_far: int
    faults: list[str] = field(default_factory=list)


class ConsolesTrial:
    def __init__(self, progress: Progress) -> None:
        self._hall = Hall.of(progress, spread=ANSWERING_SECONDS)
        self._hall.crowd.plan = self._answer
        self._file = self._hall.server.file
        self._chance = self._hall.chance
        self._consoles: list[Window] = []
        self._rounds: list[str] = []

    async def begin(self) -> None:
        server = self._hall.server
        await server.start()
        await self._hall.hold(meeting(MEETING, CODE, *map(choice, QUESTIONS), others=OTHERS))
        await self._hall.come()
        for _ in range(2):
            console = await Window.let_in(server.port, "console", MEETING, server.operator)
            await console.follow()
            self._consoles.append(console)
        self._rounds = list(self._evening().rounds)

    async def end(self) -> None:
        for console in self._consoles:
            await console.leave()
        await self._hall.end()

    async def step(self, number: int) -> Record:
        crowd = self._hall.crowd
        before = self._evening()
        for console in self._consoles:
            console.heard.clear()
        acts = [act for some in await asyncio.gather(*map(self._act, self._consoles)) for act in some]
        replied_at = time.monotonic()
        equal = await crowd.until(self._are_equal, PATIENCE_SECONDS)
        equal_seconds = time.monotonic() - replied_at
        await crowd.until(lambda: crowd.waiting() == 0, PATIENCE_SECONDS)
        done = replay(before, acts)
        told = {name: told["counted"] + told["repeated"] for name, told in crowd.told.items()}
        stretch = Stretch(
            commands=len(acts),
            moved=len(done.moved),
            stale=sum(act.outcome == "stale" for act in acts),
            refused=sum(act.outcome not in ("ok", "stale") for act in acts),
            equal_seconds=equal_seconds,
            seen_seconds=self._seen_seconds(done),
            answers_so_far=sum(told.values()),
        )
        if not equal:
            stretch.faults.append(f"the screens were not equal after {equal_seconds:.1f} s")
        stretch.faults.extend(
            [
                *done.faults,
                *self._differences(done),
                *self._wrong_screens(done),
                *await self._not_current(),
                *crowd.take_faults(),
                *(fault for console in self._consoles for fault in console.faults),
                *self._miscounted(told),
            ]
        )
        return asdict(stretch)

    def _answer(self, phone: Phone, round_id: str) -> tuple[float, Json] | None:
        return self._hall.answer(phone, round_id) if self._chance.random() < ANSWERING_SHARE else None

    # ── What the consoles do ────────────────────────────────────────────────────────────────────────

    async def _act(self, console: Window) -> list[Act]:
        """A handful of commands, each when the one before has been answered, as a person's."""
        acts = []
        for _ in range(COMMANDS):
            await asyncio.sleep(self._chance.uniform(0, THINKING_SECONDS))
            acts.append(await self._press(console))
        return acts

    async def _press(self, console: Window) -> Act:
        assert console.picture is not None
        (verb,) = self._chance.choices(get_args(Verb), [WEIGHTS[verb] for verb in get_args(Verb)])
        act = Act(verb, self._target(verb), console.picture.version, "")
        path, message = _request(act)
        reply = await console.ask("POST", path, {**message, "version": act.version})
        said = reply.json()
        opened = said["id"] if reply.is_good and verb == "open" else ""
        if opened:
            self._rounds.append(opened)
        outcome = "ok" if reply.is_good else str(said["code"])
        return replace(act, outcome=outcome, opened=opened, replied_at=time.monotonic())

    def _target(self, verb: Verb) -> str:
        if verb == "open":
            return self._chance.choice(QUESTIONS)
        if verb == "wall":
            return self._chance.choice(VIEWS)
        if verb in ("go", "skip"):
            return self._chance.choice(AGENDA).id
        recent = self._rounds[-RECENT:] if self._chance.random() < RECENT_SHARE else self._rounds
        return self._chance.choice(recent or [NO_ROUND])

    # ── What must be so afterwards ──────────────────────────────────────────────────────────────────

    def _are_equal(self) -> bool:
        one, other = self._consoles
        version = stored.read_standing(self._file, MEETING).version
        return one.picture is not None and one.picture.version == version and same(one, other)

    def _evening(self) -> Evening:
        """The meeting as the file has it."""
        now = stored.read_standing(self._file, MEETING)
        rounds = {name: Run(*row) for name, row in now.rounds.items()}
        return Evening(AGENDA, now.version, now.item, frozenset({now.wall}), now.skipped, rounds)

    def _seen_seconds(self, done: Replay) -> float:
        """How long the slower screen took, after the reply to an act, to show what came of it; the worst."""
        waits = [
            min((at for at, picture in console.heard if picture.version > act.version), default=float("inf"))
            - act.replied_at
            for act in done.moved
            for console in self._consoles
        ]
        return max([0.0, *waits])

    def _differences(self, done: Replay) -> list[str]:
        """Where the file differs from the model."""
        now, wanted = self._evening(), done.last
        if now.walls <= wanted.walls and replace(now, walls=wanted.walls) == wanted:
            return []
        return [f"the file has {now}, the model {wanted}"]

    def _wrong_screens(self, done: Replay) -> list[str]:
        """Pictures that a console was sent and that the meeting never looked like."""
        return [
            f"a screen showed {picture.attributes}, where the model has {done.at.get(picture.version)}"
            for console in self._consoles
            for _, picture in console.heard
            if not _fits(picture, done.at.get(picture.version))
        ]

    def _miscounted(self, told: dict[str, int]) -> list[str]:
        """Rounds that are over with another number of answers than were acknowledged."""
        rounds = self._evening().rounds
        in_file = stored.answered(self._file, MEETING)
        return [
            f"round {name}: {count} ballots were acknowledged, {in_file[name]} are in the file"
            for name, count in told.items()
            if rounds[name].status != "open" and in_file[name] != count
        ]

    async def _not_current(self) -> list[str]:
        """What a console that is opened now would show, if it is not what is on the two."""
        fresh = Picture(
            (await self._consoles[0].ask("GET", f"/facilitator/meetings/{MEETING}/state")).json()["html"]
        )
        shown = [console.picture.attributes for console in self._consoles if console.picture is not None]
        if all(attributes == fresh.attributes for attributes in shown):
            return []
        return [f"the screens show {shown}, a fresh one {fresh.attributes}"]


def _request(act: Act) -> tuple[str, Json]:
    """A command as the console's buttons send it."""
    match act.verb:
        case "open":
            return f"/api/v1/meetings/{MEETING}/rounds", {"question": act.target}
        case "go":
            return f"/api/v1/meetings/{MEETING}/stage", {"item": act.target}
        case "wall":
            return f"/api/v1/meetings/{MEETING}/stage", {"wall": act.target}
        case "skip":
            return f"/api/v1/meetings/{MEETING}/skip", {"item": act.target}
        case verb:
            return f"/api/v1/rounds/{act.target}/{verb}", {}


def _fits(picture: Picture, evening: Evening | None) -> bool:
    if evening is None:
        return False
    shown = picture.attributes
    return (shown["item"] or None) == evening.item and shown["wall"] in evening.walls


def rows(progress: Progress) -> list[Row]:
    records = progress.records
    sums = {
        name: sum(record[name] for record in records) for name in ("commands", "moved", "stale", "refused")
    }
    equal = [record["equal_seconds"] for record in records]
    seen = [record["seen_seconds"] for record in records]
    return [
        Row("commands", f"{sums['commands']:,}", f"{2 * COMMANDS * len(records):,}"),
        Row("acts that moved the meeting", f"{sums['moved']:,}"),
        Row("refused as stale", f"{sums['stale']:,}", "some", sums["stale"] > 0),
        Row("refused for another reason", f"{sums['refused']:,}"),
        Row("lost, double or unexplained acts", f"{len(progress.faults)}", "0", not progress.faults),
        Row("screens equal after", spread(equal), f"<= {EQUAL_SECONDS:g} s", max(equal) <= EQUAL_SECONDS),
        Row(
            "an act on both screens, after its reply",
            spread(seen),
            f"<= {EQUAL_SECONDS:g} s",
            max(seen) <= EQUAL_SECONDS,
        ),
    ]
