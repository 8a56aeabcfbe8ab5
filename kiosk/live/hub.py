"""The hub: the only place that sends. A send names an event of the catalogue and the room that hears it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from flask_socketio import SocketIO

from kiosk.live.connections import Connections, room_name
from kiosk.live.events import PRESENCE, SAVING, STATE, TALLY, Audience, Event

Broadcast = Callable[[str, Any, str], None]
"""Sends (event, what it says) to everybody in (room)."""
Tell = Callable[[str, Any, str], None]
"""Sends (event, what it says) to one (socket)."""
Render = Callable[[str, str], dict[str, Any]]
"""Makes what an audience sees: (meeting id, language) → the state."""


class Hub:
    """Tells each audience what it may know."""

    def __init__(self, socketio: SocketIO, connections: Connections) -> None:
        self._socketio = socketio
        self._connections = connections
        self._renders: dict[Audience, Render] = {}
        self._states_sent = 0
        self._broadcast: Broadcast = lambda event, news, room: socketio.server.emit(event, news, to=room)
        self._tell: Tell = lambda event, news, sid: socketio.server.emit(event, news, to=sid)

    def send_by(self, broadcast: Broadcast, tell: Tell) -> None:
        """Set how a transport tells a whole room, and one, if it has better ways than the library's."""
        self._broadcast, self._tell = broadcast, tell

    def show(self, audience: Audience, render: Render) -> None:
        """Set how the state of an audience is made."""
        self._renders[audience] = render

    def state(self, audience: Audience, meeting: str, language: str) -> dict[str, Any]:
        return self._renders[audience](meeting, language)

    @property
    def states_sent(self) -> int:
        """Goes up with each state of a window that also hears figures. Those in it may have been overtaken
        by newer ones while it was drawn, and are to be told once more."""
        return self._states_sent

    def announce_state(self, meeting: str, *audiences: Audience) -> None:
        """Send the state to audiences of a meeting: made once per language, not once per phone."""
        for audience in audiences:
            for language in self._connections.languages(audience, meeting):
                self._announce_state(meeting, audience, language)

    def _announce_state(self, meeting: str, audience: Audience, language: str) -> None:
        """A fault in drawing one window must neither silence the others nor undo what was done."""
        try:
            news = self.state(audience, meeting, language)
        except Exception as fault:  # noqa: BLE001
            traceback.print_exception(fault, file=sys.stderr)
            return
        self._send(STATE, audience, meeting, language, news)
        self._note_state(audience)

    def announce_tally(self, meeting: str, round_id: str, answered: int, connected: int, seq: int) -> None:
        news = {"round": round_id, "answered": answered, "connected": connected, "seq": seq}
        self._send_to_all(TALLY, meeting, news)

    def announce_presence(self, meeting: str, connected: int) -> None:
        self._send_to_all(PRESENCE, meeting, {"connected": connected})

    def announce_saving(self, meeting: str, ok: bool) -> None:
        self._send_to_all(SAVING, meeting, {"ok": ok})

    def tell(self, event: Event, sid: str, news: Mapping[str, Any]) -> None:
        """Send to one socket."""
        self._tell(event.name, news, sid)

    def tell_state(self, audience: Audience, sid: str, news: Mapping[str, Any]) -> None:
        """Send a state of this audience to one socket."""
        self.tell(STATE, sid, news)
        self._note_state(audience)

    def disconnect(self, person: str) -> None:
        """Cut every socket of a participant or a session."""
        for sid in list(self._connections.of_person(person)):
            self._socketio.server.disconnect(sid)

    def lead(self, meeting: str) -> None:
        """Take along every wall, and each console that named none, to the meeting this machine is about."""
        server = self._socketio.server
        for connection in self._connections.followers():
            moved = self._connections.move(connection, meeting) if connection.meeting != meeting else None
            if moved is not None:
                server.leave_room(moved.sid, connection.room)
                server.enter_room(moved.sid, moved.room)
                state = self.state(moved.audience, meeting, moved.language)
                self.tell_state(moved.audience, moved.sid, state)

    def _note_state(self, audience: Audience) -> None:
        self._states_sent += audience in TALLY.audiences

    def _send_to_all(self, event: Event, meeting: str, news: Mapping[str, Any]) -> None:
        for audience in event.audiences:
            for language in self._connections.languages(audience, meeting):
                self._send(event, audience, meeting, language, news)

    def _send(
        self, event: Event, audience: Audience, meeting: str, language: str, news: Mapping[str, Any]
    ) -> None:
        if audience not in event.audiences:
            raise ValueError(f"{audience} may not hear {event.name}")
        self._broadcast(event.name, news, room_name(audience, meeting, language))
