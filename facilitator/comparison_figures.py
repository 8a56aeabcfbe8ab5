"""Comparisons as pictures to take home, with everything that must stand beside their figures.

Made from the views that the windows draw, in the language now being spoken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from facilitator.figures.comparison import (
    Grid,
    GridCell,
    GridColumn,
    GridRow,
    Moves,
    MovesNode,
    MovesRibbon,
)
from facilitator.figures.figure import Figure, FigureBar, Tone
from facilitator.reports import MeetingExport, figure_of
from kiosk import labels
from kiosk.comparison_views import ChangeView, GroupsView, Node
from kiosk.composition_views import ComparedRow, CompositionView
from kiosk.languages import direction, number, written_date
from kiosk.languages import gettext as _
from kiosk.results import Bar, Result


def groups_figure(meeting: MeetingExport, result: Result, view: GroupsView, difference: str) -> Figure:
    """A round by groups; ``result`` is its own, ``difference`` what may be said of it in words."""
    whole = figure_of(meeting, result)
    hidden = ", ".join(group.label for group in view.hidden)
    empty = _("Nobody here: %(groups)s.") % {"groups": ", ".join(view.empty)} if view.empty else ""
    return replace(
        whole,
        bars=(),
        strip=None,
        end_labels=None,
        texts=(),
        sentence="" if view.withheld else view.sentence,
        headline=_("By: %(title)s") % {"title": view.title},
        notes=_said(
            "" if view.withheld else difference,
            *whole.notes,
            f"{hidden}: {view.hidden_note}" if view.hidden_note else "",
            "" if view.withheld else empty,
        ),
        message=view.withheld,
        grid=None if view.withheld else _grid(view),
    )


def change_figure(meeting: MeetingExport, view: ChangeView, moved: str) -> Figure:
    """Before and after; ``moved`` is what may be said of the moves in words."""
    whole = figure_of(meeting, view.after)
    drawn = bool(view.starts and view.ends)
    nearest = _("People to the nearest five, of those who answered both times.") if view.ribbons else ""
    bases = (
        (_("Before"), view.before.base_line),
        (_("After"), view.after.base_line),
    )
    return replace(
        whole,
        title=" – ".join(dict.fromkeys((view.before.title, view.after.title))),
        base=" · ".join(f"{name}: {base}" for name, base in bases),
        bars=(),
        strip=None,
        end_labels=None,
        sentence="",
        headline=view.sentence if drawn else "",
        notes=_said("" if view.withheld else moved, *whole.notes, nearest, view.hidden_note),
        message="" if drawn else (view.after if view.starts else view.before).sentence,
        moves=_moves(view) if drawn else None,
    )


def composition_figure(
    meeting: MeetingExport, view: CompositionView, connected: int, *, rehearsal: bool
) -> Figure:
    """Who is in the room by one question, beside the population where it can be compared."""
    compared = view.compared
    shown = () if view.withheld else _people(view)
    notes = [compared.dissimilarity, compared.refused] if compared is not None else []
    if compared is not None and compared.rows:
        notes.append(_("Population: %(source)s.") % {"source": f"{compared.population}, {compared.source}"})
    base = f"n = {number(view.base)}"
    return Figure(
        title=view.title,
        base="" if view.withheld else compared.base if compared is not None and compared.base else base,
        notes=_said(
            "" if view.withheld else labels.meeting_label(view.base, connected), *notes,
            "" if view.withheld else view.note,
        ),
        meeting=meeting.title,
        place=meeting.place,
        date=written_date(meeting.date),
        bars=shown,
        message=view.note if view.withheld else "",
        headline=compared.missing if compared is not None else "",
        headings=(_("The room"), _("Population")) if view.is_compared else (_("Share"), _("Answers")),
        keys=(_("The room"), compared.population) if compared is not None and compared.rows else None,
        rehearsal=_("REHEARSAL") if rehearsal else "",
        lang=meeting.lang,
        direction="rtl" if direction(meeting.lang) == "rtl" else "ltr",
    )  # fmt: skip


def _grid(view: GroupsView) -> Grid:
    """The groups that are shown, and one column of dots for all that are not."""
    hidden = bool(view.hidden)
    columns = [GridColumn(group.label, group.base_text) for group in view.groups]
    rows = [
        GridRow(
            row.label,
            tuple([GridCell(cell.text, cell.length) for cell in row.cells] + [GridCell("…", None)] * hidden),
            strong=row.is_sum,
        )
        for row in view.rows
    ]
    return Grid((*columns, *[GridColumn("…", "")] * hidden), tuple(rows))


def _moves(view: ChangeView) -> Moves:
    bases = (
        (_("Before"), view.before.valid),
        (_("After"), view.after.valid),
    )
    before, after = (f"{name}, n = {number(base)}" for name, base in bases)
    told = _("“%(start)s” to “%(end)s”: %(people)s")
    return Moves(
        headings=(before, after),
        starts=_nodes(view.starts),
        ends=_nodes(view.ends),
        height=view.height,
        ribbons=tuple(MovesRibbon(one.start, one.end, one.thick, one.moved) for one in view.ribbons),
        told=tuple(told % {"start": one.start, "end": one.end, "people": one.text} for one in view.moves),
    )


def _nodes(nodes: Iterable[Node]) -> tuple[MovesNode, ...]:
    return tuple(
        MovesNode(node.bar.label, node.bar.percent_text or node.bar.count_text, node.top, node.height)
        for node in nodes
    )


def _people(view: CompositionView) -> tuple[FigureBar, ...]:
    """A bar for each group; those outside the comparison, and those who gave no answer, without one."""
    declined = (view.declined,) if view.declined is not None else ()
    if view.compared is None or not view.compared.rows:
        return (*map(_counted, view.bars), *map(_bare, declined))
    return (*map(_beside, view.compared.rows), *map(_bare, (*view.compared.outside, *declined)))


def _beside(row: ComparedRow) -> FigureBar:
    return FigureBar(
        label=row.label,
        count=row.population_text,
        percent=row.room_text,
        length=row.room_length,
        tone="bare" if row.is_hidden else "plain",
        beside=row.population_length,
        remark="" if row.is_hidden else row.ratio,
    )


def _counted(bar: Bar) -> FigureBar:
    tone: Tone = "bare" if bar.count is None else "plain"
    return FigureBar(bar.label, bar.count_text, bar.percent_text or None, bar.length, tone)


def _bare(bar: Bar) -> FigureBar:
    """A share of all who were asked, outside the base of the others."""
    return FigureBar(bar.label, "", bar.percent_text or bar.count_text, 0.0, tone="bare")


def _said(*notes: str) -> tuple[str, ...]:
    return tuple(note for note in notes if note)
