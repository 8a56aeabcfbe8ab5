"""What is signed of every request and every answer between a laptop and the central store.

A request carries a nonce that the central store gave for this purpose and a counter that only goes up, so
what was overheard cannot be sent again, and no clock has a say. An answer is signed together with the
request's nonce and counter: a page that some other machine puts in its place is never taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from kiosk.sync.signing import ANSWER, ENROLMENT, REQUEST, Key, verify

KEY = "Kiosk-Key"
NONCE = "Kiosk-Nonce"
COUNTER = "Kiosk-Counter"
SIGNATURE = "Kiosk-Signature"
BUNDLE_SIGNATURE = "Kiosk-Bundle-Signature"

HELLO = "/api/v1/hello"
ENROL = "/api/v1/enrolments"
NONCE_DIGITS = 64


def bundle_path(bundle: str) -> str:
    return f"/api/v1/bundles/{bundle}"


def part_path(bundle: str, digest: str) -> str:
    return f"{bundle_path(bundle)}/parts/{digest}"


def seal_path(bundle: str) -> str:
    return f"{bundle_path(bundle)}/seal"


@dataclass(frozen=True)
class Request:
    """What is signed of a request; ``path`` is that of the interface, without what a proxy put before it."""

    method: str
    path: str
    nonce: str
    counter: int
    body: bytes

    def sign(self, key: Key) -> str:
        return key.sign(REQUEST, self._spoken())

    def is_signed_by(self, public: str, signature: str) -> bool:
        return verify(public, REQUEST, self._spoken(), signature)

    def _spoken(self) -> bytes:
        return _lines(self.method, self.path, self.nonce, str(self.counter), sha256(self.body).hexdigest())


@dataclass(frozen=True)
class Answer:
    """What is signed of an answer, with the nonce and the counter of its request."""

    nonce: str
    counter: str
    status: int
    body: bytes

    def sign(self, key: Key) -> str:
        return key.sign(ANSWER, self._spoken())

    def is_signed_by(self, public: str, signature: str) -> bool:
        return verify(public, ANSWER, self._spoken(), signature)

    def _spoken(self) -> bytes:
        return _lines(self.nonce, self.counter, str(self.status), sha256(self.body).hexdigest())


def sign_enrolment(key: Key, site: str, code: str) -> str:
    """Show that a site holds the key it wants enrolled."""
    return key.sign(ENROLMENT, _lines(site, key.public, code))


def is_enrolment_signed(public: str, site: str, code: str, signature: str) -> bool:
    return verify(public, ENROLMENT, _lines(site, public, code), signature)


def _lines(*parts: str) -> bytes:
    return "\n".join(parts).encode("utf-8", "surrogatepass")
