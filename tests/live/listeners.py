"""People with sockets, by the official client: what they hear, and what they are answered."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any

import requests
import socketio

from tests.support.running import Running

News = tuple[str, Any]
PATIENCE_SECONDS = 10


class Refused(Exception):
    """The server did not let the socket in."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.code = data.get("message") if isinstance(data, dict) else data
        self.data = data


class Listener:
    """One socket. ``origin`` is our own as a browser says it; None leaves it out, as programs do."""

    def __init__(
        self,
        base: str,
        *,
        token: str | None = None,
        cookie: str | None = None,
        origin: str | None = "",
        transport: str = "websocket",
        **auth: Any,
    ) -> None:
        self.heard: list[News] = []
        self._news = threading.Condition()
        self._refusal: Any = None
        # The standard JSON: the library keeps one for the whole process, and kiosks have set theirs.
        self._client = socketio.Client(
            json=json,
            reconnection=False,
            websocket_extra_options={"suppress_origin": True, "timeout": PATIENCE_SECONDS},
        )
        self._client.on("*", self._hear)
        self._client.on("connect_error", self._be_refused)
        self._client.on("disconnect", lambda *_: self._hear("disconnect", None))
        headers = {"Cookie": cookie} if cookie else {}
        if origin is not None:
            headers["Origin"] = origin or base
        given = {**({"token": token} if token else {}), **auth}
        try:
            self._client.connect(
                base, headers=headers, auth=given, transports=[transport], wait_timeout=PATIENCE_SECONDS
            )
        except socketio.exceptions.ConnectionError as error:
            raise Refused(self._refused_with(error)) from None

    def wait_for(self, event: str, condition: Callable[[Any], object] = lambda _: True) -> Any:
        """The first news of this kind that meets the condition, heard already or still to come."""

        def found() -> list[Any]:
            return [news for name, news in self.heard if name == event and condition(news)]

        with self._news:
            assert self._news.wait_for(found, PATIENCE_SECONDS), f"no such {event}; heard {self.names()}"
            return found()[0]

    def cast(self, round_id: str, answer: Any, ballot_id: str | None = None) -> dict[str, Any]:
        """Send a ballot; what is acknowledged."""
        return self.say({"id": ballot_id or secrets.token_hex(8), "round": round_id, "answer": answer})

    def say(self, *message: Any) -> dict[str, Any]:
        """Send something as a ballot, whatever it is; what is acknowledged."""
        ack: dict[str, Any] = self._client.call("ballot", message or None, timeout=PATIENCE_SECONDS)
        return ack

    def say_without_waiting(self, event: str, message: Any) -> None:
        self._client.emit(event, message)

    def names(self) -> list[str]:
        """The events heard so far."""
        return [name for name, _ in self.heard]

    def everything(self) -> str:
        """All that was heard, as one text to search."""
        return json.dumps(self.heard)

    def leave(self) -> None:
        with suppress(Exception):
            self._client.disconnect()

    def _hear(self, event: str, news: Any = None) -> None:
        with self._news:
            self.heard.append((event, news))
            self._news.notify_all()

    def _be_refused(self, data: Any = None) -> None:
        self._refusal = data

    def _refused_with(self, error: Exception) -> Any:
        return str(error) if self._refusal is None else self._refusal


def version_of(state: Any) -> int:
    return int(state["version"])


def admit(server: Running, role: str) -> tuple[str, str]:
    """A session as a console or a wall: its cookie, and its id."""
    known = {one["id"] for one in server.did("GET", "/api/v1/sessions")["sessions"]}
    ticket = server.did("POST", "/api/v1/pairings", {"role": role})["url"].partition("#")[2]
    reply = requests.post(
        f"{server.base}/api/v1/sessions",
        json={"ticket": ticket},
        headers={"Origin": server.base},
        timeout=PATIENCE_SECONDS,
    )
    assert reply.status_code == 201
    ((name, morsel),) = SimpleCookie(reply.headers["Set-Cookie"]).items()
    (new,) = {one["id"] for one in server.did("GET", "/api/v1/sessions")["sessions"]} - known
    return f"{name}={morsel.value}", new


def operator_token(server: Running) -> str:
    return (server.data / "operator-token").read_text().strip()
