"""Ballots that come in after a result has been shown: from when on the result may follow them.

Whoever saw the result before and sees it after has the difference. So it must stand for as many people as a
row of answers by group, and for people who did not all answer alike.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.meeting.tally import Tally
from kiosk.statistics.disclosure.groups import ALIKE_BELOW, NO_ANSWER, AnswersByGroup, Row
from kiosk.statistics.disclosure.totals import is_unanimous
from kiosk.statistics.thresholds import DEFAULTS, Thresholds


def may_follow(shown: Tally, added: Tally, *, sensitive: bool, thresholds: Thresholds = DEFAULTS) -> bool:
    """Whether the result of a round may be shown anew with ``added``, the ballots that wait.

    Where the result was withheld nothing is known yet to take the difference from. Open texts have no
    counts: each is shown by itself.
    """
    if not added.counts or shown.valid < thresholds.least_total(sensitive=sensitive):
        return True
    alike = added.valid < ALIKE_BELOW and is_unanimous(added.counts, added.valid)
    return added.valid >= thresholds.base and not alike


def with_supplement(table: AnswersByGroup, added: Tally) -> AnswersByGroup:
    """A table with the ballots of people who said nothing of themselves."""
    row = table.rows[NO_ANSWER]
    counts = {option: count + added.counts[option] for option, count in row.counts.items()}
    return replace(table, rows={**table.rows, NO_ANSWER: Row(row.base + added.valid, counts)})
