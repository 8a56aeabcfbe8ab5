"""Meetings as documents: bringing one in, making another like it, choosing which one is on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from kiosk import documents
from kiosk.clock import Clock, stamp
from kiosk.languages import SOURCE
from kiosk.live.hub import Hub
from kiosk.meeting.document import canonical
from kiosk.problems import Problem
from kiosk.room.door import free_code
from kiosk.room.stages import Stages, Transaction
from kiosk.store import meetings
from kiosk.store.store import Store


class Meetings:
    """The meetings that lie ready on this machine."""

    def __init__(self, store: Store, hub: Hub, clock: Clock, stages: Stages) -> None:
        self._store = store
        self._hub = hub
        self._clock = clock
        self._stages = stages

    def import_document(self, document: Any) -> tuple[str, str, bool]:
        """Bring a meeting in; its id, its code, and whether it is new. The same one again changes nothing."""
        if isinstance(document, dict):
            document = {key: value for key, value in document.items() if key not in ("id", "code")}
        meeting = documents.read(document)
        if meeting.code:
            documents.check_code(meeting.code)

        def bring_in(tx: Transaction) -> tuple[str, str, bool]:
            known = meetings.find(tx, meeting.id)
            if known is not None:
                if not _same_document(known.document, document):
                    raise Problem("meeting_differs")
                return known.id, known.code, False
            code = free_code(tx, meeting.code)
            whole = {**document, "meeting": {**document["meeting"], "code": code}}
            meetings.insert(tx, whole, code, meeting.questions.values(), stamp(self._clock.now()))
            return meeting.id, code, True

        return self._store.write(bring_in)

    def duplicate(
        self, meeting_id: str, changes: Mapping[str, Any], language: str = SOURCE
    ) -> tuple[str, str]:
        """A new meeting with the same questions; ``changes`` may hold title, place, date and code."""
        original = self._stages.row(meeting_id).document
        if isinstance(changes.get("code"), str):
            changes = {**changes, "code": documents.check_code(changes["code"])}
        copy = documents.with_changes(original, f"m-{secrets.token_hex(6)}", changes, language)
        new_id, code, _ = self.import_document(copy)
        return new_id, code

    def document(self, meeting_id: str) -> dict[str, Any]:
        """The meeting's document, with its id and code on top."""
        row = self._stages.row(meeting_id)
        return {"id": row.id, "code": row.code, **row.document}

    def choose_meeting(self, meeting_id: str) -> None:
        """Make a meeting the one this machine is about: walls follow it, the start page joins it."""
        if meetings.setting(self._store.reader(), "meeting") == self._stages.row(meeting_id).id:
            return
        self._store.write(lambda tx: meetings.set_setting(tx, "meeting", meeting_id))
        self._hub.disconnect_walls()  # they come back at once, to the new meeting
        for stage in self._stages.meetings():  # each console says what the wall shows
            self._stages.announce(stage.meeting.id, "console")


def _same_document(known: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether two documents say the same; one without a code takes the code it was given here."""
    code = given["meeting"].get("code") or known["meeting"]["code"]
    return canonical(known) == canonical({**given, "meeting": {**given["meeting"], "code": code.upper()}})
