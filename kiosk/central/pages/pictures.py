"""Figures in words and lengths: what a page draws, made from what the disclosure gate let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk import labels
from kiosk.central.reading import Asked, Line, Lines, Meeting
from kiosk.central.recount import HANDS, UNRECORDED
from kiosk.central.weighted import Weighted
from kiosk.kinds import kind_of
from kiosk.languages import current, ngettext, number, percent, wording
from kiosk.languages import gettext as _
from kiosk.meeting.document import Option
from kiosk.statistics.clusters import Series as Spread
from kiosk.statistics.comparison import ComparedGroup, Comparison, compare
from kiosk.statistics.composition import Picture
from kiosk.statistics.disclosure import DisclosedPeople, DisclosedSum
from kiosk.statistics.disclosure.meetings import SEVERAL
from kiosk.statistics.fit import Flag
from kiosk.statistics.population import Mapped, shares_of_options


@dataclass(frozen=True)
class Bar:
    """One option: its count and share, how long its bar is (0 to 100), and its other means where needed."""

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


@dataclass(frozen=True)
class Figure:
    """A question's figure of all meetings, with every line that must stand beside it."""

    series: int
    title: str
    lang: str
    version: int
    kind: str
    bars: tuple[Bar, ...]
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
    label: str
    lang: str
    count_text: str
    percent_text: str
    length: float
    population_text: str
    ratio: str
    flag: str
    is_off: bool


@dataclass(frozen=True)
class PeopleView:
    """Who came to all meetings, by one question, beside the population where there is one."""

    title: str
    lang: str
    base: str
    rows: tuple[PeopleRow, ...]
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
        base_line=_base_line(asked, shown) if shown is not None else "",
        label=answers_label(shown) if shown is not None else "",
        notes=tuple(_notes(asked)),
        withheld=None if shown is not None else _("Too few answers to show a result."),
    )


def bars(asked: Asked, shown: DisclosedSum, weighted: Weighted | None = None) -> tuple[Bar, ...]:
    return tuple(_bar(asked, option, shown, weighted) for option in options(asked))


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
    )


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
        _spread_row(asked, option, lines.spread[option.id])
        for option in options(asked)
        if option.id in lines.spread
    )


def _spread_row(asked: Asked, option: Option, spread: Spread) -> SpreadRow:
    label, language = words(asked, option.text)
    interval = ""
    if spread.low is not None and spread.high is not None:
        low, high = max(0.0, spread.low), min(1.0, spread.high)
        interval = f"{percent(whole_percent(low))} – {percent(whole_percent(high))}"
    return SpreadRow(
        label,
        language,
        percent(whole_percent(spread.pooled)),
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
    notes: list[str] = []
    if people.waiting:
        notes.append(_("Some small groups wait until other meetings have enough in them too."))
    if None in people.shown.values():
        notes.append(labels.hidden_label())
    if mapped is not None and mapped.table.age_base != asked.age_base:
        notes.append(_("Not compared: the population and the meetings have other ages."))
    if comparison is not None and comparison.missing:
        missing = [
            wording(o.text, current(), asked.languages)[0]
            for o in options(asked)
            if o.id in comparison.missing
        ]
        assert mapped is not None  # noqa: S101 - there is a comparison
        notes.append(
            labels.missing_label(
                missing, comparison.missing_percent, mapped.table.source, mapped.table.age_base
            )
        )
    return PeopleView(
        title,
        language,
        _("n = %(n)s, presences") % {"n": number(people.base)},
        tuple(_people_row(asked, option, people, groups.get(option.id)) for option in options(asked)),
        f"{mapped.table.source}, {mapped.table.date}" if mapped is not None and groups else "",
        tuple(notes),
    )


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
    asked: Asked, option: Option, people: DisclosedPeople, group: ComparedGroup | None
) -> PeopleRow:
    label, language = words(asked, option.text)
    count = people.shown.get(option.id)
    share = count / people.base if count is not None and people.base else 0.0
    return PeopleRow(
        label=label,
        lang=language,
        count_text=number(count) if count is not None else "…",
        percent_text=percent(whole_percent(share)) if count is not None and people.base else "",
        length=round(100 * share, 2),
        population_text=percent(group.population_percent) if group is not None else "",
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


@dataclass(frozen=True)
class TrendPoint:
    """One month of one option's share; ``x`` and ``y`` in percent of the picture, from its upper start."""

    month: str
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class TrendRow:
    """How one option's share went from month to month; ``path`` are the points for a line."""

    label: str
    lang: str
    points: tuple[TrendPoint, ...]
    path: str


def trend(asked: Asked, lines: Sequence[Line]) -> tuple[TrendRow, ...]:
    """The shares by month, where at least two months stand alone."""
    months = [line for line in lines if len(line.names) == 1]
    if len(months) < 2:
        return ()
    return tuple(_trend_row(asked, option, months) for option in options(asked))


def _trend_row(asked: Asked, option: Option, months: Sequence[Line]) -> TrendRow:
    label, language = words(asked, option.text)
    points = tuple(
        TrendPoint(
            line.names[0],
            round(4 + 92 * place / (len(months) - 1), 2),
            round(36 - 32 * line.sum.counts.get(option.id, 0) / line.sum.valid, 2),
            percent(line.sum.percents.get(option.id, 0)),
        )
        for place, line in enumerate(months)
    )
    return TrendRow(label, language, points, " ".join(f"{one.x},{one.y}" for one in points))
