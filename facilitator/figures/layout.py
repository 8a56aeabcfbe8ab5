"""Where everything stands in a picture: sizes are tried from large to small until all of it fits.

A picture is 1,920 pixels wide and 1,080 high. When even the smallest sizes do not fit it grows downwards:
no question or answer is cut short to save room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .figure import Figure, FigureBar, Strip
from .grid import lay_out_grid
from .marks import EMPTY, Block, Box, Mark, Words, stack, words
from .moves import lay_out_moves
from .page import (
    ACCENT_INK,
    BAR,
    BAR_LIGHT,
    BAR_QUIET,
    BAR_STRONG,
    CAUTION,
    HEIGHT,
    INK,
    MARGIN,
    MOST_LINES,
    OTHER,
    PAPER,
    QUIET_INK,
    ROOM,
    RULE,
    SIDE_FILLS,
    TRACK,
    WIDTH,
)
from .typesetting import Face, Lines, set_evenly, set_lines, width

LEFT_TO_RIGHT_MARK = "\u200e"
RIGHT_TO_LEFT_MARK = "\u200f"

_SCALES = (1.16, 1.08, 1.0, 0.93, 0.86, 0.8, 0.75, 0.7)
_LABEL_SHARE = 0.45
_COLUMN_GAP = 34
_MOST_QUESTION_LINES = 30
_MOST_QUOTES_HEIGHT = 2 * HEIGHT


@dataclass(frozen=True)
class Layout:
    """Marks with their places on a page of this height."""

    height: float
    marks: tuple[Mark, ...]


def lay_out(figure: Figure) -> Layout:
    """The figure at the largest size that fits one picture, or else on a taller one."""
    head = body = foot = EMPTY
    for scale in _SCALES:
        foot = _foot(figure, min(scale, 1.0))
        head = _head(figure, scale)
        body = _body(figure, scale, 0.0)
        if head.height + body.height + foot.height <= HEIGHT:
            body = _body(figure, scale, HEIGHT - head.height - foot.height)
            break
    height = max(float(HEIGHT), head.height + body.height + foot.height)
    page = (
        *head.moved(0),
        *body.moved(head.height),
        *foot.moved(height - foot.height),
        *_watermark(figure.rehearsal, height),
    )
    return Layout(round(height), page)


def _head(figure: Figure, scale: float) -> Block:
    """The question, what run it was, and the result in a line."""
    run = set_lines(figure.run, ROOM, Face(28 * scale, bold=True), most=2)
    title = set_evenly(figure.title, ROOM, Face(54 * scale, bold=True), _MOST_QUESTION_LINES)
    headline = set_evenly(figure.headline, ROOM, Face(38 * scale), MOST_LINES)
    head = stack(
        words(run, QUIET_INK, MARGIN),
        words(title, INK, MARGIN),
        words(headline, ACCENT_INK, MARGIN),
        gap=14 * scale,
    )
    band = _band(figure.rehearsal)
    return stack(band, Block(MARGIN * min(scale, 1) * 0.72), head, Block(30 * scale))


def _band(rehearsal: str) -> Block:
    """A strip across the top, so that a rehearsal is one in a small or black-and-white copy too."""
    if not rehearsal:
        return EMPTY
    word = set_lines(rehearsal, ROOM, Face(34, bold=True), most=1)
    strip = Box(0, 0, WIDTH, 66, CAUTION)
    texts = (Words(WIDTH / 2, 33, line, word.face, PAPER, "middle") for line in word.lines)
    return Block(66, (strip, *texts))


def _foot(figure: Figure, scale: float) -> Block:
    """What the result rests on and does not say, and whose it is."""
    small = Face(21 + 5 * scale)
    # Marks beside each dot keep an Arabic title and a Swedish place from running into one another.
    mark = LEFT_TO_RIGHT_MARK if figure.direction == "ltr" else RIGHT_TO_LEFT_MARK
    source = f"{mark} · {mark}".join(part for part in (figure.meeting, figure.place, figure.date) if part)
    base = set_lines(figure.base, ROOM, Face(23 + 8 * scale, bold=True), MOST_LINES)
    notes = (set_lines(note, ROOM, small, MOST_LINES) for note in figure.notes)
    lines = stack(
        words(base, INK, MARGIN),
        *(words(note, QUIET_INK, MARGIN) for note in notes),
        words(set_lines(source, ROOM, small, MOST_LINES), INK, MARGIN),
        gap=8,
    )
    rule = Block(26 * scale, (Box(MARGIN, 0, ROOM, 3, RULE),))
    return stack(Block(26 * scale), rule, lines, Block(MARGIN * 0.55 * scale))


def _body(figure: Figure, scale: float, room: float) -> Block:
    """The answers, spread over the room where there is more than they need."""
    if figure.bars:
        return _bars(figure, scale, room)
    if figure.grid is not None:
        return _centred(lay_out_grid(figure.grid, scale, room), room, 0.3)
    if figure.moves is not None:
        return _centred(lay_out_moves(figure.moves, scale, room), room, 0.3)
    if figure.texts:
        return _quotes(figure.texts, scale, room)
    message = set_evenly(figure.message, ROOM * 0.8, Face(46 * scale), MOST_LINES)
    block = words(message, QUIET_INK, WIDTH / 2, "middle")
    return _centred(block, room, 0.45)


def _centred(block: Block, room: float, above: float) -> Block:
    """The block with a share of the spare room above it."""
    spare = max(room - block.height, 0.0)
    return Block(block.height + spare, tuple(block.moved(spare * above)))


@dataclass(frozen=True)
class _Columns:
    """The table that a set of bars is, as distances from the edge where reading starts."""

    bar_start: float
    bar_end: float
    percent_end: float
    count_end: float


def _bars(figure: Figure, scale: float, room: float) -> Block:
    """One row for each bar, under headings where there are any."""
    bars = _with_end_labels(figure)
    face = Face(36 * scale)
    labels = _labels(bars, face)
    remarks = _remarks(bars, replace(face, size=face.size * 0.72))
    columns = _columns(figure, bars, [*labels, *remarks], face)
    headings = _headings(figure, bars, columns, Face(max(24 * scale, 20)))
    strip = _strip(figure.strip, scale) if figure.strip is not None else EMPTY
    keys = _keys(figure.keys, Face(26 * scale)) if figure.keys is not None else EMPTY
    named = [
        stack(words(label, INK, MARGIN), words(remark, QUIET_INK, MARGIN))
        for label, remark in zip(labels, remarks, strict=True)
    ]
    thickness, gap = _measures(named, scale, room - headings.height - strip.height - keys.height)
    striped = any(bar.tone == "strong" for bar in bars)
    rows = (
        _row(bar, name, columns, face, thickness, gap, striped) for bar, name in zip(bars, named, strict=True)
    )
    return _centred(stack(strip, keys, headings, *rows), room, 0.3)


def _keys(keys: tuple[str, str], face: Face) -> Block:
    """What the bars are, and what those beside them."""
    marks: list[Mark] = []
    x = float(MARGIN)
    for fill, key in zip((BAR, OTHER), keys, strict=True):
        name = set_lines(key, ROOM / 2 - 2 * face.size, face, most=1)
        marks += [
            Box(x, face.leading / 2 - face.size / 2, face.size, face.size, fill),
            *words(name, INK, x + 1.5 * face.size).marks,
        ]
        x += name.width + 3.5 * face.size
    return Block(face.leading * 1.6, tuple(marks))


def _strip(strip: Strip, scale: float) -> Block:
    """The scale around its middle, as wide as the picture."""
    unit, tall = ROOM / strip.whole, 64 * scale
    boxes = tuple(
        Box(
            MARGIN + segment.start * unit,
            0,
            min(segment.length, strip.whole - segment.start) * unit,
            tall,
            SIDE_FILLS[segment.side],
            hatched=segment.side == "neutral",
        )
        for segment in strip.segments
        if segment.length > 0 and segment.start < strip.whole
    )
    centre = Box(MARGIN + strip.centre * unit - 1.5, 0, 3, tall, INK)
    return Block(tall + 26 * scale, (*boxes, centre))


def _with_end_labels(figure: Figure) -> tuple[FigureBar, ...]:
    """The bars of a numeric scale, its first and last saying what they stand for."""
    if figure.end_labels is None or len(figure.bars) < 2:
        return figure.bars
    first, *middle, last = figure.bars
    low, high = figure.end_labels
    return (_explained(first, low), *middle, _explained(last, high))


def _explained(bar: FigureBar, meaning: str) -> FigureBar:
    return replace(bar, label=f"{bar.label} – {meaning}") if meaning else bar


def _labels(bars: tuple[FigureBar, ...], face: Face) -> tuple[Lines, ...]:
    return tuple(set_evenly(bar.label, ROOM * _LABEL_SHARE, face, MOST_LINES) for bar in bars)


def _remarks(bars: tuple[FigureBar, ...], face: Face) -> tuple[Lines, ...]:
    return tuple(set_lines(bar.remark, ROOM * _LABEL_SHARE, face, MOST_LINES) for bar in bars)


def _columns(figure: Figure, bars: tuple[FigureBar, ...], labels: Sequence[Lines], face: Face) -> _Columns:
    """Columns as wide as what stands in them; the bars get the rest."""
    percent_heading, count_heading = figure.headings
    percents = [bar.percent or "" for bar in bars]
    count_end = float(WIDTH - MARGIN)
    count_width = _widest([bar.count for bar in bars], count_heading, replace(face, bold=not any(percents)))
    percent_end = count_end - count_width - _COLUMN_GAP
    percent_width = -float(_COLUMN_GAP)
    if any(percents):
        percent_width = _widest(percents, percent_heading, replace(face, bold=True))
    return _Columns(
        bar_start=MARGIN + max(label.width for label in labels) + _COLUMN_GAP,
        bar_end=percent_end - percent_width - _COLUMN_GAP,
        percent_end=percent_end,
        count_end=count_end,
    )


def _widest(texts: list[str], heading: str, face: Face) -> float:
    return max(*(width(text, face) for text in texts), width(heading, Face(max(face.size * 24 / 36, 20))))


def _headings(figure: Figure, bars: tuple[FigureBar, ...], columns: _Columns, face: Face) -> Block:
    """What the numbers are, above them."""
    percent_heading, count_heading = figure.headings
    shown = [(count_heading, columns.count_end)]
    if any(bar.percent for bar in bars):
        shown.append((percent_heading, columns.percent_end))
    marks = tuple(
        Words(end, face.leading / 2, heading, face, QUIET_INK, "end") for heading, end in shown if heading
    )
    return Block(face.leading * 1.2, marks) if marks else EMPTY


def _measures(names: Sequence[Block], scale: float, room: float) -> tuple[float, float]:
    """How thick the bars are and what stands between them; both grow with the room there is for each."""
    thickness = min(max(42 * scale, 0.5 * room / len(names)), 92 * scale)
    filled = sum(max(name.height, thickness) for name in names)
    gap = min(max(13 * scale, (room - filled) / len(names)), 0.8 * thickness)
    return thickness, gap


def _row(
    bar: FigureBar, name: Block, columns: _Columns, face: Face, thickness: float, gap: float, striped: bool
) -> Block:
    height = max(name.height, thickness) + gap
    middle = height / 2
    is_bare = bar.tone == "bare" and bar.beside is None
    drawn = () if is_bare else _drawn(bar, columns, middle - thickness / 2, thickness, striped)
    return Block(
        height,
        (*name.moved(middle - name.height / 2), *drawn, *_numbers(bar, columns, face, middle)),
    )


def _drawn(bar: FigureBar, columns: _Columns, top: float, thickness: float, striped: bool) -> tuple[Box, ...]:
    """The bar on its track; with what it is compared with under it there is none: neither ends at 100 %."""
    room = columns.bar_end - columns.bar_start
    track = Box(columns.bar_start, top, room, thickness, TRACK)
    filled = replace(
        track,
        width=room * bar.length / 100,
        height=thickness * (1.0 if bar.beside is None else 0.58),
        fill=_fill(bar, striped),
        hatched=bar.side == "neutral" if bar.side else striped and bar.tone != "strong",
    )
    beside = replace(
        track,
        y=top + 0.66 * thickness,
        width=room * (bar.beside or 0) / 100,
        height=0.34 * thickness,
        fill=OTHER,
    )
    start = replace(track, width=3, fill=INK)
    tracks = (track,) if bar.beside is None else ()
    return (*tracks, *(box for box in (filled, beside) if box.width), start)


def _fill(bar: FigureBar, striped: bool) -> str:
    if bar.side is not None:
        return SIDE_FILLS[bar.side]
    if bar.tone == "quiet":
        return BAR_QUIET
    if bar.tone == "strong":
        return BAR_STRONG
    return BAR_LIGHT if striped else BAR


def _numbers(bar: FigureBar, columns: _Columns, face: Face, middle: float) -> tuple[Words, ...]:
    """The share in bold and the count beside it; the count alone where the share may not be said."""
    bold = replace(face, bold=True)
    if bar.percent is None:
        return (Words(columns.count_end, middle, bar.count, bold, INK, "end"),)
    return (
        Words(columns.percent_end, middle, bar.percent, bold, INK, "end"),
        Words(columns.count_end, middle, bar.count, face, QUIET_INK, "end"),
    )


def _quotes(texts: tuple[str, ...], scale: float, room: float) -> Block:
    """Approved texts, side by side in two columns when there are many."""
    face = Face(36 * scale)
    columns = 1 if len(texts) <= 4 else 2
    wide = (ROOM - (columns - 1) * 60) / columns
    blocks = _as_many_as_fit((_quote(text, wide, face) for text in texts), columns * _MOST_QUOTES_HEIGHT)
    if len(blocks) < len(texts):
        more = set_lines(f"+ {len(texts) - len(blocks)}", wide, replace(face, bold=True))
        blocks.append(words(more, QUIET_INK))
    side_by_side = _in_columns(blocks, columns, wide + 60, 26 * scale)
    return _centred(side_by_side, room, 0.25)


def _quote(text: str, wide: float, face: Face) -> Block:
    lines = set_lines(text, wide - 34, face)
    return Block(lines.height, (Box(0, 6, 6, lines.height - 12, BAR), *words(lines, INK, 34).marks))


def _as_many_as_fit(blocks: Iterable[Block], room: float) -> list[Block]:
    """The first blocks that fill the room; no more of them are made."""
    shown: list[Block] = []
    filled = 0.0
    for block in blocks:
        filled += block.height
        if filled > room:
            break
        shown.append(block)
    return shown


def _in_columns(blocks: list[Block], columns: int, step: float, gap: float) -> Block:
    """Blocks down one column, or down two that are about equally high."""
    ends = range(1, len(blocks)) if columns == 2 else [len(blocks)]
    halves = [(stack(*blocks[:end], gap=gap), stack(*blocks[end:], gap=gap)) for end in ends]
    stacks = min(halves, key=lambda pair: max(pair[0].height, pair[1].height))
    marks = tuple(
        replace(mark, x=mark.x + MARGIN + place * step)
        for place, part in enumerate(stacks)
        for mark in part.marks
    )
    return Block(max(part.height for part in stacks), marks)


def _watermark(rehearsal: str, height: float) -> tuple[Words, ...]:
    """The word across the whole picture, over everything and letting it through."""
    if not rehearsal:
        return ()
    size = min(0.78 * WIDTH / width(rehearsal, Face(100, bold=True)), 2.6) * 100
    return (Words(WIDTH / 2, height / 2, rehearsal, Face(size, bold=True), CAUTION, "middle", 20.0, 0.13),)
