"""The application: three windows and the API on one Flask app, inside the doorway.

The parts are made here and handed to one another; no module reaches for a global.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import brotli
from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from werkzeug.exceptions import HTTPException

from kiosk import access, api, home_api, languages, pages
from kiosk.assets import Assets
from kiosk.backups.keeper import Backups
from kiosk.beside import Beside
from kiosk.callers import Callers
from kiosk.clock import Clock, SystemClock
from kiosk.doorway import LARGEST_BODY, Doorway
from kiosk.engine import Engine, TransportName
from kiosk.entrance import Entrance
from kiosk.guests import GuestPages
from kiosk.limits import Limits
from kiosk.live.connections import Connections
from kiosk.live.gate import guard
from kiosk.live.hub import Hub
from kiosk.live.sockets import Sockets, make_socketio
from kiosk.meeting.stage import Stage
from kiosk.messages import Messages
from kiosk.phone_state import news_for_all
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.statistics.thresholds import DEFAULTS, Thresholds
from kiosk.store import rounds
from kiosk.store.keys import Keys
from kiosk.store.store import ROOM_FILE, Store, refusal_for
from kiosk.sync.courier import Courier
from kiosk.whereabouts import Whereabouts

PACKAGE = Path(__file__).resolve().parent
FORM_PARTS = 500
FORM_MEMORY = 64_000
PACKED_TYPES = ("text/", "application/json", "application/problem+json", "image/svg")
LEAST_PACKED = 500
QUICK_BROTLI = 4
QUICK_GZIP = 5

RenderState = Callable[[Stage, str], str]


@dataclass(frozen=True)
class Window:
    """A window that the composition root brings along: its routes, and how its state is drawn."""

    blueprint: Blueprint
    render_state: RenderState


@dataclass(frozen=True)
class Kiosk:
    """A room that is ready to be served."""

    wsgi: WSGIApplication
    app: Flask
    room: Room
    entrance: Entrance
    store: Store
    backups: Backups
    courier: Courier

    def warm_up(self) -> None:
        """Compile the templates, so that the first phone does not wait for it."""
        for name in self.app.jinja_env.list_templates(extensions=["html"]):
            self.app.jinja_env.get_template(name)


def make_kiosk(
    data: Path,
    engine: Engine,
    whereabouts: Whereabouts,
    console: Window,
    wall: Window,
    clock: Clock | None = None,
    transport: TransportName = "lean",
    backup_folder: Path | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> Kiosk:
    """Put a room together on a data folder. ``transport`` is eventlet's; other engines have one.

    ``thresholds`` say from how many people on anything is shown.
    """
    clock = clock or SystemClock()
    store = Store(data / ROOM_FILE, engine, clock)
    backups = Backups(data, store, engine, clock, backup_folder)
    keys = Keys(data / "keys")
    connections = Connections(clock)
    socketio = make_socketio(engine.name)
    hub = Hub(socketio, connections)
    courier = Courier(data, engine, clock, lambda: rounds.any_open(store.reader()))
    room = Room(store, keys, hub, connections, clock, whereabouts, backups, courier, thresholds)
    entrance = Entrance(store, clock, data)
    assets = Assets()

    app = _make_flask(assets)
    app.config["FIGURES_FOLDER"] = data / "figures"
    app.extensions.update(
        room=room,
        entrance=entrance,
        keys=keys,
        hub=hub,
        whereabouts=whereabouts,
        engine=engine,
        limits=Limits(clock),
    )
    for blueprint in (api.blueprint, home_api.blueprint, console.blueprint, wall.blueprint, pages.blueprint):
        app.register_blueprint(blueprint)

    socketio.init_app(app)
    guard(socketio, clock)
    sockets = Sockets(socketio, engine, clock, connections, hub, Callers(app, room, entrance, hub))
    if transport == "lean" and engine.name == "eventlet":
        from kiosk.live.lean import Lean

        lean = Lean(socketio, engine, clock, sockets.ballot_later)
        hub.send_by(lean.broadcast, lean.tell)
    hub.show("phone", _in_context(app, news_for_all))
    hub.show("console", _in_context(app, _drawn_by(console.render_state)))
    hub.show("wall", _in_context(app, _drawn_by(wall.render_state)))
    guests = GuestPages(Beside(app.wsgi_app, engine), room.acts)
    room.finish_acts()
    return Kiosk(Doorway(guests, assets, whereabouts.is_ours), app, room, entrance, store, backups, courier)


def _make_flask(assets: Assets) -> Flask:
    app = Flask("kiosk", static_folder=None, template_folder=str(PACKAGE / "templates"))
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=FORM_MEMORY, MAX_FORM_PARTS=FORM_PARTS
    )
    app.json = Messages(app)
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(PACKAGE / "templates"),
            PrefixLoader({"kinds": FileSystemLoader(PACKAGE / "kinds")}),
        ]
    )
    _teach_templates(app, assets)
    app.before_request(_speak)
    app.after_request(_compress)
    app.register_error_handler(Problem, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.register_error_handler(Exception, _confess)
    access.install(app)
    return app


def _teach_templates(app: Flask, assets: Assets) -> None:
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True
    )
    environment.globals.update(
        asset=assets.url,
        wording=languages.marked_wording,
        text=lambda words: languages.wording(words, languages.current()),
        number=languages.number,
        percent=languages.percent,
        date=languages.written_date,
    )

    @app.context_processor
    def language() -> dict[str, str]:
        current = languages.current()
        return {"lang": current, "dir": languages.direction(current)}


def _speak() -> None:
    languages.speak(access.language())


def _compress(response: Response) -> Response:
    """Pack a page or a state for the air; files have been packed once at start."""
    if response.direct_passthrough or response.status_code == 304 or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) < LEAST_PACKED or not (response.mimetype or "").startswith(PACKED_TYPES):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["br"]:
        response.set_data(brotli.compress(body, quality=QUICK_BROTLI))
        response.headers["Content-Encoding"] = "br"
    elif request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(body, QUICK_GZIP))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _in_context(
    app: Flask, make: Callable[[str, str], dict[str, Any]]
) -> Callable[[str, str], dict[str, Any]]:
    def render(meeting: str, language: str) -> dict[str, Any]:
        with app.app_context(), languages.speaking(language):
            return make(meeting, language)

    return render


def _drawn_by(render_state: RenderState) -> Callable[[str, str], dict[str, Any]]:
    def make(meeting: str, language: str) -> dict[str, Any]:
        if not meeting:
            return {"version": 0, "html": ""}
        stage = access.room().stage(meeting)
        return {"version": stage.version, "html": render_state(stage, language)}

    return make


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────

_CODE_OF_STATUS: Mapping[int, str] = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_type",
}


def _refuse(problem: Problem) -> Response:
    body = problem.body()
    if _wants_json():
        response = jsonify(body)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("problem.html", problem=body, back="/"))
    response.status_code = problem.status
    return response


def _refuse_http(error: HTTPException) -> Any:
    if error.code is not None and error.code < 400:
        return error
    if error.code == 400 and request.is_json:
        return _refuse(Problem("bad_json"))
    code = _CODE_OF_STATUS.get(error.code or 500, "bad_request")
    response = _refuse(Problem(code))
    if error.code == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return response


def _confess(error: Exception) -> Response:
    """A fault of ours: the terminal gets the details, the person a sentence."""
    if isinstance(error, sqlite3.Error):
        return _refuse(refusal_for(error))
    traceback.print_exception(error, file=sys.stderr)
    return _refuse(Problem("trouble"))


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and not request.accept_mimetypes.accept_html
