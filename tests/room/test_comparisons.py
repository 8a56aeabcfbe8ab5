"""Answers by group, and before with after: what was declared, as it was let through first."""

from __future__ import annotations

import json
import sqlite3

import pytest

from kiosk.app import Kiosk
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.statistics.disclosure import NO_ANSWER, ShownRow
from kiosk.store.participants import Participant
from tests.support import meetings as m
from tests.support.comparing import flows_to, groups_by
from tests.support.engines import WatchedEngine
from tests.support.groups import Group
from tests.support.people import ABSTAIN, Answer, chosen, people, vote, vote_all


@pytest.fixture
def running(room: Room) -> Room:
    """A meeting with a question by age, one of its own, and one that is asked twice."""
    room.import_document(
        m.meeting(
            m.about_you("age"),
            m.about_you("gender"),
            m.yes_no("bridge", breakdown=["age"]),
            m.yes_no("again", pair_with="again"),
            m.yes_no("alone"),
        )
    )
    room.start("m1")
    return room


def arrive(room: Room, **ages: int) -> list[Participant]:
    """So many people of each age; ``nobody`` says nothing of themselves."""
    door = next(round.id for round in room.stage("m1").composition_rounds() if round.question == "age")
    everyone = []
    for age, count in ages.items():
        newcomers = people(room, count)
        if age != "nobody":
            vote_all(room, newcomers, door, [chosen(age)] * count)
        everyone += newcomers
    room.tell_news()
    return everyone


def ask(room: Room, question: str, everyone: list[Participant], answers: list[Answer]) -> str:
    round_id = room.open_round("m1", question)
    vote_all(room, everyone, round_id, answers)
    room.close_round(round_id)
    return round_id


def yes(count: int) -> list[Answer]:
    return [chosen("yes")] * count


def no(count: int) -> list[Answer]:
    return [chosen("no")] * count


def refused(code: str, act: object) -> None:
    with pytest.raises(Problem) as problem:
        act()  # type: ignore[operator]
    assert problem.value.code == code


def test_groups_of_ten_are_shown_beside_one_another(running: Room) -> None:
    everyone = arrive(running, a=12, b=20)
    asked = ask(running, "bridge", everyone, [*yes(9), *no(3), *yes(5), *no(15)])
    groups = groups_by(running, asked, "age")
    assert groups.withheld is None
    young, old = groups.rows["a"], groups.rows["b"]
    assert young is not None
    assert old is not None
    assert (young.base, young.counts, young.percents) == (12, {"yes": 9, "no": 3}, {"yes": 75, "no": 25})
    assert (old.base, old.counts) == (20, {"yes": 5, "no": 15})


def test_a_small_group_is_hidden_and_a_second_one_with_it(running: Room) -> None:
    everyone = arrive(running, a=30, b=20, nobody=4)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(15), *yes(8), *no(12), *yes(1), *no(3)])
    groups = groups_by(running, asked, "age")
    assert set(groups.hidden) == {"b", NO_ANSWER}
    assert groups.rows["c"] == ShownRow(0, {"yes": 0, "no": 0}, {"yes": 0, "no": 0})
    assert groups.rows["a"] is not None
    assert groups.rows["b"] is None


def test_what_was_let_through_stays_whatever_people_say_of_themselves_later(running: Room) -> None:
    everyone = arrive(running, a=20, b=20)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(5), *yes(5), *no(15)])
    first = groups_by(running, asked, "age")
    door = running.stage("m1").composition_rounds()[0].id
    vote(running, everyone[0], door, chosen("b"))
    assert groups_by(running, asked, "age") == first


def test_looking_lets_nothing_through(running: Room) -> None:
    everyone = arrive(running, a=20, b=20)
    before = ask(running, "again", everyone, [*yes(20), *no(20)])
    after = ask(running, "again", everyone, [*yes(30), *no(10)])
    asked = ask(running, "bridge", everyone, [*yes(15), *no(5), *yes(5), *no(15)])
    for _ in range(2):
        refused("not_looked_at", lambda: running.groups(asked, "age"))
        refused("not_looked_at", lambda: running.flows(after))
    assert running.compared(asked) == running.compared(after) == ((), None)
    assert flows_to(running, after).before == before


class TestWithAnActBefore:
    """What is worked out from how things stood is written when they stand otherwise already."""

    @pytest.fixture
    def engine(self) -> WatchedEngine:
        return WatchedEngine()

    def test_a_table_holds_the_papers_that_were_counted_before_it(
        self, running: Room, kiosk: Kiosk, engine: WatchedEngine
    ) -> None:
        everyone = arrive(running, a=20, b=20)
        asked = ask(running, "bridge", everyone, [*yes(15), *no(5), *yes(5), *no(15)])
        engine.forget_jobs()
        group = Group(kiosk.store, engine)
        group.add(lambda: running.supplement(asked, paper([*yes(6), *no(6)]), "paper"))
        group.add(lambda: running.compare(asked, "by:age"))
        group.run()
        rows = running.groups(asked, "age").rows
        assert sorted(row.base for row in rows.values() if row is not None) == [0, 12, 20, 20]

    def test_a_result_is_of_the_closed_round(
        self, running: Room, kiosk: Kiosk, engine: WatchedEngine
    ) -> None:
        everyone = arrive(running, a=20)
        asked = running.open_round("m1", "bridge")
        vote_all(running, everyone, asked, [*yes(15), *no(5)])
        engine.forget_jobs()
        group = Group(kiosk.store, engine)
        group.add(lambda: running.close_round(asked))
        group.add(lambda: running.reveal(asked))
        group.run()
        [written] = kiosk.store.reader().execute(
            "SELECT body FROM release WHERE round = ? AND audience = 'room'", (asked,)
        )
        assert json.loads(written[0])["counts"] == {"yes": 15, "no": 5}


def test_nothing_is_crossed_while_a_round_is_open(running: Room) -> None:
    open_round = running.open_round("m1", "bridge")
    refused("still_open", lambda: groups_by(running, open_round, "age"))
    refused("still_open", lambda: flows_to(running, open_round))


def test_only_what_was_declared_is_crossed(running: Room) -> None:
    everyone = arrive(running, a=20)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(5)])
    refused("not_declared", lambda: groups_by(running, asked, "gender"))
    refused("not_declared", lambda: groups_by(running, asked, "nothing"))
    refused("not_paired", lambda: flows_to(running, asked))


def test_too_few_have_no_groups(running: Room) -> None:
    asked = ask(running, "bridge", arrive(running, a=3), yes(3))
    assert groups_by(running, asked, "age").withheld == "too_few"


def test_flows_tell_who_moved_to_the_nearest_five(running: Room) -> None:
    everyone = arrive(running, a=100)
    ask(running, "again", everyone, [*yes(60), *no(40)])
    after = ask(running, "again", everyone, [*yes(42), *no(18), *yes(11), *no(29)])
    flows = flows_to(running, after)
    assert flows.flows == {"yes": {"yes": 40, "no": 20}, "no": {"yes": 10, "no": 30}}


def test_few_movers_are_not_counted(running: Room) -> None:
    everyone = arrive(running, a=100)
    ask(running, "again", everyone, [*yes(60), *no(40)])
    after = ask(running, "again", everyone, [*yes(56), *no(4), *yes(7), *no(33)])
    assert flows_to(running, after).flows == {"yes": {"yes": 55, "no": None}, "no": {"yes": None, "no": 35}}


def test_the_room_looks_at_a_comparison_and_at_the_result_again(running: Room) -> None:
    everyone = arrive(running, a=20, b=20)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(5), *yes(5), *no(15)])
    refused("not_revealed", lambda: running.show(asked, "by:age"))
    running.reveal(asked)
    version = running.stage("m1").version
    running.show(asked, "by:age")
    assert running.stage("m1").detail == "by:age"
    assert running.stage("m1").version == version + 1
    running.show(asked, "by:age")
    assert running.stage("m1").version == version + 1, "the same again is no act"
    running.show(asked, None)
    assert running.stage("m1").detail is None
    refused("not_declared", lambda: running.show(asked, "by:gender"))


def test_the_next_item_begins_with_its_result(running: Room) -> None:
    everyone = arrive(running, a=20, b=20)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(5), *yes(5), *no(15)])
    running.reveal(asked)
    running.show(asked, "by:age")
    running.open_round("m1", "alone")
    assert running.stage("m1").detail is None


# ── Supplements ──────────────────────────────────────────────────────────────────────────────────────


def paper(answers: list[Answer], start: int = 0) -> list[tuple[str, Answer]]:
    return [(f"paper-{number:04}", answer) for number, answer in enumerate(answers, start)]


def test_a_few_paper_ballots_wait_and_ten_count(running: Room) -> None:
    everyone = arrive(running, a=20, b=20)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(5), *yes(5), *no(15)])
    before = running.disclosed(asked)
    added = running.supplement(asked, paper([*yes(3), *no(3)]), "paper")
    assert (added.counted, added.waiting) == (0, 6)
    assert running.disclosed(asked) == before
    added = running.supplement(asked, paper(yes(4), start=6), "paper")
    assert (added.counted, added.waiting) == (10, 0)
    after = running.disclosed(asked)
    assert after.counts == {"yes": 27, "no": 23}
    assert (after.answered, after.connected) == (50, 50)


def test_the_same_paper_ballots_again_add_nothing(running: Room) -> None:
    asked = ask(running, "bridge", arrive(running, a=20), [*yes(15), *no(5)])
    ballots = paper([*yes(6), *no(6)])
    assert running.supplement(asked, ballots, "paper").counted == 12
    assert running.supplement(asked, ballots, "paper").counted == 0
    assert running.disclosed(asked).answered == 32
    refused("ballot_conflict", lambda: running.supplement(asked, paper(no(1)), "paper"))


def test_paper_ballots_that_all_say_the_same_wait(running: Room) -> None:
    asked = ask(running, "bridge", arrive(running, a=20), [*yes(15), *no(5)])
    assert running.supplement(asked, paper(yes(12)), "paper").waiting == 12
    assert running.supplement(asked, paper(no(1), start=12), "paper").counted == 13


def test_a_table_that_was_shown_follows_and_hides_what_it_hid(running: Room) -> None:
    everyone = arrive(running, a=30, b=20, nobody=4)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(15), *yes(8), *no(12), *yes(1), *no(3)])
    before = groups_by(running, asked, "age")
    running.supplement(asked, paper([*yes(10), *no(10)]), "paper")
    after = groups_by(running, asked, "age")
    assert after.rows["a"] == before.rows["a"]
    assert set(after.hidden) == set(before.hidden)


def test_a_supplement_is_for_a_closed_round_of_a_meeting_that_is_not_sealed(running: Room) -> None:
    open_round = running.open_round("m1", "bridge")
    refused("still_open", lambda: running.supplement(open_round, paper(yes(1)), "paper"))
    running.close_round(open_round)
    refused("answer", lambda: running.supplement(open_round, [("paper-0001", {"value": 3})], "paper"))
    refused("malformed", lambda: running.supplement(open_round, paper(yes(1)), "phone"))
    refused("malformed", lambda: running.supplement(open_round, [("in two", chosen("yes"))], "paper"))
    running.end("m1")
    assert running.supplement(open_round, paper([*yes(6), *no(6)]), "paper").counted == 12
    running.seal("m1")
    refused("sealed", lambda: running.supplement(open_round, paper(yes(1), 20), "paper"))


def test_the_seal_keeps_what_was_shown_and_forgets_the_tables_behind_it(running: Room, kiosk: Kiosk) -> None:
    everyone = arrive(running, a=30, b=20, nobody=4)
    asked = ask(running, "bridge", everyone, [*yes(15), *no(15), *yes(8), *no(12), *yes(1), *no(3)])
    never_asked = ask(running, "again", everyone, [*yes(30), *no(24)])
    shown = groups_by(running, asked, "age")
    running.end("m1")
    running.seal("m1")
    assert groups_by(running, asked, "age") == shown
    refused("not_paired", lambda: flows_to(running, never_asked))
    assert _audiences(kiosk.store.reader()) == {"room", "by:age"}


def _audiences(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT audience FROM release")}


def test_somebody_who_abstained_is_in_no_row(running: Room) -> None:
    everyone = arrive(running, a=15, b=15)
    asked = ask(running, "bridge", everyone, [*yes(6), *no(6), *[ABSTAIN] * 3, *yes(10), *no(5)])
    row = groups_by(running, asked, "age").rows["a"]
    assert row is not None
    assert row.base == 12
