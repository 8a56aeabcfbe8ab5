"""One winner from rankings: plurality, instant run-off, Borda, Condorcet.

The same ballots can give a different winner under each rule, so a result names its rule wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from kiosk.statistics.voting.ballots import Profile
from kiosk.statistics.voting.ties import Draw, Fork, Tie, settle


@dataclass(frozen=True)
class Scores:
    """A score for each option. ``leaders`` are those with the highest: several share the first rank."""

    scores: Mapping[str, Fraction]
    leaders: tuple[str, ...]

    @property
    def winner(self) -> str | None:
        """The only leader; None when several share the first rank."""
        return self.leaders[0] if len(self.leaders) == 1 else None


@dataclass(frozen=True)
class RunoffRound:
    """One round: ballots for each remaining option, ballots that name none of them, and who left after it."""

    counts: Mapping[str, int]
    exhausted: int
    eliminated: str | None


@dataclass(frozen=True)
class Runoff:
    """An instant run-off. ``winner`` is None only when ``open_tie`` waits for a drawing of lots."""

    rounds: tuple[RunoffRound, ...]
    winner: str | None
    open_tie: Tie | None
    drawn: tuple[Draw, ...]
    harmless: tuple[Tie, ...]


@dataclass(frozen=True)
class Duels:
    """Every option against every other.

    ``preferred[x, y]`` is how many ballots rank x above y; a ranked option stands above one left out, and two
    that are left out are not compared. ``winner`` beats all others; None is an answer: nobody does.
    """

    preferred: Mapping[tuple[str, str], int]
    winner: str | None


# ── Scores ───────────────────────────────────────────────────────────────────────────────────────────


def count_first_choices(profile: Profile) -> Scores:
    """Plurality: each ballot counts for the option it ranks first; blank ballots for none."""
    scores = dict.fromkeys(profile.options, Fraction(0))
    for ranking, count in profile.piles:
        if ranking:
            scores[ranking[0]] += count
    return _led(scores)


def count_borda(profile: Profile) -> Scores:
    """Borda: of m options the first gets m − 1 points, the last 0.

    Options that a ballot leaves out share the points of the places left, equally; a blank ballot is left out.
    """
    scores = dict.fromkeys(profile.options, Fraction(0))
    for ranking, count in profile.piles:
        for option, points in _borda_points(ranking, profile.options).items():
            scores[option] += points * count
    return _led(scores)


def _borda_points(ranking: Sequence[str], options: Sequence[str]) -> dict[str, Fraction]:
    if not ranking:
        return {}
    last = len(options) - 1
    points = {option: Fraction(last - place) for place, option in enumerate(ranking)}
    # The places left carry m − 1 − r … 0 points for r ranked options: half the highest, on average.
    shared = Fraction(last - len(ranking), 2)
    return points | {option: shared for option in options if option not in points}


def _led(scores: Mapping[str, Fraction]) -> Scores:
    highest = max(scores.values())
    return Scores(scores, tuple(option for option, score in scores.items() if score == highest))


# ── Duels ────────────────────────────────────────────────────────────────────────────────────────────


def compare_pairs(profile: Profile) -> Duels:
    """Condorcet: x beats y when more ballots rank x above y than y above x."""
    preferred = {(x, y): 0 for x in profile.options for y in profile.options if x != y}
    for ranking, count in profile.piles:
        below = set(profile.options)
        for option in ranking:
            below.discard(option)
            for other in below:
                preferred[option, other] += count
    return Duels(preferred, _beats_all(profile.options, preferred))


def _beats_all(options: Sequence[str], preferred: Mapping[tuple[str, str], int]) -> str | None:
    winners = (x for x in options if all(preferred[x, y] > preferred[y, x] for y in options if y != x))
    return next(winners, None)


# ── Instant run-off ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Race:
    """Who remains; the rounds so far are told, and say nothing of how it goes on."""

    remaining: frozenset[str]
    rounds: tuple[RunoffRound, ...] = field(default=(), compare=False)
    winner: str | None = None


def run_off(profile: Profile, draws: Sequence[Draw] = ()) -> Runoff:
    """Instant run-off: each ballot counts for the highest of its options that remains.

    More than half of the ballots that still name someone wins; otherwise the lowest leaves. Options that tie
    for leaving stop the count when it makes a difference who goes (act ``eliminate``).

    Raises ValueError when every ballot is blank.
    """
    if not any(ranking for ranking, _ in profile.piles):
        raise ValueError("every ballot is blank")
    settled = settle(
        _Race(frozenset(profile.options)),
        lambda race: _next_round(profile, race),
        lambda race: race.winner,
        draws,
    )
    race = settled.state
    rounds = race.rounds
    if settled.open_tie:
        rounds = (*rounds, _count_round(profile, race.remaining))
    return Runoff(rounds, race.winner, settled.open_tie, settled.drawn, settled.harmless)


def _next_round(profile: Profile, race: _Race) -> _Race | Fork[_Race] | None:
    if race.winner is not None:
        return None
    now = _count_round(profile, race.remaining)
    first, most = max(now.counts.items(), key=lambda one: one[1])
    if 2 * most > sum(now.counts.values()):
        return _Race(race.remaining, (*race.rounds, now), first)
    fewest = min(now.counts.values())
    ways = {
        option: _Race(
            race.remaining - {option},
            (*race.rounds, RunoffRound(now.counts, now.exhausted, option)),
        )
        for option, count in now.counts.items()
        if count == fewest
    }
    return Fork("eliminate", ways) if len(ways) > 1 else next(iter(ways.values()))


def _count_round(profile: Profile, remaining: Iterable[str]) -> RunoffRound:
    counts = {option: 0 for option in profile.options if option in set(remaining)}
    for ranking, count in profile.piles:
        top = next((option for option in ranking if option in counts), None)
        if top is not None:
            counts[top] += count
    return RunoffRound(counts, profile.ballots - sum(counts.values()), None)
