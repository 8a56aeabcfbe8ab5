"""What has passed the gate. Windows, exports, figures and the API take these values and nothing else.

A value cannot be made outside this package: it asks for the package's own seal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, fields
from typing import Any, Literal

Withheld = Literal["open", "too_few"]
Bound = Literal["at_least_90", "at_most_10"]

SEAL = object()


@dataclass(frozen=True)
class Sealed:
    """A value of the gate. The seal is not kept in it, so that ``dataclasses.replace`` cannot pass it on."""

    _seal: InitVar[object] = None

    def __post_init__(self, _seal: object) -> None:
        if _seal is not SEAL:
            raise TypeError(f"only the disclosure gate makes a {type(self).__name__}")

    def as_record(self) -> dict[str, Any]:
        """The value as plain data, for the record of releases and for the API."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Disclosed(Sealed):
    """What may be shown of a round, at every door alike.

    While a round is open only ``answered`` and ``connected`` are known. ``counts`` is None whenever
    ``withheld`` says why; ``percents`` is None from 5 to 9 valid answers too. Where everybody answered a
    sensitive question alike, ``bounds`` says "at least 90 %" of the one option and "at most 10 %" of the
    others, and people are told that: ``told_counts`` and ``told_percents`` are what may be put before them.
    ``texts`` holds approved texts only, in an order that says nothing of when they came. ``as_of``: of a
    question about the participants, how many had answered when what is shown was released; ``valid`` is the
    sum of its counts then, where none is hidden.
    """

    round: str
    answered: int
    connected: int
    valid: int | None = None
    abstained: int | None = None
    dont_know: int | None = None
    withheld: Withheld | None = None
    counts: Mapping[str, int] | None = None
    percents: Mapping[str, int] | None = None
    bounds: Mapping[str, Bound] | None = None
    texts: Sequence[str] = ()
    as_of: int | None = None

    @property
    def told_counts(self) -> Mapping[str, int] | None:
        """The counts, where no bounds stand for them."""
        return None if self.bounds is not None else self.counts

    @property
    def told_percents(self) -> Mapping[str, int] | None:
        """The percentages, where no bounds stand for them."""
        return None if self.bounds is not None else self.percents


@dataclass(frozen=True, kw_only=True)
class DisclosedLive(Sealed):
    """What may be shown of a round while it is open, where its question declared that it may be.

    ``percents`` are shares of the first ``ballots``, each to the nearest five.
    """

    round: str
    ballots: int
    percents: Mapping[str, int]


@dataclass(frozen=True)
class ShownRow:
    """The answers of one group: its valid answers, and per option how many and what share of them."""

    base: int
    counts: Mapping[str, int]
    percents: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class DisclosedGroups(Sealed):
    """What may be shown of a closed round's answers by the groups of one composition question.

    ``rows`` holds every group in the question's order, the last being those who gave no answer to it
    (``NO_ANSWER``); a hidden one is None, and named in ``hidden``. With ``withheld`` no row is shown.
    """

    round: str
    by: str
    withheld: Withheld | None = None
    rows: Mapping[str, ShownRow | None]
    hidden: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class DisclosedFlows(Sealed):
    """What may be shown of who moved from one answer to another between two closed rounds.

    ``flows`` holds, by answer before and answer after, people to the nearest five; None stands for fewer
    than ten. With ``withheld`` there is none.
    """

    before: str
    after: str
    withheld: Withheld | None = None
    flows: Mapping[str, Mapping[str, int | None]]


def _plain(value: Any) -> Any:
    if isinstance(value, ShownRow):
        return {"base": value.base, "counts": dict(value.counts), "percents": dict(value.percents)}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def released_groups(record: Mapping[str, Any]) -> DisclosedGroups:
    """A table that passed the gate before, from its record."""
    rows = {name: ShownRow(**row) if row else None for name, row in record["rows"].items()}
    return DisclosedGroups(**{**record, "rows": rows, "hidden": tuple(record["hidden"])}, _seal=SEAL)


def released_flows(record: Mapping[str, Any]) -> DisclosedFlows:
    """Flows that passed the gate before, from their record."""
    return DisclosedFlows(**record, _seal=SEAL)
