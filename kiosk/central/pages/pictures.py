"""Figures in words and lengths: what a page draws, made from what the disclosure gate let through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk import labels
from kiosk.central.reading import Asked, Line, Lines, Meeting
from kiosk.central.recount import HANDS, UNRECORDED
from kiosk.central.weighted import Weighted
from kiosk.kinds import kind_of
from kiosk.languages import current, ngettext, number, percent, wording
from kiosk.languages import gettext as _
from kiosk.meeting.document import Option
from kiosk.results import Diverging, Side, diverging, tones_of
from kiosk.statistics.clusters import Series as Spread
from kiosk.statistics.comparison import ComparedGroup, Comparison, compare
from kiosk.statistics.composition import Picture
from kiosk.statistics.disclosure import DisclosedPeople, DisclosedSum
from kiosk.statistics.disclosure.meetings import SEVERAL
from kiosk.statistics.fit import Flag
from kiosk.statistics.population import Mapped, shares_of_options


@dataclass(frozen=True)
class Bar:
    """One option: its count and share, how long its bar is (0 to 100), and its other means where needed.

    ``side`` and ``tone`` are those of a worded scale, as in the room.
    """

    id: str
    label: str
    lang: str
    count: int
    count_text: str
    percent: int
    percent_text: str
    length: float
    mean_text: str
    weighted_text: str
    weighted_length: float
    side: Side
    tone: str


@dataclass(frozen=True)
class Figure:
    """A question's figure of all meetings, with every line that must stand beside it.

    ``ends`` are the words of the lowest and the highest number of a line of numbers.
    """

    series: int
    title: str
    lang: str
    version: int
    kind: str
    bars: tuple[Bar, ...]
    ends: tuple[str, str] | None
    diverging: Diverging | None
    dont_know: int
    base_line: str
    label: str
    notes: tuple[str, ...]
    withheld: str | None


@dataclass(frozen=True)
class SpreadRow:
    """One option over the meetings: all answers, the mean of meetings, lowest, highest, and the interval."""

    label: str
    lang: str
    pooled: str
    mean: str
    lowest: str
    highest: str
    interval: str
    both: bool


@dataclass(frozen=True)
class TableRow:
    """One line of a table of figures: whose it is, on how many answers, and a share for each option."""

    name: str
    lang: str
    valid: str
    shares: tuple[str, ...]


@dataclass(frozen=True)
class PeopleRow:
    """One group of those who came, beside the population's where there is one; lengths on one scale."""

    label: str
    lang: str
    count_text: str
    percent_text: str
    length: float
    population_text: str
    population_length: float
    ratio: str
    flag: str
    is_off: bool


@dataclass(frozen=True)
class PeopleView:
    """Who came to all meetings, by one question, beside the population where there is one.

    ``outside`` are those whom the population does not count, such as people who live elsewhere.
    """

    title: str
    lang: str
    base: str
    rows: tuple[PeopleRow, ...]
    outside: tuple[PeopleRow, ...]
    population: str
    notes: tuple[str, ...]


# ── A question ───────────────────────────────────────────────────────────────────────────────────────


def figure(asked: Asked, weighted: Weighted | None = None) -> Figure:
    """A question's figure of all meetings."""
    title, language = words(asked, asked.question.text)
    shown = asked.shown
    return Figure(
        series=asked.id,
        title=title,
        lang=language,
        version=asked.question.version,
        kind=asked.question.kind,
        bars=bars(asked, shown, weighted) if shown is not None else (),
        ends=_ends(asked),
        diverging=_diverging(asked, shown) if shown is not None else None,
        dont_know=shown.dont_know if shown is not None else 0,
        base_line=_base_line(asked, shown) if shown is not None else "",
        label=answers_label(shown) if shown is not None else "",
        notes=tuple(_notes(asked)),
        withheld=None if shown is not None else _("Too few answers to show a result."),
    )


def bars(asked: Asked, shown: DisclosedSum, weighted: Weighted | None = None) -> tuple[Bar, ...]:
    """The bars in the order that every window has: by size where the options have none of their own."""
    found = [_bar(asked, option, shown, weighted) for option in options(asked)]
    if not kind_of(asked.question).is_ordered(asked.question):
        found.sort(key=lambda bar: -bar.count)
    return tuple(found)


def options(asked: Asked) -> tuple[Option, ...]:
    return kind_of(asked.question).bars(asked.question)


def answers_label(shown: DisclosedSum) -> str:
    """L1 over several meetings: whose answers these are. Not whose persons: one may come twice."""
    said = ngettext(
        "%(n)s answers from %(meetings)s meeting. People chose to come; the figures do not stand for all "
        "residents.",
        "%(n)s answers from %(meetings)s meetings. The same person may have answered at several. People "
        "chose to come; the figures do not stand for all residents.",
        shown.meetings,
    )
    return said % {"n": number(shown.answered), "meetings": number(shown.meetings)}


def _bar(asked: Asked, option: Option, shown: DisclosedSum, weighted: Weighted | None) -> Bar:
    label, language = words(asked, option.text)
    count = shown.counts.get(option.id, 0)
    mean = ""
    if shown.needs_both_means(option.id):
        mean = percent(whole_percent(shown.mean_of_meetings(option.id)))
    share = weighted.shares.get(option.id) if weighted is not None else None
    sides = kind_of(asked.question).halves(asked.question)
    return Bar(
        id=option.id,
        label=label,
        lang=language,
        count=count,
        count_text=number(count),
        percent=shown.percents.get(option.id, 0),
        percent_text=percent(shown.percents.get(option.id, 0)),
        length=round(100 * count / shown.valid, 2) if shown.valid else 0.0,
        mean_text=mean,
        weighted_text=percent(whole_percent(share)) if share is not None else "",
        weighted_length=round(100 * share, 2) if share is not None else 0.0,
        side=sides.get(option.id, ""),
        tone=tones_of(sides).get(option.id, ""),
    )


def _ends(asked: Asked) -> tuple[str, str] | None:
    said = asked.question.settings.get("labels")
    if not isinstance(said, Mapping) or asked.question.options:
        return None
    return words(asked, said.get("min", {}))[0], words(asked, said.get("max", {}))[0]


def _diverging(asked: Asked, shown: DisclosedSum) -> Diverging | None:
    """The picture of a worded scale; over each side stands what its rows add to."""
    sides = kind_of(asked.question).halves(asked.question)
    if not sides or not shown.valid:
        return None

    def joint(side: Side) -> str:
        return percent(sum(shown.percents.get(step, 0) for step, half in sides.items() if half == side))

    counts = {step: shown.counts.get(step, 0) for step in sides}
    picture = diverging(counts, sides, shown.valid, shown.dont_know)
    return replace(picture, against=joint("against"), for_=joint("for"))


def _base_line(asked: Asked, shown: DisclosedSum) -> str:
    said = ngettext(
        "n = %(n)s answers, from the one meeting that asked",
        "n = %(n)s answers, from %(meetings)s of the %(asked)s meetings that asked",
        asked.asked,
    )
    parts = [
        said % {"n": number(shown.valid), "meetings": number(shown.meetings), "asked": number(asked.asked)}
    ]
    if shown.abstained:
        parts.append(
            ngettext("%(n)s abstained", "%(n)s abstained", shown.abstained) % {"n": number(shown.abstained)}
        )
    if shown.dont_know:
        parts.append(
            ngettext("%(n)s does not know", "%(n)s do not know", shown.dont_know)
            % {"n": number(shown.dont_know)}
        )
    return ", ".join(parts)


def _notes(asked: Asked) -> list[str]:
    notes: list[str] = []
    if asked.is_multiple:
        notes.append(_("Several answers possible, the sum may exceed 100 %."))
    if asked.waiting:
        notes.append(
            ngettext(
                "%(n)s meeting is not in this figure yet: too few people answered there to be shown by "
                "themselves. It waits for another small meeting.",
                "%(n)s meetings are not in this figure yet: too few people answered there to be shown by "
                "themselves. They wait for more small meetings.",
                asked.waiting,
            )
            % {"n": number(asked.waiting)}
        )
    if asked.held:
        notes.append(
            ngettext(
                "A correction of %(n)s meeting waits: the few answers it changes would be told apart.",
                "Corrections of %(n)s meetings wait: the few answers they change would be told apart.",
                asked.held,
            )
            % {"n": number(asked.held)}
        )
    if asked.hands is not None:
        notes.append(_("Raised hands were counted too; they are not among the answers."))
    return notes


# ── By meeting, type, channel and month ──────────────────────────────────────────────────────────────


def table(asked: Asked, lines: Sequence[Line], names: Mapping[str, tuple[str, str]]) -> tuple[TableRow, ...]:
    """A table of figures; ``names`` are words and their language for the names of the lines."""
    return tuple(
        _table_row(asked, line, [names.get(name, (name, "")) for name in line.names]) for line in lines
    )


def _table_row(asked: Asked, line: Line, names: Sequence[tuple[str, str]]) -> TableRow:
    together = " + ".join(dict.fromkeys(word for word, _language in names))
    return TableRow(
        name=together if len(names) == 1 else _("%(names)s, together") % {"names": together},
        lang=names[0][1] if len(names) == 1 else "",
        valid=number(line.sum.valid),
        shares=tuple(percent(line.sum.percents.get(option.id, 0)) for option in options(asked)),
    )


def meeting_names(meetings: Mapping[str, Meeting]) -> dict[str, tuple[str, str]]:
    return {name: meeting_name(one) for name, one in meetings.items()}


def meeting_name(one: Meeting) -> tuple[str, str]:
    """A meeting as it stands in a table, where and when, and the language of that."""
    place, language = wording(one.place or one.title, current())
    return ", ".join(filter(None, (place or one.id, one.date))), language


def type_names(lines: Sequence[Line]) -> dict[str, tuple[str, str]]:
    return {name: (type_name(name), "") for line in lines for name in line.names}


def type_name(name: str) -> str:
    """A type of meeting in words; one that we do not know as it is."""
    known = {
        "open": _("Open meeting"),
        "outreach": _("Outreach"),
        "focus": _("Focus group"),
        "focus_group": _("Focus group"),
        "school": _("School"),
        "web": _("Web"),
    }
    return known.get(name, name)


def channel_names() -> dict[str, tuple[str, str]]:
    named = {
        "phone": _("Phone"),
        "tablet": _("Shared tablet"),
        "paper": _("Paper"),
        "import": _("Imported"),
        HANDS: _("Raised hands"),
        SEVERAL: _("Several channels"),
        UNRECORDED: _("Not recorded"),
    }
    return {name: (said, "") for name, said in named.items()}


def spread_rows(asked: Asked, lines: Lines) -> tuple[SpreadRow, ...]:
    """How the options' shares vary between meetings."""
    return tuple(
        _spread_row(asked, option, asked.shown, lines.spread[option.id])
        for option in options(asked)
        if option.id in lines.spread and asked.shown is not None
    )


def _spread_row(asked: Asked, option: Option, shown: DisclosedSum, spread: Spread) -> SpreadRow:
    label, language = words(asked, option.text)
    interval = ""
    if spread.low is not None and spread.high is not None:
        low, high = max(0.0, spread.low), min(1.0, spread.high)
        interval = f"{percent(whole_percent(low))} – {percent(whole_percent(high))}"
    return SpreadRow(
        label,
        language,
        percent(shown.percents.get(option.id, 0)),
        percent(whole_percent(spread.mean_of_meetings)),
        percent(whole_percent(spread.lowest)),
        percent(whole_percent(spread.highest)),
        interval,
        spread.show_both,
    )


# ── Who came ─────────────────────────────────────────────────────────────────────────────────────────


def people_view(asked: Asked, mapped: Mapped | None) -> PeopleView:
    """Who came to all meetings, beside the population; compared only when every group may be told."""
    people = asked.people
    title, language = words(asked, asked.question.text)
    comparison = _compared(asked, people, mapped)
    groups = {group.id: group for group in comparison.groups} if comparison is not None else {}
    shares = _shares(options(asked), people, groups)
    # Beside a population the bars fill the width; alone they are parts of a whole track, as everywhere.
    others = [group.population_percent for group in groups.values()]
    longest = max([*shares.values(), *others]) if groups else 100
    rows = {
        option.id: _people_row(asked, option, people, shares.get(option.id), groups.get(option.id), longest)
        for option in options(asked)
    }
    return PeopleView(
        title,
        language,
        ", ".join(_base_of(people, comparison)),
        tuple(row for name, row in rows.items() if not groups or name in groups),
        tuple(row for name, row in rows.items() if groups and name not in groups),
        f"{mapped.table.source}, {mapped.table.date}" if mapped is not None and groups else "",
        tuple(_people_notes(asked, people, mapped, comparison)),
    )


def _people_notes(
    asked: Asked, people: DisclosedPeople, mapped: Mapped | None, comparison: Comparison | None
) -> Iterator[str]:
    is_hidden = None in people.shown.values()
    if people.waiting:
        yield _("Some small groups wait until other meetings have enough in them too.")
    if is_hidden:
        yield labels.hidden_label()
    if mapped is None:
        return
    if mapped.table.age_base != asked.age_base:
        yield _("Not compared: the population and the meetings have other ages.")
    elif is_hidden:
        yield _("Not compared with the population as long as a group is not shown.")
    elif comparison is not None and comparison.missing:
        missing = [
            words(asked, option.text)[0] for option in options(asked) if option.id in comparison.missing
        ]
        table = mapped.table
        yield labels.missing_label(missing, comparison.missing_percent, table.source, table.age_base)


def _base_of(people: DisclosedPeople, comparison: Comparison | None) -> Iterator[str]:
    yield _("n = %(n)s, presences") % {"n": number(people.base)}
    if comparison is not None:
        yield ngettext("%(n)s compared", "%(n)s compared", comparison.base) % {"n": number(comparison.base)}


def _shares(
    every: Sequence[Option], people: DisclosedPeople, groups: Mapping[str, ComparedGroup]
) -> dict[str, int]:
    """Whole percent of those who came: of those who are compared where a group is, else of all."""
    found: dict[str, int] = {}
    for option in every:
        count, group = people.shown.get(option.id), groups.get(option.id)
        if group is not None and group.room_percent is not None:
            found[option.id] = group.room_percent
        elif count is not None and people.base:
            found[option.id] = whole_percent(count / people.base)
    return found


def _compared(asked: Asked, people: DisclosedPeople, mapped: Mapped | None) -> Comparison | None:
    if mapped is None or mapped.table.age_base != asked.age_base or None in people.shown.values():
        return None
    counts = {name: count or 0 for name, count in people.shown.items()}
    picture = Picture(sum(counts.values()), counts, counts)
    known = shares_of_options(mapped.table, mapped.options, [option.id for option in options(asked)])
    no_answer = [option.id for option in asked.question.options if option.no_answer]
    found = compare(picture, known, no_answer=no_answer)
    return found if isinstance(found, Comparison) else None


def _people_row(
    asked: Asked,
    option: Option,
    people: DisclosedPeople,
    share: int | None,
    group: ComparedGroup | None,
    longest: int,
) -> PeopleRow:
    label, language = words(asked, option.text)
    count = people.shown.get(option.id)
    return PeopleRow(
        label=label,
        lang=language,
        count_text=number(count) if count is not None else "…",
        percent_text=percent(share) if share is not None else "",
        length=round(100 * (share or 0) / longest, 2),
        population_text=percent(group.population_percent) if group is not None else "",
        population_length=round(100 * group.population_percent / longest, 2) if group is not None else 0.0,
        ratio=labels.ratio_label(group.ratio) if group is not None else "",
        flag=labels.flag_label(group.flag) if group is not None else "",
        is_off=group is not None and group.flag in (Flag.UNDER, Flag.OVER),
    )


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────


def words(asked: Asked, text: Mapping[str, str]) -> tuple[str, str]:
    """A wording of a question in the reader's language, and the language it is in."""
    return wording(text, current(), asked.languages)


def whole_percent(share: float) -> int:
    """A share between 0 and 1 in whole percent, half rounded up."""
    return int(100 * share + 0.5 + 1e-9)


# ── Over time ────────────────────────────────────────────────────────────────────────────────────────

LEFT, RIGHT = 62.0, 296.0
TOP, BOTTOM = 22.0, 118.0
"""The field of a picture of 320 by 140, inside its words."""
HEIGHTS = (25, 50, 75, 100)
"""The highest share that a picture has room for is one of these."""
MONTHS_IN_WORDS = 6
"""So many months have room for their words; of more, only the ends are told."""


@dataclass(frozen=True)
class TrendPoint:
    """One month of one option's share; ``x`` and ``y`` as drawn, and whether its words stand there too."""

    month: str
    x: float
    y: float
    text: str
    is_told: bool


@dataclass(frozen=True)
class TrendRow:
    """How one option's share went from month to month; ``path`` are the points for a line."""

    label: str
    lang: str
    points: tuple[TrendPoint, ...]
    path: str


@dataclass(frozen=True)
class Trend:
    """A picture for each option, all to one scale; ``grid`` are heights as drawn and the shares they mean."""

    grid: tuple[tuple[float, str], ...]
    rows: tuple[TrendRow, ...]


def trend(asked: Asked, lines: Sequence[Line]) -> Trend | None:
    """The shares by month, where at least two months stand alone. A month is as wide as any other."""
    alone = ((_month_number(line.names[0]), line) for line in lines if len(line.names) == 1)
    months = {number: line for number, line in alone if number is not None and line.sum.valid}
    if len(months) < 2:
        return None
    highest = max(max(line.sum.percents.values(), default=0) for line in months.values())
    height = next(one for one in HEIGHTS if highest <= one)
    grid = tuple((_y(share, height), percent(int(share))) for share in (0, height))
    return Trend(grid, tuple(_trend_row(asked, option, months, height) for option in options(asked)))


def _trend_row(asked: Asked, option: Option, months: Mapping[int, Line], height: int) -> TrendRow:
    label, language = words(asked, option.text)
    first, last = min(months), max(months)
    points = tuple(
        TrendPoint(
            line.names[0],
            round(LEFT + (RIGHT - LEFT) * (number - first) / (last - first), 2),
            _y(100 * line.sum.counts.get(option.id, 0) / line.sum.valid, height),
            percent(line.sum.percents.get(option.id, 0)),
            number in (first, last) or last - first < MONTHS_IN_WORDS,
        )
        for number, line in months.items()
    )
    return TrendRow(label, language, points, " ".join(f"{one.x},{one.y}" for one in points))


def _y(share: float, height: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share / height, 2)


def _month_number(name: str) -> int | None:
    """The months since the year 0, of a month such as 2026-09; None of a meeting without a date."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", name)
    return 12 * int(found[1]) + int(found[2]) if found is not None else None
