"""Everybody in one hall: their phones, one shared tablet, and the paper forms of those who had neither.

They answer over HTTP, as a phone without a socket does. Nobody hesitates: a year is held in a few minutes.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from scripts.demonstration.programme import Evening
from scripts.rehearsal.people import ANSWERS, Person
from scripts.rehearsal.venue import NoRoom, Venue

Json = dict[str, Any]
AT_ONCE = 8
SECONDS = 60
LANGUAGES = ("sv", "sv", "sv", "sv", "en", "fi")


class Hall:
    """The people of an evening. A phone is one person; the tablet is handed on from one to the next."""

    def __init__(self, venue: Venue, evening: Evening, code: str) -> None:
        self._venue = venue
        self._evening = evening
        self._code = code
        dice = Random(evening.id)
        names = [f"{evening.id} {number}" for number in range(evening.people)]
        self._people = [Person(name, dice.choice(LANGUAGES)) for name in names]
        self._tokens: list[str] = []
        self._tablet = ""
        self._pool = ThreadPoolExecutor(AT_ONCE)

    @property
    def _on_phones(self) -> int:
        return self._evening.people - self._evening.tablet

    def arrive(self) -> list[tuple[str, str]]:
        """Everybody with a phone joins, and the tablet is unlocked; the rounds asked at the door, each with
        its question."""
        joined = list(self._pool.map(lambda _: self._join(), range(self._on_phones)))
        self._tokens = [str(one["device"]) for one in joined]
        if self._evening.tablet:
            joined.append(self._venue.post("/api/v1/join", {"code": self._code, "channel": "tablet"}))
            self._tablet = str(joined[-1]["device"])
        return [(told["id"], told["question"]) for told in joined[0]["state"]["rounds"]]

    def answer(self, rounds: Sequence[tuple[str, Json]]) -> None:
        """Whoever has a phone answers these open rounds, each given with its question."""
        jobs = [
            (token, person, round_id, question)
            for token, person in zip(self._tokens, self._people[: self._on_phones], strict=True)
            for round_id, question in rounds
        ]
        for _ in self._pool.map(lambda job: _cast_all(self._venue.url, *job), jobs):
            pass

    def pass_the_tablet(self, rounds: Sequence[tuple[str, Json]]) -> None:
        """One after the other answers all these open rounds on the shared tablet."""
        for number, person in enumerate(self._people[self._on_phones :]):
            if number:
                _post(self._venue.url, "/respondents", {}, self._tablet)
            for round_id, question in rounds:
                _cast_all(self._venue.url, self._tablet, person, round_id, question)

    def _join(self) -> Json:
        return _post(self._venue.url, "/join", {"code": self._code})

    def fill_in_paper(self, round_id: str, question: Json) -> None:
        """Those who had no phone have filled in a form, which is typed in after the close."""
        if self._evening.paper == 0 or question["kind"] == "text":
            return
        forms = [Person(f"{self._evening.id} paper {number}", "sv") for number in range(self._evening.paper)]
        ballots = [
            {"id": secrets.token_hex(8), "answer": ANSWERS[question["kind"]](person, question)}
            for person in forms
        ]
        self._venue.post(f"/api/v1/rounds/{round_id}/supplement", {"ballots": ballots, "channel": "paper"})

    def leave(self) -> None:
        self._pool.shutdown()


def _cast_all(url: str, token: str, person: Person, round_id: str, question: Mapping[str, Any]) -> None:
    """Cast what a person does in a round: one answer, a second in its place, or none."""
    for _, answer in person.plan(question).steps:
        _post(url, "/ballots", {"id": secrets.token_hex(8), "round": round_id, "answer": answer}, token)


def _post(url: str, path: str, message: Json, token: str | None = None) -> Json:
    host = url.removeprefix("http://")
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(host, timeout=SECONDS)
    try:
        connection.request("POST", f"/api/v1{path}", json.dumps(message), headers)
        response = connection.getresponse()
        said = json.loads(response.read())
    finally:
        connection.close()
    if response.status >= 300:
        raise NoRoom(f"A phone was refused: {said.get('detail', response.status)}")
    return dict(said)
