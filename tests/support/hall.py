"""Meetings held at random, all that is shown of them, and what an attacker makes of it.

``Hall`` holds a meeting of 5 to 300 people with late joins, people who change what they said of themselves,
rounds asked again, answers by group and flows. ``interrogate`` tells an attacker everything that was shown.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from kiosk.meeting.tally import Tally
from kiosk.statistics.composition import DECLINED, LEAST_MOVE, Picture, next_picture
from kiosk.statistics.disclosure import (
    NO_ANSWER,
    AnswersByGroup,
    Disclosed,
    DisclosedFlows,
    DisclosedGroups,
    DisclosedLive,
    Row,
    Transitions,
    disclose,
    disclose_flows,
    disclose_groups,
)
from kiosk.statistics.disclosure.flows import NEAREST
from kiosk.statistics.thresholds import DEFAULTS
from tests.support.attacker import Attacker, Cell

GONE, COME = "gone", "come"


@dataclass
class Person:
    """Somebody in the room: what they say of themselves, if anything, and how they have answered."""

    says: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


@dataclass
class Shown:
    """Everything that left the server, with the truth behind it for the one who checks."""

    pictures: dict[str, list[tuple[Picture, Mapping[str, int]]]] = field(default_factory=dict)
    totals: dict[str, Disclosed] = field(default_factory=dict)
    tables: list[tuple[DisclosedGroups, AnswersByGroup, int, Mapping[str, int]]] = field(default_factory=list)
    flows: list[tuple[DisclosedFlows, Transitions]] = field(default_factory=list)
    live: dict[str, list[tuple[DisclosedLive, Mapping[str, int]]]] = field(default_factory=dict)


class Hall:
    """A meeting held at random, shown as the room would show it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.variables = {
            name: [f"{name}{number}" for number in range(self.chance.randint(2, 6))]
            for name in ("age", "gender")[: self.chance.randint(1, 2)]
        }
        self.sensitive = {name: self.chance.random() < 0.2 for name in self.variables}
        self.changes_mind = self.chance.random() < 0.3
        self.options = [f"o{number}" for number in range(self.chance.randint(2, 5))]
        self.people: list[Person] = []
        self.shown = Shown({name: [] for name in self.variables})
        self._leans = {
            name: [self.chance.random() ** 2 + 0.01 for _ in values]
            for name, values in self.variables.items()
        }

    def hold(self) -> Shown:
        size = round(5 * 60 ** self.chance.random())
        rounds = [f"r{number}" for number in range(self.chance.randint(1, 3))]
        for number, name in enumerate(rounds):
            newcomers = size if number == 0 else self.chance.choice([0, 0, 1, 2, size // 4])
            self.arrive(newcomers)
            self.ask(name)
        if len(rounds) > 1:
            self.compare(rounds[-2], rounds[-1])
        return self.shown

    def arrive(self, newcomers: int) -> None:
        """People come, and say who they are one after the other: or decline, or say nothing."""
        for _ in range(newcomers):
            person = Person()
            self.people.append(person)
            for name, values in self.variables.items():
                if self.chance.random() < 0.9:
                    declines = self.chance.random() < 0.05
                    value = DECLINED if declines else self.chance.choices(values, self._leans[name])[0]
                    person.says[name] = value
            if self.changes_mind and self.chance.random() < 0.02:
                other = self.chance.choice(self.people)
                for name in other.says:
                    other.says[name] = self.chance.choice(self.variables[name])
            self.step()

    def step(self) -> None:
        for name, sensitive in self.sensitive.items():
            seen = self.shown.pictures[name]
            last = seen[-1][0] if seen else None
            picture = next_picture(last, counts := self.count(name), sensitive=sensitive)
            if picture is not None and picture is not last:
                seen.append((picture, counts))

    def count(self, name: str) -> dict[str, int]:
        said = Counter(person.says[name] for person in self.people if name in person.says)
        return {value: said[value] for value in (*self.variables[name], DECLINED)}

    def ask(self, round_id: str) -> None:
        """A round is opened, answered by most, closed; its total and all its tables are shown."""
        leans = [self.chance.random() ** 3 for _ in self.options]
        lean_of: dict[str, list[float]] = {}
        for person in self.people:
            if self.chance.random() < self.chance.choice([0.95, 1.0]):
                mood = lean_of.setdefault(
                    person.says.get("age", ""), [lean + 0.3 * self.chance.random() ** 3 for lean in leans]
                )
                person.answers[round_id] = self.chance.choices(self.options, mood)[0]
        self.show(round_id)

    def show(self, round_id: str) -> None:
        total = self.total(round_id)
        self.shown.totals[round_id] = total
        for name in self.variables:
            seen = len(self.shown.pictures[name])
            table = self.table(round_id, name)
            self.shown.tables.append((self.groups(table, total), table, seen, self.count(name)))

    def total(self, round_id: str) -> Disclosed:
        return disclose(self.tally(round_id), status="revealed", sensitive=False, multiple=False)

    def groups(self, table: AnswersByGroup, total: Disclosed) -> DisclosedGroups:
        seen = self.shown.pictures[table.by]
        hidden = seen[-1][0].hidden if seen else frozenset(self.variables[table.by])
        return disclose_groups(table, total, hidden_in_room=hidden)

    def flows(self, transitions: Transitions) -> DisclosedFlows:
        totals = self.shown.totals
        return disclose_flows(transitions, totals[transitions.before], totals[transitions.after])

    def tally(self, round_id: str) -> Tally:
        given = Counter(person.answers[round_id] for person in self.people if round_id in person.answers)
        return Tally(
            round_id,
            given.total(),
            0,
            0,
            len(self.people),
            {option: given[option] for option in self.options},
        )

    def table(self, round_id: str, name: str) -> AnswersByGroup:
        rows = {}
        for group in (*self.variables[name], NO_ANSWER):
            answers = [
                person.answers[round_id]
                for person in self.people
                if round_id in person.answers and person.says.get(name, NO_ANSWER) == group
            ]
            given = Counter(answers)
            rows[group] = Row(len(answers), {option: given[option] for option in self.options})
        return AnswersByGroup(round_id, name, rows)

    def compare(self, before: str, after: str) -> None:
        moved = {start: dict.fromkeys(self.options, 0) for start in self.options}
        gone, come = dict.fromkeys(self.options, 0), dict.fromkeys(self.options, 0)
        for person in self.people:
            start, end = person.answers.get(before), person.answers.get(after)
            if start is not None and end is not None:
                moved[start][end] += 1
            elif start is not None:
                gone[start] += 1
            elif end is not None:
                come[end] += 1
        transitions = Transitions(before, after, moved, gone, come)
        self.shown.flows.append((self.flows(transitions), transitions))


def interrogate(hall: Hall, shown: Shown) -> tuple[Attacker, list[Cell]]:
    """All that was shown, told to an attacker; and the numbers that nobody may find out."""
    attacker, guarded = Attacker(), list[Cell]()
    for name, seen in shown.pictures.items():
        guarded += watch_pictures(attacker, hall, name, seen)
    for table, truth, pictures_seen, said in shown.tables:
        guarded += read_table(attacker, hall, shown, table, truth, pictures_seen, said)
    for told, transitions in shown.flows:
        guarded += read_flows(attacker, shown, told, transitions)
    for round_id, bars in shown.live.items():
        watch_live(attacker, bars, shown.totals[round_id].counts if not hall.changes_mind else None)
    return attacker, guarded


def watch_pictures(
    attacker: Attacker, hall: Hall, name: str, seen: Sequence[tuple[Picture, Mapping[str, int]]]
) -> list[Cell]:
    guarded: list[Cell] = []
    before: dict[str, int | None] = {}
    for number, (picture, counts) in enumerate(seen):
        cells = {group: attacker.wonder((name, number, group), counts[group]) for group in picture.shown}
        attacker.learn_sum(cells.values(), picture.answered, picture.answered)
        for group, count in picture.shown.items():
            cell = cells[group]
            if count is None:
                if 0 < counts[group] < DEFAULTS.count or (hall.sensitive[name] and counts[group] == 0):
                    guarded.append(cell)
            elif count == 0 or (number > 0 and before[group] is not None and before[group] != count):
                attacker.learn(cell, count, count)
            else:
                attacker.learn(cell, count - LEAST_MOVE + 1, count + LEAST_MOVE - 1)
            if number > 0 and not hall.changes_mind:
                attacker.learn_sum([cell], 0, inf, less=[(name, number - 1, group)])
        before = dict(picture.shown)
    return guarded


def watch_live(
    attacker: Attacker,
    seen: Sequence[tuple[DisclosedLive, Mapping[str, int]]],
    total: Mapping[str, int] | None,
) -> None:
    """Bars of the first ballots, to the nearest five percent: each picture's are among the next one's."""
    before: dict[str, Cell] = {}
    for bars, counts in seen:
        cells = {
            option: attacker.wonder((bars.round, bars.ballots, option), count)
            for option, count in counts.items()
        }
        attacker.learn_sum(cells.values(), bars.ballots, bars.ballots)
        for option, cell in cells.items():
            least, most = (bars.percents[option] + side for side in (-2.5, 2.5))
            attacker.learn_sum([cell], least * bars.ballots / 100, most * bars.ballots / 100)
            attacker.learn_sum([cell], 0, inf, less=[before[option]] if before else [])
            if total is not None:
                attacker.learn(cell, 0, total[option])
        before = cells


def read_table(
    attacker: Attacker,
    hall: Hall,
    shown: Shown,
    table: DisclosedGroups,
    truth: AnswersByGroup,
    pictures_seen: int,
    said: Mapping[str, int],
) -> list[Cell]:
    """A table, shown or not: its cells add to the total, its rows are no more than who said so by then."""
    total = shown.totals[truth.round]
    if total.counts is None:
        return []
    rows = {
        group: {
            option: attacker.wonder((truth.round, table.by, group, option), count)
            for option, count in row.counts.items()
        }
        for group, row in truth.rows.items()
    }
    for option, count in total.counts.items():
        attacker.learn_sum([row[option] for row in rows.values()], count, count)
    learn_who_said_so(attacker, hall, truth, rows, pictures_seen, said)
    if table.withheld:
        return []
    guarded: list[Cell] = []
    for group, cells in rows.items():
        row = table.rows[group]
        if row is not None:
            for option, cell in cells.items():
                attacker.learn(cell, row.counts[option], row.counts[option])
            continue
        if truth.rows[group].base:
            contested = [option for option, count in total.counts.items() if 0 < count < (total.valid or 0)]
            guarded += [cells[option] for option in contested]
        base = attacker.wonder((truth.round, table.by, group), truth.rows[group].base)
        attacker.learn_sum([base], 0, 0, less=cells.values())
        if 0 < truth.rows[group].base < DEFAULTS.count:
            guarded.append(base)
    return guarded


def learn_who_said_so(
    attacker: Attacker,
    hall: Hall,
    table: AnswersByGroup,
    rows: Mapping[str, Mapping[str, Cell]],
    pictures_seen: int,
    said: Mapping[str, int],
) -> None:
    """How many had said so by then is on every console; it lies between two pictures."""
    counts = {
        group: attacker.wonder((table.by, table.round, "said", group), count) for group, count in said.items()
    }
    attacker.learn_sum(counts.values(), sum(said.values()), sum(said.values()))
    for group, cells in rows.items():
        if group != NO_ANSWER:
            attacker.learn_sum([counts[group]], 0, inf, less=cells.values())
            if not hall.changes_mind and pictures_seen:
                attacker.learn_sum([counts[group]], 0, inf, less=[(table.by, pictures_seen - 1, group)])
            later = (table.by, pictures_seen, group)
            if not hall.changes_mind and later in attacker.truth:
                attacker.learn_sum([later], 0, inf, less=[counts[group]])


def read_flows(
    attacker: Attacker, shown: Shown, told: DisclosedFlows, transitions: Transitions
) -> list[Cell]:
    before, after = shown.totals[transitions.before], shown.totals[transitions.after]
    if before.counts is None or after.counts is None:
        return []
    cells = {
        (start, end): attacker.wonder(("flow", start, end), people)
        for start, row in transitions.moved.items()
        for end, people in row.items()
    }
    cells |= {
        (start, GONE): attacker.wonder(("flow", start, GONE), people)
        for start, people in transitions.gone.items()
    }
    cells |= {
        (COME, end): attacker.wonder(("flow", COME, end), people) for end, people in transitions.come.items()
    }
    for option, count in before.counts.items():
        attacker.learn_sum([cell for (start, _), cell in cells.items() if start == option], count, count)
    for option, count in after.counts.items():
        attacker.learn_sum([cell for (_, end), cell in cells.items() if end == option], count, count)
    for who, people in (
        ([cell for (_, end), cell in cells.items() if end == GONE], sum(transitions.gone.values())),
        ([cell for (start, _), cell in cells.items() if start == COME], sum(transitions.come.values())),
    ):
        attacker.learn_sum(who, people, people)
    if told.withheld:
        return []
    return learn_flows(attacker, cells, told, transitions)


def learn_flows(
    attacker: Attacker,
    cells: Mapping[tuple[str, str], Cell],
    told: DisclosedFlows,
    transitions: Transitions,
) -> list[Cell]:
    guarded: list[Cell] = []
    for (start, end), cell in cells.items():
        if start == COME or end == GONE:
            if attacker.truth[cell]:
                guarded.append(cell)
            continue
        people = told.flows[start][end]
        if people is None:
            attacker.learn(cell, 0, DEFAULTS.base - 1)
            if attacker.truth[cell]:
                guarded.append(cell)
        else:
            attacker.learn(cell, max(people - NEAREST // 2, DEFAULTS.base), people + NEAREST // 2)
    return guarded
