"""What a picture of a comparison says: groups beside one another, or people who moved between answers.

Words and lengths, as in ``figure``: hidden groups and moves have come here as three dots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from . import form

MOST_COLUMNS = 60
MOST_ROWS = 100

Change = Callable[[str], str]


@dataclass(frozen=True)
class GridColumn:
    """One group and its base."""

    label: str
    base: str


@dataclass(frozen=True)
class GridCell:
    """One answer of one group; ``length`` is 0 to 100, None where nothing may be drawn."""

    text: str
    length: float | None


@dataclass(frozen=True)
class GridRow:
    """One answer in every group; ``strong`` for the joint share of several."""

    label: str
    cells: tuple[GridCell, ...]
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """Groups side by side, answers below: every row has a cell for every column."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class MovesNode:
    """One answer before or after, with its share; ``top`` and ``height`` in units of the picture."""

    label: str
    share: str
    top: float
    height: float


@dataclass(frozen=True)
class MovesRibbon:
    """People on their way, from a height before to a height after; ``moved`` if they changed their answer."""

    start: float
    end: float
    thick: float
    moved: bool


@dataclass(frozen=True)
class Moves:
    """Answers before and after, and between them who went where, in a picture ``height`` units high.

    ``headings`` stand over the two sides, ``told`` says the largest moves in words.
    """

    headings: tuple[str, str]
    starts: tuple[MovesNode, ...]
    ends: tuple[MovesNode, ...]
    height: float
    ribbons: tuple[MovesRibbon, ...]
    told: tuple[str, ...]


def grid_from_json(value: Any) -> Grid:
    """The groups that JSON describes; ValueError when it does not."""
    data = form.mapping(value)
    columns = form.items(data, "columns", _column_from_json, MOST_COLUMNS)
    rows = form.items(data, "rows", _row_from_json, MOST_ROWS)
    if not columns or any(len(row.cells) != len(columns) for row in rows):
        raise ValueError("rows: expected a cell for every column")
    return Grid(columns, rows)


def _column_from_json(value: Any) -> GridColumn:
    data = form.mapping(value)
    return GridColumn(form.text(data, "label"), form.text(data, "base", 40))


def _row_from_json(value: Any) -> GridRow:
    data = form.mapping(value)
    cells = form.items(data, "cells", _cell_from_json, MOST_COLUMNS)
    return GridRow(form.text(data, "label"), cells, data.get("strong") is True)


def _cell_from_json(value: Any) -> GridCell:
    data = form.mapping(value)
    return GridCell(form.text(data, "text", 40), form.optional_share(data, "length"))


def moves_from_json(value: Any) -> Moves:
    """The moves that JSON describes; ValueError when it does not."""
    data = form.mapping(value)
    return Moves(
        headings=form.pair(data, "headings"),
        starts=form.items(data, "starts", _node_from_json, MOST_ROWS),
        ends=form.items(data, "ends", _node_from_json, MOST_ROWS),
        height=max(form.number(data, "height"), 1.0),
        ribbons=form.items(data, "ribbons", _ribbon_from_json, MOST_ROWS * MOST_ROWS),
        told=form.texts(data, "told", MOST_ROWS),
    )


def _node_from_json(value: Any) -> MovesNode:
    data = form.mapping(value)
    return MovesNode(
        label=form.text(data, "label"),
        share=form.text(data, "share", 40),
        top=max(form.number(data, "top"), 0.0),
        height=max(form.number(data, "height"), 0.0),
    )


def _ribbon_from_json(value: Any) -> MovesRibbon:
    data = form.mapping(value)
    return MovesRibbon(
        start=form.number(data, "start"),
        end=form.number(data, "end"),
        thick=max(form.number(data, "thick"), 0.0),
        moved=data.get("moved") is True,
    )


def grid_with_texts(grid: Grid, change: Change) -> Grid:
    """The groups with every text changed alike."""
    return Grid(
        tuple(GridColumn(change(column.label), change(column.base)) for column in grid.columns),
        tuple(
            replace(
                row,
                label=change(row.label),
                cells=tuple(replace(cell, text=change(cell.text)) for cell in row.cells),
            )
            for row in grid.rows
        ),
    )


def moves_with_texts(moves: Moves, change: Change) -> Moves:
    """The moves with every text changed alike."""
    starts, ends = (
        tuple(replace(node, label=change(node.label), share=change(node.share)) for node in side)
        for side in (moves.starts, moves.ends)
    )
    before, after = map(change, moves.headings)
    return replace(
        moves, headings=(before, after), starts=starts, ends=ends, told=tuple(map(change, moves.told))
    )


def described_grid(grid: Grid) -> str:
    """The groups in words, one after another."""
    return " · ".join(
        f"{column.label} ({column.base}): "
        + "; ".join(f"{row.label}: {row.cells[place].text}" for row in grid.rows)
        for place, column in enumerate(grid.columns)
        if column.base
    )


def described_moves(moves: Moves) -> str:
    """Before, after and the moves in words."""
    sides = (
        f"{heading}: " + "; ".join(f"{node.label}: {node.share}" for node in side)
        for heading, side in zip(moves.headings, (moves.starts, moves.ends), strict=True)
    )
    return " · ".join((*sides, *moves.told))
