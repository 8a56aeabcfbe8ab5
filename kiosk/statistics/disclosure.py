"""The disclosure gate: the only maker of figures that may be shown.

Windows, exports, figures and the API take a ``Disclosed`` and nothing else, so a number that the rules
withhold has no way out. ``disclose`` is strict about who can make one: the value cannot be constructed
elsewhere without this module's seal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, fields
from typing import Any, Literal

from kiosk.meeting.rounds import RoundStatus
from kiosk.meeting.tally import Tally
from kiosk.statistics.composition import Picture
from kiosk.statistics.shares import percents_of_each, percents_to_100

Withheld = Literal["open", "too_few"]

N_TOTAL = 5
"""From this many valid answers a result is shown."""
N_TOTAL_SENSITIVE = 10
N_PERCENT = 10
"""From this many valid answers percentages stand beside the counts."""

_SEAL = object()


@dataclass(frozen=True)
class Disclosed:
    """What may be shown of a round, at every door alike.

    While a round is open only ``answered`` and ``connected`` are known. ``counts`` is None whenever
    ``withheld`` says why; ``percents`` is None from 5 to 9 valid answers too. ``texts`` holds approved
    texts only, in an order that says nothing of when they came.
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
    texts: Sequence[str] = ()
    _seal: InitVar[object] = None
    """Not kept in the value, so that ``dataclasses.replace`` cannot pass it on to an altered one."""

    def __post_init__(self, _seal: object) -> None:
        if _seal is not _SEAL:
            raise TypeError("only the disclosure gate makes a Disclosed")

    def as_record(self) -> dict[str, Any]:
        """The value as plain data, for the record of releases and for the API."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def disclose_open(round_id: str, answered: int, connected: int) -> Disclosed:
    """What anybody may know of a round that is still open."""
    return Disclosed(round_id, answered, connected, withheld="open", _seal=_SEAL)


def disclose(
    tally: Tally,
    *,
    status: RoundStatus,
    sensitive: bool,
    multiple: bool,
    texts: Sequence[str] = (),
) -> Disclosed:
    """Let through what may be shown of a tally; ``texts`` are those already approved."""
    if status == "open":
        return disclose_open(tally.round, tally.answered, tally.connected)
    enough = tally.valid >= (N_TOTAL_SENSITIVE if sensitive else N_TOTAL)
    return _closed(
        tally,
        dict(tally.counts) if enough else None,
        _percents(tally, multiple) if enough and tally.valid >= N_PERCENT else None,
        tuple(sorted(texts, key=str.casefold)) if enough else (),
    )


def disclose_picture(tally: Tally, picture: Picture | None, *, status: RoundStatus) -> Disclosed:
    """Let through the released picture of a composition question; the API hears of it after the close.

    Categories that are hidden are left out of ``counts``.
    """
    if status == "open":
        return disclose_open(tally.round, tally.answered, tally.connected)
    shown = {name: count for name, count in picture.shown.items() if count is not None} if picture else None
    return _closed(tally, shown or None, picture.percents if picture and shown else None)


def _closed(
    tally: Tally,
    counts: Mapping[str, int] | None,
    percents: Mapping[str, int] | None,
    texts: Sequence[str] = (),
) -> Disclosed:
    """The value for a closed round; without counts there were too few."""
    return Disclosed(
        round=tally.round,
        answered=tally.answered,
        connected=tally.connected,
        valid=tally.valid,
        abstained=tally.abstained,
        dont_know=tally.dont_know,
        withheld="too_few" if counts is None else None,
        counts=counts,
        percents=percents,
        texts=texts,
        _seal=_SEAL,
    )


def _percents(tally: Tally, multiple: bool) -> dict[str, int]:
    if multiple:
        return percents_of_each(tally.counts, tally.valid)
    return percents_to_100(tally.counts)
