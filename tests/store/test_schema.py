"""The schema: what it refuses by itself, whoever writes, and what it has no place for."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from kiosk.engine import Engine
from kiosk.store.schema import migrations
from kiosk.store.store import Store

MIGRATIONS = [migration.name for migration in migrations.pending(Database(memory=True))]

ROWS = {
    "meeting": [
        "INSERT INTO meeting (id, code, document, created_at) VALUES ('m1', 'MEET', '{}', 'now')",
        "INSERT INTO question (meeting, id, version) VALUES ('m1', 'q', 1)",
        """INSERT INTO round (id, meeting, question, question_version, run, opened_at)
           VALUES ('r1', 'm1', 'q', 1, 1, 'now')""",
    ],
    "ballot": [
        "INSERT INTO participant (id, meeting, channel) VALUES ('p1', 'm1', 'phone'), ('p2', 'm1', 'tablet')",
        "INSERT INTO device (token_digest, participant) VALUES (x'01', 'p1')",
        "INSERT INTO ballot (id, round, participant, digest, answer) VALUES ('b1', 'r1', 'p1', 'd1', '{}')",
        "INSERT INTO text_review (ballot, status) VALUES ('b1', 'approved')",
    ],
}
"""One meeting in which one of two people has answered the one question."""

Run = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def run(tmp_path: Path, engine: Engine) -> Run:
    """Runs a statement in the room's file, in which one person has answered one question."""
    store = Store(tmp_path / "room.sqlite", engine)

    def run(statement: str) -> list[tuple[object, ...]]:
        return store.write(lambda tx: tx.execute(statement).fetchall())

    for statement in (*ROWS["meeting"], *ROWS["ballot"]):
        run(statement)
    return run


BALLOT = "INSERT INTO ballot (id, round, participant, digest, answer) VALUES"
ROUND = (
    "INSERT INTO round (id, meeting, question, question_version, run, status, connected, opened_at) VALUES"
)
MEETING = "INSERT INTO meeting (id, code, document, created_at) VALUES"
PARTICIPANT = "INSERT INTO participant (id, meeting, channel) VALUES"
DEVICE = "INSERT INTO device (token_digest, participant) VALUES"
SESSION = "INSERT INTO session (digest, id, role, label, started_at) VALUES"

REFUSED = [
    ("a second counted ballot of one participant in one round", f"{BALLOT} ('b2', 'r1', 'p1', 'd2', '{{}}')"),
    ("a ballot id twice", f"{BALLOT} ('b1', 'r1', 'p2', 'd2', '{{}}')"),
    ("a ballot of nobody", f"{BALLOT} ('b2', 'r1', 'p9', 'd2', '{{}}')"),
    ("a ballot in no round", f"{BALLOT} ('b2', 'r9', 'p2', 'd2', '{{}}')"),
    ("a ballot without an id", f"{BALLOT} (NULL, 'r1', 'p2', 'd2', '{{}}')"),
    ("an answer that is not JSON", f"{BALLOT} ('b2', 'r1', 'p2', 'd2', 'yes')"),
    ("a question open twice", f"{ROUND} ('r2', 'm1', 'q', 1, 2, 'open', NULL, 'now')"),
    ("a run twice", f"{ROUND} ('r2', 'm1', 'q', 1, 1, 'closed', 0, 'now')"),
    ("a run before the first", f"{ROUND} ('r2', 'm1', 'q', 1, 0, 'closed', 0, 'now')"),
    ("a round of another version", f"{ROUND} ('r2', 'm1', 'q', 2, 2, 'closed', 0, 'now')"),
    ("a round of no meeting", f"{ROUND} ('r2', 'm9', 'q', 1, 2, 'closed', 0, 'now')"),
    ("a closed round that does not say how many were there", "UPDATE round SET status = 'closed'"),
    ("an open round that says how many were there", "UPDATE round SET connected = 3"),
    ("fewer than nobody connected", "UPDATE round SET status = 'closed', connected = -1"),
    ("a round in an unknown state", "UPDATE round SET status = 'paused', connected = 1"),
    ("a meeting in an unknown state", "UPDATE meeting SET status = 'paused'"),
    ("a meeting at version nought", "UPDATE meeting SET version = 0"),
    ("a wall that shows something unknown", "UPDATE meeting SET wall = 'film'"),
    ("a meeting without a document", "UPDATE meeting SET document = 'none'"),
    ("a code twice, in any case", f"{MEETING} ('m2', 'meet', '{{}}', 'now')"),
    ("an unknown channel", f"{PARTICIPANT} ('p3', 'm1', 'hands')"),
    ("a participant of no meeting", f"{PARTICIPANT} ('p3', 'm9', 'phone')"),
    ("a device of nobody", f"{DEVICE} (x'02', 'p9')"),
    ("a token that is not a digest", f"{DEVICE} ('secret', 'p2')"),
    ("a review that decides nothing", "UPDATE text_review SET status = 'waiting'"),
    ("a session of an unknown role", f"{SESSION} (x'01', 's', 'admin', '', 'now')"),
]


@pytest.mark.parametrize("statement", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_by_the_file_itself(run: Run, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        run(statement)


def test_a_superseded_ballot_cannot_count_again(run: Run) -> None:
    run(f"{BALLOT} ('b2', 'r1', 'p1', 'd2', NULL)")
    with pytest.raises(sqlite3.IntegrityError):
        run("UPDATE ballot SET answer = '{}' WHERE id = 'b2'")


def test_superseded_ballots_may_be_many(run: Run) -> None:
    for number in range(2, 6):
        run(f"{BALLOT} ('b{number}', 'r1', 'p1', 'd', NULL)")
    assert run("SELECT count(*) FROM ballot WHERE participant = 'p1'") == [(5,)]


def test_a_participant_goes_with_everything_they_left(run: Run) -> None:
    run("DELETE FROM participant WHERE id = 'p1'")
    for table in ("ballot", "device", "text_review"):
        assert run(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_ballots_go_with_their_round(run: Run) -> None:
    run("DELETE FROM round")
    assert run("SELECT count(*) FROM ballot") == [(0,)]
    assert run("SELECT count(*) FROM participant") == [(2,)]


PLACES = {
    "participant": {"id", "meeting", "channel", "rehearsal"},
    "device": {"token_digest", "participant"},
    "ballot": {"id", "round", "participant", "digest", "answer"},
    "text_review": {"ballot", "status"},
    "sealed_answer": {"round", "respondent", "answer", "composition", "channel"},
}


def columns(run: Run, table: str) -> set[str]:
    return {str(row[0]) for row in run(f"SELECT name FROM pragma_table_info('{table}')")}


@pytest.mark.parametrize("table", PLACES)
def test_there_is_no_place_for_a_time_an_address_or_a_browser(run: Run, table: str) -> None:
    assert columns(run, table) == PLACES[table]


def test_only_acts_of_the_facilitator_have_a_time(run: Run) -> None:
    tables = [str(row[0]) for row in run("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    telling = {
        f"{table}.{name}"
        for table in tables
        if not table.startswith("_")
        for name in columns(run, table)
        if re.search(r"(_at|^at|time|stamp|date|address|agent|host)$|^ip", name)
    }
    assert telling == {
        "meeting.created_at",
        "round.opened_at",
        "round.closed_at",
        "ticket.expires_at",
        "session.started_at",
        "act.at",
    }


@pytest.mark.parametrize("table", PLACES)
def test_rows_about_people_have_no_number_of_their_own(run: Run, table: str) -> None:
    statement = run(f"SELECT sql FROM sqlite_schema WHERE name = '{table}'")[0][0]
    assert "WITHOUT ROWID" in str(statement)


# ── Migrations ───────────────────────────────────────────────────────────────────────────────────────


def schema_of(database: Database) -> set[tuple[str, str]]:
    return set(database.execute("SELECT name, sql FROM sqlite_schema").fetchall())


def test_migrations_apply_twice_and_change_nothing_more(tmp_path: Path) -> None:
    database = Database(tmp_path / "room.sqlite")
    migrations.apply(database)
    for statement in (*ROWS["meeting"], *ROWS["ballot"]):
        database.execute(statement)
    before = schema_of(database)
    migrations.apply(database)
    assert schema_of(database) == before
    assert database["ballot"].count == 1
    assert migrations.pending(database) == []


@pytest.mark.parametrize("name", MIGRATIONS[1:])
def test_a_migration_keeps_the_rows_that_are_there(tmp_path: Path, name: str) -> None:
    database = Database(tmp_path / "room.sqlite")
    migrations.apply(database, stop_before=name)
    for table, statements in ROWS.items():
        if table in database.table_names():
            for statement in statements:
                database.execute(statement)
    kept = {table: database[table].count for table in database.table_names()}
    migrations.apply(database)
    assert migrations.pending(database) == []
    for table, count in kept.items():
        if not table.startswith("_"):
            assert database[table].count == count, table
