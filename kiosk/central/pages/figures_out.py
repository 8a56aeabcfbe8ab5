"""A dialogue's figures as plain data and as a table, for the read API and for files to take home.

Only what passed the disclosure gate, with everything a figure must say beside it: the question's wording, on
how many answers it rests, of how many meetings, and its label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from kiosk.central import reading
from kiosk.central.database import Database
from kiosk.central.pages import pictures
from kiosk.central.reading import Asked, Dialogue, Line, Meeting
from kiosk.languages import current, wording
from kiosk.languages import gettext as _
from kiosk.statistics.composition import DECLINED
from kiosk.statistics.disclosure import DisclosedSum

Json = dict[str, Any]
Cell = str | int | None

SCOPES = ("meeting", "type", "channel", "month")


# ── As data ──────────────────────────────────────────────────────────────────────────────────────────


def dialogue_data(one: Dialogue) -> Json:
    return {**asdict(one), "title": dict(one.title)}


def meeting_data(one: Meeting) -> Json:
    return {**asdict(one), "title": dict(one.title), "place": dict(one.place)}


def question_data(asked: Asked) -> Json:
    """A question and the figure of all meetings."""
    question = asked.question
    return {
        "series": asked.id,
        "question": question.id,
        "version": question.version,
        "kind": question.kind,
        "sensitive": question.sensitive,
        "text": dict(question.text),
        "options": [{"id": option.id, "text": dict(option.text)} for option in pictures.options(asked)],
        "meetings": {"asked": asked.asked, "waiting": asked.waiting, "correction_waiting": asked.held},
        "several_answers": asked.is_multiple,
        "all": sum_data(asked.shown),
        "hands": sum_data(asked.hands),
        "label": pictures.answers_label(asked.shown) if asked.shown is not None else None,
    }


def people_data(asked: Asked) -> Json:
    """Who came, by one composition question; null where too few may be told."""
    people = asked.people
    return {
        "series": asked.id,
        "question": asked.question.id,
        "text": dict(asked.question.text),
        "options": [{"id": option.id, "text": dict(option.text)} for option in pictures.options(asked)],
        "base": people.base,
        "counts": {name: count for name, count in people.shown.items() if name != DECLINED},
        "declined": people.shown.get(DECLINED),
        "waiting": people.waiting,
    }


def sum_data(shown: DisclosedSum | None) -> Json | None:
    """A figure; null where there are too few answers for one."""
    if shown is None:
        return None
    return {
        "meetings": shown.meetings,
        "answered": shown.answered,
        "valid": shown.valid,
        "abstained": shown.abstained,
        "dont_know": shown.dont_know,
        "counts": dict(shown.counts),
        "percents": dict(shown.percents),
        "mean_of_meetings": {name: round(100 * shown.mean_of_meetings(name), 1) for name in shown.counts},
        "both_means_needed": [name for name in shown.counts if shown.needs_both_means(name)],
    }


def lines_data(database: Database, asked: Asked) -> Json:
    """A question with all its figures: by meeting, type, channel and month; and how meetings vary."""
    lines = reading.lines(database, asked)
    return {
        **question_data(asked),
        **{f"by_{scope}": [_line_data(line) for line in _of_scope(lines, scope)] for scope in SCOPES},
        "variation": {
            name: {
                "pooled": spread.pooled,
                "mean_of_meetings": spread.mean_of_meetings,
                "lowest": spread.lowest,
                "highest": spread.highest,
                "low": spread.low,
                "high": spread.high,
            }
            for name, spread in lines.spread.items()
        },
        "texts": list(lines.texts),
    }


def _line_data(line: Line) -> Json:
    return {"of": list(line.names), "figure": sum_data(line.sum)}


def _of_scope(lines: reading.Lines, scope: str) -> Sequence[Line]:
    found: Sequence[Line] = getattr(lines, f"by_{scope}")
    return found


# ── As a table ───────────────────────────────────────────────────────────────────────────────────────


def headings() -> tuple[str, ...]:
    return (
        _("Dialogue"),
        _("Question"),
        _("Wording"),
        _("Figure of"),
        _("Which"),
        _("Answer"),
        _("Count"),
        _("Percent"),
        _("n"),
        _("Meetings"),
        _("Note"),
    )


def table_rows(database: Database, one: Dialogue) -> Iterator[tuple[Cell, ...]]:
    """A row for each answer of each figure; every row says what it is of, also when it is copied out."""
    name = wording(one.title, current())[0] or one.id
    for asked in reading.questions(database, one.id):
        if asked.question.composition:
            yield from _people_rows(name, asked)
            continue
        yield from _figure_rows(name, asked, _("all meetings"), "", asked.shown)
        lines = reading.lines(database, asked)
        meetings = pictures.meeting_names(lines.meetings)
        named = {
            "meeting": (_("meeting"), meetings),
            "type": (_("type of meeting"), pictures.type_names(lines.by_type)),
            "channel": (_("channel"), pictures.channel_names()),
            "month": (_("month"), {}),
        }
        for scope, (said, names) in named.items():
            for line in _of_scope(lines, scope):
                which = " + ".join(names.get(part, (part, ""))[0] for part in line.names)
                yield from _figure_rows(name, asked, said, which, line.sum)


def _figure_rows(
    dialogue: str, asked: Asked, scope: str, which: str, shown: DisclosedSum | None
) -> Iterator[tuple[Cell, ...]]:
    title = pictures.words(asked, asked.question.text)[0]
    head = (dialogue, asked.question.id, title, scope, which)
    if shown is None:
        yield (*head, None, None, None, None, None, _("Too few answers to show a result."))
        return
    for option in pictures.options(asked):
        label = pictures.words(asked, option.text)[0]
        count, share = shown.counts.get(option.id, 0), shown.percents.get(option.id, 0)
        yield (*head, label, count, share, shown.valid, shown.meetings, pictures.answers_label(shown))


def _people_rows(dialogue: str, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    people = asked.people
    title = pictures.words(asked, asked.question.text)[0]
    for option in pictures.options(asked):
        label = pictures.words(asked, option.text)[0]
        count = people.shown.get(option.id)
        share = pictures.whole_percent(count / people.base) if count is not None and people.base else None
        note = _("presences") if count is not None else _("not shown, too few answers")
        yield (
            dialogue,
            asked.question.id,
            title,
            _("who came"),
            "",
            label,
            count,
            share,
            people.base,
            asked.asked,
            note,
        )
