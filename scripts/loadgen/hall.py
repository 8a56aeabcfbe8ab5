"""The hall: loadgen.c, compiled by the machine's compiler and driven line by line."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from scripts.loadgen.machine import running_on

SOURCES = Path(__file__).parent
COMMAND_SECONDS = 240


class BenchError(Exception):
    """Something without which nothing can be measured; its text is for the person at the terminal."""


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class Arrival:
    """Phones that came in (or loaded their page), until the last of them was there."""

    phones: int
    failed: int
    seconds: float
    bytes: int
    state_bytes: int
    ms: Spread


@dataclass(frozen=True)
class News:
    """When a state reached the phones: moments of the monotonic clock, in nanoseconds."""

    phones: int
    missing: int
    lost: int
    bytes: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True)
class Cast:
    """Ballots sent and what came back. `cpu` is what the generator itself used meanwhile."""

    sent: int
    counted: int
    repeated: int
    refused: int
    lost: int
    seconds: float
    cpu: float
    ms: Spread
    example: str

    @property
    def generator_share(self) -> float:
        return self.cpu / self.seconds if self.seconds else 0.0

    @property
    def per_second(self) -> float:
        return self.counted / self.seconds if self.seconds else 0.0


def compile_generator(folder: Path) -> Path:
    """The generator must be faster than the server, hence C; hence a compiler."""
    return _compiled("loadgen", folder)


def compile_floor(folder: Path) -> Path:
    """The server that shows how fast the generator is."""
    return _compiled("floor", folder)


def _compiled(name: str, folder: Path) -> Path:
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise BenchError("The load generator needs a C compiler (on Debian: apt install gcc libc6-dev).")
    program, source = folder / name, SOURCES / f"{name}.c"
    command = [compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", str(program), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise BenchError(f"{source.name} could not be compiled:\n{built.stderr.strip()}")
    return program


class Hall:
    """Phones in front of one server, all of them in one process of ours."""

    def __init__(self, program: Path, port: int, *, core: int, code: str | None, in_flight: int) -> None:
        command = [str(program), "127.0.0.1", str(port), "--in-flight", str(in_flight)]
        command += ["--timeout", str(COMMAND_SECONDS)]
        if code is not None:
            command += ["--join", code]
        with running_on(core):
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
            )

    def load_pages(self, phones: int, paths: list[str]) -> Arrival:
        """All at once: phones that fetch what a first visit fetches, and go."""
        for path in paths:
            self._tell("path", path)
        return _arrival(self._ask("load", str(phones)))

    def come(self, phones: int, seconds: float, paths: list[str]) -> Arrival:
        """One after the other within so many seconds: page, assets, join, socket, first state."""
        for path in paths:
            self._tell("path", path)
        return _arrival(self._ask("come", f"{seconds:g}", str(phones)))

    def connect(self, phones: int) -> Arrival:
        return _arrival(self._ask("connect", str(phones)))

    def arm(self) -> None:
        self._ask("arm")

    def expect(self, *texts: str) -> News:
        """Wait until every phone has heard a state with all these texts in it."""
        said = self._ask("expect", *texts)
        return News(**{key: said[key] for key in News.__dataclass_fields__})

    def vote(self, round_id: str, answers: list[str]) -> Cast:
        return _cast(self._ask("vote", round_id, *answers))

    def again(self) -> Cast:
        return _cast(self._ask("again"))

    def pace(self, rate: float, round_id: str, answers: list[str]) -> Cast:
        return _cast(self._ask("pace", f"{rate:g}", round_id, *answers))

    def leave(self) -> None:
        self._ask("leave")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _tell(self, *fields: str) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write("\t".join(fields) + "\n")
        except BrokenPipeError:
            raise BenchError("The load generator has stopped.") from None

    def _ask(self, *fields: str) -> dict[str, Any]:
        """One command, one line of JSON back, never waiting for ever."""
        assert self.process.stdout is not None
        self._tell(*fields)
        ready, _, _ = select.select([self.process.stdout], [], [], 3 * COMMAND_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise BenchError(f"The load generator gave no answer to {fields[0]!r}.")
        said: dict[str, Any] = json.loads(line)
        return said


def _arrival(said: dict[str, Any]) -> Arrival:
    if said["failed"]:
        raise BenchError(
            f"{said['failed']} of {said['failed'] + said['phones']} phones did not get in: {said['example']}"
        )
    fields = {key: said[key] for key in Arrival.__dataclass_fields__}
    return Arrival(**fields | {"ms": Spread(**said["ms"])})


def _cast(said: dict[str, Any]) -> Cast:
    fields = {key: said[key] for key in Cast.__dataclass_fields__}
    return Cast(**fields | {"ms": Spread(**said["ms"])})
