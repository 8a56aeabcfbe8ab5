"""Who calls on a socket, and what is done for them: the sockets' side of ``access``."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug.http import parse_cookie

from kiosk.access import COOKIES, DEVICE_COOKIE
from kiosk.entrance import Entrance
from kiosk.languages import INTERFACE, SOURCE, choose, speaking
from kiosk.live.hub import Hub
from kiosk.live.sockets import Caller, SpeltBallot
from kiosk.phone_state import state_for
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.store.participants import Participant
from kiosk.store.sessions import Role
from kiosk.store.store import refusal_for


class Callers:
    """Answers the sockets' questions with the room's verbs."""

    def __init__(self, app: Flask, room: Room, entrance: Entrance, hub: Hub) -> None:
        self._app = app
        self._room = room
        self._entrance = entrance
        self._hub = hub

    def identify(self, environ: WSGIEnvironment, auth: Mapping[str, Any]) -> Caller:
        """The server decides who a caller is; the page only says which of its windows it wants to be."""
        token = auth.get("token") if isinstance(auth.get("token"), str) else None
        cookies = parse_cookie(environ)
        # No browser leaves out the Origin of a socket. What does must bring a token, and no cookie.
        if environ.get("HTTP_ORIGIN") is None and (cookies or not token):
            raise Problem("foreign_origin")
        language = choose([str(auth.get("lang") or "")], INTERFACE) or SOURCE
        window = auth.get("window", "phone")
        if window == "console" or window == "wall":
            return self._window(window, token, cookies, auth, language)
        participant = self._room.participant(token or cookies.get(DEVICE_COOKIE))
        if participant is None:
            raise Problem("not_joined")
        return Caller("phone", participant.meeting, language, participant.id, participant)

    def first_state(self, caller: Caller) -> dict[str, Any]:
        if isinstance(caller.may_answer, Participant):
            with self._app.app_context():
                return state_for(caller.may_answer, caller.language)
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
        if isinstance(error, sqlite3.Error):
            error = refusal_for(error)
        if not isinstance(error, Problem):
            traceback.print_exception(error, file=sys.stderr)
            error = Problem("trouble")
        with speaking(choose([language], INTERFACE) or SOURCE):
            return {"code": error.code, "detail": error.sentence()}

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
        meeting = self._meeting(window, auth)
        if window == "wall" and meeting:  # the hall's language, not the projector's
            language = choose(self._room.stage(meeting).meeting.languages, INTERFACE) or language
        return Caller(window, meeting, language, person)

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

    def _meeting(self, window: str, auth: Mapping[str, Any]) -> str:
        """A console looks at the meeting it names; a wall at the one this machine is about."""
        named = auth.get("meeting")
        if window == "console" and isinstance(named, str):
            return self._room.stage(named).meeting.id
        current = self._room.current_meeting()
        return current.meeting.id if current is not None else ""


def _participant(caller: Caller) -> Participant:
    if not isinstance(caller.may_answer, Participant):
        raise Problem("not_joined")
    return caller.may_answer


def _ballot(message: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return message.get("id"), message.get("round"), message.get("answer")
