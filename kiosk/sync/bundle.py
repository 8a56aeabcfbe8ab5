"""The bundle: a sealed meeting as one file. A zip with a signed manifest and NDJSON parts of bounded size.

The same meeting makes the same bytes, always: a bundle that was opened and packed again by other software is
not the file that was signed, and is refused. ``docs/bundle.md`` tells how to check one without this software.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from kiosk.meeting.document import canonical
from kiosk.sync.records import (
    MEETING_TABLES,
    OLDEST_SCHEMA,
    POPULATIONS,
    SCHEMA,
    TABLES,
    Record,
    Unfit,
    check_record,
)
from kiosk.sync.signing import BUNDLE, Site, is_hex, verify

FORMAT = 1
"""The form of the file and of its manifest; ``records.SCHEMA`` is that of the records inside."""
MOST_RECORDS = 500
"""Records in a part, at most."""
MOST_BYTES = 256_000
"""A part is closed once it is this large; one large record may go beyond."""
LARGEST_PART = 1_500_000
LARGEST_MANIFEST = 1_000_000
LARGEST_BUNDLE = 512_000_000
MANIFEST_NAME = "manifest.json"
SIGNATURE_NAME = "manifest.sig"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Damaged(ValueError):
    """A bundle, manifest or part that is not as it was made; the message says where, in English."""


class OtherSchema(ValueError):
    """A bundle of a version that is not read here: ``newer`` than ``known``, or older."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"version {found} instead of {known}")
        self.found = found
        self.known = known

    @property
    def newer(self) -> bool:
        return self.found > self.known


@dataclass(frozen=True)
class Part:
    """One file of records, as the manifest describes it."""

    name: str
    table: str
    records: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a bundle holds, and whose it is.

    ``content`` is the digest of the meeting alone: two bundles that agree on it hold the same records of it,
    whichever laptop, copy, key or schema they come from, and whatever population travels along.
    """

    format: int
    schema: int
    dialogue: str
    meeting: str
    site: str
    key: str
    generation: str
    tables: Mapping[str, int]
    parts: tuple[Part, ...]
    content: str

    @property
    def records(self) -> int:
        return sum(part.records for part in self.parts)

    @property
    def of_meeting(self) -> tuple[Part, ...]:
        """The parts that the meeting consists of: what a receipt is for."""
        return tuple(part for part in self.parts if part.table in MEETING_TABLES)

    def part(self, digest: str) -> Part | None:
        return next((part for part in self.parts if part.sha256 == digest), None)


@dataclass(frozen=True)
class SignedManifest:
    """A manifest as it travels: its bytes, their signature, and what they say."""

    written: bytes
    signature: str
    manifest: Manifest

    @property
    def id(self) -> str:
        """The digest of the bytes: what this very bundle is called in the protocol."""
        return sha256(self.written).hexdigest()


@dataclass(frozen=True)
class Bundle:
    """A manifest and the parts it names, by their digests."""

    signed: SignedManifest
    parts: Mapping[str, bytes]

    @property
    def manifest(self) -> Manifest:
        return self.signed.manifest


# ── Making one ───────────────────────────────────────────────────────────────────────────────────────


def make_bundle(site: Site, dialogue: str, meeting: str, records: Iterable[tuple[str, Record]]) -> Bundle:
    """Bundle the records of a meeting, each with its table; those of a table in their own order."""
    parts: list[Part] = []
    bodies: dict[str, bytes] = {}
    for table, number, lines in _gathered(records):
        body = b"".join(lines)
        digest = sha256(body).hexdigest()
        bodies[digest] = body
        parts.append(Part(part_name(table, number), table, len(lines), len(body), digest))
    manifest = Manifest(
        format=FORMAT,
        schema=SCHEMA,
        dialogue=dialogue,
        meeting=meeting,
        site=site.id,
        key=site.key.public,
        generation=site.generation,
        tables=per_table(parts),
        parts=tuple(parts),
        content=content_digest(dialogue, meeting, parts),
    )
    written = canonical(asdict(manifest)).encode()
    return Bundle(SignedManifest(written, site.key.sign(BUNDLE, written), manifest), bodies)


def part_name(table: str, number: int) -> str:
    return f"parts/{table}-{number:05d}.ndjson"


def line(record: Record) -> bytes:
    """A record as it stands in a part."""
    return canonical(record).encode() + b"\n"


def content_digest(dialogue: str, meeting: str, parts: Iterable[Part]) -> str:
    """The digest of what a meeting consists of, whoever bundled it. Its tables are still as in schema 1."""
    own = [[part.name, part.sha256] for part in parts if part.table in MEETING_TABLES]
    said = [1, dialogue, meeting, own]
    return sha256(canonical(said).encode()).hexdigest()


def _gathered(records: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, int, list[bytes]]]:
    """The lines of each part: its table, its number within the table from 1, and the lines."""
    by_table: dict[str, list[bytes]] = {table: [] for table in TABLES}
    for table, record in records:
        check_record(table, record)
        by_table[table].append(line(record))
    for table, lines in by_table.items():
        for number, together in enumerate(_in_portions(lines), start=1):
            yield table, number, together


def _in_portions(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    size = 0
    for one in lines:
        if portion and (len(portion) == MOST_RECORDS or size + len(one) > MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += len(one)
    if portion:
        yield portion


def per_table(parts: Iterable[Part]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        counts[part.table] = counts.get(part.table, 0) + part.records
    return counts


def pack(bundle: Bundle) -> bytes:
    """The bundle as a file. Nothing is compressed: other versions of zlib would make other bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, MANIFEST_NAME, bundle.signed.written)
        _add(archive, SIGNATURE_NAME, bundle.signed.signature.encode() + b"\n")
        for part in bundle.manifest.parts:
            _add(archive, part.name, bundle.parts[part.sha256])
    return file.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    # Zip notes the system it was made on; the same meeting makes the same bytes on Windows too.
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


# ── Reading one ──────────────────────────────────────────────────────────────────────────────────────


def unpack(file: bytes) -> Bundle:
    """Read a bundle and verify it whole, its signature too; Damaged or OtherSchema when it is another.

    Whether the key that signed it is anybody's is for the reader to know.
    """
    entries = _entries(file)
    try:
        written, signature = entries[MANIFEST_NAME], entries[SIGNATURE_NAME].decode("ascii").strip()
    except (KeyError, UnicodeDecodeError):
        raise Damaged("there is no manifest with its signature") from None
    signed = read_manifest(written, signature)
    parts: dict[str, bytes] = {}
    for part in signed.manifest.parts:
        if part.name not in entries:
            raise Damaged(f"{part.name} is missing")
        read_part(part, entries[part.name])
        parts[part.sha256] = entries[part.name]
    bundle = Bundle(signed, parts)
    if pack(bundle) != file:
        raise Damaged("the file is not the one that was signed")
    return bundle


def _entries(file: bytes) -> dict[str, bytes]:
    if len(file) > LARGEST_BUNDLE:
        raise Damaged("the file is larger than any bundle")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise Damaged("the file was packed again by other software")
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    # A damaged zip makes the reader fail in many ways, none of which says more than this.
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError) as error:
        raise error if isinstance(error, Damaged) else Damaged("the file is not a whole zip file") from None


def read_manifest(written: bytes, signature: str) -> SignedManifest:
    """Read a manifest and verify that the key it names has signed it."""
    if len(written) > LARGEST_MANIFEST:
        raise Damaged("the manifest is larger than any")
    said = _json(written, "the manifest")
    if not isinstance(said, dict):
        raise Damaged("the manifest is no object")
    _check_versions(said)
    manifest = _read_fields(said)
    if canonical(asdict(manifest)).encode() != written:
        raise Damaged("the manifest is not spelt as manifests are")
    if not verify(manifest.key, BUNDLE, written, signature):
        raise Damaged("the signature is not that of the manifest")
    return SignedManifest(written, signature, manifest)


def _check_versions(said: Mapping[str, Any]) -> None:
    for name, oldest, newest in (("format", FORMAT, FORMAT), ("schema", OLDEST_SCHEMA, SCHEMA)):
        found = said.get(name)
        if type(found) is not int:
            raise Damaged(f"the manifest has no {name}")
        if not oldest <= found <= newest:
            raise OtherSchema(found, newest if found > newest else oldest)


def _read_fields(said: Mapping[str, Any]) -> Manifest:
    _expect_fields(said, Manifest, "the manifest")
    if not all(_is_name(said[name]) for name in ("dialogue", "meeting", "site", "generation")):
        raise Damaged("a name in the manifest is none")
    if not (is_hex(said["key"], 64) and is_hex(said["content"], 64)):
        raise Damaged("a key or digest in the manifest is none")
    if not isinstance(said["parts"], list):
        raise Damaged("the manifest lists no parts")
    parts = tuple(map(_read_part_entry, said["parts"]))
    _check_parts(parts)
    if said["schema"] < 2 and any(part.table == POPULATIONS for part in parts):
        raise Damaged("its schema knows no populations")
    manifest = Manifest(**{**said, "parts": parts})
    if said["tables"] != per_table(parts):
        raise Damaged("the counts per table are not those of the parts")
    if manifest.content != content_digest(manifest.dialogue, manifest.meeting, parts):
        raise Damaged("the digest of the content is not that of the parts")
    return manifest


def _expect_fields(said: Any, kind: type[Manifest] | type[Part], what: str) -> None:
    if not isinstance(said, dict) or set(said) != {field.name for field in fields(kind)}:
        raise Damaged(f"the fields of {what} are others")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _read_part_entry(said: Any) -> Part:
    _expect_fields(said, Part, "a part")
    sized = all(type(said[name]) is int and said[name] > 0 for name in ("records", "bytes"))
    if not (sized and said["records"] <= MOST_RECORDS and said["bytes"] <= LARGEST_PART):
        raise Damaged("a part has no possible size")
    if not is_hex(said["sha256"], 64):
        raise Damaged("a part has no digest")
    return Part(**said)


def _check_parts(parts: tuple[Part, ...]) -> None:
    """Each table's parts are numbered from 1, the tables stand in their order, and no part is there twice."""
    if len({part.sha256 for part in parts}) != len(parts):
        raise Damaged("a part is named twice")
    expected = [
        part_name(table, number)
        for table in TABLES
        for number, _ in enumerate((part for part in parts if part.table == table), start=1)
    ]
    if [part.name for part in parts] != expected:
        raise Damaged("the parts do not stand in their order")
    if sum(part.records for part in parts if part.table == "meeting") != 1:
        raise Damaged("a bundle holds one meeting")


def read_part(part: Part, body: bytes) -> list[Record]:
    """The records of a part, verified against the manifest's word of it."""
    if len(body) != part.bytes:
        raise Damaged(f"{part.name} has {len(body)} bytes instead of {part.bytes}")
    if sha256(body).hexdigest() != part.sha256:
        raise Damaged(f"{part.name} does not have its digest")
    lines = body.split(b"\n")
    if lines.pop() != b"" or len(lines) != part.records:
        raise Damaged(f"{part.name} does not hold {part.records} records")
    return [_read_record(part, one) for one in lines]


def _read_record(part: Part, written: bytes) -> Record:
    record = _json(written, part.name)
    try:
        check_record(part.table, record)
        respelt = canonical(record).encode()
    except (Unfit, UnicodeEncodeError) as error:
        raise Damaged(f"{part.name}: {error}") from None
    if respelt != written:
        raise Damaged(f"{part.name}: a record is not spelt as records are")
    return record  # type: ignore[no-any-return]


def _json(written: bytes, where: str) -> Any:
    try:
        return json.loads(written.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Damaged(f"{where} is not JSON") from None
