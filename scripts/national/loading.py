"""Loading a year into an empty store: by COPY on PostgreSQL, in portions on SQLite, with its summaries.

The figures that pages show are made by the very functions that intake uses, without the database in between.
The signed parts, which pages never read, are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count, groupby
from typing import Any, Protocol

from kiosk.central import tables as t
from kiosk.central.database import Database
from kiosk.central.summaries import ANSWERS, form_of, rules_of
from kiosk.kinds import kind_of
from kiosk.meeting.document import canonical, read_question
from kiosk.statistics.composition import DECLINED
from kiosk.statistics.disclosure import DisclosedSum
from kiosk.statistics.disclosure.meetings import Amount, Part, add_up, cells_of, follow, parts_of
from scripts.national.holding import Held, composition, spelt

SITE = "5171e0000000national"
STAMP = "2026-12-31T12:00:00Z"
LINES_AT_ONCE = 2_000
Row = tuple[Any, ...]
_FEW = ("dialogue", "site", "bundle", "meeting", "receipt", "round", "tally", "tally_count")
_SUMMARIES = ("outline", "overview", "series", "block", "block_member", "waiting")


@dataclass
class Loaded:
    """How much was loaded."""

    dialogues: int = 0
    meetings: int = 0
    participants: int = 0
    ballots: int = 0
    names: list[tuple[str, int]] = field(default_factory=list)
    """Each dialogue with its meetings."""


def load(database: Database, year: Iterable[Held], said: Callable[[Loaded], None]) -> Loaded:
    """Load the meetings of a year, dialogue by dialogue; ``said`` hears of each."""
    loaded = Loaded()
    rounds, series, blocks = count(1), count(1), count(1)
    with _writer(database) as writer:
        writer.write("site", [(SITE, "A made-up country", STAMP)])
        for name, meetings in groupby(year, key=lambda held: held.dialogue):
            rows = _Rows(name, rounds, series, blocks)
            for held in meetings:
                rows.add(held)
                loaded.ballots += held.participants * len(held.given)
            rows.finish()
            for table in (*_FEW[:1], *_FEW[2:]):
                writer.write(table, rows.of[table])
            writer.write("answer", rows.answers())
            for table in _SUMMARIES:
                writer.write(table, rows.of[table])
            loaded.dialogues += 1
            loaded.meetings += len(rows.held)
            loaded.participants += sum(held.participants for held in rows.held)
            loaded.names.append((name, len(rows.held)))
            said(loaded)
        writer.finish()
    return loaded


class _Rows:
    """The rows of one dialogue, table by table, in the order of the tables' columns."""

    def __init__(
        self, dialogue: str, rounds: Iterator[int], series: Iterator[int], blocks: Iterator[int]
    ) -> None:
        self.held: list[Held] = []
        self.of: dict[str, list[Row]] = defaultdict(list)
        self._dialogue = dialogue
        self._rounds = rounds
        self._blocks = blocks
        self._series_ids = series
        self._series: dict[str, _Series] = {}
        self._first_round: list[int] = []

    def add(self, held: Held) -> None:
        if not self.held:
            title = canonical({"sv": f"Dialog {self._dialogue}"})
            self.of["dialogue"].append((self._dialogue, title))
            documents = [*composition(), *(one.document for one in held.questions)]
            for place, document in enumerate(documents):
                self._series[document["id"]] = _Series(next(self._series_ids), place, document)
        self.held.append(held)
        bundle = canonical(held.id)
        self.of["bundle"].append(
            (
                bundle,
                held.id,
                held.dialogue,
                SITE,
                bundle,
                0,
                b"{}",
                "0" * 128,
                "http",
                "accepted",
                None,
                STAMP,
            )
        )
        self.of["receipt"].append(
            (f"{len(self.held)}-{held.dialogue}"[:32], held.id, bundle, "{}", "0" * 128)
        )
        head = held.document["meeting"]
        self.of["meeting"].append(
            (
                held.id,
                held.dialogue,
                SITE,
                bundle,
                bundle,
                held.type,
                held.date,
                canonical(head["place"]),
                canonical(head["title"]),
                held.participants,
                None,
                canonical(held.document),
                STAMP,
            )
        )
        self._add_rounds(held)
        asked = len(held.questions)
        answers = held.participants * asked
        self.of["outline"].append(
            (held.id, held.dialogue, held.date, held.participants, asked, asked, answers, "[]")
        )

    def answers(self) -> Iterator[Row]:
        """The ballots of all meetings, one after the other, never all in memory."""
        for held, first in zip(self.held, self._first_round, strict=True):
            composed = [spelt(said) for said in held.said]
            for number, (asked, given) in enumerate(zip(held.questions, held.given, strict=True)):
                round = first + 3 + number
                for respondent, answer in enumerate(given):
                    yield round, respondent + 1, None, asked.answers[answer], composed[respondent]

    def finish(self) -> None:
        """The dialogue's own rows, once all its meetings are in."""
        held = self.held
        answers = sum(one.participants * len(one.given) for one in held)
        people = sum(one.participants for one in held)
        dates = [one.date for one in held]
        self.of["overview"].append((self._dialogue, len(held), people, answers, min(dates), max(dates)))
        for one in self._series.values():
            self.of["series"].append(one.row(self._dialogue, len(held)))
            self.of["waiting"] += one.waiting_rows()

    def _add_rounds(self, held: Held) -> None:
        first: int | None = None
        number = 0
        for question, counts in held.who().items():
            number += 1
            round = self._add_round(held, number, question, is_composition=True)
            first = first or round
            declined = held.participants - sum(counts.values())
            amount = Amount(held.participants, sum(counts.values()), declined, 0, counts)
            self._add_tally(round, amount)
            sensitive = self._series[question].question.sensitive
            people = {**counts, DECLINED: declined}
            for part in cells_of(held.id, held.type, people, sensitive=sensitive):
                self._follow(question, part.name, (part,), [])
        for asked, given in zip(held.questions, held.given, strict=True):
            number += 1
            round = self._add_round(held, number, asked.id, is_composition=False)
            amount = Amount(len(given), len(given), 0, 0, asked.counts(Counter(given)))
            self._add_tally(round, amount)
            parts = parts_of(held.id, held.type, {"unrecorded": amount}, sensitive=False)
            self._follow(asked.id, ANSWERS, parts, _cells(held, asked.bars, given))
        self._first_round.append(first or 0)

    def _add_round(self, held: Held, number: int, question: str, *, is_composition: bool) -> int:
        round = next(self._rounds)
        item = None if is_composition else f"ask-{question}"
        self.of["round"].append(
            (
                round,
                held.id,
                f"r{number}",
                number,
                held.dialogue,
                question,
                1,
                1,
                True,
                item,
                "revealed",
                is_composition,
                held.participants,
            )
        )
        return round

    def _add_tally(self, round: int, amount: Amount) -> None:
        row = (round, "unrecorded", amount.answered, amount.valid, amount.abstained, amount.dont_know)
        self.of["tally"].append(row)
        self.of["tally_count"] += [(round, "unrecorded", name, n) for name, n in amount.counts.items()]

    def _follow(self, question: str, lane: str, now: Sequence[Part], cells: list[Any]) -> None:
        series = self._series[question]
        for parts, of_parts in series.follow(lane, now, cells):
            block = next(self._blocks)
            records = canonical([asdict(part) for part in parts])
            self.of["block"].append((block, series.id, lane, records, canonical(of_parts)))
            self.of["block_member"] += [(meeting, block) for meeting in sorted({p.meeting for p in parts})]


class _Series:
    """One question over the meetings of its dialogue, as intake would have left it."""

    def __init__(self, id: int, place: int, document: dict[str, Any]) -> None:  # noqa: A002 - the table's word
        self.id = id
        self.question = read_question(document, ["sv"])
        self._place = place
        self._document = document
        self._multiple = not self.question.composition and kind_of(self.question).is_multiple(self.question)
        self._shown: DisclosedSum | None = None
        self._waiting: dict[str, tuple[Part, ...]] = defaultdict(tuple)
        self._cells: dict[str, list[Any]] = {}

    def follow(
        self, lane: str, now: Sequence[Part], cells: list[Any]
    ) -> Iterator[tuple[tuple[Part, ...], list[Any]]]:
        """Let a meeting in; the blocks that come of it, each with the cells of its parts."""
        rules = rules_of(self.question)
        step = follow(now[0].meeting, now, [], self._waiting[lane], rules)
        self._shown = add_up(self._shown, step, rules, multiple=self._multiple)
        self._waiting[lane] = step.waiting
        self._cells[now[0].meeting] = cells
        for block in step.come:
            yield block.parts, [self._cells.pop(part.meeting, []) for part in block.parts]

    def row(self, dialogue: str, asked: int) -> Row:
        shown = self._shown.as_record() if self._shown is not None and self._shown.blocks else None
        return (
            self.id,
            dialogue,
            self.question.id,
            1,
            form_of(self.question),
            self._place,
            self.question.composition,
            canonical(self._document),
            '["sv"]',
            "all",
            asked,
            canonical(shown) if shown is not None else None,
            None,
        )

    def waiting_rows(self) -> list[Row]:
        return [
            (
                self.id,
                part.meeting,
                part.name,
                lane,
                False,
                canonical(asdict(part)),
                canonical(self._cells.get(part.meeting, [])),
            )
            for lane, parts in self._waiting.items()
            for part in parts
        ]


def _cells(held: Held, bars: Sequence[tuple[str, ...]], given: Sequence[int]) -> list[Any]:
    found: dict[tuple[str | None, str | None], list[Any]] = {}
    for (said, answer), times in Counter(zip(held.said, given, strict=True)).items():
        cell = found.setdefault(said, [list(said), 0, {}])
        cell[1] += times
        for bar in bars[answer]:
            cell[2][bar] = cell[2].get(bar, 0) + times
    return list(found.values())


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────


class _Writer(Protocol):
    def write(self, table: str, rows: Iterable[Row]) -> None: ...

    def finish(self) -> None: ...


@contextmanager
def _writer(database: Database) -> Iterator[_Writer]:
    with database.writing() as tx:
        raw = tx.connection.driver_connection
        yield _Copying(raw) if tx.dialect.name == "postgresql" else _Inserting(raw)


class _Copying:
    """COPY, PostgreSQL's own way of taking in many rows."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def write(self, table: str, rows: Iterable[Row]) -> None:
        columns = ", ".join(f'"{column.name}"' for column in t.metadata.tables[table].columns)
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy,
        ):
            if table == "answer":
                for lines in _lines(rows):
                    copy.write(lines)
                return
            for row in rows:
                copy.write_row(row)

    def finish(self) -> None:
        with self._connection.cursor() as cursor:
            for table in ("round", "series", "block"):
                last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\""  # noqa: S608
                cursor.execute(last)


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    """Ballots as COPY reads them. Of its own signs they hold the backslash alone."""
    together: list[str] = []
    for round, respondent, _channel, answer, spoken in rows:
        said = spoken.replace("\\", "\\\\")
        together.append(f"{round}\t{respondent}\t\\N\t{answer}\t{said}\n")
        if len(together) == LINES_AT_ONCE:
            yield "".join(together)
            together.clear()
    yield "".join(together)


class _Inserting:
    """Rows in portions, for SQLite."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def write(self, table: str, rows: Iterable[Row]) -> None:
        columns = [column.name for column in t.metadata.tables[table].columns]
        named = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" * len(columns))
        inserted = f'INSERT INTO "{table}" ({named}) VALUES ({places})'  # noqa: S608 - names of ours
        self._connection.executemany(inserted, rows)

    def finish(self) -> None:
        """Nothing is left to do: its numbers go on from the highest."""
