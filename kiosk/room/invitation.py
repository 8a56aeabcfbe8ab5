"""What people are told so that they can join: the address, and the room's Wi-Fi."""

from __future__ import annotations

from dataclasses import asdict

from kiosk.meeting.document import Meeting
from kiosk.qr import Wifi, check_wifi
from kiosk.room.stages import Stages
from kiosk.store import meetings
from kiosk.store.store import Store
from kiosk.whereabouts import Whereabouts


class Invitation:
    """Where and how phones join."""

    def __init__(self, store: Store, whereabouts: Whereabouts, stages: Stages) -> None:
        self._store = store
        self._whereabouts = whereabouts
        self._stages = stages

    def join_url(self, meeting: Meeting) -> str:
        """What the QR code of a meeting holds."""
        return self._whereabouts.join_url(meeting.code)

    def join_text(self, meeting: Meeting) -> str:
        """The address that people type."""
        return self._whereabouts.join_host()

    def wifi(self) -> Wifi | None:
        """The Wi-Fi that the join page lets phones join, if the facilitator has entered it."""
        stored = meetings.setting(self._store.reader(), "wifi")
        return Wifi(**stored) if stored else None

    def set_wifi(self, ssid: str, password: str) -> None:
        """Enter the room's Wi-Fi, or remove it with an empty name."""
        wifi = check_wifi(ssid, password) if ssid else None
        self._store.write(lambda tx: meetings.set_setting(tx, "wifi", asdict(wifi) if wifi else None))
        for stage in self._stages.meetings():
            self._stages.announce(stage.meeting.id, "console", "wall")
