"""The watch over the machine: what the facilitator hears of before the hall does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ifaddr
import pytest

import display
import facilitator
from kiosk.app import Kiosk, Window, make_kiosk
from kiosk.engine import engine_named
from kiosk.live.connections import Connection, Connections
from kiosk.live.events import AUDIENCES
from kiosk.live.hub import Hub
from kiosk.room import Room
from kiosk.room.watch import DISTURBED_SECONDS, STAYS_SECONDS
from kiosk.settings import Settings
from kiosk.timekeeping import Disturbance
from kiosk.troubles import CODES, MB, Attendance, Signs, troubles
from kiosk.whereabouts import Whereabouts
from tests.support import meetings
from tests.support.browsers import Browser
from tests.support.clock import START, StillClock
from tests.support.people import chosen, people, vote

# ── The rules ────────────────────────────────────────────────────────────────────────────────────────

SIGNS = {
    "damaged": Signs(damage="3 pages"),
    "not_saving": Signs(saving=False),
    "disk_full": Signs(free_bytes=99 * MB),
    "disk_low": Signs(free_bytes=499 * MB),
    "no_network": Signs(alone=True),
    "slept": Signs(disturbance=Disturbance("slept", 600)),
    "server_busy": Signs(late=1.5),
    "saving_slow": Signs(commit_seconds=(0.3,) * 5),
    "phones_dropping": Signs(connected=20, dropped=10),
    "more_devices_than_heads": Signs(attendance=Attendance(devices=31, heads=30)),
    "sudden_joins": Signs(attendance=Attendance(at_once=20)),
    "one_address": Signs(attendance=Attendance(from_one_address=10)),
    "clock_moved": Signs(disturbance=Disturbance("moved", -3600)),
    "backup_missing": Signs(backup_faults={"/media/stick": "No such file or directory"}),
    "backup_missing_here": Signs(backup_fault_here="No space left on device"),
    "backup_late": Signs(backup_waiting=181),
}


@pytest.mark.parametrize("code", CODES)
def test_every_trouble_has_its_sign_its_sentence_and_its_advice(code: str) -> None:
    (trouble,) = troubles(SIGNS[code])
    assert trouble.code == code
    assert trouble.sentence().endswith(".")
    assert trouble.advice()
    assert "%(" not in trouble.sentence() + trouble.advice()


@pytest.mark.parametrize(
    "signs",
    [
        Signs(),
        Signs(free_bytes=500 * MB, late=0.9, backup_waiting=180),
        Signs(commit_seconds=(0.01,) * 99 + (2.0,)),  # one slow moment among many
        Signs(commit_seconds=(2.0,) * 4),  # too few to tell
        Signs(connected=3, dropped=9),  # a handful of people
        Signs(connected=100, dropped=40 - 1),  # screens that went dark
    ],
)
def test_nothing_is_made_of_little(signs: Signs) -> None:
    assert troubles(signs) == ()


def test_the_most_urgent_comes_first() -> None:
    both = Signs(backup_waiting=181, free_bytes=MB, commit_seconds=(1.0,) * 10)
    assert [trouble.code for trouble in troubles(both)] == ["disk_full", "saving_slow", "backup_late"]
    assert troubles(both)[0].urgent


# ── What is gathered ─────────────────────────────────────────────────────────────────────────────────


def codes(room: Room) -> list[str]:
    return [trouble.code for trouble in room.troubles()]


def hold_open(kiosk: Kiosk, code: str = "MEET") -> str:
    kiosk.room.import_document(meetings.meeting(meetings.single("bridge"), code=code))
    kiosk.room.start("m1")
    return kiosk.room.open_round("m1", "bridge")


def look(room: Room, clock: StillClock, times: int = 1) -> None:
    for _ in range(times):
        clock.step(1)
        room.look_after()


def test_a_quiet_machine_has_no_trouble(room: Room, clock: StillClock) -> None:
    look(room, clock, 5)
    assert codes(room) == []


def test_ten_minutes_asleep_in_an_open_round(kiosk: Kiosk, clock: StillClock, data: Path) -> None:
    """Nothing is closed: it is said, on the console and on the phones, and voting goes on."""
    round_id = hold_open(kiosk)
    before, after = people(kiosk.room, 2)
    phone = Browser(kiosk, data).phone()
    console = Browser(kiosk, data).console()
    vote(kiosk.room, before, round_id, chosen("a"))
    look(kiosk.room, clock)
    clock.sleep(600)
    look(kiosk.room, clock)
    assert codes(kiosk.room) == ["slept"]
    assert kiosk.room.round(round_id).status == "open"
    assert vote(kiosk.room, after, round_id, chosen("b")) == "counted"
    assert kiosk.room.progress(round_id).answered == 2
    assert "The laptop was asleep; voting goes on." in console.get("/facilitator/meetings/m1").text
    state: Any = phone.get("/api/v1/state").json
    assert state["notice"] == "The laptop was asleep; voting goes on."
    assert "The laptop was asleep" in phone.get("/MEET").text
    look(kiosk.room, clock, int(DISTURBED_SECONDS + STAYS_SECONDS) + 2)
    assert codes(kiosk.room) == []
    state = phone.get("/api/v1/state").json
    assert state["notice"] is None


@pytest.mark.parametrize(
    "moved",
    [timedelta(hours=-1), timedelta(hours=1), datetime(1970, 1, 1, tzinfo=UTC) - START, timedelta(days=3653)],
    ids=["an hour back", "an hour on", "1970", "ten years on"],
)
def test_a_clock_that_is_moved_closes_nothing_and_reorders_nothing(
    kiosk: Kiosk, clock: StillClock, moved: timedelta
) -> None:
    first = hold_open(kiosk)
    who, other = people(kiosk.room, 2)
    vote(kiosk.room, who, first, chosen("a"))
    look(kiosk.room, clock)
    clock.set_wrong(moved)
    look(kiosk.room, clock)
    assert codes(kiosk.room) == ["clock_moved"]
    assert not kiosk.room.slept()
    assert kiosk.room.round(first).status == "open"
    assert vote(kiosk.room, other, first, chosen("a")) == "counted"
    kiosk.room.close_round(first)
    second = kiosk.room.open_round("m1", "bridge")
    kiosk.room.import_document(meetings.meeting(meetings.single("road"), id="m2", code="MORE"))
    assert [round.id for round in kiosk.room.stage("m1").rounds] == [first, second]
    assert [stage.meeting.id for stage in kiosk.room.meetings()] == ["m2", "m1"]
    assert kiosk.room.disclosed(first).answered == 2


def test_a_busy_server_is_told_and_sleep_is_not_being_busy(room: Room, clock: StillClock) -> None:
    clock.step(1)
    room.look_after(late=2.0)
    assert codes(room) == ["server_busy"]
    look(room, clock, 30)
    assert codes(room) == []
    clock.sleep(600)
    clock.step(1)
    room.look_after(late=600.0)
    assert codes(room) == ["slept"]


def test_a_trouble_stays_long_enough_to_be_read(room: Room, clock: StillClock) -> None:
    clock.step(1)
    room.look_after(late=2.0)
    look(room, clock, int(STAYS_SECONDS))
    assert codes(room) == ["server_busy"]


def test_phones_that_drop_and_come_back(clock: StillClock) -> None:
    connections = Connections(clock)
    for number in range(20):
        connections.add(Connection(f"s{number}", "phone", "m1", "en", f"p{number}"))
    for number in range(12):
        connections.remove(f"s{number}")
    assert connections.phones(60) == (8, 12)
    connections.add(Connection("again", "phone", "m1", "en", "p3"))
    assert connections.phones(60) == (9, 11)
    clock.step(61)
    assert connections.phones(60) == (9, 0)


def test_a_disk_that_takes_no_backup_is_told_of_without_a_stick(
    kiosk: Kiosk, clock: StillClock, data: Path
) -> None:
    hold_open(kiosk)
    (data / "backups").write_text("in the way of the folder")
    kiosk.backups.make()
    look(kiosk.room, clock)
    assert codes(kiosk.room) == ["backup_missing_here"]
    page = Browser(kiosk, data).console().get("/facilitator/meetings/m1").text
    assert "No backup can be written on this computer (File exists)." in page
    assert "stick" not in page.split("backup_missing_here")[1].split("</li>")[0]


def test_a_stick_that_was_pulled_is_told_on_the_console(
    kiosk: Kiosk, clock: StillClock, tmp_path: Path, data: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    hold_open(kiosk)
    kiosk.room.choose_backup_folder(str(stick))
    stick.rmdir()
    kiosk.backups.make()
    look(kiosk.room, clock)
    assert codes(kiosk.room) == ["backup_missing"]
    page = Browser(kiosk, data).console().get("/facilitator/meetings/m1").text
    assert f"The backup cannot be written to {stick}" in page
    assert "Plug the stick in again" in page


def test_changes_that_no_backup_takes_are_told(kiosk: Kiosk, clock: StillClock) -> None:
    kiosk.backups.make()
    hold_open(kiosk)
    look(kiosk.room, clock, 182)
    assert codes(kiosk.room) == ["backup_late"]
    kiosk.backups.make()
    look(kiosk.room, clock, int(STAYS_SECONDS) + 1)
    assert codes(kiosk.room) == []


def test_consoles_hear_of_a_trouble_at_once_and_nobody_else_does(kiosk: Kiosk, clock: StillClock) -> None:
    hold_open(kiosk)
    heard: list[tuple[str, str]] = []
    hub: Hub = kiosk.app.extensions["hub"]
    hub.send_by(broadcast=lambda event, news, room: heard.append((event, room)), tell=lambda *_: None)
    for audience in AUDIENCES:
        hub._connections.add(Connection(audience, audience, "m1", "en", audience))
    clock.step(1)
    kiosk.room.look_after(late=2.0)
    assert heard == [("state", "console/m1/en")]
    clock.step(1)
    kiosk.room.look_after()
    assert len(heard) == 1
    clock.sleep(600)
    clock.step(1)
    kiosk.room.look_after()
    assert heard[1:] == [("state", "console/m1/en"), ("state", "phone/m1/en")]


# ── Following the network ────────────────────────────────────────────────────────────────────────────


def an_adapter(name: str, address: str) -> Any:
    return ifaddr.Adapter(name, name, [ifaddr.IP(address, 24, name)])


def test_the_code_on_the_wall_follows_the_address(
    tmp_path: Path, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The laptop moves to another network in mid-meeting; the wall hears of it without an act of anybody."""
    found = [an_adapter("eth0", "192.168.8.10")]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda *_: found)
    kiosk = a_kiosk_anywhere(tmp_path / "data", clock)
    heard: list[tuple[str, ...]] = []
    hub: Hub = kiosk.app.extensions["hub"]
    hub.send_by(
        broadcast=lambda event, news, room: heard.append((event, room, news["html"])), tell=lambda *_: None
    )
    hold_open(kiosk)
    kiosk.room.go_to("m1", None, "join")
    connections: Connections = hub._connections
    connections.add(Connection("wall", "wall", "m1", "en", "w"))
    look(kiosk.room, clock, 10)
    assert heard == []
    found[:] = [an_adapter("wlan0", "10.0.0.7")]
    look(kiosk.room, clock, 10)
    ((event, where, html),) = heard
    assert (event, where) == ("state", "wall/m1/en")
    assert "10.0.0.7:8080" in html
    found[:] = []
    look(kiosk.room, clock, 10)
    assert "127.0.0.1:8080" in heard[-1][2]
    assert codes(kiosk.room) == ["no_network"]
    kiosk.store.close()


def a_kiosk_anywhere(data: Path, clock: StillClock) -> Kiosk:
    """A kiosk that listens on every address of the machine."""
    return make_kiosk(
        Settings(data),
        engine_named("threading"),
        Whereabouts(clock, port=8080, local_port=8081),
        clock,
        console=Window(facilitator.blueprint, facilitator.render_state),
        wall=Window(display.blueprint, display.render_state),
    )
