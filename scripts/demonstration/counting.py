"""The same answers counted twice: from the rows in the laptops' files, and from central's tables."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

Counts = Counter[tuple[str, str]]
"""How often each answer was given, by question and run."""


def on_laptop(data: Path, meeting: str) -> Counts:
    """What lies in the file of a laptop, composition questions left out."""
    with closing(sqlite3.connect(f"{(data / 'room.sqlite').as_uri()}?mode=ro", uri=True)) as file:
        rows = file.execute(
            "SELECT r.question || ' ' || r.run, s.answer FROM sealed_answer s JOIN round r ON r.id = s.round "
            "WHERE r.meeting = ? AND r.composition = 0",
            (meeting,),
        ).fetchall()
    return Counter((name, _spelt(json.loads(answer))) for name, answer in rows)


def at_central(database: str, meeting: str) -> Counts:
    """What the central store holds of a meeting, read from its rows."""
    from sqlalchemy import select

    from kiosk.central import tables as t
    from kiosk.central.database import Database

    found: Counts = Counter()
    store = Database(database)
    try:
        with store.reading() as tx:
            for table, column in ((t.answer, t.answer.c.answer), (t.text, t.text.c.text)):
                asked = (
                    select(t.round_.c.question, t.round_.c.run, column)
                    .join_from(table, t.round_)
                    .where(t.round_.c.meeting == meeting)
                )
                for question, run, said in tx.execute(asked):
                    answer = {"text": said} if table is t.text else said
                    found[f"{question} {run}", _spelt(answer)] += 1
    finally:
        store.close()
    return found


def tallied_at_central(database: str, meeting: str) -> Counter[str]:
    """The sums that central's pages read: answered, by question and run."""
    from sqlalchemy import select

    from kiosk.central import tables as t
    from kiosk.central.database import Database

    store = Database(database)
    try:
        with store.reading() as tx:
            asked = (
                select(t.round_.c.question, t.round_.c.run, t.tally.c.answered)
                .join_from(t.tally, t.round_)
                .where(t.round_.c.meeting == meeting, t.round_.c.composition.is_(False))
            )
            found: Counter[str] = Counter()
            for question, run, answered in tx.execute(asked):
                found[f"{question} {run}"] += answered
            return found
    finally:
        store.close()


def per_round(counts: Counts) -> Counter[str]:
    """How many answers each round has."""
    found: Counter[str] = Counter()
    for (name, _), count in counts.items():
        found[name] += count
    return found


def _spelt(answer: Any) -> str:
    return json.dumps(answer, sort_keys=True, ensure_ascii=False)
