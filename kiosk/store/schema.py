"""The schema of the room's file, as migrations. Constraints carry what must always hold.

Nothing here tells the order or the time in which people answered: ballots and participants are keyed by
random values, in tables without row ids, and no address or user agent has a column.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("room")


@migrations(name="0001_wal", transactional=False)
def write_ahead_log(db: Database) -> None:
    db.enable_wal()


@migrations(name="0002_meeting")
def meeting(db: Database) -> None:
    _run(
        db,
        """
        CREATE TABLE setting (
            name  TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE meeting (
            id         TEXT PRIMARY KEY,
            code       TEXT NOT NULL UNIQUE COLLATE NOCASE,
            status     TEXT NOT NULL DEFAULT 'prepared'
                       CHECK (status IN ('prepared', 'running', 'ended', 'sealed')),
            version    INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
            item       TEXT,
            wall       TEXT NOT NULL DEFAULT 'join'
                       CHECK (wall IN ('join', 'item', 'composition', 'blank', 'break')),
            document   TEXT NOT NULL CHECK (json_valid(document)),
            created_at TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE question (
            meeting TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
            id      TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (meeting, id, version)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE skipped (
            meeting TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
            item    TEXT NOT NULL,
            PRIMARY KEY (meeting, item)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE round (
            id               TEXT PRIMARY KEY,
            meeting          TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
            item             TEXT,
            question         TEXT NOT NULL,
            question_version INTEGER NOT NULL,
            run              INTEGER NOT NULL CHECK (run > 0),
            status           TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'revealed')),
            composition      INTEGER NOT NULL DEFAULT 0 CHECK (composition IN (0, 1)),
            rehearsal        INTEGER NOT NULL DEFAULT 0 CHECK (rehearsal IN (0, 1)),
            connected        INTEGER CHECK (connected >= 0),
            opened_at        TEXT NOT NULL,
            closed_at        TEXT,
            CHECK ((status = 'open') = (connected IS NULL)),
            UNIQUE (meeting, question, run),
            FOREIGN KEY (meeting, question, question_version) REFERENCES question (meeting, id, version)
        ) STRICT
        """,
        "CREATE UNIQUE INDEX one_open_round ON round (meeting, question) WHERE status = 'open'",
    )


@migrations(name="0003_ballots")
def ballots(db: Database) -> None:
    _run(
        db,
        """
        CREATE TABLE participant (
            id        TEXT PRIMARY KEY,
            meeting   TEXT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
            channel   TEXT NOT NULL CHECK (channel IN ('phone', 'tablet', 'paper', 'import')),
            rehearsal INTEGER NOT NULL DEFAULT 0 CHECK (rehearsal IN (0, 1))
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX participants_in_rehearsal ON participant (meeting) WHERE rehearsal = 1",
        """
        CREATE TABLE device (
            token_digest BLOB PRIMARY KEY,
            participant  TEXT NOT NULL REFERENCES participant (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX devices_of_participant ON device (participant)",
        # The id is a keyed digest of the phone's own ballot id, so that ids that count upwards or hold a time
        # do not bring an order in. A superseded ballot stays, with its answer blanked.
        """
        CREATE TABLE ballot (
            id          TEXT PRIMARY KEY,
            round       TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
            participant TEXT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
            digest      TEXT NOT NULL,
            answer      TEXT CHECK (answer IS NULL OR json_valid(answer))
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX one_counted_ballot ON ballot (round, participant) WHERE answer IS NOT NULL",
        "CREATE INDEX ballots_of_participant ON ballot (participant)",
        """
        CREATE TABLE text_review (
            ballot TEXT PRIMARY KEY REFERENCES ballot (id) ON DELETE CASCADE,
            status TEXT NOT NULL CHECK (status IN ('approved', 'hidden'))
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE release (
            round    TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
            number   INTEGER NOT NULL,
            audience TEXT NOT NULL,
            body     TEXT NOT NULL CHECK (json_valid(body)),
            PRIMARY KEY (round, audience, number)
        ) STRICT, WITHOUT ROWID
        """,
    )


@migrations(name="0004_entrance")
def entrance(db: Database) -> None:
    _run(
        db,
        """
        CREATE TABLE ticket (
            digest     BLOB PRIMARY KEY,
            role       TEXT NOT NULL CHECK (role IN ('console', 'wall')),
            expires_at TEXT
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE session (
            digest     BLOB PRIMARY KEY,
            id         TEXT NOT NULL UNIQUE,
            role       TEXT NOT NULL CHECK (role IN ('console', 'wall')),
            label      TEXT NOT NULL,
            started_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    )


@migrations(name="0005_sealed")
def sealed(db: Database) -> None:
    """What is left of the ballots once a meeting is sealed, under numbers that mean nothing elsewhere."""
    _run(
        db,
        """
        CREATE TABLE sealed_answer (
            round       TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
            respondent  INTEGER NOT NULL,
            answer      TEXT NOT NULL CHECK (json_valid(answer)),
            composition TEXT NOT NULL CHECK (json_valid(composition)),
            PRIMARY KEY (round, respondent)
        ) STRICT, WITHOUT ROWID
        """,
    )


@migrations(name="0006_comparisons")
def comparisons(db: Database) -> None:
    """What of a shown round the room looks at; and ballots that came in too late to be counted yet.

    A supplement waits until enough of it is there that its answers do not show in the result it changes.
    """
    _run(
        db,
        "ALTER TABLE meeting ADD COLUMN detail TEXT",
        """
        CREATE TABLE supplement (
            id          TEXT PRIMARY KEY,
            round       TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
            participant TEXT NOT NULL UNIQUE REFERENCES participant (id) ON DELETE CASCADE,
            digest      TEXT NOT NULL,
            answer      TEXT NOT NULL CHECK (json_valid(answer))
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX supplements_of_round ON supplement (round)",
    )


@migrations(name="0007_door")
def door(db: Database) -> None:
    """Whether new devices are let in, how many people were counted, and how often the code changes."""
    _run(
        db,
        "ALTER TABLE meeting ADD COLUMN locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1))",
        "ALTER TABLE meeting ADD COLUMN heads INTEGER CHECK (heads >= 0)",
        "ALTER TABLE meeting ADD COLUMN code_minutes INTEGER CHECK (code_minutes > 0)",
        """
        CREATE TABLE muted (
            participant TEXT PRIMARY KEY REFERENCES participant (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """,
    )


@migrations(name="0008_populations")
def populations(db: Database) -> None:
    """Whom the rooms of a dialogue are compared with: published tables, nothing about anybody here."""
    _run(
        db,
        """
        CREATE TABLE population (
            id       TEXT PRIMARY KEY,
            dialogue TEXT NOT NULL,
            name     TEXT NOT NULL CHECK (json_valid(name)),
            example  INTEGER NOT NULL DEFAULT 0 CHECK (example IN (0, 1)),
            chosen   INTEGER NOT NULL DEFAULT 0 CHECK (chosen IN (0, 1)),
            tables   TEXT NOT NULL CHECK (json_valid(tables)),
            mapping  TEXT NOT NULL CHECK (json_valid(mapping))
        ) STRICT
        """,
        "CREATE INDEX populations_of_dialogue ON population (dialogue)",
        "CREATE UNIQUE INDEX one_chosen_population ON population (dialogue) WHERE chosen = 1",
    )


@migrations(name="0009_homecoming")
def homecoming(db: Database) -> None:
    """How sealed answers came in, where that tells of nobody; acts that are for good, with their notes; and
    until when meetings are kept.

    An act is ``finished`` once what belongs to it outside the file is done as well.
    """
    _run(
        db,
        "ALTER TABLE sealed_answer ADD COLUMN channel TEXT "
        "CHECK (channel IN ('phone', 'tablet', 'paper', 'import'))",
        """
        CREATE TABLE act (
            meeting  TEXT NOT NULL,
            deed     TEXT NOT NULL CHECK (deed IN ('sealed', 'deleted')),
            at       TEXT NOT NULL,
            note     TEXT NOT NULL CHECK (json_valid(note)),
            finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
            PRIMARY KEY (meeting, deed)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE retention (
            meeting    TEXT PRIMARY KEY REFERENCES meeting (id) ON DELETE CASCADE,
            keep_until TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    )


@migrations(name="0010_ballots_by_round")
def ballots_by_round(db: Database) -> None:
    """The ballots of a round lie together: a hall that votes at once changes its pages, not those of the
    whole evening.

    ``participant`` has no index of its own for the same reason. Whoever is deleted is looked for in all
    ballots instead, so delete the ballots first; what somebody has answered is found round by round.
    """
    columns = "id, round, participant, digest, answer"
    _run(
        db,
        """
        CREATE TABLE ballot_by_round (
            id          TEXT NOT NULL UNIQUE,
            round       TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
            participant TEXT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
            digest      TEXT NOT NULL,
            answer      TEXT CHECK (answer IS NULL OR json_valid(answer)),
            PRIMARY KEY (round, id)
        ) STRICT, WITHOUT ROWID
        """,
        f"INSERT INTO ballot_by_round ({columns}) SELECT {columns} FROM ballot ORDER BY round, id",
        "DROP TABLE ballot",
        "ALTER TABLE ballot_by_round RENAME TO ballot",
        "CREATE UNIQUE INDEX one_counted_ballot ON ballot (round, participant) WHERE answer IS NOT NULL",
    )


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.execute(statement)
