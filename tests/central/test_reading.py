"""What may be read of many meetings: their sums, what waits, corrections, who came, weights."""

from __future__ import annotations

import threading

import pytest

from kiosk.central import conflicts, erasing, populations, reading
from kiosk.central.pages import pictures
from kiosk.central.reading import Asked
from kiosk.central.weighted import mapped, weighted
from kiosk.clock import SystemClock
from kiosk.problems import Problem
from kiosk.statistics.disclosure.meetings import SEVERAL
from kiosk.sync.bundle import pack
from tests.support.bundles import a_site
from tests.support.dialogues import DIALOGUE, bring, enrol, held
from tests.support.offices import Office

TABLE = b"""variable;category;count;source;date;age_base
age;Answer A;600;SCB;2025;all
age;Answer B;300;SCB;2025;all
age;Answer C;100;SCB;2025;all
"""


def asked(office: Office, name: str = "bus") -> Asked:
    (found,) = [one for one in reading.questions(office.database, DIALOGUE) if one.question.id == name]
    return found


def counts(office: Office) -> dict[str, int]:
    shown = asked(office).shown
    return dict(shown.counts) if shown is not None else {}


def test_meetings_are_added_and_each_stands_beside_the_sum(office: Office) -> None:
    bring(
        office,
        held("m1", "a" * 20 + "b" * 20, date="2026-09-01"),
        held("m2", "a" * 5 + "b" * 10 + "--", date="2026-10-01", kind="outreach"),
    )
    found = asked(office)
    assert found.shown is not None
    assert (found.asked, found.shown.meetings, found.shown.valid, found.shown.abstained) == (2, 2, 55, 2)
    assert counts(office) == {"a": 25, "b": 30, "c": 0}
    lines = reading.lines(office.database, found)
    assert [(line.names, line.sum.valid) for line in lines.by_meeting] == [(("m1",), 40), (("m2",), 15)]
    assert {line.names: line.sum.valid for line in lines.by_type} == {("open",): 40, ("outreach",): 15}
    assert [line.names for line in lines.by_month] == [("2026-09",), ("2026-10",)]
    assert {line.names for line in lines.by_channel} == {("unrecorded",)}
    # 50 and 33 per cent make 42 in the mean, and all answers 45: less than five points apart.
    assert not found.shown.needs_both_means("a")


def test_a_small_meeting_waits_and_is_then_shown_with_another(office: Office) -> None:
    bring(office, held("m1", "a" * 20 + "b" * 20), held("m2", "aaabbbb"))
    found = asked(office)
    assert (found.asked, found.waiting, counts(office)) == (2, 1, {"a": 20, "b": 20, "c": 0})
    assert "It waits for another small meeting" in " ".join(pictures.figure(found).notes)
    bring(office, held("m3", "aabbb"))
    found = asked(office)
    assert (found.waiting, counts(office)) == (0, {"a": 25, "b": 27, "c": 0})
    lines = reading.lines(office.database, found)
    assert {line.names for line in lines.by_meeting} == {("m1",), ("m2", "m3")}


def test_paper_is_told_apart_where_it_is_enough(office: Office) -> None:
    bring(office, held("m1", "ab" * 20, paper=12), held("m2", "ab" * 20, paper=3), held("m3", "ab" * 20))
    lines = reading.lines(office.database, asked(office))
    by_channel = {line.names: line.sum.valid for line in lines.by_channel}
    assert by_channel == {("phone",): 28, ("paper",): 12, (SEVERAL,): 40, ("unrecorded",): 40}


def test_raised_hands_are_never_among_the_answers(office: Office) -> None:
    bring(
        office, held("m1", "ab" * 20, hands={"a": 30, "b": 5}), held("m2", "ab" * 20, hands={"a": 2, "b": 1})
    )
    found = asked(office)
    assert found.shown is not None
    assert found.shown.valid == 80
    assert found.hands is not None
    assert (found.hands.valid, found.hands.counts["a"]) == (35, 30)


def test_what_is_missing_of_a_meeting_is_told(office: Office) -> None:
    (receipt,) = bring(office, held("m1", "ab" * 20))
    (meeting,) = reading.meetings(office.database, DIALOGUE)
    assert (meeting.questions, meeting.asked, meeting.not_asked) == (2, 1, 1)
    assert (meeting.participants, meeting.answers, meeting.has_receipt) == (40, 40, True)
    assert reading.receipt_of(office.database, "m1") == (receipt.written, receipt.signature)
    (dialogue,) = reading.dialogues(office.database)
    assert (dialogue.id, dialogue.meetings, dialogue.participants, dialogue.answers) == (DIALOGUE, 1, 40, 40)


def test_one_that_is_not_whole_is_told(office: Office) -> None:
    bundle = held("m1", "ab" * 20)
    enrol(office, bundle)
    office.intake.take_manifest(
        bundle.manifest.site, bundle.signed.id, bundle.signed.written, bundle.signed.signature
    )
    (coming,) = reading.coming(office.database, DIALOGUE)
    assert (coming.id, coming.state) == ("m1", "receiving")


def settle(office: Office) -> None:
    (conflict,) = conflicts.open_conflicts(office.intake)
    conflicts.settle(office.intake, conflict.id, "beside", "cia", "the corrected one")


def correct(office: Office, bus: str, site: str = "5171e00000000002") -> None:
    with pytest.raises(Problem) as refused:
        bring(office, held("m1", bus, site=a_site(site)))
    assert refused.value.code == "meeting_conflict"
    settle(office)


def test_a_correction_by_few_waits_and_one_by_many_is_seen(office: Office) -> None:
    bring(office, held("m1", "ab" * 20), held("m2", "ab" * 20))
    correct(office, "ab" * 20 + "a")
    found = asked(office)
    assert (found.asked, found.held, counts(office)) == (2, 1, {"a": 40, "b": 40, "c": 0})
    assert len(reading.meetings(office.database, DIALOGUE)) == 2


def test_a_correction_by_many_is_seen(office: Office) -> None:
    bring(office, held("m1", "ab" * 20), held("m2", "ab" * 20))
    correct(office, "ab" * 20 + "aab" * 5)
    found = asked(office)
    assert (found.asked, found.held, counts(office)) == (2, 0, {"a": 50, "b": 45, "c": 0})


def test_a_correction_that_waited_gives_way_to_the_next(office: Office) -> None:
    bring(office, held("m1", "ab" * 20), held("m2", "ab" * 20))
    correct(office, "ab" * 20 + "a")
    correct(office, "ab" * 20 + "aab" * 5, "5171e00000000003")
    found = asked(office)
    assert (found.asked, found.held, counts(office)) == (2, 0, {"a": 50, "b": 45, "c": 0})


def test_both_means_are_shown_where_they_are_far_apart(office: Office) -> None:
    bring(office, held("m1", "a" * 190 + "b" * 10), held("m2", "b" * 18 + "a" * 2))
    first = pictures.figure(asked(office)).bars[0]
    assert (first.percent_text, first.mean_text) == ("87%", "53%")


def test_a_question_that_was_changed_is_another(office: Office) -> None:
    bring(
        office, held("m1", "ab" * 20), held("m2", "ab" * 20, version=2), held("m3", "ab" * 20, sensitive=True)
    )
    found = [one for one in reading.questions(office.database, DIALOGUE) if one.question.id == "bus"]
    assert [one.asked for one in found] == [1, 1, 1]


def test_from_eight_meetings_on_their_variation_is_told(office: Office) -> None:
    bring(office, *(held(f"m{n}", "a" * (10 + n) + "b" * 20) for n in range(8)))
    spread = reading.lines(office.database, asked(office)).spread["a"]
    assert spread.meetings == 8
    assert spread.low is not None
    assert spread.high is not None
    assert spread.low < spread.pooled < spread.high


def test_texts_are_those_of_meetings_that_are_shown(office: Office) -> None:
    many = [f"Idea {n}" for n in range(12)] + [""]
    bring(office, held("m1", "ab" * 20, texts=many), held("m2", "ab" * 20, texts=["Only here", "And here"]))
    texts = reading.lines(office.database, asked(office, "idea")).texts
    assert sorted(texts) == sorted(one for one in many if one)


def test_who_came_is_added_and_compared_with_the_population(office: Office) -> None:
    ages = "a" * 20 + "b" * 10 + "c" * 10
    bring(office, held("m1", "ab" * 20, ages=ages), held("m2", "ab" * 20, ages=ages))
    populations.bring(office.database, SystemClock(), DIALOGUE, "The municipality", TABLE, "cia")
    age = asked(office, "age")
    assert age.people.shown == {"a": 40, "b": 20, "c": 20, "": 0}
    population = reading.population(office.database, DIALOGUE)
    view = pictures.people_view(age, mapped(population, age))
    assert [row.population_text for row in view.rows] == ["60%", "30%", "10%"]
    assert view.rows[2].is_off


def test_a_population_comes_along_until_an_editor_brings_another(office: Office) -> None:
    """Nobody at the office has done anything: the laptop's own table, and what was said of it there."""
    said = {"name": {"en": "The municipality"}, "example": True, "table": TABLE.decode()}
    ages = {"variable": "age", "categories": {"Answer A": "c", "Answer B": "a", "Answer C": "b"}}
    carried = {**said, "mapping": {"age": ages}}
    whole = "a" * 20 + "b" * 10 + "c" * 10
    bring(office, held("m1", "ab" * 20, ages=whole, place="The hall", population=carried))
    bring(office, held("m2", "ab" * 20, ages=whole))
    found = reading.population(office.database, DIALOGUE)
    assert found is not None
    assert (found.name, found.brought_by, found.is_example) == ({"en": "The municipality"}, None, True)
    age = asked(office, "age")
    view = pictures.people_view(age, mapped(found, age))
    assert [row.population_text for row in view.rows] == ["30%", "10%", "60%"]
    populations.bring(office.database, SystemClock(), DIALOGUE, "Ours", TABLE, "cia")
    found = reading.population(office.database, DIALOGUE)
    assert found is not None
    assert (found.brought_by, found.is_example) == ("cia", False)
    populations.remove(office.database, DIALOGUE)
    erasing.erase(office.database, SystemClock(), "m1", "cia", "Why not")
    assert reading.population(office.database, DIALOGUE) is None


def test_weighting_stands_beside_the_unweighted_figure(office: Office) -> None:
    """A third of those under a answered a, all of c did; the population has few of c."""
    bus = "a" * 20 + "b" * 40 + "b" * 30 + "a" * 30
    ages = "a" * 60 + "b" * 30 + "c" * 30
    bring(office, held("m1", bus, ages=ages))
    populations.bring(office.database, SystemClock(), DIALOGUE, "The municipality", TABLE, "cia")
    population = reading.population(office.database, DIALOGUE)
    bus_asked, age = asked(office), asked(office, "age")
    found = weighted(bus_asked, reading.lines(office.database, bus_asked).cells, population, [age])
    assert found is not None
    assert found.shares["a"] == pytest.approx(0.6 / 3 + 0.3 * 0 + 0.1, abs=1e-6)
    assert found.label.startswith("Weighted by Which age? to the population SCB, 2025. 120 answers weigh as")
    figure = pictures.figure(bus_asked, found)
    told = [(bar.id, bar.percent_text, bar.weighted_text) for bar in figure.bars]
    assert told == [("b", "58%", "70%"), ("a", "42%", "30%"), ("c", "0%", "0%")], "the largest first"


def test_weighting_is_refused_in_words(office: Office) -> None:
    bring(office, held("m1", "ab" * 20, ages="abc" * 13))
    populations.bring(office.database, SystemClock(), DIALOGUE, "The municipality", TABLE, "cia")
    found = asked(office)
    refused = weighted(
        found,
        reading.lines(office.database, found).cells,
        reading.population(office.database, DIALOGUE),
        [asked(office, "age")],
    )
    assert refused is not None
    assert refused.shares == {}
    assert refused.label.startswith("Not weighted: fewer than 100")


@pytest.mark.parametrize("table", [b"", b"variable;category\nage;a", TABLE.replace(b"600", b"many")])
def test_a_table_that_is_none_is_refused(office: Office, table: bytes) -> None:
    bring(office, held("m1", "ab" * 20))
    with pytest.raises(Problem) as refused:
        populations.bring(office.database, SystemClock(), DIALOGUE, "x", table, "cia")
    assert refused.value.code == "population_row"
    assert reading.population(office.database, DIALOGUE) is None


def test_meetings_that_come_in_at_once_are_all_counted(office: Office) -> None:
    bundles = [held(f"m{n}", "ab" * (6 + n % 3) if n % 2 else "aabb") for n in range(12)]
    enrol(office, bundles[0])
    failed: list[BaseException] = []

    def take(mine: int) -> None:
        try:
            for bundle in bundles[mine::4]:
                office.intake.import_file(pack(bundle))
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = asked(office)
    assert found.shown is not None
    whole = sum(bundle.manifest.tables["answers"] for bundle in bundles)
    assert found.asked == 12
    assert found.shown.valid >= whole - 9
    assert reading.dialogue(office.database, DIALOGUE).answers == whole
