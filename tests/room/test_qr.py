"""QR codes: what is in them, and that they are drawn as cameras need them."""

from __future__ import annotations

import re

import pytest

from kiosk.problems import Problem
from kiosk.qr import QUIET_MODULES, check_wifi, matrix, svg, wifi_payload
from kiosk.room import Room
from tests.support import meetings as m

FINDER = [
    "#######",
    "#.....#",
    "#.###.#",
    "#.###.#",
    "#.###.#",
    "#.....#",
    "#######",
]


def test_the_join_code_holds_the_short_address_in_capitals(room: Room) -> None:
    room.import_document(m.meeting(m.single("p")))
    meeting = room.stage("m1").meeting
    assert room.join_url(meeting) == "HTTP://192.0.2.10:8080/MEET"
    assert room.join_text(meeting) == "192.0.2.10:8080"


def test_capitals_make_a_smaller_code() -> None:
    assert len(matrix("HTTP://192.0.2.10:8080/MEET")) < len(matrix("http://192.0.2.10:8080/meet"))


def test_the_payloads_that_join_a_wifi() -> None:
    assert wifi_payload("Bygdegarden", "kaffe-paus-7") == "WIFI:T:WPA;S:Bygdegarden;P:kaffe-paus-7;;"
    assert wifi_payload("Bygdegarden", "") == "WIFI:T:nopass;S:Bygdegarden;;"


@pytest.mark.parametrize(
    ("ssid", "password"),
    [("Kiosk", ""), ("Kiosk", "abcdefgh"), ("G", "x" * 63), ("2030-dialogen", "12345678g"), ("z" * 32, "")],
)
def test_a_wifi_that_every_camera_reads(ssid: str, password: str) -> None:
    wifi = check_wifi(ssid, password)
    assert (wifi.ssid, wifi.password) == (ssid, password)
    assert wifi.has_code


@pytest.mark.parametrize(
    ("ssid", "password"),
    [
        ("Möte", ""),
        ("two words", ""),
        ("a;b", ""),
        ("CAFE", ""),
        ("1234", ""),
        ("Kiosk", "pass;word"),
        ("Kiosk", 'quote"quote'),
        ("Kiosk", "deadbeef"),
        ("Kiosk", "12345678"),
    ],
)
def test_a_wifi_that_some_phone_would_misread_has_no_code(ssid: str, password: str) -> None:
    wifi = check_wifi(ssid, password)
    assert (wifi.ssid, wifi.password) == (ssid, password)
    assert not wifi.has_code


@pytest.mark.parametrize(
    ("ssid", "password"),
    [
        ("", "abcdefgh"),
        ("z" * 33, ""),
        ("ö" * 17, ""),
        ("Kiosk\n", ""),
        ("Kiosk", "short"),
        ("Kiosk", "x" * 64),
        ("Kiosk", "lösenord"),
    ],
)
def test_a_wifi_that_no_router_has_is_refused(ssid: str, password: str) -> None:
    with pytest.raises(Problem) as refused:
        check_wifi(ssid, password)
    assert refused.value.code == "wifi_invalid"


def test_the_rooms_wifi_is_kept_and_removed(room: Room) -> None:
    assert room.wifi() is None
    room.set_wifi("Kiosk", "kaffe-paus")
    assert room.wifi() == check_wifi("Kiosk", "kaffe-paus")
    with pytest.raises(Problem):
        room.set_wifi("Kiosk", "short")
    assert room.wifi() == check_wifi("Kiosk", "kaffe-paus")
    room.set_wifi("", "")
    assert room.wifi() is None


def corner(modules: list[list[bool]]) -> list[str]:
    return ["".join("#" if module else "." for module in row[:7]) for row in modules[:7]]


@pytest.mark.parametrize("text", ["HTTP://10.0.0.1/ABCD", wifi_payload("Kiosk", "kaffe-paus"), "Åäö 🌲" * 20])
def test_three_corners_find_the_code(text: str) -> None:
    modules = matrix(text)
    assert all(len(row) == len(modules) for row in modules)
    assert corner(modules) == FINDER
    assert corner([row[::-1] for row in modules]) == FINDER
    assert corner(modules[::-1]) == FINDER


def test_the_picture_has_every_dark_module_once_inside_a_quiet_frame() -> None:
    modules = matrix("HTTP://10.0.0.1/ABCD")
    drawn = re.findall(r"M(\d+) (\d+)h1v1h-1z", svg("HTTP://10.0.0.1/ABCD"))
    dark = {
        (str(x + QUIET_MODULES), str(y + QUIET_MODULES))
        for y, row in enumerate(modules)
        for x, module in enumerate(row)
        if module
    }
    assert QUIET_MODULES == 4
    assert len(drawn) == len(dark)
    assert set(drawn) == dark


def test_a_label_cannot_break_out_of_the_picture() -> None:
    picture = svg("A", '"><script>alert(1)</script>')
    assert "<script>" not in picture
    assert "&lt;script&gt;" in picture
