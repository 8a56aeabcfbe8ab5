"""``docs/protocol.md`` says what is so: its tables are held against the code they tell of."""

from __future__ import annotations

import re
from pathlib import Path

from kiosk import openapi, settings
from kiosk.kinds import KINDS
from kiosk.live.events import CATALOGUE
from kiosk.problems import REFUSALS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows under a table's heading line."""
    below = TEXT.split(f"\n{heading}\n", 1)[1].split("\n\n", 1)[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in below.splitlines()[1:]]
    return [[cell.strip() for cell in row] for row in rows]


def test_every_problem_is_told_with_its_status_and_sentence() -> None:
    told = [tuple(row) for row in table("| code | status | detail |")]
    known = [
        (f"`{refusal.code}`", str(refusal.status), re.sub(r"%\(\w+\)s", "…", refusal.detail))
        for refusal in REFUSALS.values()
    ]
    assert told == known


def test_every_event_is_told_with_those_who_hear_it() -> None:
    told = [tuple(row) for row in table("| event | heard by | says |")]
    known = [(f"`{event.name}`", ", ".join(event.audiences), event.says) for event in CATALOGUE]
    assert told == known


def test_every_call_is_told() -> None:
    told = set()
    for row in table("| call | by | gives |"):
        told |= set(re.findall(r"`(GET|POST|PUT) (/\S*?)`", row[0]))
    described = {
        (method.upper(), re.sub(r"\{(\w+)\}", r"<\1>", path))
        for path, operations in openapi.document()["paths"].items()
        for method in operations
    }
    pages = {("GET", "/"), ("GET", "/<CODE>"), ("GET", "/facilitator"), ("GET", "/display")}
    assert told == described | pages


def test_every_kind_has_an_answer() -> None:
    told = [row[0] for row in table("| kind | answer |")]
    assert told == [f"`{kind}`" for kind in KINDS] + ["every kind"]


def test_every_flag_is_told() -> None:
    told = {row[0].split()[0].strip("`") for row in table("| `run.py` takes | |")}
    known = {flag for action in settings._parser()._actions for flag in action.option_strings}
    assert told == known - {"-h", "--help"}
