"""The bundle: the same bytes always, checkable by anybody, and refused when a bit of it is another."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.meeting.document import canonical
from kiosk.sync.bundle import (
    MOST_BYTES,
    MOST_RECORDS,
    Bundle,
    Damaged,
    OtherSchema,
    SignedManifest,
    make_bundle,
    pack,
    unpack,
)
from kiosk.sync.records import TABLES, Unfit
from kiosk.sync.signing import BUNDLE, RECEIPT, Site, verify
from tests.support.bundles import a_bundle, a_site, of_first_schema, some_records
from tests.support.tampering import TAMPERINGS, change_an_answer, entries_of, sign_by_another, zipped

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = "6be77729ff83b2790eb5dd64f856bfdc2235289a4ac4a561b4e16385545aef34"
"""Of the file below. When it changes, so has the format, and its number must too."""
GOLDEN_OF_SCHEMA_1 = "b4296917eb75bd4474fb382dfa0426bc66a130f05b40542d05fa054f297699b0"


def test_the_same_meeting_is_the_same_file() -> None:
    assert pack(a_bundle()) == pack(a_bundle())
    assert sha256(pack(a_bundle(questions=1, voters=3))).hexdigest() == GOLDEN


def test_a_file_of_the_first_schema_is_still_what_it_was() -> None:
    first = of_first_schema(a_site(), questions=1, voters=3)
    assert sha256(pack(first)).hexdigest() == GOLDEN_OF_SCHEMA_1
    assert unpack(pack(first)) == first
    assert first.manifest.content == a_bundle(questions=1, voters=3).manifest.content


def test_a_file_reads_back_as_it_was() -> None:
    bundle = a_bundle(questions=5, voters=700)
    assert unpack(pack(bundle)) == bundle


def test_parts_are_of_bounded_size_and_hold_every_record_once() -> None:
    bundle = a_bundle(questions=2, voters=1200)
    sizes = [part.records for part in bundle.manifest.parts if part.table == "answers"]
    assert sizes == [500, 500, 500, 500, 400]
    assert all(part.bytes <= MOST_BYTES for part in bundle.manifest.parts)
    assert bundle.manifest.records == len(some_records("m1", 2, 1200, 1))
    long = [
        ("texts", {**record, "text": "x" * 1000})
        for table, record in some_records("m1", 0, 600, 1)
        if table == "texts"
    ]
    others = [one for one in some_records("m1", 0, 600, 1) if one[0] != "texts"]
    parts = [
        part
        for part in make_bundle(a_site(), "tests", "m1", [*others, *long]).manifest.parts
        if part.table == "texts"
    ]
    assert len(parts) == 3
    assert all(part.bytes <= MOST_BYTES and part.records < MOST_RECORDS for part in parts)


def test_the_content_is_that_of_the_meeting_whoever_bundled_it() -> None:
    one = a_bundle()
    other = a_bundle(replace(a_site("5171e00000000002"), generation="another"))
    assert one.manifest.content == other.manifest.content
    assert one.signed.id != other.signed.id
    assert a_bundle(seed=2).manifest.content != one.manifest.content
    assert a_bundle(meeting="m2").manifest.content != one.manifest.content


def test_what_is_signed_is_signed_for_its_purpose() -> None:
    signed = a_bundle().signed
    key = signed.manifest.key
    assert verify(key, BUNDLE, signed.written, signed.signature)
    assert not verify(key, RECEIPT, signed.written, signed.signature)
    assert not verify(key, BUNDLE, signed.written, signed.signature.upper())
    assert not verify("00" * 32, BUNDLE, signed.written, signed.signature)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"document": "x", "heads": 1},
        {"document": {"a": "\0"}, "heads": 1},
        {"document": {}, "heads": -1},
        5,
    ],
)
def test_a_record_that_is_none_never_gets_into_a_bundle(record: object) -> None:
    with pytest.raises(Unfit):
        make_bundle(a_site(), "tests", "m1", [("meeting", record)])  # type: ignore[list-item]


# ── Tampering ────────────────────────────────────────────────────────────────────────────────────────


def test_the_premise_that_the_zip_of_these_tests_is_the_one_that_is_made() -> None:
    assert zipped(entries_of(a_bundle())) == pack(a_bundle())


def test_a_thousand_tamperings_are_all_refused() -> None:
    bundle = a_bundle(questions=2, voters=12)
    genuine = pack(bundle)
    chance = random.Random(1000)
    for number in range(1000):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        file = tamper(bundle, chance)
        assert file != genuine, tamper
        with pytest.raises((Damaged, OtherSchema)):
            unpack(file)


def test_whoever_has_the_key_can_still_not_leave_the_form() -> None:
    """A manifest that is properly signed, and wrong in itself."""
    bundle = a_bundle()
    said = asdict(bundle.manifest)
    first = said["parts"][0]
    wrong = [
        {**said, "tables": {**said["tables"], "answers": 1}},
        {**said, "content": "0" * 64},
        {**said, "parts": said["parts"][1:]},
        {**said, "parts": [first, *said["parts"]]},
        {**said, "parts": [{**first, "name": "parts/../x"}, *said["parts"][1:]]},
        {**said, "parts": [{**first, "bytes": 10**12}, *said["parts"][1:]]},
        {**said, "parts": [{**first, "records": True}, *said["parts"][1:]]},
        {**said, "parts": [{**first, "table": "participants"}, *said["parts"][1:]]},
        {**said, "meeting": ""},
        {**said, "site": "a\nb"},
        {**said, "more": 1},
        {name: value for name, value in said.items() if name != "generation"},
    ]
    for one in wrong:
        written = canonical(one).encode()
        signed = SignedManifest(written, a_site().key.sign(BUNDLE, written), bundle.manifest)
        with pytest.raises(Damaged):
            unpack(pack(Bundle(signed, bundle.parts)))
    spaced = json.dumps(said).encode()
    with pytest.raises(Damaged, match="spelt"):
        unpack(
            pack(
                Bundle(
                    SignedManifest(spaced, a_site().key.sign(BUNDLE, spaced), bundle.manifest), bundle.parts
                )
            )
        )


# ── Without our software ─────────────────────────────────────────────────────────────────────────────


def examples() -> tuple[str, str]:
    """The shell and the Python of docs/bundle.md."""
    text = (ROOT / "docs" / "bundle.md").read_text(encoding="utf-8")
    (shell,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    (python,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return shell, python


def checked(folder: Path, site: Site, file: bytes) -> list[subprocess.CompletedProcess[str]]:
    """What the two ways that the document shows say of a file."""
    shell, python = examples()
    folder.mkdir()
    (folder / "meeting.bundle.zip").write_bytes(file)
    script = folder / "check.py"
    script.write_text(python)
    runs = [["bash", "-e", "-o", "pipefail", "-c", shell], [sys.executable, "-I", str(script)]]
    return [
        subprocess.run(command, cwd=folder / place, capture_output=True, text=True, check=False)
        for command, place in zip(runs, (".", "bundle"), strict=True)
    ]


def test_a_bundle_can_be_checked_as_the_document_says(tmp_path: Path) -> None:
    assert shutil.which("unzip") is not None, "`python3 scripts/test.py` installs unzip"
    site = a_site()
    bundle = a_bundle(site)
    by_hand, by_script = checked(tmp_path / "whole", site, pack(bundle))
    assert by_hand.returncode == 0, by_hand.stderr
    assert by_hand.stdout.count(": OK") == len(bundle.manifest.parts)
    assert by_script.returncode == 0, by_script.stderr
    assert f"meeting m1 of site {site.id} signed by {site.key.public}" in by_script.stdout

    forged = change_an_answer(bundle, random.Random(3))
    by_hand, by_script = checked(tmp_path / "forged", site, forged)
    assert by_script.returncode != 0
    by_hand, by_script = checked(tmp_path / "foreign", site, sign_by_another(bundle, random.Random(3)))
    assert by_hand.returncode == 0
    assert "BadSignatureError" in by_script.stderr


def test_the_document_names_every_table_and_field() -> None:
    text = (ROOT / "docs" / "bundle.md").read_text(encoding="utf-8")
    fields = {name for _, record in some_records("m1", 1, 3, 1) for name in record}
    for name in (*TABLES, *fields, *asdict(a_bundle().manifest)):
        assert f"`{name}`" in text, name
