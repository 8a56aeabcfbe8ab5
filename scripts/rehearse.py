"""A rehearsal: `python3 scripts/rehearse.py --phones 200` beside a running room.

Simulated phones join and answer every open round like people: over several seconds, some of them not at all,
some abstaining, some changing their mind. Their ballots are marked as rehearsal, the wall says so, and one
button in the console discards them. Stop with Ctrl+C.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure
from scripts.rehearsal.people import ANSWERS, Person
from scripts.rehearsal.venue import NoRoom, Venue, find_venue

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_DATA = ROOT / "data" / "var"
ARRIVALS_PER_SECOND = 20
PATIENCE_SECONDS = 90
OTHER_LANGUAGE_SHARE = 0.12
TITLE_LENGTH = 70
TOO_LATE = ("not_open", "unsent")


def main() -> int:
    arguments = parse_arguments()
    ensure(ROOT)
    from kiosk.listening import raise_file_limit

    raise_file_limit()
    try:
        venue = find_venue(arguments.data.expanduser().resolve(), arguments.server)
        meeting = choose_meeting(venue.get("/api/v1/meetings"), arguments.code)
        document = venue.get(f"/api/v1/meetings/{meeting['id']}")
        rehearsal = Rehearsal(venue, meeting["code"], document, arguments.phones)
        asyncio.run(rehearsal.run(arguments.seconds))
    except NoRoom as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    print("The phones have left. The console can discard what they answered.")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Simulated phones join the running room and answer like people."
    )
    parser.add_argument(
        "--phones", type=a_number, default=50, metavar="N", help="how many phones (default 50)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the room's data folder (default data/var)",
        default=Path(os.environ.get("KIOSK_DATA", DEFAULT_DATA)),
    )
    parser.add_argument(
        "--server", metavar="URL", help="the room's address, when it is not found by its folder"
    )
    parser.add_argument("--code", help="the meeting's code (default: the meeting that is running)")
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="leave after S seconds (default: when it ends)"
    )
    return parser.parse_args()


def a_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 5000:
        raise argparse.ArgumentTypeError("from 1 to 5,000 phones")
    return number


def choose_meeting(meetings: list[dict[str, Any]], code: str | None) -> dict[str, Any]:
    """The meeting with the code; else the one that runs; else the only one that is prepared."""
    if code is not None:
        for meeting in meetings:
            if str(meeting["code"]).casefold() == code.casefold():
                return meeting
        known = ", ".join(str(meeting["code"]) for meeting in meetings)
        raise NoRoom(f"No meeting here has the code {code}. There is: {known or 'none at all'}.")
    for status in ("running", "prepared"):
        found = [meeting for meeting in meetings if meeting.get("status") == status]
        if found and (status == "running" or len(found) == 1):
            return found[0]
    raise NoRoom("No meeting is running. Start one in the console, or choose one with --code.")


@dataclass
class RoundSoFar:
    """What the phones have done in one round, to be told when it closes."""

    title: str
    composition: bool
    open: bool = True
    taking_part: int = 0
    done: Counter[str] = field(default_factory=Counter)


class Rehearsal:
    """All phones of this rehearsal and what is known of the rounds."""

    def __init__(self, venue: Venue, code: str, document: dict[str, Any], phones: int) -> None:
        self.venue = venue
        self.code = code
        self.languages: list[str] = list(document["meeting"]["languages"]) or ["en"]
        self.questions = {question["id"]: question for question in document["questions"]}
        self.count = phones
        self.rounds: dict[str, RoundSoFar] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.seats: list[Seat] = []
        self.over = asyncio.Event()
        self.failure: NoRoom | None = None

    async def run(self, seconds: float | None) -> None:
        print(f"{self.count} phones join meeting {self.code} at {self.venue.url}. Ctrl+C lets them leave.")
        watch = asyncio.create_task(self._watch_the_room())
        arrivals = self.go_on(self._arrive())
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            print(f"{seconds:g} seconds are over.")
        finally:
            watch.cancel()
            arrivals.cancel()
            await self._leave()
        if self.failure is not None:
            raise self.failure

    def go_on(self, work: Any) -> asyncio.Task[None]:
        """Start something and keep hold of it; what goes wrong in it ends the rehearsal, in words."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def end(self, failure: NoRoom | None = None) -> None:
        self.failure = self.failure or failure
        self.over.set()

    def hear(self, state: dict[str, Any]) -> None:
        """News of the meeting, from whichever phone hears it first."""
        for told in state.get("rounds", []):
            known = self.rounds.get(told["id"])
            is_open = told["status"] == "open"
            if known is None and is_open:
                self._opened(told)
            elif known is not None and known.open and not is_open:
                known.open = False
                print(f"Closed: {known.title}: {summary(known)}")
        if state.get("meeting", {}).get("status") in ("ended", "sealed") and not self.over.is_set():
            print("The meeting has ended.")
            self.end()

    def is_open(self, round_id: str) -> bool:
        return round_id in self.rounds and self.rounds[round_id].open and not self.over.is_set()

    def _opened(self, told: dict[str, Any]) -> None:
        question = self.questions.get(told["question"], {})
        title = in_words(question, self.languages[0])
        self.rounds[told["id"]] = RoundSoFar(title, bool(told.get("composition")))
        print(f"Open: {title}")
        if question.get("kind") not in ANSWERS:
            print("  The rehearsal has no answers to a question of this kind, so its phones abstain.")

    async def _arrive(self) -> None:
        """People do not come through the door all at once."""
        for number in range(self.count):
            joined = await asyncio.to_thread(
                self.venue.post, "/api/v1/join", {"code": self.code, "rehearsal": True}
            )
            seat = Seat(self, number, joined["device"], self._language(number))
            self.seats.append(seat)
            self.go_on(seat.phone.stay())
            await asyncio.sleep(random.uniform(0, 2 / ARRIVALS_PER_SECOND))
        print(f"{self.count} phones are in the room.")

    def _language(self, number: int) -> str:
        if len(self.languages) > 1 and random.random() < OTHER_LANGUAGE_SHARE:
            return random.choice(self.languages[1:])
        return self.languages[0]

    async def _watch_the_room(self) -> None:
        """Phones come back by themselves; when none could for long, the room is gone."""
        silent_for = 0
        while silent_for < PATIENCE_SECONDS:
            await asyncio.sleep(1)
            cut_off = bool(self.seats) and not any(seat.phone.connected.is_set() for seat in self.seats)
            silent_for = silent_for + 1 if cut_off else 0
            if silent_for == 3:
                print("The room does not answer. The phones keep trying.")
        self.end(NoRoom(f"The room has been gone for {PATIENCE_SECONDS} seconds. The rehearsal ends."))

    async def _leave(self) -> None:
        for seat in self.seats:
            seat.phone.leave()
        await asyncio.sleep(0.2)  # lets the goodbyes go out
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.end(error if isinstance(error, NoRoom) else NoRoom(f"A phone was refused: {error}"))


class Seat:
    """One person with one phone."""

    def __init__(self, rehearsal: Rehearsal, number: int, token: str, language: str) -> None:
        # Imported late: the libraries may only be there once `ensure` has gone on in the room's environment.
        from scripts.rehearsal.phone import Phone

        self.rehearsal = rehearsal
        self.person = Person(f"person {number}", language)
        self.phone = Phone(rehearsal.venue.url, token, language, self.hear)
        self.seen: set[str] = set()

    def hear(self, state: dict[str, Any]) -> None:
        self.rehearsal.hear(state)
        fresh = [told for told in state.get("rounds", []) if told["id"] not in self.seen]
        fresh = [told for told in fresh if self.rehearsal.is_open(told["id"])]
        for place, told in enumerate(fresh):
            self.seen.add(told["id"])
            question = self.rehearsal.questions.get(told["question"])
            if question is not None:
                self.rehearsal.go_on(self._take_part(told["id"], question, place))

    async def _take_part(self, round_id: str, question: dict[str, Any], place: int) -> None:
        plan = self.person.plan(question, place_on_page=place)
        so_far = self.rehearsal.rounds[round_id]
        so_far.taking_part += 1
        if not plan.steps:
            so_far.done[plan.manner] += 1
        passed = 0.0
        for number, (seconds, answer) in enumerate(plan.steps):
            await asyncio.sleep(seconds - passed)
            passed = seconds
            outcome = await self.phone.cast(round_id, answer, lambda: self.rehearsal.is_open(round_id))
            if outcome not in ("counted", "repeated"):
                so_far.done[outcome] += 1
                return
            so_far.done["changes" if number else plan.first_manner] += 1


def in_words(question: dict[str, Any], language: str) -> str:
    text = question.get("text", "")
    if isinstance(text, dict):
        text = text.get(language) or next(iter(text.values()), "")
    return shorten(str(text) or str(question.get("id", "a question")), TITLE_LENGTH, placeholder=" …")


def summary(so_far: RoundSoFar) -> str:
    """Told at the moment of the close; who was still thinking then came too late."""
    done = so_far.done
    ends = ("answers", "abstains", "silent")
    parts = [f"{done['answers']} answered", f"{done['abstains']} abstained", f"{done['silent']} silent"]
    if done["changes"]:
        parts.append(f"{done['changes']} changed their mind")
    refused = {what: count for what, count in done.items() if what not in (*ends, "changes", *TOO_LATE)}
    late = so_far.taking_part - sum(done[end] for end in ends) - sum(refused.values())
    if late > 0:
        parts.append(f"{late} too late")
    parts += [f"{count} refused ({what})" for what, count in refused.items()]
    return ", ".join(parts)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
