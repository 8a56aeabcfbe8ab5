"""The JSON API: the contract of ``docs/protocol.md``. Every view is a door of a few lines to one verb."""

from __future__ import annotations

from flask import Blueprint

from kiosk.api import (
    comparisons,
    door,
    home,
    meetings,
    participants,
    place,
    populations,
    rounds,
    sessions,
    texts,
)

NOUNS = (participants, meetings, door, rounds, comparisons, texts, populations, home, sessions, place)


def make_blueprint() -> Blueprint:
    """Everything below ``/api/v1``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
    for noun in NOUNS:
        blueprint.register_blueprint(noun.blueprint)
    return blueprint
