"""Who calls on a socket, and what is done for them: the sockets' side of ``access``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug.http import parse_cookie

from kiosk.access import COOKIES, DEVICE_COOKIE
from kiosk.entrance import Entrance
from kiosk.languages import INTERFACE, PHONES, SOURCE, choose, speaking
from kiosk.live.hub import Hub
from kiosk.live.sockets import Caller, SpeltBallot
from kiosk.phone_state import PhoneStates
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from kiosk.store.sessions import Role
from kiosk.store.store import refusal_for

_WINDOWS: tuple[Role, ...] = ("console", "wall")


class Callers:
    """Answers the sockets' questions with the room's verbs."""

    def __init__(
        self, app: Flask, room: Room, entrance: Entrance, hub: Hub, phone_states: PhoneStates
    ) -> None:
        self._app = app
        self._room = room
        self._entrance = entrance
        self._hub = hub
        self._phone_states = phone_states

    def identify(self, environ: WSGIEnvironment, auth: Mapping[str, Any]) -> Caller:
        """The server decides who a caller is; a page may say which of its browser's windows it is."""
        token = auth.get("token") if isinstance(auth.get("token"), str) else None
        cookies = parse_cookie(environ)
        # No browser leaves out the Origin of a socket. What does must bring a token, and no cookie.
        if environ.get("HTTP_ORIGIN") is None and (cookies or not token):
            raise Problem("foreign_origin")
        wanted = [str(auth.get("lang") or "")]
        language = choose(wanted, INTERFACE) or SOURCE
        window = auth.get("window")
        if window == "console" or window == "wall":
            return self._window(window, token, cookies, auth, language)
        participant = self._room.participant(token or cookies.get(DEVICE_COOKIE))
        if participant is not None:
            own = self._room.stage(participant.meeting).meeting.languages
            language = choose(wanted, (*PHONES, *own)) or SOURCE
            return Caller("phone", participant.meeting, language, participant.id, participant)
        for may_be in _WINDOWS if window is None else ():
            if self._person(may_be, token, cookies) is not None:
                return self._window(may_be, token, cookies, auth, language)
        raise Problem("not_joined")

    def first_state(self, caller: Caller) -> dict[str, Any]:
        if isinstance(caller.may_answer, Participant):
            with self._app.app_context():
                return self._phone_states.of(caller.may_answer, caller.language)
        return self._hub.state(caller.audience, caller.meeting, caller.language)

    def cast(self, caller: Caller, message: Mapping[str, Any]) -> str:
        return self._room.cast(_participant(caller), *_ballot(message))

    def cast_later(
        self,
        caller: Caller,
        message: Mapping[str, Any] | SpeltBallot,
        done: Callable[[str | BaseException], None],
    ) -> None:
        if isinstance(message, SpeltBallot):
            self._room.cast_spelt_later(_participant(caller), message.id, message.rest, done)
        else:
            self._room.cast_later(_participant(caller), *_ballot(message), done)

    def refusal(self, error: BaseException, language: str) -> dict[str, Any]:
        problem = refusal_for(error)
        with speaking(choose([language], PHONES) or SOURCE):
            return {"code": problem.code, "detail": problem.sentence()}

    def _window(
        self,
        window: Role,
        token: str | None,
        cookies: Mapping[str, str],
        auth: Mapping[str, Any],
        language: str,
    ) -> Caller:
        person = self._person(window, token, cookies)
        if person is None:
            raise Problem("operator_only" if window == "console" else "wall_only")
        named = auth.get("meeting")
        if window == "console" and isinstance(named, str):
            return Caller(window, self._room.stage(named).meeting.id, language, person)
        current = self._room.current_meeting()
        return Caller(window, current.meeting.id if current else "", language, person, follows=True)

    def _person(self, window: Role, token: str | None, cookies: Mapping[str, str]) -> str | None:
        if token is not None and self._entrance.is_operator(token):
            return "operator"
        # A console may see what the wall shows; a wall is never a console.
        roles: tuple[Role, ...] = ("wall", "console") if window == "wall" else ("console",)
        for role in roles:
            for secret in (token, cookies.get(COOKIES[role])):
                session = self._entrance.session(secret, role)
                if session is not None:
                    return session.id
        return None


def _participant(caller: Caller) -> Participant:
    if not isinstance(caller.may_answer, Participant):
        raise Problem("not_joined")
    return caller.may_answer


def _ballot(message: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return message.get("id"), message.get("round"), message.get("answer")
