"""Ballots: cast, count, review. One counted ballot per participant and round, kept by an index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

from kiosk.meeting.ballots import Ballot, Verdict, judge
from kiosk.meeting.rounds import RoundStatus
from kiosk.store.rows import insert

ReviewStatus = Literal["waiting", "approved", "hidden"]
Outcome = Verdict | Literal["stranger"]
"""What becomes of a ballot; "stranger" when its participant is no longer there."""
DIGEST_BYTES = 16


@dataclass(frozen=True)
class TextEntry:
    """One open text as the facilitator reviews it. The id is good for reviewing only."""

    id: str
    text: str
    status: ReviewStatus
    blocked: bool = False
    """Whether it holds a word that somebody should look at first."""


class Cast(NamedTuple):
    """A ballot on its way in, with the key of its meeting."""

    ballot: Ballot
    key: bytes


def cast_all(connection: sqlite3.Connection, casts: Sequence[Cast]) -> list[Outcome]:
    """Count ballots, or say of each why not; the outcomes are in the order of the ballots.

    A ballot's id is looked for before the state of its round, and the state is read in the transaction
    that writes, so a close can never fall between the two.

    A handful of statements does for any number of ballots: each one lets go of the interpreter, and under
    load waits to get it back. Ballots that touch one another's rows take turns.
    """
    outcomes: list[Outcome] = ["closed"] * len(casts)
    waiting: Sequence[int] = range(len(casts))
    while waiting:
        together, waiting = _independent(casts, waiting)
        of_these = _cast_together(connection, [casts[place] for place in together])
        for place, outcome in zip(together, of_these, strict=True):
            outcomes[place] = outcome
    return outcomes


def _independent(casts: Sequence[Cast], waiting: Sequence[int]) -> tuple[list[int], list[int]]:
    """The first ballot of every id and of every participant and round, and the rest, both in order."""
    ids: set[str] = set()
    voters: set[tuple[str, str]] = set()
    together: list[int] = []
    later: list[int] = []
    for place in waiting:
        ballot = casts[place].ballot
        voter = (ballot.round, ballot.participant)
        (later if ballot.id in ids or voter in voters else together).append(place)
        ids.add(ballot.id)
        voters.add(voter)
    return together, later


def _cast_together(connection: sqlite3.Connection, casts: Sequence[Cast]) -> list[Outcome]:
    hashes = {key: _keyed_hash(key) for key in {cast.key for cast in casts}}
    rows = [_row(cast.ballot, hashes[cast.key]) for cast in casts]
    standing = _standing(connection, rows)
    outcomes: list[Outcome] = []
    counted: list[_Row] = []
    for row in rows:
        ballot_id, round_id, participant, digest, _ = row
        outcome: Outcome = "stranger"
        if participant in standing.participants:
            known = standing.digests.get(ballot_id)
            status = standing.rounds.get(round_id, "closed")
            outcome = judge(known=known is not None, same=known == digest, status=status)
        outcomes.append(outcome)
        if outcome == "counted":
            counted.append(row)
    if counted:
        if standing.has_answers:
            _supersede(connection, counted)
        # In the order of the table, so that each of its pages is met once.
        insert(connection, "ballot (id, round, participant, digest, answer)", sorted(counted))
    return outcomes


_Row = tuple[str, str, str, str, str]
"""What is stored of a ballot: its keyed id, round, participant, keyed digest, answer."""


def _row(ballot: Ballot, keyed_hash: blake2b) -> _Row:
    digest = _digest(keyed_hash, ballot.round, ballot.participant, ballot.answer)
    return _digest(keyed_hash, ballot.id), ballot.round, ballot.participant, digest, ballot.answer


class _Standing(NamedTuple):
    """What ballots find that come in together."""

    digests: Mapping[str, str]
    """Of those of them that have been accepted before, by their ids."""
    rounds: Mapping[str, RoundStatus]
    participants: frozenset[str]
    """Those who are still there."""
    has_answers: bool
    """Whether any of them has answered any of these rounds before."""


_FIND_STANDING = """
    SELECT
        (SELECT json_group_object(id, digest) FROM ballot WHERE id IN (SELECT value FROM json_each(:ids))),
        (SELECT json_group_object(id, status) FROM round WHERE id IN (SELECT value FROM json_each(:rounds))),
        (SELECT json_group_array(id) FROM participant
            WHERE id IN (SELECT value FROM json_each(:participants))),
        EXISTS (SELECT 1 FROM ballot INDEXED BY one_counted_ballot WHERE answer IS NOT NULL
            AND round IN (SELECT value FROM json_each(:rounds))
            AND participant IN (SELECT value FROM json_each(:participants)))
"""


def _standing(connection: sqlite3.Connection, rows: Sequence[_Row]) -> _Standing:
    ids, rounds, participants = (json.dumps(sorted({row[column] for row in rows})) for column in range(3))
    found = connection.execute(
        _FIND_STANDING, {"ids": ids, "rounds": rounds, "participants": participants}
    ).fetchone()
    digests, statuses, present = map(json.loads, found[:3])
    return _Standing(digests, statuses, frozenset(present), bool(found[3]))


def _supersede(connection: sqlite3.Connection, rows: Sequence[_Row]) -> None:
    """Let new ballots count instead of earlier ones of the same participants in the same rounds."""
    for round_id in {row[1] for row in rows}:
        changing = [row[2] for row in rows if row[1] == round_id]
        connection.execute(
            "UPDATE ballot SET answer = NULL WHERE round = ? AND answer IS NOT NULL "
            "AND participant IN (SELECT value FROM json_each(?))",
            (round_id, json.dumps(changing)),
        )


def keyed(key: bytes, *parts: str) -> str:
    """A digest that cannot be made or undone without the key."""
    return _digest(_keyed_hash(key), *parts)


def _keyed_hash(key: bytes) -> blake2b:
    return blake2b(key=key, digest_size=DIGEST_BYTES)


def _digest(keyed_hash: blake2b, *parts: str) -> str:
    digest = keyed_hash.copy()
    for part in parts:
        spelt = part.encode("utf-8", "surrogatepass")
        digest.update(len(spelt).to_bytes(4, "big") + spelt)
    return digest.hexdigest()


def answers(connection: sqlite3.Connection, round_id: str) -> list[dict[str, Any]]:
    """The counted answers of a round. Who answers alike shares one value: it is for reading."""
    rows = connection.execute(
        "SELECT answer, count(*) FROM ballot WHERE round = ? AND answer IS NOT NULL GROUP BY answer",
        (round_id,),
    )
    return _one_each(rows.fetchall())


def _one_each(rows: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """A value for each person, of JSON texts and how many gave each: a hall gives few, and votes wait."""
    return [value for text, people in rows for value in [json.loads(text)] * people]


def answers_by_participant(connection: sqlite3.Connection, round_id: str) -> dict[str, dict[str, Any]]:
    """The counted answers of a round, each with its participant. For sealing alone."""
    rows = connection.execute(
        "SELECT participant, answer FROM ballot WHERE round = ? AND answer IS NOT NULL", (round_id,)
    )
    return {row[0]: json.loads(row[1]) for row in rows}


def participants(connection: sqlite3.Connection, round_id: str) -> frozenset[str]:
    """Who has answered a round. In one row: each further one lets go of the interpreter, as above."""
    row = connection.execute(
        "SELECT json_group_array(participant) FROM ballot WHERE round = ? AND answer IS NOT NULL", (round_id,)
    ).fetchone()
    return frozenset(json.loads(row[0]))


def people_in(connection: sqlite3.Connection, round_id: str) -> int:
    """How many have answered a round, the rehearsal's phones left out."""
    row = connection.execute(
        "SELECT count(*) FROM ballot b JOIN participant p ON p.id = b.participant "
        "WHERE b.round = ? AND b.answer IS NOT NULL AND p.rehearsal = 0",
        (round_id,),
    ).fetchone()
    return int(row[0])


def of_participant(connection: sqlite3.Connection, participant: str) -> dict[str, dict[str, Any]]:
    """What a participant has answered, per round."""
    rows = connection.execute(
        "SELECT b.round, b.answer FROM participant p JOIN round r ON r.meeting = p.meeting "
        "JOIN ballot b ON b.round = r.id AND b.participant = p.id AND b.answer IS NOT NULL WHERE p.id = ?",
        (participant,),
    )
    return {row[0]: json.loads(row[1]) for row in rows}


def forget_order(connection: sqlite3.Connection, round_id: str) -> None:
    """Write a round's ballots anew, in the order of their random ids.

    Rows lie in a page of the file in the order they were written in; this overwrites what that tells.
    """
    rows = connection.execute(
        "SELECT id, round, participant, digest, answer FROM ballot WHERE round = ? ORDER BY id", (round_id,)
    ).fetchall()
    reviews = connection.execute(
        "SELECT ballot, status FROM text_review WHERE ballot IN (SELECT id FROM ballot WHERE round = ?)",
        (round_id,),
    ).fetchall()
    connection.execute("DELETE FROM ballot WHERE round = ?", (round_id,))
    insert(connection, "ballot (id, round, participant, digest, answer)", rows)
    insert(connection, "text_review (ballot, status)", reviews)


def texts(connection: sqlite3.Connection, round_id: str) -> list[TextEntry]:
    """The open texts of a round with what the facilitator decided of each, in no telling order."""
    rows = connection.execute(
        "SELECT b.id, json_extract(b.answer, '$.text'), "
        "iif(m.participant IS NOT NULL, 'hidden', coalesce(r.status, 'waiting')) FROM ballot b "
        "LEFT JOIN text_review r ON r.ballot = b.id LEFT JOIN muted m ON m.participant = b.participant "
        "WHERE b.round = ? AND json_extract(b.answer, '$.text') IS NOT NULL ORDER BY b.id",
        (round_id,),
    )
    return [TextEntry(*row) for row in rows]


def review(connection: sqlite3.Connection, ballot_id: str, status: Literal["approved", "hidden"]) -> None:
    connection.execute(
        "INSERT INTO text_review (ballot, status) VALUES (?, ?) "
        "ON CONFLICT (ballot) DO UPDATE SET status = excluded.status",
        (ballot_id, status),
    )


def approved_participants(connection: sqlite3.Connection, round_id: str) -> frozenset[str]:
    """Whose open texts the facilitator has approved. For sealing alone."""
    rows = connection.execute(
        "SELECT b.participant FROM ballot b JOIN text_review r ON r.ballot = b.id "
        "WHERE b.round = ? AND b.answer IS NOT NULL AND r.status = 'approved' "
        "AND b.participant NOT IN (SELECT participant FROM muted)",
        (round_id,),
    )
    return frozenset(row[0] for row in rows)


def any_in(connection: sqlite3.Connection, meeting_id: str) -> bool:
    """Whether anybody has answered anything in a meeting."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM ballot b JOIN round r ON r.id = b.round WHERE r.meeting = ?)",
        (meeting_id,),
    ).fetchone()
    return bool(row[0])


def insert_sealed(
    connection: sqlite3.Connection, rows: Sequence[tuple[str, int, str, str, str | None]]
) -> None:
    """Put sealed answers in: round, respondent, answer, composition, channel of each."""
    insert(connection, "sealed_answer (round, respondent, answer, composition, channel)", rows)


def sealed_answers(connection: sqlite3.Connection, round_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT answer, count(*) FROM sealed_answer WHERE round = ? GROUP BY answer", (round_id,)
    )
    return _one_each(rows.fetchall())


def sealed_texts(connection: sqlite3.Connection, round_id: str) -> list[TextEntry]:
    """The texts that were approved before the seal; the others were emptied by it."""
    rows = connection.execute(
        "SELECT respondent, json_extract(answer, '$.text') AS text FROM sealed_answer "
        "WHERE round = ? AND text != '' ORDER BY respondent",
        (round_id,),
    )
    return [TextEntry(str(row[0]), row[1], "approved") for row in rows]
