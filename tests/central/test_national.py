"""A hundredth of a national year: pages read summaries by indexes, and it is loaded as intake would have."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk.central import reading, summaries
from kiosk.central import tables as t
from kiosk.central.database import Database
from kiosk.sync.bundle import make_bundle, pack
from scripts.national import holding, loading, measuring
from tests.support.bundles import a_site
from tests.support.offices import Office
from tests.support.postgres import PostgreSQL

SHARE = 0.01
LARGE = ("answer", "text", "released", "part", "tally", "tally_count")
"""Tables that grow with every ballot or part, and that no page may look into."""
GROWING = ("block", "block_member", "waiting", "meeting", "outline", "round", "bundle", "receipt")


@pytest.fixture(scope="module")
def year(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[measuring.Measured]:
    """A hundredth of a year in a database of its own."""
    database = Database(postgresql.bare())
    database.migrate()
    loading.load(database, holding.year(SHARE, 1), lambda _: None)
    database.analyse()
    yield measuring.Measured(database, tmp_path_factory.mktemp("national"))
    database.close()


def pages(year: measuring.Measured) -> list[str]:
    dialogue, _ = year.largest_dialogue()
    return ["/", f"/dialogues/{dialogue}", f"/questions/{year.first_question(dialogue)}"]


def test_it_is_a_hundredth(year: measuring.Measured) -> None:
    found = reading.dialogues(year.database)
    assert len(found) == 5
    assert sum(one.meetings for one in found) == 200
    assert 8_000 < sum(one.participants for one in found) < 12_000
    with year.database.reading() as tx:
        ballots = tx.scalar(select(func.count()).select_from(t.answer)) or 0
    assert ballots == sum(one.answers for one in found)


def test_pages_read_summaries_and_few_statements(year: measuring.Measured) -> None:
    for path in pages(year):
        with year.heard() as statements:
            year.page(path, path, times=1)
        asked = [sql for sql, _ in statements]
        assert len(asked) <= 2 * 18, path  # a page is read once beforehand
        for table in LARGE:
            assert not any(re.search(rf"\b(FROM|JOIN) {table}\b", sql) for sql in asked), (path, table)


def test_every_growing_table_is_read_by_an_index(year: measuring.Measured) -> None:
    """Of small tables the database rather reads all; told not to, it must find an index for each."""
    for path in pages(year):
        for statement in year.plans(path, without_seqscan=True):
            for table in GROWING:
                assert f"Seq Scan on {table} " not in statement.plan, (path, statement.plan)


def test_more_meetings_elsewhere_do_not_slow_a_page(year: measuring.Measured) -> None:
    """The rows that a page looks at are those of its dialogue."""
    dialogue, meetings = year.largest_dialogue()
    looked_at = [
        int(rows)
        for statement in year.plans(f"/questions/{year.first_question(dialogue)}", without_seqscan=True)
        for rows in re.findall(r"on (?:block|waiting) .*rows=(\d+)", statement.plan)
    ]
    assert 0 < max(looked_at) <= 2 * meetings


def test_intake_makes_the_same_summaries_as_the_generator(office: Office, tmp_path: Path) -> None:
    meetings = list(holding.dialogue("d", 9, 14, random.Random(3)))
    site = office.enrolled(a_site())
    for held in meetings:
        office.intake.import_file(pack(make_bundle(site, "d", held.id, held.records())))
    other = Database(f"sqlite:///{tmp_path / 'loaded.sqlite'}")
    other.migrate()
    loading.load(other, iter(meetings), lambda _: None)
    assert figures(other) == figures(office.database)
    other.close()


def figures(database: Database) -> list[object]:
    """Everything that pages read, without the database's own numbers."""
    found: list[object] = []
    for one in reading.questions(database, "d"):
        found.append((one.question, one.asked, one.waiting, one.held, one.waiting_lanes))
        found.append(one.shown and {**one.shown.as_record(), "shares": None})
        if not one.question.composition:
            lines = reading.lines(database, one)
            scopes = (lines.by_meeting, lines.by_type, lines.by_channel, lines.by_month)
            found += [
                sorted((line.names, line.sum.valid, str(line.sum.counts)) for line in scope)
                for scope in scopes
            ]
            found.append(
                sorted((str(values), valid, sorted(by.items())) for values, valid, by in lines.cells)
            )
    (dialogue,) = reading.dialogues(database)
    found.append(dialogue)
    with database.writing() as tx:
        summaries.refresh_overview(tx, "d")
    assert reading.dialogues(database) == [dialogue]
    return found
