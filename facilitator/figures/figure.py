"""What a picture of a result says: words and lengths, ready to be drawn.

Every string is already in the reader's language and every number already written as that language writes
it, so that the drawing knows nothing of rounds, rules or catalogues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast

from . import form
from .comparison import (
    Grid,
    Moves,
    described_grid,
    described_moves,
    grid_from_json,
    grid_with_texts,
    moves_from_json,
    moves_with_texts,
)

Tone = Literal["plain", "strong", "quiet", "bare"]
Direction = Literal["ltr", "rtl"]

TONES = ("plain", "strong", "quiet", "bare")
Side = Literal["against", "against-strong", "neutral", "for", "for-strong", "dont-know"]
SIDES = ("against", "against-strong", "neutral", "for", "for-strong", "dont-know")
DIRECTIONS = ("ltr", "rtl")
MOST_BARS = 100
MOST_TEXTS = 5_000
MOST_NOTES = 20


@dataclass(frozen=True)
class FigureBar:
    """One bar. ``length`` is 0 to 100, in percent of the base; ``percent`` is None where it may not be said.

    ``strong`` marks the bars that the headline adds together, ``quiet`` those outside the base; a ``bare``
    one has figures and nothing drawn. ``side`` is where a step of a worded scale stands in the strip, and
    gives it the same colour. ``beside`` is the length of what the bar is compared with, and
    ``remark`` says under the label how the two relate.
    """

    label: str
    count: str
    percent: str | None
    length: float
    tone: Tone = "plain"
    side: Side | None = None
    beside: float | None = None
    remark: str = ""


@dataclass(frozen=True)
class FigureSegment:
    """One step of a scale in the strip above its bars; ``start`` and ``length`` in units of the strip."""

    start: float
    length: float
    side: Side


@dataclass(frozen=True)
class Strip:
    """A worded scale around its middle: against on one side of ``centre``, for on the other.

    Neutral answers and those who do not know stand apart. ``whole`` is the length of it all.
    """

    centre: float
    whole: float
    segments: tuple[FigureSegment, ...]


@dataclass(frozen=True)
class Figure:
    """A result as one picture: the question above, the answers, and under them n, base, notes and date.

    A figure has ``bars``, a ``grid`` of groups, ``moves`` between two rounds, ``texts`` (approved ones), or
    a ``message`` that says why it has none of them. ``headings`` stand over the percents and the counts,
    ``keys`` say what the bars and those beside them are. ``end_labels`` belong to the first and the last bar
    of a numeric scale. ``rehearsal`` is the word to stamp across, empty for a real result.
    ``sentence`` is the result in one sentence, for those who cannot see the bars.
    """

    title: str
    base: str
    notes: tuple[str, ...]
    meeting: str
    place: str
    date: str
    bars: tuple[FigureBar, ...] = ()
    texts: tuple[str, ...] = ()
    message: str = ""
    headline: str = ""
    run: str = ""
    headings: tuple[str, str] = ("", "")
    end_labels: tuple[str, str] | None = None
    sentence: str = ""
    rehearsal: str = ""
    lang: str = "en"
    direction: Direction = "ltr"
    strip: Strip | None = None
    keys: tuple[str, str] | None = None
    grid: Grid | None = None
    moves: Moves | None = None


def to_json(figure: Figure) -> dict[str, Any]:
    return asdict(figure)


def from_json(value: Any) -> Figure:
    """The figure that JSON describes; ValueError when it does not."""
    data = form.mapping(value)
    return Figure(
        title=form.text(data, "title"),
        base=form.text(data, "base"),
        notes=form.texts(data, "notes", MOST_NOTES),
        meeting=form.text(data, "meeting"),
        place=form.text(data, "place"),
        date=form.text(data, "date"),
        bars=form.items(data, "bars", _bar_from_json, MOST_BARS),
        texts=form.texts(data, "texts", MOST_TEXTS),
        message=form.text(data, "message"),
        headline=form.text(data, "headline"),
        run=form.text(data, "run"),
        headings=form.pair(data, "headings"),
        end_labels=None if data.get("end_labels") is None else form.pair(data, "end_labels"),
        sentence=form.text(data, "sentence"),
        rehearsal=form.text(data, "rehearsal", 60),
        lang=form.text(data, "lang", 35),
        direction=cast(Direction, form.one_of(data, "direction", DIRECTIONS)),
        strip=None if data.get("strip") is None else _strip_from_json(data["strip"]),
        keys=None if data.get("keys") is None else form.pair(data, "keys"),
        grid=None if data.get("grid") is None else grid_from_json(data["grid"]),
        moves=None if data.get("moves") is None else moves_from_json(data["moves"]),
    )


def _bar_from_json(value: Any) -> FigureBar:
    data = form.mapping(value)
    return FigureBar(
        label=form.text(data, "label"),
        count=form.text(data, "count", 40),
        percent=form.optional_text(data, "percent"),
        length=form.share(data, "length"),
        tone=cast(Tone, form.one_of(data, "tone", TONES)),
        side=None if data.get("side") is None else cast(Side, form.one_of(data, "side", SIDES)),
        beside=form.optional_share(data, "beside"),
        remark=form.text(data, "remark"),
    )


def _strip_from_json(value: Any) -> Strip:
    data = form.mapping(value)
    whole = max(form.number(data, "whole"), 1.0)
    return Strip(
        centre=min(max(form.number(data, "centre"), 0.0), whole),
        whole=whole,
        segments=form.items(data, "segments", _segment_from_json, MOST_BARS),
    )


def _segment_from_json(value: Any) -> FigureSegment:
    data = form.mapping(value)
    return FigureSegment(
        start=max(form.number(data, "start"), 0.0),
        length=max(form.number(data, "length"), 0.0),
        side=cast(Side, form.one_of(data, "side", SIDES)),
    )


def with_texts(figure: Figure, change: Callable[[str], str]) -> Figure:
    """The figure with every text in it changed alike."""
    return replace(
        figure,
        title=change(figure.title),
        base=change(figure.base),
        notes=tuple(map(change, figure.notes)),
        meeting=change(figure.meeting),
        place=change(figure.place),
        date=change(figure.date),
        bars=tuple(_bar_with_texts(bar, change) for bar in figure.bars),
        texts=tuple(map(change, figure.texts)),
        message=change(figure.message),
        headline=change(figure.headline),
        run=change(figure.run),
        headings=(change(figure.headings[0]), change(figure.headings[1])),
        end_labels=figure.end_labels and (change(figure.end_labels[0]), change(figure.end_labels[1])),
        sentence=change(figure.sentence),
        rehearsal=change(figure.rehearsal),
        keys=figure.keys and (change(figure.keys[0]), change(figure.keys[1])),
        grid=figure.grid and grid_with_texts(figure.grid, change),
        moves=figure.moves and moves_with_texts(figure.moves, change),
    )


def _bar_with_texts(bar: FigureBar, change: Callable[[str], str]) -> FigureBar:
    percent = None if bar.percent is None else change(bar.percent)
    return replace(
        bar, label=change(bar.label), count=change(bar.count), percent=percent, remark=change(bar.remark)
    )


def description(figure: Figure) -> str:
    """The picture in words: the result, what it rests on, and what it does not say."""
    parts = (figure.rehearsal, figure.run, figure.sentence or _bars_in_words(figure.bars),
             described_grid(figure.grid) if figure.grid else "",
             described_moves(figure.moves) if figure.moves else "", *figure.texts[:20], figure.message,
             figure.base, *figure.notes, _where_and_when(figure))  # fmt: skip
    return " · ".join(part for part in parts if part)


def _bars_in_words(bars: tuple[FigureBar, ...]) -> str:
    return "; ".join(
        f"{bar.label}: {', '.join(part for part in (bar.remark, bar.percent, bar.count) if part)}"
        for bar in bars
    )


def _where_and_when(figure: Figure) -> str:
    return ", ".join(part for part in (figure.meeting, figure.place, figure.date) if part)
