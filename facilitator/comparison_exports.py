"""Comparisons to take home, as sheets or CSV: groups, before and after, the room beside the population.

Only what was let through and what the room may have seen comes in here. Pure but for the reading: values in,
sheets out, in the language now being spoken.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from facilitator.desk import may_be_taken_home
from facilitator.figures.workbook import Cell, Column, Sheet
from facilitator.reports import BYTE_ORDER_MARK, guarded
from kiosk.comparison_views import ChangeView, GroupsView, change_view, groups_view
from kiosk.composition_views import CompositionView, composition_views
from kiosk.languages import current
from kiosk.languages import gettext as _
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.room import Room

Said = Mapping[tuple[str, str], str]
"""What may be said of a difference, by round and composition question."""

Rows = Iterator[tuple[Cell, ...]]


def comparison_sheets(room: Room, stage: Stage, said: Said) -> tuple[Sheet, ...]:
    """Every comparison of a meeting that may be taken home, each sort in a sheet; empty ones are left out."""
    sheets = (groups_sheet(room, stage, said), changes_sheet(room, stage), composition_sheet(room, stage))
    return tuple(sheet for sheet in sheets if sheet.rows)


def groups_sheet(room: Room, stage: Stage, said: Said) -> Sheet:
    """Answers by group: a row for each group and answer, and one for each group that is not shown."""
    columns = (
        Column(_("Question"), "wide"),
        Column(_("Round"), "count"),
        Column(_("By"), "wide"),
        Column(_("Group"), "wide"),
        Column(_("Group’s answers"), "text"),
        Column(_("Option"), "wide"),
        Column(_("Count"), "text"),
        Column(_("Percent"), "text"),
        Column(_("Not shown"), "wide"),
        Column(_("Difference"), "wide"),
        Column(_("Notes"), "wide"),
    )
    rows = tuple(
        row
        for round in _to_take_home(stage)
        for view in _groups(room, stage, round)
        for row in _rows_of_groups(round, view, said.get((round.id, view.by), ""))
    )
    return Sheet(_("Answers by group"), columns, rows)


def changes_sheet(room: Room, stage: Stage) -> Sheet:
    """Before and after: a row for each move, people to the nearest five."""
    columns = (
        Column(_("Question"), "wide"),
        Column(_("Answer before"), "wide"),
        Column(_("Share before"), "text"),
        Column(_("Answer after"), "wide"),
        Column(_("Share after"), "text"),
        Column(_("People"), "text"),
        Column(_("Notes"), "wide"),
    )
    rows = tuple(
        row
        for round in _to_take_home(stage)
        for view in _change(room, stage, round)
        for row in _rows_of_change(view)
    )
    return Sheet(_("Before and after"), columns, rows)


def composition_sheet(room: Room, stage: Stage) -> Sheet:
    """The room beside the population, with what chance would give."""
    columns = (
        Column(_("Question"), "wide"),
        Column(_("Group"), "wide"),
        Column(_("The room"), "text"),
        Column(_("Population"), "text"),
        Column(_("Measured by the population"), "wide"),
        Column(_("Chance"), "wide"),
        Column(_("Ratio and chance band"), "wide"),
        Column(_("Compared with"), "wide"),
        Column(_("Notes"), "wide"),
    )
    pictures = room.pictures(stage.meeting.id)
    views = composition_views(stage, pictures, current(), room.compared_with(stage))
    return Sheet(_("Room and population"), columns, tuple(row for view in views for row in _compared(view)))


def as_csv(sheet: Sheet) -> str:
    """One sheet as a table of its own. To be written as UTF-8; the byte order mark is there."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([guarded(column.heading) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return BYTE_ORDER_MARK + file.getvalue()


def _to_take_home(stage: Stage) -> list[Round]:
    return [round for round in stage.rounds if not round.composition and may_be_taken_home(round, stage)]


def _groups(room: Room, stage: Stage, round: Round) -> list[GroupsView]:
    total = room.disclosed(round.id)
    tables, _flows = room.compared(round.id)
    return [groups_view(stage, round, table, total, current()) for table in tables]


def _change(room: Room, stage: Stage, round: Round) -> list[ChangeView]:
    before, (_tables, flows) = stage.before(round), room.compared(round.id)
    if before is None or flows is None:
        return []
    shown = room.disclosed(before.id), room.disclosed(round.id)
    return [change_view(stage, (before, round), shown, flows, current())]


def _rows_of_groups(round: Round, view: GroupsView, difference: str) -> Rows:
    start = (view.question, round.run, view.title)
    if view.withheld:
        yield (*start, "", "", "", "", "", view.withheld, "", view.honest_line)
        return
    for place, group in enumerate(view.groups):
        for row in view.rows:
            cell = row.cells[place]
            yield (
                *start, group.label, group.base_text, row.label, cell.count_text, cell.text, "", difference,
                view.honest_line,
            )  # fmt: skip
    for hidden in view.hidden:
        yield (*start, hidden.label, "…", "", "…", "…", hidden.why, "", view.honest_line)


def _rows_of_change(view: ChangeView) -> Rows:
    notes = " ".join(part for part in (view.sentence, view.hidden_note, view.honest_line) if part)
    if not view.flows:
        yield (view.after.title, "", "", "", "", "…", notes)
    for start, row in zip(view.starts, view.flows, strict=bool(view.flows)):
        for end, people in zip(view.ends, row, strict=True):
            yield (
                view.after.title, start.bar.label, start.bar.percent_text, end.bar.label,
                end.bar.percent_text, people, notes,
            )  # fmt: skip


def _compared(view: CompositionView) -> Rows:
    compared = view.compared
    if compared is None or view.withheld:
        return
    against = f"{compared.population} ({compared.source})"
    notes = " ".join(
        part for part in (compared.base, compared.missing, compared.dissimilarity, view.note) if part
    )
    if compared.refused:
        yield (view.title, "", "", "", "", "", "", against, compared.refused)
    for row in compared.rows:
        yield (
            view.title, row.label, row.room_text, row.population_text, row.ratio, row.flag, row.band, against,
            notes,
        )  # fmt: skip
    for bar in (*compared.outside, *((view.declined,) if view.declined else ())):
        yield (view.title, bar.label, bar.percent_text or bar.count_text, "", "", "", "", against, notes)
