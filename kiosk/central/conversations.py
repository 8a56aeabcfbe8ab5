"""Conversations: who has signed a request, and that it is heard once.

A nonce holds when it was given and a proof that it was given here, so greeting costs the database nothing.
The counter of a conversation is written down with the first signed request and only goes up. Only the central
store's own clock is asked, and only how old a nonce is; a laptop may believe it is 1970.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from hashlib import blake2b

from kiosk.central import tables as t
from kiosk.central.database import Database, Transaction, add_if_new
from kiosk.central.sites import site_of_key
from kiosk.clock import Clock, stamp
from kiosk.problems import Problem
from kiosk.sync.exchange import Request
from kiosk.sync.signing import Key, is_hex

LIFE_HOURS = 24
_CHANCE_DIGITS = 24
_TIME_DIGITS = 8
_PROOF_DIGITS = 32
HIGHEST_COUNTER = 2**53


def give_nonce(key: Key, clock: Clock, public: str) -> str:
    """A nonce for one site's key, 64 hexadecimal digits."""
    begun = int(clock.now().timestamp())
    said = secrets.token_hex(_CHANCE_DIGITS // 2) + f"{begun:0{_TIME_DIGITS}x}"
    return said + _proof(key, said, public)


def expect_signed(
    database: Database, key: Key, clock: Clock, request: Request, public: str, signature: str
) -> str:
    """The site whose key has signed this request, which has not been heard before; else a Problem."""
    if not request.is_signed_by(public, signature):
        raise Problem("bad_signature")
    _expect_ours(key, clock, request.nonce, public)
    with database.writing() as tx:
        site = site_of_key(tx, public)
        _count(tx, clock, request)
    return site


def forget_old(database: Database, clock: Clock) -> None:
    """Forget the counters of conversations whose nonces nobody accepts any more."""
    before = stamp(clock.now() - timedelta(hours=2 * LIFE_HOURS))
    with database.writing() as tx:
        tx.execute(t.conversation.delete().where(t.conversation.c.begun_at < before))


def _expect_ours(key: Key, clock: Clock, nonce: str, public: str) -> None:
    if not is_hex(nonce, _CHANCE_DIGITS + _TIME_DIGITS + _PROOF_DIGITS):
        raise Problem("nonce_unknown")
    said, proof = nonce[:-_PROOF_DIGITS], nonce[-_PROOF_DIGITS:]
    if not hmac.compare_digest(proof, _proof(key, said, public)):
        raise Problem("nonce_unknown")
    age = int(clock.now().timestamp()) - int(said[_CHANCE_DIGITS:], 16)
    if abs(age) > LIFE_HOURS * 3600:
        raise Problem("nonce_unknown")


def _count(tx: Transaction, clock: Clock, request: Request) -> None:
    """Move the counter of the conversation to that of the request; a Problem unless it goes up."""
    counted = (
        t.conversation.update()
        .where(t.conversation.c.nonce == request.nonce, t.conversation.c.counter < request.counter)
        .values(counter=request.counter)
    )
    if tx.execute(counted).rowcount == 1:
        return
    first = {"nonce": request.nonce, "counter": request.counter, "begun_at": stamp(clock.now())}
    if not add_if_new(tx, t.conversation, first):
        raise Problem("repeated_request")


def _proof(key: Key, said: str, public: str) -> str:
    spoken = f"{said}{public}".encode("ascii", "replace")
    return blake2b(spoken, key=key.seed, digest_size=_PROOF_DIGITS // 2, person=b"kiosk nonce").hexdigest()
