"""Results to take home in words and numbers: one result or a whole meeting as CSV, XLSX or a figure.

Only what passed the disclosure gate comes in here, as counted results; a single answer never does. Pure:
values in, text or values out, in the language now being spoken.

Percentages are whole numbers, so no decimal sign is in doubt. Every line carries its question, base and
notes: a line that is copied out is still labelled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from facilitator.figures.figure import Figure, FigureBar, FigureSegment, Side, Strip
from facilitator.figures.wording import plain
from facilitator.figures.workbook import Cell, Column, Sheet, Workbook
from kiosk.languages import direction, ngettext, number, written_date
from kiosk.languages import gettext as _
from kiosk.results import Bar, Diverging, Result
from kiosk.spreadsheets import as_csv
from kiosk.statistics.thresholds import DEFAULTS, Thresholds

Status = Literal["not_opened", "skipped", "open", "closed", "revealed"]
Withheld = Literal["open", "too_few"]

_LONGEST_FILE_NAME = 60
# Nordic letters that are not another one with an accent.
_WITHOUT_TWIN = str.maketrans(
    {"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "đ": "d", "ŧ": "t", "ŋ": "n", "ß": "ss"}
)


@dataclass(frozen=True)
class MeetingExport:
    """Whose results these are. ``date`` is ISO 8601."""

    id: str
    code: str
    title: str
    place: str
    date: str
    dialogue: str
    lang: str
    rehearsal: bool = False


@dataclass(frozen=True)
class OptionExport:
    """One bar; ``count`` is None where it may not be shown, ``percent`` where it may not be said.

    ``bound`` says what may be said in their place: "at least 90 %".
    """

    id: str
    label: str
    count: int | None
    percent: int | None
    bound: str = ""


@dataclass(frozen=True)
class ResultExport:
    """What is known of one question, or of one round of it when it was asked again.

    A question that was never asked has a status and no numbers. ``opened`` is a day, never an hour.
    """

    question: str
    version: int
    kind: str
    title: str
    status: Status
    run: int | None = None
    opened: str = ""
    composition: bool = False
    connected: int | None = None
    answered: int | None = None
    valid: int | None = None
    abstained: int | None = None
    dont_know: int | None = None
    withheld: Withheld | None = None
    options: tuple[OptionExport, ...] = ()
    texts: tuple[str, ...] = ()
    sentence: str = ""
    notes: tuple[str, ...] = ()
    rehearsal: bool = False


def result_csv(meeting: MeetingExport, result: ResultExport) -> str:
    """One result, a line for each option or approved text."""
    return meeting_csv(meeting, (result,))


def meeting_csv(meeting: MeetingExport, results: Iterable[ResultExport]) -> str:
    """A whole meeting as one table. To be written as UTF-8; the byte order mark is there."""
    return table_csv(result_columns(), meeting_rows(meeting, results))


def table_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV, each text as it may be printed."""
    return as_csv(
        [plain(column.heading) for column in columns],
        ([plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows),
    )


def result_columns() -> tuple[Column, ...]:
    """The headings of ``meeting_rows``."""
    return (
        Column(_("Meeting"), "text"),
        Column(_("Place"), "text"),
        Column(_("Date"), "text"),
        Column(_("Question no."), "text"),
        Column(_("Version"), "count"),
        Column(_("Question"), "wide"),
        Column(_("Part"), "text"),
        Column(_("Kind"), "text"),
        Column(_("Round"), "count"),
        Column(_("Status"), "text"),
        Column(_("Opened on"), "text"),
        Column(_("Connected"), "count"),
        Column(_("Answered"), "count"),
        Column(_("Valid"), "count"),
        Column(_("Abstained"), "count"),
        Column(_("Do not know"), "count"),
        Column(_("Option no."), "text"),
        Column(_("Option"), "wide"),
        Column(_("Count"), "count"),
        Column(_("Percent"), "percent"),
        Column(_("Text answer"), "wide"),
        Column(_("Not shown"), "text"),
        Column(_("Notes"), "wide"),
    )


def meeting_rows(meeting: MeetingExport, results: Iterable[ResultExport]) -> list[tuple[Cell, ...]]:
    """One row for each option and each approved text; a question with neither has one row of its own."""
    return [row for result in results for row in _result_rows(meeting, result)]


def _result_rows(meeting: MeetingExport, result: ResultExport) -> Iterable[tuple[Cell, ...]]:
    start = (*_whose(meeting), *_asked(result), *_bases(result))
    end = (_notes(result),)
    for option in result.options:
        hidden = option.bound or (_("too few answers") if option.count is None else "")
        yield (*start, option.id, option.label, option.count, option.percent, "", hidden, *end)
    # In an order of their own, so that none can be told by when it was sent.
    for text in sorted(result.texts, key=str.casefold):
        yield (*start, "", "", None, None, text, "", *end)
    if not result.options and not result.texts:
        yield (*start, "", "", None, None, "", _withheld(result), *end)


def _whose(meeting: MeetingExport) -> tuple[Cell, ...]:
    return meeting.title, meeting.place, meeting.date


def _kind(result: ResultExport) -> str:
    words = {"choice": _("Choice"), "scale": _("Scale"), "text": _("Text")}
    return words.get(result.kind, result.kind)


def _asked(result: ResultExport) -> tuple[Cell, ...]:
    return (
        result.question,
        result.version,
        result.title,
        _part(result),
        _kind(result),
        result.run,
        _status(result.status),
        result.opened,
    )


def _bases(result: ResultExport) -> tuple[Cell, ...]:
    return result.connected, result.answered, result.valid, result.abstained, result.dont_know


def _part(result: ResultExport) -> str:
    return _("about the participants") if result.composition else _("agenda")


def _status(status: Status) -> str:
    return {
        "not_opened": _("not asked"),
        "skipped": _("skipped"),
        "open": _("still open"),
        "closed": _("closed, not shown in the room"),
        "revealed": _("shown in the room"),
    }[status]


def _withheld(result: ResultExport) -> str:
    if result.withheld is None:
        return ""
    return {"open": _("still open"), "too_few": _("too few answers")}[result.withheld]


def _notes(result: ResultExport) -> str:
    stamp = (rehearsal_note(),) if result.rehearsal else ()
    return " ".join((*stamp, *result.notes))


def rehearsal_note() -> str:
    return _("REHEARSAL: trial answers, not a result.")


def meeting_workbook(
    meeting: MeetingExport,
    results: Sequence[ResultExport],
    comparisons: Sequence[Sheet] = (),
    thresholds: Thresholds = DEFAULTS,
) -> Workbook:
    """A whole meeting in sheets: every count, one line a question, the comparisons, and what all rests on."""
    return Workbook(
        title=meeting.title,
        date=meeting.date,
        sheets=(
            Sheet(_("Results"), result_columns(), tuple(meeting_rows(meeting, results))),
            _questions_sheet(results),
            *comparisons,
            _about_sheet(meeting, thresholds),
        ),
        direction="rtl" if direction(meeting.lang) == "rtl" else "ltr",
    )


def _questions_sheet(results: Sequence[ResultExport]) -> Sheet:
    columns = (
        Column(_("Question"), "wide"),
        Column(_("Part"), "text"),
        Column(_("Kind"), "text"),
        Column(_("Round"), "count"),
        Column(_("Status"), "text"),
        Column(_("Connected"), "count"),
        Column(_("Answered"), "count"),
        Column(_("Valid"), "count"),
        Column(_("Abstained"), "count"),
        Column(_("Do not know"), "count"),
        Column(_("Result"), "wide"),
        Column(_("Notes"), "wide"),
    )
    rows = tuple(
        (result.title, _part(result), _kind(result), result.run, _status(result.status), *_bases(result),
         result.sentence or _withheld(result), _notes(result))
        for result in results
    )  # fmt: skip
    return Sheet(_("Questions"), columns, rows)


def _about_sheet(meeting: MeetingExport, thresholds: Thresholds) -> Sheet:
    lines = [
        (_("Dialogue"), meeting.dialogue),
        (_("Meeting"), meeting.title),
        (_("Code"), meeting.code),
        (_("Place"), meeting.place),
        (_("Date"), meeting.date),
        (_("What this shows"), _meaning()),
        (_("How sure it is"), level_note()),
        (_("Thresholds"), thresholds_note(thresholds)),
        (_("Percentages"), _percentages_note()),
        (_("Contents"), _("Counted results only: nobody's single answers are in this file.")),
    ]
    if meeting.rehearsal:
        lines.insert(0, (_("Rehearsal"), rehearsal_note()))
    columns = (Column(_("About"), "text"), Column(meeting.title, "wide"))
    return Sheet(_("About this file"), columns, tuple(line for line in lines if line[1]))


def _meaning() -> str:
    return _(
        "Answers from those who voted at this meeting. "
        "People chose to come; the figures do not stand for all residents."
    )


def thresholds_note(thresholds: Thresholds = DEFAULTS) -> str:
    """From how many answers on what is shown."""
    return _(
        "A result is shown from %(total)s valid answers, to sensitive questions from %(sensitive)s. "
        "Percentages are given from %(percent)s; below that there are counts only."
    ) % {
        "total": thresholds.total,
        "sensitive": thresholds.total_sensitive,
        "percent": thresholds.percent,
    }


def level_note() -> str:
    """How certain the figures are: nobody was checked against a list at the door."""
    return _("One answer per device; not a secret ballot with a roll.")


def _percentages_note() -> str:
    return _(
        "Share of the valid answers, in whole percent. Abstentions and “do not know” are outside the base. "
        "Where several answers were possible, shares may add to more than 100 %."
    )


def export_of(
    result: Result, *, question: str, version: int, status: Status, opened: str, composition: bool = False
) -> ResultExport:
    """A result that passed the gate, as it is taken home. Of ``opened`` only the day is kept."""
    known = result.withheld != "open"
    return ResultExport(
        question=question,
        version=version,
        kind=result.kind,
        title=result.title,
        status=status,
        run=result.run,
        opened=opened[:10],
        composition=composition,
        connected=result.connected,
        answered=result.answered,
        valid=result.valid if known else None,
        abstained=result.abstained if known else None,
        dont_know=result.dont_know if known else None,
        withheld="open" if result.withheld == "open" else "too_few" if result.withheld else None,
        options=tuple(
            OptionExport(bar.id, bar.label, bar.count, bar.percent, bar.count_text if bar.bound else "")
            for bar in result.bars
        ),
        texts=result.texts,
        sentence=" ".join(part for part in (result.headline or result.sentence, result.aside) if part),
        notes=(result.base_line + ".", result.honest_line, *result.notes, level_note()),
        rehearsal=result.rehearsal,
    )


def figure_of(meeting: MeetingExport, result: Result, headline_bars: Collection[str] = ()) -> Figure:
    """A result as a figure; ``headline_bars`` are those that the headline adds together."""
    shown = bool(result.bars or result.texts)
    return Figure(
        title=result.title,
        base=result.base_line,
        notes=(result.honest_line, *result.notes),
        meeting=meeting.title,
        place=meeting.place,
        date=written_date(meeting.date),
        bars=tuple(_figure_bar(bar, headline_bars) for bar in result.bars),
        texts=tuple(_quote(*quote) for quote in result.quotes()),
        message="" if shown else result.sentence,
        headline=". ".join(part.removesuffix(".") for part in (result.headline, result.aside) if part),
        headings=(_("Share"), _("Answers")),
        end_labels=result.end_labels,
        sentence=result.sentence,
        rehearsal=_("REHEARSAL") if result.rehearsal else "",
        lang=meeting.lang,
        direction="rtl" if direction(meeting.lang) == "rtl" else "ltr",
        strip=_strip(result.diverging) if result.diverging is not None else None,
    )


def _quote(text: str, people: int) -> str:
    if people == 1:
        return text
    return f"{text} ({ngettext('%(n)s answer', '%(n)s answers', people) % {'n': number(people)}})"


def _strip(picture: Diverging) -> Strip:
    segments = tuple(FigureSegment(one.start, one.length, _side(one.tone)) for one in picture.segments)
    return Strip(picture.centre, picture.whole, segments)


def _figure_bar(bar: Bar, headline_bars: Collection[str]) -> FigureBar:
    return FigureBar(
        label=bar.label,
        count=bar.count_text,
        percent=bar.percent_text or None,
        length=bar.length,
        tone="quiet" if bar.bound else "strong" if bar.id in headline_bars else "plain",
        side=_side(bar.tone) if bar.tone else None,
    )


def _side(tone: str) -> Side:
    """How a step of a worded scale is coloured in a picture, where each half has two colours."""
    sides: dict[str, Side] = {
        "against-1": "against",
        "for-1": "for",
        "neutral": "neutral",
        "dont-know": "dont-know",
    }
    return sides.get(tone, "for-strong" if tone.startswith("for") else "against-strong")


def file_name(extension: str, *parts: str) -> str:
    """A name that every system takes, as ``kiosk-2026-11-24-jorn-q3.png``. Other scripts fall away."""
    words = " ".join(parts).lower().translate(_WITHOUT_TWIN)
    latin = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:_LONGEST_FILE_NAME].rstrip("-")
    return f"kiosk-{name or 'result'}.{extension}"
