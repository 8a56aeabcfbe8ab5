"""Who is in the room, as the room releases it: in steps, in words, and the last picture at the end."""

from __future__ import annotations

import pytest

from kiosk.app import Kiosk
from kiosk.composition_views import CompositionView, composition_views
from kiosk.live.connections import Connection
from kiosk.live.events import AUDIENCES
from kiosk.live.hub import Hub
from kiosk.room import Room
from kiosk.room.news import PHONES_A_SECOND
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.clock import StillClock
from tests.support.people import ABSTAIN, chosen, people, vote, vote_all

GENDER = m.about_you("gender", options=4, sensitive=True)


@pytest.fixture
def running(room: Room) -> Room:
    room.import_document(m.meeting(m.about_you("age"), GENDER, m.single("p")))
    room.start("m1")
    return room


def door(room: Room, question: str = "age") -> str:
    return next(round.id for round in room.stage("m1").composition_rounds() if round.question == question)


def arrive(room: Room, question: str = "age", **counts: int) -> list[Participant]:
    """So many newcomers choose each option, and the news is told."""
    options = [option for option, count in counts.items() for _ in range(count)]
    newcomers = people(room, len(options))
    vote_all(room, newcomers, door(room, question), map(chosen, options))
    room.tell_news()
    return newcomers


def views(room: Room, language: str = "en") -> tuple[CompositionView, ...]:
    return composition_views(room.stage("m1"), room.pictures("m1"), language)


def view(room: Room, question: str = "age") -> CompositionView:
    return next(view for view in views(room) if view.question == question)


def counts(room: Room, question: str = "age") -> dict[str, int | None]:
    return {bar.id: bar.count for bar in view(room, question).bars}


def test_nothing_is_shown_of_fewer_than_ten(running: Room) -> None:
    assert view(running).withheld
    arrive(running, a=9)
    assert view(running).withheld
    assert view(running).bars == ()
    assert view(running).note


def test_the_picture_moves_in_steps_of_ten(running: Room) -> None:
    arrive(running, a=10, b=6)
    assert counts(running) == {"a": 10, "b": 6, "c": 0}
    arrive(running, a=9)
    assert counts(running) == {"a": 10, "b": 6, "c": 0}
    arrive(running, b=1)
    assert counts(running) == {"a": 19, "b": 6, "c": 0}


def test_after_the_end_the_counts_come_with_their_base(running: Room) -> None:
    """The last picture may be older than the last answers, and the tally says so."""
    arrive(running, a=10, b=6)
    arrive(running, a=5, b=3)
    running.end("m1")
    tally = running.disclosed(door(running)).as_record()
    assert (tally["answered"], tally["as_of"], tally["valid"]) == (24, 16, 16)
    assert tally["counts"] == {"a": 10, "b": 6, "c": 0}


def test_groups_that_are_too_small_are_not_said_to_be_too_few_people(running: Room) -> None:
    arrive(running, a=4, b=3, c=4)
    assert view(running).withheld
    assert view(running).note == "Not shown: too few have given each answer."


def test_news_without_newcomers_moves_nothing(running: Room) -> None:
    arrive(running, a=10, b=6)
    before = view(running)
    for _ in range(3):
        running.tell_news()
    assert view(running) == before


def test_changing_ones_mind_is_not_news(running: Room) -> None:
    newcomers = arrive(running, a=20, b=10)
    for who in newcomers[:15]:
        vote(running, who, door(running), chosen("c"))
    running.tell_news()
    assert counts(running) == {"a": 20, "b": 10, "c": 0}


def test_few_of_a_kind_are_not_shown_and_not_alone(running: Room) -> None:
    arrive(running, a=20, b=8, c=2)
    assert counts(running) == {"a": 20, "b": None, "c": None}
    shown = view(running)
    assert (shown.base, shown.withheld) == (30, False)
    assert [bar.percent_text for bar in shown.bars] == ["67%", "", ""]
    assert shown.note
    assert [bar.count_text for bar in shown.bars if bar.count is None] == ["…", "…"]
    assert all(bar.length == 0 and bar.percent is None for bar in shown.bars if bar.count is None)


def test_an_empty_group_is_shown_as_empty_unless_the_question_is_sensitive(running: Room) -> None:
    arrive(running, a=20, b=10)
    arrive(running, question="gender", a=20, b=10)
    assert counts(running) == {"a": 20, "b": 10, "c": 0}
    assert counts(running, "gender") == {"a": 20, "b": None, "c": None, "d": None}


def test_skipping_the_question_is_no_answer_to_it(running: Room) -> None:
    arrive(running, a=9)
    vote_all(running, people(running, 5), door(running), [ABSTAIN] * 5)
    running.tell_news()
    assert view(running).withheld


def test_the_shown_shares_add_to_100(running: Room) -> None:
    arrive(running, a=7, b=7, c=7)
    assert sum(bar.percent or 0 for bar in view(running).bars) == 100


def test_the_end_brings_the_last_step_and_no_smaller_one(running: Room) -> None:
    arrive(running, a=10, b=6)
    vote_all(running, people(running, 12), door(running), [chosen("a")] * 12)  # nobody was told yet
    running.end("m1")
    assert counts(running) == {"a": 22, "b": 6, "c": 0}


def test_the_last_few_are_not_given_away_by_the_end(running: Room) -> None:
    arrive(running, a=10, b=6)
    vote_all(running, people(running, 3), door(running), [chosen("b")] * 3)
    running.end("m1")
    assert counts(running) == {"a": 10, "b": 6, "c": 0}


def test_the_figures_say_what_the_wall_said(running: Room) -> None:
    arrive(running, a=20, b=8, c=2)
    assert running.disclosed(door(running)).counts is None
    running.end("m1")
    shown = running.disclosed(door(running))
    assert shown.counts == {"a": 20}
    assert (shown.answered, shown.valid) == (30, None), "how many declined is as small a group as any"


def test_options_that_are_shown_together_are_one_bar(room: Room) -> None:
    few = {"id": "d", "text": "Another", "shown_with": "c"}
    question = {**m.about_you("gender"), "options": [*m.steps(3), few]}
    room.import_document(m.meeting(question))
    room.start("m1")
    options = [*"a" * 10, *"b" * 10, *"c" * 4, *"d" * 3]
    vote_all(room, people(room, len(options)), door(room, "gender"), map(chosen, options))
    room.tell_news()
    assert counts(room, "gender") == {"a": 10, "b": 10, "c": 7}
    assert [bar.label for bar in view(room, "gender").bars][-1] == "Another / Answer C"


def test_it_is_worded_in_the_language_that_is_asked_for(running: Room) -> None:
    arrive(running, a=20, b=8, c=2)
    swedish, english = views(running, "sv")[0], views(running, "en")[0]
    assert [bar.count for bar in swedish.bars] == [bar.count for bar in english.bars]
    assert swedish.lang == "en"  # the question has no Swedish wording, and says so


def listened(kiosk: Kiosk) -> list[tuple[str, int]]:
    """The windows that hear how the meeting stands, each with the room that phones see, from now on."""
    heard: list[tuple[str, int]] = []
    hub: Hub = kiosk.app.extensions["hub"]
    hub.send_by(
        broadcast=lambda event, news, room: (
            heard.append((room.split("/")[0], news["version"])) if event == "state" else None
        ),
        tell=lambda *_: None,
    )
    for audience in AUDIENCES:
        hub._connections.add(Connection(audience, audience, "m1", "en", audience))
    return heard


def test_phones_follow_each_step_while_they_look_at_it(
    kiosk: Kiosk, running: Room, clock: StillClock
) -> None:
    heard = listened(kiosk)
    arrive(running, a=10, b=6)
    assert [window for window, _ in heard] == ["console", "wall"], "phones show something else"
    running.go_to("m1", "who", None)
    version = running.stage("m1").version
    heard.clear()
    arrive(running, a=10)
    assert sorted(heard) == [(window, version) for window in ("console", "phone", "wall")]


def test_a_full_hall_hears_of_steps_a_few_at_a_time(kiosk: Kiosk, running: Room, clock: StillClock) -> None:
    running.go_to("m1", "who", None)
    heard = listened(kiosk)
    for _ in range(4):
        arrive(running, a=10)
    assert [window for window, _ in heard].count("wall") == 4
    assert [window for window, _ in heard].count("phone") == 1
    heard.clear()
    clock.step(running.presence("m1") / PHONES_A_SECOND + 0.01)
    running.tell_news()
    assert [window for window, _ in heard] == ["phone"], "what came meanwhile, once"
    clock.step(10)
    running.tell_news()
    assert len(heard) == 1
