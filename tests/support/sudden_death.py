"""A laptop that dies in the middle of something: at every single file that it opens, renames or removes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TOUCHES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")


def killed_at_every_step(before: Path, data: Path, act: Callable[[Path], object]) -> Iterator[int]:
    """Do something on a copy of a data folder in a process that is killed at its n-th touch of a file there.

    Yields after each death, with the folder as that left it; ends with the first time it lives through, and
    that is yielded as well.
    """
    step, alive = 0, False
    while not alive:
        step += 1
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(before, data)
        alive = _lives_through(data, act, step)
        yield step


def _lives_through(data: Path, act: Callable[[Path], object], step: int) -> bool:
    child = os.fork()
    if child == 0:
        _die_at(data, step)
        try:
            act(data)
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - pytest must not go on in a second process
            sys.__stderr__.write(f"{error!r}\n") if sys.__stderr__ else None
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.waitstatus_to_exitcode(status) == 0


def _die_at(data: Path, step: int) -> None:
    left = step

    def touched(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in TOUCHES or not arguments or not str(arguments[0]).startswith(str(data)):
            return
        if event == "open" and not _writes(arguments):
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(touched)


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    written = isinstance(mode, str) and set(mode) & set("wax+")
    return bool(written) or bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR))
