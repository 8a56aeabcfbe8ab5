"""The worker process: draws figures, writes workbooks and tests differences, one after the other.

It runs beside the server at a lower priority and is the only one to import matplotlib and XlsxWriter, so
that neither their memory nor their crashes are the server's. It ends when its input ends, and so never
outlives the server, however that died.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar

from . import wire

LONGEST_JOB_SECONDS = 60
"""A job that hangs ends the process, even when nobody is left to notice."""
NICENESS = 15
NICENESS_AT_FIRST = 5
"""Loading the libraries computes for a second, of which a busy machine would make a minute."""
STARVED = 0.25
"""Work that got less of the time it took than this has starved."""

T = TypeVar("T")


def main() -> None:
    questions, answers = sys.stdin.buffer, _answers_alone()
    spare_time = SpareTime()
    _be_modest(NICENESS_AT_FIRST)
    spare_time.do(_warm_up)
    _be_modest(NICENESS)
    with suppress(BrokenPipeError):
        while _serve_one(questions, answers, spare_time):
            pass


def _answers_alone() -> BinaryIO:
    """Keep standard output for answers; whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _be_modest(niceness: int) -> None:
    """Windows has no ``nice``; there the server asks for a low priority at the start."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)


class SpareTime:
    """Where work is done: when nobody else wants to compute, since votes come first. But a laptop that is
    busy with something else must get its figures too: after work that starved, the next has a small share.
    """

    def __init__(self) -> None:
        self._starved = True

    def do(self, work: Callable[[], T]) -> T:
        # On a thread of its own: whoever has once asked Linux for the time that nobody wants has no way back.
        done: list[T] = []
        thread = threading.Thread(target=lambda: done.append(self._timed(work)))
        thread.start()
        thread.join()
        return done[0]

    def _timed(self, work: Callable[[], T]) -> T:
        if not self._starved and sys.platform == "linux":
            with suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        began, computed = time.monotonic(), time.thread_time()
        result = work()
        self._starved = time.thread_time() - computed < STARVED * (time.monotonic() - began)
        return result


def _warm_up() -> None:
    """Load the libraries and fonts before the first question. What is wrong with them, the answers say."""
    with suppress(Exception):
        from .draw import draw
        from .figure import Figure, FigureBar

        draw(Figure("?", "n", (), "", "", "", bars=(FigureBar("?", "1", "1 %", 1),)), "png")
        from . import spreadsheet  # noqa: F401


def _serve_one(questions: BinaryIO, answers: BinaryIO, spare_time: SpareTime) -> bool:
    """Answer one question; False when there are no more."""
    try:
        question = wire.read(questions)
    except wire.Garbled:
        # Nobody knows any more which answer belongs to which question. The desk starts anew.
        return False
    if question is None:
        return False
    wire.write(answers, spare_time.do(lambda: _answer(question)))
    return True


def _answer(question: wire.Message) -> wire.Message:
    faulthandler.dump_traceback_later(LONGEST_JOB_SECONDS, exit=True)
    try:
        return wire.Message({"ok": True}, _done(question))
    except Exception as trouble:  # noqa: BLE001 - whatever this one tripped over, the next must still be made
        return wire.Message({"ok": False, "error": f"{type(trouble).__name__}: {trouble}"[:500]})
    finally:
        faulthandler.cancel_dump_traceback_later()


def _done(question: wire.Message) -> bytes:
    job = question.header.get("job")
    if job == "figure":
        return _figure(question.header.get("format"), json.loads(question.body))
    if job == "workbook":
        return _workbook(json.loads(question.body))
    if job == "differences":
        return _differences(json.loads(question.body))
    if job == "change":
        return _change(json.loads(question.body))
    raise ValueError(f"unknown job {job!r:.40}")


def _figure(format: Any, data: Any) -> bytes:  # noqa: A002 - the word everybody uses for it
    from .draw import draw
    from .figure import from_json

    if format not in ("png", "svg"):
        raise ValueError(f"unknown format {format!r:.40}")
    return draw(from_json(data), format)


def _workbook(data: Any) -> bytes:
    from .spreadsheet import write
    from .workbook import from_json

    return write(from_json(data))


def _differences(data: Any) -> bytes:
    from .differences import adjusted, from_json

    return json.dumps(adjusted(from_json(data))).encode()


def _change(data: Any) -> bytes:
    from .differences import from_json, of_change

    (table,) = from_json(data)
    return json.dumps(of_change(table)).encode()


if __name__ == "__main__":
    main()
