"""The model of two consoles explains what happened, and finds what must not happen."""

from __future__ import annotations

import pytest

from scripts.endurance.evening import Act, Evening, Line, Run, replay

AGENDA = (
    Line("door", "join"),
    Line("ask-a", "question", "a"),
    Line("ask-b", "question", "b"),
    Line("pause", "break"),
)
BEGINNING = Evening(AGENDA, 2, "door", frozenset({"join"}))
OPENED = Act("open", "a", 2, "ok", opened="r1")
CLOSED = Act("close", "r1", 3, "ok")


def test_a_round_from_its_opening_to_its_reveal() -> None:
    acts = [Act("reveal", "r1", 4, "ok"), OPENED, CLOSED, Act("open", "b", 2, "stale")]
    done = replay(BEGINNING, acts)
    assert done.faults == []
    assert done.moved == [OPENED, CLOSED, acts[0]]
    assert done.last.version == 5
    assert done.last.rounds == {"r1": Run("ask-a", "a", "revealed")}
    assert (done.last.item, done.last.walls) == ("ask-a", frozenset({"item"}))


def test_what_is_said_again_moves_nothing() -> None:
    acts = [OPENED, CLOSED, Act("close", "r1", 4, "ok"), Act("hide", "r1", 4, "ok")]
    done = replay(BEGINNING, acts)
    assert (done.faults, done.last.version) == ([], 4)


def test_skipping_the_current_item_goes_on_to_the_next() -> None:
    acts = [Act("go", "ask-b", 2, "ok"), Act("skip", "ask-b", 3, "ok"), Act("go", "ask-b", 4, "ok")]
    done = replay(BEGINNING, acts)
    assert done.faults == []
    assert (done.at[4].item, done.at[4].walls, done.at[4].skipped) == (
        "pause",
        frozenset({"break"}),
        frozenset({"ask-b"}),
    )
    assert (done.last.item, done.last.skipped) == ("ask-b", frozenset())


def test_of_two_views_at_one_version_either_may_be_on_the_wall() -> None:
    done = replay(BEGINNING, [Act("wall", "blank", 2, "ok"), Act("wall", "break", 2, "ok")])
    assert (done.faults, done.last.walls) == ([], frozenset({"blank", "break"}))
    assert done.at[2].walls == {"join", "blank", "break"}


@pytest.mark.parametrize(
    ("acts", "fault"),
    [
        ([OPENED, Act("go", "pause", 2, "ok")], "a double act"),
        ([OPENED, Act("reveal", "r1", 4, "ok")], "never was at that version"),
        ([Act("open", "a", 2, "stale")], "nothing else was done"),
        ([OPENED, Act("open", "a", 3, "ok", opened="r2")], "the model says already_open"),
        ([OPENED, Act("reveal", "r1", 3, "ok")], "the model says still_open"),
        ([Act("go", "pause", 2, "no_such_item")], "the model says ok"),
        ([Act("close", "unheard-of", 2, "ok")], "the model says no_such_round"),
    ],
)
def test_what_cannot_be_explained_is_found(acts: list[Act], fault: str) -> None:
    (found,) = replay(BEGINNING, acts).faults
    assert fault in found
