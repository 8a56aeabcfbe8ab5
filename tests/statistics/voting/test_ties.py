"""Ties: a count stops at one that matters, and only there."""

from __future__ import annotations

import pytest

from kiosk.statistics.voting.ballots import gather
from kiosk.statistics.voting.ranked import run_off
from kiosk.statistics.voting.ties import MOST_STATES, Draw, Fork, Tie, settle


def test_a_tie_between_the_last_two_waits_for_a_draw() -> None:
    profile = gather("ab", [("a", 3), ("b", 3)])
    waiting = run_off(profile)
    assert (waiting.winner, waiting.open_tie) == (None, Tie("eliminate", ("a", "b")))
    assert waiting.rounds[-1].counts == {"a": 3, "b": 3}
    assert waiting.rounds[-1].eliminated is None
    draw = Draw(frozenset("ab"), "a")
    drawn = run_off(profile, [draw])
    assert (drawn.winner, drawn.open_tie, drawn.drawn) == ("b", None, (draw,))


def test_a_tie_that_makes_no_difference_is_passed_and_told() -> None:
    found = run_off(gather("abcd", [("a", 6), ("b", 5), ("ca", 1), ("da", 1)]))
    assert found.winner == "a"
    assert found.open_tie is None
    assert found.harmless == (Tie("eliminate", ("c", "d")),)


def test_many_options_that_nobody_wants_need_no_draw() -> None:
    options = [f"option {number}" for number in range(9)]
    found = run_off(gather(options, [(options[:1], 5), (options[1:2], 4), (options[2:3], 2)]))
    assert (found.winner, found.open_tie) == (options[0], None)
    assert found.harmless[0] == Tie("eliminate", tuple(options[3:]))


def test_who_of_two_leaves_first_can_decide_between_two_others() -> None:
    """c goes on to a, d to b: whoever stays longer does not matter; whose ballots stop there does."""
    profile = gather("abcd", [("a", 4), ("b", 4), ("cda", 2), ("dcb", 2)])
    assert run_off(profile).open_tie == Tie("eliminate", ("c", "d"))


def test_a_harmless_tie_before_a_real_one_is_not_asked_about() -> None:
    found = run_off(gather("abcd", [("a", 4), ("b", 4), ("c", 1), ("d", 1)]))
    assert found.open_tie == Tie("eliminate", ("a", "b"))
    assert found.harmless == (Tie("eliminate", ("c", "d")),)


def test_a_draw_that_meets_no_tie_is_not_used() -> None:
    draw = Draw(frozenset("ab"), "a")
    assert run_off(gather("ab", [("a", 3), ("b", 2)]), [draw]).drawn == ()


def test_two_draws_about_the_same_options_are_refused() -> None:
    draws = [Draw(frozenset("ab"), "a"), Draw(frozenset("ab"), "b")]
    with pytest.raises(ValueError, match="same options"):
        run_off(gather("ab", [("a", 3), ("b", 3)]), draws)


@pytest.mark.parametrize(("tied", "drawn"), [("a", "a"), ("ab", "c")])
def test_a_draw_is_one_of_several(tied: str, drawn: str) -> None:
    with pytest.raises(ValueError, match="at least two"):
        Draw(frozenset(tied), drawn)


def test_a_tie_too_large_to_look_through_is_asked_about() -> None:
    """Every subset of twelve is a state of its own here, though all end alike."""
    everybody = frozenset(f"option {number}" for number in range(12))
    assert 2 ** len(everybody) > MOST_STATES

    def leave(here: frozenset[str]) -> Fork[frozenset[str]] | frozenset[str] | None:
        if len(here) < 2:
            return None if not here else frozenset()
        return Fork("eliminate", {option: here - {option} for option in sorted(here)})

    assert settle(everybody, leave, len).open_tie == Tie("eliminate", tuple(sorted(everybody)))
    few = frozenset("abc")
    assert settle(few, leave, len).open_tie is None
