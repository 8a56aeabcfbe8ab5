"""One question over many meetings: what may be shown of all, of one, of a type, a channel or a month.

Everything shown is a sum of blocks. A block is what one meeting gave by one channel, or several of these
together where one alone is too small; each block could be shown by itself. Whoever takes one figure from
another, "all meetings" less "all but one", is left with blocks again. A block stands once it has been shown:
what comes later makes blocks of its own, and waits until it can. Those who were in a room know what was shown
there, so in a block what was shown nowhere is never one meeting alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from kiosk.statistics.composition import DECLINED, hide_small
from kiosk.statistics.disclosure.groups import ALIKE_BELOW
from kiosk.statistics.disclosure.totals import is_unanimous
from kiosk.statistics.disclosure.values import SEAL, Sealed
from kiosk.statistics.shares import percents_of_each, percents_to_100
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

SEVERAL = "several"
"""The channel of a meeting's answers that came by several, where one of these alone is too small."""

BOTH_FROM = 0.05
"""Two means that differ by more than this are both shown; ``clusters.BOTH_FROM`` says the same exactly."""
ROUNDING = 1e-9

Member = tuple[str, str]
"""A meeting, and one of its channels; of a composition question one of its categories."""


@dataclass(frozen=True)
class Amount:
    """Counted answers. Not for showing."""

    answered: int = 0
    valid: int = 0
    abstained: int = 0
    dont_know: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Amount) -> Amount:
        return self._with(other, 1)

    def __sub__(self, other: Amount) -> Amount:
        return self._with(other, -1)

    def _with(self, other: Amount, sign: int) -> Amount:
        names = dict.fromkeys((*self.counts, *other.counts))
        return Amount(
            self.answered + sign * other.answered,
            self.valid + sign * other.valid,
            self.abstained + sign * other.abstained,
            self.dont_know + sign * other.dont_know,
            {name: self.counts.get(name, 0) + sign * other.counts.get(name, 0) for name in names},
        )


def total(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, Amount())


@dataclass(frozen=True)
class Part:
    """What one meeting gave by one channel, or in one category; ``like`` is the meeting's type.

    ``public``: it was shown in the room where it was given, so somebody knows it already.
    """

    meeting: str
    name: str
    like: str
    amount: Amount
    public: bool

    @property
    def member(self) -> Member:
        return self.meeting, self.name


@dataclass(frozen=True)
class Block:
    """Parts that are only ever shown together."""

    parts: tuple[Part, ...]

    @property
    def amount(self) -> Amount:
        return total(part.amount for part in self.parts)

    @property
    def meetings(self) -> frozenset[str]:
        return frozenset(part.meeting for part in self.parts)


@dataclass(frozen=True)
class Rules:
    """When parts together may be shown, for one question.

    ``base``: answers in a block · ``unseen``: answers in what no room has shown of it · ``alike_below``: a
    block of fewer answers than this may not be unanimous · ``step``: answers that a correction must add or
    take away.
    """

    base: float
    unseen: int
    alike_below: float
    step: int

    @staticmethod
    def of_question(*, sensitive: bool, thresholds: Thresholds = DEFAULTS) -> Rules:
        least = thresholds.least_total(sensitive=sensitive)
        return Rules(
            max(thresholds.base, least), least, inf if sensitive else ALIKE_BELOW, max(thresholds.base, least)
        )

    @staticmethod
    def of_composition(thresholds: Thresholds = DEFAULTS) -> Rules:
        """Of one category: everybody in it is alike, and nothing is hidden by that."""
        return Rules(thresholds.count, thresholds.count, 0, thresholds.count)


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────


def parts_of(
    meeting: str,
    like: str,
    by_channel: Mapping[str, Amount],
    *,
    sensitive: bool,
    thresholds: Thresholds = DEFAULTS,
) -> tuple[Part, ...]:
    """A meeting's answers by channel; as one part unless each channel could be shown by itself.

    The room has shown the sum, so a channel that is hidden could be worked out from the others.
    """
    answered = {channel: amount for channel, amount in by_channel.items() if amount.answered}
    whole = total(answered.values())
    public = _shown_in_room(whole, sensitive=sensitive, thresholds=thresholds)
    parts = tuple(Part(meeting, channel, like, amount, public) for channel, amount in answered.items())
    rules = Rules.of_question(sensitive=sensitive, thresholds=thresholds)
    if len(parts) < 2 or all(may_stand((part,), rules) for part in parts):
        return parts
    return (Part(meeting, SEVERAL, like, whole, public),)


def _shown_in_room(amount: Amount, *, sensitive: bool, thresholds: Thresholds) -> bool:
    if amount.valid < thresholds.least_total(sensitive=sensitive):
        return False
    return not (sensitive and _is_alike(amount))


def cells_of(
    meeting: str, like: str, counts: Mapping[str, int], *, sensitive: bool, thresholds: Thresholds = DEFAULTS
) -> tuple[Part, ...]:
    """The categories of who was at a meeting, from people by category, ``DECLINED`` among them."""
    shown = hide_small(counts, sensitive=sensitive, thresholds=thresholds)
    return tuple(
        Part(meeting, name, like, Amount(count, count, counts={name: count}), shown[name] is not None)
        for name, count in counts.items()
        if count
    )


# ── Blocks ───────────────────────────────────────────────────────────────────────────────────────────


def may_stand(parts: Sequence[Part], rules: Rules) -> bool:
    """Whether these parts may be shown as one figure, whatever else is shown."""
    amount = total(part.amount for part in parts)
    if amount.valid < rules.base or _is_too_alike(amount, rules):
        return False
    unseen = [part for part in parts if not part.public and part.amount.answered]
    if not unseen:
        return True
    rest = total(part.amount for part in unseen)
    return (
        len({part.meeting for part in unseen}) > 1
        and rest.valid >= rules.unseen
        and not _is_too_alike(rest, rules)
    )


def gather(waiting: Iterable[Part], rules: Rules) -> tuple[tuple[Block, ...], tuple[Part, ...]]:
    """Blocks of what waits, and what still waits. Small ones go together, first with others of their type."""
    parts = sorted(waiting, key=lambda part: part.member)
    alone = [part for part in parts if may_stand((part,), rules)]
    small = [part for part in parts if part not in alone]
    blocks: list[Block] = []
    rest: list[Part] = []
    for like in dict.fromkeys(part.like for part in small):
        made, left = _put_together([part for part in small if part.like == like], rules)
        blocks += made
        rest += left
    made, left = _put_together(rest, rules)
    blocks += made
    if left and blocks and may_stand(fuller := (*blocks[-1].parts, *left), rules):
        blocks[-1], left = Block(fuller), []
    return (*(Block((part,)) for part in alone), *blocks), tuple(left)


def _put_together(parts: Sequence[Part], rules: Rules) -> tuple[list[Block], list[Part]]:
    blocks: list[Block] = []
    together: list[Part] = []
    for part in parts:
        together.append(part)
        if may_stand(together, rules):
            blocks.append(Block(tuple(together)))
            together = []
    return blocks, together


def may_replace(shown: Amount, now: Amount, rules: Rules) -> bool:
    """Whether a correction may be seen: what it adds and what it takes away each stand for enough people."""
    change = now - shown
    return all(_is_step(_side(change, sign), rules) for sign in (1, -1))


def _side(change: Amount, sign: int) -> Amount:
    """What a change adds (1) or takes away (−1), and how many people that is at least."""
    counts = {name: max(0, sign * count) for name, count in change.counts.items()}
    outside = max(0, sign * change.abstained) + max(0, sign * change.dont_know)
    people = max(0, sign * change.valid, max(counts.values(), default=0)) + outside
    return Amount(people, people, counts=counts)


def _is_step(side: Amount, rules: Rules) -> bool:
    return side.valid == 0 or (side.valid >= rules.step and not _is_too_alike(side, rules))


def _is_alike(amount: Amount) -> bool:
    return bool(amount.counts) and is_unanimous(amount.counts, amount.valid)


def _is_too_alike(amount: Amount, rules: Rules) -> bool:
    return amount.valid < rules.alike_below and _is_alike(amount)


# ── When a meeting comes, comes again, or goes ───────────────────────────────────────────────────────


@dataclass(frozen=True)
class Step:
    """What a meeting changes in the blocks of one question: some go, some come, some parts wait.

    ``held`` are the meeting's new parts where the old ones stay shown: too few make the difference.
    """

    gone: tuple[Block, ...] = ()
    come: tuple[Block, ...] = ()
    waiting: tuple[Part, ...] = ()
    held: tuple[Part, ...] = ()


def follow(
    meeting: str, now: Sequence[Part], shown: Sequence[Block], waiting: Iterable[Part], rules: Rules
) -> Step:
    """Let a meeting in, or the next version of it, or without parts take it out.

    ``shown`` are the blocks that it is a member of, ``waiting`` what waits of the whole question.
    """
    others = tuple(part for part in waiting if part.meeting != meeting)
    if not now:
        freed = [part for block in shown for part in block.parts if part.meeting != meeting]
        come, left = gather((*others, *freed), rules)
        return Step(tuple(shown), come, left)
    before = total(part.amount for block in shown for part in block.parts if part.meeting == meeting)
    after = total(part.amount for part in now)
    if shown and _is_same(before, after):
        return Step(waiting=others)
    # In a block with others the room's own new result would tell the old one, and that the others'.
    together = any(len(block.meetings) > 1 for block in shown)
    if shown and (together or not may_replace(before, after, rules)):
        return Step(waiting=others, held=tuple(now))
    come, left = gather((*others, *now), rules)
    return Step(tuple(shown), come, left)


def _is_same(one: Amount, other: Amount) -> bool:
    change = one - other
    return not any((change.answered, change.abstained, change.dont_know, *change.counts.values()))


# ── What passes ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class DisclosedSum(Sealed):
    """What may be shown of the answers that some meetings gave to a question; answers, not persons.

    ``meetings`` is how many it covers, ``blocks`` of how many figures it is the sum. ``shares`` adds up each
    option's share by meeting, small ones together as one, and ``figures`` is how many these are.
    """

    meetings: int = 0
    blocks: int = 0
    answered: int = 0
    valid: int = 0
    abstained: int = 0
    dont_know: int = 0
    counts: Mapping[str, int]
    percents: Mapping[str, int]
    shares: Mapping[str, float] = field(default_factory=dict)
    figures: int = 0

    def mean_of_meetings(self, option: str) -> float:
        """The mean of the meetings' shares, each counted once; between 0 and 1."""
        return self.shares.get(option, 0.0) / self.figures if self.figures else 0.0

    def needs_both_means(self, option: str) -> bool:
        """Whether the share of all answers and the mean of meetings are too far apart to stand alone."""
        pooled = self.counts.get(option, 0) / self.valid if self.valid else 0.0
        return abs(pooled - self.mean_of_meetings(option)) > BOTH_FROM + ROUNDING


def disclose_sum(blocks: Sequence[Block], rules: Rules, *, multiple: bool) -> DisclosedSum:
    """The sum of blocks; ValueError for parts that may not be shown together."""
    _check(blocks, rules)
    return _sealed(_Sums.of(blocks), multiple=multiple)


def add_up(shown: DisclosedSum | None, step: Step, rules: Rules, *, multiple: bool) -> DisclosedSum:
    """The sum of all blocks of a question after a step, from the sum before it."""
    _check(step.come, rules)
    sums = _Sums.of(step.come) - _Sums.of(step.gone)
    return _sealed(_Sums.from_shown(shown) + sums if shown is not None else sums, multiple=multiple)


def released_sum(record: Mapping[str, Any]) -> DisclosedSum:
    """A sum that passed the gate before, from its record."""
    return DisclosedSum(**record, _seal=SEAL)


def _check(blocks: Sequence[Block], rules: Rules) -> None:
    if not all(may_stand(block.parts, rules) for block in blocks):
        raise ValueError("what is no block may not be shown")


@dataclass(frozen=True)
class _Sums:
    """What adds up over blocks."""

    amount: Amount
    meetings: int
    blocks: int
    shares: Mapping[str, float]
    figures: int

    @staticmethod
    def of(blocks: Sequence[Block]) -> _Sums:
        by_meetings: dict[frozenset[str], Amount] = {}
        for block in blocks:
            by_meetings[block.meetings] = by_meetings.get(block.meetings, Amount()) + block.amount
        amounts = list(by_meetings.values())
        shares: dict[str, float] = {}
        for amount in amounts:
            for name, count in amount.counts.items():
                shares[name] = shares.get(name, 0.0) + count / amount.valid
        meetings = frozenset[str]().union(*by_meetings)
        return _Sums(total(amounts), len(meetings), len(blocks), shares, len(amounts))

    @staticmethod
    def from_shown(shown: DisclosedSum) -> _Sums:
        amount = Amount(shown.answered, shown.valid, shown.abstained, shown.dont_know, shown.counts)
        return _Sums(amount, shown.meetings, shown.blocks, shown.shares, shown.figures)

    def __add__(self, other: _Sums) -> _Sums:
        return self._with(other, 1)

    def __sub__(self, other: _Sums) -> _Sums:
        return self._with(other, -1)

    def _with(self, other: _Sums, sign: int) -> _Sums:
        names = dict.fromkeys((*self.shares, *other.shares))
        return _Sums(
            self.amount + other.amount if sign > 0 else self.amount - other.amount,
            self.meetings + sign * other.meetings,
            self.blocks + sign * other.blocks,
            {name: self.shares.get(name, 0.0) + sign * other.shares.get(name, 0.0) for name in names},
            self.figures + sign * other.figures,
        )


def _sealed(sums: _Sums, *, multiple: bool) -> DisclosedSum:
    amount = sums.amount
    counts = dict(amount.counts)
    if multiple:
        percents = percents_of_each(counts, amount.valid) if amount.valid else dict.fromkeys(counts, 0)
    else:
        percents = percents_to_100(counts)
    return DisclosedSum(
        meetings=sums.meetings,
        blocks=sums.blocks,
        answered=amount.answered,
        valid=amount.valid,
        abstained=amount.abstained,
        dont_know=amount.dont_know,
        counts=counts,
        percents=percents,
        shares=sums.shares,
        figures=sums.figures,
        _seal=SEAL,
    )


@dataclass(frozen=True, kw_only=True)
class DisclosedPeople(Sealed):
    """Who came, by one composition question: people by option, None where too few may be told.

    Under ``DECLINED`` those who declined. ``base`` are those who chose an option, of whom it is told; with
    ``waiting`` there are more. Somebody who came to two meetings is counted at both.
    """

    base: int
    shown: Mapping[str, int | None]
    waiting: bool


def disclose_people(
    options: Iterable[str], people: DisclosedSum | None, waiting: Collection[str], *, sensitive: bool
) -> DisclosedPeople:
    """Let through who came: ``people`` is the sum of the blocks of all categories, each of one category.

    ``waiting`` names the categories of which something waits: a sum of nothing is not told as nobody then.
    """
    counts = people.counts if people is not None else {}
    named = [*options, DECLINED]
    return DisclosedPeople(
        base=sum(counts.get(name, 0) for name in named if name != DECLINED),
        shown={name: counts.get(name, 0) or (None if sensitive or name in waiting else 0) for name in named},
        waiting=bool(waiting),
        _seal=SEAL,
    )
