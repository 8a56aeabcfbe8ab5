"""Figures and workbooks: what is drawn, and the worker process that draws it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facilitator.figures import figure as figures
from facilitator.figures import wire
from facilitator.figures import workbook as workbooks
from facilitator.figures.client import (
    FigureDesk,
    FigureLost,
    FigureRefused,
    FigureTimeout,
    Request,
    figure_request,
)
from facilitator.figures.draw import draw
from facilitator.figures.figure import Figure, FigureBar
from facilitator.figures.layout import lay_out
from facilitator.figures.marks import Box, Words
from facilitator.figures.page import MARGIN, WIDTH
from facilitator.figures.typesetting import BOX, SOFT_HYPHEN, Face, legible, set_lines, width
from facilitator.figures.wording import plain
from facilitator.figures.worker import SpareTime
from tests.support.running import until

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"

HONEST = (
    "Answers from the 142 who voted here (of 180 connected). "
    "People chose to come; the figures do not stand for all residents."
)
FIGURE = Figure(
    title="To what degree does the municipality listen to those who live here?",
    base="n = 142 of 180 connected, 6 abstained",
    notes=(HONEST,),
    meeting="2030-dialogen",
    place="Bygdegården, Jörn",
    date="24 November 2026",
    bars=(
        FigureBar("To a very high degree", "34", "27%", 27.0, "strong"),
        FigureBar("To a high degree", "45", "35%", 35.4, "strong"),
        FigureBar("To some degree", "48", "38%", 37.8),
    ),
    headings=("Share", "Answers"),
)
LONG = "Kansalaisvuoropuheluosallistumismahdollisuuksienkehittämissuunnitelmaluonnos"

HOSTILE = (
    "$$",
    "$x^{2",
    "\\frac{1}{0}",
    "<script>alert(1)</script>",
    "<!-- --> ]]> &amp; & \" '",
    "--",
    "\x00\x07\x1b[31m",
    "\ud800",
    "\ufffe\uffff",
    "\u202egnol\u202c \u2066x\u2069",
    "z" + "\u0335\u0321\u0322\u031b" * 20,
    "👩‍👩‍👧 🏳️‍🌈 🎉 😀",
    "مرحبا بالعالم 2030",
    "ሰላም 中文 ไทย हिन्दी",
    "",
    "   ",
    "\n\n\t",
    "%s %(n)s {0} {",
    "a" * 5_000,
    LONG * 20,
)


def words_of(figure: Figure) -> list[str]:
    return [mark.text for mark in lay_out(figure).marks if isinstance(mark, Words)]


def size_of(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.size


class TestLayout:
    def test_question_stands_above_and_n_base_and_date_below_the_bars(self) -> None:
        marks = lay_out(FIGURE).marks
        heights = {mark.text: mark.y for mark in marks if isinstance(mark, Words)}
        bars = [mark.y for mark in marks if isinstance(mark, Box)]
        assert heights["To what degree does the municipality"] < min(bars)
        assert heights[FIGURE.base] > max(bars)
        source = next(text for text in heights if "24 November 2026" in text)
        assert heights[source] > heights[FIGURE.base]
        assert "Jörn" in source
        assert any(text.startswith("Answers from the 142") for text in heights)

    def test_shares_and_counts_stand_beside_the_bars(self) -> None:
        words = words_of(FIGURE)
        assert {"27%", "34", "35%", "45", "Share", "Answers"} <= set(words)

    def test_counts_alone_where_percent_may_not_be_said(self) -> None:
        few = replace(FIGURE, bars=tuple(replace(bar, percent=None) for bar in FIGURE.bars))
        words = words_of(few)
        assert "34" in words
        assert "Share" not in words
        assert not any("%" in text for text in words)

    def test_length_is_the_share_of_the_track(self) -> None:
        boxes = [mark for mark in lay_out(FIGURE).marks if isinstance(mark, Box)]
        longest = max(box.width for box in boxes if box.height > 10)
        filled = sorted(round(100 * box.width / longest, 1) for box in boxes if box.hatched or box.width > 3)
        assert {27.0, 35.4, 37.8} <= set(filled)

    def test_bars_outside_the_headline_differ_by_more_than_colour(self) -> None:
        striped = [mark for mark in lay_out(FIGURE).marks if isinstance(mark, Box) and mark.hatched]
        assert len(striped) == 1
        plain_bars = tuple(replace(bar, tone="plain") for bar in FIGURE.bars)
        alike = lay_out(replace(FIGURE, bars=plain_bars)).marks
        assert not any(isinstance(mark, Box) and mark.hatched for mark in alike)

    def test_end_labels_belong_to_the_first_and_last_bar(self) -> None:
        bars = tuple(FigureBar(str(value), "5", "20%", 20) for value in range(5))
        words = words_of(replace(FIGURE, bars=bars, end_labels=("not at all", "fully")))
        assert "0 – not at all" in words
        assert "4 – fully" in words

    def test_a_rehearsal_says_so_twice(self) -> None:
        assert words_of(replace(FIGURE, rehearsal="REHEARSAL")).count("REHEARSAL") == 2
        assert "REHEARSAL" not in words_of(FIGURE)

    def test_an_ordinary_figure_has_the_format_of_the_wall(self) -> None:
        assert lay_out(FIGURE).height == 1080

    def test_twelve_options_still_fit(self) -> None:
        bars = tuple(FigureBar(f"Ett svarsalternativ nummer {n}", "5", "8%", 8) for n in range(12))
        assert lay_out(replace(FIGURE, bars=bars)).height == 1080

    def test_too_much_for_one_picture_makes_it_taller_and_cuts_nothing(self) -> None:
        bars = tuple(FigureBar(f"{LONG} {n}", "5", "2%", 2) for n in range(40))
        layout = lay_out(replace(FIGURE, bars=bars))
        assert layout.height > 1080
        text = "".join(mark.text for mark in layout.marks if isinstance(mark, Words)).replace("-", "")
        assert text.count(LONG) == 40
        assert "…" not in text

    def test_nothing_runs_over_the_edge(self) -> None:
        bars = tuple(FigureBar(f"{LONG} {LONG} {n}", "1 042", "100 %", 100) for n in range(12))
        hard = replace(FIGURE, title=LONG * 3, headline=LONG * 2, bars=bars, notes=(LONG * 4,))
        for mark in lay_out(hard).marks:
            if not isinstance(mark, Words):
                assert mark.x + mark.width <= WIDTH
                continue
            wide = width(mark.text, mark.face)
            left = mark.x - {"start": 0, "middle": wide / 2, "end": wide}[mark.align]
            assert left >= MARGIN - 1
            assert left + wide <= WIDTH - MARGIN + 1

    def test_texts_are_shown_and_the_rest_is_counted(self) -> None:
        texts = tuple(f"Text nummer {n}, om skolan och vägarna och vården." for n in range(500))
        words = words_of(replace(FIGURE, bars=(), texts=texts))
        assert "Text nummer 0, om skolan och" in " ".join(words)
        more = next(text for text in words if text.startswith("+ "))
        shown = sum(text.startswith("Text nummer") for text in words)
        assert int(more[2:]) == 500 - shown

    def test_a_message_stands_where_the_bars_would(self) -> None:
        assert "Too few answers to show a result." in words_of(
            replace(FIGURE, bars=(), message="Too few answers to show a result.")
        )


class TestTypesetting:
    FACE = Face(36)

    def test_lines_fit_and_keep_every_letter(self) -> None:
        text = f"Hur ska {LONG} skötas, om {LONG} inte räcker till?"
        for room in (120, 300, 700):
            lines = set_lines(text, room, self.FACE).lines
            assert all(width(line, self.FACE) <= room for line in lines)
            assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")

    def test_a_soft_hyphen_shows_only_where_the_line_ends(self) -> None:
        word = f"kommun{SOFT_HYPHEN}fullmäktige"
        assert set_lines(word, 1_000, self.FACE).lines == ("kommunfullmäktige",)
        assert set_lines(word, width("kommunfull", self.FACE), self.FACE).lines[0] == "kommun-"

    def test_an_accent_stays_with_its_letter(self) -> None:
        text = "e\u0323" * 80
        assert all(not line.startswith("\u0323") for line in set_lines(text, 200, self.FACE).lines)

    def test_a_minus_is_no_place_to_break(self) -> None:
        assert all(not line.endswith("-") for line in set_lines("-5 -6 -7 " * 20, 130, self.FACE).lines)

    def test_a_sign_that_no_font_has_is_one_box(self) -> None:
        assert legible("Hej \U0001f9ff\u200d\U0001fac0!") == f"Hej {BOX}!"
        assert legible("Åäö, Ж, ع") == "Åäö, Ж, ع"

    def test_at_most_some_lines_and_then_an_ellipsis(self) -> None:
        lines = set_lines("ord " * 200, 300, self.FACE, most=3).lines
        assert len(lines) == 3
        assert lines[-1].endswith("…")


class TestPlain:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("  two\n lines\t", "two lines"),
            ("bell\x07 \x00nul", "bell nul"),
            ("\u202egnp.exe\u2069", "gnp.exe"),
            ("\ud800half", "half"),
            ("62\u00a0%", "62\u00a0%"),
            ("e\u0301", "é"),
            ("👩‍👧", "👩‍👧"),
        ],
    )
    def test_keeps_words_and_drops_what_acts(self, text: str, expected: str) -> None:
        assert plain(text) == expected

    def test_caps_towers_of_accents(self) -> None:
        assert len(plain("z" + "\u0335" * 50)) <= 4

    @given(st.text())
    def test_is_done_after_once_and_can_be_written(self, text: str) -> None:
        assert plain(plain(text)) == plain(text)
        plain(text).encode()


class TestDraw:
    def test_a_png_is_as_large_as_the_wall_and_says_what_it_shows(self) -> None:
        png = draw(FIGURE, "png")
        with Image.open(io.BytesIO(png)) as image:
            assert image.size == (1920, 1080)
            assert image.info["Title"] == FIGURE.title
            assert HONEST in image.info["Description"]
            assert round(image.info["dpi"][0]) == 300

    def test_bars_can_be_told_apart_in_grey(self) -> None:
        with Image.open(io.BytesIO(draw(FIGURE, "png"))) as image:
            grey = image.convert("L")
        boxes = [mark for mark in lay_out(FIGURE).marks if isinstance(mark, Box) and mark.height > 30]
        track, strong = boxes[0], boxes[1]
        middle = int(track.y + track.height / 2)
        row = grey.tobytes()[middle * WIDTH : (middle + 1) * WIDTH]
        dark, light = row[int(strong.x + strong.width / 2)], row[int(track.x + track.width - 20)]
        assert light - dark > 120

    def test_right_to_left_is_mirrored(self) -> None:
        turned = replace(FIGURE, direction="rtl", lang="ar")
        with Image.open(io.BytesIO(draw(turned, "png"))) as image:
            grey = image.convert("L")
        box = next(mark for mark in lay_out(turned).marks if isinstance(mark, Box) and mark.height > 30)
        row = grey.tobytes()[int(box.y + box.height / 2) * WIDTH :][:WIDTH]
        # The first bar begins where the reading does: on the right.
        assert row[int(WIDTH - box.x - 20)] < 90
        assert row[int(box.x + 20)] > 180

    def test_svg_has_a_title_and_a_description_and_nothing_that_acts(self) -> None:
        hostile = replace(FIGURE, title="<script>alert(1)</script>", texts=(), notes=HOSTILE)
        root = ElementTree.fromstring(draw(hostile, "svg"))
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "defs", "g", "path", "use", "rect", "pattern", "clipPath"}
        assert root.findtext(f"{SVG}title") == "<script>alert(1)</script>"
        for element in root.iter():
            assert not any(name.lower().startswith("on") or name == "style" for name in element.attrib)
            links = [value for name, value in element.attrib.items() if name.endswith("href")]
            assert all(link.startswith("#") for link in links)

    def test_svg_carries_no_document_type_comment_or_style_sheet(self) -> None:
        svg = draw(FIGURE, "svg").decode()
        assert "<!DOCTYPE" not in svg
        assert "<!--" not in svg
        assert "<style" not in svg
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "").replace(
            "http://www.w3.org/1999/xlink", ""
        )

    def test_the_same_figure_is_the_same_file(self) -> None:
        assert draw(FIGURE, "svg") == draw(FIGURE, "svg")
        assert draw(FIGURE, "png") == draw(FIGURE, "png")

    @pytest.mark.parametrize("text", HOSTILE)
    def test_any_text_can_be_drawn(self, text: str) -> None:
        everywhere = figures.with_texts(replace(FIGURE, headline="h", run="r"), lambda _: text)
        # Numbers are written by the kiosk itself.
        bars = tuple(replace(bar, count="5", percent="5%") for bar in everywhere.bars)
        everywhere = replace(everywhere, bars=bars)
        assert size_of(draw(everywhere, "png"))[0] == 1920
        ElementTree.fromstring(draw(everywhere, "svg"))

    @settings(max_examples=20, deadline=None)
    @given(st.text(max_size=300), st.text(max_size=300))
    def test_really_any_text(self, title: str, label: str) -> None:
        bars = (FigureBar(label, "1", None, 10), FigureBar(title, "9", None, 90))
        ElementTree.fromstring(draw(replace(FIGURE, title=title, bars=bars), "svg"))


class TestForms:
    def test_a_figure_comes_back_from_json_as_it_was(self) -> None:
        whole = replace(FIGURE, end_labels=("low", "high"), texts=("a", "b"), rehearsal="REHEARSAL")
        assert figures.from_json(json.loads(json.dumps(figures.to_json(whole)))) == whole

    def test_a_workbook_comes_back_from_json_as_it_was(self) -> None:
        sheet = workbooks.Sheet("S", (workbooks.Column("A"), workbooks.Column("B", "percent")), (("x", 5),))
        whole = workbooks.Workbook("T", "2026-11-24", (sheet,), "rtl")
        assert workbooks.from_json(json.loads(json.dumps(workbooks.to_json(whole)))) == whole

    @pytest.mark.parametrize(
        "change",
        [
            {"title": None},
            {"title": 5},
            {"bars": "none"},
            {"bars": [{"label": "x"}]},
            {"bars": [None]},
            {"bars": [{"label": "x", "count": "1", "percent": None, "length": "5", "tone": "plain"}]},
            {"bars": [{"label": "x", "count": "1", "percent": None, "length": True, "tone": "plain"}]},
            {"bars": [{"label": "x", "count": "1", "percent": None, "length": 5, "tone": "loud"}]},
            {"bars": [{"label": "x", "count": "1", "percent": None, "length": 5, "tone": "plain"}] * 101},
            {"direction": "up"},
            {"headings": ["one"]},
            {"end_labels": ["one"]},
        ],
    )
    def test_what_is_no_figure_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=next(iter(change)) + "|label|length|tone|count|object"):
            figures.from_json(json.loads(json.dumps({**figures.to_json(FIGURE), **change})))

    def test_a_length_stays_on_the_track(self) -> None:
        data = json.loads(json.dumps(figures.to_json(FIGURE)))
        data["bars"][0]["length"] = 400
        assert figures.from_json(data).bars[0].length == 100


@pytest.fixture(scope="module")
def desk() -> Iterator[FigureDesk]:
    desk = FigureDesk()
    desk.warm()
    yield desk
    desk.close()


def worker_of(desk: FigureDesk) -> subprocess.Popen[bytes]:
    assert desk._worker is not None
    return desk._worker.process


class TestDesk:
    def test_gives_what_drawing_gives(self, desk: FigureDesk) -> None:
        assert desk.figure(FIGURE, "png") == draw(FIGURE, "png")
        assert desk.figure(FIGURE, "svg") == draw(FIGURE, "svg")

    def test_the_server_never_loads_the_libraries(self) -> None:
        script = (
            "import sys\n"
            "import facilitator.reports, facilitator.figures.client\n"
            "loaded = {name.split('.')[0] for name in sys.modules}\n"
            "heavy = {'matplotlib', 'xlsxwriter'} & loaded\n"
            "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr

    def test_a_figure_asked_for_twice_is_drawn_once(self, desk: FigureDesk) -> None:
        figure = replace(FIGURE, title="Once")
        first = desk.figure(figure, "png")
        worker_of(desk).send_signal(signal.SIGSTOP)
        try:
            assert desk.figure(figure, "png") is first
        finally:
            worker_of(desk).send_signal(signal.SIGCONT)

    def test_another_tally_is_another_figure(self, desk: FigureDesk) -> None:
        bars = (replace(FIGURE.bars[0], count="35"), *FIGURE.bars[1:])
        assert figure_request(FIGURE, "png").key != figure_request(replace(FIGURE, bars=bars), "png").key
        assert figure_request(FIGURE, "png").key != figure_request(FIGURE, "svg").key

    def test_survives_the_death_of_its_worker(self, desk: FigureDesk) -> None:
        desk.figure(replace(FIGURE, title="Before"), "svg")
        before = worker_of(desk)
        before.kill()
        assert desk.figure(replace(FIGURE, title="After"), "svg").startswith(b"<?xml")
        assert worker_of(desk).pid != before.pid

    def test_survives_death_in_the_middle_of_a_job(self, desk: FigureDesk) -> None:
        desk.figure(replace(FIGURE, title="Warm"), "svg")
        worker = worker_of(desk)
        worker.send_signal(signal.SIGSTOP)
        killer = threading.Timer(0.3, worker.kill)
        killer.start()
        assert desk.figure(replace(FIGURE, title="Interrupted"), "svg").startswith(b"<?xml")
        killer.join()

    @pytest.mark.parametrize(
        "message",
        [
            wire.Message({"job": "figure", "format": "png"}, b"not json"),
            wire.Message({"job": "figure", "format": "png"}, b"[]"),
            wire.Message({"job": "figure", "format": "png"}, b"{}"),
            wire.Message({"job": "figure", "format": "png"}, b"[" * 200_000),
            wire.Message({"job": "figure", "format": "pdf"}, b"{}"),
            wire.Message({"job": "workbook"}, b'{"title": 5}'),
            wire.Message({"job": "shell"}, b"{}"),
            wire.Message({}, b""),
        ],
    )
    def test_bad_input_is_refused_and_the_worker_lives_on(
        self, desk: FigureDesk, message: wire.Message
    ) -> None:
        desk.figure(FIGURE, "svg")
        worker = worker_of(desk)
        with pytest.raises(FigureRefused):
            desk.ask(Request(message))
        assert worker_of(desk) is worker
        assert desk.figure(replace(FIGURE, title=repr(message.header)), "svg")
        assert worker_of(desk) is worker

    def test_a_garbled_pipe_is_replaced(self, desk: FigureDesk) -> None:
        desk.figure(FIGURE, "svg")
        assert desk._worker is not None
        desk._worker.questions.write(b"\xff" * 64)
        desk._worker.questions.flush()
        assert desk.figure(replace(FIGURE, title="Fresh pipe"), "svg").startswith(b"<?xml")

    def test_many_threads_get_their_own_answers(self, desk: FigureDesk) -> None:
        answers: dict[int, bytes] = {}

        def ask(number: int) -> None:
            answers[number] = desk.figure(replace(FIGURE, title=f"Number {number}"), "svg")

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(f"Number {number}<".encode() in answers[number] for number in range(8))

    def test_a_worker_that_hangs_is_a_timeout_and_is_replaced(self) -> None:
        desk = FigureDesk(answer_seconds=0.5)
        try:
            desk.figure(FIGURE, "svg")
            worker = worker_of(desk)
            worker.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            with pytest.raises(FigureTimeout):
                desk.figure(replace(FIGURE, title="Hanging"), "svg")
            assert time.monotonic() - began < 5
            assert worker.poll() is not None
            assert desk.figure(replace(FIGURE, title="Again"), "svg").startswith(b"<?xml")
        finally:
            desk.close()

    def test_a_closed_desk_gives_nothing_more(self) -> None:
        desk = FigureDesk()
        desk.warm()
        worker = worker_of(desk)
        desk.close()
        assert worker.poll() is not None
        with pytest.raises(FigureLost):
            desk.figure(FIGURE, "svg")
        desk.close()

    def test_fonts_are_listed_in_the_given_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "made" / "here"
        desk = FigureDesk(folder)
        try:
            desk.figure(FIGURE, "svg")
        finally:
            desk.close()
        assert list(folder.glob("fontlist*.json"))


class TestWorker:
    def test_ends_when_the_server_is_gone_however_it_died(self) -> None:
        script = (
            "from facilitator.figures.client import FigureDesk\n"
            "import sys, time\n"
            "desk = FigureDesk(); desk.warm()\n"
            "print(desk._worker.process.pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            worker = int(server.stdout.readline())
            assert is_alive(worker)
            server.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 30
        while is_alive(worker) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_alive(worker)

    def test_lets_votes_come_first(self, desk: FigureDesk) -> None:
        desk.figure(FIGURE, "svg")
        worker = worker_of(desk).pid
        assert os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, 0)
        # Linux shares a core among sessions before it asks who may wait.
        assert os.getsid(worker) == os.getsid(0)
        assert os.getpgid(worker) != os.getpgid(0)

    def test_computes_when_nobody_else_wants_to_unless_it_starved(self) -> None:
        spare_time = SpareTime()

        def policy_after(work: Callable[[], object]) -> int:
            spare_time.do(work)
            return spare_time.do(lambda: os.sched_getscheduler(0))

        assert spare_time.do(lambda: os.sched_getscheduler(0)) == os.SCHED_OTHER
        until(lambda: policy_after(lambda: sum(range(1_000_000))) == os.SCHED_IDLE, "it never waits for all")
        assert policy_after(lambda: time.sleep(0.2)) == os.SCHED_OTHER  # it slept as if it had no turn

    def test_holds_no_file_of_the_server(self, desk: FigureDesk) -> None:
        with Path(os.devnull).open("rb") as held:
            os.set_inheritable(held.fileno(), True)
            other = FigureDesk()
            try:
                other.figure(FIGURE, "svg")
                files = Path(f"/proc/{worker_of(other).pid}/fd")
                targets = {str(link.readlink()) for link in files.iterdir()}
            finally:
                other.close()
        assert os.devnull not in targets


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
