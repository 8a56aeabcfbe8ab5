"""Weighted shares beside the unweighted ones: the composition of those who answered, as the population's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk import labels
from kiosk.central.cells import Cells
from kiosk.central.reading import Asked, Population
from kiosk.kinds import kind_of
from kiosk.languages import current, wording
from kiosk.languages import gettext as _
from kiosk.meeting.document import Question
from kiosk.statistics import population as populations
from kiosk.statistics.population import Mapped, shares_of_options
from kiosk.statistics.weighting import Reason, Refused, Weighting, weigh


@dataclass(frozen=True)
class Weighted:
    """Weighted shares by option, as parts of 1, under their label; or no shares and why not."""

    shares: Mapping[str, float]
    label: str


def mapped(population: Population | None, asked: Asked) -> Mapped | None:
    """The table of the population that fits a composition question, with its categories by option."""
    if population is None:
        return None
    question = asked.question
    wordings = {
        option.id: [option.id, *option.text.values()]
        for option in kind_of(question).bars(question)
        if not option.no_answer
    }
    whole = populations.Population("", "", {}, False, True, population.tables, population.checked)
    return whole.mapped(question.id, wordings)


def weighted(
    asked: Asked, cells: Cells, population: Population | None, composition: Sequence[Asked]
) -> Weighted | None:
    """The weighted shares of a question; None where it declares nothing that there is a population for."""
    found = _margins(asked.question, population, composition)
    if not found or population is None:
        return None
    places = [asked.question.breakdown.index(name) for name, _, _ in found]
    counts: dict[tuple[str | None, ...], int] = {}
    given: dict[tuple[str | None, ...], dict[str, int]] = {}
    for values, valid, by_option in cells:
        cell = tuple(
            values[place] if values[place] in reference else None
            for place, (_, reference, _) in zip(places, found, strict=True)
        )
        counts[cell] = counts.get(cell, 0) + valid
        for option, count in by_option.items():
            given.setdefault(cell, {})[option] = given.get(cell, {}).get(option, 0) + count
    if not any(counts.values()):
        return Weighted({}, refusal("too_few"))
    weights = weigh(counts, [reference for _, reference, _ in found])
    if isinstance(weights, Refused):
        return Weighted({}, refusal(weights.reason))
    return Weighted(_shares(asked, weights, counts, given), _label(weights, found, composition))


def refusal(reason: Reason) -> str:
    """Why nothing is weighted."""
    return {
        "too_few": _("Not weighted: fewer than 100 answers tell what is needed."),
        "empty_category": _("Not weighted: a group of the population has no answers at all."),
        "small_category": _("Not weighted: a group has fewer than 20 answers. Put groups together first."),
        "not_converged": _("Not weighted: no weights fit all groups at once."),
        "effective_size_low": _(
            "Not weighted: some answers would stand for so many others that half of what they say is lost."
        ),
    }[reason]


Margin = tuple[str, Mapping[str, float], Mapped]
"""A composition question, the population by its options, and where that comes from."""


def _margins(question: Question, population: Population | None, composition: Sequence[Asked]) -> list[Margin]:
    found: list[Margin] = []
    for name in question.breakdown:
        one = next((one for one in composition if one.question.id == name), None)
        fits = mapped(population, one) if one is not None else None
        if one is None or fits is None or fits.table.age_base != one.age_base:
            continue
        options = [option.id for option in kind_of(one.question).bars(one.question)]
        reference = {
            option: float(n) for option, n in shares_of_options(fits.table, fits.options, options).items()
        }
        if len(reference) > 1:
            found.append((name, reference, fits))
    return found


def _shares(
    asked: Asked,
    weights: Weighting,
    counts: Mapping[tuple[str | None, ...], int],
    given: Mapping[tuple[str | None, ...], Mapping[str, int]],
) -> dict[str, float]:
    base = sum(weights.weights.get(cell, 0.0) * count for cell, count in counts.items())
    options = [option.id for option in kind_of(asked.question).bars(asked.question)]
    return {
        option: sum(weights.weights.get(cell, 0.0) * by.get(option, 0) for cell, by in given.items()) / base
        for option in options
    }


def _label(weights: Weighting, found: Sequence[Margin], composition: Sequence[Asked]) -> str:
    asked = {one.question.id: one for one in composition}
    names = [wording(asked[name].question.text, current(), asked[name].languages)[0] for name, _, _ in found]
    table = found[0][2].table
    return labels.weighted_label(weights.size.n, weights.size.n_eff, names, table.source, table.date)
