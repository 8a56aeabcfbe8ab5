"""The tally: the counted result of a round with its bases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Answer = Mapping[str, Any]
"""A canonical answer, as the contract writes it."""


@dataclass(frozen=True)
class Tally:
    """All counted ballots of a round.

    ``answered`` includes abstentions; ``valid`` is the base of every percentage. ``connected`` is in
    participants and never below ``answered``. This value is not for showing: only the disclosure gate
    makes one that is.
    """

    round: str
    answered: int
    abstained: int
    dont_know: int
    connected: int
    counts: Mapping[str, int]

    @property
    def valid(self) -> int:
        return self.answered - self.abstained - self.dont_know

    def with_added(self, added: Tally) -> Tally:
        """This tally and that of further ballots, of people who were not here, as one."""
        return Tally(
            self.round,
            self.answered + added.answered,
            self.abstained + added.abstained,
            self.dont_know + added.dont_know,
            self.connected + added.answered,
            {name: count + added.counts[name] for name, count in self.counts.items()},
        )


def tally(
    round_id: str,
    answers: Iterable[Answer],
    connected: int,
    count: Callable[[Iterable[Answer]], Mapping[str, int]],
) -> Tally:
    """Count the answers of a round; ``count`` is the kind's own way of counting valid answers."""
    everyone = list(answers)
    valid = [answer for answer in everyone if is_valid(answer)]
    return Tally(
        round=round_id,
        answered=len(everyone),
        abstained=sum(map(is_abstention, everyone)),
        dont_know=sum(map(is_dont_know, everyone)),
        connected=max(connected, len(everyone)),
        counts=count(valid),
    )


def is_valid(answer: Answer) -> bool:
    """Whether an answer is one to the question: neither an abstention nor "don't know"."""
    return not is_abstention(answer) and not is_dont_know(answer)


def is_abstention(answer: Answer) -> bool:
    return answer.get("abstain") is True


def is_dont_know(answer: Answer) -> bool:
    return answer.get("dont_know") is True
