"""The console: the facilitator's window, on the laptop or a paired tablet.

Reads through the room and changes nothing by itself: every button is a call of the JSON API.
"""

from __future__ import annotations

from flask import Blueprint

from facilitator.downloads import downloads
from facilitator.home import home
from facilitator.pages import pages
from facilitator.partials import render_state
from facilitator.populations import populations

__all__ = ["blueprint", "render_state"]

blueprint = Blueprint("facilitator", __name__, url_prefix="/facilitator", template_folder="templates")
blueprint.register_blueprint(pages)
blueprint.register_blueprint(downloads)
blueprint.register_blueprint(populations)
blueprint.register_blueprint(home)
