"""Ways to alter a bundle, each by a random choice of where."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256

from kiosk.meeting.document import canonical
from kiosk.sync.bundle import Bundle, Part, pack
from kiosk.sync.signing import BUNDLE
from tests.support.bundles import a_site

Tampering = Callable[[Bundle, random.Random], bytes]


def flip_a_bit(bundle: Bundle, chance: random.Random) -> bytes:
    file = bytearray(pack(bundle))
    file[chance.randrange(len(file))] ^= 1 << chance.randrange(8)
    return bytes(file)


def cut_short(bundle: Bundle, chance: random.Random) -> bytes:
    file = pack(bundle)
    return file[: chance.randrange(len(file))]


def cut_out(bundle: Bundle, chance: random.Random) -> bytes:
    file = pack(bundle)
    start = chance.randrange(len(file))
    return file[:start] + file[start + chance.randrange(1, 500) :]


def put_in(bundle: Bundle, chance: random.Random) -> bytes:
    file = pack(bundle)
    place = chance.randrange(len(file) + 1)
    return file[:place] + chance.randbytes(chance.randrange(1, 50)) + file[place:]


def reorder_entries(bundle: Bundle, chance: random.Random) -> bytes:
    entries = entries_of(bundle)
    before = list(entries)
    while list(entries) == before:
        entries = shuffled(entries, chance)
    return zipped(entries)


def leave_out_an_entry(bundle: Bundle, chance: random.Random) -> bytes:
    entries = entries_of(bundle)
    del entries[chance.choice(list(entries))]
    return zipped(entries)


def add_an_entry(bundle: Bundle, chance: random.Random) -> bytes:
    name = chance.choice(["parts/answers-00099.ndjson", "../../etc/passwd", "x", "parts/"])
    return zipped(entries_of(bundle) | {name: b"{}\n"})


def change_an_answer(bundle: Bundle, chance: random.Random) -> bytes:
    """A part that is well formed and says something else; its digest in the manifest is mended or not."""
    place = chance.choice([n for n, part in enumerate(bundle.manifest.parts) if part.table == "answers"])
    part = bundle.manifest.parts[place]
    lines = bundle.parts[part.sha256].split(b"\n")[:-1]
    line = chance.randrange(len(lines))
    lines[line] = re.sub(
        rb'\["[abc]"\]\}', lambda found: b'["c"]}' if found[0] != b'["c"]}' else b'["a"]}', lines[line]
    )
    return with_part(bundle, place, lines, mended=chance.random() < 0.5)


def reorder_records(bundle: Bundle, chance: random.Random) -> bytes:
    place = chance.choice([n for n, part in enumerate(bundle.manifest.parts) if part.records > 1])
    lines = bundle.parts[bundle.manifest.parts[place].sha256].split(b"\n")[:-1]
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return with_part(bundle, place, lines, mended=chance.random() < 0.5)


def drop_or_repeat_a_record(bundle: Bundle, chance: random.Random) -> bytes:
    place = chance.choice([n for n, part in enumerate(bundle.manifest.parts) if part.records > 1])
    lines = bundle.parts[bundle.manifest.parts[place].sha256].split(b"\n")[:-1]
    line = chance.randrange(len(lines))
    changed = lines[:line] + lines[line + 1 :] if chance.random() < 0.5 else [*lines, lines[line]]
    return with_part(bundle, place, changed, mended=chance.random() < 0.5)


def change_the_manifest(bundle: Bundle, chance: random.Random) -> bytes:
    """Another value for one of its fields, under the old signature."""
    said = asdict(bundle.manifest)
    field = chance.choice(sorted(set(said) - {"parts", "tables"}))
    value = said[field]
    said[field] = value + 1 if isinstance(value, int) else ("f" if value[0] != "f" else "0") + value[1:]
    return with_manifest(bundle, canonical(said).encode())


def reorder_the_parts(bundle: Bundle, chance: random.Random) -> bytes:
    said = asdict(bundle.manifest)
    parts = list(said["parts"])
    while parts == list(said["parts"]):
        chance.shuffle(parts)
    return with_manifest(bundle, canonical({**said, "parts": parts}).encode())


def sign_by_another(bundle: Bundle, chance: random.Random) -> bytes:
    """The manifest as it is, and somebody else's signature of it."""
    written = bundle.signed.written
    stranger = a_site(f"{chance.randrange(2**32):016x}")
    return with_manifest(bundle, written, stranger.key.sign(BUNDLE, written))


TAMPERINGS: tuple[Tampering, ...] = (
    flip_a_bit,
    cut_short,
    cut_out,
    put_in,
    reorder_entries,
    leave_out_an_entry,
    add_an_entry,
    change_an_answer,
    reorder_records,
    drop_or_repeat_a_record,
    change_the_manifest,
    reorder_the_parts,
    sign_by_another,
)


def entries_of(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack(bundle))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shuffled(entries: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    names = list(entries)
    chance.shuffle(names)
    return {name: entries[name] for name in names}


def zipped(entries: dict[str, bytes]) -> bytes:
    """A zip as ``pack`` makes it, of whatever is put in."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return file.getvalue()


def with_manifest(bundle: Bundle, written: bytes, signature: str | None = None) -> bytes:
    entries = entries_of(bundle)
    entries["manifest.json"] = written
    entries["manifest.sig"] = (signature or bundle.signed.signature).encode() + b"\n"
    return zipped(entries)


def with_part(bundle: Bundle, place: int, lines: list[bytes], *, mended: bool) -> bytes:
    """Another body for a part; ``mended`` tells the manifest of it, which the signature then does not fit."""
    body = b"".join(line + b"\n" for line in lines)
    part = bundle.manifest.parts[place]
    entries = entries_of(bundle)
    entries[part.name] = body
    if mended:
        new = Part(part.name, part.table, len(lines), len(body), sha256(body).hexdigest())
        said = asdict(bundle.manifest)
        said["parts"] = [*said["parts"][:place], asdict(new), *said["parts"][place + 1 :]]
        entries["manifest.json"] = canonical(said).encode()
    return zipped(entries)
