"""Whom the rooms of a dialogue are compared with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kiosk.access import operator_only, room
from kiosk.api.fields import LONGEST_ID, body, text, text_or_none
from kiosk.problems import Problem
from kiosk.statistics.population import Population

blueprint = Blueprint("populations", __name__)


@blueprint.get("/dialogues/<dialogue_id>/populations")
@operator_only
def populations(dialogue_id: str) -> Response:
    """The populations of a dialogue."""
    return jsonify(populations=[written(one) for one in room().populations(dialogue_id)])


@blueprint.post("/dialogues/<dialogue_id>/populations")
@operator_only
def import_population(dialogue_id: str) -> tuple[Response, int]:
    """Bring a population in."""
    message = body()
    if len(dialogue_id) > LONGEST_ID:
        raise Problem("malformed", field="dialogue")
    population = room().import_population(dialogue_id, message.get("name"), text(message, "table"))
    return jsonify(written(population)), 201


@blueprint.post("/dialogues/<dialogue_id>/population")
@operator_only
def choose_population(dialogue_id: str) -> Response:
    """Compare with one of them, or with none."""
    room().choose_population(dialogue_id, text_or_none(body(), "population"))
    return populations(dialogue_id)


@blueprint.post("/populations/<population_id>/mapping")
@operator_only
def map_categories(population_id: str) -> Response:
    """Say which option each category belongs to."""
    message = body()
    categories = message.get("categories", {})
    if not isinstance(categories, dict) or not all(
        option is None or isinstance(option, str) for option in categories.values()
    ):
        raise Problem("malformed", field="categories")
    room().map_categories(
        population_id, text(message, "question"), text_or_none(message, "variable"), categories
    )
    return jsonify(written(room().population(population_id)))


@blueprint.post("/populations/<population_id>/remove")
@operator_only
def forget_population(population_id: str) -> Response:
    """Take a population away."""
    body()  # a foreign form is refused before anything is looked for
    room().forget_population(population_id)
    return jsonify(status="removed")


def written(population: Population) -> dict[str, Any]:
    """A population as plain data; categories are a list, since their order is the file's."""
    return {
        "id": population.id,
        "dialogue": population.dialogue,
        "name": dict(population.name),
        "example": population.is_example,
        "chosen": population.is_chosen,
        "tables": [
            {
                "variable": table.variable,
                "source": table.source,
                "date": table.date,
                "age_base": table.age_base,
                "categories": [
                    {"category": category, "count": count} for category, count in table.counts.items()
                ],
            }
            for table in population.tables
        ],
        "mapping": {
            question: {"variable": variable, "categories": dict(categories)}
            for question, (variable, categories) in population.checked.items()
        },
    }
