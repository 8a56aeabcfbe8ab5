"""How pages look: their templates, their one stylesheet, the headers they go with, and their refusals."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, make_response, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader

from kiosk import languages, templating
from kiosk.assets import BASE_STYLES, FOLDERS, FOR_EVER
from kiosk.problems import Problem

CENTRAL = Path(__file__).resolve().parents[1]
STYLE = "central.css"
LANGUAGE_COOKIE = "central_lang"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Not no-referrer: browsers would then hide the Origin of our own forms too.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Teach the application templates, languages and its stylesheet."""
    style = _stylesheet()
    folder = sha256(style).hexdigest()[:12]
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(CENTRAL / "templates"), FileSystemLoader(FOLDERS["kiosk"].parent / "templates")]
    )
    templating.install(app)
    app.jinja_env.globals.update(
        asset=lambda name: f"/static/{folder}/{name}",
        own_name=languages.own_name,
        interface_languages=languages.INTERFACE,
    )

    @app.get(f"/static/{folder}/{STYLE}")
    def central_style() -> Response:
        response = Response(style, mimetype="text/css")
        response.headers["Cache-Control"] = FOR_EVER
        return response


def page(name: str) -> Blueprint:
    """A blueprint of pages: they speak the reader's language, refuse in HTML and carry the headers."""
    blueprint = Blueprint(name, __name__)
    blueprint.before_request(speak)
    blueprint.after_request(guard)
    blueprint.register_error_handler(Problem, refuse)
    return blueprint


def speak() -> None:
    """Speak the language that the reader has chosen, or their browser."""
    wanted = [request.args.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")]
    wanted += list(request.accept_languages.values())
    languages.speak(languages.choose(wanted, languages.INTERFACE) or languages.SOURCE)


def guard(response: Response) -> Response:
    """Let the browser do nothing that no page of ours asks for."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    chosen = request.args.get("lang", "")
    if chosen in languages.INTERFACE:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=31_536_000, samesite="Lax", httponly=True)
    return response


def refuse(problem: Problem) -> Response:
    """A refusal as a page."""
    body: dict[str, Any] = problem.body()
    response = make_response(render_template("central/problem.html", problem=body))
    response.status_code = problem.status
    return response


def refuse_anywhere(problem: Problem) -> Response:
    """As ``refuse``, also where no page of ours was asked for."""
    speak()
    return guard(refuse(problem))


def _stylesheet() -> bytes:
    parts = [FOLDERS["kiosk"] / "css" / name for name in BASE_STYLES]
    parts += sorted((CENTRAL / "static").glob("*.css"))
    text = "\n".join(path.read_text("utf-8") for path in parts)
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL).encode()
