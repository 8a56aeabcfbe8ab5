"""The measurements as a page for somebody who has never seen the bench."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.loadgen import report
from scripts.loadgen.report import AROUND_GOALS, LINES, Found

_HEAD = """# Measurements

Written by `python3 scripts/bench.py --page docs/measurements.md`; do not edit by hand.

## What was measured

One computer plays both sides. The room runs on one of its cores, as a facilitator starts it, with every
ballot flushed to the disk before it is acknowledged. A hall of phones, a small program in C, runs on another
core and speaks to it over the loopback interface as real phones do: join, open a WebSocket, hear the state,
vote.

Beside it, in the same run and with the same phones, runs a **stock** server: what one writes after
reading the first page of Flask-SocketIO, on eventlet, which stores nothing and checks nobody
(`scripts/bench_reference.py`). Absolute figures differ by a quarter from run to run and much more from
machine to machine, so what is promised, and what should be quoted, are the **ratios** to the stock server.

People in a hall do not press in the same instant; they take five to ten seconds. The burst, where they do, is
the margin.
"""


def page(found: Found) -> str:
    """The page, in Markdown. It names no file or folder of the machine it was made on."""
    parts = [_HEAD, _machine(found)]
    parts += [_table(each) for each in found["summary"]]
    parts += [_around(found), _tables(found), _headroom(found), _growth(found), _once(found), _honesty(found)]
    return "\n".join(part for part in parts if part)


def _machine(found: Found) -> str:
    machine = found["machine"]
    apart = "server and phones on a core each" if found["pinned"] else "server and phones on the same core"
    return (
        f"Machine: {machine['processor']}, {machine['cores']} cores of it ({apart}), {machine['system']}, "
        f"Python {machine['python']}.\n"
    )


def _table(each: Found) -> str:
    rows = [(line.label.strip(), *report.cells(line, each)) for line in LINES]
    return f"## {each['phones']:,} phones\n\n" + _rows(("", "kiosk", "stock", "ratio", "goal"), rows)


def _around(found: Found) -> str:
    rows = [_around_row(each) for each in found["around"]]
    head = (
        "phones",
        "come in within, s",
        "longest wait, s",
        "goal",
        "ack p99 quiet, ms",
        "busy, ms",
        "ratio",
        "goal",
        "console and wall, slowest answer, ms",
    )
    return (
        "## Around the vote\n\n"
        "Phones come in one after the other: page, its files, join, socket, first state. Then they vote, in "
        "quiet and while a desk asks for tallies, cross-tables, figures, tables and exports of all that was "
        "asked before, three things at once without a pause, and one backup follows the other: in turn, "
        "three times. Of each the turn in the middle is shown. "
        "Console and wall are looked at all the time while phones come in and while they vote at once.\n\n"
        + _rows(head, rows)
    )


def _around_row(each: Found) -> tuple[str, ...]:
    wait, busy = each["longest_wait_s"], each["busy_ratio"]
    return (
        f"{each['phones']:,}",
        f"{each['coming_within_s']:g}",
        f"{wait:.2f}",
        report.wait_goal(each),
        f"{each['quiet_p99_ms']:.1f}",
        f"{each['busy_p99_ms']:.1f}",
        f"{busy:.2f} ×",
        AROUND_GOALS["busy_ratio"].judged(busy),
        f"{each['windows_slowest_ms']:.0f}",
    )


def _tables(found: Found) -> str:
    rows = [_tables_row(each) for each in found["around"]]
    head = (
        "phones",
        "closed rounds",
        "cross-tables",
        "median, ms",
        "slowest, ms",
        "goal",
        "ack p99 quiet, ms",
        "meanwhile, ms",
        "ratio",
        "goal",
    )
    return (
        "## Cross-tables\n\n"
        "Late in the evening many rounds are closed, and the hall votes in another one. A console asks for "
        "answers by group that nobody has asked for before, up to five times a second, and looks at each. "
        "The time is from asking until the card with the table is there. Votes are measured in quiet and "
        "meanwhile, in turn, three times; of each the turn in the middle is shown.\n\n" + _rows(head, rows)
    )


def _tables_row(each: Found) -> tuple[str, ...]:
    return (
        f"{each['phones']:,}",
        f"{each['closed_rounds']}",
        f"{each['tables']}",
        f"{each['tables_median_ms']:.0f}",
        f"{each['tables_worst_ms']:.0f}",
        report.tables_goal(each),
        f"{each['quiet_p99_ms']:.1f}",
        f"{each['crossing_p99_ms']:.1f}",
        f"{each['crossing_ratio']:.2f} ×",
        AROUND_GOALS["crossing_ratio"].judged(each["crossing_ratio"]),
    )


def _headroom(found: Found) -> str:
    rows = [
        (
            f"{each['phones']:,}",
            f"{each['votes_per_s']:,.0f}",
            _times(report.headroom(found, each["phones"])),
            f"{each['generator_percent']:.0f}",
        )
        for each in found["floor"]
    ]
    return (
        "## Whether the phones were fast enough\n\n"
        "The same phones against a server in C that answers every ballot and does nothing else "
        "(`scripts/loadgen/floor.c`). The kiosk's figures are its own as long as these are well above them. "
        f"A run whose phones used more than {found['generator_limit']:.0%} of their core is left out.\n\n"
        + _rows(("phones", "votes/s", "times the kiosk's", "phones' share of their core, %"), rows)
    )


def _growth(found: Found) -> str:
    if not found["fits"]:
        return ""
    rows = [
        (
            each["server"],
            f"{each['label']}, {each['unit']}",
            ", ".join(f"{figure:,.0f}" for figure in each["points"].values()),
            f"{each['start']:,.1f}",
            f"{each['each'] * 1000:,.1f}",
            f"{each['r2']:.3f}",
        )
        for each in found["fits"]
    ]
    phones = ", ".join(f"{int(count):,}" for count in found["fits"][0]["points"])
    return (
        "## How it grows\n\n"
        f"Straight lines through the medians at {phones} phones, by least squares. Time and memory grow with "
        "the number of phones and no faster where r² is near 1; votes per second should hardly depend on it."
        "\n\n" + _rows(("server", "figure", "medians", "at 0 phones", "each further 1,000", "r²"), rows)
    )


def _once(found: Found) -> str:
    lines = ["## Once\n"]
    if found["first_load"]:
        lines.append(f"- {report.first_load_words(found)}, of {len(found['first_load'])} files")
    if found["second_start_seconds"]:
        lines.append(f"- {report.second_start_words(found)}")
    lines += [
        f"- {int(phones):,} phones load the page and its files in the same instant: the last has them after "
        f"{sorted(seconds)[len(seconds) // 2]:.2f} s"
        for phones, seconds in found["page_load_seconds"].items()
    ]
    if found["full"]:
        lines.append(f"- {report.full_words(found)}")
    faults = found["faults"]
    lines.append(
        "- Votes lost, counted twice or missing after a restart: " + (str(len(faults)) if faults else "none")
    )
    return "\n".join(lines) + "\n"


def _honesty(found: Found) -> str:
    if found["others_share"] <= found["others_limit"]:
        return ""
    return f"**{report.disturbance_words(found)}**\n"


def _times(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.1f}"


def _rows(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    titles = list(head)
    lines = [titles, ["---"] + ["--:"] * (len(titles) - 1), *([*row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
