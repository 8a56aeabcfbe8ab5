"""Comparisons to take home, as sheets or CSV: groups, before and after, the room beside the population.

Only what was let through and what the room may have seen comes in here: a meeting's comparisons, or one of
them. Sheets are made of views, in the language now being spoken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from facilitator.desk import may_be_taken_home
from facilitator.figures.workbook import Cell, Column, Sheet
from facilitator.reports import table_csv
from kiosk.comparison_views import ChangeView, GroupsView, change_view, groups_view
from kiosk.composition_views import CompositionView, composition_views
from kiosk.languages import current
from kiosk.languages import gettext as _
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.problems import Problem
from kiosk.room import Room

Said = Mapping[tuple[str, str], str]
"""What may be said of a difference, by round and composition question."""

View = TypeVar("View", GroupsView, ChangeView)
Tables = Iterable[tuple[Round, GroupsView]]
Rows = Iterator[tuple[Cell, ...]]


def comparison_sheets(room: Room, stage: Stage, said: Said) -> tuple[Sheet, ...]:
    """Every comparison of a meeting that may be taken home, each sort in a sheet; empty ones are left out."""
    sheets = (
        groups_sheet(every_table(room, stage), said),
        changes_sheet(every_change(room, stage)),
        composition_sheet(every_picture(room, stage)),
    )
    return tuple(sheet for sheet in sheets if sheet.rows)


def every_table(room: Room, stage: Stage) -> list[tuple[Round, GroupsView]]:
    """The comparisons by groups that may be taken home, each with its round."""
    return [(round, view) for round in _to_take_home(stage) for view in _tables(room, stage, round)]


def every_change(room: Room, stage: Stage) -> list[ChangeView]:
    """The comparisons with before that may be taken home."""
    return [view for round in _to_take_home(stage) for view in _change(room, stage, round)]


def every_picture(room: Room, stage: Stage) -> tuple[CompositionView, ...]:
    """Who is in the room by each question, as far as it was released."""
    return composition_views(stage, room.pictures(stage.meeting.id), current(), room.compared_with(stage))


def one_table(room: Room, round: Round, by: str) -> GroupsView:
    """One comparison by groups; a Problem until somebody has looked at it and it may be taken home."""
    stage = _to_be_taken_home(room, round)
    if by not in stage.question_of(round).breakdown:
        raise Problem("not_declared")
    return _looked_at([view for view in _tables(room, stage, round) if view.by == by])


def one_change(room: Room, round: Round) -> ChangeView:
    """One comparison with before; a Problem as for ``one_table``."""
    stage = _to_be_taken_home(room, round)
    if stage.before(round) is None:
        raise Problem("not_paired")
    return _looked_at(_change(room, stage, round))


def one_picture(room: Room, stage: Stage, question: str) -> CompositionView:
    """Who is in the room by one question."""
    found = next((view for view in every_picture(room, stage) if view.question == question), None)
    if found is None:
        raise Problem("no_such_question")
    return found


def groups_sheet(tables: Tables, said: Said) -> Sheet:
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
        for round, view in tables
        for row in _rows_of_groups(round, view, said.get((round.id, view.by), ""))
    )
    return Sheet(_("Answers by group"), columns, rows)


def changes_sheet(changes: Iterable[ChangeView]) -> Sheet:
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
    return Sheet(
        _("Before and after"), columns, tuple(row for view in changes for row in _rows_of_change(view))
    )


def composition_sheet(pictures: Iterable[CompositionView]) -> Sheet:
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
    return Sheet(_("Room and population"), columns, tuple(row for view in pictures for row in _people(view)))


def as_csv(sheet: Sheet) -> str:
    """One sheet as a table of its own. To be written as UTF-8; the byte order mark is there."""
    return table_csv(sheet.columns, sheet.rows)


def _to_take_home(stage: Stage) -> list[Round]:
    return [round for round in stage.rounds if not round.composition and may_be_taken_home(round, stage)]


def _to_be_taken_home(room: Room, round: Round) -> Stage:
    stage = room.stage(round.meeting)
    if round.composition or not may_be_taken_home(round, stage):
        raise Problem("not_revealed")
    return stage


def _looked_at(found: list[View]) -> View:
    if not found:
        raise Problem("not_looked_at")
    return found[0]


def _tables(room: Room, stage: Stage, round: Round) -> list[GroupsView]:
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


def _people(view: CompositionView) -> Rows:
    """The room beside the population; where there is none to compare with, the room alone."""
    if view.withheld:
        return
    compared = view.compared
    against = f"{compared.population} ({compared.source})" if compared is not None else ""
    said = (compared.base, compared.missing, compared.dissimilarity) if compared is not None else ()
    notes = " ".join(part for part in (*said, view.note) if part)
    if compared is not None and compared.refused:
        yield (view.title, "", "", "", "", "", "", against, compared.refused)
    for row in compared.rows if compared is not None else ():
        yield (
            view.title, row.label, row.room_text, row.population_text, row.ratio, row.flag, row.band, against,
            notes,
        )  # fmt: skip
    alone = compared.outside if compared is not None and compared.rows else view.bars
    for bar in (*alone, *((view.declined,) if view.declined else ())):
        yield (view.title, bar.label, bar.percent_text or bar.count_text, "", "", "", "", against, notes)
