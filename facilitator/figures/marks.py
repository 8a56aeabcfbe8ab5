"""What a picture is made of: words, boxes and ribbons with their places, and blocks that can be stacked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from .typesetting import Face, Lines

Align = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Words:
    """One line of text. ``y`` is the middle of its capitals; ``x`` counts from the edge reading starts at."""

    x: float
    y: float
    text: str
    face: Face
    ink: str
    align: Align = "start"
    turned: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True)
class Box:
    """A filled rectangle; ``hatched`` ones are striped, so that they differ without colour too."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    hatched: bool = False


@dataclass(frozen=True)
class Ribbon:
    """A band from side to side: its upper edge begins at ``y`` and has come ``drop`` lower at the end."""

    x: float
    y: float
    width: float
    drop: float
    thick: float
    fill: str
    opacity: float = 1.0


Mark = Words | Box | Ribbon


@dataclass(frozen=True)
class Block:
    """Marks that keep their places to one another, in a room of some height."""

    height: float
    marks: tuple[Mark, ...] = ()

    def moved(self, down: float) -> Iterable[Mark]:
        return (replace(mark, y=mark.y + down) for mark in self.marks)


EMPTY = Block(0)


def words(lines: Lines, ink: str, x: float = 0.0, align: Align = "start") -> Block:
    """Lines of text as a block."""
    leading = lines.face.leading
    return Block(
        lines.height,
        tuple(
            Words(x, (place + 0.5) * leading, line, lines.face, ink, align)
            for place, line in enumerate(lines.lines)
        ),
    )


def stack(*blocks: Block, gap: float = 0.0) -> Block:
    """Blocks under one another; empty ones take no room."""
    marks: list[Mark] = []
    height = 0.0
    for block in blocks:
        if not block.height:
            continue
        height += gap if marks else 0
        marks += block.moved(height)
        height += block.height
    return Block(height, tuple(marks))
