"""Comparisons in words and lengths: a round by groups, and before with after.

Made from what the disclosure gate let through. A hidden group is three dots in every window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kiosk import labels
from kiosk.kinds import kind_of
from kiosk.languages import current, number, percent, speaking, wording
from kiosk.languages import gettext as _
from kiosk.meeting.document import Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.results import Bar, Result, result_view
from kiosk.statistics.disclosure import (
    NO_ANSWER,
    Disclosed,
    DisclosedFlows,
    DisclosedGroups,
    ShownRow,
)
from kiosk.statistics.shares import joint_percent

NODE = 0.84
"""How much of its place the largest answer fills in the picture of who moved."""
SLOT = 100.0
EDGE = 2.5
MOST_MOVES = 4
"""So many moves are told in words under the picture; the table has all of them."""


@dataclass(frozen=True)
class Group:
    """One group that is shown, with its valid answers."""

    id: str
    label: str
    lang: str
    base_text: str


@dataclass(frozen=True)
class HiddenGroup:
    """A group that is not shown, and for the console why."""

    id: str
    label: str
    lang: str
    why: str


@dataclass(frozen=True)
class Cell:
    """One answer of one group; ``length`` is its share, 0 to 100."""

    text: str
    count_text: str
    length: float


@dataclass(frozen=True)
class AnswerRow:
    """One answer in every group. ``is_sum`` marks the joint share of a scale's highest steps."""

    id: str
    label: str
    lang: str
    cells: tuple[Cell, ...]
    is_sum: bool = False


@dataclass(frozen=True)
class GroupsView:
    """A round by the groups of one composition question: groups beside one another, answers below.

    ``groups`` and each row's cells are in one order. ``empty`` are groups that nobody here belongs to.
    """

    by: str
    title: str
    lang: str
    question: str
    groups: tuple[Group, ...]
    hidden: tuple[HiddenGroup, ...]
    rows: tuple[AnswerRow, ...]
    empty: tuple[str, ...]
    withheld: str
    sentence: str
    hidden_note: str
    honest_line: str
    multiple_note: str


@dataclass(frozen=True)
class Node:
    """One answer before or after: its label and figures, and its place in the picture."""

    bar: Bar
    top: float
    height: float


@dataclass(frozen=True)
class Ribbon:
    """People who went from one answer to another: a shape from a height before to a height after."""

    start: float
    end: float
    thick: float
    moved: bool

    @property
    def path(self) -> str:
        """The shape's outline in a picture 100 wide, between the nodes at its edges."""
        left, right, middle = EDGE, 100 - EDGE, 50
        y0, y1, thick = self.start, self.end, self.thick
        return (
            f"M{left} {y0:.1f}C{middle} {y0:.1f} {middle} {y1:.1f} {right} {y1:.1f}"
            f"V{y1 + thick:.1f}C{middle} {y1 + thick:.1f} {middle} {y0 + thick:.1f} {left} {y0 + thick:.1f}Z"
        )


@dataclass(frozen=True)
class Move:
    """People who changed their answer, in words."""

    start: str
    end: str
    text: str


@dataclass(frozen=True)
class ChangeView:
    """Two rounds as totals side by side and, where it may be told, who moved where.

    The picture is 100 wide and ``height`` high. ``flows`` is the table: answers before down, after across.
    """

    before: Result
    after: Result
    starts: tuple[Node, ...]
    ends: tuple[Node, ...]
    height: float
    ribbons: tuple[Ribbon, ...]
    moves: tuple[Move, ...]
    flows: tuple[tuple[str, ...], ...]
    withheld: str
    sentence: str
    hidden_note: str
    honest_line: str


def groups_view(
    stage: Stage, round: Round, shown: DisclosedGroups, total: Disclosed, language: str
) -> GroupsView:
    """A round by the groups of a composition question, in a language; ``total`` is its own result."""
    with speaking(language):
        return _groups(stage, round, shown, total)


def change_view(
    stage: Stage,
    rounds: tuple[Round, Round],
    shown: tuple[Disclosed, Disclosed],
    flows: DisclosedFlows,
    language: str,
) -> ChangeView:
    """Before with after, in a language; ``rounds`` and what is ``shown`` of them in that order."""
    with speaking(language):
        return _change(stage, rounds, shown, flows, language)


def _groups(stage: Stage, round: Round, shown: DisclosedGroups, total: Disclosed) -> GroupsView:
    question, asked = stage.question_of(round), stage.questions[shown.by]
    title, language = wording(asked.text, current(), stage.meeting.languages)
    names = _names_of_groups(stage, asked)
    rows = {name: row for name in names if (row := shown.rows.get(name)) is not None and row.base > 0}
    withheld = ""
    if shown.withheld is not None:
        withheld = _("The groups are too small to be shown: each needs ten answers, and they must differ.")
    elif len(rows) < 2:
        withheld = _("There is nothing to compare: fewer than two groups are large enough to be shown.")
    why = _("too few answers, or hidden so that a small group cannot be worked out")
    return GroupsView(
        by=shown.by,
        title=title,
        lang=language,
        question=wording(question.text, current(), stage.meeting.languages)[0],
        groups=tuple(Group(name, *names[name], f"n = {number(row.base)}") for name, row in rows.items()),
        hidden=tuple(HiddenGroup(name, *names[name], why) for name in names if name in shown.hidden),
        rows=_answer_rows(stage, question, tuple(rows.values())) if rows else (),
        empty=tuple(names[name][0] for name in names if _is_empty(shown.rows.get(name))),
        withheld=withheld,
        sentence=withheld or _in_a_sentence(title, rows, names),
        hidden_note=labels.hidden_label() if shown.hidden and not withheld else "",
        honest_line=labels.meeting_label(total.answered, total.connected),
        multiple_note=labels.multiple_label() if rows and kind_of(question).is_multiple(question) else "",
    )


def _names_of_groups(stage: Stage, asked: Question) -> dict[str, tuple[str, str]]:
    names = {
        bar.id: wording(bar.text, current(), stage.meeting.languages) for bar in kind_of(asked).bars(asked)
    }
    return {**names, NO_ANSWER: (_("Gave no answer"), current())}


def _is_empty(row: ShownRow | None) -> bool:
    return row is not None and row.base == 0


def _answer_rows(stage: Stage, question: Question, groups: Sequence[ShownRow]) -> tuple[AnswerRow, ...]:
    kind = kind_of(question)
    rows = [
        AnswerRow(
            option.id,
            *wording(option.text, current(), stage.meeting.languages),
            tuple(_cell(row, option.id) for row in groups),
        )
        for option in kind.bars(question)
    ]
    top = kind.top(question)
    if top is not None:
        low = wording(top.lowest.text, current(), stage.meeting.languages)[0]
        high = wording(top.highest.text, current(), stage.meeting.languages)[0]
        label = _("“%(highest)s” or “%(lowest)s”") % {"lowest": low, "highest": high}
        cells = tuple(_joint_cell(row, top.bars) for row in groups)
        rows.insert(0, AnswerRow("top", label, current(), cells, is_sum=True))
    return tuple(rows)


def _cell(row: ShownRow, option: str) -> Cell:
    length = round(100 * row.counts[option] / row.base, 2)
    return Cell(percent(row.percents[option]), number(row.counts[option]), length)


def _joint_cell(row: ShownRow, options: Sequence[str]) -> Cell:
    count = sum(row.counts[option] for option in options)
    share = joint_percent(row.counts, options, row.base)
    return Cell(percent(share), number(count), round(100 * count / row.base, 2))


def _in_a_sentence(title: str, rows: Mapping[str, ShownRow], names: Mapping[str, tuple[str, str]]) -> str:
    shown = [f"{names[name][0]} (n = {number(row.base)})" for name, row in rows.items()]
    return _("Answers by “%(title)s”: %(groups)s.") % {"title": title, "groups": labels.listed(shown)}


def _change(
    stage: Stage,
    rounds: tuple[Round, Round],
    shown: tuple[Disclosed, Disclosed],
    flows: DisclosedFlows,
    language: str,
) -> ChangeView:
    before, after = (
        result_view(stage, round, disclosed, language) for round, disclosed in zip(rounds, shown, strict=True)
    )
    starts_of, ends_of = before.bars, after.bars
    told = flows.flows if flows.withheld is None else {}
    height = SLOT * max(len(starts_of), len(ends_of), 1)
    unit = _unit(told, starts_of, ends_of, height)
    starts = _nodes(starts_of, height, unit)
    ends = _nodes(ends_of, height, unit)
    withheld = ""
    if flows.withheld is not None:
        withheld = _("Who moved where is not shown: too few answered twice, or too few moved the same way.")
    moves = _moves(told, starts_of, ends_of)
    return ChangeView(
        before=before,
        after=after,
        starts=starts,
        ends=ends,
        height=height,
        ribbons=_ribbons(told, starts, ends, unit),
        moves=moves[:MOST_MOVES],
        flows=tuple(tuple(labels.about(told[start.id][end.id]) for end in ends_of) for start in starts_of)
        if told
        else (),
        withheld=withheld,
        sentence=withheld or _of_those_who_changed(told, ends_of),
        hidden_note=_("… = fewer than ten, not shown.")
        if any(people is None for row in told.values() for people in row.values())
        else "",
        honest_line=labels.meeting_label(shown[1].answered, shown[1].connected),
    )


Told = Mapping[str, Mapping[str, int | None]]


def _arriving(told: Told) -> dict[str, list[int | None]]:
    ends = {end for row in told.values() for end in row}
    return {end: [row[end] for row in told.values()] for end in ends}


def _unit(told: Told, starts: Sequence[Bar], ends: Sequence[Bar], height: float) -> float:
    """Height of one person, so that the largest answer of either side still has room in its place."""
    leaving = {start: sum(people or 0 for people in row.values()) for start, row in told.items()}
    arriving = {end: sum(people or 0 for people in column) for end, column in _arriving(told).items()}
    needs = [
        max(bar.count or 0, flowing.get(bar.id, 0)) * len(side) / height
        for side, flowing in ((starts, leaving), (ends, arriving))
        for bar in side
    ]
    return NODE / max([*needs, 1 / height])


def _nodes(bars: Sequence[Bar], height: float, unit: float) -> tuple[Node, ...]:
    slot = height / max(len(bars), 1)
    nodes = []
    for place, bar in enumerate(bars):
        tall = (bar.count or 0) * unit
        nodes.append(Node(bar, round(place * slot + (slot - tall) / 2, 2), round(tall, 2)))
    return tuple(nodes)


def _ribbons(told: Told, starts: Sequence[Node], ends: Sequence[Node], unit: float) -> tuple[Ribbon, ...]:
    """The shapes, each as thick as its people; at each node they follow one another from the top."""
    from_top = {
        node.bar.id: node.top + _slack(node, told.get(node.bar.id, {}).values(), unit) for node in starts
    }
    columns = _arriving(told)
    to_top = {node.bar.id: node.top + _slack(node, columns.get(node.bar.id, ()), unit) for node in ends}
    ribbons = []
    for start in starts:
        for end in ends:
            people = told.get(start.bar.id, {}).get(end.bar.id)
            if not people:
                continue
            thick = people * unit
            y0, y1 = from_top[start.bar.id], to_top[end.bar.id]
            from_top[start.bar.id] += thick
            to_top[end.bar.id] += thick
            ribbons.append(Ribbon(y0, y1, thick, moved=start.bar.id != end.bar.id))
    # Those who moved are drawn last, over those who stayed.
    return tuple(sorted(ribbons, key=lambda ribbon: ribbon.moved))


def _slack(node: Node, people: Iterable[int | None], unit: float) -> float:
    """What of a node no ribbon covers, half of it above: hidden moves, and people who answered once."""
    flowing = sum(count or 0 for count in people) * unit
    return (node.height - flowing) / 2


def _moves(told: Told, starts: Sequence[Bar], ends: Sequence[Bar]) -> tuple[Move, ...]:
    """The moves that are told, the largest first."""
    labels_before = {bar.id: bar.label for bar in starts}
    labels_after = {bar.id: bar.label for bar in ends}
    moved = [
        (people, labels_before[start], labels_after[end])
        for start, row in told.items()
        for end, people in row.items()
        if people and start != end
    ]
    moved.sort(key=lambda move: -move[0])
    return tuple(Move(start, end, labels.about(people)) for people, start, end in moved)


def _of_those_who_changed(told: Told, ends: Sequence[Bar]) -> str:
    """How many changed, and to what most of them, in one sentence: true for the room, and for nobody else."""
    to_end = {
        bar.id: sum(row.get(bar.id) or 0 for start, row in told.items() if start != bar.id) for bar in ends
    }
    changed = sum(to_end.values())
    if changed == 0:
        return _("Fewer than ten moved any one way.")
    most = max(ends, key=lambda bar: to_end[bar.id])
    words = _("Of the about %(n)s who changed, about %(m)s moved to “%(answer)s”.")
    return words % {"n": number(changed), "m": number(to_end[most.id]), "answer": most.label}
