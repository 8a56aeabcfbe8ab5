"""Groups beside one another: a column for each with its base, a row for each answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .comparison import Grid, GridCell, GridColumn, GridRow
from .marks import Block, Box, Mark, stack, words
from .page import BAR, BAR_STRONG, INK, MARGIN, MOST_LINES, QUIET_INK, ROOM, RULE, TRACK
from .typesetting import Face, Lines, set_evenly, set_lines, width

_LABEL_SHARE = 0.32
_GAP = 26
_DOTS = 90


@dataclass(frozen=True)
class _Columns:
    """Where the groups stand: each ``step`` further on from ``start``, with a gap at its end.

    Dots for what is hidden come last and need little room.
    """

    start: float
    step: float

    @property
    def room(self) -> float:
        return self.step - _GAP

    def place(self, number: int) -> float:
        return self.start + number * self.step


def _columns(grid: Grid, start: float) -> _Columns:
    dots = sum(not column.base for column in grid.columns)
    wide = MARGIN + ROOM + _GAP - start - dots * _DOTS
    return _Columns(start, wide / max(len(grid.columns) - dots, 1))


def lay_out_grid(grid: Grid, scale: float, room: float) -> Block:
    """The table, its rows spread over the room where there is more than they need."""
    face = Face(32 * scale)
    labels = [set_evenly(row.label, ROOM * _LABEL_SHARE, face, MOST_LINES) for row in grid.rows]
    widest = max((label.width for label in labels), default=0.0)
    columns = _columns(grid, MARGIN + widest + _GAP)
    head = _head(grid.columns, columns, scale)
    bold = _fitting(grid, columns.room, replace(face, bold=True))
    needed = [max(label.height, bold.leading + 16 * scale) for label in labels]
    spare = (room - head.height - sum(needed)) / max(len(needed), 1)
    gap = min(max(16 * scale, spare), 1.2 * max(needed, default=0.0))
    rows = (
        _row(row, label, columns, bold, height + gap)
        for row, label, height in zip(grid.rows, labels, needed, strict=True)
    )
    return stack(head, *rows)


def _head(groups: tuple[GridColumn, ...], columns: _Columns, scale: float) -> Block:
    """The names and bases, all ending on one line."""
    stood = [
        stack(
            words(set_lines(group.label, columns.room, Face(27 * scale, bold=True), MOST_LINES), INK),
            words(set_lines(group.base, columns.room, Face(24 * scale), 1), QUIET_INK),
        )
        for group in groups
    ]
    height = max(block.height for block in stood)
    marks: list[Mark] = []
    for place, block in enumerate(stood):
        down = block.moved(height - block.height)
        marks += [replace(mark, x=columns.place(place)) for mark in down]
    rule = Box(MARGIN, height + 10 * scale, ROOM, 2, RULE)
    return Block(height + 12 * scale, (*marks, rule))


def _fitting(grid: Grid, room: float, face: Face) -> Face:
    """The face, or a smaller one in which every figure fits its column."""
    widest = max((width(cell.text, face) for row in grid.rows for cell in row.cells), default=0.0)
    return replace(face, size=face.size * min(1.0, room / widest)) if widest else face


def _row(row: GridRow, label: Lines, columns: _Columns, face: Face, height: float) -> Block:
    marks: list[Mark] = [*words(label, INK, MARGIN).moved((height - label.height) / 2)]
    for place, cell in enumerate(row.cells):
        block = _cell(cell, columns, place, face, BAR_STRONG if row.strong else BAR)
        marks += block.moved((height - block.height) / 2)
    return Block(height, tuple(marks))


def _cell(cell: GridCell, columns: _Columns, place: int, face: Face, fill: str) -> Block:
    """The share, and under it a bar as long."""
    share = words(set_lines(cell.text, columns.room, face), QUIET_INK if cell.length is None else INK)
    figure = Block(share.height, tuple(replace(mark, x=columns.place(place)) for mark in share.marks))
    if cell.length is None:
        return figure
    track = Box(columns.place(place), 0, columns.room, face.size * 0.4, TRACK)
    filled = replace(track, width=track.width * cell.length / 100, fill=fill)
    return stack(figure, Block(track.height, (track, *([filled] if cell.length else []))))
