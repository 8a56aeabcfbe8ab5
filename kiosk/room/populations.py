"""Reference populations: whom rooms of a dialogue are compared with. Files at first, checked by a person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kiosk.kinds import kind_of
from kiosk.meeting.stage import Stage
from kiosk.problems import POPULATION_REASONS, Problem
from kiosk.room.stages import Stages, Transaction
from kiosk.statistics.population import Population, ReferenceTable, RowFault, read_tables
from kiosk.store import populations
from kiosk.store.populations import PopulationRow
from kiosk.store.store import Store

MOST_OF_DIALOGUE = 20
LONGEST_NAME = 80


class Populations:
    """The populations on this machine, by dialogue."""

    def __init__(self, store: Store, stages: Stages) -> None:
        self._store = store
        self._stages = stages

    def import_population(
        self, dialogue: str, name: Any, table: str, *, is_example: bool = False
    ) -> Population:
        """Bring a population in from the text of a CSV file. The first one of a dialogue is compared with."""
        names = _names(name)
        try:
            tables = read_tables(table)
        except RowFault as fault:
            reason = POPULATION_REASONS[fault.reason]
            raise Problem("population_row", row=fault.row, reason=reason) from None

        def job(tx: Transaction) -> str:
            there = populations.of_dialogue(tx, dialogue)
            if len(there) >= MOST_OF_DIALOGUE:
                raise Problem("too_many_populations", most=MOST_OF_DIALOGUE)
            if any(_same_name(row.name, names) for row in there):
                raise Problem("population_named", name=next(iter(names.values())))
            row = PopulationRow(
                secrets.token_hex(8),
                dialogue,
                names,
                is_example,
                not any(row.is_chosen for row in there),
                [asdict(one) for one in tables],
                {},
            )
            populations.insert(tx, row)
            return row.id

        population_id = self._store.write(job)
        self._announce(dialogue)
        return self.population(population_id)

    def populations(self, dialogue: str) -> list[Population]:
        """The populations of a dialogue, in the order they came in."""
        return [_population(row) for row in populations.of_dialogue(self._store.reader(), dialogue)]

    def population(self, population_id: str) -> Population:
        """One population; a Problem where there is none."""
        row = populations.find(self._store.reader(), population_id)
        if row is None:
            raise Problem("no_such_population")
        return _population(row)

    def compared_with(self, stage: Stage) -> Population | None:
        """The population that a meeting's room is compared with."""
        of_dialogue = self.populations(stage.meeting.dialogue_id)
        return next((population for population in of_dialogue if population.is_chosen), None)

    def choose_population(self, dialogue: str, population_id: str | None) -> None:
        """Compare the rooms of a dialogue with one of its populations, or with none."""
        if population_id is not None and self.population(population_id).dialogue != dialogue:
            raise Problem("no_such_population")
        self._store.write(lambda tx: populations.choose(tx, dialogue, population_id))
        self._announce(dialogue)

    def forget_population(self, population_id: str) -> None:
        """Take a population away again."""
        population = self.population(population_id)
        self._store.write(lambda tx: populations.delete(tx, population_id))
        self._announce(population.dialogue)

    def map_categories(
        self, population_id: str, question_id: str, variable: str | None, mapping: Mapping[str, str | None]
    ) -> None:
        """Keep which option of a composition question each category of a variable belongs to.

        Without a variable the question is compared with nothing in this population.
        """
        population = self.population(population_id)
        options = self._options(population.dialogue, question_id)
        table = population.table(variable)
        if variable is not None and table is None:
            raise Problem("malformed", field="variable")
        known = table.counts if table is not None else {}
        if not set(mapping) <= set(known) or not set(mapping.values()) <= {*options, None}:
            raise Problem("malformed", field="categories")

        def job(tx: Transaction) -> None:
            row = populations.find(tx, population_id)
            if row is None:
                raise Problem("no_such_population")
            body = {"variable": variable, "categories": dict(mapping)}
            populations.set_mapping(tx, population_id, {**row.mapping, question_id: body})

        self._store.write(job)
        self._announce(population.dialogue)

    def _options(self, dialogue: str, question_id: str) -> set[str]:
        """The options of a composition question that any meeting of the dialogue asks."""
        found: set[str] = set()
        for stage in self._of_dialogue(dialogue):
            question = stage.questions.get(question_id)
            if question is not None and question.composition:
                found |= {bar.id for bar in kind_of(question).bars(question)}
        if not found:
            raise Problem("no_such_question")
        return found

    def _of_dialogue(self, dialogue: str) -> list[Stage]:
        return [stage for stage in self._stages.meetings() if stage.meeting.dialogue_id == dialogue]

    def _announce(self, dialogue: str) -> None:
        for stage in self._of_dialogue(dialogue):
            self._stages.announce(stage.meeting.id, "console", "wall")


def _names(name: Any) -> dict[str, str]:
    """A name per language; a plain one is in any."""
    names = {"": name} if isinstance(name, str) else name
    if not isinstance(names, dict) or not names or len(names) > 40:
        raise Problem("population_name")
    if not all(isinstance(tag, str) and isinstance(words, str) for tag, words in names.items()):
        raise Problem("population_name")
    named = {tag[:20]: words.strip() for tag, words in names.items()}
    if not all(words and words.isprintable() and len(words) <= LONGEST_NAME for words in named.values()):
        raise Problem("population_name")
    return named


def _same_name(known: Mapping[str, str], given: Mapping[str, str]) -> bool:
    return bool(
        {words.casefold() for words in known.values()} & {words.casefold() for words in given.values()}
    )


def _population(row: PopulationRow) -> Population:
    tables = tuple(ReferenceTable(**table) for table in row.tables)
    checked = {question: (body["variable"], body["categories"]) for question, body in row.mapping.items()}
    return Population(row.id, row.dialogue, row.name, row.is_example, row.is_chosen, tables, checked)
