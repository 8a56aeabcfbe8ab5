"""Nothing that is kept tells in which order people answered, once a round is closed."""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.kiosks import a_kiosk
from tests.support.order import kendall
from tests.support.people import people

VOTERS = 100
ROUNDS = 5
RELATED = 0.2
"""Of 100 votes in no order at all, five rounds together come this far by chance once in a billion times."""


@dataclass(frozen=True)
class Vote:
    """A vote as somebody knows it who sat beside the voter. Those of a round are listed in their order."""

    who: Participant
    words: str
    earlier_words: str | None


@dataclass(frozen=True)
class Evening:
    """Several rounds of texts, in each of which other people answered."""

    path: Path
    rounds: dict[str, list[Vote]]

    def files(self) -> bytes:
        """All that lies on the disk."""
        return b"".join(file.read_bytes() for file in sorted(self.path.parent.glob(self.path.name + "*")))

    def rows(self, statement: str) -> list[tuple[str, ...]]:
        with sqlite3.connect(self.path) as database:
            return database.execute(statement).fetchall()


def cast_in_turn(kiosk: Kiosk, round_id: str, everyone: list[Participant]) -> list[Vote]:
    """Everyone answers, one after the other; a few of them had said something else before."""
    votes = []
    for place, who in enumerate(everyone):
        earlier = words() if place % 10 == 0 else None
        for said in filter(None, (earlier, final := words())):
            # Phones with ids that count upwards must not bring their order in either.
            kiosk.room.cast(who, f"ballot-{place:04d}-{said}", round_id, {"text": said})
        votes.append(Vote(who, final, earlier))
    return votes


def words() -> str:
    return secrets.token_hex(12)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """An evening after its end: every round closed, the server stopped."""
    data = tmp_path_factory.mktemp("evening")
    rounds = {}
    with a_kiosk(data) as kiosk:
        kiosk.room.import_document(m.meeting(*(m.words(f"q{number}") for number in range(ROUNDS))))
        kiosk.room.start("m1")
        for number in range(ROUNDS):
            everyone = people(kiosk.room, VOTERS)
            random.shuffle(everyone)  # so that the order of voting is not that of joining
            round_id = kiosk.room.open_round("m1", f"q{number}")
            rounds[round_id] = cast_in_turn(kiosk, round_id, everyone)
        for round_id in rounds:
            kiosk.room.close_round(round_id)
    return Evening(data / "room.sqlite", rounds)


def related(orders: list[list[int]]) -> float:
    """How far each order goes with that of the votes, on average over the rounds."""
    return sum(abs(kendall(order)) for order in orders) / len(orders)


def test_an_open_round_does_tell_or_these_tests_would_show_nothing(kiosk: Kiosk, data: Path) -> None:
    kiosk.room.import_document(m.meeting(m.words("q")))
    kiosk.room.start("m1")
    round_id = kiosk.room.open_round("m1", "q")
    votes = cast_in_turn(kiosk, round_id, people(kiosk.room, 20))
    files = Evening(data / "room.sqlite", {round_id: votes}).files()
    assert related([[files.index(vote.words.encode()) for vote in votes]]) > 0.9


def test_where_a_row_lies_in_the_file_does_not_tell(evening: Evening) -> None:
    files = evening.files()
    places = [[files.index(vote.words.encode()) for vote in votes] for votes in evening.rounds.values()]
    assert all(files.count(vote.words.encode()) == 1 for votes in evening.rounds.values() for vote in votes)
    assert related(places) < RELATED


def test_where_a_participant_is_named_in_the_file_does_not_tell(evening: Evening) -> None:
    """Each is named in several tables and indexes: neither the first nor the last place tells."""
    files = evening.files()
    for find in (files.index, files.rindex):
        places = [[find(vote.who.id.encode()) for vote in votes] for votes in evening.rounds.values()]
        assert related(places) < RELATED


def test_a_handful_of_votes_does_not_tell_either(tmp_path: Path) -> None:
    """SQLite fills a page row by row from its end: few votes lie as they came, until they are rewritten."""
    words_in_order, names_in_order = [], []
    for number in range(6):
        data = tmp_path / str(number)
        with a_kiosk(data) as kiosk:
            kiosk.room.import_document(m.meeting(m.words("q")))
            kiosk.room.start("m1")
            everyone = people(kiosk.room, 20)
            random.shuffle(everyone)
            round_id = kiosk.room.open_round("m1", "q")
            votes = cast_in_turn(kiosk, round_id, everyone)
            kiosk.room.close_round(round_id)
        files = Evening(data / "room.sqlite", {round_id: votes}).files()
        words_in_order.append([files.index(vote.words.encode()) for vote in votes])
        names_in_order.append([files.rindex(vote.who.id.encode()) for vote in votes])
    assert related(words_in_order) < 2 * RELATED
    assert related(names_in_order) < 2 * RELATED


@pytest.mark.parametrize("column", ["id", "round", "participant", "digest", "answer"])
def test_no_column_tells(evening: Evening, column: str) -> None:
    orders = []
    for round_id, votes in evening.rounds.items():
        place = {vote.words: number for number, vote in enumerate(votes)}
        rows = evening.rows(
            f"SELECT answer FROM ballot WHERE round = '{round_id}' AND answer IS NOT NULL "
            f"ORDER BY {column}, id"
        )
        orders.append([place[json.loads(row[0])["text"]] for row in rows])
    assert all(len(order) == VOTERS for order in orders)
    assert related(orders) < RELATED


def test_the_order_in_which_rows_come_does_not_tell(evening: Evening) -> None:
    rows = evening.rows("SELECT answer FROM ballot WHERE answer IS NOT NULL")
    stored = [json.loads(row[0])["text"] for row in rows]
    places = [[stored.index(vote.words) for vote in votes] for votes in evening.rounds.values()]
    assert related(places) < RELATED


def test_an_answer_that_was_changed_is_nowhere(evening: Evening) -> None:
    files = evening.files()
    earlier = [
        vote.earlier_words for votes in evening.rounds.values() for vote in votes if vote.earlier_words
    ]
    assert len(earlier) == ROUNDS * VOTERS / 10
    assert [said for said in earlier if said.encode() in files] == []


def test_the_phones_own_ballot_ids_are_nowhere(evening: Evening) -> None:
    assert b"ballot-00" not in evening.files()
