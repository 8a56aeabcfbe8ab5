"""Ties: a count stops at one that changes the outcome, and goes on once a drawing of lots is recorded.

A rule is given as steps between states. Where several ways are open the step gives a ``Fork``. ``settle``
walks from state to state: at a fork it looks whether the ways differ in what they lead to. If not, it takes
the first and says so in the result; if they do, it needs a recorded draw. Nothing here draws by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Act = Literal["eliminate", "elect", "transfer", "fund"]
"""What the one that is drawn has coming: it leaves, is elected, passes its surplus on, or is funded first."""

MOST_STATES = 2000
"""States looked at before a tie counts as one that changes the outcome: rather a draw too many."""

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True)
class Tie:
    """Options that stand equal where one of them must come first. ``tied`` is in the order of the options."""

    act: Act
    tied: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """A recorded drawing of lots: among ``tied`` (any order), ``drawn`` came out."""

    tied: frozenset[str]
    drawn: str

    def __post_init__(self) -> None:
        if len(self.tied) < 2 or self.drawn not in self.tied:
            raise ValueError("a draw is among at least two options, and what is drawn is one of them")


@dataclass(frozen=True)
class Fork(Generic[State]):
    """A tie, and the state that each choice leads to, in the order of the options."""

    act: Act
    ways: Mapping[str, State]

    @property
    def tie(self) -> Tie:
        return Tie(self.act, tuple(self.ways))


@dataclass(frozen=True)
class Settled(Generic[State]):
    """How far a count came.

    ``state`` is the last state; the count is finished unless ``open_tie`` says what must be drawn.
    ``drawn`` are the ties that recorded draws settled, ``harmless`` those that make no difference.
    """

    state: State
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]


Step = Callable[[State], State | Fork[State] | None]
"""From a state to the next; None when the count is finished."""


def settle(
    start: State, step: Step[State], outcome: Callable[[State], Hashable], draws: Sequence[Draw] = ()
) -> Settled[State]:
    """Walk a count to its end, or to a tie that needs a draw.

    ``outcome`` tells what of a finished state matters. A draw holds wherever the same options tie; one that
    meets no tie is not used, and not in the result's ``drawn``.
    Raises ValueError when two draws are about the same options.
    """
    drawn_of = {draw.tied: draw for draw in draws}
    if len(drawn_of) < len(draws):
        raise ValueError("two draws are about the same options")
    state = start
    used: dict[Draw, None] = {}
    harmless: list[Tie] = []
    while (after := step(state)) is not None:
        if not isinstance(after, Fork):
            state = after
            continue
        draw = drawn_of.get(frozenset(after.ways))
        if draw:
            used[draw] = None
            state = after.ways[draw.drawn]
        elif _matters(after, step, outcome):
            return Settled(state, after.tie, tuple(used), tuple(harmless))
        else:
            harmless.append(after.tie)
            state = next(iter(after.ways.values()))
    return Settled(state, None, tuple(used), tuple(harmless))


def _matters(fork: Fork[State], step: Step[State], outcome: Callable[[State], Hashable]) -> bool:
    """Whether the ways of a fork lead to different things: outcomes, or later ties that matter."""
    try:
        explored = _Explored(step, outcome)
        return len({explored.what_follows(state) for state in fork.ways.values()}) > 1
    except _TooManyError:
        return True


class _TooManyError(Exception):
    """More states than are looked at."""


class _Explored(Generic[State]):
    """What each state leads to, as a number: the same number is the same outcome, or the same later tie."""

    def __init__(self, step: Step[State], outcome: Callable[[State], Hashable]) -> None:
        self._step = step
        self._outcome = outcome
        self._known: dict[State, int] = {}
        self._numbers: dict[Hashable, int] = {}

    def what_follows(self, start: State) -> int:
        path = list(self._to_a_fork_or_the_end(start))
        last, after = path[-1]
        if last not in self._known:
            self._known[last] = self._of_end(last) if after is None else self._of_fork(after)
        for state, _ in path:
            self._known[state] = self._known[last]
        return self._known[last]

    def _to_a_fork_or_the_end(self, state: State) -> Iterator[tuple[State, Fork[State] | None]]:
        while state not in self._known:
            if len(self._known) > MOST_STATES:
                raise _TooManyError
            after = self._step(state)
            if after is None or isinstance(after, Fork):
                yield state, after
                return
            yield state, None
            state = after
        yield state, None

    def _of_end(self, state: State) -> int:
        return self._number(("outcome", self._outcome(state)))

    def _of_fork(self, fork: Fork[State]) -> int:
        ways = {option: self.what_follows(state) for option, state in fork.ways.items()}
        if len(set(ways.values())) == 1:
            return next(iter(ways.values()))
        return self._number((fork.act, tuple(ways.items())))

    def _number(self, what: Hashable) -> int:
        return self._numbers.setdefault(what, len(self._numbers))
