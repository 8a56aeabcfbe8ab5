"""A long trial in slices: what has been done is kept in a file, and the next slice goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

Record = dict[str, Any]
"""What one step has found. ``faults`` lists in words what must never be; ``machine_busy`` is the share of all
cores that was in use, by whomever: seconds on the wall say little where it is near 1."""

PROGRESS = "progress.json"
CORES = os.cpu_count() or 1


class CannotGoOn(Exception):
    """Why a trial cannot begin or go on; the text is for the person at the terminal."""


@dataclass(frozen=True)
class Row:
    """A line of the table: what was looked at, what was seen, what was promised, and whether it held."""

    what: str
    seen: str
    wanted: str = ""
    held: bool | None = None


@dataclass(frozen=True)
class Asked:
    """What a trial was asked to do: with how many phones, how many steps, on which engine."""

    phones: int
    times: int
    engine: str | None = None


@dataclass
class Progress:
    """How far a trial has come. ``kept`` is what it needs to find its server and phones again."""

    folder: Path
    asked: Asked
    records: list[Record] = field(default_factory=list)
    kept: Record = field(default_factory=dict)

    @property
    def left(self) -> int:
        return self.asked.times - len(self.records)

    @property
    def faults(self) -> list[str]:
        return [fault for record in self.records for fault in record["faults"]]

    def save(self) -> None:
        """Whole or not at all."""
        whole = {"asked": vars(self.asked), "kept": self.kept, "records": self.records}
        new = self.folder / f"{PROGRESS}.new"
        new.write_text(json.dumps(whole, indent=1), encoding="utf-8")
        new.replace(self.folder / PROGRESS)

    @classmethod
    def anew(cls, folder: Path, asked: Asked) -> Self:
        """Begin, and remove what an earlier trial has left in the folder."""
        if folder.exists():
            if any(folder.iterdir()) and not (folder / PROGRESS).exists():
                raise CannotGoOn(f"{folder} holds something else than a trial; choose another with --out.")
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        progress = cls(folder, asked)
        progress.save()
        return progress

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Go on with what an earlier slice was asked to do."""
        try:
            whole = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise CannotGoOn(
                f"There is no trial in {folder} to go on with. Begin one without --resume."
            ) from None
        return cls(folder, Asked(**whole["asked"]), whole["records"], whole["kept"])


class Trial(Protocol):
    """One of the trials: begun once for each slice, asked for step after step, ended whatever happens."""

    async def begin(self) -> None: ...
    async def end(self) -> None: ...
    async def step(self, number: int) -> Record: ...


async def run_slice(trial: Trial, progress: Progress, minutes: float, *, tell: bool = True) -> None:
    """Take steps until all are done or the time is nearly up; each one is kept as soon as it is done."""
    until = time.monotonic() + minutes * 60
    longest = 0.0
    try:
        await trial.begin()
        while progress.left > 0 and time.monotonic() + longest < until:
            number = len(progress.records) + 1
            began = time.monotonic()
            record = await _measured(trial.step(number))
            longest = max(longest, time.monotonic() - began)
            progress.records.append(record)
            progress.save()
            if tell:
                print(f"{number:>4}  {one_line(record)}", flush=True)
    finally:
        await trial.end()


async def _measured(step: Awaitable[Record]) -> Record:
    """A step, with how busy the machine was meanwhile."""
    began, busy = time.monotonic(), busy_seconds()
    record = await step
    return {**record, "machine_busy": (busy_seconds() - busy) / (time.monotonic() - began) / CORES}


def busy_seconds() -> float:
    """How long the cores have been busy since the machine was started; 0 where the system does not say."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, *rest = map(int, line.split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def one_line(record: Record) -> str:
    """A record as a person follows it while a trial runs."""
    figures = [
        f"{name.replace('_', ' ')} {_figure(value)}"
        for name, value in record.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return ", ".join(figures) + "".join(f"\n      FAULT: {fault}" for fault in record["faults"])


def table(title: str, rows: Sequence[Row]) -> str:
    """The rows as text, in columns."""
    lines = [("", "seen", "promised", "")]
    verdicts = {True: "ok", False: "BROKEN", None: ""}
    lines += [(row.what, row.seen, row.wanted, verdicts[row.held]) for row in rows]
    widths = [max(len(line[place]) for line in lines) for place in range(4)]
    told = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([title, *(line.rstrip() for line in told)])


def spread(seconds: Sequence[float]) -> str:
    """The middle, the 99th of a hundred, and the worst."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    middle, high = _figure(share(ordered, 0.5)), _figure(share(ordered, 0.99))
    return f"median {middle}, p99 {high}, worst {_figure(ordered[-1])} s"


def share(ordered: Sequence[float], part: float) -> float:
    """The value below which so large a part of the ordered values lies (nearest rank)."""
    rank = max(1, -int(-part * len(ordered) // 1))
    return ordered[rank - 1]


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}" if value < 100 else f"{value:,.0f}"
