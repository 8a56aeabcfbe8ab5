"""Figures of several repetitions as medians and ratios: first as JSON, and of that the tables for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from scripts.loadgen.around import Around
from scripts.loadgen.fits import fit
from scripts.loadgen.hall import Cast
from scripts.loadgen.measure import Measurement

Found = Mapping[str, Any]
"""What the bench has found, as it stands in the JSON."""


@dataclass(frozen=True)
class Goal:
    """What a figure must reach, as ``least`` or ``most``, and in words."""

    words: str
    least: float = float("-inf")
    most: float = float("inf")

    def judged(self, figure: float | None) -> str:
        if figure is None:
            return self.words
        return f"{self.words}  {'met' if self.least <= figure <= self.most else 'MISSED'}"


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
    Line("  server CPU per phone, ms", "connect_cpu_ms", lambda m: m.connect_cpu_ms, "{:.2f}"),
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


AROUND_GOALS = {
    "longest_wait_s": Goal("≤ 1 s", most=1),
    "tables_worst_ms": Goal("≤ 200 ms", most=200),
    "crossing_ratio": Goal("≤ 2 ×", most=2),
    "busy_ratio": Goal("≤ 2 ×", most=2),
}
FULL_GOAL = Goal("≤ 2 s", most=2)


# ── From measurements to JSON ────────────────────────────────────────────────────────────────────────


def summary(phones: int, kiosk: list[Measurement], stock: list[Measurement]) -> dict[str, Any]:
    """Medians over the repetitions that count. A ratio is taken within each repetition: figures of different
    moments on the same machine differ by a quarter, ratios do not."""
    pairs = [(k, s) for k, s in zip(kiosk, stock, strict=False) if not k.void and not s.void]
    return {
        "phones": phones,
        "kiosk": _medians([m for m in kiosk if not m.void]),
        "stock": _medians([m for m in stock if not m.void]),
        "ratio": {
            line.key: _median([line.figure(k) / line.figure(s) for k, s in pairs if line.figure(s)])
            for line in LINES
        },
    }


def around(found: list[Around]) -> dict[str, Any]:
    """Medians of what was measured around the vote; of waiting, the longest."""
    return {
        "phones": found[0].phones,
        "coming_within_s": found[0].coming_within_seconds,
        "coming_p50_s": median(one.coming.ms.p50 for one in found) / 1e3,
        "coming_p99_s": median(one.coming.ms.p99 for one in found) / 1e3,
        "longest_wait_s": median(one.coming.ms.max for one in found) / 1e3,
        "quiet_p99_ms": median(one.quiet.p99 for one in found),
        "closed_rounds": found[0].closed_rounds,
        "tables": sum(len(one.tables_ms) for one in found),
        "tables_median_ms": median(ms for one in found for ms in one.tables_ms),
        "tables_worst_ms": median(max(one.tables_ms) for one in found),
        "crossing_p99_ms": median(one.crossing.p99 for one in found),
        "crossing_ratio": median(one.crossing_ratio for one in found),
        "busy_p99_ms": median(one.busy.p99 for one in found),
        "busy_ratio": median(one.busy_ratio for one in found),
        "desk_answers": median(one.desk_answers for one in found),
        "backups": median(one.backups for one in found),
        "windows_slowest_ms": max(one.windows_slowest_ms for one in found),
        "windows_looks": sum(one.windows_looks for one in found),
    }


def floor(phones: int, bursts: list[Cast]) -> dict[str, Any]:
    return {
        "phones": phones,
        "votes_per_s": median(burst.per_second for burst in bursts),
        "ack_p99_ms": median(burst.ms.p99 for burst in bursts),
        "generator_percent": 100 * median(burst.generator_share for burst in bursts),
    }


FITTED: tuple[tuple[str, str, str, Callable[[Measurement], float]], ...] = (
    ("burst_ms", "until the last vote is acknowledged", "ms", lambda m: 1e3 * m.phones / m.votes_per_second),
    ("votes_per_s", "acknowledged votes", "per second", lambda m: m.votes_per_second),
    ("fanout_ms", "until the last phone has the opened round", "ms", lambda m: m.fanout_ms),
    ("rss_mb", "memory", "MB", lambda m: m.resident_bytes / 1e6),
)


def fits(
    kiosk: Mapping[int, list[Measurement]], stock: Mapping[int, list[Measurement]]
) -> list[dict[str, Any]]:
    """How figures grow with the number of phones, for both servers."""
    out = []
    for key, label, unit, figure in FITTED:
        for server, measured in (("kiosk", kiosk), ("stock", stock)):
            points = {phones: median(map(figure, runs)) for phones, runs in measured.items()}
            line = fit(points)
            if line is not None:
                out.append(
                    {"key": key, "label": label, "unit": unit, "server": server, "points": points}
                    | asdict(line)
                )
    return out


def as_json(measurement: Measurement) -> dict[str, Any]:
    return asdict(measurement) | {"void": measurement.void}


def _medians(measured: list[Measurement]) -> dict[str, float | None]:
    return {line.key: _median([line.figure(one) for one in measured]) for line in LINES}


def _median(figures: list[float]) -> float | None:
    return median(figures) if figures else None


# ── From JSON to tables ──────────────────────────────────────────────────────────────────────────────


def whole(found: Found) -> str:
    """Everything, as a terminal shows it."""
    parts = [_table(each) for each in found["summary"]]
    parts += [_around_lines(each) for each in found["around"]]
    parts += ["\n".join(_floor_line(each, found) for each in found["floor"])]
    parts += ["\n".join(fit_words(each) for each in found["fits"])] if found["fits"] else []
    parts += [_once(found)]
    if found["others_share"] > found["others_limit"]:
        parts.append(disturbance_words(found))
    lost = "Lost, counted twice or missing after a restart: "
    parts.append(lost + ("none." if not found["faults"] else "\n  " + "\n  ".join(found["faults"])))
    return "\n\n".join(parts)


def cells(line: Line, each: Found) -> tuple[str, str, str, str]:
    """A row of a table: the kiosk's figure, the stock server's, their ratio, the goal with its verdict."""
    kiosk, stock, ratio = (each[part][line.key] for part in ("kiosk", "stock", "ratio"))
    shown_ratio = "" if ratio is None else f"{ratio:.2f} ×"
    return _shown(line.form, kiosk), _shown(line.form, stock), shown_ratio, goal_words(line, kiosk, ratio)


def goal_words(line: Line, kiosk: float | None, ratio: float | None) -> str:
    if line.ratio_at_least is not None:
        return Goal(f"≥ {line.ratio_at_least:g} ×", least=line.ratio_at_least).judged(ratio)
    if line.ratio_at_most is not None:
        return Goal(f"≤ {line.ratio_at_most:g} ×", most=line.ratio_at_most).judged(ratio)
    if line.at_most is not None:
        return Goal(f"≤ {line.at_most:g}", most=line.at_most).judged(kiosk)
    return ""


def floor_of(found: Found, phones: int) -> Found:
    return next(each for each in found["floor"] if each["phones"] == phones)


def headroom(found: Found, phones: int) -> float | None:
    """How many times the kiosk's votes the generator reached in the same run against the floor."""
    kiosk = next(each["kiosk"]["votes_per_s"] for each in found["summary"] if each["phones"] == phones)
    return floor_of(found, phones)["votes_per_s"] / kiosk if kiosk else None


def fit_words(each: Found) -> str:
    return (
        f"{each['server']}: {each['label']} = {each['start']:,.1f} + {each['each'] * 1000:,.1f} for every "
        f"1,000 phones ({each['unit']}), r² = {each['r2']:.3f}"
    )


def disturbance_words(found: Found) -> str:
    share = f"{found['others_share']:.0%}"
    return f"Other programs used up to {share} of the two cores meanwhile: measure again in peace."


def first_load_words(found: Found) -> str:
    size, limit = found["first_load_bytes"] / 1e3, found["first_load_limit"] / 1e3
    return f"First load: {size:.1f} kB ({Goal(f'≤ {limit:g} kB', most=limit).judged(size)})"


def second_start_words(found: Found) -> str:
    seconds, limit = median(found["second_start_seconds"]), found["second_start_limit"]
    return (
        f"Second start, until ready: {seconds:.2f} s ({Goal(f'≤ {limit:g} s', most=limit).judged(seconds)})"
    )


def _table(each: Found) -> str:
    title = f"{each['phones']:,} phones"
    head = f"{title:<40}{'kiosk':>12}{'stock':>12}{'ratio':>10}  goal"
    out = [head, "-" * len(head)]
    for line in LINES:
        kiosk, stock, ratio, goal = cells(line, each)
        out.append(f"{line.label:<40}{kiosk:>12}{stock:>12}{ratio:>10}  {goal}".rstrip())
    return "\n".join(out)


def _around_lines(each: Found) -> str:
    wait, busy, crossing = each["longest_wait_s"], each["busy_ratio"], each["crossing_ratio"]
    quiet_ms, busy_ms = each["quiet_p99_ms"], each["busy_p99_ms"]
    tables = f"{each['tables']} cross-tables never asked for before, of {each['closed_rounds']} closed rounds"
    lines = [
        f"{each['phones']:,} phones come in within {each['coming_within_s']:g} s: page, files, join, socket",
        f"  longest wait of any: {wait:.2f} s  {wait_goal(each)}".rstrip(),
        f"votes beside a desk that never rests: ack p99 {quiet_ms:.1f} ms quiet, {busy_ms:.1f} ms busy",
        f"  ratio: {busy:.2f} ×  {AROUND_GOALS['busy_ratio'].judged(busy)}",
        f"  answers that the desk got meanwhile: {each['desk_answers']:.0f}; backups: {each['backups']:.0f}",
        f"{tables}: median {each['tables_median_ms']:.0f} ms",
        f"  slowest {each['tables_worst_ms']:.0f} ms  {tables_goal(each)}".rstrip(),
        f"  votes meanwhile: ack p99 {each['crossing_p99_ms']:.1f} ms",
        f"  ratio: {crossing:.2f} ×  {AROUND_GOALS['crossing_ratio'].judged(crossing)}",
        f"console and wall: {each['windows_looks']} looks, slowest {each['windows_slowest_ms']:.0f} ms",
    ]
    return "\n".join(lines)


def wait_goal(each: Found) -> str:
    """The promise about waiting is made for a thousand phones."""
    return AROUND_GOALS["longest_wait_s"].judged(each["longest_wait_s"]) if each["phones"] <= 1000 else ""


def tables_goal(each: Found) -> str:
    """The promise about cross-tables is made for a thousand participants."""
    return AROUND_GOALS["tables_worst_ms"].judged(each["tables_worst_ms"]) if each["phones"] <= 1000 else ""


def full_words(found: Found) -> str:
    full, seconds = found["full"], found["full"]["slowest_seconds"]
    return (
        f"{full['phones']:,} phones and places for {full['places']:,}: {full['told']:,} read that the room "
        f"is full, the last after {seconds:.2f} s ({FULL_GOAL.judged(seconds)}); "
        f"of {full['inside']:,} inside who vote then {full['counted']:,} are counted; "
        f"slowest answer to console and wall {full['windows_slowest_ms']:.0f} ms"
    )


def _floor_line(each: Found, found: Found) -> str:
    room = headroom(found, each["phones"])
    times = "" if room is None else f", {room:.1f} times the kiosk's"
    return (
        f"floor, {each['phones']:,} phones: {each['votes_per_s']:,.0f} votes/s{times}, p99 "
        f"{each['ack_p99_ms']:.1f} ms, generator {each['generator_percent']:.0f} % of its core"
    )


def _once(found: Found) -> str:
    lines = [
        f"{int(phones):,} phones load the page and its files at once: {median(seconds):.2f} s"
        for phones, seconds in found["page_load_seconds"].items()
    ]
    if found["first_load"]:
        lines.append(first_load_words(found))
        lines += [f"  {size / 1e3:6.1f} kB  {path}" for path, size in found["first_load"].items()]
    if found["second_start_seconds"]:
        lines.append(second_start_words(found))
    if found["full"]:
        lines.append(full_words(found))
    return "\n".join(lines)


def _shown(form: str, figure: float | None) -> str:
    return "–" if figure is None else form.format(figure)
