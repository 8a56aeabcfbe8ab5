"""Labels: what stands beside every figure so that nobody reads more into it than it says.

Generated, never typed, in the language now being spoken. A figure is never shown without its label.
"""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.languages import comma_separated, isolated, ngettext, number, percent
from kiosk.languages import gettext as _
from kiosk.statistics.fit import Flag

P_STEPS = (0.001, 0.01, 0.05)
"""A p value is told in these steps only; at the last one and above, a difference could be chance."""

_RATIOS = (
    (0.0, "nobody"),
    (0.2, "hardly_any"),
    (0.29, "quarter"),
    (0.42, "third"),
    (0.58, "half"),
    (0.8, "fewer"),
    (1.25, "as_many"),
    (1.75, "more"),
    (2.5, "twice"),
    (3.5, "three_times"),
)
"""Up to which ratio each word is true."""


def meeting_label(answered: int, connected: int) -> str:
    """L1: whose answers these are, and whose they are not."""
    words = _(
        "Answers from the %(n)s who voted here (of %(connected)s connected). "
        "People chose to come; the figures do not stand for all residents."
    )
    return words % {"n": number(answered), "connected": number(connected)}


def chosen_label() -> str:
    """The end of L1, for where how many answered is said beside it."""
    return _("People chose to come; the figures do not stand for all residents.")


def weighted_label(n: int, n_eff: float, variables: Sequence[str], population: str, date: str) -> str:
    """L2: what the answers were weighted by, and what weighting does not mend."""
    words = _(
        "Weighted by %(variables)s to the population %(population)s, %(date)s. %(n)s answers weigh as "
        "%(n_eff)s. Weighting corrects the composition, not the fact that people chose to come."
    )
    return words % {
        "variables": listed(variables),
        "population": population,
        "date": date,
        "n": number(n),
        "n_eff": number(round(n_eff)),
    }


def group_label(p: float, n: int, comparisons: int) -> str:
    """L3: whether a difference between groups is larger than mixing those present would give."""
    values = {"n": number(n), "p": p_step(p), "m": number(comparisons)}
    if p >= P_STEPS[-1]:
        words = ngettext(
            "The difference could be chance: mixing the %(n)s participants at random gives as much often "
            "enough (permutation test, p = %(p)s, Holm-adjusted for %(m)s comparison).",
            "The difference could be chance: mixing the %(n)s participants at random gives as much often "
            "enough (permutation test, p = %(p)s, Holm-adjusted for %(m)s comparisons).",
            comparisons,
        )
        return words % values
    words = ngettext(
        "Among those present: the difference is larger than if the groups had been mixed at random among "
        "the %(n)s participants (permutation test, p %(p)s, Holm-adjusted for %(m)s comparison). It says "
        "nothing about the whole population.",
        "Among those present: the difference is larger than if the groups had been mixed at random among "
        "the %(n)s participants (permutation test, p %(p)s, Holm-adjusted for %(m)s comparisons). It says "
        "nothing about the whole population.",
        comparisons,
    )
    return words % values


def options_label(options: Sequence[tuple[str, float]], n: int, comparisons: int) -> str:
    """L3 where people may choose several: the options that some groups chose more often, each with its p."""
    named = [_("“%(name)s” (p %(p)s)") % {"name": name, "p": p_step(p)} for name, p in options]
    words = ngettext(
        "Among those present: the groups differ more than if they had been mixed at random among the %(n)s "
        "participants in how many chose %(options)s (permutation test, Holm-adjusted for %(m)s comparison). "
        "It says nothing about the whole population.",
        "Among those present: the groups differ more than if they had been mixed at random among the %(n)s "
        "participants in how many chose %(options)s (permutation test, Holm-adjusted for %(m)s comparisons). "
        "It says nothing about the whole population.",
        comparisons,
    )
    return words % {"n": number(n), "options": listed(named), "m": number(comparisons)}


def change_label(p: float) -> str:
    """Whether people moved one way more than chance alone would have it; from the rounded figures."""
    if p >= P_STEPS[-1]:
        return _("The change could be chance: about as many moved one way as the other.")
    words = _("The change is larger than chance alone would give among those who answered twice (p %(p)s).")
    return words % {"p": p_step(p)}


def missing_label(groups: Sequence[str], share: int, population: str, age_base: str) -> str:
    """L4: which groups have less than half their share, and how much of the population they are."""
    values = {"groups": listed(groups), "share": percent(share), "population": population, "age": age_base}
    if age_base == "all":
        return _("Few or no participants: %(groups)s. They are %(share)s of %(population)s.") % values
    words = _("Few or no participants: %(groups)s. They are %(share)s of %(population)s aged %(age)s.")
    return words % values


def live_label(ballots: int) -> str:
    """What bars rest on while a question is open, and that they are not the result."""
    words = _(
        "So far, from the first %(n)s answers, to the nearest five percent. The result comes when the "
        "question is closed."
    )
    return words % {"n": number(ballots)}


def hidden_label() -> str:
    """L5: what the dots mean."""
    return _("… = not shown, too few answers.")


def multiple_label() -> str:
    """Why shares add to more than the whole."""
    return _("Several answers possible, the sum may exceed 100 %.")


def bound_label(bound: str) -> str:
    """What is said of a unanimous answer in place of its share."""
    share = percent(90 if bound == "at_least_90" else 10)
    words = _("at least %(share)s") if bound == "at_least_90" else _("at most %(share)s")
    return words % {"share": share}


def ratio_label(ratio: float | None, *, hidden: bool = False) -> str:
    """How many the room has of a group, measured by the population: in words, never as a number."""
    if hidden:
        return "…"
    if ratio is None:
        return ""
    name = next((name for most, name in _RATIOS if ratio <= most), "many_times")
    return {
        "nobody": _("nobody"),
        "hardly_any": _("hardly any"),
        "quarter": _("a quarter as many"),
        "third": _("a third as many"),
        "half": _("half as many"),
        "fewer": _("somewhat fewer"),
        "as_many": _("about as many"),
        "more": _("somewhat more"),
        "twice": _("twice as many"),
        "three_times": _("three times as many"),
        "many_times": _("many times as many"),
    }[name]


def flag_label(flag: Flag | None) -> str:
    """Whether random attendance could have given as much."""
    if flag is None:
        return ""
    return {
        Flag.UNDER: _("fewer than chance would give"),
        Flag.OVER: _("more than chance would give"),
        Flag.NEITHER: _("in line, or too few to tell"),
    }[flag]


def band_label(ratio: float, low: float, high: float) -> str:
    """The ratio as a number, and how far random attendance would let it wander; never on the wall."""
    words = _("× %(ratio)s (random attendance: %(low)s to %(high)s)")
    return words % {
        "ratio": number(round(ratio, 1)),
        "low": number(round(low, 1)),
        "high": number(round(high, 1)),
    }


def dissimilarity_label(exchanged: int, by_chance: int) -> str:
    """The index of dissimilarity, never without what chance alone would give."""
    words = _(
        "%(share)s of those shown would have to be exchanged for the room to be made up as the population; "
        "chance alone gives about %(chance)s."
    )
    return words % {"share": percent(exchanged), "chance": percent(by_chance)}


def about(people: int | None) -> str:
    """A rounded number of people; None is fewer than are told."""
    return "…" if people is None else _("about %(n)s") % {"n": number(people)}


def listed(words: Sequence[str]) -> str:
    """Words one after another, the last two joined by "and"."""
    words = [isolated(word) for word in words]
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s") % {"most": comma_separated(words[:-1]), "last": words[-1]}


def p_step(p: float) -> str:
    """A p value as far as it is told: below one of a few steps, or one digit."""
    step = next((step for step in P_STEPS if p < step), None)
    return f"< {number(step)}" if step is not None else number(round(p, 1))
