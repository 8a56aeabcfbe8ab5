"""Before and after: answers on two sides, and between them ribbons as thick as the people."""

from __future__ import annotations

from dataclasses import replace

from .comparison import Moves, MovesNode, MovesRibbon
from .marks import EMPTY, Align, Block, Box, Mark, Ribbon, Words, stack, words
from .page import BAR_STRONG, HEIGHT, INK, MARGIN, MOST_LINES, OTHER, QUIET_INK, ROOM, TRACK
from .typesetting import Face, Lines, set_evenly, set_lines

_SIDE = 0.3
"""What each side's labels take of the width."""
_NODE = 16
_GAP = 24
_TALLEST = 0.55 * HEIGHT


def lay_out_moves(moves: Moves, scale: float, room: float) -> Block:
    """The picture as high as its labels need, or as the room allows, and the moves in words under it."""
    face = Face(32 * scale)
    starts, ends = _labels(moves.starts, face), _labels(moves.ends, face)
    told = _told(moves.told, scale)
    heads = _heads(moves.headings, Face(30 * scale, bold=True))
    needed = max(_needed(side, face) for side in (starts, ends))
    height = max(needed, min(room - heads.height - told.height, _TALLEST))
    picture = Block(
        height,
        (
            *_drawn(moves, height),
            *_side(moves.starts, starts, face, height, _before_end(), "end"),
            *_side(moves.ends, ends, face, height, _after_start(), "start"),
        ),
    )
    return stack(heads, picture, told)


def _before_end() -> float:
    return MARGIN + ROOM * _SIDE


def _after_start() -> float:
    return MARGIN + ROOM * (1 - _SIDE)


def _labels(nodes: tuple[MovesNode, ...], face: Face) -> list[Lines]:
    return [set_evenly(node.label, ROOM * _SIDE, face, MOST_LINES) for node in nodes]


def _needed(labels: list[Lines], face: Face) -> float:
    """How high a side is when the tallest of its labels, with the share under it, has room in its place."""
    tallest = max((label.height for label in labels), default=0.0)
    return len(labels) * (tallest + 1.6 * face.leading)


def _heads(headings: tuple[str, str], face: Face) -> Block:
    before, after = headings
    return Block(
        face.leading * 1.5,
        (
            Words(_before_end(), face.leading / 2, before, face, QUIET_INK, "end"),
            Words(_after_start(), face.leading / 2, after, face, QUIET_INK),
        ),
    )


def _side(
    nodes: tuple[MovesNode, ...], labels: list[Lines], face: Face, height: float, x: float, align: Align
) -> list[Mark]:
    """Each answer and its share in the middle of its place."""
    slot = height / max(len(nodes), 1)
    marks: list[Mark] = []
    for place, (node, label) in enumerate(zip(nodes, labels, strict=True)):
        share = set_lines(node.share, ROOM * _SIDE, replace(face, bold=True))
        block = stack(words(label, INK, x, align), words(share, INK, x, align))
        marks += block.moved(place * slot + (slot - block.height) / 2)
    return marks


def _drawn(moves: Moves, height: float) -> list[Mark]:
    """Ribbons and nodes between the labels; the figure's units become pixels."""
    unit = height / moves.height
    left, right = _before_end() + _GAP, _after_start() - _GAP
    nodes = (
        Box(x, node.top * unit, _NODE, node.height * unit, BAR_STRONG)
        for x, side in ((left, moves.starts), (right - _NODE, moves.ends))
        for node in side
        if node.height
    )
    return [*(_ribbon(one, left + _NODE, right - _NODE, unit) for one in moves.ribbons), *nodes]


def _ribbon(one: MovesRibbon, left: float, right: float, unit: float) -> Ribbon:
    return Ribbon(
        x=left,
        y=one.start * unit,
        width=right - left,
        drop=(one.end - one.start) * unit,
        thick=one.thick * unit,
        fill=OTHER if one.moved else TRACK,
        opacity=0.85 if one.moved else 1.0,
    )


def _told(told: tuple[str, ...], scale: float) -> Block:
    if not told:
        return EMPTY
    lines = (set_lines(one, ROOM, Face(28 * scale), MOST_LINES) for one in told)
    return stack(Block(14 * scale), *(words(one, INK, MARGIN) for one in lines))
