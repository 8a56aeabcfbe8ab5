"""Work that can wait stands still while ballots are in hand, and never for long."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest

from kiosk.engine.turnstile import Turnstile

PATIENCE_SECONDS = 20
AN_AGE = 600.0


def beside(turnstile: Turnstile, work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=turnstile.through, args=(work,), daemon=True)
    thread.start()
    return thread


def test_work_waits_until_the_last_ballot_is_answered_for() -> None:
    turnstile = Turnstile(stand_seconds=AN_AGE)
    happened: list[str] = []
    turnstile.take()
    turnstile.take()
    thread = beside(turnstile, lambda: happened.append("work"))
    for ballot in ("first", "second"):
        happened.append(ballot)
        turnstile.settle()
    thread.join(PATIENCE_SECONDS)
    assert happened == ["first", "second", "work"]


def test_work_that_has_begun_stands_still_for_a_ballot() -> None:
    turnstile = Turnstile(stand_seconds=AN_AGE)
    happened: list[str] = []
    begun, taken = threading.Event(), threading.Event()

    def step() -> None:
        happened.append("step")

    def work() -> None:
        begun.set()
        taken.wait(PATIENCE_SECONDS)
        step()

    thread = beside(turnstile, work)
    assert begun.wait(PATIENCE_SECONDS)
    turnstile.take()
    taken.set()
    happened.append("ballot")
    turnstile.settle()
    thread.join(PATIENCE_SECONDS)
    assert happened == ["ballot", "step"]


def test_a_ballot_that_is_never_answered_for_does_not_hold_work_for_ever() -> None:
    turnstile = Turnstile(stand_seconds=0.001, go_seconds=0.001)
    done = threading.Event()
    turnstile.take()
    beside(turnstile, done.set)
    assert done.wait(PATIENCE_SECONDS)


def test_what_the_work_gives_or_raises_comes_through() -> None:
    turnstile = Turnstile()
    assert turnstile.through(divmod, 7, 3) == (2, 1)
    with pytest.raises(ValueError, match="seven"):
        turnstile.through(int, "seven")
    assert sys.gettrace() is None


def test_a_debugger_goes_on_looking() -> None:
    seen: list[str] = []

    def debugger(frame: object, event: str, arg: object) -> None:
        seen.append(event)

    def inspected() -> None:
        pass

    def look() -> None:
        sys.settrace(debugger)
        try:
            Turnstile().through(inspected)
            assert sys.gettrace() is debugger
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert seen.count("call") >= 2
