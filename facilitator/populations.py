"""The page of reference populations: what is here, and how its categories meet the answers of questions."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from facilitator.admission import console_only
from kiosk import access
from kiosk.composition_views import name_of, wordings_of
from kiosk.kinds import kind_of
from kiosk.languages import current, wording
from kiosk.meeting.document import Question
from kiosk.meeting.stage import Stage
from kiosk.statistics.population import Mapped, Population, ReferenceTable, propose, unmatched

populations = Blueprint("populations", __name__)


@dataclass(frozen=True)
class Row:
    """One category of a table, and the option it belongs to."""

    category: str
    count: int
    option: str | None


@dataclass(frozen=True)
class Table:
    variable: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Choice:
    id: str
    label: str


@dataclass(frozen=True)
class MappedQuestion:
    """One question about the participants, and what of a population it is compared with."""

    id: str
    title: str
    variable: str | None
    is_checked: bool
    options: tuple[Choice, ...]
    tables: tuple[Table, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class ShelvedPopulation:
    population: Population
    name: str
    questions: tuple[MappedQuestion, ...]


@populations.get("/meetings/<meeting_id>/populations")
@console_only
def page(meeting_id: str) -> ResponseReturnValue:
    """Whom the rooms of this meeting's dialogue are compared with."""
    stage = access.room().stage(meeting_id)
    found = access.room().populations(stage.meeting.dialogue_id)
    return render_template(
        "facilitator/populations.html",
        meeting=stage.meeting,
        shelf=[_shelved(stage, population) for population in found],
        chosen=any(population.is_chosen for population in found),
    )


def _shelved(stage: Stage, population: Population) -> ShelvedPopulation:
    questions = stage.meeting.composition_questions
    return ShelvedPopulation(
        population,
        name_of(population),
        tuple(_question(stage, population, question) for question in questions),
    )


def _question(stage: Stage, population: Population, question: Question) -> MappedQuestion:
    mapped = population.mapped(question.id, wordings_of(question))
    languages = stage.meeting.languages
    options = tuple(
        Choice(bar.id, wording(bar.text, current(), languages)[0]) for bar in kind_of(question).bars(question)
    )
    return MappedQuestion(
        question.id,
        wording(question.text, current(), languages)[0],
        mapped.table.variable if mapped is not None else None,
        question.id in population.checked,
        options,
        tuple(_table(question, table, mapped) for table in population.tables),
        unmatched(mapped.table, mapped.options) if mapped is not None else (),
    )


def _table(question: Question, table: ReferenceTable, mapped: Mapped | None) -> Table:
    """A table with what was saved of it, or else what is proposed."""
    is_chosen = mapped is not None and mapped.table is table
    options = mapped.options if mapped is not None and is_chosen else propose(table, wordings_of(question))
    rows = (Row(category, count, options.get(category)) for category, count in table.counts.items())
    return Table(table.variable, tuple(rows))
