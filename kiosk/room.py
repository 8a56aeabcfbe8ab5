"""The room: the verbs of meetings in progress. Each checks, writes, and then announces.

Checks that a race could upset are made inside the store's one writer, in the transaction that writes.
Announcements follow the commit, never inside it.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from kiosk import documents
from kiosk.clock import Clock, stamp
from kiosk.entrance import digest, mint
from kiosk.kinds import Malformed, kind_of
from kiosk.languages import SOURCE
from kiosk.live.connections import Connections
from kiosk.live.events import AUDIENCES
from kiosk.live.hub import Hub
from kiosk.meeting.agenda import next_item
from kiosk.meeting.ballots import Ballot, Verdict, is_ballot_id
from kiosk.meeting.document import Meeting, Question, canonical, read_document
from kiosk.meeting.rounds import OutOfTurn, Round, Verb, step
from kiosk.meeting.sealing import Unsealed, seal_together
from kiosk.meeting.stage import WALL_VIEWS, Stage, WallView
from kiosk.meeting.tally import Tally, tally
from kiosk.problems import ANSWER_REASONS, Problem
from kiosk.qr import Wifi, check_wifi
from kiosk.results import CompositionView, composition_views
from kiosk.statistics.composition import Picture, next_picture
from kiosk.statistics.disclosure import N_TOTAL, Disclosed, disclose, disclose_open, disclose_picture
from kiosk.store import ballots, meetings, participants, rounds
from kiosk.store.ballots import TextEntry
from kiosk.store.keys import Keys
from kiosk.store.meetings import MeetingRow
from kiosk.store.participants import Channel, Participant
from kiosk.store.store import Saving, Store
from kiosk.whereabouts import Whereabouts

T = TypeVar("T")
Transaction = sqlite3.Connection

TRY_SAVING_SECONDS = 10
TRY_AGAIN_SECONDS = 2
"""How often it is tried whether the disk takes anything, while it did and while it did not."""

WALL_OF_ITEM: Mapping[str, WallView] = {"join": "join", "composition": "composition", "break": "break"}
"""What the wall shows when the agenda comes to an item of such a type; any other shows itself."""


MOST_JUDGED = 500
LONGEST_JUDGED = 120
"""How many answers are remembered as fitting, and how long: not what people have written."""


@dataclass(frozen=True)
class Progress:
    """How an open round stands: the only thing anybody learns of it."""

    answered: int
    connected: int


@dataclass(frozen=True)
class Joined:
    """A device that may now answer, and for whom. ``token`` is known to the device alone."""

    token: str
    participant: Participant


class Room:
    """Every meeting on this machine."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        hub: Hub,
        connections: Connections,
        clock: Clock,
        whereabouts: Whereabouts,
    ) -> None:
        self._store = store
        self._keys = keys
        self._hub = hub
        self._connections = connections
        self._clock = clock
        self._whereabouts = whereabouts
        self._stages: dict[str, Stage] = {}
        self._stages_lock = threading.Lock()
        self._stages_forgotten = 0
        self._rounds: dict[str, tuple[str, Question]] = {}
        self._judged: dict[tuple[str, str], str] = {}
        self._moved: set[str] = set()
        self._moved_lock = threading.Lock()
        self._told_presence: dict[str, int] = {}
        self._told_progress: dict[str, Progress] = {}
        self._told_saving = Saving(ok=True)
        self._tried_saving_at = clock.seconds()
        self._tally_seq = 0

    # ── Meetings: bringing one in, looking at it ────────────────────────────────────────────────────

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
            code = _free_code(tx, meeting.code)
            whole = {**document, "meeting": {**document["meeting"], "code": code}}
            meetings.insert(tx, whole, code, meeting.questions.values(), stamp(self._clock.now()))
            return meeting.id, code, True

        return self._store.write(bring_in)

    def duplicate(
        self, meeting_id: str, changes: Mapping[str, Any], language: str = SOURCE
    ) -> tuple[str, str]:
        """A new meeting with the same questions; ``changes`` may hold title, place, date and code."""
        original = self._row(meeting_id).document
        if isinstance(changes.get("code"), str):
            changes = {**changes, "code": documents.check_code(changes["code"])}
        copy = documents.with_changes(original, f"m-{secrets.token_hex(6)}", changes, language)
        new_id, code, _ = self.import_document(copy)
        return new_id, code

    def document(self, meeting_id: str) -> dict[str, Any]:
        """The meeting's document, with its id and code on top."""
        row = self._row(meeting_id)
        return {"id": row.id, "code": row.code, **row.document}

    def meetings(self) -> list[Stage]:
        """Every meeting as it stands, the newest first."""
        return [self.stage(row.id) for row in meetings.every(self._store.reader())]

    def stage(self, meeting_id: str) -> Stage:
        """The meeting as it stands now."""
        stage = self._stages.get(meeting_id)
        if stage is None:
            forgotten = self._stages_forgotten
            stage = self._read_stage(meeting_id)
            with self._stages_lock:
                # Somebody may have acted while it was read: then it is old already, and not kept.
                if forgotten == self._stages_forgotten:
                    self._stages[meeting_id] = stage
        return stage

    def _forget_stage(self, meeting_id: str) -> None:
        with self._stages_lock:
            self._stages_forgotten += 1
            self._stages.pop(meeting_id, None)

    def meeting_with_code(self, code: str) -> Stage:
        row = meetings.find_by_code(self._store.reader(), code.strip().upper()[:16])
        if row is None or row.status == "sealed":
            raise Problem("no_such_code", code=code.strip().upper()[:16])
        return self.stage(row.id)

    def current_meeting(self) -> Stage | None:
        """The meeting that this machine is about: the one last opened in a console, else a running one."""
        reader = self._store.reader()
        chosen = meetings.setting(reader, "meeting")
        if chosen is not None and meetings.find(reader, chosen) is not None:
            return self.stage(chosen)
        stages = self.meetings()
        return next((stage for stage in stages if stage.status == "running"), stages[0] if stages else None)

    def choose_meeting(self, meeting_id: str) -> None:
        """Make a meeting the one this machine is about: walls follow it, the start page joins it."""
        if meetings.setting(self._store.reader(), "meeting") == self._row(meeting_id).id:
            return
        self._store.write(lambda tx: meetings.set_setting(tx, "meeting", meeting_id))
        self._hub.disconnect_walls()  # they come back at once, to the new meeting

    # ── Meetings: from the start to the seal ────────────────────────────────────────────────────────

    def start(self, meeting_id: str, version: int | None = None) -> None:
        """Start the meeting: its composition questions open, its agenda waits at the first item."""

        def job(tx: Transaction) -> bool:
            row = _expect(tx, meeting_id, version)
            if row.status == "running":
                return False
            if row.status != "prepared":
                raise Problem("not_running")
            meeting = read_document(row.document)
            for question in meeting.composition_questions:
                rounds.insert(tx, self._new_round(tx, meeting_id, None, question))
            first = meeting.agenda[0] if meeting.agenda else None
            at_door = first.id if first is not None and first.type == "join" else None
            meetings.set_status(tx, meeting_id, "running")
            meetings.set_place(tx, meeting_id, at_door, "join")
            meetings.move_version(tx, meeting_id)
            return True

        if self._store.write(job):
            self.choose_meeting(meeting_id)
            self._announce(meeting_id)

    def end(self, meeting_id: str, version: int | None = None) -> None:
        """End the meeting: every open round closes, nobody can join any more."""
        present = self._connections.present(meeting_id)

        def job(tx: Transaction) -> bool:
            row = _expect(tx, meeting_id, version)
            if row.status in ("ended", "sealed"):
                return False
            if row.status == "prepared":
                raise Problem("not_started")
            for round in rounds.of_meeting(tx, meeting_id):
                if round.status == "open":
                    self._close(tx, round, present)
            meetings.set_status(tx, meeting_id, "ended")
            meetings.set_place(tx, meeting_id, None, "item")
            meetings.move_version(tx, meeting_id)
            return True

        if self._store.write(job, forget_order=True):
            for round in self._read_stage(meeting_id).composition_rounds():
                self._step_composition(round)
            self._announce(meeting_id)

    def seal(self, meeting_id: str, version: int | None = None) -> None:
        """Anonymise an ended meeting for good: fresh numbers, no participants, no key."""

        def job(tx: Transaction) -> frozenset[str] | None:
            row = _expect(tx, meeting_id, version)
            if row.status == "sealed":
                return None
            if row.status != "ended":
                raise Problem("not_ended")
            self._seal_answers(tx, row)
            left = participants.delete_all(tx, meeting_id)
            meetings.set_status(tx, meeting_id, "sealed")
            meetings.move_version(tx, meeting_id)
            return left

        left = self._store.write(job, forget_order=True)
        # Also when it was sealed before: the laptop may have died between the two.
        self._keys.destroy(meeting_id)
        if left is not None:
            self._let_go(meeting_id, left)
            self._announce(meeting_id)

    def go_to(self, meeting_id: str, item: str | None, wall: str | None, version: int | None = None) -> None:
        """Go to an item of the agenda, or switch what the wall shows, or both."""
        if wall is not None and wall not in WALL_VIEWS:
            raise Problem("malformed", field="wall")

        def job(tx: Transaction) -> bool:
            row = _expect_running(tx, meeting_id, version)
            if item is None:
                meetings.set_place(tx, meeting_id, row.item, _wall_view(wall, row.wall))
                return False
            kind = _item_type(row, item)
            meetings.unskip(tx, meeting_id, item)
            meetings.set_place(tx, meeting_id, item, _wall_view(wall, WALL_OF_ITEM.get(kind, "item")))
            meetings.move_version(tx, meeting_id)
            return True

        phones_too = self._store.write(job)
        self._announce(meeting_id, *(AUDIENCES if phones_too else ("console", "wall")))

    def skip(self, meeting_id: str, item: str, version: int | None = None) -> None:
        """Leave an item out and go on to the next one."""

        def job(tx: Transaction) -> None:
            row = _expect_running(tx, meeting_id, version)
            _item_type(row, item)
            stage = self._assemble(tx, row)
            if any(round.status == "open" for round in stage.rounds_of(item)):
                raise Problem("still_open")
            meetings.skip(tx, meeting_id, item)
            if row.item == item:
                following = next_item(replace(stage, skipped=stage.skipped | {item}), item)
                if following is not None:
                    view = WALL_OF_ITEM.get(following.type, "item")
                    meetings.set_place(tx, meeting_id, following.id, view)
            meetings.move_version(tx, meeting_id)

        self._store.write(job)
        self._announce(meeting_id)

    # ── Rounds ──────────────────────────────────────────────────────────────────────────────────────

    def open_round(self, meeting_id: str, question_id: str, version: int | None = None) -> str:
        """Ask a question now; the id of its new round. Earlier rounds of it are kept."""

        def job(tx: Transaction) -> str:
            row = _expect_running(tx, meeting_id, version)
            meeting = read_document(row.document)
            question = meeting.questions.get(question_id)
            if question is None:
                raise Problem("no_such_question")
            if question.composition:
                raise Problem("asked_by_server")
            stage = self._assemble(tx, row)
            if any(round.question == question_id for round in stage.open_rounds()):
                raise Problem("already_open")
            item = _item_of_question(stage, question_id)
            round = self._new_round(tx, meeting_id, item, question)
            rounds.insert(tx, round)
            if item is not None:
                meetings.unskip(tx, meeting_id, item)
            # A question that is not on the agenda leaves the meeting at no item, so that it is what is shown.
            meetings.set_place(tx, meeting_id, item, "item")
            meetings.move_version(tx, meeting_id)
            return round.id

        round_id = self._store.write(job)
        self._announce(meeting_id)
        self._note_move(round_id)
        return round_id

    def close_round(self, round_id: str, version: int | None = None) -> None:
        """Close a round: what was acknowledged until now is what is counted."""
        present = self._connections.present(self.round(round_id).meeting)

        def close(tx: Transaction, round: Round) -> None:
            self._close(tx, round, present)

        self._turn("close", round_id, version, close)

    def reveal(self, round_id: str, version: int | None = None) -> None:
        """Show the result of a closed round, on the wall and on the phones."""
        shown = self.disclosed(round_id).as_record()

        def reveal(tx: Transaction, round: Round) -> None:
            rounds.set_status(tx, round.id, "revealed")
            rounds.record_release(tx, round.id, "room", shown)
            meetings.set_place(tx, round.meeting, round.item, "item")

        self._turn("reveal", round_id, version, reveal)

    def hide(self, round_id: str, version: int | None = None) -> None:
        """Take a result off the wall and the phones again."""
        self._turn("hide", round_id, version, lambda tx, round: rounds.set_status(tx, round.id, "closed"))

    def round(self, round_id: str) -> Round:
        round = rounds.find(self._store.reader(), round_id)
        if round is None:
            raise Problem("no_such_round")
        return round

    def _turn(
        self, verb: Verb, round_id: str, version: int | None, change: Callable[[Transaction, Round], None]
    ) -> None:
        """Take a round one step on; saying the same again changes nothing and is no mistake."""
        meeting_id = self.round(round_id).meeting

        def job(tx: Transaction) -> bool:
            row = _expect(tx, meeting_id, version)
            round = rounds.find(tx, round_id)
            if round is None:
                raise Problem("no_such_round")
            if row.status == "sealed" and verb != "close":
                raise Problem("not_running")
            if round.composition:
                raise Problem("asked_by_server")
            try:
                after = step(verb, round.status)
            except OutOfTurn:
                raise Problem("still_open") from None
            if after == round.status:
                return False
            change(tx, round)
            meetings.move_version(tx, meeting_id)
            return True

        if self._store.write(job, forget_order=verb == "close"):
            self._announce(meeting_id)

    def _close(self, tx: Transaction, round: Round, present: frozenset[str]) -> None:
        connected = len(present | ballots.participants(tx, round.id))
        rounds.close(tx, round.id, connected, stamp(self._clock.now()))
        ballots.forget_order(tx, round.id)

    def _new_round(self, tx: Transaction, meeting_id: str, item: str | None, question: Question) -> Round:
        return Round(
            id=secrets.token_hex(8),
            meeting=meeting_id,
            item=item,
            question=question.id,
            question_version=question.version,
            run=rounds.last_run(tx, meeting_id, question.id) + 1,
            status="open",
            connected=None,
            opened_at=stamp(self._clock.now()),
            composition=question.composition,
            rehearsal=not question.composition and participants.in_rehearsal(tx, meeting_id) > 0,
        )

    # ── Participants ────────────────────────────────────────────────────────────────────────────────

    def join(
        self, code: str, token: str | None = None, *, channel: Channel = "phone", rehearsal: bool = False
    ) -> Joined:
        """Let a device into the meeting with the code. A device that is in it already stays who it is."""
        stage = self.meeting_with_code(code)
        known = self.participant(token)
        if token and known is not None and known.meeting == stage.meeting.id:
            return Joined(token, known)
        if stage.status in ("ended", "sealed"):
            raise Problem("meeting_over")
        joined = Joined(mint(), Participant(secrets.token_hex(16), stage.meeting.id, channel, rehearsal))
        self._let_in(joined)
        if rehearsal:
            self._forget_stage(stage.meeting.id)
            if stage.rehearsal == 0:
                self._announce(stage.meeting.id, "console", "wall")
        return joined

    def next_respondent(self, token: str) -> Participant:
        """A fresh participant for a shared tablet; the one before stays counted."""
        before = self.participant(token)
        if before is None:
            raise Problem("not_joined")
        if before.channel != "tablet":
            raise Problem("not_a_tablet")
        if self.stage(before.meeting).status in ("ended", "sealed"):
            raise Problem("meeting_over")
        after = replace(before, id=secrets.token_hex(16))
        self._let_in(Joined(token, after))
        return after

    def participant(self, token: str | None) -> Participant | None:
        """Whom a device answers for."""
        if not token:
            return None
        found = participants.of_device(self._store.reader(), digest(token))
        if found is not None:
            self._connections.heard_of(found.meeting, found.id)
        return found

    def mine(self, participant: Participant) -> dict[str, dict[str, Any]]:
        """What a participant has answered in each round, and that it counts."""
        answered = ballots.of_participant(self._store.reader(), participant.id)
        return {round: {"answer": answer, "status": "counted"} for round, answer in answered.items()}

    def discard_rehearsal(self, meeting_id: str, version: int | None = None) -> None:
        """Forget the rehearsal: its participants, what they answered, and the rounds opened meanwhile.

        A meeting in which nobody else has answered is as if it had never been started.
        """

        def job(tx: Transaction) -> frozenset[str]:
            row = _expect(tx, meeting_id, version)
            if rounds.counted_with_rehearsal(tx, meeting_id, at_least=N_TOTAL):
                raise Problem("rehearsal_counted")
            rounds.forget_rehearsed_releases(tx, meeting_id)
            rounds.delete_rehearsed(tx, meeting_id, at_least=N_TOTAL)
            left = participants.delete_rehearsing(tx, meeting_id)
            if row.status == "running":
                meetings.set_place(tx, meeting_id, None, "join")
            if not ballots.any_in(tx, meeting_id):
                rounds.delete_all(tx, meeting_id)
                meetings.begin_anew(tx, meeting_id)
            meetings.move_version(tx, meeting_id)
            return left

        self._let_go(meeting_id, self._store.write(job, forget_order=True))
        self._announce(meeting_id)

    def _let_go(self, meeting_id: str, left: Iterable[str]) -> None:
        """Forget participants who are no more, on the network as well."""
        for participant in left:
            self._hub.disconnect(participant)
            self._connections.forget(meeting_id, participant)

    def _let_in(self, joined: Joined) -> None:
        def job(tx: Transaction) -> None:
            participants.insert(tx, joined.participant)
            participants.give_device(tx, digest(joined.token), joined.participant.id)

        self._store.write(job)
        self._connections.heard_of(joined.participant.meeting, joined.participant.id)

    # ── Ballots ─────────────────────────────────────────────────────────────────────────────────────

    def cast(self, participant: Participant, ballot_id: Any, round_id: Any, answer: Any) -> Verdict:
        """Count an answer: "counted", or "repeated" when this ballot was counted before.

        Returns once the ballot is on the disk. Refuses a ballot of another content under a known id, one
        for a closed round, and one that does not fit its question.
        """
        cast = self._checked(participant, ballot_id, round_id, answer)
        return self._verdict(cast, self._store.gather(ballots.cast_all, cast))

    def cast_later(
        self,
        participant: Participant,
        ballot_id: Any,
        round_id: Any,
        answer: Any,
        done: Callable[[Verdict | Exception], None],
    ) -> None:
        """As ``cast``, without waiting: ``done`` is called with the verdict or the refusal once it is known.

        What can be refused at once is raised at once.
        """
        cast = self._checked(participant, ballot_id, round_id, answer)

        def settle(outcome: ballots.Outcome | BaseException) -> None:
            try:
                verdict = self._verdict(cast, outcome)
            except Exception as error:  # noqa: BLE001 - handed on to whoever asked
                done(error)
            else:
                done(verdict)

        self._store.gather_later(ballots.cast_all, cast, settle)

    def _checked(self, participant: Participant, ballot_id: Any, round_id: Any, answer: Any) -> ballots.Cast:
        ballot = self._well_formed(participant, ballot_id, round_id, answer)
        if self.stage(participant.meeting).status == "sealed":
            raise Problem("not_joined")  # and no new key is made for what has none any more
        return ballots.Cast(ballot, self._keys.of_meeting(participant.meeting))

    def _verdict(self, cast: ballots.Cast, outcome: ballots.Outcome | BaseException) -> Verdict:
        """What the store says of a ballot, as the doors tell it."""
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome == "stranger":
            raise Problem("not_joined")
        if outcome == "closed":
            raise Problem("not_open")
        if outcome == "conflict":
            raise Problem("ballot_conflict")
        if outcome == "counted":
            self._note_move(cast.ballot.round)
        return outcome

    def _well_formed(self, participant: Participant, ballot_id: Any, round_id: Any, answer: Any) -> Ballot:
        if not is_ballot_id(ballot_id):
            raise Problem("malformed", field="id")
        if not isinstance(round_id, str) or not round_id.isprintable():
            raise Problem("malformed", field="round")
        meeting, question = self._question_of_round(round_id)
        if meeting != participant.meeting:
            raise Problem("no_such_round")
        return Ballot(ballot_id, round_id, participant.id, self._spelt_answer(round_id, question, answer))

    def _spelt_answer(self, round_id: str, question: Question, answer: Any) -> str:
        """The canonical answer as it is stored. A hall gives the same few answers: each is judged once."""
        key = (round_id, repr(answer))  # of JSON values no two different ones look the same
        spelt = self._judged.get(key)
        if spelt is None:
            spelt = canonical(checked_answer(question, answer))
            if len(self._judged) >= MOST_JUDGED:
                self._judged.clear()
            if question.options and len(key[1]) <= LONGEST_JUDGED:
                self._judged[key] = spelt
        return spelt

    def _question_of_round(self, round_id: str) -> tuple[str, Question]:
        """The meeting and the question of a round: neither ever changes, so both are remembered."""
        if round_id not in self._rounds:
            round = self.round(round_id)
            question = self.stage(round.meeting).question_of(round)
            self._rounds[round_id] = (round.meeting, question)
        return self._rounds[round_id]

    # ── Results ─────────────────────────────────────────────────────────────────────────────────────

    def disclosed(self, round_id: str) -> Disclosed:
        """What may be shown of a round, at any door: the gate stands here."""
        round = self.round(round_id)
        if round.status == "open":
            progress = self.progress(round_id)
            return disclose_open(round_id, progress.answered, progress.connected)
        question = self.stage(round.meeting).question_of(round)
        counted = self._tally(round, question)
        if round.composition:
            return disclose_picture(counted, self._picture(round_id), status=round.status)
        approved = [entry.text for entry in self._approved(round)]
        return disclose(
            counted,
            status=round.status,
            sensitive=question.sensitive,
            multiple=kind_of(question).is_multiple(question),
            texts=approved,
        )

    def progress(self, round_id: str) -> Progress:
        """How many have answered, of how many connected."""
        round = self.round(round_id)
        if self.stage(round.meeting).status == "sealed":
            sealed = ballots.sealed_answers(self._store.reader(), round_id)
            return Progress(len(sealed), round.connected or 0)
        answered = self._answered_by(round)
        return Progress(len(answered), self._connected(round, answered))

    def composition(self, meeting_id: str, language: str) -> tuple[CompositionView, ...]:
        """Who is in the room, as far as it has been released."""
        stage = self.stage(meeting_id)
        pictures = {round.id: self._picture(round.id) for round in stage.composition_rounds()}
        return composition_views(stage, pictures, language)

    def composition_picture(self, round_id: str) -> Picture | None:
        """What was last released of a composition round."""
        return self._picture(round_id)

    def texts(self, round_id: str) -> list[TextEntry]:
        """The open texts of a closed round, for review; none where there are too few to show any."""
        round = self.round(round_id)
        if round.status == "open":
            raise Problem("still_open")
        if self.disclosed(round_id).withheld is not None:
            return []
        return ballots.texts(self._store.reader(), round_id)

    def review(self, round_id: str, *, approve: Iterable[str] | None = (), hide: Iterable[str] = ()) -> None:
        """Approve or hide open texts; ``approve=None`` approves all that are not hidden."""
        known = {entry.id: entry for entry in self.texts(round_id)}
        hidden = list(hide)
        if approve is None:
            approved = [entry.id for entry in known.values() if entry.status == "waiting"]
        else:
            approved = list(approve)
        if not all(name in known for name in (*approved, *hidden)):
            raise Problem("no_such_text")
        round = self.round(round_id)

        def job(tx: Transaction) -> None:
            for name in approved:
                ballots.review(tx, name, "approved")
            for name in hidden:
                ballots.review(tx, name, "hidden")
            if round.status == "revealed":
                meetings.move_version(tx, round.meeting)

        self._store.write(job)
        if round.status != "revealed":
            self._announce(round.meeting, "console")
            return
        self._announce(round.meeting)
        self._store.write(_recording(round_id, self.disclosed(round_id).as_record()))

    def _tally(self, round: Round, question: Question) -> Tally:
        reader = self._store.reader()
        sealed = self.stage(round.meeting).status == "sealed"
        answers = ballots.sealed_answers(reader, round.id) if sealed else ballots.answers(reader, round.id)
        connected = round.connected
        if connected is None:
            connected = self.progress(round.id).connected
        return tally(round.id, answers, connected, lambda valid: kind_of(question).count(question, valid))

    def _approved(self, round: Round) -> list[TextEntry]:
        reader = self._store.reader()
        if self.stage(round.meeting).status == "sealed":
            return ballots.sealed_texts(reader, round.id)
        return [entry for entry in ballots.texts(reader, round.id) if entry.status == "approved"]

    def _answered_by(self, round: Round) -> frozenset[str]:
        return ballots.participants(self._store.reader(), round.id)

    def _connected(self, round: Round, answered: frozenset[str]) -> int:
        if round.connected is not None:
            return round.connected
        return len(self._connections.present(round.meeting) | answered)

    def _picture(self, round_id: str) -> Picture | None:
        body = rounds.last_release(self._store.reader(), round_id, "room")
        return Picture(**body) if body else None

    # ── News: told a few times a second, counted from the rows ─────────────────────────────────────

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return self._clock.now()

    def presence(self, meeting_id: str) -> int:
        """How many participants are connected."""
        return len(self._connections.present(meeting_id))

    def saving(self) -> Saving:
        """Whether the last thing written reached the disk."""
        return self._store.saving

    def can_save(self) -> bool:
        """Whether a vote could be taken now: tried, not guessed."""
        try:
            self._store.write(lambda tx: meetings.set_setting(tx, "tried", stamp(self._clock.now())))
        except Problem:
            return False
        return True

    def tell_news(self) -> None:
        """Tell consoles and walls what moved since the last time. Called a few times a second."""
        for meeting_id in self._connections.meetings():
            if meeting_id:
                self._tell_presence(meeting_id)
        with self._moved_lock:
            moved, self._moved = self._moved, set()
        self._tell_saving()
        while moved:
            round = rounds.find(self._store.reader(), name := moved.pop())
            try:
                if round is not None:
                    self._tell_progress(round)
            except Exception:
                for missed in (name, *moved):
                    self._note_move(missed)
                raise

    def _tell_presence(self, meeting_id: str) -> None:
        connected = self.presence(meeting_id)
        if self._told_presence.get(meeting_id) == connected:
            return
        self._told_presence[meeting_id] = connected
        self._hub.announce_presence(meeting_id, connected)
        for round in self.stage(meeting_id).open_rounds():
            self._note_move(round.id)

    def _tell_progress(self, round: Round) -> None:
        if round.status != "open":
            return
        if round.composition:
            self._step_composition(round)
        progress = self.progress(round.id)
        if self._told_progress.get(round.id) == progress:
            return
        self._told_progress[round.id] = progress
        self._tally_seq += 1
        self._hub.announce_tally(
            round.meeting, round.id, progress.answered, progress.connected, self._tally_seq
        )

    def _tell_saving(self) -> None:
        now = self._clock.seconds()
        if now - self._tried_saving_at >= (
            TRY_SAVING_SECONDS if self._store.saving.ok else TRY_AGAIN_SECONDS
        ):
            self._tried_saving_at = now
            self.can_save()
        saving = self._store.saving
        if saving.ok != self._told_saving.ok:
            self._told_saving = saving
            for meeting_id in self._connections.meetings():
                self._hub.announce_saving(meeting_id, saving.ok)

    def _step_composition(self, round: Round) -> None:
        """Release the next picture of who is in the room, if enough is new."""
        question = self.stage(round.meeting).question_of(round)
        counts = self._tally(round, question).counts
        last = self._picture(round.id)
        picture = next_picture(last, counts, sensitive=question.sensitive)
        if picture is not None and picture != last:
            self._store.write(_recording(round.id, asdict(picture)))
            self._announce(round.meeting, "console", "wall")

    def _note_move(self, round_id: str) -> None:
        with self._moved_lock:
            self._moved.add(round_id)

    def _announce(self, meeting_id: str, *audiences: Any) -> None:
        self._forget_stage(meeting_id)
        self._hub.announce_state(meeting_id, *(audiences or AUDIENCES))

    # ── Where and how phones join ───────────────────────────────────────────────────────────────────

    def join_url(self, meeting: Meeting) -> str:
        """What the QR code of a meeting holds."""
        return self._whereabouts.join_url(meeting.code)

    def join_text(self, meeting: Meeting) -> str:
        """The address that people type."""
        return self._whereabouts.join_host()

    # ── Settings of the room ────────────────────────────────────────────────────────────────────────

    def wifi(self) -> Wifi | None:
        """The Wi-Fi that the join page lets phones join, if the facilitator has entered it."""
        stored = meetings.setting(self._store.reader(), "wifi")
        return Wifi(**stored) if stored else None

    def set_wifi(self, ssid: str, password: str) -> None:
        """Enter the room's Wi-Fi, or remove it with an empty name."""
        wifi = check_wifi(ssid, password) if ssid else None
        self._store.write(lambda tx: meetings.set_setting(tx, "wifi", asdict(wifi) if wifi else None))
        for stage in self.meetings():
            self._announce(stage.meeting.id, "console", "wall")

    # ── Reading ─────────────────────────────────────────────────────────────────────────────────────

    def _row(self, meeting_id: str) -> MeetingRow:
        return _find(self._store.reader(), meeting_id)

    def _read_stage(self, meeting_id: str) -> Stage:
        return self._assemble(self._store.reader(), self._row(meeting_id))

    def _assemble(self, connection: sqlite3.Connection, row: MeetingRow) -> Stage:
        meeting = replace(read_document(row.document), code=row.code)
        return Stage(
            meeting=meeting,
            status=row.status,
            version=row.version,
            item=next((item for item in meeting.agenda if item.id == row.item), None),
            wall=row.wall,
            rounds=rounds.of_meeting(connection, row.id),
            skipped=meetings.skipped(connection, row.id),
            rehearsal=participants.in_rehearsal(connection, row.id),
        )

    def _seal_answers(self, tx: Transaction, row: MeetingRow) -> None:
        stage = self._assemble(tx, row)
        values = {
            round.question: _chosen(ballots.answers_by_participant(tx, round.id))
            for round in stage.composition_rounds()
        }
        sharing: dict[str, list[Unsealed]] = {}
        for round in stage.rounds:
            if round.composition:
                _keep_only_what_was_shown(tx, round.id)
            answers = ballots.answers_by_participant(tx, round.id)
            answers = _without_unapproved(answers, ballots.approved_participants(tx, round.id))
            unsealed = Unsealed(round.id, answers, stage.question_of(round).breakdown)
            sharing.setdefault(numbering_of(stage, round), []).append(unsealed)
        for together in sharing.values():
            numbers = _drawn_numbers({name for one in together for name in one.answers})
            for round_id, rows in seal_together(together, values, numbers).items():
                for sealed in rows:
                    ballots.insert_sealed(
                        tx,
                        round_id,
                        sealed.respondent,
                        canonical(sealed.answer),
                        canonical(sealed.composition),
                    )


def checked_answer(question: Question, answer: Any) -> Mapping[str, Any]:
    """The canonical answer to a question; a Problem that says what is wrong with it."""
    if not isinstance(answer, dict):
        raise Problem("answer", reason=ANSWER_REASONS["shape"])
    if "abstain" in answer:
        if answer != {"abstain": True} or answer["abstain"] is not True:
            raise Problem("answer", reason=ANSWER_REASONS["shape"])
        return {"abstain": True}
    try:
        return kind_of(question).check(question, answer)
    except Malformed as error:
        raise Problem("answer", reason=ANSWER_REASONS[error.reason]) from None


def numbering_of(stage: Stage, round: Round) -> str:
    """Which rounds share respondent numbers: those of a declared pair, each by its last run; else none."""
    last_run = max(other.run for other in stage.rounds if other.question == round.question)
    if round.run != last_run:
        return round.id
    partner = stage.question_of(round).pair_with
    for question in stage.questions.values():
        if question.pair_with == round.question:
            partner = question.id
    return "+".join(sorted((round.question, partner))) if partner else round.id


def _find(tx: Transaction, meeting_id: Any) -> MeetingRow:
    nameable = isinstance(meeting_id, str) and meeting_id.isprintable()
    row = meetings.find(tx, meeting_id) if nameable else None
    if row is None:
        raise Problem("no_such_meeting")
    return row


def _expect(tx: Transaction, meeting_id: str, version: int | None) -> MeetingRow:
    """The meeting, if it is still as the one who acts has seen it."""
    row = _find(tx, meeting_id)
    if version is not None and version != row.version:
        raise Problem("stale")
    return row


def _expect_running(tx: Transaction, meeting_id: str, version: int | None) -> MeetingRow:
    row = _expect(tx, meeting_id, version)
    if row.status == "prepared":
        raise Problem("not_started")
    if row.status != "running":
        raise Problem("not_running")
    return row


def _same_document(known: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether two documents say the same; one without a code takes the code it was given here."""
    code = given["meeting"].get("code") or known["meeting"]["code"]
    return canonical(known) == canonical({**given, "meeting": {**given["meeting"], "code": code.upper()}})


def _free_code(tx: Transaction, wanted: str) -> str:
    if wanted:
        if meetings.find_by_code(tx, wanted) is not None:
            raise Problem("code_taken", code=wanted)
        return wanted
    while True:
        code = "".join(secrets.choice(documents.CODE_ALPHABET) for _ in range(4))
        if meetings.find_by_code(tx, code) is None and code not in documents.RESERVED:
            return code


def _item_type(row: MeetingRow, item: Any) -> str:
    for known in row.document["agenda"]:
        if known["id"] == item:
            return str(known.get("type", "question"))
    raise Problem("no_such_item")


def _item_of_question(stage: Stage, question_id: str) -> str | None:
    """The agenda item that asks a question: the current one if it does, else the first that does."""
    asking = [item.id for item in stage.agenda if item.question == question_id]
    if stage.item is not None and stage.item.id in asking:
        return stage.item.id
    return asking[0] if asking else None


def _wall_view(wanted: str | None, otherwise: WallView) -> WallView:
    return next((view for view in WALL_VIEWS if view == wanted), otherwise)


def _keep_only_what_was_shown(tx: Transaction, round_id: str) -> None:
    """Let the record of a composition question hold no count that was hidden."""
    body = rounds.last_release(tx, round_id, "room")
    if body is not None:
        counts = {name: count or 0 for name, count in body["shown"].items()}
        rounds.keep_last_release(tx, round_id, "room", {**body, "counts": counts})


def _recording(round_id: str, body: dict[str, Any]) -> Callable[[Transaction], None]:
    return lambda tx: rounds.record_release(tx, round_id, "room", body)


def _chosen(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The one value each participant gave to a composition question; abstentions give none."""
    return {
        participant: canonical(next(iter(answer.values())))
        for participant, answer in answers.items()
        if not answer.get("abstain")
    }


def _without_unapproved(
    answers: Mapping[str, dict[str, Any]], approved: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The answers, with every text emptied that the facilitator has not approved."""
    return {
        participant: {"text": ""} if "text" in answer and participant not in approved else answer
        for participant, answer in answers.items()
    }


def _drawn_numbers(names: Iterable[str]) -> dict[str, int]:
    """Fresh respondent numbers, drawn by lot."""
    drawn = list(names)
    secrets.SystemRandom().shuffle(drawn)
    return {name: number for number, name in enumerate(drawn, start=1)}
