"""The central store's application: its interface for laptops, and how it refuses. Pages are registered beside
it.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from kiosk import languages
from kiosk.central import api, pages
from kiosk.central.database import Database
from kiosk.central.intake import Intake
from kiosk.clock import Clock
from kiosk.problems import Problem
from kiosk.sync.bundle import LARGEST_PART
from kiosk.sync.signing import central_key_of

LARGEST_BODY = LARGEST_PART
_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_type"}


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
    app.add_url_rule("/healthz", view_func=_health)
    app.register_error_handler(Problem, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.register_error_handler(Exception, _confess)
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


def _refuse(problem: Problem) -> Response:
    response = jsonify(problem.body())
    response.mimetype = "application/problem+json"
    response.status_code = problem.status
    return response


def _refuse_http(error: HTTPException) -> Response | HTTPException:
    if error.code is not None and error.code < 400:
        return error
    return _refuse(Problem(_CODE_OF_STATUS.get(error.code or 400, "bad_request")))


def _confess(error: Exception) -> Response:
    """A fault of ours: the log gets the details, the laptop keeps everything and tries again."""
    traceback.print_exception(error, file=sys.stderr)
    return _refuse(Problem("central_not_saving" if isinstance(error, DBAPIError) else "trouble"))
