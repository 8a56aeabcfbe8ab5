"""Ed25519 signatures, and the key files of a laptop and of the central store. The only home of PyNaCl.

Whatever is signed says first what it is, so that a signature made for one purpose is worth nothing for
another.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from kiosk.store.files import write_whole

BUNDLE = "kiosk bundle"
RECEIPT = "kiosk receipt"
REQUEST = "kiosk request"
ANSWER = "kiosk answer"
ENROLMENT = "kiosk enrolment"
SEED_BYTES = 32
ID_BYTES = 8
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Key:
    """A secret key; ``public`` is what others know it by, 64 hexadecimal digits."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> str:
        return bytes(SigningKey(self.seed).verify_key).hex()

    def sign(self, purpose: str, message: bytes) -> str:
        """The signature of a message, 128 hexadecimal digits."""
        return SigningKey(self.seed).sign(_spoken(purpose, message)).signature.hex()


@dataclass(frozen=True)
class Site:
    """Who a laptop is to the central store.

    ``generation`` names this copy of its data folder: a folder that was restored takes a new one.
    """

    id: str
    generation: str
    key: Key


def verify(public: str, purpose: str, message: bytes, signature: str) -> bool:
    """Whether the owner of the public key has signed this message for this purpose."""
    if not (is_hex(public, 64) and is_hex(signature, 128)):
        return False
    try:
        VerifyKey(bytes.fromhex(public)).verify(_spoken(purpose, message), bytes.fromhex(signature))
    except (BadSignatureError, ValueError):
        return False
    return True


def is_hex(text: object, digits: int) -> bool:
    """Whether a value is so many lower-case hexadecimal digits: one spelling for each key and digest."""
    return isinstance(text, str) and len(text) == digits and set(text) <= _HEX


def _spoken(purpose: str, message: bytes) -> bytes:
    return purpose.encode() + b"\n" + message


def fresh_key() -> Key:
    return Key(secrets.token_bytes(SEED_BYTES))


def fresh_id() -> str:
    return secrets.token_hex(ID_BYTES)


def site_of(data: Path) -> Site:
    """The site of a data folder, made at the first call. Its file is readable by its owner alone."""
    path = data / "site-key"
    if not path.exists():
        _write_site(path, Site(fresh_id(), fresh_id(), fresh_key()))
    said = json.loads(path.read_text(encoding="utf-8"))
    return Site(said["site"], said["generation"], Key(bytes.fromhex(said["seed"])))


def renew_generation(data: Path) -> Site:
    """Name the data folder anew, after it was restored from a backup."""
    return _renewed(data, replace(site_of(data), generation=fresh_id()))


def renew_key(data: Path) -> Site:
    """Give the site another key, after its old one was revoked. It must be enrolled again."""
    return _renewed(data, replace(site_of(data), key=fresh_key()))


def _renewed(data: Path, site: Site) -> Site:
    _write_site(data / "site-key", site)
    return site


def _write_site(path: Path, site: Site) -> None:
    said = {"site": site.id, "generation": site.generation, "seed": site.key.seed.hex()}
    write_whole(path, json.dumps(said).encode())


def central_key_of(data: Path) -> Key:
    """The central store's own key, made at the first call."""
    path = data / "central-key"
    if not path.exists():
        write_whole(path, fresh_key().seed.hex().encode())
    return Key(bytes.fromhex(path.read_text(encoding="ascii").strip()))
