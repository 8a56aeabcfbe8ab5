"""QR codes: what is in them and how they are drawn. The only home of qrcode."""

from __future__ import annotations

import re
from dataclasses import dataclass

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

from kiosk.problems import Problem

QUIET_MODULES = 4
"""Empty modules around a code, without which cameras do not find it."""

_PLAIN = re.compile(r"[A-Za-z0-9-]+\Z")
_BEYOND_HEX = re.compile(r"[G-Zg-z]")
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 63
LONGEST_SSID = 32
"""In bytes, as the router counts."""


@dataclass(frozen=True)
class Wifi:
    """A Wi-Fi that phones may join; without a password it is an open one."""

    ssid: str
    password: str

    @property
    def has_code(self) -> bool:
        """Whether every camera reads a code of it.

        What would need escaping, or could be read as a hexadecimal number, goes wrong on some phones: such a
        Wi-Fi is shown as text alone.
        """
        return _is_plain(self.ssid) and (not self.password or _is_plain(self.password))


def check_wifi(ssid: str, password: str) -> Wifi:
    """A Wi-Fi as a router may have it; a Problem where there can be none."""
    if not 0 < len(ssid.encode()) <= LONGEST_SSID or not ssid.isprintable():
        raise Problem("wifi_invalid")
    is_typeable = password.isascii() and password.isprintable()
    if password and not (is_typeable and SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD):
        raise Problem("wifi_invalid")
    return Wifi(ssid, password)


def wifi_payload(ssid: str, password: str) -> str:
    """The text of a code that joins a Wi-Fi."""
    if not password:
        return f"WIFI:T:nopass;S:{ssid};;"
    return f"WIFI:T:WPA;S:{ssid};P:{password};;"


def matrix(text: str) -> list[list[bool]]:
    """The modules of a code, without the quiet zone; True is dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    # The library would look for parts to encode apart; what we encode has one kind of character.
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def svg(text: str, label: str = "") -> Markup:
    """A code as an inline SVG picture; ``label`` is what a screen reader says of it."""
    modules = matrix(text)
    side = len(modules) + 2 * QUIET_MODULES
    dark = "".join(
        f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, module in enumerate(row)
        if module
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{label}" '
        'shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg">'
        '<rect width="{side}" height="{side}" fill="#fff"/><path d="{dark}" fill="#000"/></svg>'
    ).format(side=side, label=label or text, dark=dark)


def _is_plain(value: str) -> bool:
    return bool(_PLAIN.match(value) and _BEYOND_HEX.search(value))
