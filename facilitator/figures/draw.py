"""A result as PNG or SVG, drawn with matplotlib's own backends and without pyplot's global state.

Runs in the worker process. Texts are never read as mathematics (a label ``$$`` would otherwise be an
error), and in SVG they become outlines: the picture looks the same wherever it is pasted, whatever fonts
are there, and no word of a participant stands in it as markup.
"""

from __future__ import annotations

import io
import logging
import unicodedata
import warnings
from typing import Any, Literal

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from .figure import Direction, Figure, description, with_texts
from .layout import LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK, Layout, lay_out
from .marks import Align, Box, Mark, Ribbon, Words
from .page import PAPER, WIDTH
from .svg import with_plain_attributes
from .typesetting import DPI, legible, properties
from .wording import plain

Format = Literal["png", "svg"]

# A letter no installed font knows is drawn as an empty box; the log would only repeat it.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

# Capitals of DejaVu Sans are 0.73 of its size high; a line's middle is half of that above its baseline.
_HALF_CAPITAL = 0.365
LONGEST_TEXT = 2_000
"""As long as the longest question a meeting document may have."""

_SETTINGS: Any = {
    "text.parse_math": False,
    "text.usetex": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "kiosk",
    "hatch.linewidth": 0.9,
    "path.simplify": False,
}


def draw(figure: Figure, format: Format) -> bytes:  # noqa: A002 - the word everybody uses for it
    """The picture's bytes."""
    safe = with_texts(figure, lambda text: plain(text[:LONGEST_TEXT]))
    layout = lay_out(with_texts(safe, legible))
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings(action="ignore"):
        canvas = _painted(layout, safe.direction)
        return _png(canvas, safe) if format == "png" else _svg(canvas, safe)


def _painted(layout: Layout, direction: Direction) -> Canvas:
    """All marks on a canvas measured in pixels from the top and from the edge where reading starts."""
    canvas = Canvas(figsize=(WIDTH / DPI, layout.height / DPI), dpi=DPI, facecolor=PAPER)
    flip = Affine2D() if direction == "ltr" else Affine2D().scale(-1, 1).translate(WIDTH, 0)
    place = flip + Affine2D().scale(1 / WIDTH, -1 / layout.height).translate(0, 1) + canvas.transFigure
    for order, mark in enumerate(layout.marks):
        _paint(mark, canvas, place, order, direction)
    return canvas


def _paint(mark: Mark, canvas: Canvas, place: Transform, order: int, direction: Direction) -> None:
    if isinstance(mark, Box):
        canvas.add_artist(_rectangle(mark, place, order))
    elif isinstance(mark, Ribbon):
        canvas.add_artist(_ribbon(mark, place, order))
    else:
        canvas.add_artist(_text(mark, place, order, direction))


def _rectangle(box: Box, place: Transform, order: int) -> Rectangle:
    return Rectangle(
        (box.x, box.y), box.width, box.height,
        facecolor=box.fill, edgecolor=PAPER if box.hatched else "none", linewidth=0,
        hatch="////" if box.hatched else None, transform=place, zorder=order,
    )  # fmt: skip


def _ribbon(ribbon: Ribbon, place: Transform, order: int) -> PathPatch:
    """Two like curves, one above the other, closed at both ends."""
    left, middle, right = ribbon.x, ribbon.x + ribbon.width / 2, ribbon.x + ribbon.width
    top, end, thick = ribbon.y, ribbon.y + ribbon.drop, ribbon.thick
    points = [
        (left, top), (middle, top), (middle, end), (right, end), (right, end + thick),
        (middle, end + thick), (middle, top + thick), (left, top + thick), (left, top),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    path = Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])
    return PathPatch(
        path, facecolor=ribbon.fill, edgecolor="none", alpha=ribbon.opacity, transform=place, zorder=order
    )


_SIDES: dict[Direction, dict[Align, Literal["left", "center", "right"]]] = {
    "ltr": {"start": "left", "middle": "center", "end": "right"},
    "rtl": {"start": "right", "middle": "center", "end": "left"},
}


def _text(mark: Words, place: Transform, order: int, direction: Direction) -> Text:
    side = _SIDES[direction][mark.align]
    drop = 0.0 if mark.turned else _HALF_CAPITAL * mark.face.size
    return Text(
        mark.x, mark.y + drop, _led(mark.text, direction),
        fontproperties=properties(mark.text, mark.face), color=mark.ink, alpha=mark.opacity,
        rotation=mark.turned,
        horizontalalignment=side,
        verticalalignment="center" if mark.turned else "baseline",
        parse_math=False, transform=place, zorder=order,
    )  # fmt: skip


def _led(text: str, direction: Direction) -> str:
    """The line with a mark that says which way it runs, where its first letter would say otherwise."""
    if direction == "rtl":
        return RIGHT_TO_LEFT_MARK + text
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return LEFT_TO_RIGHT_MARK + text if turns else text


def _png(canvas: Canvas, figure: Figure) -> bytes:
    file = io.BytesIO()
    about = {"Title": figure.title, "Description": description(figure), "Software": None}
    FigureCanvasAgg(canvas).print_png(file, metadata=about)
    return file.getvalue()


def _svg(canvas: Canvas, figure: Figure) -> bytes:
    file = io.StringIO()
    FigureCanvasSVG(canvas).print_svg(file, metadata={"Date": None})
    return with_plain_attributes(file.getvalue(), figure.title, description(figure), figure.lang)
