"""From a sealed meeting in the room's file to the records of its bundle."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from kiosk.kinds import kind_of
from kiosk.meeting.document import Meeting, read_document
from kiosk.meeting.tally import Tally, tally
from kiosk.problems import Problem
from kiosk.statistics.population import ReferenceTable, write_tables
from kiosk.store import populations, sealed
from kiosk.store.sealed import Released, SealedRound, SealedRow
from kiosk.sync.bundle import LARGEST_PART, Bundle, line, make_bundle
from kiosk.sync.records import POPULATIONS, Record
from kiosk.sync.signing import Site


def bundle_of(connection: sqlite3.Connection, meeting_id: str, site: Site) -> Bundle:
    """The bundle of a sealed meeting; the same at every call, as long as the population is the same."""
    found = sealed.find(connection, meeting_id)
    if found is None:
        raise Problem("not_sealed")
    meeting = read_document(found.document)
    whole = [
        ("meeting", {"document": found.document, "heads": found.heads}),
        *_records(connection, meeting),
        *_populations(connection, meeting.dialogue_id),
    ]
    return make_bundle(site, meeting.dialogue_id, meeting.id, whole)


def _records(connection: sqlite3.Connection, meeting: Meeting) -> Iterator[tuple[str, Record]]:
    for round in sealed.rounds(connection, meeting.id):
        rows = list(sealed.answers(connection, round.id))
        counted = _counted(meeting, round, rows)
        # Ballots that came in after the close, on paper say, are of people who were there too.
        yield "rounds", {**asdict(round), "connected": counted.connected}
        yield "tallies", _tally_record(counted)
        if not round.composition:
            # Of who is here only the counts go along; what questions declared lies on their answers.
            yield from (_answer_record(round.id, row) for row in rows)
        yield from (_released_record(round.id, one) for one in sealed.releases(connection, round.id))


def _populations(connection: sqlite3.Connection, dialogue: str) -> Iterator[tuple[str, Record]]:
    """The population that the dialogue's rooms are compared with. One too large for a part stays here."""
    for row in populations.of_dialogue(connection, dialogue):
        record = {
            "name": row.name,
            "example": row.is_example,
            "table": write_tables(ReferenceTable(**table) for table in row.tables),
            "mapping": row.mapping,
        }
        if row.is_chosen and len(line(record)) <= LARGEST_PART:
            yield POPULATIONS, record


def _counted(meeting: Meeting, round: SealedRound, rows: list[SealedRow]) -> Tally:
    question = meeting.questions[round.question]
    answers = [row.answer for row in rows]
    return tally(round.id, answers, round.connected, lambda valid: kind_of(question).count(question, valid))


def _tally_record(counted: Tally) -> Record:
    return {
        "round": counted.round,
        "answered": counted.answered,
        "abstained": counted.abstained,
        "dont_know": counted.dont_know,
        "counts": dict(counted.counts),
    }


def _answer_record(round_id: str, row: SealedRow) -> tuple[str, Record]:
    """Texts go into a table of their own."""
    common: dict[str, Any] = {
        "round": round_id,
        "respondent": row.respondent,
        "composition": row.composition,
        "channel": row.channel,
    }
    if "text" in row.answer:
        return "texts", {**common, "text": row.answer["text"]}
    return "answers", {**common, "answer": row.answer}


def _released_record(round_id: str, one: Released) -> tuple[str, Record]:
    """What was shown, without texts: those that are kept are in their own table, and may have been looked at
    again.
    """
    body = {name: value for name, value in one.body.items() if name != "texts"}
    return "released", {"round": round_id, "audience": one.audience, "number": one.number, "body": body}
