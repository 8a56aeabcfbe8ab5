"""Answers by group: whether groups of those present differ, by how much, and in which cells.

Tables are groups × answers, in whole people. Rows and columns that nobody is in are left out of every test.
The tests compare with what mixing the groups at random among those present would give; they say nothing of
anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb, fsum, sqrt
from typing import TYPE_CHECKING, Literal

from kiosk.statistics.checks import Counts, NotComputable, Table, table_of, two_by_two_of
from kiosk.statistics.distributions import chi_square_p, normal_p

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Shuffled = NDArray[np.int64]
    """Tables with the margins of one table: shuffle × group × answer."""

Statistic = Literal["pearson", "kruskal_wallis", "linear_by_linear"]

SHUFFLES = 9_999
SAME = 1e-9
"""Statistics that differ by less, in relation to their size or to 1, are the same number."""


@dataclass(frozen=True)
class Independence:
    """Pearson's X² of a table, its p and effect size, and how far each cell is off.

    ``residuals`` has the table's shape; beyond ±3 a cell stands out, to be read only after the overall test.
    Cells of a row or column that nobody is in, or everybody, have 0.
    """

    chi_square: float
    df: int
    p: float
    cramers_v: float
    residuals: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class TwoByTwo:
    """Fisher's exact p, and Pearson's statistic with its p without and with Yates's correction."""

    fisher_p: float
    pearson: float
    pearson_p: float
    yates: float
    yates_p: float


@dataclass(frozen=True)
class RankTest:
    """Kruskal and Wallis's H with p from chi-square of ``df``."""

    h: float
    df: int
    p: float


@dataclass(frozen=True)
class Trend:
    """How groups and answers rise together: z above 0 when both do, and its two-sided p."""

    z: float
    p: float


@dataclass(frozen=True)
class PermutationTest:
    """p among those present: how often mixing the groups at random differs as much, or more.

    ``observed`` is the statistic's value for the table: X², H, or z² of the trend.
    """

    statistic: Statistic
    observed: float
    p: float
    shuffles: int
    seed: int


@dataclass(frozen=True)
class GroupDifference:
    """A difference between groups: the p to show and the effect size beside it.

    ``test`` is Fisher's exact test for 2 × 2 people, else the permutation test.
    """

    test: TwoByTwo | PermutationTest
    cramers_v: float

    @property
    def p(self) -> float:
        return self.test.fisher_p if isinstance(self.test, TwoByTwo) else self.test.p


def compare_groups(
    table: Table, *, seed: int, ordered_answers: bool = False, ordered_groups: bool = False
) -> GroupDifference:
    """Test a difference between groups: Fisher's exact test for 2 × 2, else a permutation test.

    ``ordered_answers`` when the answers are a scale, ``ordered_groups`` when the groups are too, as age
    bands are. Arguments and errors otherwise as for ``permutation_test``.
    """
    lived_in = _lived_in(table)
    effect = independence(lived_in).cramers_v
    if len(lived_in) == 2 and len(lived_in[0]) == 2:
        return GroupDifference(two_by_two(lived_in), effect)
    shuffled = permutation_test(
        table, seed=seed, ordered_answers=ordered_answers, ordered_groups=ordered_groups
    )
    return GroupDifference(shuffled, effect)


def permutation_test(
    table: Table,
    *,
    seed: int,
    ordered_answers: bool = False,
    ordered_groups: bool = False,
    shuffles: int = SHUFFLES,
) -> PermutationTest:
    """Mix the group labels of those present: p = (1 + #{T* ≥ T}) / (shuffles + 1) (Davison & Hinkley 1997).

    T is Pearson's X²; for ordered answers Kruskal and Wallis's H, or the squared linear-by-linear trend when
    the groups are ordered too. The tables that mixing gives are drawn cell by cell from their own
    distribution, the hypergeometric, which is the same as mixing people and much faster. ``seed`` is 0 or
    more; the same one gives the same p.

    ValueError for a table that is none; NotComputable when fewer than two groups or two answers are in use.
    """
    import numpy as np

    if shuffles < 1:
        raise ValueError("at least one shuffle is needed")
    _lived_in(table)
    people = np.array(table_of(table), dtype=np.int64)
    statistic = _statistic_for(ordered_answers, ordered_groups)
    mixed = _mixed(people, shuffles, np.random.default_rng(seed))
    measured = _measured(statistic, np.concatenate([people[np.newaxis], mixed]))
    observed = float(measured[0])
    as_much = int(np.count_nonzero(measured[1:] >= observed - SAME * (1 + observed)))
    return PermutationTest(statistic, observed, (1 + as_much) / (shuffles + 1), shuffles, seed)


def independence(table: Table) -> Independence:
    """Pearson's X² of independence, (r−1)(c−1) degrees of freedom, and adjusted residuals.

    A residual is (o − e)/√(e(1 − row/n)(1 − column/n)) (Pearson 1900; Haberman 1973).
    ValueError for a table that is none; NotComputable when fewer than two rows or two columns are in use.
    """
    rows = table_of(table)
    lived_in = _lived_in(rows)
    chi_square = _pearson(lived_in)
    df = (len(lived_in) - 1) * (len(lived_in[0]) - 1)
    effect = cramers_v(chi_square, sum(map(sum, lived_in)), len(lived_in), len(lived_in[0]))
    return Independence(chi_square, df, chi_square_p(chi_square, df), effect, _residuals(rows))


def cramers_v(chi_square: float, n: int, rows: int, columns: int) -> float:
    """V = √(X²/(n·min(r−1, c−1))): 0 is no association, 1 the closest there can be (Cramér 1946).

    ValueError when X² is negative, n is 0 or there are fewer than two rows or columns.
    """
    if chi_square < 0 or n < 1 or min(rows, columns) < 2:
        raise ValueError("Cramér's V needs people in at least two rows and two columns")
    return sqrt(chi_square / (n * min(rows - 1, columns - 1)))


def two_by_two(table: Table) -> TwoByTwo:
    """The tests of a 2 × 2 table.

    Fisher's p is the sum of the probabilities of all tables with these margins that are no more probable than
    this one, compared as whole numbers (Fisher 1935). Yates's correction takes ½ from each |o − e|, but
    never more than there is (Yates 1934).
    ValueError unless 2 × 2; NotComputable when a row or column is empty.
    """
    a, b, c, d = two_by_two_of(table)
    upper, lower, left, right = a + b, c + d, a + c, b + d
    if not upper * lower * left * right:
        raise NotComputable("a row or a column of the table is empty")
    n, distance = upper + lower, abs(a * d - b * c)
    scale = n / (upper * lower * left * right)
    pearson, yates = distance**2 * scale, max(0.0, distance - n / 2) ** 2 * scale
    return TwoByTwo(
        _fisher_p(a, upper, lower, left), pearson, chi_square_p(pearson, 1), yates, chi_square_p(yates, 1)
    )


def kruskal_wallis(table: Table) -> RankTest:
    """H of groups (rows) over ordered answers (columns), with midranks and the correction for ties.

    H = [12/(N(N+1)) Σ R²/n − 3(N+1)] / [1 − Σ(t³−t)/(N³−N)] (Kruskal & Wallis 1952), groups − 1 df.
    ValueError for a table that is none; NotComputable when fewer than two groups or two answers are in use.
    """
    lived_in = _lived_in(table)
    ties = [sum(column) for column in zip(*lived_in, strict=True)]
    n = sum(ties)
    ranks = _midranks(ties)
    squares = sum(
        sum(count * rank for count, rank in zip(row, ranks, strict=True)) ** 2 / sum(row) for row in lived_in
    )
    untied = 12 / (n * (n + 1)) * squares - 3 * (n + 1)
    h = max(0.0, untied / (1 - sum(t**3 - t for t in ties) / (n**3 - n)))
    df = len(lived_in) - 1
    return RankTest(h, df, chi_square_p(h, df))


def linear_by_linear(
    table: Table,
    row_scores: Sequence[float] | None = None,
    column_scores: Sequence[float] | None = None,
) -> Trend:
    """z = √(n−1) · r, r the correlation of row and column scores (Mantel 1963; Agresti 2002, 3.4).

    Scores are one per row and column, whole numbers in order unless given.
    ValueError for a table that is none or scores that do not fit it; NotComputable when all who are in it
    have one row score or one column score.
    """
    rows = table_of(table)
    across = _scores(row_scores, len(rows))
    down = _scores(column_scores, len(rows[0]))
    cells = [
        (r, s, count) for r, row in zip(across, rows, strict=True) for s, count in zip(down, row, strict=True)
    ]
    n = sum(count for _, _, count in cells)
    if n == 0:
        raise NotComputable("nobody is in the table")
    mean_row = sum(r * count for r, _, count in cells) / n
    mean_column = sum(s * count for _, s, count in cells) / n
    row_spread = sum((r - mean_row) ** 2 * count for r, _, count in cells)
    column_spread = sum((s - mean_column) ** 2 * count for _, s, count in cells)
    if not row_spread or not column_spread:
        raise NotComputable("a trend needs two groups and two answers that somebody is in")
    together = sum((r - mean_row) * (s - mean_column) * count for r, s, count in cells)
    z = sqrt(n - 1) * together / sqrt(row_spread * column_spread)
    return Trend(z, normal_p(z))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p in the order given: max over j ≤ i of (m−j+1)·p_j, at most 1 (Holm 1979).

    The risk of one false difference or more among all m stays at the level. ValueError when a p is not
    between 0 and 1.
    """
    rising = _rising(p_values)
    m = len(rising)
    adjusted = accumulate(((m - place) * p_values[i] for place, i in enumerate(rising)), max)
    return _in_order_given(rising, adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p in the order given: min over j ≥ i of m·p_j/j, at most 1 (Benjamini & Hochberg 1995).

    For exploring: of the differences found at a level, that part is expected to be false. Errors as ``holm``.
    """
    falling = _rising(p_values)[::-1]
    m = len(falling)
    adjusted = accumulate((m * p_values[i] / (m - place) for place, i in enumerate(falling)), min)
    return _in_order_given(falling, adjusted)


def bonferroni(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p in the order given: m·p, at most 1 (Dunn 1961), never below Holm's. Errors as ``holm``."""
    return tuple(min(1.0, len(p_values) * p) for p in _checked(p_values))


def _lived_in(table: Table) -> tuple[Counts, ...]:
    """The table without the rows and columns that nobody is in."""
    rows = [row for row in table_of(table) if any(row)]
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    if len(rows) < 2 or len(columns) < 2:
        raise NotComputable("a comparison needs two groups and two answers that somebody is in")
    return tuple(zip(*columns, strict=True))


def _pearson(lived_in: tuple[Counts, ...]) -> float:
    down = [sum(column) for column in zip(*lived_in, strict=True)]
    n = sum(down)
    # X² = n(Σ o²/(row·column) − 1) loses digits when it is small, so each cell's distance is taken.
    expected = (
        (count, sum(row) * below / n) for row in lived_in for count, below in zip(row, down, strict=True)
    )
    return fsum((count - e) ** 2 / e for count, e in expected)


def _residuals(rows: tuple[Counts, ...]) -> tuple[tuple[float, ...], ...]:
    down = [sum(column) for column in zip(*rows, strict=True)]
    n = sum(down)

    def residual(count: int, across: int, below: int) -> float:
        expected = across * below / n
        spread = sqrt(expected * (1 - across / n) * (1 - below / n))
        return (count - expected) / spread if spread else 0.0

    return tuple(
        tuple(residual(count, sum(row), below) for count, below in zip(row, down, strict=True))
        for row in rows
    )


def _fisher_p(a: int, upper: int, lower: int, left: int) -> float:
    ways = [comb(upper, x) * comb(lower, left - x) for x in range(max(0, left - lower), min(left, upper) + 1)]
    this = comb(upper, a) * comb(lower, left - a)
    as_rare: int = sum(way for way in ways if way <= this)
    return as_rare / sum(ways)


def _midranks(ties: Sequence[int]) -> list[float]:
    """The rank that all in one column share: the middle of the places they take."""
    return [below - (tied - 1) / 2 for below, tied in zip(accumulate(ties), ties, strict=True)]


def _scores(scores: Sequence[float] | None, places: int) -> Sequence[float]:
    if scores is None:
        return range(places)
    if len(scores) != places:
        raise ValueError(f"{places} scores are needed, not {len(scores)}")
    return scores


def _rising(p_values: Sequence[float]) -> list[int]:
    """The places of the p values, the smallest first."""
    return sorted(range(len(p_values)), key=_checked(p_values).__getitem__)


def _checked(p_values: Sequence[float]) -> Sequence[float]:
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError("a p value lies between 0 and 1")
    return p_values


def _in_order_given(places: Sequence[int], adjusted: Iterable[float]) -> tuple[float, ...]:
    by_place = dict(zip(places, adjusted, strict=True))
    return tuple(min(1.0, by_place[place]) for place in range(len(places)))


def _statistic_for(ordered_answers: bool, ordered_groups: bool) -> Statistic:
    if not ordered_answers:
        return "pearson"
    return "linear_by_linear" if ordered_groups else "kruskal_wallis"


def _mixed(table: NDArray[np.int64], shuffles: int, rng: np.random.Generator) -> Shuffled:
    """Tables with this one's margins, as often as mixing the people at random would give them.

    Group by group and answer by answer: how many of those still left with the answer fall into the group.
    """
    import numpy as np

    groups, answers = table.shape
    mixed = np.empty((shuffles, groups, answers), dtype=np.int64)
    left = np.tile(table.sum(axis=0), (shuffles, 1))
    for group, size in enumerate(table.sum(axis=1)[:-1]):
        wanted = np.full(shuffles, size)
        others = left.sum(axis=1)
        for answer in range(answers - 1):
            others = others - left[:, answer]
            drawn = rng.hypergeometric(left[:, answer], others, wanted)
            mixed[:, group, answer] = drawn
            wanted = wanted - drawn
        mixed[:, group, -1] = wanted
        left = left - mixed[:, group]
    mixed[:, -1] = left
    return mixed


def _measured(statistic: Statistic, tables: Shuffled) -> NDArray[np.float64]:
    """The statistic of every table; all have the margins of the first, some of which may be 0."""
    import numpy as np

    across, down = tables[0].sum(axis=1), tables[0].sum(axis=0)
    n = int(across.sum())
    measured: NDArray[np.float64]
    if statistic == "pearson":
        expected = np.outer(across, down) / n
        measured = ((tables - expected) ** 2 / np.where(expected > 0, expected, 1)).sum(axis=(1, 2))
    elif statistic == "kruskal_wallis":
        distances = tables @ (np.array(_midranks(down.tolist())) - (n + 1) / 2)
        ties = 1 - float((down.astype(float) ** 3 - down).sum()) / (float(n) ** 3 - n)
        measured = 12 / (n * (n + 1)) * (distances**2 / np.maximum(across, 1)).sum(axis=1) / ties
    else:
        rows, columns = np.arange(len(across)), np.arange(len(down))
        rows_off, columns_off = rows - rows @ across / n, columns - columns @ down / n
        spread = float(rows_off**2 @ across) * float(columns_off**2 @ down)
        measured = (n - 1) * (tables @ columns_off @ rows_off) ** 2 / spread
    return measured
