"""A look at this machine before the hall fills: `python3 scripts/doctor.py`.

Says what is good, what is not, and what to do about it. Ends with 0 when all is good, 1 with warnings, 2 when
something is bad. Changes nothing; it may run beside the room.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.bootstrap import ensure

if TYPE_CHECKING:
    from kiosk.doctor.checks import Finding

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_DATA = ROOT / "data" / "var"
MARKS = {"good": "ok     ", "warning": "WARNING", "bad": "BAD    "}


def main(arguments: Sequence[str] | None = None) -> int:
    given = parse_arguments(arguments)
    ensure(ROOT)
    from kiosk.clock import SystemClock
    from kiosk.doctor.checks import examine, exit_code
    from kiosk.doctor.facts import gather

    findings = examine(gather(given.data.expanduser().resolve(), SystemClock()))
    code = exit_code(findings)
    if given.json:
        print(json.dumps({"exit": code, "findings": [asdict(finding) for finding in findings]}, indent=1))
    else:
        print("\n".join(line for finding in findings for line in told(finding)))
        print(f"\n{('All is good.', 'Look at the warnings.', 'Something is bad: see above.')[code]}")
    return code


def told(finding: Finding) -> list[str]:
    lines = [f"{MARKS[finding.level]}  {finding.about}: {finding.says}"]
    if finding.do:
        lines.append(f"{'':9}→ {finding.do}")
    return lines


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Look at this machine before the hall fills.")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("KIOSK_DATA", DEFAULT_DATA)),
        help="the room's data folder (default data/var)",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
