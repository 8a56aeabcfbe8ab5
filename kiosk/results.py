"""Results in words and lengths: what the windows draw, made from what the disclosure gate let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.kinds import kind_of
from kiosk.languages import current, ngettext, number, percent, speaking, wording
from kiosk.languages import gettext as _
from kiosk.meeting.document import Option
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import Stage
from kiosk.statistics.composition import Picture
from kiosk.statistics.disclosure import Disclosed
from kiosk.statistics.shares import joint_percent


@dataclass(frozen=True)
class Bar:
    """One bar. ``length`` is its exact share of the base, 0 to 100; ``count`` is None where it is hidden."""

    id: str
    label: str
    lang: str
    count: int | None
    percent: int | None
    length: float
    count_text: str
    percent_text: str


@dataclass(frozen=True)
class Result:
    """The result of one round in one language, with every note that a figure must carry."""

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


@dataclass(frozen=True)
class CompositionView:
    """Who is in the room by one question. Hidden bars have no count; ``withheld`` until there are enough."""

    question: str
    title: str
    lang: str
    bars: tuple[Bar, ...]
    base: int
    note: str
    withheld: bool


def result_view(stage: Stage, round: Round, disclosed: Disclosed, language: str) -> Result:
    """The result of a closed round, in a language."""
    with speaking(language):
        return _Wording(stage, round, disclosed).result()


def composition_views(
    stage: Stage, pictures: Mapping[str, Picture | None], language: str
) -> tuple[CompositionView, ...]:
    """Who is in the room: one view per composition question; ``pictures`` are by round id."""
    with speaking(language):
        return tuple(
            _composition_view(stage, round, pictures.get(round.id)) for round in stage.composition_rounds()
        )


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
            has_percent=disclosed.percents is not None,
            bars=bars,
            headline=self._headline(),
            base_line=self._base_line(),
            honest_line=self._honest_line(),
            notes=tuple(self._notes()),
            sentence=self._sentence(bars),
            texts=tuple(disclosed.texts),
            end_labels=self._end_labels(),
            rehearsal=self._rehearsal,
        )

    def _bars(self) -> tuple[Bar, ...]:
        counts = self._disclosed.counts
        if counts is None:
            return ()
        base = self._disclosed.valid or 0
        percents = self._disclosed.percents
        return tuple(
            _bar(option, self._words(option.text), counts[option.id], base, percents)
            for option in self._kind.bars(self._question)
            if option.id in counts
        )

    def _base_line(self) -> str:
        """How many answered, of how many, and what is outside the base of the percentages."""
        disclosed = self._disclosed
        parts = [
            _("n = %(n)s of %(connected)s connected")
            % {"n": number(disclosed.answered), "connected": number(disclosed.connected)}
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
        return ", ".join(parts)

    def _honest_line(self) -> str:
        words = _(
            "Answers from the %(n)s who voted here (of %(connected)s connected). "
            "People chose to come; the figures do not stand for all residents."
        )
        return words % {
            "n": number(self._disclosed.answered),
            "connected": number(self._disclosed.connected),
        }

    def _notes(self) -> list[str]:
        disclosed = self._disclosed
        notes = []
        if self._runs_in_all > 1:
            notes.append(_("Round %(run)s of this question.") % {"run": number(self._round.run)})
        if self._kind.is_multiple(self._question) and disclosed.counts:
            notes.append(_("Several answers possible, the sum may exceed 100 %."))
        if disclosed.counts and disclosed.percents is None:
            notes.append(_("Fewer than ten answers: counts only, no percentages."))
        if self._question.kind == "text" and disclosed.counts is not None:
            notes.append(_("Only texts that the facilitator has approved are shown."))
        return notes

    def _headline(self) -> str | None:
        top = self._kind.top(self._question)
        if top is None or not self._disclosed.counts:
            return None
        words = {
            "lowest": self._words(top.lowest.text)[0],
            "highest": self._words(top.highest.text)[0],
        }
        if self._disclosed.percents is None:
            count = sum(self._disclosed.counts[name] for name in top.bars)
            return _("%(n)s of %(base)s: “%(highest)s” or “%(lowest)s”") % {
                "n": number(count),
                "base": number(self._disclosed.valid or 0),
                **words,
            }
        share = joint_percent(self._disclosed.counts, top.bars, self._disclosed.valid or 0)
        return _("%(share)s: “%(highest)s” or “%(lowest)s”") % {"share": percent(share), **words}

    def _sentence(self, bars: Sequence[Bar]) -> str:
        """The result in one sentence, for those who cannot see bars."""
        if self._disclosed.withheld == "too_few":
            return _("Too few answers to show a result.")
        if self._disclosed.withheld == "open":
            return _("The question is still open.")
        if self._question.kind == "text":
            shown = len(self._disclosed.texts)
            return ngettext("%(n)s answer is shown.", "%(n)s answers are shown.", shown) % {
                "n": number(shown)
            }
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


def _composition_view(stage: Stage, round: Round, picture: Picture | None) -> CompositionView:
    question = stage.question_of(round)
    title, language = wording(question.text, current(), stage.meeting.languages)
    if picture is None:
        note = _("Shown when at least ten have answered.")
        return CompositionView(question.id, title, language, (), 0, note, withheld=True)
    bars = tuple(
        _composition_bar(option, stage, picture, picture.percents)
        for option in kind_of(question).bars(question)
    )
    hidden = None in picture.shown.values()
    note = _("… = not shown, too few answers.") if hidden else ""
    return CompositionView(question.id, title, language, bars, picture.base, note, withheld=False)


def _composition_bar(option: Option, stage: Stage, picture: Picture, percents: Mapping[str, int]) -> Bar:
    words = wording(option.text, current(), stage.meeting.languages)
    count = picture.shown[option.id]
    if count is None:
        return Bar(option.id, *words, None, None, 0.0, "…", "")
    return _bar(option, words, count, picture.base, percents)


def _bar(
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
