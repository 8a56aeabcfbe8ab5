"""Sending over a network that breaks, to a central store that may refuse: nothing lost, nothing double."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from kiosk.central import sites
from kiosk.central import tables as t
from kiosk.central.conversations import expect_signed
from kiosk.problems import Problem
from kiosk.sync import client, enrolling, exchange
from kiosk.sync.bundle import Bundle
from kiosk.sync.client import Progress
from kiosk.sync.enrolling import Central, central_of
from kiosk.sync.exchange import Request
from kiosk.sync.link import Link
from kiosk.sync.outbox import Outbox
from kiosk.sync.signing import Site, fresh_key, site_of
from tests.support.clock import StillClock
from tests.support.cutting import Network, a_network
from tests.support.offices import Office, waiting


@pytest.fixture
def network(office: Office) -> Iterator[Network]:
    with a_network(office.port) as found:
        yield found


@pytest.fixture
def laptop(office: Office, data: Path) -> Site:
    """The data folder ``data``, enrolled."""
    return office.laptop(data)


def through(network: Network, data: Path) -> None:
    """Let the laptop find the central store through this network."""
    known = central_of(data)
    assert known is not None
    know(data, replace(known, url=network.url))


def know(data: Path, central: Central) -> None:
    (data / "central.json").write_text(json.dumps(central.__dict__))


def is_all_there(office: Office, bundle: Bundle, progress: Progress) -> bool:
    """Every record is there once, and the laptop knows."""
    assert progress.receipt is not None
    assert progress.receipt.receipt.content == bundle.manifest.content
    assert office.count(t.meeting) == 1
    assert office.count(t.answer) == bundle.manifest.tables["answers"]
    assert office.count(t.text) == bundle.manifest.tables["texts"]
    return progress.state == "safe" and progress.problem is None


# ── The way there ────────────────────────────────────────────────────────────────────────────────────


def test_a_meeting_comes_home_and_each_step_is_told(office: Office, laptop: Site, data: Path) -> None:
    bundle = waiting(data, questions=8, voters=600)
    told: list[str] = []
    ended = client.send(data, "m1", lambda progress: told.append(progress.sentence()))
    assert is_all_there(office, bundle, ended)
    parts = len(bundle.manifest.parts)
    assert parts > 12
    assert told[0] == f"0 of {parts} parts, 0 of 5,430 records acknowledged"
    assert told[-1] == f"{parts} of {parts} parts, 5,430 of 5,430 records acknowledged"
    assert len(told) == parts + 2
    assert client.progress(data, "m1").state == "safe"


def test_fifty_times_the_same_moves_nothing(
    office: Office, laptop: Site, data: Path, network: Network
) -> None:
    bundle = waiting(data)
    through(network, data)
    first = client.send(data, "m1")
    before = network.sent
    for _again in range(50):
        assert client.send(data, "m1") == first
    assert network.sent == before
    Outbox(data).receipt_path("m1").unlink()
    assert is_all_there(office, bundle, client.send(data, "m1"))
    assert network.sent - before < 6_000
    assert client.send(data, "m1").receipt == first.receipt


def test_cut_after_every_part_it_goes_on_from_there(
    office: Office, laptop: Site, data: Path, network: Network
) -> None:
    """The answer to each part is lost once: the part is there all the same, and is not sent again."""
    bundle = waiting(data, questions=6, voters=600)
    through(network, data)
    lost: list[bytes] = []

    def lose_each_once(asked: bytes) -> bool:
        place = asked.split(b" ", 2)[1]
        if b"/parts/" not in place or place in lost:
            return True
        lost.append(place)
        return False

    network.before_answer = lose_each_once
    parts = len(bundle.manifest.parts)
    for number in range(1, parts + 1):
        ended = client.send(data, "m1")
        assert ended.problem is not None
        assert ended.problem.code == "central_unreachable"
        assert (ended.state, ended.attempts) == ("waiting", number)
        assert office.count(t.part) == number
        assert office.count(t.meeting) == 0
    assert is_all_there(office, bundle, client.send(data, "m1"))
    assert len(lost) == parts


def test_cut_at_a_hundred_random_bytes(office: Office, laptop: Site, data: Path, network: Network) -> None:
    """Wherever the line breaks, the laptop keeps all, says so, and the next attempt goes on."""
    chance = random.Random(100)
    through(network, data)
    cuts = 0
    number = 0
    while cuts < 100:
        number += 1
        meeting = f"m{number}"
        bundle = waiting(data, meeting=meeting, questions=2, voters=200)
        while True:
            network.bytes_left = chance.randrange(1, 50_000)
            ended = client.send(data, meeting)
            if ended.state == "safe":
                break
            cuts += 1
            assert ended.problem is not None
            assert ended.problem.code == "central_unreachable", ended.problem.details
            assert "Nothing is lost" in ended.problem.sentence()
        assert ended.receipt is not None
        assert ended.receipt.receipt.content == bundle.manifest.content
    assert office.count(t.meeting) == number
    assert office.count(t.answer) == number * 400


def test_a_lost_answer_to_the_seal_brings_the_same_receipt(
    office: Office, laptop: Site, data: Path, network: Network
) -> None:
    bundle = waiting(data)
    through(network, data)
    network.before_answer = lambda asked: b"/seal" not in asked.split(b"\n", 1)[0]
    assert client.send(data, "m1").state == "waiting"
    assert office.count(t.meeting) == 1
    network.before_answer = lambda _asked: True
    ended = client.send(data, "m1")
    assert is_all_there(office, bundle, ended)
    assert office.count(t.receipt) == 1


def test_nobody_there(office: Office, laptop: Site, data: Path) -> None:
    waiting(data)
    known = central_of(data)
    assert known is not None
    know(data, replace(known, url="http://127.0.0.1:9"))
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert ended.problem.code == "central_unreachable"
    assert "nobody answers there" in ended.problem.sentence()
    assert ended.sentence().startswith("0 of ")
    assert ended.records > 0
    assert ended.state == "waiting"
    assert client.progress(data, "m1").problem is not None


# ── Somebody else answers ────────────────────────────────────────────────────────────────────────────


class CaptivePortal(BaseHTTPRequestHandler):
    """A café's network: whatever is asked, the answer is 200 and a page."""

    body = b"<!doctype html><title>Welcome to the caf\xc3\xa9</title><form>Your room number</form>"
    status = 200

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.send_header("Location", "http://127.0.0.1:9/login")
        self.send_header(exchange.SIGNATURE, "0" * 128)
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_PUT = do_POST = answer  # noqa: N815 - names that http.server wants

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its word
        """Say nothing."""


class LyingPortal(CaptivePortal):
    """Says just what the central store would say, without its key."""

    body = b'{"central": "00", "name": "x", "nonce": "00", "missing": [], "receipt": "{}", "signature": "00"}'


class Redirecting(CaptivePortal):
    status = 302


@pytest.mark.parametrize("portal", [CaptivePortal, LyingPortal, Redirecting])
def test_a_page_that_is_not_signed_is_never_taken_for_success(
    office: Office, laptop: Site, data: Path, portal: type[CaptivePortal]
) -> None:
    bundle = waiting(data)
    known = central_of(data)
    assert known is not None
    server = ThreadingHTTPServer(("127.0.0.1", 0), portal)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        know(data, replace(known, url=f"http://127.0.0.1:{server.server_port}"))
        ended = client.send(data, "m1")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert ended.problem is not None
    assert (ended.state, ended.problem.code, ended.receipt) == ("waiting", "not_central", None)
    assert "log in on a web page" in ended.problem.sentence()
    know(data, known)
    assert is_all_there(office, bundle, client.send(data, "m1"))


def test_another_central_store_is_not_ours(office: Office, laptop: Site, data: Path) -> None:
    waiting(data)
    known = central_of(data)
    assert known is not None
    know(data, replace(known, key=fresh_key().public))
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert ended.problem.code == "not_central"
    assert office.count(t.bundle) == 0


@pytest.mark.parametrize(
    "url", ["http://central.example", "ftp://127.0.0.1", "central.example", "https://", ""]
)
def test_without_tls_nothing_leaves_this_machine(url: str) -> None:
    with pytest.raises(Problem) as refused:
        Link(url, "00" * 32, fresh_key())
    assert refused.value.code == "central_address"


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_revoked_site_is_told_and_nothing_is_taken(office: Office, laptop: Site, data: Path) -> None:
    bundle = waiting(data)
    sites.revoke(office.database, office.intake.clock, laptop.key.public, "Stolen")
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert (ended.state, ended.problem.code) == ("refused", "key_revoked")
    assert "ask the administrator" in ended.problem.sentence()
    assert office.count(t.bundle) == 0

    enrolling.enrol(data, office.url, office.code(laptop.id), "")
    renewed = site_of(data)
    assert renewed.id == laptop.id
    assert renewed.key.public != laptop.key.public
    again = waiting(data)
    assert again.manifest.content == bundle.manifest.content
    assert is_all_there(office, again, client.send(data, "m1"))


def test_a_code_for_another_laptop_does_not_bring_a_revoked_one_back(
    office: Office, laptop: Site, data: Path
) -> None:
    sites.revoke(office.database, office.intake.clock, laptop.key.public, "Stolen")
    for code in (office.code(), office.code(office.laptop(data.parent / "other").id)):
        with pytest.raises(Problem) as refused:
            enrolling.enrol(data, office.url, code, "")
        assert refused.value.code == "site_taken"
    waiting(data)
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert ended.problem.code == "key_revoked"


def test_two_laptops_send_the_same_meeting(office: Office, tmp_path: Path) -> None:
    """The first is kept, the second lies beside it, and its laptop is told to keep its own."""
    ended = []
    for number in (1, 2):
        folder = tmp_path / f"laptop{number}"
        office.laptop(folder)
        waiting(folder, seed=number)
        ended.append(client.send(folder, "m1"))
    assert [one.state for one in ended] == ["safe", "refused"]
    assert ended[1].problem is not None
    assert ended[1].problem.code == "meeting_conflict"
    assert "kept beside" in ended[1].problem.sentence()
    assert office.count(t.meeting) == 1
    assert office.count(t.conflict) == 1


def test_two_copies_of_one_laptop_send_the_same_meeting_at_once(office: Office, tmp_path: Path) -> None:
    folders = [tmp_path / f"copy{number}" for number in range(4)]
    for folder in folders:
        office.laptop(folder)
        waiting(folder, voters=200)
    ended: list[Progress] = []
    threads = [
        Thread(target=lambda folder=folder: ended.append(client.send(folder, "m1"))) for folder in folders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.state for one in ended] == ["safe"] * 4
    assert len({one.receipt.written for one in ended if one.receipt is not None}) == 1
    assert office.count(t.answer) == 600


def test_no_clock_has_a_say(office: Office, laptop: Site, data: Path, clock: StillClock) -> None:
    """The central store's clock goes back ten years, then forward thirty; the laptop's is never asked."""
    for number, step in enumerate((-10, 30, -20), start=1):
        clock.step(step * 365 * 24 * 3600)
        waiting(data, meeting=f"m{number}")
        assert client.send(data, f"m{number}").state == "safe"


def test_a_conversation_that_has_grown_too_old_begins_anew(
    office: Office, laptop: Site, clock: StillClock
) -> None:
    known = laptop.key
    with Link(office.url, office.intake.key.public, known) as link:
        link.hello()
        clock.step(25 * 3600)
        with pytest.raises(Problem) as refused:
            link.call("POST", exchange.seal_path("0" * 64))
        assert refused.value.code == "no_such_bundle"


def test_what_was_overheard_cannot_be_said_again(
    office: Office, laptop: Site, data: Path, network: Network
) -> None:
    """Every signed request is sent a second time, byte by byte: each is refused, and nothing changes."""
    bundle = waiting(data)
    through(network, data)
    heard: list[bytes] = []

    def hear(asked: bytes) -> bool:
        heard.append(asked)
        return True

    network.before_answer = hear
    client.send(data, "m1")
    signed = [asked for asked in heard if exchange.NONCE.encode() in asked and b"/hello" not in asked]
    assert len(signed) == len(bundle.manifest.parts) + 2
    for asked in signed:
        head, _, body = asked.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=10)
        headers = dict(line.split(": ", 1) for line in lines)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["code"]) == (401, "repeated_request")
        connection.close()


def test_a_request_that_was_changed_on_the_way_is_refused(office: Office, laptop: Site) -> None:
    with Link(office.url, office.intake.key.public, laptop.key) as link:
        nonce = str(link.hello()["nonce"])
    genuine = Request("POST", exchange.seal_path("0" * 64), nonce, 1, b"x")
    signature = genuine.sign(laptop.key)
    stranger = fresh_key()
    changed = [
        (replace(genuine, body=b"y"), laptop.key.public, "bad_signature"),
        (replace(genuine, path=exchange.seal_path("1" * 64)), laptop.key.public, "bad_signature"),
        (replace(genuine, counter=2), laptop.key.public, "bad_signature"),
        (replace(genuine, method="PUT"), laptop.key.public, "bad_signature"),
        (replace(genuine, nonce="0" * 64), laptop.key.public, "bad_signature"),
        (genuine, stranger.public, "bad_signature"),
    ]
    for request, public, code in changed:
        with pytest.raises(Problem) as refused:
            expect_signed(office.database, office.intake.key, office.intake.clock, request, public, signature)
        assert refused.value.code == code
    invented = replace(genuine, nonce="0" * 64)
    with pytest.raises(Problem) as refused:
        expect_signed(
            office.database,
            office.intake.key,
            office.intake.clock,
            invented,
            laptop.key.public,
            invented.sign(laptop.key),
        )
    assert refused.value.code == "nonce_unknown"


# ── At the laptop ────────────────────────────────────────────────────────────────────────────────────


def test_not_enrolled_is_said(data: Path) -> None:
    waiting(data)
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert (ended.state, ended.problem.code) == ("waiting", "not_enrolled")


def test_a_receipt_that_was_altered_is_worth_nothing(office: Office, laptop: Site, data: Path) -> None:
    bundle = waiting(data)
    assert client.send(data, "m1").state == "safe"
    path = Outbox(data).receipt_path("m1")
    written = path.read_bytes()
    chance = random.Random(7)
    for _one in range(60):
        place = chance.randrange(len(written))
        altered = (
            written[:place] + bytes([written[place] ^ (1 << chance.randrange(7))]) + written[place + 1 :]
        )
        if json_or_none(altered) == json_or_none(written):
            continue
        path.write_bytes(altered)
        assert client.progress(data, "m1").state == "waiting", altered
    path.write_bytes(written)
    assert client.progress(data, "m1").state == "safe"
    path.unlink()
    with pytest.raises(Problem) as refused:
        client.take_receipt(data, written.replace(b"m1", b"m2"))
    assert refused.value.code == "receipt"
    assert client.take_receipt(data, written).receipt.content == bundle.manifest.content
    assert client.progress(data, "m1").state == "safe"


def json_or_none(text: bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_the_waits_grow_and_have_an_end() -> None:
    first, third, *later = (
        sorted(client.wait_seconds(attempts) for _ in range(20)) for attempts in (0, 2, 20, 40)
    )
    assert first[-1] <= client.FIRST_WAIT_SECONDS
    assert first[-1] < third[0], "twice as long after each failure, give or take a half"
    for waits in (first, third, *later):
        assert len(set(waits)) > 1, "laptops that failed together come again one by one"
    for waits in later:
        assert client.LONGEST_WAIT_SECONDS / 2 <= waits[0] < waits[-1] <= client.LONGEST_WAIT_SECONDS


def test_forgetting_leaves_no_byte(data: Path) -> None:
    waiting(data)
    outbox = Outbox(data)
    client.send(data, "m1")
    assert list((data / "outbox").iterdir())
    outbox.forget("m1")
    assert list((data / "outbox").iterdir()) == []
    assert site_of(data).id
