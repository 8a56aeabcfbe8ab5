"""Erasing a meeting: all of it goes, from every figure too; a note stays; it does not come back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kiosk.central import conflicts, erasing, quarantine, reading
from kiosk.central import tables as t
from kiosk.problems import Problem
from kiosk.sync import client
from kiosk.sync.bundle import Bundle, pack
from kiosk.sync.outbox import Outbox
from tests.support.bundles import a_site
from tests.support.dialogues import DIALOGUE, bring, enrol, held
from tests.support.offices import Office, waiting

WHY = "Decision KS 2026/14"
SECRET = "The idea that must go"


def erase(office: Office, meeting: str) -> erasing.Erased:
    return erasing.erase(office.database, office.intake.clock, meeting, "cia", WHY)


def code_of(office: Office, bundle: Bundle | bytes) -> str | None:
    """With which code a bundle from a stick is refused; None when it is taken."""
    try:
        office.intake.import_file(bundle if isinstance(bundle, bytes) else pack(bundle))
    except Problem as problem:
        return problem.code
    return None


def counts(office: Office) -> dict[str, int]:
    """The answers to the one question of all meetings together."""
    (bus,) = (one for one in reading.questions(office.database, DIALOGUE) if one.question.id == "bus")
    assert bus.shown is not None
    return dict(bus.shown.counts)


def test_it_leaves_every_figure_and_the_others_stay(office: Office) -> None:
    bring(office, held("m1", "ab" * 20), held("m2", "aac" * 20), held("m3", "aabbab"), held("m4", "bbbcca"))
    assert counts(office) == {"a": 64, "b": 26, "c": 22}
    erase(office, "m2")
    assert counts(office) == {"a": 24, "b": 26, "c": 2}
    erase(office, "m4")
    # The small one that was shown together with it waits again.
    assert counts(office) == {"a": 20, "b": 20, "c": 0}
    assert reading.dialogue(office.database, DIALOGUE).meetings == 2
    assert [one.id for one in reading.meetings(office.database, DIALOGUE)] == ["m1", "m3"]
    assert (office.count(t.meeting), office.count(t.bundle), office.count(t.receipt)) == (2, 2, 2)


def test_nothing_is_left_but_the_note(office: Office, tmp_path: Path) -> None:
    """Also what lies beside it or was set aside; on SQLite not one byte of it."""
    bundle = held("m1", "ab" * 20, texts=[SECRET] * 12, place="Hidden Hall")
    other = held("m1", "ba" * 20, texts=[SECRET] * 12, site=a_site("5171e00000000002"), place="Hidden Hall")
    bring(office, bundle)
    enrol(office, other)
    assert code_of(office, other) == "meeting_conflict"
    part = bundle.manifest.parts[-1]
    site, name = bundle.manifest.site, bundle.signed.id
    with pytest.raises(Problem):
        office.intake.take_part(site, name, part.sha256, bundle.parts[part.sha256][:-3])
    assert code_of(office, pack(bundle)[:-9]) == "bundle"
    assert (len(conflicts.open_conflicts(office.intake)), len(quarantine.every(office.database))) == (1, 2)

    note = erase(office, "m1")
    assert erasing.every(office.database) == [note]
    assert (note.meeting, note.why, note.erased_by) == ("m1", WHY, "cia")
    assert "Hidden Hall" in dict(note.place or {}).values()
    gone = (t.meeting, t.round_, t.answer, t.text, t.tally, t.bundle, t.part, t.receipt, t.conflict)
    shown = (t.series, t.block, t.waiting, t.outline, t.overview, t.quarantine)
    assert {table.name: office.count(table) for table in (*gone, *shown) if office.count(table)} == {}
    for file in tmp_path.glob("central.sqlite*"):
        assert SECRET.encode() not in file.read_bytes()


def test_it_does_not_come_back_and_is_told_so(office: Office, data: Path) -> None:
    office.laptop(data)
    bundle = waiting(data)
    assert client.send(data, "m1").state == "safe"
    erase(office, "m1")
    assert code_of(office, bundle) == "meeting_erased"
    Outbox(data).receipt_path("m1").unlink()
    ended = client.send(data, "m1")
    assert ended.problem is not None
    assert (ended.state, ended.problem.code, ended.problem.status) == ("refused", "meeting_erased", 410)
    assert "is not taken again" in ended.problem.sentence()
    assert (office.count(t.meeting), office.count(t.bundle)) == (0, 0)
    assert code_of(office, waiting(data, meeting="m2")) is None


def test_what_has_only_begun_to_arrive_can_be_erased(office: Office) -> None:
    bundle = held("m1", "ab" * 20)
    enrol(office, bundle)
    site, signed = bundle.manifest.site, bundle.signed
    missing = office.intake.take_manifest(site, signed.id, signed.written, signed.signature)
    office.intake.take_part(site, signed.id, missing[0], bundle.parts[missing[0]])
    note = erase(office, "m1")
    assert (note.dialogue, note.place, note.date) == (DIALOGUE, None, None)
    assert (office.count(t.bundle), office.count(t.part)) == (0, 0)
    with pytest.raises(Problem) as refused:
        office.intake.take_part(site, signed.id, missing[1], bundle.parts[missing[1]])
    assert refused.value.code == "no_such_bundle"


@pytest.mark.parametrize(("meeting", "code"), [("m1", "meeting_erased"), ("none", "no_such_meeting")])
def test_erasing_twice_and_erasing_nothing_is_told(office: Office, meeting: str, code: str) -> None:
    bring(office, held("m1", "ab" * 20))
    erase(office, "m1")
    with pytest.raises(Problem) as refused:
        erase(office, meeting)
    assert refused.value.code == code
    assert len(erasing.every(office.database)) == 1


def test_it_is_erased_while_it_comes_in_from_everywhere(office: Office) -> None:
    """Whatever was under way in that moment: in the end there is the note and nothing else."""
    bundle = held("m1", "ab" * 20)
    bring(office, bundle)
    told: list[str | None] = []
    begun = threading.Barrier(4)

    def send() -> None:
        begun.wait()
        while (code := code_of(office, bundle)) is None:
            pass
        told.append(code)

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    begun.wait()
    erase(office, "m1")
    for sender in senders:
        sender.join()
    assert set(told) <= {"meeting_erased", "no_such_bundle"}
    assert code_of(office, bundle) == "meeting_erased"
    assert {office.count(table) for table in (t.meeting, t.bundle, t.part, t.receipt)} == {0}
