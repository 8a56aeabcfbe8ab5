"""Meetings as documents: bringing one in, making another like it, choosing which one is on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
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
from kiosk.store.meetings import MeetingRow
from kiosk.store.store import Store


@dataclass(frozen=True)
class Imported:
    """A meeting as it was brought in; it is not new when the very same one was here already."""

    id: str
    code: str
    is_new: bool


class Meetings:
    """The meetings that lie ready on this machine."""

    def __init__(self, store: Store, hub: Hub, clock: Clock, stages: Stages) -> None:
        self._store = store
        self._hub = hub
        self._clock = clock
        self._stages = stages

    def import_document(self, document: Any) -> Imported:
        """Bring a meeting in. The same one again changes nothing."""
        document = documents.without_nulls(document)
        if isinstance(document, dict):
            document = {key: value for key, value in document.items() if key not in ("id", "code")}
        meeting = documents.read(document)
        if meeting.code:
            documents.check_code(meeting.code)

        def bring_in(tx: Transaction) -> Imported:
            known = meetings.find(tx, meeting.id)
            if known is not None:
                if not _same_document(known, document):
                    raise Problem("meeting_differs")
                return Imported(known.id, known.code, is_new=False)
            code = free_code(tx, meeting.code)
            whole = {**document, "meeting": {**document["meeting"], "code": code}}
            meetings.insert(tx, whole, code, meeting.questions.values(), stamp(self._clock.now()))
            return Imported(meeting.id, code, is_new=True)

        return self._store.write(bring_in)

    def duplicate(self, meeting_id: str, changes: Mapping[str, Any], language: str = SOURCE) -> Imported:
        """A new meeting with the same questions; ``changes`` may hold title, place, date and code."""
        original = self._stages.row(meeting_id).document
        if isinstance(changes.get("code"), str):
            changes = {**changes, "code": documents.check_code(changes["code"])}
        copy = documents.with_changes(original, f"m-{secrets.token_hex(6)}", changes, language)
        return self.import_document(copy)

    def document(self, meeting_id: str) -> dict[str, Any]:
        """The meeting's document as it is to be brought in elsewhere, with its id and code on top."""
        row = self._stages.row(meeting_id)
        head = {**row.document["meeting"], "code": row.code}
        return {"id": row.id, "code": row.code, **row.document, "meeting": head}

    def choose_meeting(self, meeting_id: str) -> None:
        """Make a meeting the one this machine is about: walls follow it, the start page joins it."""
        if meetings.setting(self._store.reader(), "meeting") == self._stages.row(meeting_id).id:
            return
        self._store.write(lambda tx: meetings.set_setting(tx, "meeting", meeting_id))
        self._hub.lead(meeting_id)
        for stage in self._stages.meetings():  # each console says what the wall shows
            self._stages.announce(stage.meeting.id, "console")


def _same_document(known: MeetingRow, given: Mapping[str, Any]) -> bool:
    """Whether it is the document that was brought in. Its code may be the first one, today's, or none."""
    first = known.document["meeting"]["code"]
    code = given["meeting"].get("code", first).upper()
    if code not in (first, known.code):
        return False
    return canonical(known.document) == canonical({**given, "meeting": {**given["meeting"], "code": first}})
