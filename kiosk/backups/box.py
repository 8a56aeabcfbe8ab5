"""One backup as a file: a readable header, then the room's file in locked pieces. The only home of PyNaCl's
secret boxes.

Layout: ``KIOSKBK1``, the header's length (4 bytes, big-endian), the header (JSON), then pieces: 4 bytes of
length and a secret box each (XSalsa20-Poly1305). The key of a file is made from the backup key and its
header, so that a changed header opens nothing. A piece's nonce holds its number and whether it is the last,
so that pieces can be neither swapped, nor left out, nor cut off at the end; it is unique because the header
holds a random salt.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import blake2b, sha256
from typing import IO, Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

FORMAT = 1
MAGIC = b"KIOSKBK1"
KEY_BYTES = SecretBox.KEY_SIZE
PIECE = 65_536
_LONGEST_HEADER = 4096
_LENGTH = struct.Struct(">I")
_NONCE = struct.Struct(">QB15x")
_GROUP = 4
_BROKEN = "it is damaged or cut off"


Plain = bytes | memoryview
"""The room's file before it is locked."""


class NotABackup(Exception):
    """The file is no backup that can be opened. Says why."""


@dataclass(frozen=True)
class Header:
    """What anybody may know of a backup."""

    id: str
    """Of the installation that made it; random, and the same for all its meetings."""
    generation: int
    made_at: str
    key: str
    """Which key opens it: ``fingerprint`` of the key."""
    sealed: bool
    """Whether it is the first one after a seal."""
    openness: int
    """How much was being answered then; see ``kiosk.store.health.Snapshot``."""
    size: int
    sha256: str
    """Of the plain file."""
    salt: str
    format: int = FORMAT


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def fingerprint(key: bytes) -> str:
    """Names a key and tells nothing of it."""
    return blake2b(key, digest_size=4, person=b"backup key").hexdigest()


def spell(key: bytes) -> str:
    """A key as staff write it down: groups of four letters and digits."""
    letters = base64.b32encode(key).decode().rstrip("=")
    return " ".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def read_spelt(text: str) -> bytes:
    """The key that somebody typed; ValueError for what cannot be one."""
    letters = "".join(text.split()).replace("-", "").upper()
    try:
        key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error as error:
        raise ValueError("not a backup key") from error
    if len(key) != KEY_BYTES:
        raise ValueError("not a backup key")
    return key


def describe(plain: Plain, key: bytes, **facts: Any) -> Header:
    """The header for a file; ``facts`` are its id, generation, made_at, sealed and openness."""
    return Header(
        key=fingerprint(key),
        size=len(plain),
        sha256=sha256(plain).hexdigest(),
        salt=secrets.token_hex(16),
        **facts,
    )


def locked(plain: Plain, header: Header, key: bytes) -> Iterator[bytes]:
    """The backup, piece by piece."""
    written = json.dumps(asdict(header), sort_keys=True).encode()
    yield MAGIC + _LENGTH.pack(len(written)) + written
    box = _box(key, written)
    pieces = max(1, -(-len(plain) // PIECE))
    for number in range(pieces):
        piece = bytes(plain[number * PIECE : (number + 1) * PIECE])
        sealed = box.encrypt(piece, _nonce(number, last=number == pieces - 1)).ciphertext
        yield _LENGTH.pack(len(sealed)) + sealed


def read_header(file: IO[bytes]) -> Header:
    """The header of a backup, not yet proved to be true."""
    return _parsed(_read_written(file))


def opened(file: IO[bytes], key: bytes) -> tuple[Header, bytes]:
    """The header and the plain file; NotABackup where a single bit is not as it was written."""
    pieces: list[bytes] = []
    header = check(file, key, pieces.append)
    return header, b"".join(pieces)


def check(file: IO[bytes], key: bytes, take: Callable[[bytes], object] = len) -> Header:
    """Open a backup piece by piece, hand each on; NotABackup where a bit is not as it was written."""
    written = _read_written(file)
    header = _parsed(written)
    if header.key != fingerprint(key):
        raise NotABackup(f"it was made with another key ({header.key})")
    size, digest = 0, sha256()
    for piece in _pieces(file, _box(key, written)):
        size += len(piece)
        digest.update(piece)
        take(piece)
    if size != header.size or digest.hexdigest() != header.sha256:
        raise NotABackup("its content is not what its header says")
    return header


def _read_written(file: IO[bytes]) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise NotABackup("it is no backup of a kiosk, or its beginning is damaged")
    length = file.read(_LENGTH.size)
    if len(length) < _LENGTH.size or _LENGTH.unpack(length)[0] > _LONGEST_HEADER:
        raise NotABackup("its header is damaged")
    return file.read(_LENGTH.unpack(length)[0])


def _parsed(written: bytes) -> Header:
    try:
        header = Header(**json.loads(written))
    except (ValueError, TypeError) as error:
        raise NotABackup("its header is damaged") from error
    if header.format != FORMAT:
        raise NotABackup(f"it has format {header.format}, which this version does not read")
    return header


def _pieces(file: IO[bytes], box: SecretBox) -> Iterator[bytes]:
    number = 0
    length = file.read(_LENGTH.size)
    while length:
        sealed = _sealed_piece(file, length)
        length = file.read(_LENGTH.size)
        try:
            yield box.decrypt(sealed, _nonce(number, last=not length))
        except (CryptoError, ValueError) as error:
            raise NotABackup(_BROKEN) from error
        number += 1


def _sealed_piece(file: IO[bytes], length: bytes) -> bytes:
    if len(length) < _LENGTH.size or _LENGTH.unpack(length)[0] > PIECE + SecretBox.MACBYTES:
        raise NotABackup(_BROKEN)
    sealed = file.read(_LENGTH.unpack(length)[0])
    if len(sealed) < _LENGTH.unpack(length)[0]:
        raise NotABackup(_BROKEN)
    return sealed


def _box(key: bytes, written: bytes) -> SecretBox:
    return SecretBox(blake2b(written, key=key, digest_size=KEY_BYTES, person=b"kiosk backup").digest())


def _nonce(number: int, *, last: bool) -> bytes:
    return _NONCE.pack(number, last)
