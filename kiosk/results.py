"""Results in words and lengths: what the windows draw, made from what the disclosure gate let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kiosk import labels
from kiosk.kinds import kind_of
from kiosk.languages import comma_separated, current, ngettext, number, percent, speaking, wording
from kiosk.languages import gettext as _
from kiosk.meeting.document import Option
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.statistics.disclosure import Bound, Disclosed, DisclosedLive
from kiosk.statistics.scales import median_category
from kiosk.statistics.shares import joint_percent

Side = Literal["", "against", "neutral", "for"]

LEAST_REACH = 20.0
"""Percent that each side of a diverging bar has room for at least, so that small shares look small."""
APART = 6.0
"""Between the scale and what stands apart from it, in percent of the base."""


@dataclass(frozen=True)
class Bar:
    """One bar. ``length`` is its exact share of the base, 0 to 100; ``count`` is None where it is hidden.

    Where everybody answered a sensitive question alike, ``bound`` says which side the share is on, and the
    length is that of the words. ``side`` is the half of a worded scale that a step belongs to, and ``tone``
    how far out in it the step is: the same as its piece of the diverging bar has.
    """

    id: str
    label: str
    lang: str
    count: int | None
    percent: int | None
    length: float
    count_text: str
    percent_text: str
    bound: Bound | None = None
    side: Side = ""
    tone: str = ""


@dataclass(frozen=True)
class Segment:
    """One step of a worded scale as a piece of a bar: its place and length in whole percent of the base."""

    id: str
    tone: str
    start: float
    length: float


@dataclass(frozen=True)
class Diverging:
    """A worded scale around its middle: steps against to one side of ``centre``, steps for to the other.

    Neutral answers stand apart, and after them those who do not know. ``whole`` is the length of it all.
    ``against`` and ``for_`` are the shares of the two sides, in words.
    """

    centre: float
    whole: float
    segments: tuple[Segment, ...]
    against: str = ""
    for_: str = ""

    def place_of(self, step: str) -> float:
        """Where the piece of a step begins."""
        return next(segment.start for segment in self.segments if segment.id == step)

    def part(self, length: float) -> float:
        """A length or place in percent of the whole picture."""
        return round(100 * length / self.whole, 2)


@dataclass(frozen=True)
class Result:
    """The result of one round in one language, with every note that a figure must carry.

    ``headline`` is what it leads with, and ``aside`` what stands beside that. A worded scale leads with its
    two highest steps, a line of numbers with its middle: few ever choose the ends of a long line.
    ``honest_line`` can stand alone; ``chosen_line`` is for where the base is said beside it.
    """

    round_id: str
    run: int
    runs_in_all: int
    kind: str
    multiple: bool
    ordered: bool
    title: str
    title_lang: str
    help: str
    withheld: str | None
    answered: int
    valid: int
    abstained: int
    dont_know: int
    connected: int
    has_percent: bool
    bars: tuple[Bar, ...]
    headline: str | None
    base_line: str
    honest_line: str
    notes: tuple[str, ...]
    sentence: str
    texts: tuple[str, ...]
    end_labels: tuple[str, str] | None
    rehearsal: bool
    aside: str | None = None
    diverging: Diverging | None = None
    chosen_line: str = ""

    def largest_first(self) -> Result:
        """As it is read in every window: by size where the options have no order; equal ones keep theirs."""
        if self.ordered:
            return self
        return replace(self, bars=tuple(sorted(self.bars, key=lambda bar: -bar.length)))

    def quotes(self) -> tuple[tuple[str, int], ...]:
        """The texts, each with how many wrote it, the most first; those that say the same are one."""
        alike: dict[str, list[str]] = {}
        for text in self.texts:
            alike.setdefault(sense_of(text), []).append(text)
        return tuple((same[0], len(same)) for same in sorted(alike.values(), key=len, reverse=True))


@dataclass(frozen=True)
class Live:
    """Bars of a round that is still open, and what they rest on; no counts, and no result."""

    bars: tuple[Bar, ...]
    note: str

    @property
    def by_id(self) -> Mapping[str, Bar]:
        return {bar.id: bar for bar in self.bars}


def live_view(stage: Stage, round: Round, shown: DisclosedLive, language: str) -> Live:
    """The bars of an open round, in a language."""
    question = stage.question_of(round)
    with speaking(language):
        note = labels.live_label(shown.ballots)
        return Live(
            tuple(
                Bar(
                    option.id, *wording(option.text, current(), stage.meeting.languages), None,
                    shown.percents[option.id], shown.percents[option.id], "",
                    percent(shown.percents[option.id]),
                )
                for option in kind_of(question).bars(question)
            ),
            note,
        )  # fmt: skip


def result_view(stage: Stage, round: Round, disclosed: Disclosed, language: str) -> Result:
    """The result of a closed round, in a language."""
    with speaking(language):
        return _Wording(stage, round, disclosed).result()


class _Wording:
    """One result being put into words."""

    def __init__(self, stage: Stage, round: Round, disclosed: Disclosed) -> None:
        self._round = round
        self._disclosed = disclosed
        self._question = stage.question_of(round)
        self._kind = kind_of(self._question)
        self._fallback = stage.meeting.languages
        self._runs_in_all = sum(other.question == round.question for other in stage.rounds)
        self._rehearsal = round.rehearsal or stage.rehearsal > 0

    def result(self) -> Result:
        title, title_lang = self._words(self._question.text)
        disclosed = self._disclosed
        bars = self._bars()
        headline, aside = self._leading()
        return Result(
            round_id=self._round.id,
            run=self._round.run,
            runs_in_all=self._runs_in_all,
            kind=self._question.kind,
            multiple=self._kind.is_multiple(self._question),
            ordered=self._kind.is_ordered(self._question),
            title=title,
            title_lang=title_lang,
            help=self._words(self._question.help)[0],
            withheld=disclosed.withheld,
            answered=disclosed.answered,
            valid=disclosed.valid or 0,
            abstained=disclosed.abstained or 0,
            dont_know=disclosed.dont_know or 0,
            connected=disclosed.connected,
            has_percent=disclosed.told_percents is not None,
            bars=bars,
            headline=headline,
            aside=aside,
            diverging=self._diverging(),
            base_line=self._base_line(),
            honest_line=labels.meeting_label(disclosed.answered, disclosed.connected),
            chosen_line=labels.chosen_label(),
            notes=tuple(self._notes()),
            sentence=self._sentence(bars),
            texts=tuple(disclosed.texts),
            end_labels=self._end_labels(),
            rehearsal=self._rehearsal,
        )

    def _bars(self) -> tuple[Bar, ...]:
        counts = self._disclosed.told_counts
        if self._disclosed.bounds is not None:
            return self._bounded_bars(self._disclosed.bounds)
        if counts is None:
            return ()
        sides = self._kind.halves(self._question)
        tones = tones_of(sides)
        base = self._disclosed.valid or 0
        percents = self._disclosed.told_percents
        return tuple(
            replace(
                bar_of(option, self._words(option.text), counts[option.id], base, percents),
                side=sides.get(option.id, ""),
                tone=tones.get(option.id, ""),
            )
            for option in self._kind.bars(self._question)
            if option.id in counts
        )

    def _bounded_bars(self, bounds: Mapping[str, Bound]) -> tuple[Bar, ...]:
        return tuple(
            bounded_bar(option, self._words(option.text), bounds[option.id])
            for option in self._kind.bars(self._question)
            if option.id in bounds
        )

    def _diverging(self) -> Diverging | None:
        """The picture of a worded scale, once its percentages may be told."""
        disclosed, sides = self._disclosed, self._kind.halves(self._question)
        base = disclosed.valid or 0
        counts, percents = disclosed.told_counts, disclosed.told_percents
        if not sides or not base or counts is None or percents is None:
            return None
        against, in_favour = (
            percent(self._joint([step for step in counts if sides[step] == side], counts, percents, base))
            for side in ("against", "for")
        )
        picture = diverging(counts, sides, base, disclosed.dont_know or 0)
        return replace(picture, against=against, for_=in_favour)

    def _joint(
        self, side: Sequence[str], counts: Mapping[str, int], percents: Mapping[str, int], base: int
    ) -> int:
        """What stands over a side: the sum of its rows, or what the headline says of the same rows."""
        top = self._kind.top(self._question)
        several = sum(counts[step] > 0 for step in side) > 1
        if several and top is not None and set(top.bars) == set(side):
            return joint_percent(counts, side, base)
        return sum(percents[step] for step in side)

    def _median(self) -> str | None:
        """The answer in the middle, in words; both where exactly half have answered lower."""
        counts = self._disclosed.told_counts
        if not counts or self._disclosed.told_percents is None or not self._kind.has_steps(self._question):
            return None
        words = {bar.id: self._words(bar.text)[0] for bar in self._kind.bars(self._question)}
        names = [_("“%(name)s”") % {"name": words[step]} for step in median_category(counts)]
        return _("The answer in the middle: %(names)s.") % {"names": _(" and ").join(names)}

    def _base_line(self) -> str:
        """How many answered, of how many, and what the percentages are of."""
        disclosed = self._disclosed
        parts = [
            _("%(answered)s of %(connected)s have answered")
            % {"answered": number(disclosed.answered), "connected": number(disclosed.connected)}
        ]
        if disclosed.withheld is not None:
            return parts[0]  # among so few, an abstention would be somebody's
        if disclosed.abstained:
            parts.append(
                ngettext("%(n)s abstained", "%(n)s abstained", disclosed.abstained)
                % {"n": number(disclosed.abstained)}
            )
        if disclosed.dont_know:
            parts.append(
                ngettext("%(n)s does not know", "%(n)s do not know", disclosed.dont_know)
                % {"n": number(disclosed.dont_know)}
            )
        if disclosed.told_counts and disclosed.told_percents is not None and disclosed.valid:
            parts.append(_("percent of %(n)s") % {"n": number(disclosed.valid)})
        return comma_separated(parts)

    def _notes(self) -> list[str]:
        disclosed = self._disclosed
        notes = []
        if self._runs_in_all > 1:
            notes.append(_("Round %(run)s of this question.") % {"run": number(self._round.run)})
        if self._is_rounded_together():
            notes.append(_("Shares are rounded so that they add up."))
        if self._kind.is_multiple(self._question) and disclosed.told_counts:
            notes.append(labels.multiple_label())
        if disclosed.told_counts and disclosed.told_percents is None:
            notes.append(_("Fewer than ten answers: counts only, no percentages."))
        if disclosed.bounds is not None:
            notes.append(_("Everybody answered alike. How many is not said, so that nobody’s answer is."))
        if self._kind.is_text and disclosed.told_counts is not None:
            notes.append(_("Only texts that the facilitator has approved are shown."))
        return notes

    def _is_rounded_together(self) -> bool:
        """Whether a share is told as another number than by itself, or than its rows add to."""
        disclosed = self._disclosed
        counts, percents, base = disclosed.told_counts, disclosed.told_percents, disclosed.valid
        if not counts or not percents or not base:
            return False
        top = self._kind.top(self._question)
        told_together = [[name] for name in counts] + ([list(top.bars)] if top else [])
        return any(
            sum(percents[name] for name in names) != joint_percent(counts, names, base)
            for names in told_together
        )

    def _leading(self) -> tuple[str | None, str | None]:
        """What leads the result, and what stands beside that."""
        top, middle = self._top_share(), self._median()
        in_numbers = middle is not None and not self._question.options
        return (middle, top) if in_numbers else (top, middle)

    def _top_share(self) -> str | None:
        top = self._kind.top(self._question)
        if top is None or not self._disclosed.told_counts:
            return None
        words = {
            "lowest": self._words(top.lowest.text)[0],
            "highest": self._words(top.highest.text)[0],
        }
        base = self._disclosed.valid or 0
        in_numbers = not self._question.options
        if self._disclosed.told_percents is None:
            count = sum(self._disclosed.told_counts[name] for name in top.bars)
            said = (
                _("%(n)s of %(base)s answered %(lowest)s or %(highest)s")
                if in_numbers
                else _("%(n)s of %(base)s: “%(highest)s” or “%(lowest)s”")
            )
            return said % {"n": number(count), "base": number(base), **words}
        share = joint_percent(self._disclosed.told_counts, top.bars, base)
        said = (
            _("%(share)s answered %(lowest)s or %(highest)s")
            if in_numbers
            else _("%(share)s: “%(highest)s” or “%(lowest)s”")
        )
        return said % {"share": percent(share), **words}

    def _sentence(self, bars: Sequence[Bar]) -> str:
        """The result in one sentence, for those who cannot see bars."""
        if self._disclosed.withheld == "too_few":
            return _("Too few answers to show a result.")
        if self._disclosed.withheld == "open":
            return _("The question is still open.")
        if self._kind.is_text:
            shown = len(self._disclosed.texts)
            return ngettext("%(n)s answer is shown.", "%(n)s answers are shown.", shown) % {
                "n": number(shown)
            }
        if self._disclosed.bounds is not None:
            return " · ".join(f"{bar.label}: {bar.count_text}" for bar in bars if bar.bound == "at_least_90")
        leaders = _leaders(bars)
        names = _("“%(name)s”") % {"name": leaders[0].label}
        if len(leaders) > 1:
            names = _(" and ").join(_("“%(name)s”") % {"name": bar.label} for bar in leaders)
            return _("Most answers, equally many: %(names)s, with %(amount)s each.") % {
                "names": names,
                "amount": _amount(leaders[0]),
            }
        return _("Most answers: %(names)s, with %(amount)s.") % {
            "names": names,
            "amount": _amount(leaders[0]),
        }

    def _end_labels(self) -> tuple[str, str] | None:
        labels = self._question.settings.get("labels")
        if not isinstance(labels, Mapping) or self._question.options:
            return None
        return self._words(labels.get("min", {}))[0], self._words(labels.get("max", {}))[0]

    def _words(self, text: Mapping[str, str]) -> tuple[str, str]:
        return wording(text, current(), self._fallback)


def sense_of(text: str) -> str:
    """What texts have in common that differ in spaces and capitals alone."""
    return " ".join(text.split()).casefold()


def tones_of(sides: Mapping[str, Side]) -> dict[str, str]:
    """The name of each step's colour: its side, and how many steps from the middle it is."""
    against = [step for step, side in sides.items() if side == "against"]
    in_favour = [step for step, side in sides.items() if side == "for"]
    return {
        **{step: "neutral" for step, side in sides.items() if side == "neutral"},
        **{step: f"against-{place}" for place, step in enumerate(reversed(against), start=1)},
        **{step: f"for-{place}" for place, step in enumerate(in_favour, start=1)},
    }


def diverging(counts: Mapping[str, int], sides: Mapping[str, Side], base: int, dont_know: int) -> Diverging:
    """Steps around a middle line, their lengths in percent of the base (above 0), and those apart beside."""
    tones = tones_of(sides)
    length = {step: 100 * count / base for step, count in counts.items()}
    against = [step for step in counts if sides[step] == "against"]
    in_favour = [step for step in counts if sides[step] == "for"]
    neutral = [step for step in counts if sides[step] == "neutral"]
    reach = max(sum(length[step] for step in side) for side in (against, in_favour))
    reach = max(reach, LEAST_REACH)
    segments: list[Segment] = []
    place = reach
    for step in reversed(against):
        place -= length[step]
        segments.append(Segment(step, tones[step], place, length[step]))
    place = reach
    for step in in_favour:
        segments.append(Segment(step, tones[step], place, length[step]))
        place += length[step]
    place = 2 * reach
    for step in neutral:
        segments.append(Segment(step, tones[step], place + APART, length[step]))
        place += APART + max(length[step], 1)
    if dont_know:
        share = 100 * dont_know / (base + dont_know)
        segments.append(Segment("", "dont-know", place + APART, share))
        place += APART + share
    return Diverging(
        round(reach, 2),
        round(place, 2),
        tuple(replace(one, start=round(one.start, 2), length=round(one.length, 2)) for one in segments),
    )


def bounded_bar(option: Option, words: tuple[str, str], bound: Bound) -> Bar:
    """The bar of an option that everybody or nobody chose, told as a bound."""
    length = 90.0 if bound == "at_least_90" else 10.0
    return Bar(option.id, *words, None, None, length, labels.bound_label(bound), "", bound)


def bar_of(
    option: Option, words: tuple[str, str], count: int, base: int, percents: Mapping[str, int] | None
) -> Bar:
    label, language = words
    share = percents[option.id] if percents is not None else None
    return Bar(
        id=option.id,
        label=label,
        lang=language,
        count=count,
        percent=share,
        length=round(100 * count / base, 2) if base else 0.0,
        count_text=number(count),
        percent_text=percent(share) if share is not None else "",
    )


def _leaders(bars: Sequence[Bar]) -> list[Bar]:
    most = max(bar.count or 0 for bar in bars)
    return [bar for bar in bars if bar.count == most]


def _amount(bar: Bar) -> str:
    answers = ngettext("%(n)s answer", "%(n)s answers", bar.count or 0) % {"n": bar.count_text}
    return f"{bar.percent_text} ({answers})" if bar.percent is not None else answers
