"""Comparisons as pictures: what is drawn, what stands beside it, and that dots stay dots."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facilitator import comparison_figures as pictures
from facilitator.comparison_exports import one_change, one_picture, one_table
from facilitator.figures import figure as figures
from facilitator.figures.comparison import Grid, GridCell, GridColumn, GridRow
from facilitator.figures.draw import draw
from facilitator.figures.figure import Figure, FigureBar, description
from facilitator.figures.layout import lay_out
from facilitator.figures.marks import Box, Ribbon, Words
from facilitator.figures.page import HEIGHT, MARGIN, OTHER, TRACK, WIDTH
from facilitator.figures.typesetting import width
from facilitator.takeaway import meeting_export
from kiosk.meeting.rounds import Round
from kiosk.problems import Problem
from kiosk.results import Result, result_view
from kiosk.room import Room
from tests.support import meetings as m
from tests.support.people import chosen, people, vote_all

TABLE = (
    "variable;category;count;source;date;age_base\n"
    "age;a;500;Office;2025;all\nage;b;100;Office;2025;all\nage;c;400;Office;2025;all"
)


LONG = "Kansalaisvuoropuheluosallistumismahdollisuuksienkehittämissuunnitelma"
WITH_GROUPS = m.meeting(
    m.about_you("age", 4),
    m.yes_no("bridge", breakdown=["age"]),
    m.yes_no("again", pair_with="again"),
)


@pytest.fixture
def running(room: Room) -> Room:
    """Three ages with many people and one with four; a question, and one asked twice."""
    room.import_document(WITH_GROUPS)
    room.start("m1")
    everyone = people(room, 60)
    (door,) = room.stage("m1").composition_rounds()
    ages = (chosen(age) for age in "a" * 22 + "b" * 18 + "c" * 16 + "d" * 4)
    vote_all(room, everyone, door.id, ages)
    room.tell_news()
    half = [chosen("yes" if n % 2 else "no") for n in range(60)]
    later = [chosen("yes" if n % 4 else "no") for n in range(60)]
    for question, answers in (("bridge", half), ("again", half), ("again", later)):
        round_id = room.open_round("m1", question)
        vote_all(room, everyone, round_id, answers)
        room.close_round(round_id)
        room.reveal(round_id)
    return room


def latest(room: Room, question: str) -> Round:
    return [round for round in room.stage("m1").rounds if round.question == question][-1]


def result(room: Room, round: Round) -> Result:
    return result_view(room.stage("m1"), round, room.disclosed(round.id), "en")


def groups(room: Room) -> Figure:
    bridge = latest(room, "bridge")
    room.compare(bridge.id, "by:age")
    meeting = meeting_export(room.stage("m1"))
    view = one_table(room, bridge, "age")
    return pictures.groups_figure(meeting, result(room, bridge), view, "Among those present: it differs.")


def change(room: Room) -> Figure:
    again = latest(room, "again")
    room.compare(again.id, "change")
    meeting = meeting_export(room.stage("m1"))
    return pictures.change_figure(meeting, one_change(room, again), "The change is larger than chance.")


def composition(room: Room) -> Figure:
    stage = room.stage("m1")
    view = one_picture(room, stage, "age")
    return pictures.composition_figure(meeting_export(stage), view, 60, rehearsal=False)


def all_three(room: Room) -> tuple[Figure, Figure, Figure]:
    return groups(room), change(room), composition(room)


def words_of(figure: Figure) -> list[str]:
    return [mark.text for mark in lay_out(figure).marks if isinstance(mark, Words)]


def test_groups_stand_side_by_side_with_their_bases(running: Room) -> None:
    figure = groups(running)
    assert figure.grid is not None
    assert [(column.label, column.base) for column in figure.grid.columns] == [
        ("Answer A", "n = 22"),
        ("Answer B", "n = 18"),
        ("…", ""),
    ]
    assert [cell.text for cell in figure.grid.rows[0].cells] == ["50%", "50%", "…"]
    assert {"Answer A", "n = 22", "50%", "…"} <= set(words_of(figure))
    assert figure.headline == "By: Which age?"
    assert any(note.endswith("… = not shown, too few answers.") for note in figure.notes), "L5"
    assert "Among those present: it differs." in figure.notes
    assert any(note.startswith("Answers from the 60 who voted here") for note in figure.notes), "L1"


def test_what_is_hidden_has_no_bar(running: Room) -> None:
    figure = groups(running)
    tracks = [mark for mark in lay_out(figure).marks if isinstance(mark, Box) and mark.fill == TRACK]
    assert len(tracks) == 4, "one for each answer of the two groups that are shown"
    assert {"n = 16", "n = 4"}.isdisjoint(words_of(figure))


def test_before_and_after_with_ribbons_as_thick_as_people(running: Room) -> None:
    figure = change(running)
    assert figure.moves is not None
    assert figure.moves.headings == ("Before, n = 60", "After, n = 60")
    assert figure.moves.told == ("“No” to “Yes”: about 15",)
    ribbons = [mark for mark in lay_out(figure).marks if isinstance(mark, Ribbon)]
    assert len(ribbons) == 3
    (moved,) = [ribbon for ribbon in ribbons if ribbon.fill == OTHER]
    stayed = max(ribbon.thick for ribbon in ribbons)
    assert moved.thick == pytest.approx(stayed / 2), "fifteen beside thirty"
    assert any("nearest five" in note for note in figure.notes)
    assert "“No” to “Yes”: about 15" in description(figure)


def test_who_is_here_beside_the_population(running: Room) -> None:
    running.import_population("tests", "The town", TABLE)
    figure = composition(running)
    assert figure.keys == ("The room", "The town")
    by_label = {bar.label: bar for bar in figure.bars}
    assert by_label["Answer C"].percent == "…"
    assert by_label["Answer C"].tone == "bare"
    assert by_label["Answer A"].beside is not None
    drawn = [mark for mark in lay_out(figure).marks if isinstance(mark, Box)]
    assert sum(box.fill == OTHER for box in drawn) == 4, "a key, and a bar for each group of the town"
    assert any("The town" in note for note in figure.notes)
    assert any("too few answers" in note for note in figure.notes)


def test_a_room_without_a_population_is_plain_bars(running: Room) -> None:
    figure = composition(running)
    assert figure.keys is None
    assert [bar.tone for bar in figure.bars] == ["plain", "plain", "bare", "bare"]


def test_a_comparison_comes_back_from_json_and_is_drawn(running: Room) -> None:
    for figure in all_three(running):
        assert figures.from_json(json.loads(json.dumps(figures.to_json(figure)))) == figure
        assert draw(figure, "png").startswith(b"\x89PNG")
        assert b"<title" in draw(figure, "svg")


@pytest.mark.parametrize("count", [1, 4, 12])
def test_nothing_runs_over_the_edge(count: int) -> None:
    columns = tuple(GridColumn(LONG, "n = 1,234") for _ in range(count))
    rows = tuple(GridRow(LONG, tuple(GridCell("100 %", 100.0) for _ in columns)) for _ in range(5))
    figure = Figure("?", "n", (), "", "", "", grid=Grid(columns, rows))
    for mark in lay_out(figure).marks:
        if isinstance(mark, Words) and mark.align == "start":
            assert mark.x + width(mark.text, mark.face) <= WIDTH - MARGIN + 2, mark.text
    assert lay_out(figure).height >= HEIGHT


def test_rows_must_fit_their_columns() -> None:
    wrong = Grid((GridColumn("a", "n = 10"),), (GridRow("yes", ()),))
    data: Any = json.loads(json.dumps(figures.to_json(Figure("?", "n", (), "", "", "", grid=wrong))))
    with pytest.raises(ValueError, match="a cell for every column"):
        figures.from_json(data)


def test_a_remark_stands_under_its_label() -> None:
    bar = FigureBar("Answer A", "50%", "60%", 100.0, beside=80.0, remark="somewhat more")
    heights = {
        mark.text: mark.y
        for mark in lay_out(Figure("?", "n", (), "", "", "", bars=(bar,))).marks
        if isinstance(mark, Words)
    }
    assert heights["Answer A"] < heights["somewhat more"]


def test_nothing_is_taken_home_that_nobody_has_looked_at(running: Room) -> None:
    bridge, again = latest(running, "bridge"), latest(running, "again")
    for code, take in (
        ("not_looked_at", lambda: one_table(running, bridge, "age")),
        ("not_declared", lambda: one_table(running, bridge, "place")),
        ("not_looked_at", lambda: one_change(running, again)),
        ("not_paired", lambda: one_change(running, bridge)),
        ("no_such_question", lambda: one_picture(running, running.stage("m1"), "place")),
    ):
        with pytest.raises(Problem) as refusal:
            take()
        assert refusal.value.code == code
    running.hide(bridge.id)
    running.compare(bridge.id, "by:age")
    with pytest.raises(Problem, match="not_revealed"):
        one_table(running, latest(running, "bridge"), "age")
