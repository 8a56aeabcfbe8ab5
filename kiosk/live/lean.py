"""The lean transport: what is frequent goes straight from the socket to the room and back.

Socket.IO stays the protocol, and python-socketio the home of everything rare. What changes is how frames move
under eventlet. As it is shipped, every message wakes one green thread that reads, another that writes, and
passes through several queues between them; that costs ten times what counting a ballot does. Here

* the loop itself calls a parser when a phone's socket can be read, and writes to it without waiting;
* a ballot is recognised there and handed to the room, and its acknowledgement is written when it is on the
  disk; nearly any other message gets a green thread, which handles it in the library's way and ends;
* what everybody hears is made into a frame once;
* a phone that only listens has no green thread, and nothing is left of the request that it came with. Both
  would take tens of kilobytes for each, and leave holes in the memory where phones come and go.

It leans on parts of Engine.IO that are not public: the table of its drivers, and the queue and the flags of
its sockets. The versions are pinned, ``tests/live/test_lean.py`` holds it against the official client, and
``--transport stock`` does without it.
"""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from hashlib import sha1
from queue import Empty
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from engineio.exceptions import UnknownPacketError
from engineio.packet import NOOP, Packet
from flask_socketio import SocketIO

from kiosk import messages
from kiosk.clock import Clock
from kiosk.engine import Engine, green
from kiosk.engine.arrivals import Arrival
from kiosk.live import frames
from kiosk.live.connections import Allowance
from kiosk.live.metering import BURST, PER_SECOND, TOO_FAST
from kiosk.live.pings import Pings
from kiosk.live.sockets import LARGEST_MESSAGE, Answer, SpeltBallot, first_argument

LARGEST_BACKLOG = 256_000
"""Bytes that may wait for a phone that does not read. One that lags further comes back and gets the state."""
READ_BYTES = 16_384
GIVE_WAY_EVERY = 256
"""Phones written to in a broadcast before others get a turn."""

_PONG = "3"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BALLOT = re.compile(r'42([0-9]{1,9})(\["ballot",.*)', re.DOTALL)
"""An Engine.IO message (4) with a Socket.IO event (2), to be acknowledged, by the name of ballot."""
_PLAIN_BALLOT = re.compile(
    r'42([0-9]{1,9})\["ballot",\{"id":"([A-Za-z0-9_-]{8,64})",'
    r'("round":"[A-Za-z0-9_-]{1,64}","answer":\{"[a-z]+":[^{}]*\})\}\]'
)
"""The same as our page spells nearly all of them. No brace inside the answer means that nothing can stand
behind it either, so what follows the id is the round and the answer, and nothing else."""

TakeBallot = Callable[[str, Mapping[str, Any] | SpeltBallot, Answer], None]
"""(the socket's id, the ballot, where its answer goes); must not wait."""


class Lean:
    """Puts itself in the place of Engine.IO's driver for WebSockets."""

    def __init__(self, socketio: SocketIO, engine: Engine, clock: Clock, take_ballot: TakeBallot) -> None:
        self._server = socketio.server
        self._engine = engine
        self._clock = clock
        self._take_ballot = take_ballot
        eio = self._server.eio
        eio._async = {**eio._async, "websocket": self._driver}  # noqa: SLF001 - there is no public place
        self._pings = Pings(eio, engine, clock)
        connect = eio.handlers["connect"]

        def begin(eio_sid: str, environ: WSGIEnvironment) -> Any:
            self._pings.expect(eio.sockets[eio_sid])
            return connect(eio_sid, environ)

        eio.on("connect", begin)

    def broadcast(self, event: str, news: Any, room: str) -> None:
        """Send an event to every socket in a room, giving way to others in between."""
        packet = "2" + messages.write([event, news])
        frame = frames.text("4" + packet)
        listeners: Iterable[tuple[str, str]] = self._server.manager.get_participants("/", room)
        for count, (_, sid) in enumerate(listeners, 1):
            self._send(sid, packet, frame)
            if count % GIVE_WAY_EVERY == 0:
                self._engine.sleep(0)

    def tell(self, event: str, news: Any, sid: str) -> None:
        """Send an event to one socket."""
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        if eio_sid is not None:
            packet = "2" + messages.write([event, news])
            self._send(eio_sid, packet, frames.text("4" + packet))

    def _send(self, eio_sid: str, packet: str, frame: bytes) -> None:
        """Send a packet down its line as a frame, or as the library does to who is still polling."""
        there = self._server.eio.sockets.get(eio_sid)
        if there is not None and isinstance(there.queue, Line):
            there.queue.write(frame)
        else:
            self._server.eio.send(eio_sid, packet)

    def _driver(self, handler: Any, _server: Any) -> Callable[[WSGIEnvironment, StartResponse], list[bytes]]:
        """As Engine.IO makes one for each WebSocket. Its handler is a method of the socket it is for."""
        return partial(self._serve, handler.__self__)

    def _serve(self, there: Any, environ: WSGIEnvironment, _start: StartResponse) -> list[bytes]:
        """Make a WebSocket of a request, whose green thread ends here."""
        raw = green.take_socket(environ)
        allowance = Allowance(self._clock, BURST, PER_SECOND)
        link = Link(
            raw, self._engine, allowance, there, environ["kiosk.arrival"], self._take_ballot, self._pings
        )
        link.open(_handshake(environ))
        link.begin()
        return []


class Line:
    """One phone's WebSocket. To Engine.IO it is the queue into which it puts what it sends."""

    __slots__ = (
        "_busy",
        "_engine",
        "_inbox",
        "_parser",
        "_raw",
        "_stop_reading",
        "_stop_writing",
        "_unsent",
        "_unsent_bytes",
        "_was_cut",
        "ended",
    )

    def __init__(self, raw: socket.socket, engine: Engine, allowance: Allowance) -> None:
        self._raw = raw
        self._engine = engine
        self._parser = frames.Parser(LARGEST_MESSAGE, allowance.take)
        self._stop_reading: Callable[[], None] = _nothing
        self._stop_writing: Callable[[], None] = _nothing
        self._unsent: list[bytes] = []  # an empty deque takes ten times as much
        self._unsent_bytes = 0
        self._inbox: list[str | bytes] = []
        self._busy = False
        self._was_cut = False
        self.ended = False

    def open(self, greeting: bytes) -> None:
        self._stop_reading = green.call_when_readable(self._raw, self._read)
        self.write(greeting)

    # ── Up ──────────────────────────────────────────────────────────────────────────────────────────

    def hears(self, message: str | bytes) -> bool:
        """Take a message in the loop, without waiting; False leaves it to ``handle``."""
        return False

    def handle(self, message: str | bytes) -> bool:
        """Handle what is rare, in a green thread; whether the line goes on."""
        return True

    def part(self) -> None:
        """Close the socket, in a green thread, when nothing more comes and nothing goes."""
        if self._was_cut:
            green.part_gently(self._raw)
        self._raw.close()

    def _read(self, _number: int) -> None:
        """Called by the loop when there is something to read."""
        try:
            data = self._raw.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end()
            return
        try:
            text = self._parser.lone_text(data)
            if text is not None:
                self._take_content(text)
                return
            for message in self._parser.feed(data):
                self._take(message)
                if self.ended:
                    return
        except frames.Violation as violation:
            if violation.code == frames.POLICY:
                self.write(frames.text(TOO_FAST))
                self._was_cut = True
            self.hang_up(violation.code)

    def _take(self, message: frames.Message) -> None:
        if message.opcode == frames.PING:
            self.write(frames.frame(frames.PONG, message.payload))
        elif message.opcode == frames.CLOSE:
            self.hang_up(frames.close_code(message.payload))
        elif message.opcode != frames.PONG:
            self._take_content(message.content())

    def _take_content(self, content: str | bytes) -> None:
        if self.ended:  # the loop may call once more what it has been told to stop
            return
        # What follows a message that is still being handled must not overtake it.
        if self._busy or not self.hears(content):
            self._inbox.append(content)
            self._attend()

    def _attend(self) -> None:
        if not self._busy:
            self._busy = True
            self._engine.spawn(self._handle_all)

    def _handle_all(self) -> None:
        """One message after the other, and then the end, if it has come. An empty message is one, too."""
        while self._inbox:
            message = self._inbox.pop(0)
            if not message or not self.handle(message):
                self._inbox.clear()
                self.end()
        if self.ended:
            self.part()
        self._busy = False

    # ── Down ────────────────────────────────────────────────────────────────────────────────────────

    def write(self, frame: bytes) -> None:
        """Send a frame now, as far as the phone takes it, and the rest when it does. Never waits."""
        if self.ended:
            return
        sent = 0 if self._unsent else self._send(frame)
        if sent < len(frame):
            self._keep(frame[sent:])

    def _send(self, data: bytes) -> int:
        try:
            return self._raw.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self.end()
            return len(data)

    def _keep(self, data: bytes) -> None:
        if not self._unsent:
            self._stop_writing = green.call_when_writable(self._raw, self._write_on)
        self._unsent.append(data)
        self._unsent_bytes += len(data)
        if self._unsent_bytes > LARGEST_BACKLOG:
            self.end()

    def _write_on(self, _number: int) -> None:
        """Called by the loop when there is room again."""
        while self._unsent:
            data = self._unsent.pop(0)
            sent = self._send(data)
            self._unsent_bytes -= sent
            if self.ended:
                return
            if sent < len(data):
                self._unsent.insert(0, data[sent:])
                return
        self._stop_writing()

    # ── The end ─────────────────────────────────────────────────────────────────────────────────────

    def hang_up(self, code: int) -> None:
        """Say goodbye and end."""
        self.write(frames.close(code))
        self.end()

    def end(self) -> None:
        """Let go of the socket, whoever asks and however often. A green thread does the rest."""
        if self.ended:
            return
        self.ended = True
        self._stop_reading()
        if self._unsent:
            self._stop_writing()
        self._unsent.clear()
        # What calls this line is held by it. Left so, ended lines would wait for the collector, which hardly
        # ever comes for what has lived long.
        self._stop_reading = self._stop_writing = _nothing
        self._attend()

    # ── As Engine.IO's queue ────────────────────────────────────────────────────────────────────────

    def put(self, packet: Packet | None) -> None:
        """Send a packet; None is the end."""
        if packet is None:
            self.hang_up(frames.NORMAL)
            return
        encoded = packet.encode()
        self.write(frames.text(encoded) if isinstance(encoded, str) else frames.frame(frames.BINARY, encoded))

    def get(self, *_: Any, **__: Any) -> Packet:
        """What a poll finds that still hangs after the change: nothing any more."""
        raise Empty

    def task_done(self) -> None:
        """Nothing ever waits here."""

    def join(self) -> None:
        """Nothing ever waits here."""


class Link(Line):
    """The line of a session of Engine.IO, which is ``there``."""

    __slots__ = ("_arrival", "_pings", "_probed", "_take_ballot", "_there")

    def __init__(
        self,
        raw: socket.socket,
        engine: Engine,
        allowance: Allowance,
        there: Any,
        arrival: Arrival,
        take_ballot: TakeBallot,
        pings: Pings,
    ) -> None:
        super().__init__(raw, engine, allowance)
        self._there = there
        self._arrival = arrival
        self._take_ballot = take_ballot
        self._pings = pings
        self._probed = False

    def begin(self) -> None:
        """Become the session's transport: at once, or when it changes over from polling."""
        if self._there.connected:
            self._there.upgrading = True
            self._arrival.waits()
        else:
            self._there.connected = True
            self._take_over()

    def hears(self, message: str | bytes) -> bool:
        there = self._there
        if there.queue is not self:
            self._change_over(message)
            return True
        if not isinstance(message, str):
            return False
        if plain := _PLAIN_BALLOT.fullmatch(message):
            number, ballot_id, rest = plain.groups()
            ballot = SpeltBallot(ballot_id, f"{{{rest}}}")
            self._take_ballot(there.sid, ballot, partial(_acknowledge, self, number))
            return True
        if unusual := _BALLOT.fullmatch(message):
            number, text = unusual.groups()
            with suppress(ValueError):  # what is no JSON is no event, and nothing is said to it
                _, *arguments = messages.read(text)
                self._take_ballot(there.sid, first_argument(arguments), partial(_acknowledge, self, number))
            return True
        if message == _PONG and there.last_ping:  # to a ping, as otherwise it means nothing
            self._pings.expect(there)
            return True
        return False

    def handle(self, message: str | bytes) -> bool:
        try:
            self._there.receive(Packet(encoded_packet=message))
        except UnknownPacketError:
            return True
        except Exception:  # noqa: BLE001 - the library says in many ways that this is no packet
            return False
        return True

    def part(self) -> None:
        there = self._there
        if there.queue is self:
            there.close(wait=False, abort=True, reason=there.server.reason.TRANSPORT_CLOSE)
            there.server.sockets.pop(there.sid, None)
        else:
            there.upgrading = False
        del self._there  # which holds this as its queue, and would wait with it for the collector
        super().part()
        self._arrival.leave()

    def _change_over(self, message: str | bytes) -> None:
        """Go from polling to this line as the protocol says: probe, answer, change."""
        if message == "2probe" and not self._probed:
            self._probed = True
            self.write(frames.text("3probe"))
            self._there.queue.put(Packet(NOOP))  # ends the poll that hangs
        elif message == "5" and self._probed:
            self._there.upgrading = False
            self._arrival.has_come()
            self._take_over()
        else:
            self.end()

    def _take_over(self) -> None:
        """Send what has been waiting for the transport, and let what follows go straight down the line."""
        self._there.upgraded = True
        waiting, self._there.queue = self._there.queue, self
        with suppress(Empty):
            while True:
                self.put(waiting.get(block=False))


def _nothing() -> None:
    pass


def _handshake(environ: WSGIEnvironment) -> bytes:
    """The answer that turns a request into a WebSocket. The doorway has looked at what was asked."""
    key = environ["HTTP_SEC_WEBSOCKET_KEY"].encode("latin-1")
    accept = b64encode(sha1(key + _GUID).digest())  # noqa: S324 - the standard's own, and no secret
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _acknowledge(line: Line, number: str, answer: dict[str, Any]) -> None:
    if len(answer) == 1:
        line.write(_counted(int(number), answer["status"]))
    else:
        line.write(_answered(int(number), answer))


@lru_cache(maxsize=1000)
def _counted(number: int, status: str) -> bytes:
    """What nearly everybody is answered. A phone counts its messages from 0, so the same come again."""
    return _answered(number, {"status": status})


def _answered(number: int, answer: dict[str, Any]) -> bytes:
    return frames.text(f"43{number}{messages.write([answer])}")
