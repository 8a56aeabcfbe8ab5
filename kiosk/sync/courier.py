"""The courier: brings sealed meetings home by itself while the room runs.

It works on a native thread of its own, so that no vote waits for a network, and rests while anybody can be
answering anything. What cannot be sent now is tried again later, each time after a longer wait; what waits
for a person is left until somebody asks for it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.clock import Clock
from kiosk.engine import Engine
from kiosk.problems import Problem
from kiosk.sync import client, enrolling
from kiosk.sync.client import Progress
from kiosk.sync.enrolling import Central
from kiosk.sync.outbox import Outbox
from kiosk.sync.receipts import SignedReceipt
from kiosk.sync.signing import Site, site_of

LOOK_SECONDS = 2.0
"""How often the thread looks whether something is due."""


class Stopped(Exception):
    """The meeting is being deleted: nothing more of it is sent."""


@dataclass(frozen=True)
class Way:
    """Where a sealed meeting is on its way home.

    ``progress`` is None as long as nothing has been looked at yet; ``next_seconds`` tells when the next try
    is due, None where none is planned.
    """

    meeting: str
    progress: Progress | None
    is_sending: bool
    next_seconds: float | None


class Courier:
    """Sends what waits in a data folder. Everything that takes time is done on native threads."""

    def __init__(self, data: Path, engine: Engine, clock: Clock, is_answered: Callable[[], bool]) -> None:
        """``is_answered`` says whether anybody can be answering anything now; it is asked on this thread."""
        self._data = data
        self._engine = engine
        self._clock = clock
        self._is_answered = is_answered
        self._known: dict[str, Progress] = {}
        self._due: dict[str, float] = {}
        self._asked_for: set[str] = set()
        self._sending: str | None = None
        self._gone: set[str] = set()
        self._files = threading.RLock()
        """Held by whoever changes what lies in the outbox."""
        self._awake = threading.Event()
        self._stopping = threading.Event()

    # ── By itself ───────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin to send by itself, until ``stop``."""
        threading.Thread(target=self._keep, name="courier", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._awake.wait(LOOK_SECONDS)
            self._awake.clear()
            if not self._stopping.is_set():
                try:
                    self.send_what_is_due()
                except Exception as error:  # noqa: BLE001 - tried again in a moment, and told meanwhile
                    print(f"courier: {error!r}", file=sys.stderr)

    def send_what_is_due(self) -> None:
        """Try once to send each meeting whose time has come; on this very thread."""
        central = enrolling.central_of(self._data)
        if central is None or not central.url:
            return
        for meeting in client.sealed_meetings(self._data):
            if self._stopping.is_set() or self._is_answered():
                return
            if self._is_due(meeting):
                self._send(meeting)

    def _is_due(self, meeting: str) -> bool:
        if meeting in self._gone:
            return False
        if meeting in self._asked_for:
            return True
        known = self._known.get(meeting) or self._look(meeting)
        return known.state == "waiting" and self._clock.seconds() >= self._due.get(meeting, 0.0)

    def _send(self, meeting: str) -> None:
        with self._files:
            self._asked_for.discard(meeting)
            self._sending = meeting
            try:
                ended = client.send(self._data, meeting, self._hear)
            except Stopped:
                return
            finally:
                self._sending = None
            self._hear(ended)
            if ended.state == "waiting":
                self._due[meeting] = self._clock.seconds() + client.wait_seconds(ended.attempts)

    def _hear(self, progress: Progress) -> None:
        if progress.meeting in self._gone or self._stopping.is_set():
            raise Stopped
        self._known[progress.meeting] = progress

    def _look(self, meeting: str) -> Progress:
        """Where a meeting is, from the files."""
        with self._files:
            known = self._known[meeting] = client.progress(self._data, meeting)
            return known

    # ── For the console ─────────────────────────────────────────────────────────────────────────────

    def ways(self) -> Mapping[str, Way]:
        """Where each sealed meeting is. What takes a while to find out is left for when nobody answers."""
        return self._engine.in_thread(self._ways)

    def _ways(self) -> dict[str, Way]:
        return {meeting: self._way(meeting) for meeting in client.sealed_meetings(self._data)}

    def _way(self, meeting: str) -> Way:
        known = self._known.get(meeting)
        if known is None and not self._is_answered() and self._files.acquire(blocking=False):
            try:
                known = self._look(meeting)
            except Problem:
                known = None  # the disk is full, say: told once somebody tries to send
            finally:
                self._files.release()
        due = self._due.get(meeting)
        waits = known is not None and known.state == "waiting" and due is not None
        return Way(
            meeting,
            known,
            self._sending == meeting or meeting in self._asked_for,
            max(0.0, due - self._clock.seconds()) if waits and due is not None else None,
        )

    def ask(self, meeting: str) -> None:
        """Send a meeting now, whatever was planned. Returns at once; how it goes is told by ``ways``."""
        if self.central() is None:
            raise Problem("not_enrolled")
        if self._is_answered():
            raise Problem("being_answered")
        self._asked_for.add(meeting)
        self._awake.set()

    def soon(self, meeting: str) -> None:
        """A meeting has been sealed, or brought in again: look at it anew."""
        self._gone.discard(meeting)
        self._known.pop(meeting, None)
        self._due.pop(meeting, None)
        self._awake.set()

    def central(self) -> Central | None:
        """The central store that this laptop knows."""
        return enrolling.central_of(self._data)

    def site(self) -> Site:
        """Who this laptop is to the central store."""
        return site_of(self._data)

    def enrol(self, url: str, code: str, name: str) -> Central:
        """Enrol this laptop at a central store; what waits is then sent, what was refused tried again."""
        return self._anew(self._engine.in_thread(self._enrol, url, code, name))

    def _enrol(self, url: str, code: str, name: str) -> Central:
        central = enrolling.enrol(self._data, url, code, name)
        outbox = Outbox(self._data)
        sealed = client.sealed_meetings(self._data)
        self._asked_for.update(one for one in sealed if outbox.note(one).state == "refused")
        return central

    def pin(self, key: str) -> Central:
        """Know a central store by its key alone, where only sticks travel."""
        return self._anew(enrolling.pin(self._data, key))

    def _anew(self, central: Central) -> Central:
        self._known.clear()
        self._due.clear()
        self._awake.set()
        return central

    def bundle_file(self, meeting: str) -> tuple[str, bytes]:
        """The name and the content of the file that goes on a stick."""
        return self._engine.in_thread(self._bundle_file, meeting)

    def _bundle_file(self, meeting: str) -> tuple[str, bytes]:
        with self._files:
            client.prepare(self._data, meeting)
            path = Outbox(self._data).bundle_path(meeting)
            return path.name, path.read_bytes()

    def take_receipt(self, file: bytes) -> SignedReceipt:
        """Take a receipt that came back on a stick."""
        return self._engine.in_thread(self._take_receipt, file)

    def _take_receipt(self, file: bytes) -> SignedReceipt:
        with self._files:
            receipt = client.take_receipt(self._data, file)
            self._known.pop(receipt.receipt.meeting, None)
            return receipt

    def verified_receipt(self, meeting: str) -> SignedReceipt | None:
        """The receipt for all that the room's file holds of a sealed meeting, or None."""
        return self._engine.in_thread(client.verified_receipt, self._data, meeting)

    def forget(self, meeting: str) -> None:
        """Remove everything of a meeting that is being deleted; what is being sent of it is broken off."""
        self._gone.add(meeting)
        self._engine.in_thread(self._forget, meeting)

    def _forget(self, meeting: str) -> None:
        with self._files:
            Outbox(self._data).forget(meeting)
            self._known.pop(meeting, None)
            self._due.pop(meeting, None)
            self._asked_for.discard(meeting)
