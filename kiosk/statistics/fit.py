"""How the room compares with a reference population: ratios, goodness of fit, dissimilarity.

The reference is taken as known. The bands and p values say how far random attendance would wander; they
are no sampling errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb, inf, log, sqrt
from typing import TYPE_CHECKING

from kiosk.statistics.checks import Counts, NotComputable, counts_of, part_of
from kiosk.statistics.distributions import chi_square_p, z_of
from kiosk.statistics.proportions import wilson_bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNDER_BELOW = 0.8
OVER_ABOVE = 1.25
EXPECTED_MIN = 5
"""The chi-square distribution stands in for the exact one when every category is expected this often."""
COUNTED_UP_TO = 200_000
"""Up to so many possible rooms all of them are counted; beyond, rooms are drawn by lot, which is quicker."""
MOST_OUTCOMES = 2_000_000
"""More possible rooms than this are never counted."""
DRAWS = 9_999
ROUNDING = 0.02
"""How far published shares may be from adding to 1."""
SAME = 1e-9
"""Statistics that differ by less, in relation to their size, are the same number."""


class Flag(StrEnum):
    """What may be said of one group's part of the room."""

    UNDER = "under"
    OVER = "over"
    NEITHER = "in line or too few"


@dataclass(frozen=True)
class Representation:
    """A group's share of the room against its share of the population.

    ``ratio`` is 1 when they are equal and 0.5 when the room has half as many; ``band_low`` and
    ``band_high`` are in its unit.
    """

    share: float
    reference_share: float
    ratio: float
    band_low: float
    band_high: float
    flag: Flag


@dataclass(frozen=True)
class PearsonFit:
    """Pearson's and the likelihood ratio's statistic against a reference, with p from chi-square of ``df``.

    ``smallest_expected`` is the least n·q; below 5 the two p values are not to be trusted.
    """

    chi_square: float
    p: float
    likelihood_ratio: float
    likelihood_ratio_p: float
    df: int
    smallest_expected: float

    @property
    def few_expected(self) -> bool:
        """Whether so few are expected in a category that the p values are not to be trusted."""
        return self.smallest_expected < EXPECTED_MIN


@dataclass(frozen=True)
class ExactFit:
    """p over every room of this size that could be drawn, ordered by Pearson's statistic; and mid-P."""

    p: float
    mid_p: float
    outcomes: int


@dataclass(frozen=True)
class DrawnFit:
    """p and mid-P over rooms drawn by lot from the reference, repeatable with the same seed."""

    p: float
    mid_p: float
    draws: int
    seed: int


@dataclass(frozen=True)
class Fit:
    """How well the room fits the reference, by whichever method its size allows, with its effect size.

    ``test`` tells the method. ``dissimilarity`` always stands beside p, and ``chance_dissimilarity`` beside
    that.
    """

    n: int
    pearson: PearsonFit
    test: PearsonFit | ExactFit | DrawnFit
    dissimilarity: float
    chance_dissimilarity: float

    @property
    def p(self) -> float:
        """The p to show: chi-square's, or mid-P where it was counted exactly or drawn."""
        return self.test.p if isinstance(self.test, PearsonFit) else self.test.mid_p


def representation(count: int, n: int, reference_share: float, *, conf: float = 0.95) -> Representation:
    """The representation ratio r = (count/n)/q with its chance band: Wilson's bounds of count/n, over q.

    ``n`` are those who answered the composition question, q the ``reference_share`` between 0 and 1.
    Under: r < 0.8 and the band lies below 1. Over: r > 1.25 and the band lies above 1.
    The ratio is that of Pearson's residual plots; band and limits are the product's own.

    ValueError unless 0 ≤ count ≤ n, n > 0, q ≤ 1; NotComputable when q is 0, for then there is no ratio.
    """
    part, base = part_of(count, n)
    if not 0 <= reference_share <= 1:
        raise ValueError("a share of the population lies between 0 and 1")
    if reference_share == 0:
        raise NotComputable("nobody in the population belongs to this category")
    share = part / base
    low, high = (bound / reference_share for bound in wilson_bounds(share, base, z_of(conf)))
    ratio = share / reference_share
    return Representation(share, reference_share, ratio, low, high, _flag(ratio, low, high))


def fit(counts: Sequence[int], reference: Sequence[float], *, seed: int) -> Fit:
    """Compare the room with the reference, by the method that its size allows.

    ``counts`` are the room's, ``reference`` the population's counts or shares in the same order; they are
    divided by their sum. Chi-square when every category is expected 5 times or more; otherwise every
    possible room is counted, or 9,999 are drawn with ``seed`` when there are too many.

    ValueError when the lengths differ, an entry is negative or nobody answered; NotComputable when fewer than
    two categories are in the population, or somebody is in a category that is not.
    """
    observed, shares = _room_and_shares(counts, reference)
    n = sum(observed)
    pearson = pearson_fit(observed, shares)
    test: PearsonFit | ExactFit | DrawnFit = pearson
    if pearson.few_expected:
        countable = _outcomes(n, len(observed)) <= COUNTED_UP_TO
        test = exact_fit(observed, shares) if countable else drawn_fit(observed, shares, seed=seed)
    return Fit(
        n,
        pearson,
        test,
        dissimilarity([count / n for count in observed], shares),
        chance_dissimilarity(shares, n),
    )


def pearson_fit(counts: Sequence[int], reference: Sequence[float]) -> PearsonFit:
    """X² = Σ(o − nq)²/(nq) (Pearson 1900) and G² = 2Σ o·ln(o/nq) (Wilks 1938), k − 1 degrees of freedom.

    Arguments and errors as for ``fit``. Categories that the population lacks do not count in k.
    """
    observed, shares = _room_and_shares(counts, reference)
    expected = [sum(observed) * share for share in shares]
    pairs = list(zip(observed, expected, strict=True))
    chi_square = sum((o - e) ** 2 / e for o, e in pairs)
    likelihood_ratio = max(0.0, 2 * sum(o * log(o / e) for o, e in pairs if o))
    df = len(observed) - 1
    return PearsonFit(
        chi_square,
        chi_square_p(chi_square, df),
        likelihood_ratio,
        chi_square_p(likelihood_ratio, df),
        df,
        min(expected),
    )


def exact_fit(counts: Sequence[int], reference: Sequence[float]) -> ExactFit:
    """The multinomial probability of all rooms whose Pearson statistic is the observed one or more.

    mid-P counts those with exactly the observed statistic by half (Fagerland, Lydersen & Laake 2017,
    chapter 3). Arguments and errors as for ``fit``; NotComputable too when more than two million rooms are
    possible.
    """
    observed, shares = _room_and_shares(counts, reference)
    n, k = sum(observed), len(observed)
    outcomes = _outcomes(n, k)
    if outcomes > MOST_OUTCOMES:
        raise NotComputable(f"{outcomes} possible rooms are too many to count")
    statistics, chances = _every_room(n, shares)
    more, same = _beyond(statistics, _sum_of_squares(observed, shares))
    tied = float(chances[same].sum())
    beyond = float(chances[more].sum())
    return ExactFit(min(1.0, beyond + tied), min(1.0, beyond + tied / 2), outcomes)


def drawn_fit(
    counts: Sequence[int], reference: Sequence[float], *, seed: int, draws: int = DRAWS
) -> DrawnFit:
    """``exact_fit`` from rooms drawn by lot: p = (1 + #{X²* ≥ X²}) / (draws + 1) (Davison & Hinkley 1997).

    ``seed`` is 0 or more and repeats the draw. Arguments and errors as for ``fit``.
    """
    import numpy as np

    observed, shares = _room_and_shares(counts, reference)
    if draws < 1:
        raise ValueError("at least one room must be drawn")
    rooms = np.random.default_rng(seed).multinomial(sum(observed), shares, size=draws)
    statistics = (rooms.astype(float) ** 2 / np.array(shares)).sum(axis=1)
    more, same = _beyond(statistics, _sum_of_squares(observed, shares))
    beyond, tied = int(more.sum()), int(same.sum())
    return DrawnFit((1 + beyond + tied) / (draws + 1), (0.5 + beyond + tied / 2) / (draws + 1), draws, seed)


def dissimilarity(shares: Sequence[float], reference_shares: Sequence[float]) -> float:
    """D = ½ Σ|p − q|: the share of the room that would have to be exchanged (Taeuber & Taeuber 1965).

    Shares between 0 and 1, in the same order, used as they are given. 0 is the same make-up, 1 nothing in
    common. ValueError when the lengths differ, a share is negative, or they do not add to 1 but for rounding.
    """
    if len(shares) != len(reference_shares):
        raise ValueError("the room and the population have different categories")
    for parts in (shares, reference_shares):
        if min(parts, default=-1) < 0 or abs(sum(parts) - 1) > ROUNDING:
            raise ValueError("shares are not negative and add to 1")
    return sum(abs(p - q) for p, q in zip(shares, reference_shares, strict=True)) / 2


def chance_dissimilarity(reference_shares: Sequence[float], n: int) -> float:
    """About the D that a room of ``n`` drawn by lot would have: 0.4 · Σ√(q(1−q)) / √n.

    0.4 is ½·√(2/π), from the mean distance of a normal value (Winship 1977). ValueError when n < 1.
    """
    if n < 1:
        raise ValueError("nobody is in the room")
    return 0.4 * sum(sqrt(q * (1 - q)) for q in reference_shares) / sqrt(n)


def _flag(ratio: float, low: float, high: float) -> Flag:
    if ratio < UNDER_BELOW and high < 1:
        return Flag.UNDER
    if ratio > OVER_ABOVE and low > 1:
        return Flag.OVER
    return Flag.NEITHER


def _room_and_shares(counts: Sequence[int], reference: Sequence[float]) -> tuple[Counts, tuple[float, ...]]:
    """The room's counts and the population's shares, which add to 1, of what the population has."""
    observed = counts_of(counts)
    if len(observed) != len(reference):
        raise ValueError("the room and the population have different categories")
    total = sum(reference)
    if min(reference) < 0 or not 0 < total < inf:
        raise ValueError("the population's counts are not negative, and not all of them are 0")
    if sum(observed) == 0:
        raise ValueError("nobody answered")
    if any(count and not part for count, part in zip(observed, reference, strict=True)):
        raise NotComputable("somebody is in a category that the population lacks")
    known = [(count, part / total) for count, part in zip(observed, reference, strict=True) if part]
    if len(known) < 2:
        raise NotComputable("a comparison needs two categories")
    return tuple(count for count, _ in known), tuple(share for _, share in known)


def _outcomes(n: int, k: int) -> int:
    """In how many ways n people can fall into k categories."""
    return comb(n + k - 1, k - 1)


def _sum_of_squares(counts: Counts, shares: tuple[float, ...]) -> float:
    """Σ o²/q, which orders rooms of one size as Pearson's statistic does: X² = Σ o²/q / n − n."""
    return sum(count * count / share for count, share in zip(counts, shares, strict=True))


def _beyond(statistics: NDArray[np.float64], observed: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a statistic is more than the observed one, and where it is the same but for rounding."""
    slack = SAME * observed
    more = statistics > observed + slack
    return more, (statistics >= observed - slack) & ~more


def _every_room(n: int, shares: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Σ o²/q and the multinomial probability of every room of n people, category by category."""
    import numpy as np

    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    left = np.array([n])
    squares = np.zeros(1)
    logs = np.array([log_factorial[n]])
    for share in shares[:-1]:
        here, parent = _up_to_each(left)
        left = left[parent] - here
        squares = squares[parent] + here.astype(float) ** 2 / share
        logs = logs[parent] + here * log(share) - log_factorial[here]
    squares = squares + left.astype(float) ** 2 / shares[-1]
    logs = logs + left * log(shares[-1]) - log_factorial[left]
    return squares, np.exp(logs)


def _up_to_each(left: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """0 … m for every m in ``left``, one after the other, and the place in ``left`` that each comes from."""
    import numpy as np

    parent = np.repeat(np.arange(len(left)), left + 1)
    starts = np.cumsum(left + 1) - (left + 1)
    return np.arange(len(parent)) - starts[parent], parent
