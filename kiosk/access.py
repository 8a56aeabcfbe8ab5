"""Access: who is asking, and whether they may. Every route names its rule with one of these.

A cookie alone never changes anything: JSON needs our own Origin beside it, a plain form its own token.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from hashlib import sha256
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from kiosk.engine import Engine
from kiosk.entrance import SESSION_DAYS, Entrance
from kiosk.languages import INTERFACE, PHONES, SOURCE, choose
from kiosk.limits import Limits
from kiosk.live.hub import Hub
from kiosk.meeting.stage import Stage
from kiosk.phone_state import PhoneStates
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from kiosk.store.sessions import Role, Session
from kiosk.whereabouts import Whereabouts

P = ParamSpec("P")
R = TypeVar("R")

DEVICE_COOKIE = "kiosk_device"
COOKIES: dict[Role, str] = {"console": "kiosk_console", "wall": "kiosk_wall"}
LANGUAGE_COOKIE = "kiosk_lang"
NOT_ON_PHONES = frozenset({"facilitator", "display"})
DEVICE_DAYS = 2
DAY = 86_400
MACHINES = ("iPad", "iPhone", "Android", "Windows", "Macintosh", "CrOS", "Linux")


def room() -> Room:
    """The room behind this request."""
    return cast(Room, current_app.extensions["room"])


def limits() -> Limits:
    return cast(Limits, current_app.extensions["limits"])


def phone_states() -> PhoneStates:
    return cast(PhoneStates, current_app.extensions["phone_states"])


def engine() -> Engine:
    return cast(Engine, current_app.extensions["engine"])


def entrance() -> Entrance:
    return cast(Entrance, current_app.extensions["entrance"])


def bearer() -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def is_operator_token() -> bool:
    token = bearer()
    return token is not None and entrance().is_operator(token)


def device_token() -> str | None:
    """The token of the phone that asks: from its header, or from its cookie."""
    return bearer() or request.cookies.get(DEVICE_COOKIE)


def participant() -> Participant:
    """The participant who asks, or a refusal."""
    found = room().participant(device_token())
    if found is None:
        raise Problem("not_joined")
    return found


def session(*roles: Role) -> Session | None:
    """The session of the console or wall that asks, if it has one."""
    for role in roles:
        found = entrance().session(request.cookies.get(COOKIES[role]), role)
        if found is not None:
            return found
    return None


def is_operator() -> bool:
    """Whether the asker may operate: by the operator's token or from a console."""
    return is_operator_token() or session("console") is not None


def operator_only(view: Callable[P, R]) -> Callable[P, R]:
    """A route for the operator's token or a console."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_operator():
            raise Problem("operator_only")
        if not is_operator_token():
            check_origin()
        return view(*args, **kwargs)

    return guarded


def check_origin() -> None:
    """Refuse a change that a foreign page could have made with our cookie.

    The doorway has refused foreign Origins already; one that is missing is no better. Without a cookie
    nobody is misused.
    """
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if changes and request.cookies and request.headers.get("Origin") is None:
        raise Problem("foreign_origin")


def check_device_origin() -> None:
    """The same for a phone. One that names its token in the header is not known by its cookie."""
    if bearer() is None:
        check_origin()


def sort_of_machine() -> str:
    """What a browser runs on, in a word, so that its owner knows it in the list of those let in."""
    agent = request.headers.get("User-Agent", "")
    return next((word for word in MACHINES if word in agent), "")


def form_token() -> str:
    """What a plain form must carry back: bound to this device's cookie, or to none before joining."""
    key = cast(bytes, current_app.extensions["keys"].of_installation())
    device = request.cookies.get(DEVICE_COOKIE, "")
    return hmac.new(key, b"form" + device.encode("utf-8", "replace"), sha256).hexdigest()[:32]


def check_form() -> None:
    given = request.form.get("csrf", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, form_token().encode()):
        raise Problem("form_expired")


def remember_device(response: Response, token: str) -> None:
    _remember(response, DEVICE_COOKIE, token, DEVICE_DAYS)


def remember_session(response: Response, role: Role, token: str) -> None:
    _remember(response, COOKIES[role], token, SESSION_DAYS)


def remember_language(response: Response, language: str) -> None:
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * DAY, samesite="Strict", httponly=False)


def forget_session(response: Response, role: Role) -> None:
    response.delete_cookie(COOKIES[role], samesite="Strict", httponly=True)


def language(stage: Stage | None = None) -> str:
    """The language of this request: chosen now, chosen before, the browser's, the meeting's, English."""
    wanted = [request.args.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")]
    wanted += _accepted(request.headers.get("Accept-Language", ""))
    wanted += stage.meeting.languages if stage is not None else ()
    return choose(wanted, offered(stage)) or SOURCE


def offered(stage: Stage | None = None) -> Sequence[str]:
    """The languages that the window which asks can be read in: on a phone those of its meeting come first."""
    if not NOT_ON_PHONES.isdisjoint(request.blueprints):
        return INTERFACE
    own = stage.meeting.languages if stage is not None else ()
    return tuple(dict.fromkeys((*own, *PHONES)))


@lru_cache(maxsize=256)
def _accepted(header: str) -> list[str]:
    """The languages that a browser accepts, the best first. A hall sends the same few lists."""
    return [tag for tag, _ in parse_accept_header(header, LanguageAccept)]


def address() -> str:
    """Where the request comes from. Never a key, and never stored: the room counts it in memory."""
    return request.remote_addr or ""


def address_for_others() -> str:
    """The address of the room for devices other than this machine."""
    return cast(Whereabouts, current_app.extensions["whereabouts"]).base()


def cut(session_id: str) -> None:
    """Cut the sockets of a session that has ended."""
    cast(Hub, current_app.extensions["hub"]).disconnect(session_id)


def has_device() -> bool:
    """Whether the asker brings the mark of a phone that has joined some meeting."""
    return DEVICE_COOKIE in request.cookies


def install(app: Flask) -> None:
    """Let templates ask for the form token, and whether a phone asks."""
    app.jinja_env.globals["form_token"] = form_token
    app.jinja_env.globals["has_device"] = has_device


def _remember(response: Response, name: str, token: str, days: int) -> None:
    # Not Secure: phones reach us over plain HTTP, where such a cookie would not come back.
    response.set_cookie(name, token, max_age=days * DAY, httponly=True, samesite="Strict")
