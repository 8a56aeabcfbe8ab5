"""What the operating system knows of a process: its core, its CPU time, its memory."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cores:
    """Which core the server has for itself, and which one everything else runs on."""

    server: int
    load: int

    @property
    def apart(self) -> bool:
        return self.server != self.load

    def busy_seconds(self) -> float:
        """How long these cores have been busy since the machine was started, with whatever it was."""
        names = {f"cpu{self.server}", f"cpu{self.load}"}
        lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
        ticks = sum(_busy_ticks(line) for line in lines if line.split()[0] in names)
        return ticks / os.sysconf("SC_CLK_TCK")


def cores() -> Cores:
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], usable[-1])


@contextmanager
def running_on(core: int) -> Iterator[None]:
    """Processes started inside inherit the core, from their first instruction on."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process, in nanosecond steps (/proc counts in hundredths of a second, and
    some bursts are shorter). The number is the clock id that clock_getcpuclockid(3) gives for a process."""
    scheduler_clock = 2
    return time.clock_gettime((~pid << 3) | scheduler_clock)


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def description() -> dict[str, str | int]:
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
    }


def _busy_ticks(line: str) -> int:
    user, nice, system, _idle, _waiting, *rest = map(int, line.split()[1:9])
    return user + nice + system + sum(rest)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
