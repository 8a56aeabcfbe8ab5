"""Ten meetings become one dialogue: `python3 scripts/demonstrate.py --into DIR --phones-count`.

Simulated phones hold the sample dialogue at ten places, as participants that count, each on a data folder of
its own below DIR. Each meeting is sealed and goes to a central store: eight over HTTP, two on a stick. In the
end central's counts are held against the laptops'. DIR must be new: nothing real is ever mixed with it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure
from scripts.demonstration import counting
from scripts.demonstration.people import Hall, Json
from scripts.demonstration.programme import EVENINGS, Evening
from scripts.demonstration.stations import (
    Office,
    Station,
    a_laptop,
    download,
    is_safe,
    venue_of,
    wait_for,
    way_of,
)
from scripts.rehearsal.venue import NoRoom, Venue

ROOT = Path(__file__).resolve().parents[1]
HIDDEN_EVERY = 7
"""Of the texts each so-manieth is hidden, as a facilitator would hide some."""


def main() -> int:
    asked = parse_arguments()
    ensure(ROOT, "requirements-central.txt")
    try:
        folder = _new_folder(asked.into)
        office = Office(folder / "central", asked.database or f"sqlite:///{folder / 'central.sqlite'}")
        with office.station:
            equal = _bring_all_home(folder, office, _programme(asked))
            print(
                f"\nThe central store: {office.station.url}, database {office.database}, data {office.folder}"
            )
            if asked.stay:
                print("It goes on until Ctrl+C.", flush=True)
                signal.pause()
    except NoRoom as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    print("Central holds what the laptops hold." if equal else "CENTRAL DIFFERS FROM THE LAPTOPS.")
    return 0 if equal else 1


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="a new folder for all of it")
    parser.add_argument(
        "--phones-count",
        action="store_true",
        required=True,
        help="say that the simulated phones shall count as participants",
    )
    parser.add_argument(
        "--database", metavar="URL", help="central's database (default: SQLite in the folder)"
    )
    parser.add_argument(
        "--meetings", type=int, default=len(EVENINGS), choices=range(1, len(EVENINGS) + 1), metavar="N",
        help="only the first N of ten",
    )  # fmt: skip
    parser.add_argument("--small", action="store_true", help="a fifth of the people, for a quick try")
    parser.add_argument("--stay", action="store_true", help="leave the central store running at the end")
    return parser.parse_args()


def _programme(asked: argparse.Namespace) -> list[Evening]:
    evenings = EVENINGS[: asked.meetings]
    return [evening.small() if asked.small else evening for evening in evenings]


def _new_folder(folder: Path) -> Path:
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NoRoom(
            f"{folder} is not empty. Name a new folder: simulated answers are never mixed with others."
        )
    return folder


def _bring_all_home(folder: Path, office: Office, evenings: Sequence[Evening]) -> bool:
    """Hold one meeting after the other, also where one differs; whether all agree."""
    equal = [_bring_home(folder, office, evening) for evening in evenings]
    return all(equal)


def _bring_home(folder: Path, office: Office, evening: Evening) -> bool:
    """Hold a meeting, seal it, bring it to the office; whether the same is there as here."""
    began = time.monotonic()
    laptop = a_laptop(folder / f"laptop-{evening.number:02}")
    with laptop:
        venue = venue_of(laptop)
        _hold(venue, evening)
        venue.post(f"/api/v1/meetings/{evening.id}/seal", {})
        if evening.travels == "network":
            _send(venue, office, evening)
        else:
            _carry(laptop, venue, office, evening)
        sentence = way_of(venue, evening.id)["progress"]["sentence"]
    here = counting.on_laptop(laptop.folder, evening.id)
    there = counting.at_central(office.database, evening.id)
    tallied = counting.tallied_at_central(office.database, evening.id)
    is_equal = here == there and counting.per_round(here) == tallied and sum(here.values()) > 0
    print(
        f"{evening.number:>2}  {evening.day}  {evening.type:<8}  {evening.people:>3} people  "
        f"{evening.travels:<7}  {sum(here.values()):>5} answers here, {sum(there.values()):>5} at central, "
        f"{'equal' if is_equal else 'NOT EQUAL'}  ({sentence}; {time.monotonic() - began:.0f} s)",
        flush=True,
    )
    return is_equal


def _hold(venue: Venue, evening: Evening) -> None:
    """The whole meeting, from its document to its end."""
    document = evening.document()
    code = venue.post("/api/v1/meetings", document)["code"]
    venue.post(f"/api/v1/meetings/{evening.id}/start", {})
    hall = Hall(venue, evening, code)
    questions = {question["id"]: question for question in document["questions"]}
    about = [(round_id, questions[name]) for round_id, name in hall.arrive()]
    asked = [questions[item["question"]] for item in document["agenda"] if item.get("question")]
    if evening.type == "outreach":
        _ask_together(venue, evening, hall, about, asked)
    else:
        hall.answer(about)
        for question in asked:
            _ask_together(venue, evening, hall, [], [question])
    venue.put(f"/api/v1/meetings/{evening.id}/heads", {"heads": evening.people + evening.paper})
    venue.post(f"/api/v1/meetings/{evening.id}/end", {})
    hall.leave()


def _ask_together(
    venue: Venue, evening: Evening, hall: Hall, open_rounds: list[tuple[str, Json]], questions: list[Json]
) -> None:
    """Open questions at once, each once, and let everybody answer them in one go; then close and show."""
    by_id = {question["id"]: question for question in questions}
    opened = [
        (str(venue.post(f"/api/v1/meetings/{evening.id}/rounds", {"question": name})["id"]), question)
        for name, question in by_id.items()
    ]
    hall.answer([*open_rounds, *opened])
    hall.pass_the_tablet([*open_rounds, *opened])
    for round_id, question in opened:
        venue.post(f"/api/v1/rounds/{round_id}/close", {})
        hall.fill_in_paper(round_id, question)
        if question["kind"] == "text":
            _read(venue, round_id)
        venue.post(f"/api/v1/rounds/{round_id}/reveal", {})


def _read(venue: Venue, round_id: str) -> None:
    """Approve most of the texts and hide some."""
    names = [entry["id"] for entry in venue.get(f"/api/v1/rounds/{round_id}/texts")["texts"]]
    hidden = names[::HIDDEN_EVERY]
    approved = [name for name in names if name not in hidden]
    venue.post(f"/api/v1/rounds/{round_id}/texts", {"approve": approved, "hide": hidden})


def _send(venue: Venue, office: Office, evening: Evening) -> None:
    """Enrol the laptop; from then on it sends by itself."""
    name = f"Laptop {evening.number}"
    venue.post("/api/v1/central", {"url": office.station.url, "code": office.code(name), "name": name})
    wait_for(lambda: is_safe(venue, evening.id), f"{evening.id} has not arrived.")


def _carry(laptop: Station, venue: Venue, office: Office, evening: Evening) -> None:
    """Carry the bundle to the office on a stick, and the receipt back."""
    stick = laptop.folder.parent / "stick"
    stick.mkdir(exist_ok=True)
    mine = venue.get("/api/v1/homecoming")
    said = office.act("enrol", f"Laptop {evening.number}", "--site", mine["site"], "--key", mine["key"])
    venue.post("/api/v1/central", {"key": said.split()[-1]})
    bundle = stick / f"{evening.id}.bundle.zip"
    bundle.write_bytes(download(venue, f"/api/v1/meetings/{evening.id}/bundle"))
    office.act("import", str(bundle))
    receipt = stick / f"{evening.id}.receipt.json"
    venue.post("/api/v1/receipts", json.loads(receipt.read_text("utf-8")))
    wait_for(lambda: is_safe(venue, evening.id), f"{evening.id} has no receipt.")


if __name__ == "__main__":
    sys.exit(main())
