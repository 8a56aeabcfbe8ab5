"""Counting again: what a bundle says, held against itself. Pure: no database, no clock, no files.

The laptop has counted every round from its rows. Here the same rows are counted once more, and whatever does
not agree refuses the meeting whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kiosk.kinds import KINDS, Malformed, kind_of
from kiosk.meeting.document import DocumentError, Meeting, Question, read_document
from kiosk.meeting.tally import Answer, Tally, is_abstention, tally
from kiosk.statistics.population import RowFault, read_tables
from kiosk.sync.bundle import Manifest
from kiosk.sync.records import POPULATIONS, Record

UNRECORDED = "unrecorded"
"""The channel of answers whose bundle tells none."""
HANDS = "hands"


class Differs(ValueError):
    """The records of a bundle do not agree with one another; the message says where, in English."""


@dataclass(frozen=True)
class ChannelTally:
    """A tally of those who answered a round through one channel."""

    round: str
    channel: str
    answered: int
    valid: int
    abstained: int
    dont_know: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Recount:
    """A meeting that agrees with itself: its document, its records by table, and its tallies."""

    meeting: Meeting
    records: Mapping[str, list[Record]]
    tallies: tuple[ChannelTally, ...]

    @property
    def participants(self) -> int:
        """As many as were connected to the round that most were connected to."""
        return max((round["connected"] for round in self.records["rounds"]), default=0)

    def is_last_run(self, round: Record) -> bool:
        runs = [one["run"] for one in self.records["rounds"] if one["question"] == round["question"]]
        return bool(round["run"] == max(runs))


def recount(manifest: Manifest, records: Mapping[str, list[Record]]) -> Recount:
    """Check the records of a bundle against one another and count them; Differs where they do not agree."""
    meeting = _read_meeting(manifest, records["meeting"][0]["document"])
    rounds = _rounds(meeting, records["rounds"])
    answers = _answers(meeting, rounds, records["answers"], records["texts"])
    stated = _by_round(records["tallies"])
    if set(stated) != set(rounds) or len(records["tallies"]) != len(rounds):
        raise Differs("not every round has one tally")
    tallies: list[ChannelTally] = []
    for name, round in rounds.items():
        question = meeting.questions[round["question"]]
        if round["composition"]:
            tallies.append(_composition(question, stated[name][0], round))
        else:
            tallies += _counted_anew(question, stated[name][0], round, answers.get(name, []))
    tallies += _hands(meeting, rounds, records["hands"])
    _check_released(rounds, records["released"])
    _check_populations(records[POPULATIONS])
    return Recount(meeting, records, tuple(tallies))


def _read_meeting(manifest: Manifest, document: Record) -> Meeting:
    try:
        meeting = read_document(document)
    except (DocumentError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Differs(f"the meeting document cannot be read ({error})") from None
    if (meeting.id, meeting.dialogue_id) != (manifest.meeting, manifest.dialogue):
        raise Differs("the document is that of another meeting")
    unknown = sorted({question.kind for question in meeting.questions.values()} - set(KINDS))
    if unknown:
        raise Differs(f"the central store does not know questions of the kind {unknown[0]} yet")
    return meeting


def _rounds(meeting: Meeting, records: Iterable[Record]) -> dict[str, Record]:
    rounds: dict[str, Record] = {}
    runs: set[tuple[str, int]] = set()
    for number, round in enumerate(records, start=1):
        question = meeting.questions.get(round["question"])
        if question is None or question.version != round["question_version"]:
            raise Differs(f"round {number} asks what the document does not have")
        if round["number"] != number or round["composition"] != question.composition:
            raise Differs(f"round {number} is not what it says it is")
        if round["id"] in rounds or (question.id, round["run"]) in runs:
            raise Differs(f"round {number} is there twice")
        rounds[round["id"]] = round
        runs.add((question.id, round["run"]))
    return rounds


def _answers(
    meeting: Meeting, rounds: Mapping[str, Record], answers: Iterable[Record], texts: Iterable[Record]
) -> dict[str, list[tuple[str, Answer]]]:
    """The answers of each round, each with its channel."""
    found: dict[str, list[tuple[str, Answer]]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for record in (*answers, *texts):
        round = rounds.get(record["round"])
        if round is None or round["composition"]:
            raise Differs("an answer belongs to no round that has answers")
        question = meeting.questions[round["question"]]
        name = record["round"], record["respondent"]
        if name in seen:
            raise Differs(f"question {question.id}: a respondent is there twice")
        seen.add(name)
        _check_answer(question, record)
        answer = record["answer"] if "answer" in record else {"text": record["text"]}
        found[record["round"]].append((record["channel"] or UNRECORDED, answer))
    return found


def _check_answer(question: Question, record: Record) -> None:
    if set(record["composition"]) != set(question.breakdown):
        raise Differs(f"question {question.id}: an answer carries what the question did not declare")
    if "text" in record:
        # A text that was not approved is empty by now, which no participant could have sent.
        fits = kind_of(question).is_text
    elif is_abstention(record["answer"]):
        fits = record["answer"] == {"abstain": True}
    else:
        fits = not kind_of(question).is_text and _is_canonical(question, record["answer"])
    if not fits:
        raise Differs(f"question {question.id}: an answer does not fit the question")


def _is_canonical(question: Question, answer: Answer) -> bool:
    try:
        return bool(kind_of(question).check(question, answer) == answer)
    except Malformed:
        return False


def _counted_anew(
    question: Question, stated: Record, round: Record, answers: list[tuple[str, Answer]]
) -> list[ChannelTally]:
    counted = _tally(question, round, [answer for _, answer in answers])
    if _spelt(counted) != dict(stated):
        raise Differs(f"question {question.id}: the tally is another")
    if counted.answered > round["connected"]:
        raise Differs(f"question {question.id}: more have answered than were connected")
    channels = sorted({channel for channel, _ in answers}) or [UNRECORDED]
    if len(channels) == 1:
        return [_of_channel(channels[0], counted)]
    return [
        _of_channel(channel, _tally(question, round, [one for name, one in answers if name == channel]))
        for channel in channels
    ]


def _tally(question: Question, round: Record, answers: list[Answer]) -> Tally:
    kind = kind_of(question)
    return tally(round["id"], answers, round["connected"], lambda valid: kind.count(question, valid))


def _spelt(counted: Tally) -> Record:
    return {
        "round": counted.round,
        "answered": counted.answered,
        "abstained": counted.abstained,
        "dont_know": counted.dont_know,
        "counts": dict(counted.counts),
    }


def _of_channel(channel: str, counted: Tally) -> ChannelTally:
    return ChannelTally(
        counted.round,
        channel,
        counted.answered,
        counted.valid,
        counted.abstained,
        counted.dont_know,
        counted.counts,
    )


def _composition(question: Question, stated: Record, round: Record) -> ChannelTally:
    """Of who is here only counts travel, so they can be checked for sense alone."""
    valid = stated["answered"] - stated["abstained"] - stated["dont_know"]
    bars = {bar.id for bar in kind_of(question).bars(question)}
    counts = stated["counts"]
    adds_up = max(counts.values(), default=0) <= valid if counts else valid >= 0
    if kind_of(question).is_multiple(question) is False and counts:
        adds_up = sum(counts.values()) == valid
    if valid < 0 or not adds_up or not set(counts) <= bars or stated["answered"] > round["connected"]:
        raise Differs(f"question {question.id}: the counts do not add up")
    return ChannelTally(
        round["id"],
        UNRECORDED,
        stated["answered"],
        valid,
        stated["abstained"],
        stated["dont_know"],
        counts,
    )


def _hands(meeting: Meeting, rounds: Mapping[str, Record], records: Iterable[Record]) -> list[ChannelTally]:
    """Raised hands, as a channel of their own: counts that a facilitator entered, never added to answers."""
    tallies: list[ChannelTally] = []
    for name, counted in _by_round(records).items():
        if name not in rounds:
            raise Differs("hands were counted in no round")
        question = meeting.questions[rounds[name]["question"]]
        counts = {record["option"]: record["count"] for record in counted}
        bars = {bar.id for bar in kind_of(question).bars(question)}
        if len(counts) != len(counted) or not set(counts) <= bars:
            raise Differs(f"question {question.id}: hands were raised for no option")
        everyone = sum(counts.values())
        tallies.append(ChannelTally(name, HANDS, everyone, everyone, 0, 0, counts))
    return tallies


def _check_released(rounds: Mapping[str, Record], records: Iterable[Record]) -> None:
    seen: set[tuple[str, str, int]] = set()
    for record in records:
        name = record["round"], record["audience"], record["number"]
        if record["round"] not in rounds or name in seen:
            raise Differs("a release belongs to no round, or is there twice")
        seen.add(name)


def _check_populations(records: Sequence[Record]) -> None:
    if len(records) > 1:
        raise Differs("a meeting is compared with one population")
    for record in records:
        try:
            read_tables(record["table"])
        except RowFault as fault:
            raise Differs(f"the population cannot be read ({fault})") from None


def _by_round(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record["round"]].append(record)
    return found
