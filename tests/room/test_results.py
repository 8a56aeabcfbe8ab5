"""Results in words: every figure carries its base, its notes and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kiosk.results import Result, result_view
from kiosk.room import Room
from tests.support import meetings as m
from tests.support.people import ABSTAIN, Answer, chosen, people, text, value, vote_all

QUESTIONS = (
    m.single("p"),
    m.multiple("several"),
    m.yes_no("agree"),
    m.degree("degree", dont_know=True),
    m.numbers("mark", labels={"min": {"en": "Bad", "sv": "Dåligt"}, "max": "Good"}),
    m.words("idea"),
    m.single("private", sensitive=True),
)


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(*QUESTIONS))
    room.start("m1")
    return room


def result(
    room: Room, question: str, answers: Sequence[Answer], *, there: int = 0, language: str = "en"
) -> Result:
    """The result of a question that people answered so; ``there`` others were in the room."""
    round_id = room.open_round("m1", question)
    vote_all(room, people(room, len(answers)), round_id, answers)
    people(room, there)
    room.close_round(round_id)
    stage = room.stage("m1")
    return result_view(stage, room.round(round_id), room.disclosed(round_id), language)


def options(**counts: int) -> list[Answer]:
    return [chosen(option) for option, count in counts.items() for _ in range(count)]


def degrees(*counts: int) -> list[Answer]:
    return [value(place) for place, count in enumerate(counts, start=1) for _ in range(count)]


def test_bars_with_counts_shares_and_lengths(running: Room) -> None:
    shown = result(running, "p", options(a=8, b=4, c=0))
    assert [(bar.id, bar.count, bar.percent, bar.length) for bar in shown.bars] == [
        ("a", 8, 67, 66.67),
        ("b", 4, 33, 33.33),
        ("c", 0, 0, 0.0),
    ]
    assert shown.sentence == "Most answers: “Answer A”, with 67% (8 answers)."


def test_the_base_says_who_is_in_it(running: Room) -> None:
    shown = result(running, "p", [*options(a=14), ABSTAIN, ABSTAIN], there=4)
    assert shown.base_line == "16 of 20 have answered, 2 abstained, percent of 14"
    assert (shown.answered, shown.valid, shown.abstained, shown.connected) == (16, 14, 2, 20)
    assert "16" in shown.honest_line
    assert "20" in shown.honest_line
    assert shown.honest_line.endswith(shown.chosen_line)


def test_shares_that_are_rounded_together_say_so(running: Room) -> None:
    alike = result(running, "p", options(a=8, b=8))
    assert not any("rounded" in note for note in alike.notes)
    thirds = result(running, "p", options(a=5, b=5, c=5))
    assert [bar.percent for bar in thirds.bars[:3]] == [34, 33, 33]
    assert any("rounded" in note for note in thirds.notes)


def test_answers_without_an_order_are_read_by_size(running: Room) -> None:
    read = result(running, "p", options(a=2, b=6, c=6)).largest_first()
    assert [bar.id for bar in read.bars][:3] == ["b", "c", "a"]
    scale = result(running, "degree", degrees(1, 9, 2, 0, 0))
    assert scale.largest_first() == scale


def test_several_answers_may_add_to_more_than_100(running: Room) -> None:
    shown = result(running, "several", [chosen("a", "b")] * 9 + [chosen("b")])
    assert shown.multiple
    assert [bar.percent for bar in shown.bars] == [90, 100, 0, 0]
    assert any("100" in note for note in shown.notes)


def test_from_five_to_nine_counts_without_shares(running: Room) -> None:
    shown = result(running, "p", options(a=5, b=4))
    assert not shown.has_percent
    assert [(bar.count, bar.percent, bar.percent_text) for bar in shown.bars[:2]] == [
        (5, None, ""),
        (4, None, ""),
    ]
    assert any("Fewer than ten" in note for note in shown.notes)
    assert shown.sentence == "Most answers: “Answer A”, with 5 answers."


@pytest.mark.parametrize(("question", "answered"), [("p", 4), ("p", 0), ("private", 9), ("idea", 4)])
def test_too_few_is_said_so_and_nothing_else(running: Room, question: str, answered: int) -> None:
    said: Any = text("Hello") if question == "idea" else chosen("a")
    shown = result(running, question, [said] * answered)
    assert shown.withheld == "too_few"
    assert (shown.bars, shown.texts, shown.headline) == ((), (), None)
    assert shown.sentence == "Too few answers to show a result."


def test_an_open_question_has_no_result(running: Room) -> None:
    round_id = running.open_round("m1", "p")
    vote_all(running, people(running, 30), round_id, options(a=30))
    shown = result_view(running.stage("m1"), running.round(round_id), running.disclosed(round_id), "en")
    assert (shown.withheld, shown.bars, shown.valid) == ("open", (), 0)


def test_a_tie_is_called_one(running: Room) -> None:
    shown = result(running, "p", options(a=6, b=6, c=1))
    assert "Answer A" in shown.sentence
    assert "Answer B" in shown.sentence
    assert "Answer C" not in shown.sentence


def test_nobody_chose_anything_of_a_scale_alone(running: Room) -> None:
    """All abstain: there is no result, and that is no fault."""
    shown = result(running, "degree", [ABSTAIN] * 20)
    assert shown.withheld == "too_few"
    assert shown.base_line == "20 of 20 have answered"


def test_what_stands_over_a_side_contradicts_neither_its_rows_nor_the_headline(running: Room) -> None:
    """One step answered on the one side: its own figure. The headline's two steps: as the headline says."""
    shown = result(running, "degree", degrees(0, 2, 3, 6, 10))
    assert [bar.percent for bar in shown.bars] == [0, 9, 14, 29, 48]
    assert shown.diverging is not None
    assert (shown.diverging.against, shown.diverging.for_) == ("9%", "76%")
    assert (shown.headline or "").startswith("76%")
    assert "Shares are rounded so that they add up." in shown.notes


def test_a_headline_that_its_rows_do_not_add_to_is_explained(running: Room) -> None:
    """Each row is rounded as it would be by itself, and so is the headline."""
    shown = result(running, "degree", degrees(3, 1, 1, 2, 5))
    assert [bar.percent for bar in shown.bars] == [25, 8, 8, 17, 42]
    assert (shown.headline or "").startswith("58%")
    assert "Shares are rounded so that they add up." in shown.notes


def test_the_headline_of_a_scale_is_its_two_highest_steps(running: Room) -> None:
    """54 of the 100 who have a view; the ten who do not know stand beside it."""
    shown = result(running, "degree", [*degrees(4, 12, 30, 38, 16), *[{"dont_know": True}] * 10])
    assert shown.headline is not None
    assert shown.headline.startswith("54%")
    assert "Answer E" in shown.headline
    assert "Answer D" in shown.headline
    assert shown.base_line == "110 of 110 have answered, 10 do not know, percent of 100"
    assert shown.ordered


def test_the_headline_is_added_from_counts_and_not_from_rounded_shares(running: Room) -> None:
    shown = result(running, "degree", degrees(0, 0, 10, 2, 2))
    assert [bar.percent for bar in shown.bars][-2:] == [14, 14]
    assert shown.headline is not None
    assert shown.headline.startswith("29%")


def test_a_headline_of_few_is_in_counts(running: Room) -> None:
    shown = result(running, "degree", degrees(0, 0, 3, 1, 2))
    assert shown.headline is not None
    assert shown.headline.startswith("3 of 6")
    assert "%" not in shown.headline


def test_a_line_of_numbers_has_its_end_labels_in_the_language(running: Room) -> None:
    shown = result(running, "mark", [value(7)] * 12, language="sv")
    assert shown.end_labels == ("Dåligt", "Good")
    assert [bar.id for bar in shown.bars] == [str(number) for number in range(11)]


def test_a_line_of_numbers_leads_with_its_middle(running: Room) -> None:
    shown = result(running, "mark", [*[value(9)] * 2, *[value(10)] * 2, *[value(3)] * 8])
    assert shown.headline == "The answer in the middle: “3”."
    assert shown.aside == "33% answered 9 or 10"


def test_the_headline_of_few_numbers_is_in_counts(running: Room) -> None:
    assert result(running, "mark", [value(9), *[value(3)] * 5]).headline == "1 of 6 answered 9 or 10"


def test_texts_are_those_that_were_approved(running: Room) -> None:
    round_id = running.open_round("m1", "idea")
    vote_all(running, people(running, 6), round_id, [text(f"Idea {number}") for number in range(6)])
    running.close_round(round_id)
    running.review(round_id, approve=[entry.id for entry in running.texts(round_id)][:2])
    shown = result_view(running.stage("m1"), running.round(round_id), running.disclosed(round_id), "en")
    assert len(shown.texts) == 2
    assert shown.sentence == "2 answers are shown."
    assert shown.bars == ()


def test_texts_that_say_the_same_are_shown_once_with_how_many_wrote_them(running: Room) -> None:
    said = ["Benches", "More buses", "more  buses", "More buses", "Light", "Light"]
    round_id = running.open_round("m1", "idea")
    vote_all(running, people(running, len(said)), round_id, [text(words) for words in said])
    running.close_round(round_id)
    running.review(round_id, approve=None)
    shown = result_view(running.stage("m1"), running.round(round_id), running.disclosed(round_id), "en")
    assert [(words.casefold().split(), written) for words, written in shown.quotes()] == [
        (["more", "buses"], 3),
        (["light"], 2),
        (["benches"], 1),
    ]


def test_a_second_round_says_that_it_is_one(running: Room) -> None:
    result(running, "p", options(a=12))
    shown = result(running, "p", options(a=12))
    assert (shown.run, shown.runs_in_all) == (2, 2)
    assert any("2" in note for note in shown.notes)


def test_a_rehearsal_says_that_it_is_one(running: Room) -> None:
    assert not result(running, "p", options(a=12)).rehearsal
    people(running, 1, rehearsal=True)
    assert result(running, "several", options(a=12)).rehearsal


@pytest.mark.parametrize("language", ["sv", "da", "nb", "fi", "en"])
def test_every_language_has_words_for_everything(running: Room, language: str) -> None:
    for question, answers in (
        ("p", options(a=1200, b=4)),
        ("agree", [chosen("yes")] * 6),
        ("degree", [*degrees(1, 2, 3, 4, 5), {"dont_know": True}, ABSTAIN]),
        ("idea", [text("x")] * 3),
    ):
        shown = result(running, question, answers[:40], language=language)
        for words in (shown.base_line, shown.honest_line, shown.sentence, *shown.notes):
            assert words
            assert "%(" not in words


def test_words_that_are_missing_in_a_language_say_which_one_they_are_in(running: Room) -> None:
    shown = result(running, "agree", [chosen("yes")] * 12, language="sv")
    assert (shown.title, shown.title_lang) == ("Which agree?", "en")
    assert [(bar.label, bar.lang) for bar in shown.bars] == [("Ja", "sv"), ("Nej", "sv")]
    danish = result(running, "agree", [chosen("yes")] * 12, language="da")
    assert [(bar.label, bar.lang) for bar in danish.bars] == [("Yes", "en"), ("No", "en")]
