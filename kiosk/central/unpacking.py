"""From a counted meeting to rows, and away again. Every figure that a page needs is written here, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row as DatabaseRow
from sqlalchemy import Table

from kiosk.central import summaries
from kiosk.central import tables as t
from kiosk.central.database import Transaction, add_if_new, add_many
from kiosk.central.recount import ChannelTally, Recount
from kiosk.meeting.document import as_text
from kiosk.sync.records import POPULATIONS, Record

Row = dict[str, Any]
AT_ONCE = 5000


def claim(tx: Transaction, bundle: DatabaseRow[Any], counted: Recount, now: str) -> bool:
    """Write down the meeting as this bundle's, unless another one has it; whether it was free.

    Of two laptops that send the same meeting in the same moment the database lets one through.
    """
    meeting = counted.meeting
    title = as_text(meeting.dialogue.get("title", ""), meeting.languages)
    add_if_new(tx, t.dialogue, {"id": bundle.dialogue, "title": dict(title)})
    row = {
        "id": meeting.id,
        "dialogue": bundle.dialogue,
        "site": bundle.site,
        "bundle": bundle.id,
        "content": bundle.content,
        "type": meeting.type,
        "date": meeting.date,
        "place": dict(meeting.place),
        "title": dict(meeting.title),
        "participants": counted.participants,
        "heads": counted.records["meeting"][0]["heads"],
        "document": counted.records["meeting"][0]["document"],
        "received_at": now,
    }
    is_new = add_if_new(tx, t.meeting, row)
    if is_new:
        _carry(tx, bundle, counted, now)
    return is_new


def _carry(tx: Transaction, bundle: DatabaseRow[Any], counted: Recount, now: str) -> None:
    """Keep the population that came along. What an editor brings goes before it."""
    for population in counted.records[POPULATIONS]:
        row = {"meeting": counted.meeting.id, "dialogue": bundle.dialogue, "received_at": now}
        tx.execute(t.carried.insert().values(**row, population=dict(population)))


def write_rows(tx: Transaction, dialogue: str, counted: Recount) -> None:
    """Write the rounds, answers, texts, releases and tallies of a meeting that has just been claimed."""
    rounds = _write_rounds(tx, dialogue, counted)
    of_round = _OfRound(rounds)
    _write(tx, t.answer, of_round.each(counted.records["answers"]))
    _write(tx, t.text, of_round.each(counted.records["texts"]))
    _write(tx, t.released, of_round.each(counted.records["released"]))
    _write(tx, t.tally, (_tally_row(rounds, one) for one in counted.tallies))
    _write(tx, t.tally_count, (row for one in counted.tallies for row in _count_rows(rounds, one)))
    summaries.take_in(tx, dialogue, counted)


def take_out(tx: Transaction, meeting: str) -> None:
    """Remove a meeting with all its rows; its bundles and parts stay."""
    tx.execute(t.meeting.delete().where(t.meeting.c.id == meeting))


class _OfRound:
    """Records with the id of their round replaced by the database's own."""

    def __init__(self, rounds: dict[str, int]) -> None:
        self._rounds = rounds

    def each(self, records: Iterable[Record]) -> Iterator[Row]:
        return ({**record, "round": self._rounds[record["round"]]} for record in records)


def _write_rounds(tx: Transaction, dialogue: str, counted: Recount) -> dict[str, int]:
    """Write the rounds; the database's id for each of theirs."""
    rows = [
        {
            **{name: value for name, value in round.items() if name != "id"},
            "uid": round["id"],
            "meeting": counted.meeting.id,
            "dialogue": dialogue,
            "last_run": counted.is_last_run(round),
        }
        for round in counted.records["rounds"]
    ]
    if not rows:
        return {}
    written = tx.execute(t.round_.insert().returning(t.round_.c.uid, t.round_.c.id), rows)
    return {row.uid: row.id for row in written}


def _tally_row(rounds: dict[str, int], one: ChannelTally) -> Row:
    return {
        "round": rounds[one.round],
        "channel": one.channel,
        "answered": one.answered,
        "valid": one.valid,
        "abstained": one.abstained,
        "dont_know": one.dont_know,
    }


def _count_rows(rounds: dict[str, int], one: ChannelTally) -> Iterator[Row]:
    for option, count in one.counts.items():
        yield {"round": rounds[one.round], "channel": one.channel, "option": option, "count": count}


def _write(tx: Transaction, table: Table, rows: Iterable[Row]) -> None:
    portion: list[Row] = []
    for row in rows:
        portion.append(row)
        if len(portion) == AT_ONCE:
            add_many(tx, table, portion)
            portion = []
    add_many(tx, table, portion)
