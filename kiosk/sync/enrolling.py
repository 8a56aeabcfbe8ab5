"""How a laptop comes to know its central store, and the central store the laptop.

A code from the administrator holds a secret that works once, and the beginning of a digest of the central
store's key: whoever answers under the address must own that key before the secret is sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from kiosk.problems import Problem
from kiosk.store.files import write_whole
from kiosk.sync import link
from kiosk.sync.exchange import sign_enrolment
from kiosk.sync.signing import Site, is_hex, renew_key, site_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that looks like another."""
SECRET_LETTERS = 16
PRINT_LETTERS = 16
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": "", " ": ""})


@dataclass(frozen=True)
class Central:
    """The central store as this laptop knows it. ``url`` is empty where only sticks travel."""

    url: str
    key: str
    name: str


def fingerprint(public: str) -> str:
    """The first 80 bits of a digest of a key, in the letters of a code."""
    number = int.from_bytes(sha256(bytes.fromhex(public)).digest()[:10], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def in_groups(code: str) -> str:
    """A code as people read it: four letters at a time."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def plain(code: str) -> str:
    """A code as it was meant, however it was typed."""
    return code.upper().translate(_READ_AS)


def central_of(data: Path) -> Central | None:
    """The central store that this data folder knows."""
    path = data / "central.json"
    if not path.exists():
        return None
    return Central(**json.loads(path.read_text(encoding="utf-8")))


def enrol(data: Path, url: str, code: str, name: str) -> Central:
    """Enrol this laptop with a code; ``name`` is what the administrator will call it by.

    A laptop whose key was revoked takes another one: no code lets the old one in again.
    """
    letters = plain(code)
    secret, printed = letters[:SECRET_LETTERS], letters[SECRET_LETTERS:]
    if len(letters) != SECRET_LETTERS + PRINT_LETTERS:
        raise Problem("enrolment_code")
    key, central_name = link.meet(url)
    if fingerprint(key) != printed:
        raise Problem("enrolment_code")
    try:
        _offer(url, key, site_of(data), secret, name)
    except Problem as problem:
        if problem.code != "key_revoked":
            raise
        _offer(url, key, renew_key(data), secret, name)
    return _remember(data, Central(url.rstrip("/"), key, central_name))


def _offer(url: str, central: str, site: Site, secret: str, name: str) -> None:
    message = {
        "code": secret,
        "site": site.id,
        "name": name,
        "key": site.key.public,
        "signature": sign_enrolment(site.key, site.id, secret),
    }
    link.enrol(url, central, message)


def pin(data: Path, key: str) -> Central:
    """Know a central store by its key alone, for a laptop whose bundles and receipts travel on a stick."""
    if not is_hex(key, 64):
        raise Problem("enrolment_code")
    return _remember(data, Central("", key, ""))


def _remember(data: Path, central: Central) -> Central:
    write_whole(data / "central.json", json.dumps(asdict(central)).encode())
    return central
