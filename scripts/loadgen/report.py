"""Figures of several repetitions as medians and ratios, as a table for people and as JSON for machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from scripts.loadgen.measure import Measurement


@dataclass(frozen=True)
class Line:
    """A row of the table: a figure, and the goal that it or its ratio to the stock server must meet."""

    label: str
    key: str
    figure: Callable[[Measurement], float]
    form: str = "{:,.0f}"
    ratio_at_least: float | None = None
    ratio_at_most: float | None = None
    at_most: float | None = None


LINES = (
    Line("all connected, s", "connected_s", lambda m: m.connected_seconds, "{:.2f}"),
    Line("opened round at the last phone, ms", "fanout_ms", lambda m: m.fanout_ms, "{:.1f}", ratio_at_most=1),
    Line("  at the first phone, ms", "fanout_first_ms", lambda m: m.fanout_first_ms, "{:.1f}"),
    Line("  size of the news, bytes", "news_bytes", lambda m: m.news_bytes),
    Line("burst: acknowledged votes/s", "votes_per_s", lambda m: m.votes_per_second, ratio_at_least=2.5),
    Line("  ack p50, ms", "ack_p50_ms", lambda m: m.ack_ms.p50, "{:.1f}"),
    Line("  ack p95, ms", "ack_p95_ms", lambda m: m.ack_ms.p95, "{:.1f}"),
    Line("  ack p99, ms", "ack_p99_ms", lambda m: m.ack_ms.p99, "{:.1f}", ratio_at_most=0.45),
    Line("  slowest phone, ms", "ack_max_ms", lambda m: m.ack_ms.max, "{:.1f}"),
    Line("  server CPU per vote, µs", "cpu_us_per_vote", lambda m: m.cpu_us_per_vote),
    Line("  generator's share of its core, %", "generator_percent", lambda m: 100 * m.generator_share),
    Line("  other programs on both cores, %", "others_percent", lambda m: 100 * m.others_share),
    Line("calm votes: ack p50, ms", "calm_p50_ms", lambda m: m.calm_ack_ms.p50, "{:.2f}"),
    Line("  ack p99, ms", "calm_p99_ms", lambda m: m.calm_ack_ms.p99, "{:.2f}"),
    Line("memory (RSS), MB", "rss_mb", lambda m: m.resident_bytes / 1e6),
    Line("  per phone, kB", "kb_per_phone", lambda m: m.bytes_per_phone / 1e3, at_most=100),
)


@dataclass(frozen=True)
class Row:
    line: Line
    kiosk: float | None
    stock: float | None
    ratio: float | None

    @property
    def goal(self) -> str:
        line = self.line
        if line.ratio_at_least is not None:
            return _judged(f"≥ {line.ratio_at_least:g} ×", self.ratio, at_least=line.ratio_at_least)
        if line.ratio_at_most is not None:
            return _judged(f"≤ {line.ratio_at_most:g} ×", self.ratio, at_most=line.ratio_at_most)
        if line.at_most is not None:
            return _judged(f"≤ {line.at_most:g}", self.kiosk, at_most=line.at_most)
        return ""


def rows(kiosk: list[Measurement], stock: list[Measurement]) -> list[Row]:
    """Medians over the repetitions that count. A ratio is taken within each repetition: figures of different
    moments on the same machine differ by a quarter, ratios do not."""
    kiosk_valid = [m for m in kiosk if not m.void]
    stock_valid = [m for m in stock if not m.void]
    pairs = [(k, s) for k, s in zip(kiosk, stock, strict=False) if not k.void and not s.void]
    return [_row(line, kiosk_valid, stock_valid, pairs) for line in LINES]


def table(phones: int, found: list[Row]) -> str:
    head = f"{f'{phones:,} phones':<40}{'kiosk':>12}{'stock':>12}{'ratio':>10}  goal"
    out = [head, "-" * len(head)]
    for row in found:
        figures = [_shown(row.line.form, row.kiosk), _shown(row.line.form, row.stock)]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
        out.append(f"{row.line.label:<40}{figures[0]:>12}{figures[1]:>12}{ratio:>10}  {row.goal}".rstrip())
    return "\n".join(out)


def summary(phones: int, found: list[Row]) -> dict[str, Any]:
    return {
        "phones": phones,
        "kiosk": {row.line.key: row.kiosk for row in found},
        "stock": {row.line.key: row.stock for row in found},
        "ratio": {row.line.key: row.ratio for row in found},
    }


def as_json(measurement: Measurement) -> dict[str, Any]:
    return asdict(measurement) | {"void": measurement.void}


def judged_at_most(figure: float, goal: float, unit: str) -> str:
    return _judged(f"≤ {goal:g} {unit}", figure, at_most=goal)


def _row(
    line: Line,
    kiosk: list[Measurement],
    stock: list[Measurement],
    pairs: list[tuple[Measurement, Measurement]],
) -> Row:
    ratios = [line.figure(k) / line.figure(s) for k, s in pairs if line.figure(s)]
    return Row(
        line,
        median(map(line.figure, kiosk)) if kiosk else None,
        median(map(line.figure, stock)) if stock else None,
        median(ratios) if ratios else None,
    )


def _judged(
    goal: str, figure: float | None, *, at_least: float = float("-inf"), at_most: float = float("inf")
) -> str:
    if figure is None:
        return goal
    return f"{goal}  {'met' if at_least <= figure <= at_most else 'MISSED'}"


def _shown(form: str, figure: float | None) -> str:
    return "–" if figure is None else form.format(figure)
