"""Receipts: the central store's signed word that it holds every record of a meeting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from kiosk.languages import gettext_noop as N_  # noqa: N812 - the usual mark for translators
from kiosk.meeting.document import canonical
from kiosk.sync.bundle import Manifest, per_table
from kiosk.sync.signing import RECEIPT, Key, verify


class NoReceipt(ValueError):
    """What was given as a receipt is none, or one for something else; the message says why, in English."""


@dataclass(frozen=True)
class Receipt:
    """What the central store says it holds. ``received_at`` is by its own clock."""

    id: str
    central: str
    dialogue: str
    meeting: str
    content: str
    parts: int
    records: int
    tables: Mapping[str, int]
    received_at: str


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt as it travels: what was signed, letter by letter, and the signature."""

    written: str
    signature: str
    receipt: Receipt

    def as_file(self) -> bytes:
        """The file that goes back to the laptop, over the network or on a stick."""
        said = {"receipt": self.written, "signature": self.signature}
        return json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"


def write_receipt(key: Key, receipt: Receipt) -> SignedReceipt:
    written = canonical(asdict(receipt))
    return SignedReceipt(written, key.sign(RECEIPT, written.encode()), receipt)


def read_receipt(file: bytes, central: str) -> SignedReceipt:
    """Read a receipt that this central store, and no other, has signed."""
    try:
        return receipt_from(json.loads(file.decode("utf-8")), central)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, NoReceipt) else NoReceipt(N_("it is not a receipt file")) from None


def receipt_from(said: Any, central: str) -> SignedReceipt:
    """As ``read_receipt``, from a message that has been read already."""
    if not isinstance(said, dict) or not all(
        isinstance(said.get(name), str) for name in ("receipt", "signature")
    ):
        raise NoReceipt(N_("it is not a receipt"))
    written, signature = said["receipt"], said["signature"]
    if not verify(central, RECEIPT, written.encode("utf-8", "surrogatepass"), signature):
        raise NoReceipt(N_("it is not signed by the central store of this laptop"))
    content = json.loads(written)
    if not isinstance(content, dict) or set(content) != {field.name for field in fields(Receipt)}:
        raise NoReceipt(N_("it is of another version"))
    return SignedReceipt(written, signature, Receipt(**content))


def covers(receipt: Receipt, manifest: Manifest) -> bool:
    """Whether the receipt speaks of every record of the meeting in this bundle."""
    own = manifest.of_meeting
    return (
        receipt.dialogue == manifest.dialogue
        and receipt.meeting == manifest.meeting
        and receipt.content == manifest.content
        and receipt.parts == len(own)
        and receipt.records == sum(part.records for part in own)
        and dict(receipt.tables) == per_table(own)
    )
