"""The interface that laptops speak with. Every answer under it is signed, refusals too."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from kiosk.central import conversations, sites
from kiosk.central.intake import Intake
from kiosk.problems import Problem
from kiosk.sync import exchange
from kiosk.sync.bundle import FORMAT, LARGEST_MANIFEST, LARGEST_PART
from kiosk.sync.exchange import Answer, Request
from kiosk.sync.records import OLDEST_SCHEMA, SCHEMA
from kiosk.sync.signing import is_hex

blueprint = Blueprint("central", __name__, url_prefix="/api/v1")
LONGEST_HEADER = 200


def intake() -> Intake:
    found: Intake = current_app.extensions["intake"]
    return found


@blueprint.post("/hello")
def hello() -> Response:
    """Who is here, which versions are read, and a nonce for the key that asks."""
    key = _message().get("key")
    return jsonify(
        central=intake().key.public,
        name=current_app.config["STORE_NAME"],
        nonce=_nonce_for(key) if key is not None else None,
        formats=[FORMAT],
        schemas=list(range(OLDEST_SCHEMA, SCHEMA + 1)),
        largest_manifest=LARGEST_MANIFEST,
        largest_part=LARGEST_PART,
    )


def _nonce_for(key: Any) -> str:
    if not is_hex(key, 64):
        raise Problem("malformed", field="key")
    with intake().database.reading() as tx:
        sites.site_of_key(tx, key)
    return conversations.give_nonce(intake().key, intake().clock, key)


@blueprint.post("/enrolments")
def enrol() -> tuple[Response, int]:
    message = _message()
    fields = {name: message.get(name) for name in ("code", "site", "name", "key", "signature")}
    for name, value in fields.items():
        if not isinstance(value, str) or len(value) > LONGEST_HEADER:
            raise Problem("malformed", field=name)
    sites.enrol(intake().database, intake().clock, **{name: str(value) for name, value in fields.items()})
    conversations.forget_old(intake().database, intake().clock)
    return jsonify(site=fields["site"]), 201


@blueprint.put("/bundles/<bundle>")
def take_manifest(bundle: str) -> Response:
    site = _signed_by()
    signature = request.headers.get(exchange.BUNDLE_SIGNATURE, "")
    return jsonify(missing=intake().take_manifest(site, bundle, request.get_data(), signature))


@blueprint.put("/bundles/<bundle>/parts/<digest>")
def take_part(bundle: str, digest: str) -> tuple[Response, int]:
    new = intake().take_part(_signed_by(), bundle, digest, request.get_data())
    return jsonify(kept=digest), 201 if new else 200


@blueprint.post("/bundles/<bundle>/seal")
def seal(bundle: str) -> Response:
    receipt = intake().seal(_signed_by(), bundle)
    return jsonify(receipt=receipt.written, signature=receipt.signature)


def _message() -> dict[str, Any]:
    message = request.get_json()
    if not isinstance(message, dict):
        raise Problem("malformed", field="body")
    return message


def _signed_by() -> str:
    """The site that has signed this request."""
    counter = request.headers.get(exchange.COUNTER, "")
    if not (counter.isascii() and counter.isdigit() and int(counter[:20]) <= conversations.HIGHEST_COUNTER):
        raise Problem("malformed", field=exchange.COUNTER)
    asked = Request(
        request.method,
        request.path,
        request.headers.get(exchange.NONCE, ""),
        int(counter),
        request.get_data(),
    )
    key, signature = request.headers.get(exchange.KEY, ""), request.headers.get(exchange.SIGNATURE, "")
    return conversations.expect_signed(intake().database, intake().key, intake().clock, asked, key, signature)


def sign(response: Response) -> Response:
    """Sign an answer together with the nonce and the counter of its request."""
    nonce = request.headers.get(exchange.NONCE, "")[:LONGEST_HEADER]
    counter = request.headers.get(exchange.COUNTER, "")[:LONGEST_HEADER]
    answer = Answer(nonce, counter, response.status_code, response.get_data())
    response.headers[exchange.SIGNATURE] = answer.sign(intake().key)
    return response
