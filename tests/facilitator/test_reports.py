"""Results to take home as CSV, workbook and figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from facilitator.figures import spreadsheet
from facilitator.figures.client import FigureDesk
from facilitator.figures.wording import plain
from facilitator.figures.workbook import Column, Sheet, Workbook
from facilitator.reports import (
    MeetingExport,
    OptionExport,
    ResultExport,
    export_of,
    figure_of,
    file_name,
    meeting_csv,
    meeting_rows,
    meeting_workbook,
    result_columns,
    result_csv,
)
from kiosk.results import Bar, Result
from kiosk.spreadsheets import guarded

MEETING = MeetingExport(
    id="jorn-2026",
    code="JORN",
    title="2030-dialogen i Jörn",
    place="Bygdegården, Jörn",
    date="2026-11-24",
    dialogue="2030-dialogen",
    lang="sv",
)
HONEST = "Visar svaren från de 142 som röstade här."
SCALE = ResultExport(
    question="q1",
    version=2,
    kind="scale",
    title="I vilken grad lyssnar kommunen?",
    status="revealed",
    run=1,
    opened="2026-11-24",
    connected=180,
    answered=142,
    valid=127,
    abstained=6,
    dont_know=9,
    options=(
        OptionExport("1", "I låg grad", 48, 38),
        OptionExport("2", "I hög grad", 79, 62),
    ),
    sentence="62 %: ”I hög grad”",
    notes=("n = 142 av 180 anslutna.", HONEST),
)
FEW = replace(
    SCALE, question="q2", options=(OptionExport("a", "Ja", 4, None), OptionExport("b", "Nej", 3, None))
)
TOO_FEW = replace(SCALE, question="q3", options=(), withheld="too_few", sentence="", answered=3, valid=3)
SKIPPED = ResultExport("q4", 1, "choice", "Hoppad?", "skipped")
NOT_OPENED = ResultExport("q5", 1, "choice", "Aldrig ställd?", "not_opened")
TEXTS = replace(SCALE, question="q6", kind="text", options=(), texts=("Vägarna", "=1+1", "Skolan"))
ALL = (SCALE, FEW, TOO_FEW, SKIPPED, NOT_OPENED, TEXTS)

RESULT = Result(
    round_id="r1",
    run=2,
    runs_in_all=2,
    kind="scale",
    multiple=False,
    ordered=True,
    title="To what degree?",
    title_lang="en",
    help="",
    withheld=None,
    answered=142,
    valid=127,
    abstained=6,
    dont_know=9,
    connected=180,
    has_percent=True,
    bars=(
        Bar("1", "Low", "en", 48, 38, 37.8, "48", "38%"),
        Bar("2", "High", "en", 79, 62, 62.2, "79", "62%"),
    ),
    headline="62%: “High”",
    base_line="n = 142 of 180 connected, 6 abstained",
    honest_line="Answers from the 142 who voted here.",
    notes=("Round 2 of this question.",),
    sentence="Most answers: “High”, with 62% (79 answers).",
    texts=(),
    end_labels=None,
    rehearsal=False,
)


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


class TestCsv:
    def test_has_a_line_for_each_option_with_its_base_and_notes(self) -> None:
        rows = table(result_csv(MEETING, SCALE))
        assert [(row["Option"], row["Count"], row["Percent"]) for row in rows] == [
            ("I låg grad", "48", "38"),
            ("I hög grad", "79", "62"),
        ]
        for row in rows:
            assert row["Question"] == "I vilken grad lyssnar kommunen?"
            assert (row["Answered"], row["Valid"], row["Connected"]) == ("142", "127", "180")
            assert (row["Date"], row["Opened on"]) == ("2026-11-24", "2026-11-24")
            assert HONEST in row["Notes"]

    def test_lists_what_was_skipped_or_never_asked(self) -> None:
        rows = {row["Question no."]: row for row in table(meeting_csv(MEETING, ALL))}
        assert rows["q4"]["Status"] == "skipped"
        assert rows["q5"]["Status"] == "not asked"
        assert rows["q5"]["Answered"] == rows["q5"]["Count"] == ""

    def test_has_counts_without_percent_where_that_may_not_be_said(self) -> None:
        rows = table(result_csv(MEETING, FEW))
        assert [row["Count"] for row in rows] == ["4", "3"]
        assert [row["Percent"] for row in rows] == ["", ""]

    def test_says_why_a_result_is_missing(self) -> None:
        (row,) = table(result_csv(MEETING, TOO_FEW))
        assert row["Not shown"] == "too few answers"
        assert row["Count"] == row["Option"] == ""

    def test_says_why_one_count_is_missing(self) -> None:
        hidden = replace(SCALE, options=(OptionExport("a", "80+", None, None), *SCALE.options))
        rows = table(result_csv(MEETING, hidden))
        assert [row["Not shown"] for row in rows] == ["too few answers", "", ""]

    def test_texts_stand_in_an_order_that_says_nothing(self) -> None:
        rows = table(result_csv(MEETING, TEXTS))
        assert [row["Text answer"] for row in rows] == ["'=1+1", "Skolan", "Vägarna"]

    def test_runs_stay_apart(self) -> None:
        rows = table(meeting_csv(MEETING, (SCALE, replace(SCALE, run=2))))
        assert [row["Round"] for row in rows] == ["1", "1", "2", "2"]

    def test_says_rehearsal_on_every_line(self) -> None:
        rows = table(result_csv(MEETING, replace(SCALE, rehearsal=True)))
        assert all(row["Notes"].startswith("REHEARSAL") for row in rows)

    def test_every_row_is_as_wide_as_the_headings(self) -> None:
        assert {len(row) for row in meeting_rows(MEETING, ALL)} == {len(result_columns())}

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\u202e=", "＝", "\x00="])
    def test_nothing_begins_a_formula(self, start: str) -> None:
        evil = start + 'HYPERLINK("http://x","y")'
        options = (OptionExport(evil, evil, 1, 10),)
        meeting = replace(MEETING, title=evil, place=evil)
        result = replace(SCALE, title=evil, options=options, texts=(evil,), notes=(evil,))
        for row in table(meeting_csv(meeting, (result,))):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")), cell
            assert row["Meeting"].startswith("'")

    @given(st.text())
    def test_any_text_is_one_harmless_cell(self, text: str) -> None:
        rows = table(result_csv(MEETING, replace(SCALE, title=text)))
        assert len(rows) == 2
        cell = rows[0]["Question"]
        assert cell == guarded(plain(text))
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert "\n" not in cell

    def test_a_dash_in_words_is_left_alone(self) -> None:
        assert guarded("16–24") == "16–24"
        assert guarded("Ja") == "Ja"


@pytest.fixture(scope="module")
def book() -> Iterator[Any]:
    desk = FigureDesk()
    evil = replace(SCALE, title="=1+1", notes=("http://example.org", "@SUM(A1)"), run=2)
    try:
        data = desk.workbook(meeting_workbook(MEETING, (*ALL, evil)))
    finally:
        desk.close()
    book = load_workbook(io.BytesIO(data))
    yield book
    book.close()


class TestWorkbook:
    def test_has_three_sheets(self, book: Any) -> None:
        assert book.sheetnames == ["Results", "Questions", "About this file"]

    def test_numbers_are_numbers(self, book: Any) -> None:
        page = book["Results"]
        headings = [cell.value for cell in page[1]]
        first = dict(zip(headings, page[2], strict=True))
        assert first["Count"].value == 48
        assert first["Percent"].value == pytest.approx(0.38)
        assert first["Percent"].number_format == "0%"
        assert first["Option"].value == "I låg grad"

    def test_the_headings_stay_in_sight(self, book: Any) -> None:
        for page in book:
            assert page.freeze_panes == "A2"
            assert page.auto_filter.ref is not None
        assert book["Questions"].column_dimensions["A"].width > 40

    def test_nothing_is_a_formula_or_a_link(self, book: Any) -> None:
        found = False
        for page in book:
            for row in page.iter_rows():
                for cell in row:
                    assert cell.data_type != "f"
                    assert cell.hyperlink is None
                    found = found or cell.value == "=1+1"
        assert found

    def test_has_a_line_for_each_question_and_round(self, book: Any) -> None:
        page = book["Questions"]
        assert page.max_row == 1 + len(ALL) + 1
        assert [page.cell(row, 5).value for row in (5, 6)] == ["skipped", "not asked"]

    def test_says_whose_it_is_and_what_it_is_not(self, book: Any) -> None:
        text = " ".join(str(cell) for row in book["About this file"].values for cell in row)
        assert "2030-dialogen i Jörn" in text
        assert "2026-11-24" in text
        assert "do not stand for all residents" in text
        assert "from 5 valid answers" in text

    def test_does_not_tell_the_hour_it_was_made(self, book: Any) -> None:
        assert book.properties.created.isoformat() == "2026-11-24T12:00:00"

    def test_a_rehearsal_says_so_first(self) -> None:
        sheets = meeting_workbook(replace(MEETING, rehearsal=True), ALL).sheets
        assert "REHEARSAL" in str(sheets[2].rows[0][1])

    def test_is_written_from_right_to_left_where_people_read_so(self) -> None:
        book = load_workbook(
            io.BytesIO(spreadsheet.write(meeting_workbook(replace(MEETING, lang="ar"), (SCALE,))))
        )
        assert all(page.sheet_view.rightToLeft for page in book)
        book.close()

    def test_any_name_becomes_a_sheet(self) -> None:
        names = ("a/b:c?*[d]", "x" * 50, "x" * 50, "", "'quoted'", "Results", "results")
        sheets = tuple(Sheet(name, (Column("H"),), (("v",),)) for name in names)
        book = load_workbook(io.BytesIO(spreadsheet.write(Workbook("T", "no date", sheets))))
        assert len(book.sheetnames) == len(names)
        book.close()


class TestFromResults:
    def test_an_export_keeps_the_day_and_not_the_hour(self) -> None:
        export = export_of(RESULT, question="q1", version=1, status="revealed", opened="2026-11-24T18:31:07Z")
        assert export.opened == "2026-11-24"
        assert export.run == 2
        assert export.options[1] == OptionExport("2", "High", 79, 62)
        assert "n = 142 of 180 connected, 6 abstained." in export.notes
        assert RESULT.honest_line in export.notes
        for field in fields(export):
            assert "18:31" not in str(getattr(export, field.name))

    def test_an_open_round_has_no_more_than_how_many_answered(self) -> None:
        still_open = replace(RESULT, withheld="open", bars=(), valid=0, abstained=0, headline=None)
        export = export_of(still_open, question="q1", version=1, status="open", opened="")
        assert export.answered == 142
        assert (export.valid, export.abstained, export.dont_know) == (None, None, None)
        assert export.options == ()

    def test_a_figure_says_what_the_result_says(self) -> None:
        figure = figure_of(MEETING, RESULT, headline_bars=("2",))
        assert figure.title == RESULT.title
        assert figure.base == RESULT.base_line
        assert figure.notes == (RESULT.honest_line, "Round 2 of this question.")
        assert [(bar.label, bar.percent, bar.tone) for bar in figure.bars] == [
            ("Low", "38%", "plain"),
            ("High", "62%", "strong"),
        ]
        assert figure.rehearsal == ""
        assert figure_of(MEETING, replace(RESULT, rehearsal=True)).rehearsal == "REHEARSAL"

    def test_a_figure_without_percent_or_bars(self) -> None:
        few = tuple(replace(bar, percent=None, percent_text="") for bar in RESULT.bars)
        assert figure_of(MEETING, replace(RESULT, bars=few)).bars[0].percent is None
        nothing = replace(RESULT, bars=(), sentence="Too few answers to show a result.")
        assert figure_of(MEETING, nothing).message == "Too few answers to show a result."


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("2026-11-24", "Jörn", "q3"), "kiosk-2026-11-24-jorn-q3.csv"),
        (("Tromsø / Ærø", "../../etc"), "kiosk-tromso-aero-etc.csv"),
        (("حوار",), "kiosk-result.csv"),
        (("CON",), "kiosk-con.csv"),
        (("x" * 300,), f"kiosk-{'x' * 60}.csv"),
    ],
)
def test_a_file_name_fits_every_system(parts: tuple[str, ...], expected: str) -> None:
    assert file_name("csv", *parts) == expected
