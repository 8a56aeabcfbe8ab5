"""Sending by itself while the room runs: what waits, when nobody answers, later each time it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.central import sites
from kiosk.central import tables as t
from kiosk.problems import Problem
from kiosk.store.files import write_whole
from kiosk.sync.courier import Courier, Way
from kiosk.sync.enrolling import central_of, in_groups
from kiosk.sync.outbox import Outbox
from kiosk.sync.signing import site_of
from tests.support import meetings as m
from tests.support.clock import StillClock
from tests.support.cutting import Network, a_network
from tests.support.offices import Office
from tests.support.people import hold_and_seal
from tests.support.running import until


@pytest.fixture
def network(office: Office) -> Iterator[Network]:
    with a_network(office.port) as found:
        yield found


@pytest.fixture
def courier(kiosk: Kiosk) -> Courier:
    return kiosk.courier


def way(courier: Courier, meeting: str = "m1") -> Way:
    return courier.ways()[meeting]


def state(courier: Courier, meeting: str = "m1") -> str | None:
    progress = way(courier, meeting).progress
    return progress.state if progress is not None else None


def through(data: Path, url: str) -> None:
    known = central_of(data)
    assert known is not None
    write_whole(data / "central.json", json.dumps(asdict(replace(known, url=url))).encode())


def test_before_the_enrolment_nothing_is_sent(kiosk: Kiosk, courier: Courier, office: Office) -> None:
    hold_and_seal(kiosk.room)
    courier.send_what_is_due()
    assert state(courier) == "waiting"
    with pytest.raises(Problem) as refused:
        courier.ask("m1")
    assert refused.value.code == "not_enrolled"
    assert office.count(t.meeting) == 0


def test_what_waits_goes_home_once_and_no_more(
    kiosk: Kiosk, courier: Courier, office: Office, data: Path, network: Network
) -> None:
    hold_and_seal(kiosk.room)
    kiosk.room.enrol(office.url, in_groups(office.code()), "The library")
    through(data, network.url)
    courier.send_what_is_due()
    assert state(courier) == "safe"
    assert office.count(t.meeting) == 1
    sent = network.sent
    courier.send_what_is_due()
    assert network.sent == sent


def test_nothing_is_sent_while_anybody_answers(kiosk: Kiosk, courier: Courier, office: Office) -> None:
    hold_and_seal(kiosk.room)
    kiosk.room.enrol(office.url, office.code(), "")
    kiosk.room.import_document(m.meeting(m.single("tea"), id="m2", code="ELSE"))
    kiosk.room.start("m2")
    kiosk.room.open_round("m2", "tea")
    courier.send_what_is_due()
    with pytest.raises(Problem) as refused:
        kiosk.room.send_home("m1")
    assert refused.value.code == "being_answered"
    assert office.count(t.meeting) == 0
    kiosk.room.end("m2")
    courier.send_what_is_due()
    assert state(courier) == "safe"


def test_it_waits_longer_each_time_and_says_why(
    kiosk: Kiosk, courier: Courier, office: Office, data: Path, network: Network, clock: StillClock
) -> None:
    hold_and_seal(kiosk.room)
    kiosk.room.enrol(office.url, office.code(), "")
    through(data, network.url)
    network.before_answer = lambda _asked: False
    waits = []
    for _attempt in range(8):
        courier.send_what_is_due()
        found = way(courier)
        assert found.progress is not None
        assert found.progress.problem is not None
        assert found.progress.problem.code == "central_unreachable"
        assert found.next_seconds is not None
        waits.append(found.next_seconds)
        sent = network.sent
        courier.send_what_is_due()
        assert network.sent == sent, "it tried again before its time"
        clock.step(found.next_seconds + 1)
    assert 5 <= waits[0] <= 10
    assert 450 <= waits[-1] <= 900
    network.before_answer = lambda _asked: True
    courier.send_what_is_due()
    assert (state(courier), way(courier).next_seconds) == ("safe", None)


def test_whoever_asks_need_not_wait(
    kiosk: Kiosk, courier: Courier, office: Office, data: Path, network: Network
) -> None:
    hold_and_seal(kiosk.room)
    kiosk.room.enrol(office.url, office.code(), "")
    through(data, network.url)
    network.before_answer = lambda _asked: False
    courier.send_what_is_due()
    network.before_answer = lambda _asked: True
    kiosk.room.send_home("m1")
    assert way(courier).is_sending
    courier.send_what_is_due()
    assert (state(courier), way(courier).is_sending) == ("safe", False)


def test_what_a_person_must_decide_is_left_until_somebody_asks(
    kiosk: Kiosk, courier: Courier, office: Office, data: Path, network: Network
) -> None:
    """A revoked key: trying again by itself would help nobody."""
    hold_and_seal(kiosk.room)
    kiosk.room.enrol(office.url, office.code(), "")
    through(data, network.url)
    key = site_of(data).key.public
    sites.revoke(office.database, office.intake.clock, key, "Sold")
    courier.send_what_is_due()
    found = way(courier).progress
    assert found is not None
    assert found.problem is not None
    assert (found.state, found.problem.code) == ("refused", "key_revoked")
    sent = network.sent
    courier.send_what_is_due()
    assert network.sent == sent
    kiosk.room.send_home("m1")
    courier.send_what_is_due()
    assert network.sent > sent
    kiosk.room.enrol(office.url, office.code(site_of(data).id), "")
    courier.send_what_is_due()
    assert state(courier) == "safe", "a new code is all that a person has to bring"


def test_its_own_thread_sends_what_is_sealed_while_it_runs(
    kiosk: Kiosk, courier: Courier, office: Office
) -> None:
    kiosk.room.enrol(office.url, office.code(), "")
    courier.start()
    try:
        hold_and_seal(kiosk.room)
        until(lambda: office.count(t.receipt) == 1, "the meeting did not go home by itself")
        until(lambda: state(courier) == "safe", "nobody was told")
    finally:
        courier.stop()


def test_a_meeting_that_is_deleted_while_it_is_sent_leaves_nothing(
    kiosk: Kiosk, courier: Courier, office: Office, data: Path, network: Network
) -> None:
    hold_and_seal(kiosk.room)
    kiosk.room.enrol(office.url, office.code(), "")
    through(data, network.url)

    def delete_meanwhile(asked: bytes) -> bool:
        if b"/parts/" in asked.split(b"\r\n", 1)[0] and "m1" not in courier._gone:
            courier._gone.add("m1")
        return True

    network.before_answer = delete_meanwhile
    courier.send_what_is_due()
    assert office.count(t.meeting) == 0
    kiosk.room.delete("m1", why="A trial")
    assert not any((data / "outbox").iterdir())
    courier.send_what_is_due()
    assert not any((data / "outbox").iterdir())
    assert courier.ways() == {}


def test_a_stick_there_and_back(kiosk: Kiosk, courier: Courier, office: Office, data: Path) -> None:
    hold_and_seal(kiosk.room)
    office.enrolled(courier.site())
    kiosk.room.pin_central(office.intake.key.public)
    name, content = kiosk.room.bundle_file("m1")
    assert name == Outbox(data).bundle_path("m1").name
    receipt = office.intake.import_file(content)
    assert state(courier) == "waiting"
    kiosk.room.take_receipt(receipt.as_file())
    assert state(courier) == "safe"
    kiosk.room.delete("m1")
    assert kiosk.room.deleted()[0].note["receipt"] == receipt.receipt.id
