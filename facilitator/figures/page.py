"""The page that every picture is: how large it is, and its colours."""

from __future__ import annotations

from .figure import Side

WIDTH = 1920
HEIGHT = 1080
MARGIN = 84
ROOM = WIDTH - 2 * MARGIN
MOST_LINES = 8

# The wall's colours in its light theme, on white so that a picture can be pasted anywhere.
INK = "#17272b"
QUIET_INK = "#43535a"
ACCENT_INK = "#0d4f55"
BAR = "#1a6a70"
BAR_STRONG = "#0a3d42"
BAR_LIGHT = "#7fb1b3"
BAR_QUIET = "#6f8587"
TRACK = "#ebe8e0"
RULE = "#c9c6bd"
CAUTION = "#7d4600"
SIDE_FILLS: dict[Side, str] = {
    "against": "#bf7f33",
    "against-strong": "#7d4600",
    "neutral": "#737e80",
    "for": "#4f9598",
    "for-strong": "#0a3d42",
    "dont-know": "#dcd6c9",
}
OTHER = SIDE_FILLS["against"]
"""What stands beside the room's own bars: the population, and those who moved."""
PAPER = "#ffffff"
