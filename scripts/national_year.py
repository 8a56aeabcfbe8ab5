"""A seeded national year in a central store, and what it takes: `python3 scripts/national_year.py --help`.

A whole year is 500 dialogues, 20,000 meetings, a million presences and twenty million ballots. It is loaded
by COPY into an empty PostgreSQL database (SQLite works too, more slowly), with the summaries of intake.
Then pages and intake are measured. The database must be a scratch one: what is loaded stays in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kiosk.bootstrap import ensure  # noqa: E402

DEFAULT_SEED = 2026
LONGEST_PAGE = 1_000
LEAST_INTAKE = 2_000
RECORDS = 200_000


def main() -> int:
    asked = _parser().parse_args()
    ensure(ROOT, "requirements-central.txt", browser=False)

    from kiosk.central.database import Database
    from scripts.national import holding, loading, measuring

    database = Database(asked.database)
    database.migrate()
    started = perf_counter()
    if not asked.loaded:
        loaded = loading.load(database, holding.year(asked.share, asked.seed), _say)
        seconds = perf_counter() - started
        print(
            f"\rLoaded {loaded.dialogues:,} dialogues, {loaded.meetings:,} meetings, {loaded.participants:,} "
            f"presences, {loaded.ballots:,} ballots in {seconds:,.0f} s."
        )
        database.analyse()
    store = measuring.Measured(database, measuring.scratch())
    dialogue, meetings = store.largest_dialogue()
    question = store.first_question(dialogue)
    pages = [
        store.page("the list of dialogues", "/"),
        store.page(f"the largest dialogue, {meetings:,} meetings", f"/dialogues/{dialogue}"),
        store.page("one of its questions", f"/questions/{question}"),
    ]
    for page in pages:
        print(
            f"{page.name}: {page.middle:,.0f} ms, at most {page.longest:,.0f} ms "
            f"({page.kilobytes:,.0f} kB, {page.statements} statements)"
        )
    rate = store.take_in(asked.records) if asked.records else None
    if rate is not None:
        print(
            f"intake: {rate.records:,} records of {rate.meetings:,} meetings in {rate.seconds:,.1f} s, "
            f"{rate.per_second:,.0f} a second ({rate.busy:,.1f} s of it computing here)"
        )
    if asked.explain:
        for path in ("/", f"/dialogues/{dialogue}", f"/questions/{question}"):
            for statement in store.plans(path):
                print(f"\n── {path}\n{statement.sql}\n{statement.plan}")
    if asked.json:
        said = {"pages": [asdict(page) for page in pages], "intake": asdict(rate) if rate else None}
        asked.json.write_text(json.dumps(said, indent=2) + "\n", "utf-8")
    too_slow = pages[1].longest > LONGEST_PAGE or (rate is not None and rate.per_second < LEAST_INTAKE)
    return 1 if too_slow else 0


def _say(loaded: object) -> None:
    print(f"\r{getattr(loaded, 'meetings', 0):,} meetings …", end="", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Load a seeded national year into a scratch database and measure pages and intake. "
        "The exit status is 1 when the dialogue page takes over a second or intake is below 2,000 records/s."
    )
    parser.add_argument("--database", metavar="URL", required=True, help="postgresql://user@host/scratch")
    parser.add_argument("--share", type=float, default=0.01, help="of a whole year (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="(default: %(default)s)")
    parser.add_argument("--loaded", action="store_true", help="the year is loaded already: only measure")
    parser.add_argument(
        "--records", type=int, default=RECORDS, help="to take in; 0 for none (default: %(default)s)"
    )
    parser.add_argument(
        "--explain", action="store_true", help="print the plan of every statement of the pages"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
