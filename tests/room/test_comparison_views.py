"""Groups, before and after, scales and bounds, in words and lengths; and thresholds that were raised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import settings
from kiosk.comparison_views import ChangeView, GroupsView, change_view, groups_view
from kiosk.engine import engine_named
from kiosk.meeting.rounds import Round
from kiosk.results import Result, result_view
from kiosk.room import Room
from kiosk.statistics.thresholds import Thresholds
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.comparing import flows_to, groups_by
from tests.support.kiosks import a_kiosk
from tests.support.people import ABSTAIN, Answer, chosen, people, value, vote_all

MEETING = m.meeting(
    m.about_you("age", 12),
    m.yes_no("bridge", breakdown=["age"]),
    m.degree("trust", breakdown=["age"], dont_know=True),
    m.multiple("colours", breakdown=["age"]),
    m.yes_no("again", pair_with="again"),
    m.yes_no("secret", sensitive=True),
)


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(MEETING)
    room.start("m1")
    return room


def arrive(room: Room, **ages: int) -> list[Participant]:
    door = room.stage("m1").composition_rounds()[0].id
    everyone: list[Participant] = []
    for age, count in ages.items():
        newcomers = people(room, count)
        vote_all(room, newcomers, door, [chosen(age)] * count)
        everyone += newcomers
    room.tell_news()
    return everyone


def ask(room: Room, question: str, everyone: list[Participant], answers: list[Answer]) -> Round:
    round_id = room.open_round("m1", question)
    vote_all(room, everyone, round_id, answers)
    room.close_round(round_id)
    return room.round(round_id)


def yes(count: int) -> list[Answer]:
    return [chosen("yes")] * count


def no(count: int) -> list[Answer]:
    return [chosen("no")] * count


def groups(room: Room, round: Round) -> GroupsView:
    shown = groups_by(room, round.id, "age")
    return groups_view(room.stage("m1"), round, shown, room.disclosed(round.id), "en")


def result(room: Room, round: Round) -> Result:
    return result_view(room.stage("m1"), round, room.disclosed(round.id), "en")


def change(room: Room, after: Round) -> ChangeView:
    stage = room.stage("m1")
    before = stage.before(after)
    assert before is not None
    shown = room.disclosed(before.id), room.disclosed(after.id)
    return change_view(stage, (before, after), shown, flows_to(room, after.id), "en")


def test_groups_stand_in_the_questions_order_with_their_bases(running: Room) -> None:
    # k comes before l in the question, and after b in no alphabet of ids.
    everyone = arrive(running, k=12, b=20, l=30)
    round = ask(running, "bridge", everyone, [*yes(9), *no(3), *yes(5), *no(15), *yes(15), *no(15)])
    view = groups(running, round)
    assert [(group.label, group.base_text) for group in view.groups] == [
        ("Answer B", "n = 20"),
        ("Answer K", "n = 12"),
        ("Answer L", "n = 30"),
    ]
    assert [[cell.text for cell in row.cells] for row in view.rows] == [
        ["25%", "75%", "50%"],
        ["75%", "25%", "50%"],
    ]
    assert "Answer A" in view.empty
    assert view.hidden == ()
    assert view.sentence == (
        "Answers by “Which age?”: Answer B (n = 20), Answer K (n = 12) and Answer L (n = 30)."
    )


def test_a_hidden_group_says_why_and_nothing_else(running: Room) -> None:
    everyone = arrive(running, a=30, b=20, c=4, d=25)
    answers = [*yes(15), *no(15), *yes(8), *no(12), *yes(1), *no(3), *yes(10), *no(15)]
    view = groups(running, ask(running, "bridge", everyone, answers))
    why = "too few answers, or hidden so that a small group cannot be worked out"
    assert [(group.label, group.why) for group in view.hidden] == [("Answer B", why), ("Answer C", why)]
    assert view.hidden_note == "… = not shown, too few answers."
    assert all(len(row.cells) == 2 for row in view.rows)


def test_one_group_is_no_comparison(running: Room) -> None:
    everyone = arrive(running, a=30, b=5, c=5)
    answers = [*yes(15), *no(15), *yes(2), *no(3), *yes(3), *no(2)]
    view = groups(running, ask(running, "bridge", everyone, answers))
    assert "nothing to compare" in view.withheld


def test_a_scales_highest_steps_stand_first(running: Room) -> None:
    everyone = arrive(running, a=20, b=20)
    answers = [*[value(5)] * 10, *[value(1)] * 10, *[value(4)] * 5, *[value(2)] * 15]
    view = groups(running, ask(running, "trust", everyone, answers))
    assert view.rows[0].is_sum
    assert [cell.text for cell in view.rows[0].cells] == ["50%", "25%"]


def test_before_and_after_in_words_and_shapes(running: Room) -> None:
    everyone = arrive(running, a=100)
    ask(running, "again", everyone, [*yes(60), *no(40)])
    after = ask(running, "again", everyone, [*yes(42), *no(18), *yes(11), *no(29)])
    view = change(running, after)
    assert view.sentence == "Of the about 30 who changed, about 20 moved to “No”."
    assert [(move.start, move.end, move.text) for move in view.moves] == [
        ("Yes", "No", "about 20"),
        ("No", "Yes", "about 10"),
    ]
    assert view.flows == (("about 40", "about 20"), ("about 10", "about 30"))
    assert len(view.ribbons) == 4
    assert all(node.top >= 0 and node.top + node.height <= view.height for node in view.starts)
    assert not any("nan" in ribbon.path for ribbon in view.ribbons)


def test_small_moves_are_dots(running: Room) -> None:
    everyone = arrive(running, a=100)
    ask(running, "again", everyone, [*yes(60), *no(40)])
    after = ask(running, "again", everyone, [*yes(56), *no(4), *yes(7), *no(33)])
    view = change(running, after)
    assert view.flows == (("about 55", "…"), ("…", "about 35"))
    assert view.sentence == "Fewer than ten moved any one way."
    assert view.hidden_note


def test_totals_stand_beside_one_another_where_the_moves_may_not(running: Room) -> None:
    everyone = arrive(running, a=15)
    ask(running, "again", everyone, [*yes(10), *no(5)])
    view = change(running, ask(running, "again", everyone, [*yes(5), *no(10)]))
    assert view.withheld
    assert view.ribbons == ()
    assert [node.bar.count for node in view.starts] == [10, 5]


def test_a_scale_leans_around_its_middle(running: Room) -> None:
    answers = [*[value(1)] * 2, *[value(2)] * 4, *[value(3)] * 4, *[value(4)] * 6, *[value(5)] * 4]
    round = ask(running, "trust", people(running, 24), [*answers, *[{"dont_know": True}] * 4])
    shown = result(running, round)
    picture = shown.diverging
    assert picture is not None
    places = {one.tone: (one.start, one.start + one.length) for one in picture.segments}
    assert (places["against-2"], places["against-1"]) == ((20, 30), (30, picture.centre))
    assert (places["for-1"], places["for-2"]) == ((picture.centre, 80), (80, 100))
    assert 100 < places["neutral"][0] < places["neutral"][1] < places["dont-know"][0]
    assert shown.aside == "The answer in the middle: “Answer C” and “Answer D”."
    assert shown.headline == "50%: “Answer E” or “Answer D”"
    assert (picture.against, picture.for_) == ("30%", "50%")
    assert [bar.tone for bar in shown.bars] == ["against-2", "against-1", "neutral", "for-1", "for-2"]
    assert {bar.id: bar.tone for bar in shown.bars} == {
        one.id: one.tone for one in picture.segments if one.tone != "dont-know"
    }


def test_few_answers_have_no_shares_to_lean_with(running: Room) -> None:
    shown = result(running, ask(running, "trust", people(running, 6), [value(4)] * 6))
    assert (shown.diverging, shown.aside) == (None, None)


def test_a_secret_that_all_share_is_told_as_a_bound(running: Room) -> None:
    shown = result(running, ask(running, "secret", people(running, 12), yes(12)))
    assert [(bar.count, bar.percent, bar.count_text, bar.length) for bar in shown.bars] == [
        (None, None, "at least 90%", 90),
        (None, None, "at most 10%", 10),
    ]
    assert shown.sentence == "Yes: at least 90%"
    assert shown.withheld is None


# ── Thresholds ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def careful(tmp_path: Path) -> Iterator[Room]:
    """A room whose thresholds were raised."""
    raised = Thresholds(total=8, total_sensitive=20, percent=15, count=9, base=15)
    with a_kiosk(tmp_path / "careful", engine_named("threading"), thresholds=raised) as kiosk:
        kiosk.room.import_document(MEETING)
        kiosk.room.start("m1")
        yield kiosk.room


def test_raised_thresholds_hold_at_every_door(careful: Room) -> None:
    few = ask(careful, "again", people(careful, 7), yes(7))
    assert careful.disclosed(few.id).withheld == "too_few"
    enough = ask(careful, "again", people(careful, 12), [*yes(8), *no(4)])
    assert careful.disclosed(enough.id).counts == {"yes": 8, "no": 4}
    assert careful.disclosed(enough.id).percents is None
    secret = ask(careful, "secret", people(careful, 15), [*yes(8), *no(7)])
    assert careful.disclosed(secret.id).withheld == "too_few"


def test_raised_thresholds_hold_for_groups_pictures_and_papers(careful: Room) -> None:
    everyone = arrive(careful, a=40, b=12, c=8, d=30)
    door = careful.stage("m1").composition_rounds()[0].id
    picture = careful.pictures("m1")[door]
    assert picture is not None
    assert {"b", "c"} <= set(picture.hidden)
    answers = [*yes(20), *no(20), *yes(6), *no(6), *yes(4), *no(4), *yes(15), *no(15)]
    round = ask(careful, "bridge", everyone, answers)
    rows = groups_by(careful, round.id, "age").rows
    assert rows["b"] is None
    assert rows["a"] is not None
    given = [(f"paper-{n:08d}", {"options": ["yes" if n % 2 else "no"]}) for n in range(12)]
    added = careful.supplement(round.id, given, "paper")
    assert (added.counted, added.waiting) == (0, 12)


FLAGS: list[tuple[str, int]] = [(flag, least) for flag, least, _ in settings._THRESHOLDS]


@pytest.mark.parametrize(("flag", "least"), FLAGS)
def test_a_threshold_is_raised_and_never_lowered(
    flag: str, least: int, capsys: pytest.CaptureFixture[str]
) -> None:
    raised = settings.read_settings([flag, str(least + 3)]).thresholds
    assert least + 3 in vars(raised).values()
    with pytest.raises(SystemExit) as refusal:
        settings.read_settings([flag, str(least - 1)])
    assert refusal.value.code == f"{flag} can be raised above {least}, never lowered."
    assert capsys.readouterr().err == ""


def test_without_flags_they_are_the_defaults() -> None:
    assert settings.read_settings([]).thresholds == Thresholds()


def test_nobody_gave_an_answer_is_a_group_too(running: Room) -> None:
    everyone = arrive(running, a=20)
    door = running.stage("m1").composition_rounds()[0].id
    silent = people(running, 20)
    vote_all(running, silent, door, [ABSTAIN] * 20)
    running.tell_news()
    round = ask(running, "bridge", [*everyone, *silent], [*yes(10), *no(10), *yes(5), *no(15)])
    assert [group.label for group in groups(running, round).groups] == ["Answer A", "Gave no answer"]
