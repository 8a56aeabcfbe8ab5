"""Intake: what comes in is taken once, whole and genuine, or not at all."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.central import conflicts, quarantine, sites
from kiosk.central import tables as t
from kiosk.meeting.document import canonical
from kiosk.problems import Problem
from kiosk.sync.bundle import Bundle, SignedManifest, pack
from kiosk.sync.receipts import SignedReceipt, covers
from kiosk.sync.signing import BUNDLE, Site
from tests.support.bundles import POPULATION, Records, a_bundle, a_site, of_first_schema
from tests.support.offices import Office
from tests.support.tampering import TAMPERINGS

VISIBLE = (t.meeting, t.round_, t.answer, t.text, t.tally, t.tally_count, t.released)


@pytest.fixture
def site(office: Office) -> Site:
    return office.enrolled(a_site())


def take(office: Office, bundle: Bundle) -> SignedReceipt:
    return office.intake.import_file(pack(bundle))


def refusal(act: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as refused:
        act()
    return refused.value


def code_of(act: Callable[[], Any]) -> str:
    return refusal(act).code


def nothing_is_seen(office: Office) -> bool:
    return all(office.count(table) == 0 for table in VISIBLE)


# ── What is taken ────────────────────────────────────────────────────────────────────────────────────


def test_a_meeting_becomes_rows_tallies_and_a_receipt(office: Office, site: Site) -> None:
    bundle = a_bundle(site, questions=3, voters=20)
    receipt = take(office, bundle)
    assert covers(receipt.receipt, bundle.manifest)
    assert receipt.receipt.records == 1 + 5 + 5 + 60 + 20 + 3
    assert [office.count(table) for table in VISIBLE] == [1, 5, 60, 20, 5, 3 * 3 + 3, 3]
    with office.database.reading() as tx:
        meeting = tx.execute(select(t.meeting)).one()
        assert (meeting.dialogue, meeting.type, meeting.date) == ("tests", "open", "2026-11-22")
        assert meeting.place == {"sv": "Byns bygdegård"}
        assert (meeting.participants, meeting.heads) == (22, 25)
        texts = set(tx.scalars(select(t.text.c.text)))
        assert {"Idé 1 åäö", ""} <= texts
        assert tx.scalars(select(t.answer.c.composition).limit(1)).one() == {"age": '["a"]'}


def test_the_tallies_are_those_of_the_rows(office: Office, site: Site) -> None:
    take(office, a_bundle(site, questions=4, voters=33))
    with office.database.reading() as tx:
        answers = tx.execute(select(t.answer.c.round, t.answer.c.answer)).all()
        counted = tx.execute(
            select(t.tally_count)
            .join(t.round_, t.round_.c.id == t.tally_count.c.round)
            .where(~t.round_.c.composition)
        ).all()
    assert {row.channel for row in counted} == {"unrecorded"}
    for row in counted:
        held = sum(one.round == row.round and one.answer["options"] == [row.option] for one in answers)
        assert held == row._mapping["count"]


def test_a_channel_that_is_told_is_counted_apart_and_hands_are_never_added(
    office: Office, site: Site
) -> None:
    def on_paper(records: Records) -> Records:
        told = [
            (table, {**record, "channel": "paper" if record["respondent"] <= 5 else "phone"})
            if table == "answers"
            else (table, record)
            for table, record in records
        ]
        return [*told, ("hands", {"round": "round-2", "option": "a", "count": 7})]

    take(office, a_bundle(site, questions=1, voters=12, change=on_paper))
    with office.database.reading() as tx:
        rows = tx.execute(
            select(t.tally.c.channel, t.tally.c.answered)
            .join(t.round_, t.round_.c.id == t.tally.c.round)
            .where(t.round_.c.question == "q0")
        )
        assert {row.channel: row.answered for row in rows} == {"paper": 5, "phone": 7, "hands": 7}


# ── The same again ───────────────────────────────────────────────────────────────────────────────────


def test_ten_times_in_any_order_is_once(office: Office, site: Site) -> None:
    """Every step of three bundles, ten times each, shuffled: the same receipts, and every record once."""
    sent = [a_bundle(site, meeting=f"m{number}", voters=40 + number) for number in range(3)]
    steps: list[Callable[[], object]] = []
    for bundle in sent:
        steps += [partial(_manifest, office, bundle)] * 10
        steps += [partial(_part, office, bundle, digest) for digest in bundle.parts] * 10
        steps += [partial(take_seal, office, bundle)] * 10
    random.Random(5).shuffle(steps)
    heard: list[object] = []
    for step in steps:
        try:
            said = step()
        except Problem as problem:
            said = problem.code
        heard.append(said)
    sealed = {take(office, bundle).written for bundle in sent}
    assert {said for said in heard if isinstance(said, str)} - {"no_such_bundle", "parts_missing"} <= sealed
    assert len(sealed) == 3
    assert office.count(t.meeting) == 3
    assert office.count(t.answer) == 3 * (40 + 41 + 42)
    assert office.count(t.receipt) == 3


def _manifest(office: Office, bundle: Bundle) -> list[str]:
    signed = bundle.signed
    return office.intake.take_manifest(bundle.manifest.site, signed.id, signed.written, signed.signature)


def _part(office: Office, bundle: Bundle, digest: str) -> bool:
    return office.intake.take_part(bundle.manifest.site, bundle.signed.id, digest, bundle.parts[digest])


def take_seal(office: Office, bundle: Bundle) -> str:
    return office.intake.seal(bundle.manifest.site, bundle.signed.id).written


def test_a_meeting_that_is_here_needs_no_part_from_a_copy_or_under_a_new_key(
    office: Office, site: Site
) -> None:
    receipt = take(office, a_bundle(site))
    copied = a_bundle(replace(site, generation="another"))
    assert _manifest(office, copied) == []
    assert take_seal(office, copied) == receipt.written
    other = office.enrolled(a_site("5171e00000000002"))
    assert take(office, a_bundle(other)).written == receipt.written
    assert office.count(t.meeting) == 1


def test_nothing_is_seen_before_the_last_part(office: Office, site: Site) -> None:
    bundle = a_bundle(site, voters=300)
    missing = _manifest(office, bundle)
    assert missing == [part.sha256 for part in bundle.manifest.parts]
    for left, digest in zip(range(len(missing), 0, -1), missing, strict=True):
        assert refusal(lambda: take_seal(office, bundle)).details == {"missing": left}
        assert nothing_is_seen(office)
        _part(office, bundle, digest)
        assert len(_manifest(office, bundle)) == left - 1
    take_seal(office, bundle)
    assert office.count(t.answer) == 900


# ── Two versions ─────────────────────────────────────────────────────────────────────────────────────


def test_another_version_is_kept_beside_and_never_overwrites(office: Office, site: Site) -> None:
    first = take(office, a_bundle(site, seed=1))
    rows = all_rows(office)
    other = office.enrolled(a_site("5171e00000000002"))
    beside = a_bundle(other, seed=2)
    for _again in range(3):
        assert refusal(lambda: take(office, beside)).code == "meeting_conflict"
    again = a_bundle(replace(other, generation="another"), seed=2)
    assert refusal(lambda: take(office, again)).code == "meeting_conflict"
    assert all_rows(office) == rows
    (conflict,) = conflicts.open_conflicts(office.intake)
    assert (conflict.meeting, conflict.kept.site, conflict.beside.site) == ("m1", site.id, other.id)
    assert office.count(t.part) >= len(beside.parts)
    assert take(office, a_bundle(site, seed=1)).written == first.written


@pytest.mark.parametrize(("choose", "counts"), [("kept", 1), ("beside", 2)])
def test_a_person_settles_it(office: Office, site: Site, choose: conflicts.Choice, counts: int) -> None:
    first = a_bundle(site, seed=1)
    receipt = take(office, first)
    second = a_bundle(office.enrolled(a_site("5171e00000000002")), seed=2)
    refusal(lambda: take(office, second))
    (conflict,) = conflicts.open_conflicts(office.intake)
    conflicts.settle(office.intake, conflict.id, choose, "Cia", "Called the hall")
    assert conflicts.open_conflicts(office.intake) == []
    with office.database.reading() as tx:
        assert tx.execute(select(t.meeting.c.content)).scalars().all() == [
            (first if counts == 1 else second).manifest.content
        ]
    assert office.count(t.answer) == 60
    assert take(office, first).written == receipt.written
    if choose == "kept":
        assert refusal(lambda: take(office, second)).code == "meeting_set_aside"
    else:
        assert covers(take(office, second).receipt, second.manifest)
    assert (
        refusal(lambda: conflicts.settle(office.intake, conflict.id, choose, "Cia", "Again")).code
        == "no_such_conflict"
    )


def all_rows(office: Office) -> list[list[Any]]:
    with office.database.reading() as tx:
        return [sorted(map(repr, tx.execute(select(table)))) for table in VISIBLE]


# ── Who may send ─────────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_nobody_enrolled_brings_nothing_in(office: Office) -> None:
    assert refusal(lambda: take(office, a_bundle())).code == "site_unknown"
    assert nothing_is_seen(office)


def test_a_revoked_key_brings_nothing_more_in_at_any_step(office: Office, site: Site) -> None:
    bundle = a_bundle(site)
    sites.revoke(office.database, office.intake.clock, site.key.public, "The laptop was stolen")
    assert refusal(lambda: take(office, bundle)).code == "key_revoked"
    assert refusal(lambda: _manifest(office, bundle)).code == "key_revoked"
    assert nothing_is_seen(office)
    assert office.count(t.bundle) == 0


def test_a_site_touches_only_its_own_bundles(office: Office, site: Site) -> None:
    bundle = a_bundle(site)
    _manifest(office, bundle)
    other = office.enrolled(a_site("5171e00000000002")).id
    digest = bundle.manifest.parts[0].sha256
    signed = bundle.signed
    acts: list[Callable[[], object]] = [
        lambda: office.intake.take_manifest(other, signed.id, signed.written, signed.signature),
        lambda: office.intake.take_part(other, signed.id, digest, bundle.parts[digest]),
        lambda: office.intake.seal(other, signed.id),
    ]
    assert [refusal(act).code for act in acts] == ["not_your_bundle"] * 3


def test_a_site_cannot_sign_in_the_name_of_another(office: Office, site: Site) -> None:
    other = office.enrolled(a_site("5171e00000000002"))
    forged = a_bundle(replace(site, key=other.key))
    assert refusal(lambda: take(office, forged)).code == "not_your_bundle"
    assert nothing_is_seen(office)


# ── What is not as it was made ───────────────────────────────────────────────────────────────────────


def test_a_damaged_part_is_set_aside_with_its_reason_and_blocks_nothing(office: Office, site: Site) -> None:
    bundle = a_bundle(site, voters=300)
    _manifest(office, bundle)
    first, *others = bundle.manifest.parts
    damaged = bundle.parts[first.sha256][:-7]
    problem = refusal(lambda: office.intake.take_part(site.id, bundle.signed.id, first.sha256, damaged))
    assert problem.code == "part"
    refusal(lambda: office.intake.take_part(site.id, bundle.signed.id, first.sha256, damaged))
    for part in others:
        _part(office, bundle, part.sha256)
    (kept,) = quarantine.every(office.database)
    assert (kept.what, kept.code, kept.site) == (first.name, "part", site.id)
    assert "bytes instead of" in kept.reason
    take(office, a_bundle(site, meeting="another"))
    _part(office, bundle, first.sha256)
    take_seal(office, bundle)
    assert office.count(t.meeting) == 2


def test_five_hundred_tamperings_leave_no_trace_but_in_quarantine(office: Office, site: Site) -> None:
    """On each database: files from a stick, and manifests and parts that the site's own key has sent."""
    bundle = a_bundle(site, questions=2, voters=12)
    chance = random.Random(500)
    for number in range(100):
        file = TAMPERINGS[number % len(TAMPERINGS)](bundle, chance)
        assert code_of(partial(office.intake.import_file, file)) in ("bundle", "schema_newer")
    assert office.count(t.bundle) == 0
    _manifest(office, bundle)
    for _number in range(200):
        written = altered(bundle.signed.written, chance)
        codes = ("bundle", "schema_newer", "schema_older")
        send = partial(office.intake.take_manifest, site.id, sha256(written).hexdigest(), written)
        assert code_of(partial(send, bundle.signed.signature)) in codes
        digest = chance.choice(list(bundle.parts))
        body = altered(bundle.parts[digest], chance)
        assert code_of(partial(office.intake.take_part, site.id, bundle.signed.id, digest, body)) == "part"
    assert nothing_is_seen(office)
    assert (office.count(t.bundle), office.count(t.part), office.count(t.receipt)) == (1, 0, 0)
    take(office, bundle)
    assert office.count(t.meeting) == 1


def altered(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body))
    match chance.randrange(3):
        case 0:
            return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]
        case 1:
            return body[:place] + body[place + 1 + chance.randrange(20) :]
        case _:
            return body[:place] + chance.randbytes(3) + body[place:]


def test_quarantine_has_an_end(office: Office, site: Site) -> None:
    for number in range(quarantine.MOST_PER_SITE + 5):
        refusal(partial(office.intake.import_file, b"no zip %d" % number))
    assert len(quarantine.every(office.database)) == quarantine.MOST_PER_SITE


def test_the_schema_before_is_taken_and_is_the_same_meeting(office: Office, site: Site) -> None:
    """A laptop that was not updated, one that was, and one that was since: one meeting, one receipt."""
    first, now = of_first_schema(site), a_bundle(site)
    receipts = [take(office, bundle) for bundle in (first, now, first)]
    assert receipts[0] == receipts[1] == receipts[2]
    assert all(covers(receipts[0].receipt, bundle.manifest) for bundle in (first, now))
    assert (office.count(t.meeting), office.count(t.conflict)) == (1, 0)


def test_a_population_in_the_first_schema_is_refused(office: Office, site: Site) -> None:
    bundle = a_bundle(site)
    written = canonical({**asdict(bundle.manifest), "schema": 1}).encode()
    signed = SignedManifest(written, site.key.sign(BUNDLE, written), bundle.manifest)
    assert refusal(lambda: take(office, Bundle(signed, bundle.parts))).code == "bundle"


@pytest.mark.parametrize("table", ["", "variable;category\n", "no table at all"])
def test_a_population_that_cannot_be_read_refuses_the_meeting(office: Office, site: Site, table: str) -> None:
    broken = a_bundle(
        site, change=lambda records: [*records[:-1], ("populations", {**POPULATION, "table": table})]
    )
    problem = refusal(lambda: take(office, broken))
    assert (problem.code, "population" in problem.sentence()) == ("recount", True)
    assert nothing_is_seen(office)


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ({"schema": 3}, "schema_newer"),
        ({"schema": 0}, "schema_older"),
        ({"format": 2}, "schema_newer"),
        ({"format": 0}, "schema_older"),
    ],
)
def test_another_version_is_refused_whole(
    office: Office, site: Site, version: dict[str, int], code: str
) -> None:
    bundle = a_bundle(site)
    written = canonical({**asdict(bundle.manifest), **version}).encode()
    signed = SignedManifest(written, site.key.sign(BUNDLE, written), bundle.manifest)
    problem = refusal(lambda: take(office, Bundle(signed, bundle.parts)))
    assert problem.code == code
    assert "Nothing of it was taken. Update the " in problem.sentence()
    assert (
        refusal(
            lambda: office.intake.take_manifest(site.id, signed.id, signed.written, signed.signature)
        ).code
        == code
    )
    assert nothing_is_seen(office)
    assert office.count(t.bundle) == 0


def _first(records: Records, table: str, **new: Any) -> Records:
    """The records with the first of a table changed."""
    place = next(place for place, (name, _) in enumerate(records) if name == table)
    changed = (table, {**records[place][1], **new})
    return [*records[:place], changed, *records[place + 1 :]]


def _without_last(records: Records, table: str) -> Records:
    place = max(place for place, (name, _) in enumerate(records) if name == table)
    return records[:place] + records[place + 1 :]


UNTRUE: dict[str, Callable[[Records], Records]] = {
    "an answer less": lambda records: _without_last(records, "answers"),
    "a text less": lambda records: _without_last(records, "texts"),
    "a tally less": lambda records: _without_last(records, "tallies"),
    "a round less": lambda records: _without_last(records, "rounds"),
    "an answer for an option that is none": lambda records: _first(
        records, "answers", answer={"options": ["z"]}
    ),
    "an answer not in its one spelling": lambda records: _first(records, "answers", answer={"options": "a"}),
    "an answer beyond the seal": lambda records: _first(
        records, "answers", composition={"age": "a", "district": "b"}
    ),
    "an answer twice": lambda records: _first(records, "answers", respondent=2),
    "an answer to who is here": lambda records: _first(records, "answers", round="round-1"),
    "an answer to nothing": lambda records: _first(records, "answers", round="elsewhere"),
    "more than were there": lambda records: [
        (table, {**record, "connected": 3} if table == "rounds" else record) for table, record in records
    ],
    "composition that does not add up": lambda records: _first(records, "tallies", counts={"a": 500}),
    "a category that is none": lambda records: _first(records, "tallies", counts={"z": 20}),
    "a round of another question": lambda records: _first(records, "rounds", question="q0"),
    "a question of another version": lambda records: _first(records, "rounds", question_version=9),
    "hands for no option": lambda records: [
        *records,
        ("hands", {"round": "round-2", "option": "z", "count": 3}),
    ],
    "a release of no round": lambda records: _first(records, "released", round="elsewhere"),
    "another meeting's document": lambda records: _first(
        records, "meeting", document={**records[0][1]["document"], "dialogue": {"id": "other"}}
    ),
    "a document that is none": lambda records: _first(records, "meeting", document={"meeting": 5}),
}


def test_what_does_not_agree_with_itself_is_refused_whole(office: Office, site: Site) -> None:
    """Properly signed, whole, and wrong: the recount refuses it, and says why where people look."""
    for number, change in enumerate(UNTRUE.values()):
        bundle = a_bundle(site, meeting=f"m{number}", change=change)
        for _again in range(2):
            assert code_of(lambda: take(office, bundle)) == "recount", list(UNTRUE)[number]  # noqa: B023
    assert nothing_is_seen(office)
    assert office.count(t.receipt) == 0
    assert [one.code for one in quarantine.every(office.database)] == ["recount"] * len(UNTRUE)


def test_the_premise_that_the_unchanged_one_agrees(office: Office, site: Site) -> None:
    take(office, a_bundle(site))
    assert not nothing_is_seen(office)
