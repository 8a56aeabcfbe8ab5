"""Many meetings of a dialogue: nobody who keeps all that was shown can work out a small meeting's answers."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kiosk.statistics.disclosure.meetings as gate
from kiosk.statistics.composition import DECLINED
from kiosk.statistics.disclosure import DisclosedSum
from kiosk.statistics.disclosure.meetings import (
    SEVERAL,
    Amount,
    Block,
    Part,
    Rules,
    add_up,
    cells_of,
    disclose_people,
    disclose_sum,
    follow,
    gather,
    may_replace,
    may_stand,
    parts_of,
    released_sum,
)
from tests.support.attacker import Attacker

OPTIONS = "abc"
QUESTION = Rules.of_question(sensitive=False)
SENSITIVE = Rules.of_question(sensitive=True)
PEOPLE = Rules.of_composition()
DIALOGUES = int(os.environ.get("KIOSK_ATTACKED_DIALOGUES", "40"))


def amount(*counts: int, abstained: int = 0) -> Amount:
    valid = sum(counts)
    return Amount(valid + abstained, valid, abstained, 0, dict(zip(OPTIONS, counts, strict=False)))


def part(meeting: str, *counts: int, like: str = "open", rules: Rules = QUESTION) -> Part:
    (made,) = parts_of(meeting, like, {"phone": amount(*counts)}, sensitive=rules is SENSITIVE)
    return made


# ── Blocks ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_small_meeting_waits_for_another_small_one() -> None:
    large, small = part("m1", 20, 20), part("m2", 4, 3)
    blocks, waiting = gather([large, small], QUESTION)
    assert (blocks, waiting) == ((Block((large,)),), (small,))
    other = part("m3", 2, 4)
    step = follow("m3", [other], [], [small], QUESTION)
    assert step.come == (Block((small, other)),)
    assert step.waiting == ()


def test_what_no_room_has_shown_is_never_one_meeting_alone() -> None:
    """Seven know what their room was shown, and take it from the sum of ten."""
    assert not may_stand([part("m1", 4, 3), part("m2", 2, 1)], QUESTION)
    assert may_stand([part("m1", 4, 3), part("m2", 2, 1), part("m3", 1, 1)], QUESTION)
    assert not may_stand([part("m1", 4, 3), part("m2", 3, 0), part("m3", 2, 0)], QUESTION)


def test_nothing_small_is_unanimous_and_nothing_sensitive_ever() -> None:
    assert not may_stand([part("m1", 12, 0)], QUESTION)
    assert may_stand([part("m1", 25, 0)], QUESTION)
    assert not may_stand([part("m1", 250, 0, rules=SENSITIVE)], SENSITIVE)
    assert may_stand([part("m1", 249, 1, rules=SENSITIVE)], SENSITIVE)


def test_small_meetings_go_together_with_their_own_type_first() -> None:
    likes = {"a": "open", "b": "outreach", "c": "open", "d": "outreach"}
    blocks, left = gather([part(name, 3, 3, like=like) for name, like in likes.items()], QUESTION)
    assert [sorted(block.meetings) for block in blocks] == [["a", "c"], ["b", "d"]]
    assert left == ()
    blocks, left = gather([part(name, 3, 3, like=likes[name]) for name in "abc"], QUESTION)
    assert [sorted(block.meetings) for block in blocks] == [["a", "b", "c"]]


def test_channels_are_told_apart_only_when_each_is_enough() -> None:
    """The room has shown the sum, so the three on paper would be left over."""
    (together,) = parts_of("m", "open", {"phone": amount(20, 20), "paper": amount(2, 1)}, sensitive=False)
    assert (together.name, together.amount.valid) == (SEVERAL, 43)
    apart = parts_of("m", "open", {"phone": amount(20, 20), "paper": amount(7, 6)}, sensitive=False)
    assert [one.name for one in apart] == ["phone", "paper"]


def test_a_correction_by_few_waits() -> None:
    shown = Block((part("m", 20, 20),))
    step = follow("m", [part("m", 21, 20)], [shown], [], QUESTION)
    assert (step.gone, step.come, len(step.held)) == ((), (), 1)
    step = follow("m", [part("m", 27, 26)], [shown], [], QUESTION)
    assert (step.gone, step.held) == ((shown,), ())
    assert step.come[0].amount.valid == 53
    step = follow("m", [], [shown], [], QUESTION)
    assert (step.gone, step.come) == ((shown,), ())


def test_a_correction_of_a_meeting_that_is_together_with_others_waits() -> None:
    shown = Block((part("m1", 4, 3), part("m2", 2, 4)))
    assert follow("m2", [part("m2", 29, 29)], [shown], [], QUESTION).held
    same = follow("m2", [part("m2", 2, 4)], [shown], [], QUESTION)
    assert (same.gone, same.come, same.held) == ((), (), ())


def test_a_meeting_taken_out_frees_those_it_was_together_with() -> None:
    shown = Block((part("m1", 4, 3), part("m2", 2, 4)))
    step = follow("m2", [], [shown], [part("m3", 4, 1)], QUESTION)
    assert step.gone == (shown,)
    assert [sorted(block.meetings) for block in step.come] == [["m1", "m3"]]


def test_what_is_no_block_is_refused_by_the_gate() -> None:
    small = Block((part("m", 4, 3),))
    with pytest.raises(ValueError, match="no block"):
        disclose_sum([small], QUESTION, multiple=False)
    with pytest.raises(ValueError, match="no block"):
        add_up(None, gate.Step(come=(small,)), QUESTION, multiple=False)
    with pytest.raises(TypeError):
        DisclosedSum(counts={}, percents={})


def test_a_sum_from_its_record_is_the_same() -> None:
    found = disclose_sum([Block((part("m", 20, 20),))], QUESTION, multiple=False)
    assert released_sum(found.as_record()) == found
    assert (found.meetings, found.valid, found.percents) == (1, 40, {"a": 50, "b": 50})


# ── Who came ─────────────────────────────────────────────────────────────────────────────────────────


def test_of_who_came_small_categories_wait_for_other_meetings() -> None:
    first = cells_of("m1", "open", {"a": 20, "b": 3, "c": 0, DECLINED: 1}, sensitive=False)
    blocks, waiting = gather_cells(first)
    told = disclose_people("abc", sum_of(blocks), {one.name for one in waiting}, sensitive=False)
    # Three and one are four together: too few to be hidden alone, so the room hid a third category.
    assert told.shown == {"a": None, "b": None, "c": 0, DECLINED: None}
    second = cells_of("m2", "open", {"a": 20, "b": 4, "c": 0, DECLINED: 5}, sensitive=False)
    blocks, waiting = gather_cells([*first, *second])
    told = disclose_people("abc", sum_of(blocks), {one.name for one in waiting}, sensitive=False)
    # What the first room hid of a waits for another room that hides some; the second room showed its own.
    assert told.shown == {"a": 20, "b": 7, "c": 0, DECLINED: 6}
    assert (told.base, told.waiting) == (27, True)


def gather_cells(cells: Iterable[Part]) -> tuple[list[Block], list[Part]]:
    blocks: list[Block] = []
    left: list[Part] = []
    by_name: dict[str, list[Part]] = {}
    for cell in cells:
        by_name.setdefault(cell.name, []).append(cell)
    for alike in by_name.values():
        made, waiting = gather(alike, PEOPLE)
        blocks += made
        left += waiting
    return blocks, left


def sum_of(blocks: Sequence[Block]) -> DisclosedSum:
    return disclose_sum(blocks, PEOPLE, multiple=False)


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────

COUNTS = st.lists(st.integers(0, 30), min_size=3, max_size=3)
MEETINGS = st.lists(
    st.tuples(COUNTS, st.sampled_from(["open", "outreach"]), st.booleans()), min_size=1, max_size=12
)


@given(MEETINGS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_answer_is_in_one_block_or_waits_and_every_block_may_stand(
    meetings: list[tuple[list[int], str, bool]], sensitive: bool
) -> None:
    rules = Rules.of_question(sensitive=sensitive)
    parts = [
        one
        for number, (counts, like, two) in enumerate(meetings)
        for one in parts_of(f"m{number}", like, channels(counts, two), sensitive=sensitive)
    ]
    blocks, waiting = gather(parts, rules)
    gathered = [one for block in blocks for one in block.parts] + list(waiting)
    assert sorted(gathered, key=lambda one: one.member) == sorted(parts, key=lambda one: one.member)
    assert all(may_stand(block.parts, rules) for block in blocks)
    assert not any(may_stand([one], rules) for one in waiting)


def channels(counts: list[int], two: bool) -> dict[str, Amount]:
    if not two:
        return {"phone": amount(*counts)}
    half = [one // 2 for one in counts]
    return {
        "phone": amount(*half),
        "paper": amount(*(one - part for one, part in zip(counts, half, strict=True))),
    }


@given(COUNTS, COUNTS)
def test_a_step_is_nobody_or_enough_on_either_side(before: list[int], after: list[int]) -> None:
    allowed = may_replace(amount(*before), amount(*after), QUESTION)
    added = sum(max(0, new - old) for old, new in zip(before, after, strict=True))
    taken = sum(max(0, old - new) for old, new in zip(before, after, strict=True))
    if allowed:
        assert added == 0 or added >= 10
        assert taken == 0 or taken >= 10
    if before == after:
        assert allowed


@given(st.lists(st.tuples(st.integers(0, 5), COUNTS), min_size=1, max_size=25))
@settings(max_examples=100, deadline=None)
def test_the_running_sum_is_the_sum_of_the_blocks(events: list[tuple[int, list[int]]]) -> None:
    dialogue = Dialogue(QUESTION)
    for number, counts in events:
        dialogue.take_in(f"m{number}", {"phone": amount(*counts)})
    whole = disclose_sum(dialogue.blocks, QUESTION, multiple=False)
    shown = dialogue.shown
    assert shown is not None
    assert (shown.answered, shown.valid, shown.blocks) == (whole.answered, whole.valid, whole.blocks)
    assert {name: n for name, n in shown.counts.items() if n} == {
        name: n for name, n in whole.counts.items() if n
    }


# ── The attack ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Dialogue:
    """A question over meetings that come, come again with corrections, and go."""

    rules: Rules
    blocks: list[Block] = field(default_factory=list)
    waiting: list[Part] = field(default_factory=list)
    shown: DisclosedSum | None = None

    def take_in(self, meeting: str, by_channel: Mapping[str, Amount], like: str = "open") -> bool:
        """Whether the meeting's newest version is what counts, rather than held back."""
        now = parts_of(meeting, like, by_channel, sensitive=self.rules is SENSITIVE)
        mine = [block for block in self.blocks if meeting in block.meetings]
        step = follow(meeting, now, mine, self.waiting, self.rules)
        self.blocks = [block for block in self.blocks if block not in step.gone] + list(step.come)
        self.waiting = list(step.waiting)
        self.shown = add_up(self.shown, step, self.rules, multiple=False)
        return not step.held


def figures(blocks: Sequence[Block]) -> list[list[Block]]:
    """Everything that a page shows: all, and by meeting, type and channel what is of one alone."""
    shown = [list(blocks)]
    for attribute in ("meeting", "like", "name"):
        names = [frozenset(getattr(one, attribute) for one in block.parts) for block in blocks]
        shown += [
            [block for block, its in zip(blocks, names, strict=True) if its == name] for name in set(names)
        ]
    return [blocks for blocks in shown if blocks]


@pytest.mark.parametrize("seed", range(DIALOGUES))
def test_no_attacker_finds_a_small_meeting(seed: int) -> None:
    """Who was in the rooms knows what they were shown, and has kept every figure of the central store."""
    assert attack(seed) == {}


Cell = tuple[str, int, str, str]
"""A meeting, its version, a channel and an option."""


def attack(seed: int) -> dict[Cell, int]:
    """What somebody works out of small meetings from all figures and, perhaps, what the rooms were shown."""
    told = Told(random.Random(seed))
    for _ in range(told.chance.randint(4, 9)):
        told.hold()
        told.look()
    if not told.attacker._sums:
        return {}
    found = told.attacker.find_out(told.secrets, told.chance)
    # Of an option that nobody in a block chose it is told that nobody did.
    return {cell: number for cell, number in found.items() if number > 0}  # type: ignore[misc]


class Told:
    """A dialogue held at random, with corrections, and everything that was shown of it at any time."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.attacker = Attacker()
        self.secrets: set[Cell] = set()
        self._knows_rooms = chance.random() < 0.5
        self._dialogue = Dialogue(QUESTION)
        self._versions: dict[tuple[str, int], Mapping[str, Amount]] = {}
        self._newest: dict[str, int] = {}
        self._counting: dict[str, int] = {}

    def hold(self) -> None:
        """A meeting comes in, or one that was here with a few answers more."""
        again = bool(self._newest) and self.chance.random() < 0.25
        meeting = self.chance.choice(list(self._newest)) if again else f"m{len(self._newest)}"
        answers = self._more_of(meeting) if again else self._answers()
        cut = self.chance.choice([0, 0, len(answers) // 3])
        by_channel = {
            name: amount(*map(given.count, OPTIONS))
            for name, given in (("phone", answers[cut:]), ("paper", answers[:cut]))
            if given
        }
        version = self._newest.get(meeting, -1) + 1
        self._newest[meeting] = version
        self._versions[meeting, version] = by_channel
        self._wonder(meeting, version, len(answers))
        seen = self._dialogue.take_in(meeting, by_channel, self.chance.choice(["open", "outreach"]))
        if seen or version == 0:
            self._counting[meeting] = version

    def look(self) -> None:
        """The attacker reads every figure of the page."""
        for blocks in figures(self._dialogue.blocks):
            told = disclose_sum(blocks, QUESTION, multiple=False)
            for option in OPTIONS:
                cells = [cell for block in blocks for cell in self._cells(block, option)]
                if cells:
                    self.attacker.learn_sum(cells, told.counts[option], told.counts[option])

    def _answers(self) -> list[str]:
        size = self.chance.choice([2, 3, 4, 6, 7, 9, 12, 30])
        return self.chance.choices(OPTIONS, [5, 3, 1], k=size)

    def _more_of(self, meeting: str) -> list[str]:
        before = self._versions[meeting, self._newest[meeting]].values()
        same = [option for one in before for option in OPTIONS for _ in range(one.counts[option])]
        return same + self.chance.choices(OPTIONS, k=self.chance.choice([1, 2, 12]))

    def _wonder(self, meeting: str, version: int, answers: int) -> None:
        for name, one in self._versions[meeting, version].items():
            for option in OPTIONS:
                cell = self.attacker.wonder((meeting, version, name, option), one.counts[option])
                if answers < (5 if self._knows_rooms else 10):
                    self.secrets.add(cell)  # type: ignore[arg-type]
        if self._knows_rooms and answers >= 5:
            for option in OPTIONS:
                cells = [(meeting, version, name, option) for name in self._versions[meeting, version]]
                total = sum(self.attacker.truth[cell] for cell in cells)
                self.attacker.learn_sum(cells, total, total)

    def _cells(self, block: Block, option: str) -> list[Cell]:
        found: list[Cell] = []
        for one in block.parts:
            version = self._counting[one.meeting]
            names = list(self._versions[one.meeting, version]) if one.name == SEVERAL else [one.name]
            found += [(one.meeting, version, name, option) for name in names]
        return found


def test_the_attacker_would_find_what_is_shown_carelessly(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every meeting a block of its own, nothing is hidden: the attack sees it."""
    monkeypatch.setattr(gate, "may_stand", lambda parts, rules: True)
    assert any(attack(seed) for seed in range(6))
