"""The central store's application: its interface for laptops, and how it refuses. Pages are registered
beside it.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from flask import Flask, Response, jsonify, request

from kiosk import languages, refusing
from kiosk.central import api, pages
from kiosk.central.database import Database
from kiosk.central.intake import Intake
from kiosk.clock import Clock
from kiosk.problems import Problem
from kiosk.sync.bundle import LARGEST_PART
from kiosk.sync.signing import central_key_of

LARGEST_BODY = LARGEST_PART
HEALTH = "/healthz"


def make_intake(database: Database, data: Path, clock: Clock) -> Intake:
    """The intake of a central store on this database, whose key lies in this folder."""
    return Intake(database, central_key_of(data), clock)


def make_app(intake: Intake, name: str) -> Flask:
    """The application; ``name`` is what laptops are told the store is called."""
    app = Flask("kiosk.central", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, STORE_NAME=name)
    app.extensions["intake"] = intake
    app.register_blueprint(api.blueprint)
    pages.install(app)
    app.add_url_rule(HEALTH, view_func=_health)
    refusing.install(app, is_program=_is_program, page=pages.refuse, told=_told)
    app.before_request(_speak)
    app.after_request(_finish)
    return app


def _health() -> Response:
    """200 when the database answers."""
    with api.intake().database.reading():
        return jsonify(ok=True)


def _speak() -> None:
    """Laptops put refusals into words of their own; here they are in English."""
    languages.speak(languages.SOURCE)


def _finish(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    if request.path.startswith(f"{api.blueprint.url_prefix}/"):
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return api.sign(response)
    return response


def _is_program() -> bool:
    return request.path.startswith(("/api/", HEALTH))


def _told(error: Exception) -> Problem:
    """A fault of ours: the log gets the details, the laptop keeps everything and tries again."""
    traceback.print_exception(error, file=sys.stderr)
    return Problem("trouble")
