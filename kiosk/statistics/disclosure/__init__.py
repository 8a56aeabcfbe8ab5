"""The disclosure gate: the only maker of figures that may be shown.

``totals`` lets through the result of a round, ``live`` bars while it is open, ``groups`` the answers by
group, ``flows`` who moved between two rounds, ``meetings`` one question over many meetings; the picture of
who is in the room comes through ``disclose_picture``. Standard library only.
"""

from kiosk.statistics.disclosure.flows import Transitions, disclose_flows
from kiosk.statistics.disclosure.groups import NO_ANSWER, AnswersByGroup, Row, disclose_groups
from kiosk.statistics.disclosure.live import disclose_live
from kiosk.statistics.disclosure.meetings import DisclosedPeople, DisclosedSum
from kiosk.statistics.disclosure.supplements import may_follow, with_supplement
from kiosk.statistics.disclosure.totals import disclose, disclose_open, disclose_picture
from kiosk.statistics.disclosure.values import (
    Bound,
    Disclosed,
    DisclosedFlows,
    DisclosedGroups,
    DisclosedLive,
    ShownRow,
    released_flows,
    released_groups,
)

__all__ = [
    "NO_ANSWER",
    "AnswersByGroup",
    "Bound",
    "Disclosed",
    "DisclosedFlows",
    "DisclosedGroups",
    "DisclosedLive",
    "DisclosedPeople",
    "DisclosedSum",
    "Row",
    "ShownRow",
    "Transitions",
    "disclose",
    "disclose_flows",
    "disclose_groups",
    "disclose_live",
    "disclose_open",
    "disclose_picture",
    "may_follow",
    "released_flows",
    "released_groups",
    "with_supplement",
]
