"""What a phone may know and shows: the state of the contract, rendered once per language for everybody.

``mine``, what one participant has answered, is added for that participant alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from kiosk.comparison_views import ChangeView, GroupsView, change_view, groups_view
from kiosk.composition_views import CompositionView, composition_views
from kiosk.languages import gettext, speaking, wording
from kiosk.meeting.rounds import Round
from kiosk.meeting.stage import BY, CHANGE, Stage
from kiosk.results import Result, result_view
from kiosk.room import Room
from kiosk.store.participants import Participant

MOST_KEPT = 200
"""Rounds of a meeting, in each language, whose html is kept."""


@dataclass
class _Rendered:
    """What is kept of one meeting: its last state in each language, the html of rounds as it stays until they
    are revealed, and which of those about the participant have been told."""

    states: dict[str, tuple[Stage, dict[str, Any]]] = field(default_factory=dict)
    rounds: dict[tuple[str, str, str], str] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)


class PhoneStates:
    """The states of the phones of one room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._kept: dict[str, _Rendered] = {}
        room.when_deleted(self._forget)

    def for_all(self, meeting_id: str, language: str) -> dict[str, Any]:
        """The state that every phone of a meeting sees in a language. A stage is rendered only once."""
        stage = self._room.stage(meeting_id)
        states = self._of(stage).states
        known = states.get(language)
        if known is None or known[0] is not stage:
            with speaking(language):
                known = states[language] = (stage, self._render(stage, language))
        return {**known[1], "notice": self._notice(language)}

    def news_for_all(self, meeting_id: str, language: str) -> dict[str, Any]:
        """The state as it is announced: questions about the participant, which are on every phone for the
        whole meeting and are most of its weight, come with their html once. A phone without them asks for the
        whole."""
        state = self.for_all(meeting_id, language)
        told = self._of(self._room.stage(meeting_id)).told
        return {**state, "rounds": [_told_once(entry, language, told) for entry in state["rounds"]]}

    def of(self, participant: Participant, language: str) -> dict[str, Any]:
        """The state with what this participant has answered."""
        return {**self.for_all(participant.meeting, language), "mine": self._room.mine(participant)}

    def on_page(self, participant: Participant, language: str, csrf: str) -> dict[str, Any]:
        """The state as a page shows it that may have no script: one's answers are in the forms."""
        state = self.of(participant, language)
        stage = self._room.stage(participant.meeting)
        rounds = [
            {**entry, "html": self._round_html(stage, round, language, state["mine"].get(round.id), csrf)}
            for entry, round in zip(state["rounds"], rounds_on_phones(stage), strict=True)
        ]
        return {**state, "rounds": rounds}

    def _forget(self, meeting_id: str) -> None:
        self._kept.pop(meeting_id, None)

    def _of(self, stage: Stage) -> _Rendered:
        return self._kept.setdefault(stage.meeting.id, _Rendered())

    def _notice(self, language: str) -> str | None:
        """What everybody should know that is no part of the meeting."""
        if not self._room.slept():
            return None
        with speaking(language):
            return gettext("The laptop was asleep; voting goes on.")

    def _render(self, stage: Stage, language: str) -> dict[str, Any]:
        rounds = rounds_on_phones(stage)
        said = outline(stage, language, rounds)
        screen = _screen(stage)
        return {
            **said,
            "rounds": [
                {**entry, "html": self._kept_html(stage, round, language)}
                for entry, round in zip(said["rounds"], rounds, strict=True)
            ],
            "screen": {
                "key": screen if screen != "slide" or stage.item is None else f"slide-{stage.item.id}",
                "html": render_template(
                    "phone/screen.html",
                    screen=screen,
                    item=stage.item,
                    meeting=stage.meeting,
                    composition=self._who_is_here(stage, language) if screen == "composition" else (),
                ),
            },
        }

    def _who_is_here(self, stage: Stage, language: str) -> tuple[CompositionView, ...]:
        pictures = self._room.pictures(stage.meeting.id)
        return composition_views(stage, pictures, language, self._room.compared_with(stage))

    def _kept_html(self, stage: Stage, round: Round, language: str) -> str:
        """The html of a round for everybody. Until it is revealed it depends on nothing that may change."""
        if round.status == "revealed":
            return self._round_html(stage, round, language)
        key = (round.id, f"{round.status} {round.rehearsal}", language)
        kept = self._of(stage).rounds
        html = kept.get(key)
        if html is None:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            html = kept[key] = self._round_html(stage, round, language)
        return html

    def _round_html(
        self,
        stage: Stage,
        round: Round,
        language: str,
        mine: dict[str, Any] | None = None,
        csrf: str | None = None,
    ) -> str:
        return render_template(
            "phone/round.html",
            round=round,
            question=stage.question_of(round),
            meeting=stage.meeting,
            status=round.status,
            mine_answer=mine["answer"] if mine else None,
            result=self._result(stage, round, language),
            comparison=self._comparison(stage, round, language),
            csrf=csrf,
            ballot_id=secrets.token_hex(16) if csrf else None,
        )

    def _result(self, stage: Stage, round: Round, language: str) -> Result | None:
        if round.status != "revealed":
            return None
        return result_view(stage, round, self._room.disclosed(round.id), language)

    def _comparison(self, stage: Stage, round: Round, language: str) -> GroupsView | ChangeView | None:
        """What the room looks at of the shown round beside its result."""
        if round.status != "revealed" or stage.detail is None or round != stage.current_round():
            return None
        groups, flows = self._room.compared(round.id)
        before = stage.before(round)
        if stage.detail == CHANGE and flows is not None and before is not None:
            shown = self._room.disclosed(before.id), self._room.disclosed(round.id)
            return change_view(stage, (before, round), shown, flows, language)
        chosen = next((table for table in groups if stage.detail == BY + table.by), None)
        if chosen is None:
            return None
        return groups_view(stage, round, chosen, self._room.disclosed(round.id), language)


def rounds_on_phones(stage: Stage) -> list[Round]:
    """The rounds a phone shows: what can be answered, and the current item's last one after its close."""
    rounds = [round for round in stage.composition_rounds() if round.status == "open"]
    rounds += stage.open_rounds()
    current = stage.current_round()
    if stage.status == "running" and current is not None and current.status != "open":
        rounds.append(current)
    return rounds


def is_over(stage: Stage) -> bool:
    """Whether phones have nothing more to wait for."""
    return stage.status in ("ended", "sealed")


def outline(stage: Stage, language: str, rounds: Iterable[Round]) -> dict[str, Any]:
    """What the state of every window holds: how the meeting stands, and its rounds as they go by."""
    title, _ = wording(stage.meeting.title, language, stage.meeting.languages)
    return {
        "version": stage.version,
        "lang": language,
        "meeting": {
            "id": stage.meeting.id,
            "code": stage.meeting.code,
            "title": title,
            "status": stage.status,
        },
        "rounds": [
            {
                "id": round.id,
                "question": round.question,
                "kind": stage.question_of(round).kind,
                "run": round.run,
                "status": round.status,
                "composition": round.composition,
                "html": None,
            }
            for round in rounds
        ],
    }


def _told_once(entry: dict[str, Any], language: str, told: set[tuple[str, str]]) -> dict[str, Any]:
    key = (entry["id"], language)
    if entry["composition"] and key in told:
        return {**entry, "html": None}
    if entry["composition"]:
        told.add(key)
    return entry


def _screen(stage: Stage) -> str:
    if is_over(stage):
        return "ended"
    if stage.status == "prepared":
        return "prepared"
    if stage.is_on_composition:
        return "composition"
    if stage.item is not None and stage.item.type in ("slide", "break"):
        return stage.item.type
    return "waiting"
