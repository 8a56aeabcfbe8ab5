"""The result of a whole round: nothing while it is open, nothing for too few, else its counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.meeting.rounds import RoundStatus
from kiosk.meeting.tally import Tally
from kiosk.statistics.composition import Picture
from kiosk.statistics.disclosure.values import SEAL, Bound, Disclosed
from kiosk.statistics.shares import percents_of_each, percents_to_100
from kiosk.statistics.thresholds import DEFAULTS, Thresholds


def disclose_open(round_id: str, answered: int, connected: int) -> Disclosed:
    """What anybody may know of a round that is still open."""
    return Disclosed(round=round_id, answered=answered, connected=connected, withheld="open", _seal=SEAL)


def disclose(
    tally: Tally,
    *,
    status: RoundStatus,
    sensitive: bool,
    multiple: bool,
    texts: Sequence[str] = (),
    thresholds: Thresholds = DEFAULTS,
) -> Disclosed:
    """Let through what may be shown of a tally; ``texts`` are those already approved."""
    if status == "open":
        return disclose_open(tally.round, tally.answered, tally.connected)
    if tally.valid < thresholds.least_total(sensitive=sensitive):
        return _closed(tally)
    shown = tuple(sorted(texts, key=str.casefold))
    percents = _percents(tally, multiple) if tally.valid >= thresholds.percent else None
    bounds = _bounds(tally) if sensitive and is_unanimous(tally.counts, tally.valid) else None
    return _closed(tally, counts=dict(tally.counts), percents=percents, bounds=bounds, texts=shown)


def disclose_picture(tally: Tally, picture: Picture | None, *, status: RoundStatus) -> Disclosed:
    """Let through the released picture of a composition question; the API hears of it after the close.

    Categories that are hidden are left out of ``counts``; how many declined is not told beside them. The
    picture may be older than the last answers, and rest on fewer.
    """
    if status == "open":
        return disclose_open(tally.round, tally.answered, tally.connected)
    shown = picture.of_options if picture else None
    return Disclosed(
        round=tally.round,
        answered=tally.answered,
        connected=tally.connected,
        valid=picture.base if picture and shown and not picture.hidden else None,
        as_of=picture.answered if picture and shown else None,
        withheld=None if shown else "too_few",
        counts=shown or None,
        percents=picture.percents if picture and shown else None,
        _seal=SEAL,
    )


def is_unanimous(counts: Mapping[str, int], base: int) -> bool:
    """Whether everybody answered alike: each option was given by all or by none of ``base`` people."""
    return base > 0 and len(counts) > 0 and all(count in (0, base) for count in counts.values())


def _closed(
    tally: Tally,
    *,
    counts: Mapping[str, int] | None = None,
    percents: Mapping[str, int] | None = None,
    bounds: Mapping[str, Bound] | None = None,
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
        bounds=bounds,
        texts=texts,
        _seal=SEAL,
    )


def _bounds(tally: Tally) -> dict[str, Bound]:
    return {name: "at_least_90" if count else "at_most_10" for name, count in tally.counts.items()}


def _percents(tally: Tally, multiple: bool) -> dict[str, int]:
    if multiple:
        return percents_of_each(tally.counts, tally.valid)
    return percents_to_100(tally.counts)
