"""What was to be destroyed is nowhere in the data folder: every file is searched for planted markers."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.backups import ledger, places
from kiosk.entrance import digest
from kiosk.store.participants import Participant
from kiosk.store.store import ROOM_FILE
from kiosk.sync import client
from kiosk.sync.outbox import Outbox
from tests.support import meetings as m
from tests.support.browsers import Browser
from tests.support.kiosks import a_kiosk
from tests.support.people import chosen

VOTERS = 24
DISCARDED = "Ring Britta Marklund om detta"
UNREAD = "Oläst önskan från Gun-Britt"
KEPT = "Fler bänkar vid älven"
TYPED_AS = "paper-ballot-000"


@dataclass(frozen=True)
class Evening:
    """A meeting with all sorts of things in it, and what may be found of it afterwards."""

    kiosk: Kiosk
    data: Path
    stick: Path
    tokens: list[str]
    participants: list[Participant]
    ballots: list[str]

    @property
    def secrets(self) -> list[str]:
        """What no seal may leave behind."""
        digests = [digest(token).hex() for token in self.tokens]
        return [
            *self.tokens,
            *digests,
            *(who.id for who in self.participants),
            *self.ballots,
            DISCARDED,
            UNREAD,
        ]


def forms(marker: str) -> Iterator[bytes]:
    """A marker as it could stand in a file: two encodings, hexadecimal, base64 at every place of a group."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        plain = marker.encode(encoding)
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for place in range(3):
            # The letters that depend on the neighbours are left out.
            spelt = base64.b64encode(b"\0" * place + plain)
            yield spelt[4 if place else 0 : len(spelt) - 4]
    if set(marker) <= set("0123456789abcdef"):
        yield bytes.fromhex(marker if len(marker) % 2 == 0 else marker[:-1])


def found_in(folder: Path, markers: Iterable[str]) -> set[tuple[str, str]]:
    """Which markers stand in which files of a folder and all below it."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {
        (marker, path.name)
        for marker in markers
        for form in forms(marker)
        for path, content in files.items()
        if form in content
    }


def plain_backups(evening: Evening, into: Path) -> Path:
    """Every backup within reach, opened with the key of today."""
    into.mkdir()
    key = ledger.read_key(evening.data)
    for number, backup in enumerate(places.every([ledger.own_folder(evening.data), evening.stick])):
        (into / str(number)).write_bytes(places.prove(backup.path, key)[1])
    return into


@pytest.fixture
def evening(kiosk: Kiosk, data: Path, tmp_path: Path) -> Evening:
    """Texts, tablets, paper, a superseded answer, rehearsal, backups in two places, a log full of it all."""
    stick = tmp_path / "stick"
    stick.mkdir()
    kiosk.backups.choose_folder(str(stick))
    room = kiosk.room
    client_ = Browser(kiosk, data)
    operator = client_.operator()
    operator.post("/api/v1/meetings", json=m.meeting(m.about_you("age"), m.single("drink"), m.words("wish")))
    room.start("m1")
    phones = [client_.phone() for _ in range(VOTERS)] + [client_.tablet(), client_.rehearsing()]
    tokens = [str(phone.device) for phone in phones]
    who = [room.participant(token) for token in tokens]
    ballots = [f"marked-ballot-{number:04}" for number in range(2 * len(phones))]
    drink = room.open_round("m1", "drink")
    for number, one in enumerate(who):
        assert one is not None
        room.cast(one, ballots[number], drink, dict(chosen("abc"[number % 3])))
    kiosk.backups.make()
    room.close_round(drink)
    room.supplement(drink, [(f"{TYPED_AS}{n}", dict(chosen("a"))) for n in range(3)], "paper")
    wish = room.open_round("m1", "wish")
    for number, one in enumerate(who):
        assert one is not None
        written = {0: DISCARDED, 1: UNREAD}.get(number, f"{KEPT} {number}")
        room.cast(one, ballots[len(phones) + number], wish, {"text": f"{written}!"})
        room.cast(one, f"again-{number:04}-ballot", wish, {"text": written})
    room.close_round(wish)
    texts = {entry.text: entry.id for entry in room.texts(wish)}
    room.review(wish, approve=[texts[text] for text in texts if KEPT in text], hide=[texts[DISCARDED]])
    kiosk.backups.make()
    room.end("m1")
    ballots += [f"again-{number:04}-ballot" for number in range(len(phones))]
    ballots += [f"{TYPED_AS}{number}" for number in range(3)]
    return Evening(kiosk, data, stick, tokens, [one for one in who if one is not None], ballots)


def test_the_search_finds_what_is_there(evening: Evening, tmp_path: Path) -> None:
    """Before the seal much of it lies in the file: a search that finds nothing would prove nothing."""
    found = {marker for marker, _ in found_in(evening.data, evening.secrets)}
    assert {DISCARDED, UNREAD} <= found
    assert {who.id for who in evening.participants} <= found
    in_backups = {marker for marker, _ in found_in(plain_backups(evening, tmp_path / "open"), [DISCARDED])}
    assert in_backups == {DISCARDED}
    for number, form in enumerate(forms(DISCARDED)):
        (tmp_path / "form").mkdir(exist_ok=True)
        (tmp_path / "form" / str(number)).write_bytes(b"x" + form + b"x")
    assert len(found_in(tmp_path / "form", [DISCARDED])) == number + 1


def test_after_the_seal_nothing_of_it_is_in_any_file(evening: Evening, tmp_path: Path) -> None:
    room = evening.kiosk.room
    old = [path.read_bytes() for path in evening.stick.iterdir()]
    key = ledger.read_key(evening.data)
    room.seal("m1")
    client.prepare(evening.data, "m1")
    assert found_in(evening.data, evening.secrets) == set()
    assert found_in(evening.stick, evening.secrets) == set()
    assert found_in(plain_backups(evening, tmp_path / "open"), evening.secrets) == set()
    assert ledger.read_key(evening.data) != key
    assert not {path.read_bytes() for path in evening.stick.iterdir()} & set(old)
    with sqlite3.connect(evening.data / ROOM_FILE) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    kept = {marker for marker, _ in found_in(evening.data, [KEPT])}
    assert kept == {KEPT}


def test_the_order_of_rounds_outlives_the_rebuilding(evening: Evening) -> None:
    room = evening.kiosk.room
    before = [round.id for round in room.stage("m1").rounds]
    room.seal("m1")
    assert [round.id for round in room.stage("m1").rounds] == before


def test_after_the_deletion_not_even_what_was_kept(evening: Evening, tmp_path: Path) -> None:
    room = evening.kiosk.room
    room.seal("m1")
    client.prepare(evening.data, "m1")
    content = client.prepare(evening.data, "m1").manifest.content
    room.delete("m1", why="Only a trial")
    markers = [*evening.secrets, KEPT, "Which drink", content]
    assert found_in(evening.data, markers) == set()
    assert found_in(evening.stick, markers) == set()
    assert found_in(plain_backups(evening, tmp_path / "open"), markers) == set()
    assert not Outbox(evening.data).bundle_path("m1").exists()


def test_it_is_the_same_after_a_restart(evening: Evening, tmp_path: Path) -> None:
    evening.kiosk.room.seal("m1")
    evening.kiosk.store.close()
    with a_kiosk(evening.data) as again:
        assert again.room.stage("m1").status == "sealed"
        assert found_in(evening.data, evening.secrets) == set()
        again.room.delete("m1", why="Only a trial")
        assert found_in(evening.data, [*evening.secrets, KEPT]) == set()
    assert (evening.data / ROOM_FILE).exists()
