"""Who is in the room, in words and lengths: each question about the participants, beside a population.

Everything here comes from released pictures. What they hide is hidden here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kiosk import labels
from kiosk.kinds import kind_of
from kiosk.languages import (
    comma_separated,
    current,
    ngettext,
    number,
    percent,
    speaking,
    wording,
    written_date,
)
from kiosk.languages import gettext as _
from kiosk.meeting.document import Option, Question
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.results import Bar, bar_of
from kiosk.statistics.comparison import ComparedGroup, Comparison, Refused, compare
from kiosk.statistics.composition import DECLINED, Picture
from kiosk.statistics.fit import Flag
from kiosk.statistics.population import Mapped, Population, shares_of_options, unmatched
from kiosk.statistics.shares import percent as percent_of


@dataclass(frozen=True)
class ComparedRow:
    """One group of the room beside the population's. Lengths are on one scale, 0 to 100.

    ``ratio`` says in words how many the room has, measured by the population; ``flag`` and ``band``, what
    chance would give, are for the console and reports.
    """

    id: str
    label: str
    lang: str
    room_text: str
    room_length: float
    population_text: str
    population_length: float
    ratio: str
    flag: str
    band: str
    is_off: bool
    is_hidden: bool


@dataclass(frozen=True)
class ComparedView:
    """One question beside a population. ``refused`` says why there are no rows, where there are none.

    ``outside`` are answers that the population has no category for.
    """

    population: str
    source: str
    base: str
    rows: tuple[ComparedRow, ...]
    outside: tuple[Bar, ...]
    missing: str
    dissimilarity: str
    refused: str
    unmatched: tuple[str, ...]
    is_checked: bool


@dataclass(frozen=True)
class CompositionView:
    """Who is in the room by one question. Hidden bars have no count; ``withheld`` until there are enough.

    ``declined`` is the row of those who gave no answer; ``compared`` is None where there is nothing to
    compare with.
    """

    question: str
    title: str
    lang: str
    bars: tuple[Bar, ...]
    base: int
    note: str
    withheld: bool
    declined: Bar | None = None
    compared: ComparedView | None = None

    @property
    def is_compared(self) -> bool:
        return self.compared is not None and bool(self.compared.rows)


def composition_views(
    stage: Stage,
    pictures: Mapping[str, Picture | None],
    language: str,
    population: Population | None = None,
) -> tuple[CompositionView, ...]:
    """Who is in the room: one view per composition question; ``pictures`` are by round id."""
    with speaking(language):
        return tuple(
            _view(stage, round, pictures.get(round.id), population) for round in stage.composition_rounds()
        )


def wordings_of(question: Question) -> dict[str, list[str]]:
    """The options of a question with their id and all their wordings, to find categories by."""
    return {bar.id: [bar.id, *bar.text.values()] for bar in kind_of(question).bars(question)}


def name_of(population: Population, fallback: Iterable[str] = ()) -> str:
    return wording(population.name, current(), fallback)[0]


def _view(
    stage: Stage, round: Round, picture: Picture | None, population: Population | None
) -> CompositionView:
    question = stage.question_of(round)
    title, language = wording(question.text, current(), stage.meeting.languages)
    if picture is None or not any(picture.of_options.values()):
        note = (
            _("Shown when at least ten have answered.")
            if picture is None
            else _("Not shown: too few have given each answer.")
        )
        return CompositionView(question.id, title, language, (), 0, note, withheld=True)
    return CompositionView(
        question=question.id,
        title=title,
        lang=language,
        bars=tuple(_bar(option, stage, picture) for option in kind_of(question).bars(question)),
        base=picture.base,
        note=labels.hidden_label() if None in picture.shown.values() else "",
        withheld=False,
        declined=_declined(picture),
        compared=_compared(stage, question, picture, population) if population is not None else None,
    )


def _bar(option: Option, stage: Stage, picture: Picture) -> Bar:
    words = wording(option.text, current(), stage.meeting.languages)
    count = picture.shown[option.id]
    if count is None:
        return Bar(option.id, *words, None, None, 0.0, "…", "")
    return bar_of(option, words, count, picture.base, picture.percents)


def _declined(picture: Picture) -> Bar | None:
    """The row of its own for those who gave no answer; none where nobody is known to have done so."""
    count = picture.shown.get(DECLINED)
    name = _("Gave no answer")
    if count is None:
        return Bar(DECLINED, name, current(), None, None, 0.0, "…", "")
    if count == 0:
        return None
    share = percent_of(count, picture.answered)
    length = round(100 * count / picture.answered, 2)
    return Bar(DECLINED, name, current(), count, share, length, number(count), percent(share))


def _compared(
    stage: Stage, question: Question, picture: Picture, population: Population
) -> ComparedView | None:
    mapped = population.mapped(question.id, wordings_of(question))
    if mapped is None:
        return None
    options = kind_of(question).bars(question)
    people = shares_of_options(mapped.table, mapped.options, (option.id for option in options))
    silent = {option.id for option in options if option.no_answer}
    found: Comparison | Refused = "age_base"
    if mapped.table.age_base == stage.meeting.age_base:
        found = compare(picture, people, no_answer=silent)
    if isinstance(found, str):
        return _refused(found, stage, mapped, population)
    return _put_into_words(found, stage, options, picture, mapped, population)


def _refused(reason: Refused, stage: Stage, mapped: Mapped, population: Population) -> ComparedView:
    words = {
        "age_base": _(
            "Not compared: the dialogue asks people %(room)s, the population counts those %(table)s."
        )
        % {"room": _ages(stage.meeting.age_base), "table": _ages(mapped.table.age_base)},
        "non_answer": _("Not compared: more than %(share)s left the question out.") % {"share": percent(30)},
        "few_categories": _("Not compared: too few of the answers have a category in the population."),
    }[reason]
    return ComparedView(
        name_of(population, stage.meeting.languages),
        _source(mapped), "", (), (), "", "", words, (), mapped.is_checked,
    )  # fmt: skip


def _put_into_words(
    found: Comparison,
    stage: Stage,
    options: Sequence[Option],
    picture: Picture,
    mapped: Mapped,
    population: Population,
) -> ComparedView:
    words = {option.id: wording(option.text, current(), stage.meeting.languages) for option in options}
    longest = max(max(group.room_percent or 0, group.population_percent) for group in found.groups) or 1
    compared = {group.id for group in found.groups}
    outside = [option for option in options if option.id not in compared]
    name = name_of(population, stage.meeting.languages)
    missing = ""
    if found.missing:
        groups = [words[group][0] for group in found.missing]
        missing = labels.missing_label(groups, found.missing_percent, name, mapped.table.age_base)
    dissimilarity = ""
    if found.dissimilarity is not None and found.chance_dissimilarity is not None:
        dissimilarity = labels.dissimilarity_label(found.dissimilarity, found.chance_dissimilarity)
    return ComparedView(
        population=name,
        source=_source(mapped),
        base=ngettext("%(n)s compared", "%(n)s compared", found.base) % {"n": number(found.base)},
        rows=tuple(_row(group, *words[group.id], longest) for group in found.groups),
        outside=tuple(
            _outside(option, stage, picture) for option in outside if picture.shown[option.id] != 0
        ),
        missing=missing,
        dissimilarity=dissimilarity,
        refused="",
        unmatched=unmatched(mapped.table, mapped.options),
        is_checked=mapped.is_checked,
    )


def _row(group: ComparedGroup, label: str, language: str, longest: int) -> ComparedRow:
    share = group.room_percent
    band = ""
    if group.ratio is not None and group.band is not None:
        band = labels.band_label(group.ratio, *group.band)
    return ComparedRow(
        id=group.id,
        label=label,
        lang=language,
        room_text=percent(share) if share is not None else "…",
        room_length=round(100 * (share or 0) / longest, 2),
        population_text=percent(group.population_percent),
        population_length=round(100 * group.population_percent / longest, 2),
        ratio=labels.ratio_label(group.ratio, hidden=share is None),
        flag=labels.flag_label(group.flag),
        band=band,
        is_off=group.flag in (Flag.UNDER, Flag.OVER),
        is_hidden=share is None,
    )


def _outside(option: Option, stage: Stage, picture: Picture) -> Bar:
    """An answer outside the comparison, as a share of all who were asked."""
    words = wording(option.text, current(), stage.meeting.languages)
    count = picture.shown[option.id]
    if count is None:
        return Bar(option.id, *words, None, None, 0.0, "…", "")
    share = percent_of(count, picture.answered)
    length = round(100 * count / picture.answered, 2)
    return Bar(option.id, *words, count, share, length, number(count), percent(share))


def _source(mapped: Mapped) -> str:
    table = mapped.table
    words = [table.source, written_date(table.date) if len(table.date) == len("2025-12-31") else table.date]
    if table.age_base != "all":
        words.append(_ages(table.age_base))
    return comma_separated(words)


def _ages(base: str) -> str:
    return _("of any age") if base == "all" else _("aged %(ages)s") % {"ages": base}
