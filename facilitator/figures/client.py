"""Where the server asks for figures and workbooks. Blocking: call it on a thread of its own.

One worker process makes them. It is started when it is first needed, or before by ``warm``; it is a fresh
process and not a fork, holds none of the server's sockets, and is replaced when it dies.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from . import differences, wire
from . import figure as figures
from . import workbook as workbooks

Format = Literal["png", "svg"]

ANSWER_SECONDS = 20.0
# On a machine's first day matplotlib reads every font there is, and that once may take a minute.
START_SECONDS = 90.0
KEPT_ANSWERS = 64
KEPT_BYTES = 32 * 1024 * 1024


class FigureTrouble(Exception):
    """The figure or workbook could not be had."""


class FigureRefused(FigureTrouble):
    """The worker process answered that it cannot make this one; asking again would not help."""


class FigureTimeout(FigureTrouble):
    """It took too long, or too many others were before."""


class FigureLost(FigureTrouble):
    """The worker process died, and so did the one that took its place, or the desk is closed."""


@dataclass(frozen=True)
class Request:
    """What to make, as it goes over the wire. The key is made of all of it: equal keys mean equal answers."""

    message: wire.Message

    @property
    def key(self) -> bytes:
        return hashlib.sha256(json.dumps(self.message.header).encode() + self.message.body).digest()


def figure_request(figure: figures.Figure, format: Format) -> Request:  # noqa: A002
    return Request(wire.Message({"job": "figure", "format": format}, _body(figures.to_json(figure))))


def workbook_request(workbook: workbooks.Workbook) -> Request:
    return Request(wire.Message({"job": "workbook"}, _body(workbooks.to_json(workbook))))


def differences_request(tables: tuple[differences.DifferenceTable, ...]) -> Request:
    """Asks for p of each table, adjusted for all of them: a list of numbers or nulls."""
    return Request(wire.Message({"job": "differences"}, _body(differences.to_json(tables))))


def change_request(table: differences.DifferenceTable) -> Request:
    """Asks for p of one change: a number or null."""
    return Request(wire.Message({"job": "change"}, _body(differences.to_json((table,)))))


def _body(data: dict[str, Any]) -> bytes:
    return json.dumps(data).encode()


class FigureDesk:
    """Takes requests from any thread, has them made one at a time, and keeps the latest answers.

    ``folder`` is where matplotlib may keep its list of fonts between starts.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._folder = folder
        self._answer_seconds = answer_seconds
        self._start_seconds = start_seconds
        self._one_at_a_time = threading.Lock()
        self._kept = _Kept()
        self._worker: _Worker | None = None
        self._last_act: Callable[[], object] = _nothing
        self._has_answered = False
        self._closed = False

    def warm(self) -> None:
        """Start the worker process now; returns at once."""
        with self._turn():
            self._running()

    def figure(self, figure: figures.Figure, format: Format) -> bytes:  # noqa: A002
        return self.ask(figure_request(figure, format))

    def workbook(self, workbook: workbooks.Workbook) -> bytes:
        return self.ask(workbook_request(workbook))

    def ask(self, request: Request) -> bytes:
        """The bytes of what was asked for, or a FigureTrouble."""
        key = request.key
        answer = self._kept.get(key)
        if answer is None:
            with self._turn():
                answer = self._kept.get(key) or self._made(request)
            self._kept.put(key, answer)
        return answer

    def close(self) -> None:
        """End the worker process, whatever it is doing."""
        self._closed = True
        self._last_act()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._one_at_a_time.acquire(timeout=self._patience()):
            raise FigureTimeout("others are waiting for theirs")
        try:
            yield
        finally:
            self._one_at_a_time.release()

    def _patience(self) -> float:
        """How many seconds an answer may take now."""
        return self._answer_seconds if self._has_answered else self._start_seconds

    def _made(self, request: Request) -> bytes:
        """Ask the worker process; when it dies over it, ask a new one once."""
        try:
            return self._asked(self._running(), request)
        except _Died:
            self._forget()
        try:
            return self._asked(self._running(), request)
        except _Died as died:
            self._forget()
            raise FigureLost("the worker process died twice") from died

    def _asked(self, worker: _Worker, request: Request) -> bytes:
        answer = self._exchanged(worker, request.message)
        self._has_answered = True
        if answer.header.get("ok") is not True:
            raise FigureRefused(str(answer.header.get("error")))
        return answer.body

    def _exchanged(self, worker: _Worker, question: wire.Message) -> wire.Message:
        """One question and its answer. Pipes have no time limit, so a watch ends the process that hangs."""
        limit = self._patience()
        watch = threading.Timer(limit, worker.process.kill)
        watch.daemon = True
        began = time.monotonic()
        watch.start()
        answer = None
        with suppress(OSError, ValueError, wire.Garbled):
            wire.write(worker.questions, question)
            answer = wire.read(worker.answers)
        watch.cancel()
        if answer is not None:
            return answer
        if time.monotonic() - began >= limit:
            self._forget()
            raise FigureTimeout(f"no answer in {limit:g} seconds")
        raise _Died

    def _running(self) -> _Worker:
        if self._closed:
            raise FigureLost("the desk is closed")
        if self._worker is None or self._worker.process.poll() is not None:
            self._forget()
            self._worker = _start(self._folder)
            # Also when nobody closes the desk: at the end of the program, or of the desk.
            self._last_act = weakref.finalize(self, self._worker.end)
        return self._worker

    def _forget(self) -> None:
        self._has_answered = False
        self._worker = None
        self._last_act()


@dataclass(frozen=True)
class _Worker:
    """The worker process and the pipes to and from it."""

    process: subprocess.Popen[bytes]
    questions: BinaryIO
    answers: BinaryIO

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.questions, self.answers):
            with suppress(OSError, ValueError):
                pipe.close()


def _nothing() -> None:
    """The last act of a desk that never had a worker."""


class _Died(Exception):
    """The worker process ended in the middle of a question."""


class _Kept:
    """The latest answers, so that a figure asked for twice is drawn once."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: bytes) -> bytes | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: bytes, answer: bytes) -> None:
        with self._lock:
            self._bytes += len(answer) - len(self._answers.pop(key, b""))
            self._answers[key] = answer
            while len(self._answers) > KEPT_ANSWERS or self._bytes > KEPT_BYTES:
                self._bytes -= len(self._answers.popitem(last=False)[1])


def _start(folder: Path | None) -> _Worker:
    """A worker process with two pipes to it and no other open file of ours.

    It is started as ``figures.worker`` from the console's folder and not through the console's package,
    which would load Flask and the whole room with it. A group of its own keeps Ctrl-C in the terminal from
    it: it ends with the server, not before. A session of its own would, too; but Linux shares a core among
    sessions before it asks who may wait, and votes took three times as long.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "figures.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_surroundings(folder),
        close_fds=True,
        process_group=0,
        creationflags=_QUIETLY,
    )
    return _Worker(process, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout))


def _surroundings(folder: Path | None) -> dict[str, str]:
    # Beside the figures' own folder the product's, for its statistics; they load nothing of the room.
    console = Path(__file__).resolve().parent.parent
    paths = [str(console), str(console.parent), os.environ.get("PYTHONPATH", "")]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        surroundings["MPLCONFIGDIR"] = str(folder)
    return surroundings


# Windows alone has flags for these: no window flashes up, and votes come first.
if sys.platform == "win32":
    _QUIETLY = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
else:
    _QUIETLY = 0
