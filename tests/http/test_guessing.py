"""Guessing: nobody gets in by it, it locks nobody out, and what opens a door is nowhere to be read."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.entrance import PAIRING_MINUTES, TOKEN_BYTES
from tests.http.calls import begun, refused, said
from tests.support import meetings
from tests.support.browsers import Browser
from tests.support.clock import StillClock

GUESSES = 1_000


def ticket_of(client: Browser, role: str = "console") -> str:
    url = said(client.operator().post("/api/v1/pairings", json={"role": role}), 201)["url"]
    return str(url).partition("#")[2]


def test_a_link_holds_more_than_128_random_bits_in_its_fragment(client: Browser) -> None:
    assert TOKEN_BYTES * 8 >= 128
    tickets = {ticket_of(client) for _ in range(50)}
    assert len(tickets) == 50
    assert all(len(ticket) >= TOKEN_BYTES for ticket in tickets)


def test_a_thousand_guesses_of_a_link_and_the_right_one_still_lets_in(client: Browser) -> None:
    ticket = ticket_of(client)
    stranger = client.anyone()
    for _ in range(GUESSES):
        guess = secrets.token_urlsafe(TOKEN_BYTES)
        refused(stranger.post("/api/v1/sessions", json={"ticket": guess}), 401, "ticket_used")
    assert said(stranger.post("/api/v1/sessions", json={"ticket": ticket}), 201)["role"] == "console"


def test_a_link_is_good_once_and_for_ten_minutes(client: Browser, clock: StillClock) -> None:
    assert PAIRING_MINUTES <= 10
    once, late = ticket_of(client), ticket_of(client)
    said(client.anyone().post("/api/v1/sessions", json={"ticket": once}), 201)
    refused(client.anyone().post("/api/v1/sessions", json={"ticket": once}), 401, "ticket_used")
    clock.step(PAIRING_MINUTES * 60 + 1)
    refused(client.anyone().post("/api/v1/sessions", json={"ticket": late}), 401, "ticket_used")


def test_a_thousand_guesses_of_a_token(client: Browser) -> None:
    operator = client.operator()
    for _ in range(GUESSES):
        bearer = {"Authorization": f"Bearer {secrets.token_urlsafe(TOKEN_BYTES)}"}
        refused(client.anyone().get("/api/v1/meetings", headers=bearer), 401, "operator_only")
    assert operator.get("/api/v1/meetings").status_code == 200


def test_a_thousand_wrong_codes_keep_nobody_from_joining(client: Browser) -> None:
    begun(client, meetings.single("drink"))
    stranger = client.anyone()
    for number in range(GUESSES):
        code = f"{number:04d}"
        refused(stranger.post("/api/v1/join", json={"code": code}), 404, "no_such_code")
    assert client.anyone().phone().device


@pytest.mark.parametrize("role", ["console", "wall"])
def test_what_opens_a_door_is_nowhere_to_be_read(
    kiosk: Kiosk, client: Browser, data: Path, role: str, capfd: pytest.CaptureFixture[str]
) -> None:
    begun(client, meetings.single("drink"))
    ticket = ticket_of(client, role)
    reply = client.anyone().post("/api/v1/sessions", json={"ticket": ticket})
    token = reply.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    device = client.phone().device or ""
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    heard = "".join(capfd.readouterr())
    for secret in (ticket, token, device):
        assert len(secret) > 20
        assert secret.encode() not in written
        assert secret not in heard
    assert (data / "operator-token").stat().st_mode & 0o077 == 0
