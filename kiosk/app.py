"""The application: three windows and the API on one Flask app, inside the doorway.

The parts are made here and handed to one another; no module reaches for a global.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import brotli
from flask import Blueprint, Flask, Response, make_response, render_template, request
from jinja2 import ChoiceLoader, FileSystemBytecodeCache, FileSystemLoader, PrefixLoader
from jinja2.bccache import Bucket

from kiosk import access, api, languages, pages, refusing, templating
from kiosk.assets import Assets
from kiosk.backups.keeper import Backups
from kiosk.beside import Beside
from kiosk.callers import Callers
from kiosk.clock import Clock
from kiosk.doorway import LARGEST_BODY, Doorway
from kiosk.engine import Engine
from kiosk.entrance import Entrance
from kiosk.guests import GuestPages
from kiosk.limits import Limits
from kiosk.live.connections import Connections
from kiosk.live.hub import Hub
from kiosk.live.metering import guard
from kiosk.live.sockets import Sockets, make_socketio
from kiosk.meeting.stage import Stage
from kiosk.messages import Messages
from kiosk.phone_state import PhoneStates, outline
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.settings import Settings
from kiosk.store import rounds
from kiosk.store.keys import Keys
from kiosk.store.store import ROOM_FILE, Store, refusal_for
from kiosk.sync.courier import Courier
from kiosk.whereabouts import Whereabouts

PACKAGE = Path(__file__).resolve().parent
COMPILED = Path(cache_from_source(__file__)).parent
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
    settings: Settings,
    engine: Engine,
    whereabouts: Whereabouts,
    clock: Clock,
    *,
    console: Window,
    wall: Window,
) -> Kiosk:
    """Put a room together on the data folder of the settings."""
    data = settings.data
    store = Store(data / ROOM_FILE, engine, clock)
    backups = Backups(data, store, engine, clock, settings.backup_folder)
    keys = Keys(data / "keys")
    connections = Connections(clock)
    socketio = make_socketio(engine.name)
    hub = Hub(socketio, connections)
    courier = Courier(data, engine, clock, lambda: rounds.any_open(store.reader()))
    room = Room(store, keys, hub, connections, clock, whereabouts, backups, courier, settings.thresholds)
    entrance = Entrance(store, clock, data)
    phone_states = PhoneStates(room)
    assets = Assets()

    app = _make_flask(assets)
    app.config["FIGURES_FOLDER"] = data / "figures"
    app.extensions.update(
        room=room,
        phone_states=phone_states,
        entrance=entrance,
        keys=keys,
        hub=hub,
        whereabouts=whereabouts,
        engine=engine,
        limits=Limits(clock),
    )
    for blueprint in (api.make_blueprint(), console.blueprint, wall.blueprint, pages.blueprint):
        app.register_blueprint(blueprint)

    socketio.init_app(app)
    guard(socketio, clock)
    callers = Callers(app, room, entrance, hub, phone_states)
    sockets = Sockets(socketio, engine, clock, connections, hub, callers)
    if settings.transport == "lean" and engine.name == "eventlet":
        from kiosk.live.lean import Lean

        lean = Lean(socketio, engine, clock, sockets.ballot_later)
        hub.send_by(lean.broadcast, lean.tell)
    hub.show("phone", _in_context(app, phone_states.news_for_all))
    hub.show("console", partial(engine.beside, _in_context(app, _drawn_by(console.render_state))))
    hub.show("wall", partial(engine.beside, _in_context(app, _drawn_by(wall.render_state))))
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
    refusing.install(app, is_program=wants_json, page=_as_page, told=refusal_for)
    access.install(app)
    return app


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates as an earlier start has compiled them: that takes a second, in which phones are coming back.

    They lie where Python keeps our modules compiled, and like those they are made anew when their source has
    changed. Where Python shall keep nothing, neither are they kept.
    """

    def __init__(self, folder: Path = COMPILED) -> None:
        # What Jinja generates depends on its release and on the options that are set there.
        options = blake2b(Path(templating.__file__).read_bytes(), digest_size=8).hexdigest()
        super().__init__(str(folder), f"jinja-{version('jinja2')}-{options}-%s")

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):  # nothing can be written there, or nothing more
                super().dump_bytecode(bucket)


def _teach_templates(app: Flask, assets: Assets) -> None:
    environment = app.jinja_env
    environment.bytecode_cache = CompiledTemplates()
    environment.globals.update(
        asset=assets.url,
        text=lambda words: languages.wording(words, languages.current()),
    )
    templating.install(app)


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
            return {"version": 0, "lang": language, "meeting": None, "rounds": [], "html": ""}
        stage = access.room().stage(meeting)
        return {**outline(stage, language, stage.rounds), "html": render_state(stage, language)}

    return make


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────


def _as_page(problem: Problem) -> Response:
    response = make_response(render_template("problem.html", problem=problem.body(), back="/"))
    response.status_code = problem.status
    return response


def wants_json() -> bool:
    """Whether a program asks, which reads no pages."""
    if request.path.startswith(("/api/", "/healthz")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and not request.accept_mimetypes.accept_html
