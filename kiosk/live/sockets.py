"""The sockets: who may connect, and the one event that comes up.

The handlers stand on the python-socketio server itself, not on Flask's layer above it: that layer rebuilds a
request for every event, which costs more than counting a vote. They are doors of a few lines, as the HTTP
ones are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from wsgiref.types import WSGIEnvironment

from flask_socketio import SocketIO
from socketio import exceptions

from kiosk.clock import Clock
from kiosk.engine import Engine
from kiosk.live.connections import Allowance, Connection, Connections
from kiosk.live.events import FAREWELL, Audience
from kiosk.live.greetings import Greetings
from kiosk.live.hub import Hub
from kiosk.messages import Spelling

Answer = Callable[[dict[str, Any]], None]
"""Takes what a client is answered."""

LARGEST_MESSAGE = 16_000
PING_SECONDS = 25
PING_TIMEOUT_SECONDS = 20
FAREWELL_SECONDS = 0.1
"""Between telling a client that it is cut and cutting it: threads would overtake the message."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a socket belongs to, as the server sees it."""

    audience: Audience
    meeting: str
    language: str
    person: str
    may_answer: Any = None
    follows: bool = False
    """Whether it has named no meeting: a wall, mostly. It goes along where this machine goes."""


class SpeltBallot(NamedTuple):
    """A ballot of which only the id has been read; ``rest`` is the JSON object of its round and answer."""

    id: str
    rest: str


@dataclass(slots=True)
class _Guest:
    """A socket that was let in, and how much it may still say."""

    sid: str
    caller: Caller
    allowance: Allowance


class Doors(Protocol):
    """What the sockets need of the rest: who a caller is, what a phone sees first, and counting a ballot."""

    def identify(self, environ: WSGIEnvironment, auth: Mapping[str, Any]) -> Caller:
        """The caller; raises ``refusal`` when there is no right to be here."""

    def first_state(self, caller: Caller) -> dict[str, Any]: ...

    def cast(self, caller: Caller, message: Mapping[str, Any]) -> str: ...

    def cast_later(
        self,
        caller: Caller,
        message: Mapping[str, Any] | SpeltBallot,
        done: Callable[[str | BaseException], None],
    ) -> None:
        """As ``cast``, without waiting: what would be returned or raised is given to ``done``."""

    def refusal(self, error: BaseException, language: str) -> dict[str, Any]:
        """How an error is told to a client."""


def make_socketio(engine_mode: str) -> SocketIO:
    """The Socket.IO server, not yet part of an application."""
    return SocketIO(
        async_mode=engine_mode,
        # The doorway has judged the Origin already, for HTTP and sockets alike.
        cors_allowed_origins="*",
        cors_credentials=False,
        manage_session=False,
        async_handlers=False,
        http_compression=False,
        max_http_buffer_size=LARGEST_MESSAGE,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        logger=False,
        engineio_logger=False,
        json=Spelling,
    )


class Sockets:
    """Lets callers in, and passes their ballots on."""

    def __init__(
        self,
        socketio: SocketIO,
        engine: Engine,
        clock: Clock,
        connections: Connections,
        hub: Hub,
        doors: Doors,
    ) -> None:
        self._server = socketio.server
        self._engine = engine
        self._clock = clock
        self._connections = connections
        self._hub = hub
        self._doors = doors
        self._guests: dict[str, _Guest] = {}
        self._guests_by_eio: dict[str, _Guest] = {}  # by Engine.IO's own id
        self._greetings = Greetings(self._server.eio, engine, clock)
        for name, handler in (
            ("connect", self.connect),
            ("disconnect", self.disconnect),
            ("ballot", self.ballot),
        ):
            self._server.on(name, handler)

    def connect(self, sid: str, environ: WSGIEnvironment, auth: Any = None) -> None:
        if sid in self._guests:  # an event that a client has called so
            return
        given = auth if isinstance(auth, dict) else {}
        caller = self._told(lambda: self._doors.identify(environ, given), given.get("lang"))
        guest = self._guests[sid] = _Guest(sid, caller, Allowance(self._clock))
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        self._guests_by_eio[eio_sid] = guest
        self._greetings.heard(eio_sid)
        connection = Connection(
            sid, caller.audience, caller.meeting, caller.language, caller.person, caller.follows
        )
        self._connections.add(connection)
        self._server.enter_room(sid, connection.room)
        # After this handler has returned and the client has heard that it is in.
        self._engine.spawn(self._send_first_state, sid, caller)

    def disconnect(self, sid: str, *_reason: Any) -> None:
        if self._server.manager.is_connected(sid, "/"):  # an event that a client has called so
            return
        self._guests.pop(sid, None)
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        self._guests_by_eio.pop(eio_sid, None)
        self._connections.remove(sid)
        session = self._server.eio.sockets.get(eio_sid)
        if session is not None and not session.closing:
            self._greetings.expect(eio_sid)

    def ballot(self, sid: str, *arguments: Any) -> dict[str, Any]:
        guest = self._guests.get(sid)
        if guest is None:
            return self._turn_away(sid, "not_joined")
        if not guest.allowance.take():
            return self._turn_away(sid, "too_fast")
        try:
            return _counted(self._doors.cast(guest.caller, first_argument(arguments)))
        except Exception as error:  # noqa: BLE001 - told to the client, and to the terminal if it is our fault
            return self._refused(error, guest.caller)

    def ballot_later(self, eio_sid: str, message: Mapping[str, Any] | SpeltBallot, answer: Answer) -> None:
        """The same for a transport that must not wait: the answer comes when there is one."""
        guest = self._guests_by_eio.get(eio_sid)
        if guest is None:  # it has not connected, or is gone
            return
        if not guest.allowance.take():
            answer(self._turn_away(guest.sid, "too_fast"))
            return
        caller = guest.caller

        def done(outcome: str | BaseException) -> None:
            answer(_counted(outcome) if isinstance(outcome, str) else self._refused(outcome, caller))

        try:
            self._doors.cast_later(caller, message, done)
        except Exception as error:  # noqa: BLE001 - as above
            done(error)

    def _turn_away(self, sid: str, code: str) -> dict[str, Any]:
        self._engine.spawn(self._cut, sid, code)
        return {"status": "refused", "code": code}

    def _cut(self, sid: str, code: str) -> None:
        self._hub.tell(FAREWELL, sid, {"code": code})
        self._engine.sleep(FAREWELL_SECONDS)
        self._server.disconnect(sid)

    def _refused(self, error: BaseException, caller: Caller) -> dict[str, Any]:
        return {"status": "refused", **self._doors.refusal(error, caller.language)}

    def _send_first_state(self, sid: str, caller: Caller) -> None:
        self._hub.tell_state(caller.audience, sid, self._doors.first_state(caller))

    def _told(self, identify: Callable[[], Caller], language: Any) -> Caller:
        try:
            return identify()
        except Exception as error:  # noqa: BLE001 - as above
            refusal = self._doors.refusal(error, language if isinstance(language, str) else "")
            raise exceptions.ConnectionRefusedError(refusal["code"], refusal) from None


def first_argument(arguments: Sequence[Any]) -> Mapping[str, Any]:
    """What an event says, if it is an object; nothing otherwise."""
    return arguments[0] if arguments and isinstance(arguments[0], dict) else {}


def _counted(verdict: str) -> dict[str, Any]:
    return {"status": verdict}
