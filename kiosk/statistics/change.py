"""Before and after, of the same people: tests and intervals for linked answers.

Tables are before × after, the same categories in the same order both ways. Every difference is before minus
after, so what grew is below 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, inf, sqrt

from kiosk.statistics.checks import Counts, NotComputable, Table, counts_of, square_of, two_by_two_of
from kiosk.statistics.distributions import chi_square_p, normal_p, t_p
from kiosk.statistics.proportions import Interval, RandomSample, square_and_add

HALVINGS = 60
"""Enough to halve the span from −1 to 1 down to what a float can tell apart."""


@dataclass(frozen=True)
class BinaryChange:
    """Yes/no before and after: ``left`` went from yes to no, ``came`` from no to yes.

    ``difference`` is the share of yes before minus that after. ``mid_p`` is the p to show. Beside it stand
    McNemar's z, plain and with continuity correction, and the exact conditional p.
    """

    pairs: int
    left: int
    came: int
    difference: float
    z: float
    p: float
    z_corrected: float
    p_corrected: float
    exact_p: float
    mid_p: float


@dataclass(frozen=True)
class CategoryChange:
    """Whether the shares of the categories moved, and whether the moves between them were lopsided.

    ``df`` belongs to Stuart–Maxwell and Bhapkar, which test the shares. Bowker tests the moves. Bhapkar's
    statistic is infinite when everybody moved the same way.
    """

    stuart_maxwell: float
    df: int
    p: float
    bhapkar: float
    bhapkar_p: float
    bowker: float
    bowker_df: int
    bowker_p: float


@dataclass(frozen=True)
class RepeatedChange:
    """Cochran's Q over several rounds of one yes/no question, with p from chi-square of ``df``."""

    q: float
    df: int
    p: float


@dataclass(frozen=True)
class ScoreChange:
    """The mean score before minus that after, in steps of the scale, and its standard error."""

    difference: float
    se: float


@dataclass(frozen=True)
class PairedT:
    """The mean of before minus after with Student's t, ``df`` and two-sided p."""

    difference: float
    t: float
    df: int
    p: float


def mcnemar(table: Table) -> BinaryChange:
    """The change between two yes/no answers; ``table`` is [[yes·yes, yes·no], [no·yes, no·no]].

    z = (b−c)/√(b+c) (McNemar 1947); corrected (|b−c|−1)/√(b+c), not below 0 (Edwards 1948). Exact p
    = 2·P(X ≤ min(b, c)), at most 1, with X binomial over b+c and ½; mid-P takes P(X = min(b, c)) from it
    (Fagerland, Lydersen & Laake 2013). When nobody changed every p is 1.

    ValueError unless 2 × 2; NotComputable without pairs.
    """
    _, left, came, _ = two_by_two_of(table)
    pairs = sum(map(sum, square_of(table)))
    changed, fewer = left + came, min(left, came)
    z = (left - came) / sqrt(changed) if changed else 0.0
    z_corrected = max(0, abs(left - came) - 1) / sqrt(changed) if changed else 0.0
    ways = sum(comb(changed, i) for i in range(fewer + 1))
    every = 2**changed
    return BinaryChange(
        pairs=pairs,
        left=left,
        came=came,
        difference=(left - came) / pairs,
        z=z,
        p=normal_p(z),
        z_corrected=z_corrected,
        p_corrected=normal_p(z_corrected),
        exact_p=min(1.0, 2 * ways / every),
        mid_p=(2 * ways - comb(changed, fewer)) / every,
    )


def wald(table: Table, sample: RandomSample) -> Interval:
    """(b−c)/n ± z·√(b + c − (b−c)²/n)/n; too short for few pairs. Table and errors as for ``mcnemar``."""
    _, b, c, _, n = _pairs_of(table)
    difference = (b - c) / n
    return _within(difference, sqrt(b + c - (b - c) ** 2 / n) / n, sample)


def bonett_price(table: Table, sample: RandomSample) -> Interval:
    """The adjusted Wald interval: half a pair added to each cell (Bonett & Price 2012).

    p̃₁₂ = (b+1)/(n+2), p̃₂₁ = (c+1)/(n+2), se = √((p̃₁₂ + p̃₂₁ − (p̃₁₂−p̃₂₁)²)/(n+2)). The estimate is
    p̃₁₂ − p̃₂₁. Table and errors as for ``mcnemar``.
    """
    _, b, c, _, n = _pairs_of(table)
    left, came = (b + 1) / (n + 2), (c + 1) / (n + 2)
    return _within(left - came, sqrt((left + came - (left - came) ** 2) / (n + 2)), sample)


def newcombe_paired(table: Table, sample: RandomSample) -> Interval:
    """The difference of paired shares, from their Wilson bounds and their correlation.

    Newcombe 1998, Statistics in Medicine 17:2635, method 10: above 0 the correlation's numerator ad − bc is
    lessened by n/2, but not below 0.
    Table and errors as for ``mcnemar``.
    """
    a, b, c, d, n = _pairs_of(table)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    product = a * d - b * c
    numerator = max(product - n / 2, 0) if product > 0 else product
    phi = numerator / sqrt(margins) if margins else 0.0
    return square_and_add((a + b) / n, n, (a + c) / n, n, sample.z, phi)


def tango(table: Table, sample: RandomSample) -> Interval:
    """The score interval: all differences that a score test at the level would not reject (Tango 1998).

    Table and errors as for ``mcnemar``.
    """
    _, b, c, _, n = _pairs_of(table)
    difference, z = (b - c) / n, sample.z
    return Interval(
        difference,
        -1.0 if c == n else _crossing(-1.0, difference, lambda delta: _score(b, c, n, delta) > z),
        1.0 if b == n else _crossing(difference, 1.0, lambda delta: _score(b, c, n, delta) > -z),
    )


def category_change(table: Table) -> CategoryChange:
    """The change between two answers of several categories; ``table`` is before × after, all whole counts.

    Stuart–Maxwell: X² = dᵀV⁻¹d, d_i = row_i − column_i, V_ii = row_i + column_i − 2n_ii,
    V_ij = −(n_ij + n_ji), on k − 1 df (Stuart 1955; Maxwell 1970), fewer when categories exchange nobody with
    the others. Bhapkar: X²/(1 − X²/n) (Bhapkar 1966). Bowker: Σ(n_ij − n_ji)²/(n_ij + n_ji) on k(k−1)/2 df
    even where pairs are empty (Bowker 1948). When nobody moved df is 0 and every p is 1.

    ValueError unless square with two categories or more; NotComputable without pairs.
    """
    rows = square_of(table)
    k, n = len(rows), sum(map(sum, rows))
    if k < 2:
        raise ValueError("a change needs two categories")
    stuart, df = _marginal_distance(rows)
    lopsided = [(rows[i][j], rows[j][i]) for i in range(k) for j in range(i)]
    bowker = sum((one - other) ** 2 / (one + other) for one, other in lopsided if one + other)
    bhapkar = float(stuart / (1 - stuart / n)) if stuart < n else inf
    return CategoryChange(
        stuart_maxwell=float(stuart),
        df=df,
        p=chi_square_p(float(stuart), df) if df else 1.0,
        bhapkar=bhapkar,
        bhapkar_p=chi_square_p(bhapkar, df) if df else 1.0,
        bowker=bowker,
        bowker_df=k * (k - 1) // 2,
        bowker_p=chi_square_p(bowker, k * (k - 1) // 2),
    )


def cochran_q(patterns: Mapping[tuple[bool, ...], int]) -> RepeatedChange:
    """Whether the share of yes moved over k rounds: how many people gave each pattern of k answers.

    Q = (k−1)(kΣG² − (ΣG)²)/(kΣL − ΣL²), G the yes of a round, L those of a person, k − 1 df (Cochran 1950).
    ValueError when patterns differ in length or have fewer than two answers; NotComputable when nobody
    changed.
    """
    people = counts_of(patterns.values())
    lengths = {len(pattern) for pattern in patterns}
    if len(lengths) != 1 or min(lengths) < 2:
        raise ValueError("every person has one answer in each of two or more rounds")
    k = lengths.pop()
    by_person = [(sum(pattern), count) for pattern, count in zip(patterns, people, strict=True)]
    by_round = [
        sum(count for pattern, count in zip(patterns, people, strict=True) if pattern[place])
        for place in range(k)
    ]
    within = sum(count * (k * yes - yes * yes) for yes, count in by_person)
    if within == 0:
        raise NotComputable("nobody changed between the rounds")
    q = (k - 1) * (k * sum(yes * yes for yes in by_round) - sum(by_round) ** 2) / within
    return RepeatedChange(q, k - 1, chi_square_p(q, k - 1))


def score_change(table: Table, scores: Sequence[float] | None = None) -> ScoreChange:
    """The mean of the paired differences of a scale; ``scores`` one per step, 1, 2, … unless given.

    Their variance is divided by n, not n−1 (Fagerland, Lydersen & Laake 2017, chapter 9).
    ValueError unless square with a score for each step; NotComputable without pairs.
    """
    rows = square_of(table)
    steps = range(1, len(rows) + 1) if scores is None else scores
    if len(steps) != len(rows):
        raise ValueError("each step of the scale needs one score")
    moves = [
        (before - after, count)
        for before, row in zip(steps, rows, strict=True)
        for after, count in zip(steps, row, strict=True)
    ]
    n = sum(count for _, count in moves)
    difference = sum(move * count for move, count in moves) / n
    variance = sum((move - difference) ** 2 * count for move, count in moves) / n
    return ScoreChange(difference, sqrt(variance / n))


def score_change_interval(
    table: Table, sample: RandomSample, scores: Sequence[float] | None = None
) -> Interval:
    """``score_change`` ± z standard errors. Arguments and errors as there."""
    change = score_change(table, scores)
    half = sample.z * change.se
    return Interval(change.difference, change.difference - half, change.difference + half, change.se)


def paired_t(before: Sequence[float], after: Sequence[float]) -> PairedT:
    """Student's t of before minus after, for measurements on an even scale, n − 1 df (Student 1908).

    One value per person in both, in the same order, of one unit.
    ValueError when the lengths differ or fewer than two people are in them; NotComputable when all moved
    alike.
    """
    if len(before) != len(after) or len(before) < 2:
        raise ValueError("two people or more, each measured before and after")
    moves = [one - other for one, other in zip(before, after, strict=True)]
    n = len(moves)
    difference = sum(moves) / n
    squares = sum((move - difference) ** 2 for move in moves)
    if squares <= 0:
        raise NotComputable("everybody moved by the same")
    t = difference / sqrt(squares / (n - 1) / n)
    return PairedT(difference, t, n - 1, t_p(t, n - 1))


def _pairs_of(table: Table) -> tuple[int, int, int, int, int]:
    """The cells a, b, c, d and their sum, which is above 0."""
    a, b, c, d = two_by_two_of(table)
    return a, b, c, d, sum(map(sum, square_of(table)))


def _within(difference: float, se: float, sample: RandomSample) -> Interval:
    half = sample.z * se
    return Interval(difference, max(-1.0, difference - half), min(1.0, difference + half), se)


def _score(b: int, c: int, n: int, delta: float) -> float:
    """Tango's score of a supposed difference: it falls as the difference grows, and is 0 at (b−c)/n."""
    linear = (2 * n - b + c) * delta - b - c
    root = sqrt(max(0.0, linear * linear + 8 * n * c * delta * (1 - delta)))
    came = (root - linear) / (4 * n)
    variance = n * (2 * came + delta * (1 - delta))
    distance = b - c - n * delta
    if variance <= 0:
        return inf if distance > 0 else -inf
    return distance / sqrt(variance)


def _crossing(low: float, high: float, above: Callable[[float], bool]) -> float:
    """Where ``above`` turns from true to false between two values."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if above(middle) else (low, middle)
    return (low + high) / 2


def _marginal_distance(rows: tuple[Counts, ...]) -> tuple[Fraction, int]:
    """dᵀV⁺d and the rank of V, in exact fractions.

    V is solved by elimination, category by category; one that exchanges nobody with those left takes no part.
    """
    k = len(rows)
    columns = [sum(column) for column in zip(*rows, strict=True)]
    d = [Fraction(sum(rows[i]) - columns[i]) for i in range(k)]
    v = [[Fraction(-(rows[i][j] + rows[j][i])) for j in range(k)] for i in range(k)]
    for i in range(k):
        v[i][i] = Fraction(sum(rows[i]) + columns[i] - 2 * rows[i][i])
    distance, rank = Fraction(0), 0
    for i in range(k):
        if v[i][i] == 0:
            continue
        distance += d[i] * d[i] / v[i][i]
        rank += 1
        for j in range(i + 1, k):
            factor = v[j][i] / v[i][i]
            d[j] -= factor * d[i]
            v[j] = [one - factor * other for one, other in zip(v[j], v[i], strict=True)]
    return distance, rank
